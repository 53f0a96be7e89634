"""Usage of meters outside any plan, worked by hand (docs/decisions/0006)."""

from __future__ import annotations

import attrs
import pytest

from billcore.engine import Billing
from billcore.engine.metering import Metered
from billcore.kernel import InvalidValue, Period, instant
from billcore.lifecycle import Life, UsageEvent
from billcore.pricing import (
    Addon,
    Aggregation,
    Catalog,
    Coupon,
    CouponDuration,
    Meter,
    MeterPrice,
    Percentage,
    PerUnit,
    PriceCadence,
    PriceModel,
    Selection,
    Wrapped,
    entries,
)
from billcore.testing import ManualClock, laws
from tests.shop import Shop, base, catalog, plan

APRIL, MID, MAY = "2026-04-15T00:00:00Z", "2026-05-15T00:00:00Z", "2026-05-01T00:00:00Z"


def priced(model: PriceModel, meter: str = "gb", **dates: str) -> MeterPrice:
    """What usage of a meter costs outside any plan."""
    price = base(model, f"{meter}-outside", cadence=PriceCadence.USAGE, meter=meter)
    return MeterPrice(meter=meter, price=price, from_=dates.get("since"), to=dates.get("to"))


TWO = priced(PerUnit("0.02"), since="2026-01-01", to="2026-05-01")
THREE = priced(PerUnit("0.03"), since="2026-05-01")


def sold(*prices: MeterPrice, version: str = "1", effective: str = "2020-01-01T00:00:00Z") -> Catalog:
    """Plans with and without a meter, and prices outside them."""
    plans = (
        plan("flat", base(10)),
        plan("metered", base(10), base(PerUnit(1), "gb", cadence=PriceCadence.USAGE, meter="gb")),
    )
    meters = [Meter(code="gb"), Meter(code="calls", aggregation=Aggregation.COUNT)]
    return attrs.evolve(catalog(*plans, meters=meters, version=version, effective=effective), meter_prices=prices)


def had(*prices: MeterPrice, timezone: str = "UTC") -> Shop:
    """``acme`` has a plan from 15 April on, its own anniversary."""
    shop = Shop.new(sold(*(prices or (TWO, THREE))), APRIL, timezone=timezone)
    shop.billing.subscriptions.create("acme", Selection(plan="flat", anchor="start"), id="1")
    return shop


def outside(shop: Shop) -> list[tuple[str, str, str]]:
    """The lines outside any plan: quantity, amount, and the item that they are of, without its order."""
    lines = [line for one in shop.documents() for line in one.document.lines if line.price.endswith("-outside")]
    return [(str(line.quantity), str(line.exact), line.key.item.partition("/")[2]) for line in lines if line.key]


def test_two_prices_on_one_invoice() -> None:
    """R3-22: 2 c from 01-01, 3 c from 05-01: 100 on 04-30 are 2.00 and 100 on 05-01 3.00, two lines of one invoice."""
    shop = had()
    shop.use("1", "2026-04-30T23:59:59Z", 100)
    shop.use("2", MAY, 100)

    assert shop.run(MID)[-1] == "INV-000002 05-15: base 10.00, gb-outside 2.00, gb-outside 3.00 | due 15.00"
    assert outside(shop) == [("100", "2", "gb@2026-01-01"), ("100", "3", "gb@2026-05-01")]
    assert shop.billing.verify() == ()
    tree = shop.billing.invoices.explain("INV-000002", 3)
    assert (str(tree.value), tree.find("usage") is not None) == ("3.00", True)


def test_the_dates_are_the_customers() -> None:
    """In Zurich 1 May begins at 22:00 UTC of 30 April: 22:00 costs 3 c, a second before 2 c."""
    shop = had(timezone="Europe/Zurich")
    shop.use("1", "2026-04-30T21:59:59Z", 100)
    shop.use("2", "2026-04-30T22:00:00Z", 100)
    shop.run("2026-05-16T00:00:00Z")

    assert outside(shop) == [("100", "2", "gb@2026-01-01"), ("100", "3", "gb@2026-05-01")]


def test_a_published_price_reaches_the_next_order_and_no_earlier_one() -> None:
    """B-13: 9 c, published on 20 April, is not for whoever bought before, and is from a change of plan on."""
    shop = had(priced(PerUnit("0.02")))
    shop.use("1", "2026-04-18T00:00:00Z", 100)
    later = sold(priced(PerUnit("0.09")), version="2", effective="2026-04-20T00:00:00Z")
    shop.at("2026-04-20T00:00:00Z").catalog.publish(later)
    shop.use("2", "2026-04-21T00:00:00Z", 100)
    shop.at("2026-04-25T00:00:00Z").subscriptions.change("1", quantity=1)
    shop.use("3", "2026-04-26T00:00:00Z", 100)
    shop.at("2026-05-01T00:00:00Z").subscriptions.change("1", plan="flat", when="now")
    shop.use("4", "2026-05-02T00:00:00Z", 100)
    shop.run(MID)

    assert outside(shop) == [("300", "6", "gb"), ("100", "9", "gb")]
    assert shop.billing.verify() == ()


def test_an_order_with_the_same_prices_goes_on() -> None:
    """A change to a plan of the same catalog opens nothing new: one line for the period."""
    shop = had()
    shop.use("1", "2026-04-18T00:00:00Z", 100)
    shop.at("2026-04-20T00:00:00Z").subscriptions.change("1", plan="flat", when="now")
    shop.use("2", "2026-04-21T00:00:00Z", 100)
    shop.run(MID)

    assert outside(shop) == [("200", "4", "gb@2026-01-01")]


def test_a_plan_that_begins_to_meter_counts_from_then_on() -> None:
    """100 before the change on 1 May are outside (2.00), 5 after it are the plan's at 1.00; named or not."""
    for subscription in (None, "1"):
        shop = had()
        shop.use("1", "2026-04-20T00:00:00Z", 100, subscription=subscription)
        shop.at(MAY).subscriptions.change("1", plan="metered", when="now")
        shop.use("2", "2026-05-02T00:00:00Z", 5, subscription=subscription)
        shop.run(MID)

        assert outside(shop) == [("100", "2", "gb@2026-01-01")]
        assert "gb 5.00" in shop.rows()[-1]
        assert shop.billing.verify() == ()


def test_an_event_that_names_nobody_is_the_first_ones_that_has_a_price() -> None:
    """Of 1 and 2, both with the price, 1 has it; from its end on 2 has. What a plan of 3 meters is not outside."""
    shop = had()
    shop.billing.subscriptions.create("acme", Selection(plan="flat", anchor="start"), id="2")
    shop.use("1", "2026-04-20T00:00:00Z", 100)
    shop.use("2", "2026-04-22T00:00:00Z", 10, subscription="2")
    shop.at("2026-04-25T00:00:00Z").subscriptions.cancel("1", when="now")
    shop.use("3", "2026-04-26T00:00:00Z", 1)
    shop.at("2026-04-28T00:00:00Z").subscriptions.create("acme", Selection(plan="metered", anchor="start"), id="3")
    shop.use("4", "2026-04-29T00:00:00Z", 7)
    shop.use("5", "2026-04-29T00:00:00Z", 20, subscription="2")
    shop.run("2026-05-28T00:00:00Z")

    assert outside(shop) == [("100", "2", "gb@2026-01-01"), ("31", "0.62", "gb@2026-01-01")]
    assert "gb 7.00" in " ".join(shop.rows())
    assert shop.billing.verify() == ()


def test_usage_before_any_subscription_waits_for_one() -> None:
    """It is recorded, and billed when a subscription that was alive then is written down, backdated."""
    shop = Shop.new(sold(TWO, THREE), "2026-04-20T00:00:00Z")
    shop.use("1", "2026-04-16T00:00:00Z", 100)
    assert shop.run("2026-04-21T00:00:00Z") == []
    shop.billing.subscriptions.create("acme", Selection(plan="flat", anchor="start"), id="1", at=APRIL)
    shop.run(MID)

    assert outside(shop) == [("100", "2", "gb@2026-01-01")]


def test_a_minimum_is_for_those_who_used_something() -> None:
    """Nobody bought the meter: without an event there is no line, with one it costs the minimum of 5.00."""
    shop = had(priced(Wrapped(model=PerUnit("0.01"), minimum=5)))
    shop.run(MID)
    assert outside(shop) == []
    shop.use("1", "2026-05-20T00:00:00Z", 1)
    shop.run("2026-06-15T00:00:00Z")

    assert outside(shop) == [("1", "5", "gb")]


def test_the_dates_share_what_is_free() -> None:
    """16 of the 30 days to 15 May are April's price: 16 of 30 free units, and 14 of the other's 30."""
    free = [Wrapped(model=PerUnit(unit), included=30) for unit in ("1", "2")]
    shop = had(priced(free[0], to="2026-05-01"), priced(free[1], since="2026-05-01"))
    shop.use("1", "2026-04-20T00:00:00Z", 20)
    shop.use("2", "2026-05-02T00:00:00Z", 20)
    shop.run(MID)

    assert [exact for _, exact, _ in outside(shop)] == ["4", "12"]


def with_units(model: PriceModel) -> Shop:
    """``acme`` in January, with an addon that gives 10 GB; a price outside the plans."""
    more = Addon(code="more", price=base(4, "more"), quantity=10, meter="gb")
    offered = attrs.evolve(sold(priced(model)), addons=[more])
    return Shop.new(offered, "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("plans", "lines"),
    [
        (("metered", "flat"), {"gb": 500, "gb-outside": 500}),  # 15.5 of 31 days: 5 of 10 GB are free in each
        (("flat", "metered"), {"gb": 500, "gb-outside": 500}),
        (("metered", "metered"), {"gb": 1_000}),
        (("flat", "flat"), {"gb-outside": 1_000}),
    ],
)
def test_an_addons_units_are_given_once(plans: tuple[str, str], lines: dict[str, int]) -> None:
    """Of 10 GB in each half of January 10 are free, whether a plan meters them, the price outside it, or both."""
    shop = with_units(PerUnit(1))
    shop.billing.subscriptions.create("acme", Selection(plan=plans[0], addons=("more",)), id="s")
    shop.use("1", "2026-01-05T00:00:00Z", 10)
    if plans[0] != plans[1]:
        shop.at("2026-01-16T12:00:00Z").subscriptions.change("s", plan=plans[1], when="now")
    shop.use("2", "2026-01-20T00:00:00Z", 10)
    shop.run("2026-02-01T00:00:00Z")

    found = {line.price: line.minor for one in shop.documents() for line in one.document.lines if "gb" in line.price}
    assert found == lines
    laws.lines_explain_themselves(shop.billing)
    assert shop.billing.verify() == ()


def test_units_of_a_meter_priced_by_event_outside_a_plan_are_refused() -> None:
    """A percentage of each event cannot take 10 GB off; a plan that meters by the unit can, and so is sold."""
    shop = with_units(Percentage(10))
    shop.billing.subscriptions.create("acme", Selection(plan="flat"), id="s")
    shop.billing.subscriptions.create("acme", Selection(plan="metered"), id="t")
    with pytest.raises(InvalidValue, match="addons: it gives units of a meter that is priced event by event"):
        shop.billing.subscriptions.attach_addon("s", "more")
    with pytest.raises(InvalidValue, match="addons: it gives units"):
        shop.billing.subscriptions.create("acme", Selection(plan="flat", addons=("more",)), id="u")

    shop.billing.subscriptions.attach_addon("t", "more")
    with pytest.raises(InvalidValue, match="addons: it gives units"):
        shop.billing.subscriptions.change("t", plan="flat", when="now")


def test_prices_of_meters_that_nobody_uses_are_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 50 prices outside any plan, those of the two meters that have events are looked at; one index row a meter."""
    meters = [f"m{n:02}" for n in range(50)]
    offered = catalog(plan("flat", base(10)), meters=[Meter(code=meter) for meter in meters])
    prices = [priced(PerUnit(1), meter) for meter in meters]
    shop = Shop.new(attrs.evolve(offered, meter_prices=prices), "2026-01-01T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="flat"), id="s")
    shop.use("1", "2026-01-05T00:00:00Z", 3, meter="m07", subscription="s")
    shop.use("2", "2026-01-05T00:00:00Z", 4, meter="m07")
    shop.use("3", "2026-01-06T00:00:00Z", 5, meter="m31")
    looked: set[str] = set()
    pieces = Metered._pieces

    def counted(usage: Metered, who: Life, meter: str, window: Period) -> list[tuple[str | None, Period]]:
        looked.add(meter)
        return pieces(usage, who, meter, window)

    monkeypatch.setattr(Metered, "_pieces", counted)
    shop.run("2026-02-01T00:00:00Z")

    assert [(line[0], line[1]) for line in outside(shop)] == [("7", "7"), ("5", "5")]
    assert looked == {"m07", "m31"}


def test_the_meter_counts_as_it_does_in_the_catalog() -> None:
    """A meter that counts events: 3 events of 50 are 3."""
    shop = had(priced(PerUnit(1), "calls"))
    for n in range(3):
        shop.use(str(n), "2026-04-20T00:00:00Z", 50, meter="calls")
    shop.run(MID)

    assert outside(shop) == [("3", "3", "calls")]


def test_late_usage_outside_is_an_adjustment() -> None:
    """Told on 20 May of 20 April: 1.00 more on 15 June, naming the line of May."""
    shop = had()
    shop.use("1", "2026-04-20T00:00:00Z", 100)
    shop.run(MID)
    shop.at("2026-05-20T00:00:00Z")
    shop.use("2", "2026-04-20T00:00:00Z", 50)
    shop.run("2026-06-15T00:00:00Z")

    late = [line for line in shop.documents()[-1].document.lines if line.price == "gb-outside"]
    assert [(line.minor, line.reason) for line in late] == [(100, "late usage")]
    assert shop.billing.verify() == ()


def test_it_may_be_billed_before_its_period_ends() -> None:
    """With ``interim`` 50 by 1 May are billed when another subscription makes that a billing date."""
    shop = had(priced(Wrapped(model=PerUnit("0.02"), interim=True)))
    shop.use("1", "2026-04-20T00:00:00Z", 50)
    shop.at(MAY).subscriptions.create("acme", Selection(plan="flat"), id="2")
    shop.run(MAY)

    assert outside(shop) == [("50", "1", "gb")]
    shop.use("2", "2026-05-02T00:00:00Z", 50)
    shop.run(MID)
    assert outside(shop) == [("50", "1", "gb"), ("100", "1", "gb")]
    assert shop.billing.verify() == ()


def test_a_coupon_of_the_customer_holds_for_it_and_one_of_a_plan_does_not() -> None:
    """10 % off everything takes 0.20 off 2.00; 10 % off the plan leaves it."""
    for scope, left in (((), 180), (("flat",), 200)):
        coupon = Coupon(code="off", percent=10, applies_to=list(scope), duration=CouponDuration.FOREVER)
        shop = Shop.new(attrs.evolve(sold(TWO, THREE), coupons=[coupon]), APRIL)
        shop.billing.subscriptions.create("acme", Selection(plan="flat", anchor="start", coupon="off"), id="1")
        shop.use("1", "2026-04-20T00:00:00Z", 100)
        shop.run(MID)

        lines = [line for one in shop.documents() for line in one.document.lines if line.price == "gb-outside"]
        assert sum(line.minor for line in lines) == left
        assert shop.billing.verify() == ()


def test_prices_in_another_currency_and_stale_ones_are_not_sold() -> None:
    """A price in euros is nothing to who pays in francs, nor one that its source no longer names."""
    euros = attrs.evolve(TWO, price=attrs.evolve(TWO.price, currency="EUR"))
    for entry in (euros, attrs.evolve(TWO, stale=True)):
        shop = had(entry)
        shop.use("1", "2026-04-20T00:00:00Z", 100)
        shop.run(MID)

        assert outside(shop) == []


def test_each_customer_pays_in_his_currency() -> None:
    """A catalog sells in francs and in euros: 100 GB are 2.00 CHF to the one and 5.00 EUR to the other, once each."""
    euros = attrs.evolve(TWO, price=attrs.evolve(TWO.price, currency="EUR", model=PerUnit("0.05")))
    both = sold(TWO, euros, THREE)
    both = attrs.evolve(both, plans=[*both.plans, attrs.evolve(plan("euro", base(10, currency="EUR")), currency="EUR")])
    shop = Shop.new(both, APRIL)
    shop.billing.customers.create("emma", currency="EUR")
    for customer, code in (("acme", "flat"), ("emma", "euro")):
        chosen = Selection(plan=code, anchor="start", usage={"gb": 100})
        shop.billing.subscriptions.create(customer, chosen, id=customer)
        at = instant("2026-04-20T00:00:00Z")
        shop.billing.usage.record([UsageEvent(id=code, source="t", customer=customer, meter="gb", time=at, value=100)])
        assert str(shop.billing.quotes.preview(chosen).usage.net) == {"acme": "2.00 CHF", "emma": "5.00 EUR"}[customer]
    shop.run(MID)

    bills = (bill for customer in ("acme", "emma") for bill in shop.billing.invoices.list(customer).items)
    lines = [str(one.document.money(line.minor)) for one in bills for line in one.document.lines if line.key]
    assert [amount for amount in lines if not amount.startswith(("10", "20"))] == ["2.00 CHF", "5.00 EUR"]
    assert {place for place, _ in entries(both)} >= {f"meter_prices/gb:{code}@2026-01-01" for code in ("CHF", "EUR")}
    with pytest.raises(InvalidValue, match="two prices of a meter at one time"):
        sold(euros, TWO, euros)


def test_a_quote_prices_what_is_expected_outside() -> None:
    """100 GB a month on 1 May, with a plan that does not meter them, are quoted at 3.00; tokens have no price."""
    shop = had()
    quote = shop.billing.quotes.preview(Selection(plan="flat", usage={"gb": 100}, starts_on=MAY))

    assert [(line.price, str(line.amount)) for line in quote.lines] == [
        ("base", "10.00 CHF"),
        ("gb-outside", "3.00 CHF"),
    ]
    assert str(quote.usage.total) == "3.00 CHF"
    assert len(quote.records) == 1
    with pytest.raises(InvalidValue, match=r"usage\.calls"):
        shop.billing.quotes.preview(Selection(plan="flat", usage={"calls": 1}))


@pytest.mark.parametrize(
    ("scope", "quoted"), [((), "11.70"), (("flat",), "12.00"), (("base",), "12.00"), (("gb-outside",), "12.70")]
)
def test_a_coupon_is_for_usage_outside_as_bills_have_it(scope: tuple[str, ...], quoted: str) -> None:
    """10 % for a plan leave what no plan meters alone: of 10.00 and 3.00 outside, the quote says what is billed."""
    tenth = Coupon(code="C", percent=10, applies_to=scope, duration=CouponDuration.FOREVER)
    shop = Shop.new(attrs.evolve(sold(THREE), coupons=[tenth]), MAY)
    chosen = Selection(plan="flat", coupon="C", usage={"gb": 100}, starts_on=MAY)
    offer = shop.billing.quotes.preview(chosen)
    shop.billing.subscriptions.create("acme", chosen, id="1")
    shop.use("one", MID, 100)
    shop.billing.subscriptions.cancel("1")
    shop.run("2026-06-01T00:00:00Z")

    assert offer.all_in.total.digits == quoted
    assert sum(one.total.minor for one in shop.documents()) == offer.all_in.total.minor


def test_a_pending_change_has_the_prices_of_the_change_before_it() -> None:
    """3 to 2 seats wait for 1 February; on the 15th the plan is bought anew, with gb at 5 instead of 1: so it stays."""
    seats = plan("seats", base(PerUnit(10)))
    old = attrs.evolve(catalog(seats, meters=[Meter(code="gb")]), meter_prices=[priced(PerUnit(1))])
    new = attrs.evolve(old, version="2", effective="2026-01-10T00:00:00Z", meter_prices=[priced(PerUnit(5))])
    shop = Shop.new(old, "2026-01-01T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="seats", quantity=3), id="s")
    shop.run("2026-01-01T00:00:00Z")
    shop.at("2026-01-10T00:00:00Z").subscriptions.change("s", quantity=2)
    shop.billing.catalog.publish(new)
    shop.at("2026-01-15T00:00:00Z").subscriptions.change("s", plan="seats", when="now")
    shop.use("1", "2026-01-20T00:00:00Z", 1)
    shop.use("2", "2026-02-10T00:00:00Z", 1)

    assert shop.run("2026-02-01T00:00:00Z") == ["INV-000002 02-01: base 20.00, gb-outside 5.00 | due 25.00"]
    assert shop.run("2026-03-01T00:00:00Z") == ["INV-000003 03-01: base 20.00, gb-outside 5.00 | due 25.00"]
    assert shop.billing.verify() == ()


def test_in_a_file(tmp_path: object) -> None:
    """The same from a SQLite file: snapshots are read back."""
    clock = ManualClock(APRIL)
    with Billing.open(f"{tmp_path}/bills.db", clock=clock) as billing:
        billing.catalog.publish(sold(TWO, THREE))
        billing.customers.create("acme", currency="CHF")
        billing.subscriptions.create("acme", Selection(plan="flat", anchor="start"), id="1")
        times = ("2026-04-30T00:00:00Z", MAY)
        events = [
            UsageEvent(id=str(n), source="t", customer="acme", meter="gb", time=at, value=100)
            for n, at in enumerate(times)
        ]
        assert billing.usage.record(events).accepted == 2
        clock.set(MID)
        billing.invoices.run()
        assert [one.document.net for one in billing.invoices.list("acme").items] == [1000, 1500]
        assert billing.verify() == ()
