"""Changes, worked by hand: what is given back, what is charged, and when."""

from __future__ import annotations

from functools import partial

import attrs
import pytest

from billcore.kernel import YEAR, InvalidValue, NotAllowed
from billcore.lifecycle import Order
from billcore.pricing import Addon, BillingUnit, Catalog, ComputePlan, Meter, PerUnit, Selection, Service, Timing
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
    """R2-10, R0-04: the old VM stays at 20.00, one ordered after the price rose to 25.00 costs 25.00 (X-03)."""
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


SEATS = catalog(
    plan("small", base(10), base(PerUnit(10), "seat")),
    plan("big", base(30), base(PerUnit(10), "seat")),
    addons=[Addon(code="line", price=base(5, "line"))],
)
FIFTH, TENTH = "2020-06-05T00:00:00Z", "2020-06-10T00:00:00Z"


def seats(code: str, quantity: int, *addons: str) -> Shop:
    """A shop in which ``acme`` has a plan with seats since 1 June, billed for June."""
    shop = Shop.new(SEATS, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan=code, quantity=quantity, addons=addons), id="vm")
    shop.run(JUNE)
    return shop


def test_fewer_seats_leave_a_pending_downgrade_alone() -> None:
    """Both wait for July: 10.00 for the smaller plan and 10.00 for one seat."""
    shop = seats("big", 3)
    shop.at(FIFTH).subscriptions.change("vm", plan="small")
    shop.at(TENTH).subscriptions.change("vm", quantity=1)

    assert shop.run(JULY) == ["INV-000002 07-01: seat 10.00, base 10.00 | due 20.00"]
    selection = shop.billing.subscriptions.get("vm").order_at(shop.clock.now()).selection
    assert selection == Selection(plan="small", quantity=1)


def test_a_pending_downgrade_takes_place_with_the_seats_added_before_it() -> None:
    """Two more seats on the 16th are 10.00 in June; in July the smaller plan has all three."""
    shop = seats("big", 1)
    shop.at(FIFTH).subscriptions.change("vm", plan="small")
    changed = shop.at(MID).subscriptions.change("vm", quantity=3)

    assert changed.orders[-1].at == shop.clock.now()
    assert shop.run(JULY) == ["INV-000002 07-01: seat 10.00, seat 30.00, base 10.00 | due 50.00"]
    assert shop.billing.verify() == ()


def test_fewer_seats_still_come_after_an_upgrade() -> None:
    """One seat from July on, asked for before the upgrade of the 16th: half of 10.00 and of 30.00, then 30 and 10."""
    shop = seats("small", 3)
    shop.at(FIFTH).subscriptions.change("vm", quantity=1)
    shop.at(MID).subscriptions.change("vm", plan="big")

    assert shop.run(MID) == ["CN-000001 06-16: base -5.00", "INV-000002 06-16: base 15.00 | due 15.00"]
    assert shop.run(JULY) == ["INV-000003 07-01: seat 10.00, base 30.00 | due 40.00"]


def test_an_upgrade_with_seats_replaces_both() -> None:
    """Who names plan and quantity, or a selection, leaves nothing pending."""
    for named in ({"plan": "big", "quantity": 4}, {"selection": Selection(plan="big", quantity=4)}):
        shop = seats("small", 3)
        shop.at(FIFTH).subscriptions.change("vm", quantity=1)
        shop.at(TENTH).subscriptions.change("vm", plan="small", when="period_end")
        shop.at(MID).subscriptions.change("vm", **named)

        assert shop.run(JULY)[-1] == "INV-000003 07-01: seat 40.00, base 30.00 | due 70.00"


def test_what_is_left_of_a_pending_change_is_its_plan() -> None:
    """Pending are the smaller plan and one seat; two seats, asked for now, replace the one and leave the other."""
    shop = seats("big", 2)
    shop.at(FIFTH).subscriptions.change("vm", plan="small", quantity=1)
    shop.at(TENTH).subscriptions.change("vm", quantity=2)

    assert shop.run(JULY) == ["INV-000002 07-01: seat 20.00, base 10.00 | due 30.00"]


def test_changes_pending_for_several_instants_keep_what_each_names() -> None:
    """The smaller plan for July, the big one for August; then, for July too, four seats: August has them too."""
    shop = seats("big", 2)
    later = shop.at(FIFTH).subscriptions
    later.change("vm", plan="small", at=JULY, when="now")
    later.change("vm", plan="big", at="2020-08-01T00:00:00Z", when="now")
    later.change("vm", quantity=4, at=JULY, when="now")

    assert shop.run(JULY) == ["INV-000002 07-01: seat 40.00, base 10.00 | due 50.00"]
    assert shop.run("2020-08-01T00:00:00Z") == ["INV-000003 08-01: seat 40.00, base 30.00 | due 70.00"]


def test_a_pending_interval_change_survives_more_seats() -> None:
    """From yearly to monthly at the year's end: the new seat changes nothing about that, nor about when."""
    sold = catalog(plan("year", base(PerUnit(100), interval=YEAR)), plan("month", base(PerUnit(9))))
    shop = Shop.new(sold, "2020-01-01T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="year"), id="vm")
    shop.run("2020-01-01T00:00:00Z")
    shop.at(JUNE).subscriptions.change("vm", plan="month", when="period_end")
    shop.at(JULY).subscriptions.change("vm", quantity=2)

    assert shop.run("2021-02-01T00:00:00Z")[-2:] == [
        "INV-000002 01-01: base 50.27, base 18.00 | due 68.27",
        "INV-000003 02-01: base 18.00 | due 18.00",
    ]


def test_attaching_takes_a_pending_end_back() -> None:
    """Detached for July, attached again on the 16th: it goes on, at 5.00 a month, and costs nothing twice."""
    shop = seats("small", 1, "line")
    shop.at(FIFTH).subscriptions.detach_addon("vm", "line")
    shop.at(MID).subscriptions.attach_addon("vm", "line")

    assert shop.run(MID) == []
    assert shop.run(JULY) == ["INV-000002 07-01: base 10.00, seat 10.00, line 5.00 | due 25.00"]


def test_attaching_more_than_there_were_adds_the_rest() -> None:
    """One ends in July; three from the 16th on are that one and two more, 5.00 of them in June."""
    shop = seats("small", 1, "line")
    shop.at(FIFTH).subscriptions.detach_addon("vm", "line")
    shop.at(MID).subscriptions.attach_addon("vm", "line", quantity=3)

    assert shop.run(JULY) == ["INV-000002 07-01: base 10.00, seat 10.00, line 5.00, line 15.00 | due 40.00"]


def test_attaching_fewer_than_there_were_says_how() -> None:
    """Two end in July; one from the 16th on cannot be, one from July on can."""
    shop = seats("small", 1, "line", "line")
    shop.at(FIFTH).subscriptions.detach_addon("vm", "line")
    with pytest.raises(InvalidValue, match=r"quantity: 2 are attached until the pending end .*period_end"):
        shop.at(MID).subscriptions.attach_addon("vm", "line")
    shop.at(MID).subscriptions.attach_addon("vm", "line", when="period_end")

    assert shop.run(JULY)[-1] == "INV-000002 07-01: base 10.00, seat 10.00, line 5.00 | due 25.00"


def test_nothing_changes_when_all_has_ended() -> None:
    """Cancelled for July, a plan, a seat less or an addon for July would never be had: refused, and where."""
    shop = seats("big", 3)
    shop.at(FIFTH).subscriptions.cancel("vm")
    late = shop.at(MID).subscriptions

    for ask in (
        partial(late.change, "vm", plan="small"),
        partial(late.change, "vm", quantity=1),
        partial(late.attach_addon, "vm", "line", when="period_end"),
    ):
        with pytest.raises(NotAllowed, match=r"^when: the subscription has ended by then .*2020-07-01"):
            ask()
    assert len(shop.billing.subscriptions.get("vm").facts) == 2
    late.change("vm", quantity=4)
    assert shop.run(JULY) == ["INV-000002 07-01: seat 5.00 | due 5.00"]


def users(price: str, version: str, effective: str) -> Catalog:
    """A service by user at a price an hour."""
    sized = ComputePlan(code="c", cpu=1, ram_gib=1, price=price)
    service = Service(code="desk", billing_unit=BillingUnit.USER, base_fee=10, compute_plans=[sized])
    return Catalog(version=version, effective=effective, currency="CHF", services=[service])


def test_a_changed_quantity_of_a_service_keeps_the_prices_bought() -> None:
    """Ten users at 0.01 an hour, eleven from the 16th on, after the price rose to 0.50: 720 h x 0.01 x 10.5 = 75.60."""
    shop = Shop.new(users("0.01", "1", JUNE), JUNE)
    selection = Selection(service="desk", compute_plan="c", quantity=10)
    shop.billing.subscriptions.create("acme", selection, id="vm")
    shop.billing.catalog.publish(users("0.50", "2", FIFTH))
    changed = shop.at(MID).subscriptions.change("vm", quantity=11)

    assert changed.orders[-1].catalog == "1"
    assert shop.run(JULY) == ["INV-000001 07-01: base 10.00, compute 75.60 | due 85.60"]


def test_a_changed_configuration_keeps_the_prices_bought() -> None:
    """Configuration is not priced: with another one the service costs what it did; the same selection again is new."""
    shop = Shop.new(users("0.01", "1", JUNE), JUNE)
    selection = Selection(service="desk", compute_plan="c", quantity=10)
    shop.billing.subscriptions.create("acme", selection, id="vm")
    shop.billing.catalog.publish(users("0.50", "2", FIFTH))
    other = attrs.evolve(selection, configuration={"colour": "blue"})
    changed = shop.at(MID).subscriptions.change("vm", selection=other).orders[-1]
    again = shop.at(MID).subscriptions.change("vm", selection=other).orders[-1]

    assert (changed.catalog, changed.selection, changed.records) == ("1", other, changed.records)
    first = shop.billing.subscriptions.get("vm").orders[0].records
    assert tuple(attrs.evolve(record, configuration={}) for record in changed.records) == first
    assert {record.configuration["colour"] for record in changed.records} == {"blue"}
    assert again.catalog == "2"
    assert again.records != changed.records
