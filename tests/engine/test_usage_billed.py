"""Usage through the handle, worked by hand: who counts an event, what is free, what came late."""

from __future__ import annotations

import json

import attrs
import pytest

from billcore.engine.rows.facts import fact_of, fact_row
from billcore.kernel import DAY, HOUR, InvalidValue
from billcore.lifecycle import UsageEvent
from billcore.pricing import (
    Addon,
    Aggregation,
    Catalog,
    Cell,
    Graduated,
    Matrix,
    Meter,
    Percentage,
    PerUnit,
    PriceCadence,
    PriceModel,
    Selection,
    Tier,
    Wrapped,
)
from tests.shop import Shop, base, catalog, plan

JUNE, MID, JULY = "2026-06-01T00:00:00Z", "2026-06-16T00:00:00Z", "2026-07-01T00:00:00Z"


def gb(unit: str, included: int = 0, minimum: str | None = None) -> Wrapped:
    """So much a GB beyond what is included."""
    return Wrapped(model=PerUnit(unit), included=included, minimum=minimum)


SOLD = catalog(
    plan("a", base(gb("1.00", 10), "gb", cadence=PriceCadence.USAGE, meter="gb")),
    plan("b", base(gb("2.00", 20), "gb", cadence=PriceCadence.USAGE, meter="gb")),
    plan("least", base(gb("1.00", 10, "3.00"), "gb", cadence=PriceCadence.USAGE, meter="gb")),
    addons=[Addon(code="more", price=base(5, "more"), quantity=50, meter="gb")],
    meters=[Meter(code="gb")],
)


def had(*codes: str, at: str = JUNE) -> Shop:
    """``acme`` has plans since an instant, named 1, 2 and so on."""
    shop = Shop.new(SOLD, at)
    for n, code in enumerate(codes, 1):
        shop.billing.subscriptions.create("acme", Selection(plan=code), id=str(n))
    return shop


def test_unnamed_events_go_to_the_first_that_meters_them() -> None:
    """15 GB that name nobody count for subscription 1 (5 over 10: 5.00), 22 that name 2 for it (2 over 20: 4.00)."""
    shop = had("a", "b")
    shop.use("1", MID, 15)
    shop.use("2", MID, 22, subscription="2")

    assert shop.run(JULY) == ["INV-000001 07-01: gb 5.00, gb 4.00 | due 9.00"]


def test_unnamed_events_go_on_to_the_next_when_the_first_has_ended() -> None:
    """1 ended on the 16th: 12 GB before count there (2.00), 25 after for 2 (5 over 20: 10.00)."""
    shop = had("a", "b")
    shop.use("1", "2026-06-15T23:59:59Z", 12)
    shop.use("2", MID, 25)
    shop.at(MID).subscriptions.cancel("1", when="now")

    assert shop.run(JULY) == ["INV-000001 06-16: gb 2.00 | due 2.00", "INV-000002 07-01: gb 10.00 | due 10.00"]


def test_late_usage_is_an_adjustment_on_the_next_invoice() -> None:
    """3 GB of June told on 5 July: June's 5.00 rises by 3.00, on 1 August, naming June's line and saying why."""
    shop = had("a")
    shop.use("1", MID, 15)
    shop.run(JULY)
    shop.at("2026-07-05T00:00:00Z")
    shop.use("2", "2026-06-20T00:00:00Z", 3)

    assert shop.run("2026-07-05T00:00:00Z") == []
    assert shop.run("2026-08-01T00:00:00Z") == ["INV-000002 08-01: gb 3.00 | due 3.00"]
    first, second = (one.document.lines[0] for one in shop.documents())
    assert (second.kind.value, second.reason, second.corrects) == ("adjustment", "late usage", first.id)


def test_late_usage_that_lowers_is_a_credit_note() -> None:
    """A correction of -4 GB told late: of the 5.00 of June 4.00 comes back; a meter may go down, never below zero."""
    shop = had("a")
    shop.use("1", MID, 15)
    shop.paid_run(JULY)
    shop.at("2026-07-05T00:00:00Z")
    shop.use("2", "2026-06-20T00:00:00Z", -4)
    assert shop.run("2026-08-01T00:00:00Z") == ["CN-000001 08-01: gb -4.00"]
    shop.use("3", "2026-06-20T00:00:00Z", -40)

    assert shop.run("2026-09-01T00:00:00Z") == ["CN-000002 09-01: gb -1.00"]


def test_an_addons_allowance_is_whole_in_each_period_it_touches() -> None:
    """Attached on 20 June it gives all its 50 GB: of 65 GB 5 are over 10 + 50; its own price is 11 of 30 days, 1.83."""
    shop = had("a")
    shop.use("1", "2026-06-02T00:00:00Z", 65)
    shop.at("2026-06-20T00:00:00Z").subscriptions.attach_addon("1", "more")

    assert shop.run(JULY) == [
        "INV-000001 06-20: more 1.83 | due 1.83",
        "INV-000002 07-01: gb 5.00, more 5.00 | due 10.00",
    ]


def test_a_usage_price_replaced_within_the_period_shares_what_is_free() -> None:
    """Each rates its half of June with half of what it includes: 12 over 5 are 7.00, 16 over 10 at 2.00 are 12.00."""
    shop = had("a")
    shop.use("1", "2026-06-02T00:00:00Z", 12)
    shop.use("2", "2026-06-20T00:00:00Z", 16)
    shop.at(MID).subscriptions.change("1", plan="b", when="now")

    assert shop.run(JULY) == ["INV-000001 07-01: gb 7.00, gb 12.00 | due 19.00"]


def test_a_first_stub_has_all_that_is_included() -> None:
    """From the 16th on 12 GB are 2 over the whole 10: 2.00."""
    shop = had("a", at=MID)
    shop.use("1", "2026-06-20T00:00:00Z", 12)

    assert shop.run(JULY) == ["INV-000001 07-01: gb 2.00 | due 2.00"]


def test_a_usage_price_that_stays_runs_on() -> None:
    """A change that keeps the usage price keeps its window and its 10 GB: 8 and 8 are 16, 6 over: 6.00."""
    same = base(gb("1.00", 10), "gb", cadence=PriceCadence.USAGE, meter="gb")
    shop = Shop.new(catalog(plan("s", base(30), same), plan("l", base(60), same), meters=[Meter(code="gb")]), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="s"), id="1")
    shop.use("1", "2026-06-02T00:00:00Z", 8)
    shop.use("2", "2026-06-20T00:00:00Z", 8)
    shop.run(JUNE)
    shop.at(MID).subscriptions.change("1", plan="l")

    assert shop.run(JULY)[-1] == "INV-000003 07-01: gb 6.00, base 60.00 | due 66.00"


def test_no_usage_makes_no_line_but_a_minimum_does() -> None:
    """Nothing used: no line of ``a``, the minimum of 3.00 for the other; nothing to bill takes no number."""
    shop = had("a")
    assert shop.run(JULY) == []
    shop.billing.subscriptions.create("acme", Selection(plan="least"), id="2")

    assert shop.run("2026-08-01T00:00:00Z") == ["INV-000001 08-01: gb 3.00 | due 3.00"]


def test_an_event_counts_once_for_ever() -> None:
    """H-15: the same event again is a duplicate, another under its id is refused, and the first stays."""
    shop = had("a")
    shop.use("1", MID, 15)
    again = [
        UsageEvent(id="1", source="test", customer="acme", meter="gb", time=shop_time, value=value)
        for shop_time, value in ((MID, 15), (MID, 99))
    ]

    outcome = shop.billing.usage.record(again)

    assert (outcome.accepted, len(outcome.duplicates), len(outcome.rejected)) == (0, 1, 1)
    assert shop.run(JULY) == ["INV-000001 07-01: gb 5.00 | due 5.00"]


def test_a_reset_ends_the_period_so_nothing_is_shared() -> None:
    """A new period begins at the 16th: what is included is whole in the last stub and in the new period.

    12 over 10 are 2.00; then 26 over 20 at 2.00, to 16 July: 12.00.
    """
    shop = had("a")
    shop.use("1", "2026-06-02T00:00:00Z", 12)
    shop.use("2", "2026-06-20T00:00:00Z", 26)
    shop.at(MID).subscriptions.change("1", plan="b", when="now", anchor="reset")

    assert shop.run("2026-07-16T00:00:00Z") == [
        "INV-000001 06-16: gb 2.00 | due 2.00",
        "INV-000002 07-16: gb 12.00 | due 12.00",
    ]


def test_shares_add_to_one_from_billed_until_on() -> None:
    """Billed elsewhere until 11 June, changed on 21 June: each has 10 of the 20 days left, so half of what is free.

    12 over 5 are 7.00; 16 over 10 at 2.00 are 12.00.
    """
    shop = Shop.new(SOLD, JUNE, billed_until="2026-06-11T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="a"), id="1")
    shop.use("1", "2026-06-12T00:00:00Z", 12)
    shop.use("2", "2026-06-25T00:00:00Z", 16)
    shop.at("2026-06-21T00:00:00Z").subscriptions.change("1", plan="b", when="now")

    assert shop.run(JULY) == ["INV-000001 07-01: gb 7.00, gb 12.00 | due 19.00"]


def metered(model: PriceModel) -> Shop:
    """``acme`` has a plan with one usage price since 1 June."""
    price = base(model, "gb", cadence=PriceCadence.USAGE, meter="gb")
    shop = Shop.new(catalog(plan("only", price), meters=[Meter(code="gb")]), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="only"), id="1")
    return shop


def test_a_percentage_looks_at_each_event() -> None:
    """2.9 % and 0.30 an event of 100.00, 20.00 and 5.00: 3.20, 0.88 and 0.445, 4.525 in all; rounded once."""
    shop = metered(Percentage("2.9", fixed_amount="0.30"))
    for name, value in (("1", 100), ("2", 20), ("3", 5)):
        shop.use(name, MID, value)

    assert shop.run(JULY) == ["INV-000001 07-01: gb 4.53 | due 4.53"]
    tree = shop.billing.invoices.explain("INV-000001", 1)
    assert [child.label for child in tree.children[0].children[0].children] == ["percentage", "fixed"]


def test_a_late_event_is_rated_among_its_like() -> None:
    """One free event of 50.00 (3 %), then told late an earlier one of 80.00: that is free now, the other costs 1.50."""
    shop = metered(Percentage(3, free_events=1))
    shop.use("2", MID, 50)
    assert shop.run(JULY) == ["INV-000001 07-01: gb 0.00"]
    shop.at("2026-07-02T00:00:00Z")
    shop.use("1", "2026-06-10T00:00:00Z", 80)

    assert shop.run("2026-08-01T00:00:00Z") == ["INV-000002 08-01: gb 1.50 | due 1.50"]


def test_a_matrix_reads_what_events_say() -> None:
    """3 GB in the EU at 0.10 and 2 elsewhere at 0.25: 0.80."""
    shop = metered(Matrix(["region"], [Cell({"region": "eu"}, "0.10")], "0.25"))
    for name, value, region in (("1", 3, "eu"), ("2", 2, "us")):
        event = UsageEvent(
            id=name, source="test", customer="acme", meter="gb", time=MID, value=value, properties={"region": region}
        )
        assert shop.billing.usage.record([event]).accepted == 1

    assert shop.run(JULY) == ["INV-000001 07-01: gb 0.80 | due 0.80"]


def test_each_local_hour_is_rated_alone() -> None:
    """10 GB an hour at 0.10, beyond at 0.05. In Kathmandu hours begin at a quarter to: 9 + 9 and 15 are 1.40 and 1.25.

    By UTC's hours it would be 0.90 and 1.70.
    """
    price = base(
        Wrapped(model=Graduated([Tier(10, "0.10"), Tier(None, "0.05")]), per_window=HOUR),
        "gb",
        cadence=PriceCadence.USAGE,
        meter="gb",
    )
    sold = catalog(plan("only", price), meters=[Meter(code="gb")])
    shop = Shop.new(sold, JUNE, timezone="Asia/Kathmandu")
    shop.billing.subscriptions.create("acme", Selection(plan="only"), id="1")
    for name, time, value in (("1", "11:50", 9), ("2", "12:10", 9), ("3", "12:50", 15)):
        shop.use(name, f"2026-06-16T{time}:00Z", value)

    assert shop.run("2026-07-31T18:15:00Z") == ["INV-000001 07-01: gb 2.65 | due 2.65"]


def later(*meters: Meter) -> Catalog:
    """A newer catalog that sells other things."""
    return catalog(plan("other", base(1)), version="2", effective=MID, meters=meters)


def event(name: str, value: int = 1, **more: object) -> UsageEvent:
    """An event of ``acme`` on the 20th."""
    about = {"source": "test", "customer": "acme", "meter": "gb", "time": "2026-06-20T00:00:00Z", **more}
    return UsageEvent(id=name, value=value, **about)  # type: ignore[arg-type]  # keywords of UsageEvent


def test_a_meter_that_is_not_sold_any_more_counts_for_who_bought_it() -> None:
    """Snapshots: the newer catalog has no meter ``gb``; acme's 15 GB are 5.00, those of others are refused."""
    shop = had("a")
    shop.billing.catalog.publish(later())
    shop.billing.customers.create("zeta", currency="CHF")
    usage = shop.at("2026-06-20T00:00:00Z").usage
    outcome = usage.record([event("1", 10), event("2", 5, subscription="1"), event("3", customer="zeta")])

    assert outcome.accepted == 2
    assert [one.error for one in outcome.rejected] == ["meter: no such meter in the catalog (got 'gb')"]
    assert shop.run(JULY) == ["INV-000001 07-01: gb 5.00 | due 5.00"]


def test_a_meter_counts_as_it_was_bought() -> None:
    """Bought as the sum of values, it is not asked for the field that the newer catalog reads, nor counted by it."""
    shop = had("a", "b")
    shop.billing.catalog.publish(later(Meter(code="gb", aggregation=Aggregation.COUNT, field="size")))
    usage = shop.at("2026-06-20T00:00:00Z").usage

    assert usage.record([event("1", 15), event("2", 22, subscription="2", properties={"size": "7"})]).accepted == 2
    assert shop.run(JULY) == ["INV-000001 07-01: gb 5.00, gb 4.00 | due 9.00"]


def test_a_meter_counts_anew_after_a_change_to_newer_prices() -> None:
    """From the 21st on acme has the newer plan, whose meter reads ``size``: 12 before over 20/3, 4 after over 10/3."""
    shop = had("a")
    price = base(gb("1.00", 10), "gb", cadence=PriceCadence.USAGE, meter="gb")
    sold = catalog(plan("a", price), version="2", effective=MID, meters=[Meter(code="gb", field="size")])
    shop.billing.catalog.publish(sold)
    billing = shop.at("2026-06-21T00:00:00Z")
    billing.subscriptions.change("1", plan="a", when="now")
    after = event("2", 99, time="2026-06-22T00:00:00Z", properties={"size": "4"})

    assert billing.usage.record([event("1", 12), after]).accepted == 2
    assert shop.run(JULY) == ["INV-000001 07-01: gb 5.33, gb 0.67 | due 6.00"]
    assert billing.verify() == ()


def test_an_event_is_compared_as_it_was_received() -> None:
    """The meter reads ``size``: the same event is a duplicate, one whose own value differs is another event."""
    sold = catalog(
        plan("a", base(gb("1.00"), "gb", cadence=PriceCadence.USAGE, meter="gb")),
        meters=[Meter(code="gb", field="size")],
    )
    shop = Shop.new(sold, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="a"), id="1")
    size = {"size": "3"}
    usage = shop.at("2026-06-20T00:00:00Z").usage

    assert usage.record([event("1", 5, properties=size)]).accepted == 1
    outcome = usage.record([event("1", 5, properties=size), event("1", 7, properties=size), event("1", 3)])
    assert (outcome.accepted, len(outcome.duplicates), len(outcome.rejected)) == (0, 1, 2)
    assert shop.run(JULY) == ["INV-000001 07-01: gb 3.00 | due 3.00"]
    assert shop.billing.verify() == ()


def test_an_event_stays_a_duplicate_when_its_meter_changes() -> None:
    """Recorded by its value before anybody bought the meter; later that reads a field, or is gone: no matter."""
    shop = Shop.new(SOLD, JUNE)
    assert shop.billing.usage.record([event("1", 5)]).accepted == 1
    shop.billing.catalog.publish(later(Meter(code="gb", field="size")))
    shop.billing.catalog.publish(catalog(version="3", effective="2026-06-25T00:00:00Z"))

    for at in ("2026-06-20T00:00:00Z", "2026-06-26T00:00:00Z"):
        outcome = shop.at(at).usage.record([event("1", 5), event("1", 6)])
        assert (outcome.accepted, outcome.duplicates, len(outcome.rejected)) == (0, (("test", "1"),), 1)


def test_a_late_event_is_billed_though_its_id_comes_twice() -> None:
    """Of two events of one id in one call the first is recorded, and as it is late the account is looked at again."""
    shop = had("a")
    shop.use("0", "2026-07-02T00:00:00Z", 1)
    shop.run("2026-08-01T00:00:00Z")
    shop.at("2026-08-02T00:00:00Z").usage.record([event("1", 15), event("1", 16), event("1", 15)])

    assert shop.run("2026-09-01T00:00:00Z") == ["INV-000002 09-01: gb 5.00 | due 5.00"]


def test_facts_of_before_are_read() -> None:
    """A row of an order that names neither field nor aspects reads as one that names all of it."""
    shop = had("a")
    order = shop.billing.subscriptions.get("1").first
    row = fact_row(order, "acme")
    body = json.loads(str(row[-1]))
    assert [len(record) for record in body["records"]] == [7]
    assert "names" not in body
    body["records"] = [record[:6] for record in body["records"]]

    assert fact_of((*row[:-1], json.dumps(body)), lambda _: order.records[0].price) == order


def test_an_addon_gives_no_units_of_what_is_priced_event_by_event() -> None:
    """50 GB more of a meter that takes 3 % of each event: refused in a quote, when attached and by a change of plan."""
    sold = catalog(
        plan("share", base(Percentage(3), "gb", cadence=PriceCadence.USAGE, meter="gb")),
        plan("units", base(gb("1.00"), "gb", cadence=PriceCadence.USAGE, meter="gb")),
        addons=[Addon(code="more", price=base(5, "more"), quantity=50, meter="gb")],
        meters=[Meter(code="gb")],
    )
    shop = Shop.new(sold, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="share"), id="1")
    shop.billing.subscriptions.create("acme", Selection(plan="units", addons=["more"]), id="2")

    for refused in (
        lambda: sold.records(Selection(plan="share", addons=["more"])),
        lambda: shop.billing.subscriptions.attach_addon("1", "more"),
        lambda: shop.billing.subscriptions.change("2", plan="share", when="now"),
    ):
        with pytest.raises(InvalidValue) as told:
            refused()
        assert (told.value.place, told.value.value) == ("addons", "more")
    assert [len(shop.billing.subscriptions.get(name).facts) for name in "12"] == [1, 1]


@pytest.mark.parametrize(
    ("at", "gb_of_a", "gb_of_b"), [(MID, "2.00", "4.00"), ("2026-06-16T12:00:00Z", "9.00", "14.00")]
)
def test_a_day_has_its_free_units_whole(at: str, gb_of_a: str, gb_of_b: str) -> None:
    """10 a day are free, then 20: 12 and 22 come to 2.00 and 4.00, whatever became of the month.

    Of a day that the change cuts in half, each price has its half: of 12 and 15 more on the 16th 5 and 10 are free.
    """

    def daily(unit: str, included: int) -> PriceModel:
        return attrs.evolve(gb(unit, included), per_window=DAY)

    usage = [("1", "2026-06-10T08:00:00Z", 12), ("2", "2026-06-20T08:00:00Z", 22)]
    if at != MID:
        usage += [("3", "2026-06-16T08:00:00Z", 12), ("4", "2026-06-16T16:00:00Z", 15)]
    sold = catalog(
        plan("a", base(daily("1.00", 10), "gb_a", cadence=PriceCadence.USAGE, meter="gb")),
        plan("b", base(daily("2.00", 20), "gb_b", cadence=PriceCadence.USAGE, meter="gb")),
        meters=[Meter(code="gb")],
    )
    shop = Shop.new(sold, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="a"), id="1")
    shop.at(at).subscriptions.change("1", plan="b", when="now")
    shop.at(JULY)
    for name, time, value in usage:
        shop.use(name, time, value)

    total = "6.00" if at == MID else "23.00"
    assert shop.run(JULY) == [f"INV-000001 07-01: gb_a {gb_of_a}, gb_b {gb_of_b} | due {total}"]
