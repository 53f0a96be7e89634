"""What a run knew: explanations and ``verify`` after backdated profiles and runs with an instant of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from billcore.adapters.sql import open_sqlite
from billcore.engine import Billing
from billcore.engine.verify import Violation, verify
from billcore.kernel import InvariantBroken
from billcore.lifecycle import UsageEvent
from billcore.ports import Scope
from billcore.pricing import Graduated, Meter, MeterPrice, PerUnit, Price, PriceCadence, PriceModel, Selection, Tier
from billcore.settlement import Policy
from billcore.testing import ManualClock
from tests.shop import Shop, base, catalog, plan


def explained(billing: Billing) -> Iterator[str]:
    """Every line of acme's documents, explained: its number and amount."""
    for one in billing.invoices.list("acme", limit=1_000).items:
        for line in one.document.lines:
            yield f"{one.number} {billing.invoices.explain(one.id, line.id).value}"


def test_lines_explain_themselves_after_a_backdated_zone() -> None:
    """Two months billed in UTC, then a zone that held since December: both lines are as they were known at issue."""
    shop = Shop.new(catalog(plan("vm", base(30))), "2026-01-01T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="vm"), id="s")
    shop.at("2026-02-01T00:00:00Z").invoices.run()
    before = list(explained(shop.billing))
    shop.at("2026-02-10T00:00:00Z").customers.update("acme", timezone="America/New_York", at="2025-12-15T00:00:00Z")

    assert list(explained(shop.billing)) == before == ["INV-000001 30.00", "INV-000002 30.00"]
    shop.at("2026-03-10T00:00:00Z").invoices.run()
    assert len(list(explained(shop.billing))) == 8
    assert shop.billing.verify() == ()


@pytest.mark.parametrize("model", [PerUnit("0.10"), Graduated([Tier(up_to=5, unit_amount=1), Tier(unit_amount=2)])])
def test_a_run_as_of_a_past_instant_knew_what_was_recorded_when_it_ran(model: PriceModel) -> None:
    """January is loaded in March and billed as of 1 February, then more of it comes: all lines still come about."""
    price = base(model, "traffic", cadence=PriceCadence.USAGE, meter="gb")
    shop = Shop.new(catalog(plan("vm", base(30), price), meters=[Meter(code="gb")]), "2026-01-01T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="vm"), id="s")
    shop.at("2026-03-10T00:00:00Z")
    shop.use("u1", "2026-01-05T00:00:00Z", 4)
    shop.at("2026-03-10T01:00:00Z")
    shop.use("u2", "2026-01-06T00:00:00Z", 3)
    shop.billing.invoices.run(until="2026-02-01T00:00:00Z", at="2026-02-01T00:00:00Z")
    january = shop.rows()[-1]
    for hour in (2, 3):
        shop.at(f"2026-03-10T0{hour}:00:00Z")
        shop.use(f"late {hour}", "2026-01-07T00:00:00Z", 1 if hour == 2 else -4)

    amount = january.split("traffic ")[1].split()[0]
    assert f"INV-000002 {amount}" in list(explained(shop.billing))
    assert shop.billing.verify() == ()
    shop.at("2026-03-11T00:00:00Z").invoices.run()
    assert "CN-000001 -0.30" in list(explained(shop.billing)) or model != PerUnit("0.10")
    assert len(list(explained(shop.billing))) == len([row for one in shop.documents() for row in one.document.lines])
    assert shop.billing.verify() == ()


def test_a_price_that_is_had_outside_any_plan_before_it_is_bought() -> None:
    """January as above, of a meter that a plan with the very same price counts from March on."""
    price = base(PerUnit("0.10"), "traffic", cadence=PriceCadence.USAGE, meter="gb")
    plans = catalog(plan("flat", base(30)), plan("met", base(30), price), meters=[Meter(code="gb")])
    sold = attrs.evolve(plans, meter_prices=[MeterPrice(meter="gb", price=price)])
    shop = Shop.new(sold, "2026-01-01T00:00:00Z")
    for name in ("first", "s"):
        shop.billing.subscriptions.create("acme", Selection(plan="flat"), id=name)
    shop.at("2026-03-09T00:00:00Z")
    shop.use("u0", "2026-01-05T00:00:00Z", 3)
    shop.at("2026-03-10T00:00:00Z")
    shop.use("u1", "2026-01-05T00:00:00Z", 4, subscription="s")
    shop.at("2026-03-10T01:00:00Z").invoices.run(until="2026-02-01T00:00:00Z", at="2026-02-01T00:00:00Z")
    shop.at("2026-03-10T02:00:00Z")
    shop.use("u2", "2026-01-06T00:00:00Z", 3, subscription="s")
    shop.billing.subscriptions.change("s", plan="met", when="now")

    assert {"INV-000002 0.30", "INV-000002 0.40"} <= set(explained(shop.billing))
    assert shop.billing.verify() == ()


def test_what_was_true_at_no_recording_is_found(tmp_path: Path) -> None:
    """A line of such a run whose amount and quantity no state of the events comes to: P5 and P6 name it."""
    clock = ManualClock("2026-01-01T00:00:00Z")
    price = base(PerUnit("1"), "traffic", cadence=PriceCadence.USAGE, meter="gb")
    path = tmp_path / "bills.db"
    with Billing.open(path, clock=clock) as billing:
        billing.catalog.publish(catalog(plan("vm", price), meters=[Meter(code="gb")]))
        billing.customers.create("acme", currency="CHF")
        billing.subscriptions.create("acme", Selection(plan="vm"), id="s")
        for n, day in enumerate(("10", "11")):
            clock.set(f"2026-03-{day}T00:00:00Z")
            billing.usage.record(
                [UsageEvent(id=day, source="t", customer="acme", meter="gb", time="2026-01-05T00:00:00Z", value=n + 3)]
            )
            billing.invoices.run(until="2026-02-01T00:00:00Z", at="2026-02-01T00:00:00Z")
    assert found(path) == ()
    raw = sqlite3.connect(path)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("UPDATE billcore_line SET quantity = '4', exact = '4' WHERE kind = 'charge'")
    raw.commit()
    raw.close()

    assert {one.invariant for one in found(path)} >= {"P5", "P6"}
    with Billing.open(path, clock=clock) as billing, pytest.raises(InvariantBroken, match="P5"):
        billing.invoices.explain("INV-000001", 1)


def found(path: Path) -> tuple[Violation, ...]:
    """What ``verify`` finds in a file."""
    store = open_sqlite(path)
    try:
        return verify(store, Scope("main"), Policy())
    finally:
        store.close()


def test_a_line_tells_the_rest_of_its_group() -> None:
    """0.333 of usage is 0.33, 0.333 more is 0.34 and not 0.33: the second line says what the first left."""
    price = Price(code="gb", model=PerUnit("0.333"), cadence=PriceCadence.USAGE, meter="gb")
    shop = Shop.new(catalog(plan("metered", price), meters=[Meter(code="gb")]), "2026-05-01T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="metered"))
    shop.use("1", "2026-05-03T00:00:00Z", 1)
    shop.run("2026-06-01T00:00:00Z")
    shop.at("2026-06-02T00:00:00Z")
    shop.use("2", "2026-05-04T00:00:00Z", 1)
    shop.run("2026-07-01T00:00:00Z")
    first, second = shop.billing.invoices.explain("INV-000001", 1), shop.billing.invoices.explain("INV-000002", 1)

    assert (str(first.value), first.operation) == ("0.33", "round")
    assert (str(second.value), second.operation) == ("0.34", "remainder")
    assert [(node.label, str(node.value)) for node in second.children] == [
        ("rounded with the group", "0.67"),
        ("rounded on", "0.33"),
    ]
    assert second.recompute() == second.value
    assert second.find("rounding moved within the group") is None
