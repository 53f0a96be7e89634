"""``--seller``: a house that bills by reverse charge does so from the command line too, or is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from billcore import Billing
from billcore.cli.files import read_catalog
from billcore.pricing import EuVat, Selection
from billcore.testing import ManualClock
from tests.cli.database import dump
from tests.cli.desk import answered, call
from tests.cli.documents import CATALOG

FIRST, SECOND = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"


@pytest.fixture
def house(shop: Path) -> Path:
    """A German house with one business in France, billed in January by reverse charge."""
    clock, database = ManualClock(FIRST), shop / "h.db"
    with Billing.open(database, clock=clock, taxes=EuVat(seller="DE")) as billing:
        billing.catalog.publish(read_catalog(shop / "catalog.toml"))
        billing.customers.create("firme", currency="CHF", country="FR", tax_id="FR40303265045")
        billing.subscriptions.create("firme", Selection(plan="team", quantity=10), id="s")
        billing.invoices.run()
    return database


def taxes(database: Path) -> list[list[tuple[str, str]]]:
    """The code and the amount of each tax of each document."""
    told = answered("invoices", "list", database)
    assert isinstance(told, list)
    return [[(tax["code"], tax["amount"]) for tax in one["taxes"]] for one in told]


def test_a_run_by_reverse_charge(house: Path) -> None:
    """With ``--seller`` February is taxed as January was."""
    call("run", house, "--until", SECOND, "--seller", "DE")

    assert taxes(house) == [[("VATEX-EU-AE", "0.00")], [("VATEX-EU-AE", "0.00")]]


def test_a_run_that_would_tax_otherwise_asks(house: Path) -> None:
    """Without it nothing is billed, with wrong use as the exit code; where nobody is due nobody is asked."""
    before = dump(house)

    told = call("run", house, "--until", SECOND, code=2).stderr
    assert "'firme' is due by 2026-02-01T00:00:00Z, and its earlier documents were taxed by reverse charge" in told
    assert told.rstrip().endswith("say --seller")
    assert dump(house) == before
    call("run", house, "--until", FIRST)
    assert (
        "seller: not a member state (got 'CH')"
        in call("run", house, "--until", SECOND, "--seller", "CH", code=3).stderr
    )


def test_a_catalog_that_says_reverse_charge_needs_no_seller(house: Path) -> None:
    """Its table knows the code: what it says holds."""
    reverse = '{ code = "AE", country = "FR", percent = 0, reason = "VATEX-EU-AE" }'
    text = CATALOG.replace('version = "1"', 'version = "2"', 1).replace(
        '{ code = "FR", country = "FR", percent = "20" }', reverse
    )
    (house.parent / "two.toml").write_text(text, encoding="utf-8")
    call("catalog", "publish", house, house.parent / "two.toml", "--at", "2026-01-15T00:00:00Z")
    call("run", house, "--until", SECOND)

    assert taxes(house)[1] == [("AE", "0.00")]


def test_a_story_that_bills(house: Path) -> None:
    """``load`` has the same option, and asks the same, before anything is loaded."""
    story = 'format = "billcore-scenario/1"\nname = "february"\n'
    step = f'[[steps]]\nat = {SECOND}\ndo = "bill"\n'
    (house.parent / "bill.toml").write_text(story + step, encoding="utf-8")
    before = dump(house)

    assert "say --seller" in call("load", house, house.parent / "bill.toml", code=2).stderr
    assert dump(house) == before
    call("load", house, house.parent / "bill.toml", "--seller", "DE")
    assert taxes(house) == [[("VATEX-EU-AE", "0.00")], [("VATEX-EU-AE", "0.00")]]
