"""``billcore load``: catalogs, stories and usage into a database, in the order given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.database import column, dump
from tests.cli.desk import answered, call, documented, keys
from tests.cli.documents import CATALOG, REFUSED

ALL = ("catalog.toml", "story.toml", "usage.csv")
TO_THE_END = 'format = "billcore-scenario/1"\nuntil = 2026-12-31T00:00:00Z\n'
ITEMS = """
format = "billcore-scenario/1"
policy = { tax = "HOW" }
catalog = { version = "1", effective = 2026-01-01T00:00:00Z, currency = "CHF", tax_rates = [
  { code = "ch", country = "CH", percent = 8.1 } ] }
customers = [ { id = "acme", currency = "CHF", country = "CH" } ]
steps = [
  { at = 2026-01-02T00:00:00Z, do = "add_item", customer = "acme", amount = 0.10, description = "a" },
  { at = 2026-01-02T00:00:00Z, do = "add_item", customer = "acme", amount = 0.10, description = "b" },
  { at = 2026-01-02T00:00:00Z, do = "add_item", customer = "acme", amount = 0.10, description = "c" },
  { at = 2026-01-03T00:00:00Z, do = "bill" },
]
"""
NOBODY = "id,source,customer,meter,time,value\n9,edge,nobody,gb,2026-01-10T00:00:00Z,1\n"


def test_catalog_story_and_usage_in_one_command(shop: Path) -> None:
    """The database is made, and everything is in it."""
    told = call("load", "bills.db", *ALL)

    assert told.stdout == "3 steps and 2 usage events loaded, 0 steps refused\n"
    assert (shop / "bills.db").is_file()
    assert answered("verify", "bills.db") == []


def test_loading_again_adds_nothing(loaded: Path) -> None:
    """The second time every step is known by its key, and every event by its id."""
    before = dump(loaded)

    assert answered("load", loaded, *ALL) == {"steps": 3, "events": 0, "errors": [], "rejected": [], "not_compared": []}
    assert dump(loaded) == before


def test_a_refused_step_is_told_and_the_story_goes_on(loaded: Path) -> None:
    """The step after it is taken; the exit code is 1, and it is told again by the next load."""
    (loaded.parent / "hasty.toml").write_text(REFUSED, encoding="utf-8")
    told = answered("load", loaded, "hasty.toml", code=1)
    again = call("load", loaded, "hasty.toml", code=1)

    assert told == {
        "steps": 2,
        "events": 0,
        "errors": [
            {
                "at": "2026-01-05T00:00:00Z",
                "do": "change",
                "story": "hasty",
                "step": 1,
                "error": "subscription: no such subscription (got 'not-there')",
            }
        ],
        "rejected": [],
        "not_compared": [],
    }
    assert again.stdout.splitlines() == [
        "2 steps and 0 usage events loaded, 1 step refused",
        "  hasty/1 change: subscription: no such subscription (got 'not-there')",
    ]
    assert column(loaded, "SELECT amount FROM billcore_credit WHERE customer = 'hasty'") == [2000]


def test_a_rejected_usage_event_is_told(loaded: Path) -> None:
    """Events that cannot be counted are named; the others are recorded, and the exit code is 1."""
    text = NOBODY + "1,edge,acme,gb,2026-01-10T00:00:00Z,26\n10,edge,acme,gb,2026-01-12T00:00:00Z,1\n"
    (loaded.parent / "late.csv").write_text(text, encoding="utf-8")
    told = answered("load", loaded, "late.csv", code=1)
    again = call("load", loaded, "late.csv", code=1)

    assert told == {
        "steps": 0,
        "events": 1,
        "errors": [],
        "rejected": [
            {
                "file": "late.csv",
                "source": "edge",
                "id": "9",
                "error": "customer: no such customer (got 'nobody')",
            },
            {"file": "late.csv", "source": "edge", "id": "1", "error": "this id was used for another event"},
        ],
        "not_compared": [],
    }
    assert again.stdout == "0 steps and 0 usage events loaded, 0 steps refused\n"
    assert again.stderr.splitlines()[0] == "late.csv: edge/9: customer: no such customer (got 'nobody')"


def test_the_answer_is_as_documented(loaded: Path) -> None:
    """With a refused step and a rejected event, every key of the reference is there and no other."""
    (loaded.parent / "hasty.toml").write_text(REFUSED, encoding="utf-8")
    (loaded.parent / "nobody.csv").write_text(NOBODY, encoding="utf-8")

    assert keys(answered("load", loaded, "hasty.toml", "nobody.csv", code=1)) == documented("load")


@pytest.mark.usefixtures("shop")
def test_files_are_loaded_in_the_order_given() -> None:
    """Usage before its customer is rejected, a story before its catalog refused; the second time all is well."""
    backwards = ("load", "bills.db", "usage.csv", "story.toml", "catalog.toml")
    told = answered(*backwards, code=1)

    assert isinstance(told, dict)
    assert [one["error"] for one in told["rejected"]] == ["customer: no such customer (got 'acme')"] * 2
    assert [one["step"] for one in told["errors"]] == [1, 2]
    assert answered(*backwards) == {"steps": 3, "events": 2, "errors": [], "rejected": [], "not_compared": []}


def test_nothing_is_loaded_where_a_document_has_problems(shop: Path) -> None:
    """All documents are read first: a bad one at the end leaves no database behind."""
    (shop / "bad.toml").write_text('format = "billcore-scenario/1"\nsteps = 3\n', encoding="utf-8")
    result = call("load", "bills.db", *ALL, "bad.toml", code=1)

    assert result.stderr.startswith("bad.toml has 1 problem\n  steps: ")
    assert result.stdout == ""
    assert not (shop / "bills.db").exists()


def test_no_event_of_a_bad_usage_file_is_recorded(loaded: Path) -> None:
    """Its problems are told with their lines, as ``check`` tells them."""
    text = NOBODY.replace("nobody", "acme") + "10,edge,acme,gb,2026-01-12T00:00:00Z,1e5\n11,edge\n"
    (loaded.parent / "bad.csv").write_text(text, encoding="utf-8")
    before = dump(loaded)
    result = call("load", loaded, "bad.csv", code=1)

    assert [line.partition(":")[0].strip() for line in result.stderr.splitlines()] == [
        "bad.csv has 2 problems",
        "line 3.value",
        "line 4",
    ]
    assert dump(loaded) == before


def test_a_story_names_its_files(shop: Path) -> None:
    """A ``publish`` and a ``usage`` step find their files beside the story, wherever the command is called."""
    away = shop / "away"
    away.mkdir()
    for name in ALL:
        (shop / name).rename(away / name)
    (away / "whole.toml").write_text(
        """\
format = "billcore-scenario/1"
catalog = "catalog.toml"
customers = [{ id = "acme", currency = "CHF" }]
steps = [{ at = 2026-02-01T00:00:00Z, do = "usage", file = "usage.csv" }]
""",
        encoding="utf-8",
    )

    assert answered("load", "bills.db", "away/whole.toml") == {
        "steps": 1,
        "events": 2,
        "errors": [],
        "rejected": [],
        "not_compared": [],
    }


def test_another_catalog_of_the_same_version_is_refused(loaded: Path) -> None:
    """What was published stays as it is."""
    (loaded.parent / "catalog.toml").write_text(CATALOG.replace("9.90", "9.95"), encoding="utf-8")
    before = dump(loaded)
    result = call("load", loaded, "catalog.toml", code=3)

    assert result.stderr == "already_exists: this version was published with other content (got '1')\n"
    assert dump(loaded) == before


def test_what_is_not_loaded(shop: Path) -> None:
    """A selection is quoted; a story that brings a policy, or is to be billed by itself, is for a later version."""
    (shop / "choice.toml").write_text('plan = "team"\n', encoding="utf-8")
    story = 'format = "billcore-scenario/1"\npolicy = { proration = "day" }\n'
    (shop / "strict.toml").write_text(story, encoding="utf-8")

    assert "a selection is quoted, not loaded" in call("load", "bills.db", "choice.toml", code=3).stderr
    assert call("load", "bills.db", "strict.toml", code=3).stderr.startswith("not_supported_yet: policy: ")
    (shop / "year.toml").write_text(TO_THE_END, encoding="utf-8")
    assert call("load", "bills.db", "year.toml", code=3).stderr.startswith("not_supported_yet: until: ")
    assert not (shop / "bills.db").exists()


def test_a_story_says_how_its_tax_is_rounded(shop: Path) -> None:
    """Three items of 0.10 at 8.1 %: 0.02 over the document, 0.03 by line; `verify` of the house knows."""
    for how, tax in (("rate", "0.02"), ("line", "0.03")):
        (shop / f"{how}.toml").write_text(ITEMS.replace("HOW", how), encoding="utf-8")
        call("load", f"{how}.db", f"{how}.toml")

        made = answered("invoices", "show", f"{how}.db", "INV-000001")
        assert isinstance(made, dict)
        assert made["tax"] == tax
        assert answered("verify", f"{how}.db") == []


def test_what_a_story_expects_to_fail_is_no_refusal(loaded: Path) -> None:
    """A step that must fail, and does, leaves the exit code 0; one that must not ends the command."""
    text = REFUSED.replace("quantity = 2", "quantity = 2\nmust_fail = true")
    (loaded.parent / "expected.toml").write_text(text, encoding="utf-8")
    (loaded.parent / "must.toml").write_text(text.replace("must_fail", "must_succeed"), encoding="utf-8")

    assert call("load", loaded, "expected.toml").stdout == "2 steps and 0 usage events loaded, 0 steps refused\n"
    assert "step 1 must succeed" in call("load", loaded, "must.toml", code=3).stderr


BILLED = """\
format = "billcore-scenario/1"
name = "billed"
until = 2026-02-01T00:00:00Z
billing = "manual"
{settle}

[[steps]]
at = 2026-01-02T00:00:00Z
do = "top_up"
customer = "acme"
amount = 500

[[steps]]
at = 2026-01-03T00:00:00Z
do = "bill"
"""


@pytest.mark.parametrize(("settle", "state"), [("", "issued"), ("settle = false", "issued"), ("settle = true", "paid")])
def test_a_story_settles_at_issue_where_it_says_so(loaded: Path, settle: str, state: str) -> None:
    """Its ``bill`` step issues; without ``settle = true`` the balance stays whole, until it is settled."""
    (loaded.parent / "billed.toml").write_text(BILLED.format(settle=settle), encoding="utf-8")
    call("load", loaded, "billed.toml")

    listed = answered("invoices", "list", loaded, "--customer", "acme")
    assert isinstance(listed, list)
    assert [one["status"] for one in listed] == [state]
    assert answered("verify", loaded) == []


def step(text: str, **top: str) -> str:
    """A story of one step."""
    head = "".join(f"{key} = {value}\n" for key, value in top.items())
    return f'format = "billcore-scenario/1"\n{head}[[steps]]\nat = 2026-03-01T00:00:00Z\n{text}\n'


def test_a_payment_names_the_customer_of_its_document(billed: Path) -> None:
    """Recorded for another one's document it is refused, and nothing is booked."""
    payment = 'do = "record_payment"\ncustomer = "lyon"\ndocument = "INV-000001"\namount = 1'
    (billed.parent / "paid.toml").write_text(step(payment), encoding="utf-8")
    before = dump(billed)
    told = answered("load", billed, "paid.toml", code=1)

    assert isinstance(told, dict)
    assert [one["error"] for one in told["errors"]] == ["customer: the document is another customer's (got 'lyon')"]
    assert dump(billed) == before


def test_a_voucher_has_the_catalogs_currency(loaded: Path) -> None:
    """Where the step names none."""
    (loaded.parent / "gift.toml").write_text(step('do = "issue_voucher"\ncode = "GIFT"\namount = 5'), encoding="utf-8")
    call("load", loaded, "gift.toml")

    assert column(loaded, "SELECT currency FROM billcore_voucher") == ["CHF"]


def test_an_item_of_a_subscription_is_for_a_later_version(loaded: Path) -> None:
    """Refused at its place, never ignored."""
    item = 'do = "add_item"\ncustomer = "acme"\namount = 5\ndescription = "work"\nsubscription = "s-acme"'
    (loaded.parent / "item.toml").write_text(step(item), encoding="utf-8")

    assert "steps[0].subscription: not supported yet" in call("load", loaded, "item.toml", code=1).stderr


def test_what_a_story_expects_is_said_not_to_be_compared(loaded: Path) -> None:
    """The story is loaded, and the answer names it."""
    text = step('do = "top_up"\ncustomer = "acme"\namount = 5', expect="{ invoices = [] }", name='"hoping"')
    (loaded.parent / "hoping.toml").write_text(text, encoding="utf-8")

    assert call("load", loaded, "hoping.toml").stdout.splitlines()[1:] == ["hoping: what it expects was not compared"]
    told = answered("load", loaded, "hoping.toml")
    assert isinstance(told, dict)
    assert told["not_compared"] == ["hoping"]


EVENTS = """do = "usage"
events = [
    { id = "a", customer = "acme", meter = "gb", value = 1 },
    { id = "b", customer = "nobody", meter = "gb", value = 1 },
]
"""


def test_a_usage_step_keeps_its_good_events(loaded: Path) -> None:
    """The bad one is told like one of a usage file; the step is not refused."""
    (loaded.parent / "mixed.toml").write_text(step(EVENTS), encoding="utf-8")
    (loaded.parent / "wanted.toml").write_text(step(EVENTS + "must_fail = true"), encoding="utf-8")
    (loaded.parent / "must.toml").write_text(step(EVENTS + "must_succeed = true"), encoding="utf-8")

    assert answered("load", loaded, "mixed.toml", code=1) == {
        "steps": 1,
        "events": 1,
        "errors": [],
        "rejected": [
            {
                "file": "mixed.toml",
                "source": "scenario",
                "id": "b",
                "error": "customer: no such customer (got 'nobody')",
            }
        ],
        "not_compared": [],
    }
    assert column(loaded, "SELECT id FROM billcore_usage WHERE source = 'scenario'") == ["a"]
    call("load", loaded, "wanted.toml")
    assert "step 1 must succeed: an event is rejected" in call("load", loaded, "must.toml", code=3).stderr
