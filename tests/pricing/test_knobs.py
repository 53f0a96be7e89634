"""Least of quantity, time and amount as knobs of their own (X-19), and prices of one period for another (X-21)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.adapters.serialization import price_model_to
from billcore.kernel import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    WEEK,
    YEAR,
    Interval,
    InvalidValue,
    Money,
    minor_units,
)
from billcore.kernel import exact as ex
from billcore.lifecycle import UsageEvent
from billcore.pricing import (
    EachEvent,
    Event,
    Flat,
    GraduatedPercentage,
    Meter,
    Percentage,
    PercentTier,
    PeriodDiscount,
    PerUnit,
    Price,
    PriceCadence,
    PriceModel,
    Selection,
    UnitRound,
    Wrapped,
    explain_rating,
    shortfall,
    time_amount,
)
from billcore.testing import laws
from billcore.testing.strategies import amounts, events, instants, price_models
from tests.pricing.oracle import models as oracle
from tests.shop import Shop, base, catalog, plan

JUNE, JULY = "2020-06-01T00:00:00Z", "2020-07-01T00:00:00Z"
PERIODS = (HOUR, DAY, MONTH, YEAR)
ZERO = Fraction(0)
START = dt.datetime(2020, 6, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("amount", "period", "wanted", "price"),
    [
        ("120", YEAR, MONTH, "10.91"),
        ("15", MONTH, YEAR, "165.00"),
        ("15", MONTH, DAY, "0.54"),
        ("23", DAY, HOUR, "1.00"),
        ("1", HOUR, DAY, "23.00"),
        ("1", DAY, MONTH, "28.00"),
        ("7", MONTH, MONTH, "7.00"),
    ],
)
def test_commitment_converts_a_price(amount: str, period: Interval, wanted: Interval, price: str) -> None:
    """R0-14, X-21: 120 a year are 10.91 a month; 15 a month are 165 a year and 0.54 a day."""
    assert str(Money.rounded(PeriodDiscount().price(amount, period, wanted), "CHF").digits) == price


def test_commitment_converts_over_two_steps() -> None:
    """R0-14: 120 a year are 10.91 a month and so 0.39 a day."""
    month = PeriodDiscount().price("120", YEAR, MONTH)

    assert Money.rounded(PeriodDiscount().price(month, MONTH, DAY), "CHF") == Money("0.39", "CHF")
    assert PeriodDiscount().price("120", YEAR, DAY) == PeriodDiscount().price(month, MONTH, DAY)


@given(amounts(), st.sampled_from(PERIODS), st.sampled_from(PERIODS), amounts(min_value=1, max_value=40))
def test_conversions_undo_each_other(amount: Decimal, period: Interval, wanted: Interval, days: Decimal) -> None:
    """Law: converted there and back a price is exactly what it was, whatever the steps are worth."""
    rule = PeriodDiscount(days_of_month=days)

    assert rule.price(rule.price(amount, period, wanted), wanted, period) == amount


@given(amounts(min_value=1))
def test_committing_longer_is_cheaper(amount: Decimal) -> None:
    """Law: a year's price is less than twelve of the month's, a day's less than 24 of the hour's."""
    rule = PeriodDiscount()

    assert rule.price(amount, MONTH, YEAR) < amount * 12
    assert rule.price(amount, HOUR, DAY) < amount * 24


def test_other_periods_have_no_rule() -> None:
    """A week, and a month of no days, are refused."""
    with pytest.raises(InvalidValue, match=r"^wanted: no rule for this period"):
        PeriodDiscount().price(1, MONTH, WEEK)
    with pytest.raises(InvalidValue, match=r"^days_of_month: must be greater than zero"):
        PeriodDiscount(days_of_month=0)


RUN = Wrapped(model=PerUnit(36), unit_divisor=3600)


@pytest.mark.parametrize(
    ("seconds", "least", "cost"),
    [("1", "0.01", "0.01"), ("2", "0.01", "0.02"), ("0.4", "0.01", "0.01"), ("0.4", None, "0.00")],
)
def test_a_run_costs_at_least_a_penny(seconds: str, least: str | None, cost: str) -> None:
    """R1-06: at 36 an hour a second is 0.01 and two are 0.02; 0.4 s are 0.01 with the floor, 0.00 without."""
    price = Price(code="run", model=RUN, cadence=PriceCadence.USAGE, meter="gb", event_minimum=least)
    shop = Shop.new(catalog(plan("p", price), meters=[Meter(code="gb")]), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    shop.use("1", "2020-06-02T00:00:00Z", Decimal(seconds))
    shop.at(JULY).invoices.run()
    (line,) = shop.documents()[0].document.lines

    assert line.minor == minor_units(Decimal(cost), 2)
    laws.explanation_recomputes(shop.billing.invoices.explain("INV-000001", line.id).children[0])
    assert shop.billing.quotes.preview(Selection(plan="p", usage={"gb": seconds})).lines[0].minor == line.minor


def test_each_run_has_its_own_minimum() -> None:
    """Three runs of 0.4 s are three cents; together they would be 1.2 s and one."""
    rating = EachEvent(RUN, "0.01").rate_events([Event(Decimal("0.4"))] * 3)

    assert rating.amount == Decimal("0.03")
    assert [step.name for step in rating.steps][-1] == "event minimum"
    assert RUN.amount(Decimal("1.2")) == Decimal("0.012")


def _alone(model: PriceModel) -> bool:
    return not isinstance(model, Wrapped) or (not model.included and model.per_window is None)


@given(
    price_models(metered=False).filter(_alone),
    amounts(max_value=10),
    events(),
)
def test_events_alone_cost_what_the_formats_say(model: PriceModel, least: Decimal, found: list[Event]) -> None:
    """Law: each event costs what the model says of it, at least the minimum; steps sum to it and explain it."""
    each, told = EachEvent(model, least), price_model_to(model)
    each_costs = [max(oracle.cost(told, max(ex.fraction(event.value), ZERO)), ex.fraction(least)) for event in found]
    rating = each.rate_events(found)

    assert ex.fraction(rating.amount) == sum(each_costs, ZERO)
    assert rating.amount == ex.total(step.amount for step in rating.steps)
    assert explain_rating(rating).recompute() == rating.amount
    assert rating.amount >= ex.multiply(least, Decimal(len(found)))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"model": Percentage(1)}, "event_minimum: the model is by event itself"),
        ({"model": Wrapped(model=PerUnit(1), included=1)}, "event_minimum: what is included comes off a sum"),
        ({"model": Wrapped(model=PerUnit(1), per_window=HOUR)}, "event_minimum: what is included comes off a sum"),
        ({"cadence": PriceCadence.RECURRING, "meter": None}, "event_minimum: only usage has events"),
        ({"event_minimum": "-1"}, "event_minimum: must not be negative"),
    ],
)
def test_what_has_no_event_minimum(more: dict[str, object], message: str) -> None:
    """It is refused when the price is made."""
    about: dict[str, object] = {"code": "p", "model": PerUnit(1), "cadence": PriceCadence.USAGE, "meter": "m"}
    with pytest.raises(InvalidValue, match=f"^{message}"):
        Price(**{**about, "event_minimum": 1, **more})  # type: ignore[arg-type]  # keywords of Price


def machine(**more: object) -> Price:
    """A VM at 0.60 an hour, one hour at least."""
    return base(PerUnit("0.60"), "vm", per=HOUR, **{"minimum_duration": HOUR, **more})


@pytest.mark.parametrize(
    ("ends", "cost"),
    [
        ("2020-06-10T00:05:00Z", 60),
        ("2020-06-10T01:00:00Z", 60),
        ("2020-06-10T01:30:00Z", 90),
        ("2020-06-10T00:00:01Z", 60),
    ],
)
def test_a_machine_is_charged_an_hour_at_least(ends: str, cost: int) -> None:
    """R0-18: at 0.60 an hour, deleted after five minutes, it is 0.60; from an hour on it is its time."""
    shop = Shop.new(catalog(plan("p", machine())), "2020-06-10T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    shop.at(ends).subscriptions.cancel("s", when="now")
    shop.billing.invoices.run()
    shop.at(JULY).invoices.run()
    lines = [line for one in shop.documents() for line in one.document.lines]

    assert sum(line.minor for line in lines) == cost
    for one in shop.documents():
        for line in one.document.lines:
            tree = shop.billing.invoices.explain(str(one.number), line.id).children[0]
            laws.explanation_recomputes(tree)
            assert tree.value == line.exact


def test_the_least_time_runs_over_the_end_of_the_month() -> None:
    """Had from 23:50 to 00:10, it is 0.10 in June and, where it ends, 0.10 and the 40 minutes missing: 0.60."""
    shop = Shop.new(catalog(plan("p", machine())), "2020-06-30T23:50:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    shop.at(JULY).invoices.run()
    shop.at("2020-07-01T00:10:00Z").subscriptions.cancel("s", when="now")
    shop.at("2020-08-01T00:00:00Z").invoices.run()

    assert [line.minor for one in shop.documents() for line in one.document.lines] == [10, 50]


def test_while_it_runs_nothing_is_missing() -> None:
    """What is still had at the month's end has no least time yet; a switch to another price ends it."""
    shop = Shop.new(catalog(plan("p", machine()), plan("q", base(1))), JUNE)
    shop.at("2020-06-30T23:50:00Z").subscriptions.create("acme", Selection(plan="p"), id="s")
    shop.at("2020-06-30T23:55:00Z").subscriptions.change("s", plan="q", when="now")
    shop.at(JULY).invoices.run()
    found = {line.price: line.minor for one in shop.documents() for line in one.document.lines}

    assert found["vm"] == 60


@given(
    amounts(max_value=100),
    st.integers(0, 10_000_000_000),
    st.sampled_from([HOUR, DAY, MINUTE, Interval(days=3), Interval(seconds=90)]),
    instants(),
)
def test_time_and_shortfall_are_the_longer_of_both(unit: Decimal, lived: int, least: Interval, at: dt.datetime) -> None:
    """Law: what was lived and what is missing cost what the longer of the time lived and the least time costs."""
    price = base(PerUnit(unit), "vm", per=HOUR, minimum_duration=least)
    end = at + dt.timedelta(microseconds=lived)
    whole = max(lived, (least.days * 86_400 + least.seconds) * 1_000_000)
    missing = shortfall(price, at, end)

    assert missing >= 0
    parts = ex.add(time_amount(price, ex.ONE, lived), time_amount(price, ex.ONE, missing))
    assert parts == time_amount(price, ex.ONE, whole)
    assert shortfall(price, at, None) == 0


def test_only_what_runs_with_time_has_a_least_time() -> None:
    """A monthly price, and a least time of calendar months, are refused."""
    with pytest.raises(InvalidValue, match=r"^minimum_duration: only what runs with time has a least time"):
        base(1, minimum_duration=HOUR)
    with pytest.raises(InvalidValue, match=r"^minimum_duration: "):
        machine(minimum_duration=MONTH)


def test_three_knobs_of_the_least() -> None:
    """Law: a least quantity, a least time and a least amount are told apart (X-19)."""
    quantity = Wrapped(model=PerUnit(2), minimum_quantity=5)
    amount = Wrapped(model=PerUnit(2), minimum=15)

    assert [quantity.amount(Decimal(n)) for n in (0, 3, 5, 8)] == [10, 10, 10, 16]
    assert [amount.amount(Decimal(n)) for n in (0, 3, 8)] == [15, 15, 16]
    assert machine().minimum_duration == HOUR


def test_a_least_quantity_is_of_the_units_priced() -> None:
    """After conversion and rounding, before what is included; a share of the period has its share of it."""
    price = Wrapped(model=PerUnit(1), unit_divisor=1000, unit_round=UnitRound(), minimum_quantity=10, included=4)

    assert price.amount(Decimal(2_500)) == 6
    assert price.amount(Decimal(20_001)) == 17
    assert price.rate(Decimal(0), (1, 2)).amount == 3


def test_a_least_quantity_is_billed_without_usage() -> None:
    """As a least amount is: a usage price without events still makes its line."""
    price = base(Wrapped(model=PerUnit(2), minimum_quantity=5), "gb", cadence=PriceCadence.USAGE, meter="gb")
    shop = Shop.new(catalog(plan("p", price), meters=[Meter(code="gb")]), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    shop.at(JULY).invoices.run()

    assert [line.minor for line in shop.documents()[0].document.lines] == [1_000]


SUPPORT = Wrapped(model=GraduatedPercentage([PercentTier(None, 15)]), minimum=800)


@pytest.mark.parametrize(("spend", "fee"), [(0, 800), (5_000, 800), ("5333.33", 800), (6_000, 900), (10_000, 1_500)])
def test_a_fee_in_percent_or_a_minimum(spend: int | str, fee: int) -> None:
    """5.6, last line: business support is 15 % of the recurring spend, CHF 800 at least."""
    assert minor_units(SUPPORT.amount(Decimal(spend)), 0) == fee


def test_rate_card_of_compute() -> None:
    """R1-07: 2 CPU and 6 GB for 600 s are 0.010193..., at four places 0.0102, and a cent."""
    hourly = ex.total([ex.multiply(Decimal("0.021811"), Decimal(2)), ex.multiply(Decimal("0.002923"), Decimal(6))])
    exact = Wrapped(model=PerUnit(hourly if isinstance(hourly, Decimal) else 0), unit_divisor=3600).amount(Decimal(600))

    assert minor_units(exact, 6) == 10_193
    assert (minor_units(exact, 4), minor_units(exact, 2)) == (102, 1)


def test_overage_beyond_the_allowance_and_its_cap() -> None:
    """R3-15: 2160 used of 1488 included is 672 at a cent: 6.72; a cap of 500 units makes it 5.00."""
    open_ended = Wrapped(model=PerUnit("0.01"), included=1488)
    capped = Wrapped(model=PerUnit("0.01"), included=1488, maximum="5.00")

    assert open_ended.amount(Decimal(2160)) == Decimal("6.72")
    assert capped.amount(Decimal(2160)) == Decimal("5.00")


def test_pre_priced_charges_are_rounded_once() -> None:
    """R3-21: three charges of 0.004, each once by its id, are 0.01 on their line and not 0.00."""
    price = base(PerUnit(1), "llm", cadence=PriceCadence.USAGE, meter="gb")
    shop = Shop.new(catalog(plan("p", price), meters=[Meter(code="gb")]), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    for name in ("a", "b", "c", "a"):
        event = UsageEvent(
            id=name, source="gateway", customer="acme", meter="gb", time=START + dt.timedelta(days=1), value="0.004"
        )
        shop.billing.usage.record([event])
    shop.at(JULY).invoices.run()
    (line,) = shop.documents()[0].document.lines

    assert (line.exact, line.minor) == (Decimal("0.012"), 1)


def test_flat_prices_have_no_least_quantity_to_show() -> None:
    """A flat amount stays what it is."""
    assert Wrapped(model=Flat(3), minimum_quantity=7).amount(ex.ZERO) == 3
