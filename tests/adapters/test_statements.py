"""Statements: what the payer of an invoice must be told, in their language, so that its lines can be read and added."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

import attrs
import pytest

from billcore.adapters.explanations import explanation_text
from billcore.adapters.rendering import invoice_html, invoice_text
from billcore.adapters.wording import LANGUAGES, WORDS
from billcore.kernel import exact as ex
from billcore.pricing import (
    Catalog,
    Commitment,
    Explanation,
    Flat,
    Meter,
    Percentage,
    PerUnit,
    Price,
    PriceCadence,
    Selection,
    TaxRate,
    Wrapped,
    leaf,
)
from tests.shop import Shop, catalog, plan

JANUARY, FEBRUARY = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
BASE = Price(code="base", description="Grundpreis", model=Flat(10))
CALLS = Price(code="calls", description="Anfragen", model=PerUnit(1), cadence=PriceCadence.USAGE, meter="gb")
EARLY = attrs.evolve(CALLS, model=Wrapped(model=PerUnit(1), interim=True))
FEE = Price(code="fee", description="Betreuung", model=Percentage(15), sum_of=["base"])


def sold(*prices: Price, commitments: Iterable[Commitment] = ()) -> Catalog:
    """One plan of these prices."""
    return attrs.evolve(catalog(plan("p", *prices), meters=[Meter(code="gb")]), commitments=commitments)


def shop(offered: Catalog, locale: str = "de_CH") -> Shop:
    """Its plan is had from January on."""
    found = Shop.new(offered, JANUARY, locale=locale)
    found.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    return found


def shown(one: Shop, number: str) -> list[list[str]]:
    """The cells of a document's lines, as text, and that its page has each of them."""
    invoice = one.billing.invoices.get(number)
    profile = one.billing.customers.get("acme").profile(one.clock.now())
    notes = one.billing.invoices.notes(number)
    text = invoice_text(invoice, profile, None, notes).replace("\xa0", " ")
    page = invoice_html(invoice, profile, None, notes).replace("\xa0", " ")
    rows = text.split("-\n")[1].splitlines()[:-1]
    found = [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in rows]
    assert all(cell in page for row in found for cell in row)
    return found


@pytest.mark.parametrize(
    ("locale", "least", "more"),
    [
        ("de_CH", "Mindestumsatz", "Mehrbezug"),
        ("fr_CH", "Engagement minimum", "Dépassement"),
        ("it_CH", "Impegno minimo", "Eccedenza"),
        ("en", "Minimum commitment", "Overage"),
    ],
)
def test_a_commitment_is_told_in_the_customers_language(locale: str, least: str, more: str) -> None:
    """What it covers by its descriptions, and no sum of money as a quantity; 110.00 beyond 100.00 cost 5.00 more."""
    promised = Commitment(prices=["base", "calls"], amount=100, overage_factor="1.5")
    one = shop(sold(BASE, CALLS, commitments=[promised]), locale)
    one.use("1", "2026-01-10T00:00:00Z", 45)
    one.run(FEBRUARY)
    one.use("2", "2026-02-10T00:00:00Z", 100)
    one.run("2026-03-01T00:00:00Z")

    missing = next(row for row in shown(one, "INV-000002") if row[0].startswith(least))
    beyond = next(row for row in shown(one, "INV-000003") if row[0].startswith(more))
    assert [missing[0], beyond[0]] == [f"{least}: Grundpreis, Anfragen", f"{more}: Grundpreis, Anfragen"]
    assert [len(row) for row in (missing, beyond)] == [3, 3]
    assert [row[-1].strip("CHF ").replace(",", ".") for row in (missing, beyond)] == ["45.00", "5.00"]


def test_a_commitment_has_a_name() -> None:
    """What the catalog calls it is what its lines say."""
    one = shop(sold(BASE, commitments=[Commitment(prices=["base"], amount=100, name="Rahmenvertrag 2026")]))
    one.run(FEBRUARY)

    assert [row[0] for row in shown(one, "INV-000002")] == ["Grundpreis", "Mindestumsatz: Rahmenvertrag 2026"]


def test_a_fee_over_money_has_no_quantity() -> None:
    """15 % of 10.00: the line says 1.50 and not 10 of anything."""
    one = shop(sold(BASE, FEE))
    one.run(FEBRUARY)

    assert [row for row in shown(one, "INV-000002") if row[0] == "Betreuung"] == [
        ["Betreuung", "01.01.2026 - 31.01.2026", "CHF 1.50"]
    ]


def test_an_early_bill_tells_what_was_billed_before() -> None:
    """Of 15 calls 10 were billed on the 10th: 5.00 more, and the line below says which document has the rest."""
    one = shop(sold(EARLY))
    one.use("1", "2026-01-05T00:00:00Z", 10)
    one.at("2026-01-10T00:00:00Z").invoices.run(customer="acme", now=True)
    one.use("2", "2026-01-12T00:00:00Z", 5)
    one.at("2026-01-20T00:00:00Z").invoices.run(customer="acme", now=True)
    one.use("3", "2026-01-22T00:00:00Z", 1)
    one.run(FEBRUARY)

    assert shown(one, "INV-000001") == [["Anfragen", "01.01.2026 - 09.01.2026", "10", "CHF 10.00"]]
    assert shown(one, "INV-000002") == [
        ["Anfragen", "01.01.2026 - 19.01.2026", "15", "CHF 5.00"],
        ["bereits berechnet: CHF 10.00 (INV-000001)"],
    ]
    assert shown(one, "INV-000003")[1] == ["bereits berechnet: CHF 15.00 (INV-000001, INV-000002)"]


def test_a_void_bill_was_not_billed_before() -> None:
    """What counts no more is not told."""
    one = shop(sold(EARLY))
    one.use("1", "2026-01-05T00:00:00Z", 10)
    one.at("2026-01-10T00:00:00Z").invoices.run(customer="acme", now=True)
    one.billing.invoices.void("INV-000001")
    one.run(FEBRUARY)

    assert [len(shown(one, str(invoice.number))) for invoice in one.documents()[1:]] == [1] * len(one.documents()[1:])


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("de", ("1 Ereignis", "1  Einheit", "Anteil der Zusage")),
        ("fr", ("1 événement", "1  unité", "part de l'engagement")),
        ("it", ("1 evento", "1  unità", "quota dell'impegno")),
        ("en", ("1 event", "1  unit", "share of the commitment")),
    ],
)
def test_one_is_said_as_one(locale: str, words: tuple[str, ...]) -> None:
    """A single event, a single unit; what a commitment comes to for a part of its period has a word too."""
    units = leaf("units", ex.ONE, kind="quantity")
    used = Explanation("usage", ex.ONE, "sum", (units,), about={"meter": "gb", "events": 1})
    part = Explanation("share of the commitment", ex.ONE, "sum", (leaf("units", ex.whole(2), kind="quantity"),))
    rows = explanation_text(Explanation("x", ex.whole(2), "sum", (used, part)), locale).splitlines()

    said = [row.strip() for row in rows]
    assert said[1].partition(" (")[0].endswith(words[0])
    assert said[2] == words[1]
    assert words[2] in said[3]
    assert said[4] != f"2  {words[1].split()[1]}" or locale == "it"


@pytest.mark.parametrize(
    ("locale", "word"), [("de_CH", "STORNIERT"), ("fr_CH", "ANNULÉ"), ("it_CH", "ANNULLATO"), ("en", "VOID")]
)
def test_a_void_document_says_so_below_its_title(locale: str, word: str) -> None:
    """In text and on the page, and not before it is void."""
    one = shop(sold(BASE), locale)
    one.run(JANUARY)
    profile = one.billing.customers.get("acme").profile(one.clock.now())
    before = one.billing.invoices.get("INV-000001")
    after = one.billing.invoices.void("INV-000001")

    assert word not in invoice_text(before, profile) + invoice_html(before, profile)
    assert invoice_text(after, profile).splitlines()[1] == word
    assert f"</h1><p><strong>{word}</strong></p>" in invoice_html(after, profile)


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_column_of_amounts_adds_up(locale: str, *, inclusive: bool) -> None:
    """The first amount below the lines is their sum; of prices that include tax the net and the tax are parts of it."""
    offered = attrs.evolve(
        sold(BASE, CALLS), tax_rates=[TaxRate(code="ch", country="CH", percent="8.1", inclusive=inclusive)]
    )
    one = Shop.new(offered, JANUARY, locale=locale, country="CH")
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.use("1", "2026-01-10T00:00:00Z", 3)
    one.run(FEBRUARY)
    invoice = one.billing.invoices.get("INV-000002")
    text = invoice_text(invoice, one.billing.customers.get("acme").profile(one.clock.now())).replace(",", ".")
    below = [Decimal(re.findall(r"\d+\.\d\d", row)[-1]) for row in text.rpartition("-\n")[2].splitlines()]

    lines = Decimal(sum(line.minor for line in invoice.document.lines)) / 100
    assert below[:3] == (
        [lines, Decimal("12.03"), Decimal("0.97")] if inclusive else [lines, Decimal("1.05"), Decimal("14.05")]
    )
    assert (WORDS["subtotal"][LANGUAGES.index(locale)] in text) is not inclusive
