"""Proration: the share of a period, measured four ways, and prices cut into parts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from billcore.kernel import (
    DAY,
    HOUR,
    MONTH,
    InvalidValue,
    NotSupportedYet,
    Period,
    Rounding,
    cadence,
    instant,
    minor_units,
)
from billcore.kernel import exact as ex
from billcore.pricing import (
    Allowance,
    Flat,
    Graduated,
    PerUnit,
    Price,
    PriceCadence,
    PriceModel,
    Proration,
    Tier,
    Wrapped,
    recurring_amount,
    share,
    usage_rating,
)
from billcore.testing import laws
from billcore.testing.strategies import cadences, cuts, price_models, quantities, roundings

MEASURES = (Proration.SECOND, Proration.HOUR, Proration.DAY, Proration.DAY_AFTER)
EACH_MEASURE = st.sampled_from(MEASURES)
DATES = [instant("2026-03-20T00:00:00Z"), instant("2026-03-29T00:30:00Z"), instant("2026-04-02T12:00:00Z")]


@st.composite
def cut_periods(draw: st.DrawFn) -> tuple[Period, str, list[dt.datetime]]:
    """A real billing period of some zone, and where it is cut: ends, local midnights and any instant between."""
    beat = draw(cadences())
    n = draw(st.integers(-3, 12))
    whole = beat.period(n)
    assume(not whole.empty)
    zone = beat.zone(n)
    days = cadence(DAY, "calendar", whole.start, zone)
    midnights = [at for at in map(days.nth, range(1, 60)) if whole.start < at < whole.end]
    inside = cuts(whole) if not midnights else cuts(whole) | st.lists(st.sampled_from(midnights), max_size=4)
    return whole, zone, sorted({whole.start, *draw(inside), whole.end})


@given(cut_periods(), EACH_MEASURE)
@example((Period(DATES[0], DATES[2]), "Europe/Berlin", DATES), Proration.HOUR)
def test_shares_of_parts_add_up(case: tuple[Period, str, list[dt.datetime]], measure: Proration) -> None:
    """Law: f(a, b) + f(b, c) = f(a, c), for each of the four measures and any cut (M7)."""
    whole, zone, edges = case

    laws.shares_of_parts_add_up(measure, whole, edges, zone)


@given(cut_periods(), EACH_MEASURE)
def test_the_parts_of_a_period_are_the_whole(case: tuple[Period, str, list[dt.datetime]], measure: Proration) -> None:
    """Law: the shares of all parts of a period have one denominator d and their numerators sum to d."""
    whole, zone, edges = case
    shares = [share(measure, Period(start, end), whole, zone) for start, end in pairwise(edges)]

    (over,) = {d for _, d in shares}
    assert sum(n for n, _ in shares) == over


@given(cut_periods(), EACH_MEASURE, price_models(metered=False), quantities(max_value=1_000), roundings())
def test_parts_of_a_price_add_to_the_price(
    case: tuple[Period, str, list[dt.datetime]],
    measure: Proration,
    model: PriceModel,
    quantity: Decimal,
    mode: Rounding,
) -> None:
    """Law: a price billed part by part, or in one sum of parts, costs the price, its rounded lines too (H-02)."""
    whole, zone, edges = case
    price = Price(code="p", model=model, proration=measure)

    laws.parts_add_to_the_price(price, whole, edges, quantity, zone=zone, rounding=mode)


@given(cut_periods(), quantities(max_value=100), quantities(max_value=100))
def test_time_in_hours_is_what_passed(
    case: tuple[Period, str, list[dt.datetime]], first: Decimal, then: Decimal
) -> None:
    """Law: a price by the hour costs its rated amount times the hours each quantity was in force."""
    whole, zone, edges = case
    price = Price(code="p", model=PerUnit("0.05"), per=HOUR)
    parts = ((Period(whole.start, edges[1]), first), (Period(edges[1], whole.end), then))
    hours = [Fraction(part.micros, 3_600_000_000) for part, _ in parts]

    amount = recurring_amount(price, parts, whole, zone)

    assert ex.fraction(amount) == Fraction("0.05") * (hours[0] * Fraction(first) + hours[1] * Fraction(then))


def month(start: str, zone: str) -> Period:
    """The calendar month of an instant."""
    return cadence(MONTH, "calendar", instant(start), zone).containing(instant(start))


@pytest.mark.parametrize(
    ("measure", "line"), [(Proration.DAY_AFTER, 879), (Proration.DAY, 931), (Proration.SECOND, 931)]
)
def test_the_first_month_from_the_twelfth(measure: Proration, line: int) -> None:
    """R0-10: 15.00 from 12 February 2020: 8.79 with the start day out as uncloud counts, 9.31 with it in."""
    whole = month("2020-02-12T00:00:00Z", "UTC")
    price = Price(code="vm", model=Flat(15), proration=measure)

    amount = recurring_amount(price, ((Period("2020-02-12T00:00:00Z", whole.end), Decimal(1)),), whole, "UTC")

    assert minor_units(amount, 2) == line


@pytest.mark.parametrize(
    ("zone", "start", "measure", "line"),
    [
        ("Africa/Cairo", "2024-03-11T00:00:00+02:00", Proration.SECOND, 2032),
        ("Africa/Cairo", "2024-02-01T00:00:00+02:00", Proration.SECOND, 3000),
        ("Europe/Berlin", "2024-03-11T00:00:00+01:00", Proration.HOUR, 2031),
        ("Europe/Berlin", "2024-03-11T00:00:00+01:00", Proration.SECOND, 2031),
        ("Europe/Berlin", "2024-03-11T00:00:00+01:00", Proration.DAY, 2032),
    ],
)
def test_the_share_of_a_month(zone: str, start: str, measure: Proration, line: int) -> None:
    """R2-13: 30.00 from 11 March is 20.32 in Cairo; in Berlin's month of 743 hours 20.31 by hour, 20.32 by day."""
    whole = month(start, zone)
    price = Price(code="vm", model=Flat(30), proration=measure)

    amount = recurring_amount(price, ((Period(start, whole.end), Decimal(1)),), whole, zone)

    assert minor_units(amount, 2) == line


@pytest.mark.parametrize("day", range(1, 32))
def test_days_are_counted_with_the_start_or_without(day: int) -> None:
    """X-05: from day D on, ``day`` counts D of them out, ``day_after`` one more, but never from a period's start."""
    whole = month("2026-05-01T00:00:00Z", "UTC")
    part = Period(f"2026-05-{day:02}T00:00:00Z", whole.end)

    with_start, without = (Fraction(*share(m, part, whole, "UTC")) for m in (Proration.DAY, Proration.DAY_AFTER))

    assert with_start == Fraction(31 - day + 1, 31)
    assert without == (1 if day == 1 else Fraction(31 - day, 31))


def test_an_hour_begun_is_not_an_hour() -> None:
    """By hour, whole hours since the period's start count: a part begins and ends at the last full one."""
    whole = Period("2026-05-01T00:00:00Z", "2026-05-01T10:00:00Z")
    part = Period("2026-05-01T00:59:59Z", "2026-05-01T03:10:00Z")

    assert share(Proration.HOUR, part, whole, "UTC") == (3, 10)


def test_a_period_too_short_to_count_is_counted_by_the_second() -> None:
    """A period of ten minutes has no whole hour or day, so its parts are measured in time."""
    whole = Period("2026-05-01T00:00:00Z", "2026-05-01T00:10:00Z")
    part = Period("2026-05-01T00:00:00Z", "2026-05-01T00:05:00Z")

    for measure in (Proration.HOUR, Proration.DAY):
        assert Fraction(*share(measure, part, whole, "UTC")) == Fraction(1, 2)


def test_the_full_quantity_chooses_the_tier() -> None:
    """D14: twenty units for half a month are priced as twenty, and half of that is billed."""
    whole = Period("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z")
    price = Price(code="seats", model=Graduated([Tier(10, 2), Tier(None, 1)]))
    middle = instant("2026-06-16T00:00:00Z")

    halves = ((Period(whole.start, middle), Decimal(20)), (Period(middle, whole.end), Decimal(10)))

    assert recurring_amount(price, halves, whole, "UTC") == Decimal(15) + Decimal(10)


def test_allowances_of_addons_come_before_the_price() -> None:
    """Usage beyond what price and addons include is billed, and a part of a window has its share of both."""
    model = Wrapped(model=PerUnit("0.02"), included=100)
    price = Price(code="gb", model=model, cadence=PriceCadence.USAGE, meter="gb")

    full = usage_rating(price, Decimal(200), Allowance(extra=Decimal(50)))
    half = usage_rating(price, Decimal(200), Allowance(share=(1, 2), extra=Decimal(50)))

    assert (full.amount, half.amount) == (Decimal("1.00"), Decimal("2.50"))


@pytest.mark.parametrize("measure", [Proration.DAY30, Proration.CEIL, Proration.FULL, Proration.FREE])
def test_measures_of_a_later_version_are_refused(measure: Proration) -> None:
    """A measure that is named by the formats and not built yet is refused at its place, never ignored."""
    with pytest.raises(NotSupportedYet, match=rf"^proration: not supported yet \(got '{measure.value}'\)"):
        Price(code="p", model=Flat(1), proration=measure)


def test_a_zone_is_checked() -> None:
    """A share in a zone that does not exist is refused."""
    whole = Period("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z")
    with pytest.raises(InvalidValue, match="unknown time zone"):
        share(Proration.DAY, Period(whole.start, "2026-06-02T00:00:00Z"), whole, "Mars/Olympus")


def test_a_period_is_measured_to_the_microsecond() -> None:
    """One of three microseconds is a third."""
    start = instant("2026-01-01T00:00:00Z")
    one, three = (Period(start, start + dt.timedelta(microseconds=n)) for n in (1, 3))

    assert share(Proration.SECOND, one, three, "UTC") == (1, 3)


@pytest.mark.parametrize(
    "measure", [Proration.DAY_INCLUSIVE, Proration.DAY30, Proration.CEIL, Proration.FULL, Proration.FREE]
)
def test_a_measure_of_a_version_to_come_is_refused(measure: Proration) -> None:
    """And not counted by another one."""
    start = instant("2026-01-01T00:00:00Z")
    part, whole = (Period(start, start + dt.timedelta(days=n)) for n in (1, 3))

    with pytest.raises(NotSupportedYet, match=rf"^proration: .*{measure.value}"):
        share(measure, part, whole, "UTC")
