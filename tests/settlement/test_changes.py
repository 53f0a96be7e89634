"""Changes, worked by hand: what is given back, what is charged, and when."""

from __future__ import annotations

import attrs
import pytest

from billcore.kernel import YEAR
from billcore.lifecycle import Order
from billcore.pricing import Addon, Catalog, Meter, PerUnit, Selection, Timing
from tests.shop import Shop, base, catalog, plan

JUNE, MID, JULY = "2020-06-01T00:00:00Z", "2020-06-16T00:00:00Z", "2020-07-01T00:00:00Z"
SIZES = catalog(plan("s", base(15)), plan("m", base(20)), plan("l", base(25)))


def subscribed(code: str, at: str = JUNE) -> Shop:
    """A shop in which ``acme`` has a plan since an instant."""
    shop = Shop.new(SIZES, at)
    shop.billing.subscriptions.create("acme", Selection(plan=code), id="vm")
    return shop


def test_an_upgrade_charges_the_rest_of_the_month() -> None:
    """R0-15: 15 of 30 days are left: 7.50 of 15.00 comes back and pays of 12.50 all but 5.00; July is 25.00."""
    shop = subscribed("s")
    assert shop.run(JUNE) == ["INV-000001 06-01: base 15.00 | due 15.00"]
    shop.billing.payments.record("INV-000001", "15.00", "bank")
    shop.at(MID).subscriptions.change("vm", plan="l")

    june, july = shop.run(MID), shop.run(JULY)

    assert june == ["CN-000001 06-16: base -7.50", "INV-000002 06-16: base 12.50 | due 5.00"]
    assert july == ["INV-000003 07-01: base 25.00 | due 25.00"]


def test_an_unpaid_upgrade_lowers_what_is_due() -> None:
    """R0-15: nothing was paid, so the note takes 7.50 off the 15.00 due, and 12.50 is due beside it: 20.00 in all."""
    shop = subscribed("s")
    shop.run(JUNE)
    shop.at(MID).subscriptions.change("vm", plan="l")
    shop.run(MID)

    assert shop.rows() == [
        "INV-000001 06-01: base 15.00 | due 7.50",
        "CN-000001 06-16: base -7.50",
        "INV-000002 06-16: base 12.50 | due 12.50",
    ]


def test_a_downgrade_waits_for_the_next_period() -> None:
    """R0-16: from 25.00 to 15.00 on 16 June: June stays 25.00, no credit, July is 15.00."""
    shop = subscribed("l")
    shop.run(JUNE)
    shop.at(MID).subscriptions.change("vm", plan="s")

    assert shop.run(MID) == []
    assert shop.run(JULY) == ["INV-000002 07-01: base 15.00 | due 15.00"]


def test_a_cancellation_is_not_a_refund() -> None:
    """R0-17: cancelled at once on 16 June, the prepaid June stays charged; nothing follows."""
    shop = subscribed("l")
    shop.run(JUNE)
    shop.at(MID).subscriptions.cancel("vm", when="now")

    assert shop.run("2020-09-01T00:00:00Z") == []


def test_a_cancellation_gives_back_when_asked() -> None:
    """Ends: ``unused="give_back"`` returns the unused half of 25.00."""
    shop = subscribed("l")
    shop.run(JUNE)
    shop.at(MID).subscriptions.cancel("vm", when="now", unused="give_back")

    assert shop.run("2020-09-01T00:00:00Z") == ["CN-000001 06-16: base -12.50"]


def test_a_pending_downgrade_is_replaced_by_an_upgrade() -> None:
    """Changes: to 15.00 at the period's end, then on the 21st (10 of 30 days left) to 25.00 now: it never goes down.

    20.00 / 3 = 6.67 comes back. The group then has 13.333... + 25.00 / 3 = 21.666..., so 21.67 - 13.33 = 8.34.
    """
    shop = subscribed("m")
    shop.run(JUNE)
    shop.at(MID).subscriptions.change("vm", plan="s")
    shop.at("2020-06-21T00:00:00Z").subscriptions.change("vm", plan="l")

    assert shop.run(JULY) == [
        "CN-000001 06-21: base -6.67",
        "INV-000002 06-21: base 8.34 | due 8.34",
        "INV-000003 07-01: base 25.00 | due 25.00",
    ]


def test_an_interval_change_begins_a_new_period() -> None:
    """R1-15: 9.00 a month with 15 of 30 days unused, then 99.00 a year at once: -4.50 and 99.00, net 94.50."""
    yearly = catalog(plan("month", base(9)), plan("year", base(99, interval=YEAR)))
    shop = Shop.new(yearly, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="month"), id="vm")
    shop.paid_run(JUNE)
    shop.at(MID).subscriptions.change("vm", plan="year")

    assert shop.run(MID) == ["CN-000001 06-16: base -4.50", "INV-000002 06-16: base 99.00 | due 94.50"]
    assert shop.run("2021-06-15T00:00:00Z") == []
    assert shop.run("2021-06-16T00:00:00Z") == ["INV-000003 06-16: base 99.00 | due 99.00"]


def test_a_changed_quantity_waits_for_the_next_billing_date() -> None:
    """A quantity alone makes no billing date: 2 seats from the 16th on are 10.00 / 2 more, told on 1 July."""
    shop = Shop.new(catalog(plan("team", base(PerUnit(10)))), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="team"), id="vm")
    shop.run(JUNE)
    shop.at(MID).subscriptions.change("vm", quantity=2)

    assert shop.run(MID) == []
    assert shop.run(JULY) == ["INV-000002 07-01: base 5.00, base 20.00 | due 25.00"]
    late = shop.documents()[1].document.lines[0]
    assert (late.reason, late.corrects) == ("change", shop.documents()[0].document.lines[0].id)


def test_a_raised_price_reaches_new_subscriptions_only() -> None:
    """R2-10, R0-04: the old VM stays at 20.00, one ordered after the price rose to 25.00 costs 25.00."""
    shop = Shop.new(catalog(plan("vm", base(20))), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="vm"), id="1-old")
    shop.billing.catalog.publish(catalog(plan("vm", base(25)), version="2", effective=MID))
    shop.at(MID).subscriptions.create("acme", Selection(plan="vm"), at=JULY, id="2-new")

    assert shop.run(JULY)[-1] == "INV-000002 07-01: base 20.00, base 25.00 | due 45.00"


def storage(price: str, quantity: int, version: str, effective: str) -> Catalog:
    """A VM, and an addon that gives so many GB for a price."""
    addon = Addon(code="disk", price=base(price, "disk"), quantity=quantity, meter="gb")
    return catalog(
        plan("vm", base(20)), version=version, effective=effective, addons=[addon], meters=[Meter(code="gb")]
    )


def test_an_attached_addon_keeps_price_and_allowance() -> None:
    """R3-09: attached at 7.50 for 50 it stays so after the catalog says 9.00 for 40; a new one gets that."""
    shop = Shop.new(storage("7.50", 50, "1", JUNE), JUNE)
    for name in ("1", "2"):
        shop.billing.subscriptions.create("acme", Selection(plan="vm"), id=name)
    shop.billing.subscriptions.attach_addon("1", "disk")
    shop.billing.catalog.publish(storage("9.00", 40, "2", MID))
    shop.at(JULY).subscriptions.attach_addon("2", "disk")

    assert shop.run(JULY)[-1] == "INV-000002 07-01: base 20.00, disk 7.50, base 20.00, disk 9.00 | due 56.50"
    assert [shop.billing.subscriptions.get(name).orders[-1].records[-1].allowance for name in ("1", "2")] == [50, 40]


def test_one_order_with_two_records() -> None:
    """R0-02: management for 20 and a VM for 15 make one order with two records, 35.00 a month."""
    shop = Shop.new(catalog(plan("matrix", base(20, "management"), base(15, "vm"))), JUNE)
    order = shop.billing.subscriptions.create("acme", Selection(plan="matrix"), id="matrix").first

    assert [record.price.code for record in order.records] == ["management", "vm"]
    assert shop.run(JUNE) == ["INV-000001 06-01: management 20.00, vm 15.00 | due 35.00"]


def test_orders_never_change() -> None:
    """R0-03: a record refuses assignment; a change makes a new order and leaves the old one equal to before."""
    shop = subscribed("s")
    before = shop.billing.subscriptions.get("vm").first
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        before.records[0].quantity = 2  # type: ignore[misc,assignment]  # the point

    after = shop.at(MID).subscriptions.change("vm", plan="l")

    assert after.facts[0] == before
    assert isinstance(after.facts[1], Order)
    assert after.facts[1].id != before.id


def test_arrears_are_split_by_time_too() -> None:
    """In arrears the halves of June (7.50 and 12.50) come on one invoice on 1 July."""
    late = catalog(plan("s", base(15, timing=Timing.ARREARS)), plan("l", base(25, timing=Timing.ARREARS)))
    shop = Shop.new(late, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="s"), id="vm")
    shop.at(MID).subscriptions.change("vm", plan="l")

    assert shop.run(JULY) == ["INV-000001 07-01: base 7.50, base 12.50 | due 20.00"]
