"""``billcore quote``: what a selection costs by a catalog."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.desk import answered, call, documented, keys
from tests.cli.documents import CATALOG

TAXED = {"code", "percent", "base", "reason", "inclusive"}
"""What is told of a tax: of a quote without a country there is none."""
PHASED = {"phases", "starts", "assumes"}
"""What is told of a plan with phases, and of usage by event or window."""
# Worked by hand: 7 x 9.90; 100 x 0.0225; 12.00, 16.00 and two replicas x 730 hours x 0.03.
SOLD = [
    ('plan = "team"\nquantity = 7\ncountry = "CH"', {"seats": "69.30", "gb": "0.00"}, ("69.30", "5.61", "74.91")),
    ('product = "bucket"\nsizes = { gib = 100 }', {"space": "2.25"}, ("2.25", "0.00", "2.25")),
    (
        'service = "postgres"\ncompute_plan = "small"\nsla_tier = "standard"\nreplicas = 2\ncountry = "CH"',
        {"base": "12.00", "sla": "16.00", "compute": "43.80"},
        ("71.80", "5.82", "77.62"),
    ),
    ('plan = "team"\nusage = { gb = 30 }\ncountry = "FR"', {"seats": "9.90", "gb": "3.00"}, ("9.90", "1.98", "11.88")),
]  # fmt: skip


@pytest.mark.parametrize(("chosen", "lines", "total"), SOLD, ids=["plan", "product", "service", "usage"])
def test_a_selection_is_quoted(shop: Path, chosen: str, lines: dict[str, str], total: tuple[str, str, str]) -> None:
    """Plans, products and services: each line, and the recurring total with its tax apart."""
    (shop / "choice.toml").write_text(chosen, encoding="utf-8")
    told = answered("quote", "catalog.toml", "choice.toml")

    assert isinstance(told, dict)
    assert {line["price"]: line["amount"] for line in told["lines"]} == lines
    assert tuple(told["recurring"][name] for name in ("net", "tax", "total")) == total
    assert keys(told) == documented("quote") - {"discount"} - PHASED - (set() if "country" in chosen else TAXED)
    text = call("quote", "catalog.toml", "choice.toml").stdout
    assert all(f" {amount} CHF " in text for amount in lines.values())
    assert f"recurring  net {total[0]} CHF  tax {total[1]} CHF  total {total[2]} CHF" in text


@pytest.mark.parametrize(
    ("coupon", "said", "tree"),
    [
        ('percent = "20"', "20 %", ["14.46", "product"]),
        ('amount = "14.46"', "", ["14.46", "least"]),
    ],
)
def test_a_coupon_is_a_line_of_the_quote(shop: Path, coupon: str, said: str, tree: list[str]) -> None:
    """20 % of 69.30 + 3.00 are 14.46: the amounts of the table sum to the net of all, and ``--explain`` tells why."""
    text = CATALOG.replace("[[plans]]", f'[[coupons]]\ncode = "START"\n{coupon}\n\n[[plans]]', 1)
    (shop / "catalog.toml").write_text(text, encoding="utf-8")
    chosen = 'plan = "team"\nquantity = 7\ncountry = "CH"\ncoupon = "START"\nusage = { gb = 30 }'
    (shop / "choice.toml").write_text(chosen, encoding="utf-8")
    command = ("quote", "catalog.toml", "choice.toml")
    shown = call(*command).stdout
    told, why = answered(*command), answered(*command, "--explain", "START")

    cells = [[cell.strip() for cell in row.split("│")[1:-1]] for row in shown.splitlines() if "│" in row]
    assert cells[-1] == ["START", said, "", "-14.46 CHF"]
    assert sum(Decimal(row[3].removesuffix(" CHF")) for row in cells) == Decimal("57.84")
    assert "all_in  discount -14.46 CHF  net 57.84 CHF" in shown
    assert isinstance(told, dict)
    assert isinstance(why, dict)
    assert (told["all_in"]["discount"], told["all_in"]["net"]) == ("14.46", "57.84")
    assert keys(told) == documented("quote") - PHASED
    assert [why["value"], why["children"][0]["operation"]] == tree
    german = call(*command, "--explain", "START", "--locale", "de_CH").stdout
    assert german.splitlines()[1].strip().startswith("CHF\xa014.46  abgezogen")


FREE = """version = 1

[[plans.versions.phases]]
code = "free"
length = { months = 3 }
prices = [{ code = "seats", model = { type = "flat", amount = 0 } }]

"""


def test_what_comes_later_is_told(shop: Path) -> None:
    """Three months at nothing, then 19.80 from the first of the fourth, in the selection's time zone."""
    (shop / "catalog.toml").write_text(
        CATALOG.replace("[[plans.versions]]\nversion = 1\n", f"[[plans.versions]]\n{FREE}"), encoding="utf-8"
    )
    chosen = 'plan = "team"\nquantity = 2\ntimezone = "Europe/Zurich"\nstarts_on = "2026-01-01T00:00:00+01:00"\n'
    (shop / "choice.toml").write_text(chosen, encoding="utf-8")
    told = answered("quote", "catalog.toml", "choice.toml")

    assert isinstance(told, dict)
    assert told["recurring"]["net"] == "0.00"
    then = {"net": "19.80", "tax": "0.00", "total": "19.80", "taxes": []}
    assert told["phases"] == [{"code": None, "starts": "2026-03-31T22:00:00Z", "recurring": then}]
    text = call("quote", "catalog.toml", "choice.toml").stdout
    assert "from 2026-04-01  net 19.80 CHF  tax 0.00 CHF  total 19.80 CHF\n" in text


def test_an_estimate_is_called_one(shop: Path) -> None:
    """10,000 by event at 2.9 % and 0.30 are one event here, and the quote says so."""
    by_event = 'model = { type = "percentage", rate = "2.9", fixed_amount = "0.30" }'
    text = CATALOG.replace('model = { type = "per_unit", unit_amount = "0.10" }', by_event)
    (shop / "catalog.toml").write_text(text, encoding="utf-8")
    (shop / "choice.toml").write_text('plan = "team"\nusage = { gb = 10000 }\n', encoding="utf-8")
    told = answered("quote", "catalog.toml", "choice.toml")

    assert isinstance(told, dict)
    assert [(line["amount"], line.get("assumes")) for line in told["lines"]] == [
        ("9.90", None),
        ("290.30", "one event"),
    ]
    assert "gb: an estimate, as if all of it were one event\n" in call("quote", "catalog.toml", "choice.toml").stdout


def test_the_instant_chooses_the_tax_rate(shop: Path) -> None:
    """``--at`` is when the tax rate holds; without it, when the catalog takes effect."""
    old = '{ code = "old", country = "CH", percent = "7.7", to = 2026-01-01 }'
    new = '{ code = "CH", country = "CH", percent = "8.1", from = 2026-01-01 }'
    text = CATALOG.replace('{ code = "CH", country = "CH", percent = "8.1" }', f"{old}, {new}")
    (shop / "catalog.toml").write_text(text, encoding="utf-8")
    (shop / "choice.toml").write_text('plan = "team"\ncountry = "CH"\nquantity = 100', encoding="utf-8")
    before = call("quote", "catalog.toml", "choice.toml").stdout
    after = call("quote", "catalog.toml", "choice.toml", "--at", "2026-06-01T00:00:00Z").stdout

    assert "tax 76.23 CHF" in before
    assert "tax 80.19 CHF" in after


def test_reverse_charge_is_quoted_with_its_reason(shop: Path) -> None:
    """R0-21: a business in another member state is quoted no tax, and told why; a consumer there pays its rate."""
    (shop / "choice.toml").write_text('plan = "team"\nquantity = 100\ncountry = "FR"', encoding="utf-8")
    command = ("quote", "catalog.toml", "choice.toml", "--seller", "DE")
    business = call(*command, "--tax-id", "FR40303265045").stdout
    told = answered(*command, "--tax-id", "FR40303265045")

    assert "tax 0.00 CHF  total 990.00 CHF  (VATEX-EU-AE: reverse charge)" in business
    assert "tax 198.00 CHF  total 1188.00 CHF\n" in call(*command).stdout
    assert isinstance(told, dict)
    assert [(tax["code"], tax["base"], tax["reason"]) for tax in told["recurring"]["taxes"]] == [
        ("VATEX-EU-AE", "990.00", "reverse charge")
    ]


def test_a_tax_id_without_a_seller_is_wrong_use(shop: Path) -> None:
    """The catalog's rates ask nobody's id: it would be ignored."""
    (shop / "choice.toml").write_text('plan = "team"\ncountry = "FR"', encoding="utf-8")

    told = call("quote", "catalog.toml", "choice.toml", "--tax-id", "FR40303265045", code=2)
    assert "--tax-id changes nothing without --seller" in told.stderr


@pytest.mark.parametrize("locale", ["deutsch", "xx", "tlh_XX", ""])
def test_no_locale_is_wrong_use(shop: Path, locale: str) -> None:
    """A name that babel does not know; a language that it knows and nobody speaks here reads English."""
    (shop / "choice.toml").write_text('plan = "team"\nquantity = 200', encoding="utf-8")
    command = ("quote", "catalog.toml", "choice.toml", "--explain", "seats", "--locale")

    assert f"{locale!r} is no locale: write it like de_CH." in call(*command, locale, code=2).stderr
    assert call(*command, "es").stdout.startswith("1.980,00\xa0CHF  Seats (rounded)")


def test_a_line_is_explained(shop: Path) -> None:
    """``--explain`` shows why one price costs what it costs, as text and as a tree."""
    (shop / "choice.toml").write_text('plan = "team"\nquantity = 7', encoding="utf-8")
    command = ("quote", "catalog.toml", "choice.toml", "--explain", "seats")
    told = answered(*command)

    assert isinstance(told, dict)
    assert told["value"] == "69.3"
    assert keys(told, but="about") == documented("quote --explain")
    assert call(*command).stdout.startswith("CHF69.30  Seats (rounded)")
    assert call(*command, "--locale", "fr_CH").stdout.startswith("69,30\xa0CHF  Seats (arrondi)")
    assert call(*command, "--html", shop / "why.html").stdout == f"written to {shop / 'why.html'}\n"
    assert "Seats" in (shop / "why.html").read_text(encoding="utf-8")
    call(*command[:3], "--html", shop / "why.html", code=2)


def test_a_description_is_shown_as_it_is(shop: Path) -> None:
    """What looks like markup or an emoji is text."""
    text = CATALOG.replace('"Seats"', '"[/b] [red]Seats[/red] :smile: <b>"')
    (shop / "catalog.toml").write_text(text, encoding="utf-8")
    (shop / "choice.toml").write_text('plan = "team"', encoding="utf-8")

    assert " [/b] [red]Seats[/red] :smile: <b> " in call("quote", "catalog.toml", "choice.toml").stdout


def test_a_narrow_terminal_folds_descriptions_alone(shop: Path) -> None:
    """However narrow it is, no amount and no word is cut."""
    text = CATALOG.replace('"Seats"', '"Seats for everybody who works here"')
    (shop / "catalog.toml").write_text(text, encoding="utf-8")
    (shop / "choice.toml").write_text('plan = "team"\nquantity = 1234567', encoding="utf-8")
    lines = call("quote", "catalog.toml", "choice.toml", columns=10).stdout.splitlines()

    assert lines[0] == "Quote from catalog 1"
    assert [line.split("│")[1:-1] for line in lines if "1234567" in line] == [
        [" seats ", " Seats for   ", "  1234567 ", " 12222213.30 CHF "]
    ]
    assert "everybody" in "".join(lines)
    assert "…" not in "".join(lines)


@pytest.mark.parametrize(
    ("chosen", "code", "says"),
    [
        ('plan = "nothing"', 3, "not_found: plan: no such plan in the catalog (got 'nothing'; one of team)"),
        ('product = "nothing"', 3, "not_found: product"),
        ('service = "nothing"', 3, "not_found: service"),
        ('plan = "team"\nversion = 9', 3, "not_found: version"),
        ('plan = "team"\naddons = ["nothing"]', 3, "not_found: addon"),
        ('service = "postgres"\ncompute_plan = "huge"\nsla_tier = "standard"', 3, "compute_plan"),
        ('plan = "team"\nquantity = 999999999999999', 3, "invalid_number: amount: too many digits"),
        ('plan = "team"\nquantity = -1\nseats = 3', 1, "choice.toml has 2 problems"),
    ],
)
def test_what_cannot_be_quoted_is_refused(shop: Path, chosen: str, code: int, says: str) -> None:
    """A bad document ends with 1, a good one that the catalog does not sell with 3."""
    (shop / "choice.toml").write_text(chosen, encoding="utf-8")
    result = call("quote", "catalog.toml", "choice.toml", code=code)

    assert says in result.stderr
    assert result.stdout == ""


def test_an_unknown_price_is_not_explained(shop: Path) -> None:
    """``--explain`` names a price of the quote."""
    (shop / "choice.toml").write_text('plan = "team"', encoding="utf-8")

    assert call("quote", "catalog.toml", "choice.toml", "--explain", "nothing", code=3).stderr == (
        "not_found: price: no such price in the quote (got 'nothing'; one of gb, seats)\n"
    )


def test_a_name_that_is_not_there_is_answered_with_those_that_are(shop: Path) -> None:
    """One letter wrong tells the right name; a name like none of few tells all of them."""
    (shop / "choice.toml").write_text('plan = "team"\nquantity = 7', encoding="utf-8")
    (shop / "wrong.toml").write_text('plan = "taem"', encoding="utf-8")

    wrong = call("quote", "catalog.toml", "wrong.toml", code=3).stderr
    other = call("quote", "catalog.toml", "choice.toml", "--explain", "xyz", code=3).stderr
    assert wrong == "not_found: plan: no such plan in the catalog (got 'taem'; team?)\n"
    assert other == "not_found: price: no such price in the quote (got 'xyz'; one of gb, seats)\n"


@pytest.mark.usefixtures("shop")
def test_a_catalog_file_is_shown_without_empty_columns() -> None:
    """Nothing of a file was synced, and nothing is stale: no column for either."""
    told = call("catalog", "show", "catalog.toml").stdout

    assert "entry" in told
    assert "last synced" not in told
    assert "state" not in told
