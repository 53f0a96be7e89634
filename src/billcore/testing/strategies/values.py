"""Strategies of the kernel's values: numbers, money, time."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn as Draw
from hypothesis.strategies import SearchStrategy as Strategy

from billcore.kernel import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    QUARTER,
    UTC,
    WEEK,
    YEAR,
    Anchor,
    Cadence,
    DayAnchor,
    Exact,
    Interval,
    Money,
    Period,
    Rounding,
    active_codes,
    cadence,
    number,
)
from billcore.kernel import exact as ex

__all__ = [
    "amounts",
    "anchors",
    "cadences",
    "currencies",
    "cuts",
    "day_anchors",
    "exacts",
    "instants",
    "intervals",
    "moneys",
    "periods",
    "quantities",
    "roundings",
    "zones",
]

_FIRST = dt.datetime(1990, 1, 1, tzinfo=UTC)
_LAST = dt.datetime(2060, 1, 1, tzinfo=UTC)
_TABLE_DATE = dt.date(2026, 1, 1)
_MICRO = dt.timedelta(microseconds=1)
_LONGEST = dt.timedelta(days=400)
# One hour, half an hour, no DST, date line both sides, a skipped day, midnight that does not exist, quarter hours.
_ODD_ZONES = (
    *("Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Kiritimati"),
    *("Pacific/Pago_Pago", "Pacific/Apia", "America/Sao_Paulo", "Africa/Cairo", "Asia/Kathmandu"),
)


def amounts(*, min_value: Decimal | int = 0, max_value: Decimal | int = 10_000, places: int = 2) -> Strategy[Decimal]:
    """Decimals with at most so many places, both ends included. Shrinks to zero, or to what is nearest to it."""
    return _amounts(min_value, max_value, places)


@functools.cache  # a strategy is dear to make and cheap to draw from; catalogs draw hundreds of amounts
def _amounts(min_value: Decimal | int, max_value: Decimal | int, places: int) -> Strategy[Decimal]:
    (low, below), (high, over) = min_value.as_integer_ratio(), max_value.as_integer_ratio()
    units = st.integers(-(-low * 10**places // below), high * 10**places // over)
    return units.map(lambda whole: number(ex.scaled(whole, places)))


def quantities(*, max_value: Decimal | int = 1_000_000, places: int = 3) -> Strategy[Decimal]:
    """Quantities of units, never negative, often whole. Shrinks to zero."""
    return _quantities(max_value, places)


@functools.cache
def _quantities(max_value: Decimal | int, places: int) -> Strategy[Decimal]:
    whole = st.integers(0, int(max_value)).map(Decimal)
    return whole | amounts(max_value=max_value, places=places)


def exacts(*, max_value: int = 10**9) -> Strategy[Exact]:
    """Exact numbers of both signs: a ``Decimal``, or a ``Fraction`` where that does not end. Shrinks to zero."""
    ratios = st.builds(ex.ratio, st.integers(-max_value, max_value).map(Decimal), st.integers(1, 10_000))
    return amounts(min_value=-max_value, max_value=max_value, places=6) | ratios


def currencies() -> Strategy[str]:
    """Codes of ISO 4217 in force, with 0, 2, 3 and 4 decimal places. Shrinks to ``EUR``."""
    return st.sampled_from(("EUR", "JPY", "KWD", "CLF", *active_codes(_TABLE_DATE)))


@st.composite
def _moneys(draw: Draw, currency: str | None, most: int) -> Money:
    code = draw(currencies()) if currency is None else currency
    return Money.of_minor(draw(st.integers(-most, most)), code)


def moneys(*, currency: str | None = None, max_minor: int = 10**9) -> Strategy[Money]:
    """Money of both signs in whole minor units, of any currency or of one. Shrinks to ``0.00 EUR``."""
    return _moneys(currency, max_minor)


def instants(*, min_value: dt.datetime = _FIRST, max_value: dt.datetime = _LAST) -> Strategy[dt.datetime]:
    """Instants in UTC, to the microsecond. Shrinks to midnight of 1 January 2000, or to what is nearest to it."""
    low, high = (bound.astimezone(UTC).replace(tzinfo=None) for bound in (min_value, max_value))
    any_time = st.datetimes(low, high, timezones=st.just(UTC))
    return any_time.map(lambda at: at.replace(minute=0, second=0, microsecond=0)).filter(min_value.__le__) | any_time


@functools.cache
def _zone_names() -> tuple[str, ...]:
    return tuple(sorted(zoneinfo.available_timezones() - {"localtime"}))


def zones() -> Strategy[str]:
    """Names of IANA time zones, the odd ones often. Shrinks to ``UTC``."""
    return _zones()


@functools.cache
def _zones() -> Strategy[str]:
    return st.sampled_from(("UTC", *_ODD_ZONES)) | st.deferred(lambda: st.sampled_from(_zone_names()))


def intervals() -> Strategy[Interval]:
    """Lengths of billing periods: those with a name, and any. Shrinks to a month."""
    named = st.sampled_from((MONTH, DAY, WEEK, QUARTER, YEAR, HOUR, MINUTE))
    months, days = st.integers(1, 36), st.integers(1, 400)
    return named | st.builds(Interval, months=months) | st.builds(Interval, days=days)


def day_anchors() -> Strategy[DayAnchor]:
    """Billing days, the 1st to the 31st. Shrinks to the 1st."""
    return st.builds(DayAnchor, st.integers(1, 31) | st.integers(28, 31))


def anchors(*, instant: Strategy[dt.datetime] | None = None) -> Strategy[Anchor]:
    """Where periods are counted from: the calendar, the start, a day, an instant. Shrinks to ``calendar``."""
    names: Strategy[Anchor] = st.sampled_from(("calendar", "start"))
    return names | day_anchors() | (instants() if instant is None else instant)


@st.composite
def _cadences(draw: Draw, interval: Strategy[Interval], moves: int) -> Cadence:
    start = draw(instants())
    near = instants(min_value=start - _LONGEST, max_value=start + _LONGEST)
    beat = cadence(draw(interval), draw(anchors(instant=near)), start, draw(zones()))
    later = start
    for _ in range(draw(st.integers(0, moves)) if moves else 0):
        later += draw(st.timedeltas(dt.timedelta(0), _LONGEST))
        beat = beat.moved(later, draw(zones()))
    return beat


def cadences(*, interval: Strategy[Interval] | None = None, moves: int = 0) -> Strategy[Cadence]:
    """Billing cadences of any interval, anchor and zone, with up to so many moves to another zone.

    Shrinks to calendar months in UTC.
    """
    return _cadences(intervals() if interval is None else interval, moves)


@st.composite
def _periods(draw: Draw, longest: dt.timedelta) -> Period:
    start = draw(instants())
    hours = st.integers(1, max(1, longest // dt.timedelta(hours=1))).map(lambda n: dt.timedelta(hours=n))
    return Period(start, start + draw(hours | st.timedeltas(_MICRO, longest)))


def periods(*, max_length: dt.timedelta = _LONGEST) -> Strategy[Period]:
    """Half-open stretches of time, never empty. Shrinks to an hour of 1 January 2000."""
    return _periods(max_length)


def cuts(period: Period, *, max_size: int = 4) -> Strategy[list[dt.datetime]]:
    """Distinct instants inside a period, its ends excluded, in order of time. Shrinks to none."""
    if period.end - period.start <= _MICRO:
        return st.just([])
    inside = st.integers(1, period.micros - 1).map(lambda micros: period.start + micros * _MICRO)
    return st.lists(inside, max_size=max_size, unique=True).map(sorted)


def roundings() -> Strategy[Rounding]:
    """The ways in which money is rounded. Shrinks to half up."""
    return st.sampled_from((Rounding.HALF_UP, Rounding.HALF_EVEN))
