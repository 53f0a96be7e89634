"""Billing cadence: how often, counted from where. The only module that imports dateutil.

Every boundary is ``nth(n)``, computed from the anchor and never from the boundary before it, so nothing drifts: an
anchor on 31 January gives 28 February and then 31 March (D06).

>>> from billcore.kernel.instant import instant, rfc3339
>>> monthly = cadence(MONTH, "start", instant("2026-01-31T00:00:00Z"), "UTC")
>>> [rfc3339(monthly.nth(n)) for n in (0, 1, 2)]
['2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z']
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Literal, TypeAlias

import attrs
from dateutil.relativedelta import relativedelta

from billcore.kernel.errors import InvalidInstant, InvalidValue
from billcore.kernel.instant import UTC, instant, zone
from billcore.kernel.period import Period

__all__ = [
    "DAY",
    "HALF_YEAR",
    "HOUR",
    "INTERVALS",
    "MINUTE",
    "MONTH",
    "QUARTER",
    "WEEK",
    "YEAR",
    "Anchor",
    "Cadence",
    "DayAnchor",
    "Interval",
    "add_days",
    "cadence",
    "calendar_start",
    "checked_anchor",
    "local_days",
    "nth",
    "to_utc",
]


_LONGEST_INTERVAL, _LAST_DAY = 100_000_000, 31
_EVER = -(2**62)  # before every period: the first zone is that of all until a move


@attrs.frozen(order=True)
class Interval:
    """A length of a billing period: calendar ``months``, or local ``days``, or ``seconds`` that really pass."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    def __attrs_post_init__(self) -> None:
        given = [value for value in (self.months, self.days, self.seconds) if value]
        if any(type(value) is not int for value in (self.months, self.days, self.seconds)):
            raise InvalidValue("an interval counts in whole numbers", place="interval", value=self)
        if len(given) != 1 or not 0 < given[0] <= _LONGEST_INTERVAL:
            raise InvalidValue("an interval is a positive number of months, days or seconds", place="interval")

    @property
    def name(self) -> str | None:
        """``month``, ``year`` and the like where it has a name."""
        return next((name for name, known in INTERVALS.items() if known == self), None)


MINUTE = Interval(seconds=60)
HOUR = Interval(seconds=3600)
DAY = Interval(days=1)
WEEK = Interval(days=7)
MONTH = Interval(months=1)
QUARTER = Interval(months=3)
HALF_YEAR = Interval(months=6)
YEAR = Interval(months=12)

INTERVALS = {
    "minute": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "week": WEEK,
    "month": MONTH,
    "quarter": QUARTER,
    "half_year": HALF_YEAR,
    "year": YEAR,
}


@attrs.frozen
class DayAnchor:
    """Periods begin on this day of the month: 1 to 31, clamped to a shorter month's last day, but remembered."""

    day: int

    def __attrs_post_init__(self) -> None:
        if type(self.day) is not int or not 1 <= self.day <= _LAST_DAY:
            raise InvalidValue("a billing day is 1 to 31", place="anchor.day", value=self.day)


Anchor: TypeAlias = Literal["calendar", "start"] | DayAnchor | dt.datetime
"""Where periods are counted from: the calendar, the start, a day of the month, or an instant."""


def checked_anchor(value: object, place: str = "anchor") -> Anchor:
    """An anchor from outside. Raises ``InvalidValue`` for what is none, ``InvalidInstant`` for a naive datetime."""
    match value:
        case "calendar" | "start" | DayAnchor():
            return value
        case dt.datetime() | str() if isinstance(value, dt.datetime) or value[:1].isdigit():
            return instant(value, place)
        case _:
            raise InvalidValue("not an anchor", place=place, value=value, hint='"calendar", "start", day or instant')


@attrs.frozen(cache_hash=True)
class Cadence:
    """The boundaries of billing periods: ``nth(0)`` is the anchor, ``n`` may be negative.

    ``wall`` is the anchor's local time, ``day`` its remembered day of the month, ``zones`` the time zones by the
    index of the first boundary that each one fixes.
    """

    interval: Interval
    anchor: dt.datetime
    wall: dt.datetime
    day: int
    zones: tuple[tuple[int, str], ...]

    def nth(self, n: int) -> dt.datetime:
        """Boundary ``n``, in UTC.

        A local time that does not exist is read by the offset before the gap, one that comes twice is the first.
        """
        return _nth(self, n)

    def index(self, at: dt.datetime) -> int:
        """The ``n`` of the period that contains ``at``: ``nth(n) <= at < nth(n + 1)``."""
        n = self._estimate(at)
        while self.nth(n) > at:
            n -= 1
        while self.nth(n + 1) <= at:
            n += 1
        return n

    def _estimate(self, at: dt.datetime) -> int:
        interval = self.interval
        if interval.months:
            return ((at.year - self.wall.year) * 12 + at.month - self.wall.month) // interval.months
        elapsed = at - self.anchor
        return elapsed // dt.timedelta(days=interval.days, seconds=interval.seconds)

    def period(self, n: int) -> Period:
        """The period from boundary ``n`` to the next."""
        return _period(self, n)

    def containing(self, at: dt.datetime) -> Period:
        """The period that contains ``at``."""
        return self.period(self.index(at))

    def on_or_after(self, at: dt.datetime) -> dt.datetime:
        """The first boundary that is not before ``at``."""
        return self.containing(at - dt.timedelta.resolution).end

    def zone(self, n: int) -> str:
        """The time zone in which period ``n`` is counted: the one that fixes its end."""
        return _zone_at(self.zones, n + 1)

    def moved(self, at: dt.datetime, zone: str) -> Cadence:
        """The same cadence after the customer's zone changed at ``at``.

        The period in which the change takes effect keeps its end, and the next ends at the new zone's boundary, so
        that periods still tile time.
        """
        first = self.index(at) + 2
        kept = tuple(entry for entry in self.zones if entry[0] < first)
        return attrs.evolve(self, zones=(*kept, (first, zone)))


def _zone_at(zones: tuple[tuple[int, str], ...], n: int) -> str:
    return zones[0][1] if len(zones) == 1 else next(name for first, name in reversed(zones) if first <= n)


@functools.lru_cache(maxsize=65_536)
def _nth(cadence: Cadence, n: int) -> dt.datetime:
    """Memo of a pure function: customers share anchors and zones, so boundaries repeat."""
    if n == 0:
        return cadence.anchor
    interval = cadence.interval
    try:
        if interval.seconds:
            return cadence.anchor + n * dt.timedelta(seconds=interval.seconds)
        if interval.months:
            wall = cadence.wall + relativedelta(months=n * interval.months, day=cadence.day)
        else:
            wall = cadence.wall + dt.timedelta(days=n * interval.days)
        boundary = to_utc(wall, _zone_at(cadence.zones, n))
    except (OverflowError, ValueError):
        raise InvalidInstant("a billing period beyond the calendar", value=f"period {n}") from None
    first = next((first for first, _ in reversed(cadence.zones[1:]) if first <= n), None)
    if first is None:
        return boundary
    # A move across the date line could put a boundary before the last one of the old zone, or beyond an anchor to come.
    boundary = max(boundary, _nth(cadence, first - 1))
    return min(boundary, cadence.anchor) if n < 0 else max(boundary, cadence.anchor)


@functools.lru_cache(maxsize=65_536)
def _period(cadence: Cadence, n: int) -> Period:
    return Period(_nth(cadence, n), _nth(cadence, n + 1))


def to_utc(wall: dt.datetime, name: str) -> dt.datetime:
    """The instant of a local time; one that comes twice is the first."""
    return wall.replace(tzinfo=zone(name), fold=0).astimezone(UTC)


def nth(anchor: dt.datetime, n: int, zone: str, interval: Interval = MONTH) -> dt.datetime:
    """Boundary ``n`` of periods that are counted from the instant ``anchor`` in local time of ``zone``."""
    return cadence(interval, anchor, anchor, zone).nth(n)


@functools.lru_cache(maxsize=65_536)
def cadence(interval: Interval, anchor: Anchor, start: dt.datetime, zone_name: str) -> Cadence:
    """The cadence of a subscription that starts at ``start``.

    ``calendar`` is for one day, week, month, quarter, half-year or year; other intervals count from the start, as do
    days and weeks under a ``DayAnchor``. Raises ``InvalidValue`` and ``InvalidInstant``.
    """
    start = instant(start, "start")
    local = start.astimezone(zone(zone_name, "timezone")).replace(tzinfo=None)
    match checked_anchor(anchor):
        case "calendar" if wall := calendar_start(interval, local):
            return _from_wall(interval, wall, wall.day, zone_name)
        case DayAnchor(day) if interval.months:
            return _from_wall(interval, _day_on_or_after(local, day), day, zone_name)
        case dt.datetime() as at:
            return _from(interval, at, at.astimezone(zone(zone_name)).replace(tzinfo=None), zone_name)
        case _:
            return _from(interval, start, local, zone_name)


def _from(interval: Interval, at: dt.datetime, wall: dt.datetime, zone_name: str) -> Cadence:
    return Cadence(interval, at, wall, wall.day, ((_EVER, zone_name),))


def _from_wall(interval: Interval, wall: dt.datetime, day: int, zone_name: str) -> Cadence:
    return Cadence(interval, to_utc(wall, zone_name), wall, day, ((_EVER, zone_name),))


def calendar_start(interval: Interval, local: dt.datetime) -> dt.datetime | None:
    """The local start of the day, week, month and so on of a local time; ``None`` where no calendar has it."""
    midnight = dt.datetime.combine(local.date(), dt.time.min)
    if interval == DAY:
        return midnight
    if interval == WEEK:
        return midnight - dt.timedelta(days=midnight.weekday())
    if interval in (MONTH, QUARTER, HALF_YEAR, YEAR):
        month = (midnight.month - 1) // interval.months * interval.months + 1
        return midnight.replace(month=month, day=1)
    return None


def _day_on_or_after(local: dt.datetime, day: int) -> dt.datetime:
    """The first local midnight of that day, clamped, on or after the date of ``local``."""
    midnight = dt.datetime.combine(local.date(), dt.time.min)
    here: dt.datetime = midnight + relativedelta(day=day)
    following: dt.datetime = midnight + relativedelta(months=1, day=day)
    return here if here.date() >= local.date() else following


@functools.lru_cache(maxsize=65_536)
def add_days(at: dt.datetime, days: int, zone_name: str) -> dt.datetime:
    """The same local time so many days later, whatever the clocks did in between. Raises ``InvalidInstant``."""
    wall = at.astimezone(zone(zone_name)).replace(tzinfo=None)
    try:
        return to_utc(wall + dt.timedelta(days=days), zone_name)
    except OverflowError:
        raise InvalidInstant("days beyond the calendar", value=days) from None


@functools.lru_cache(maxsize=65_536)
def local_days(start: dt.datetime, end: dt.datetime, zone_name: str) -> int:
    """Local calendar days from the date of ``start`` to that of ``end``: in the zone first, then subtracted (D10)."""
    there = zone(zone_name)
    return (end.astimezone(there).date() - start.astimezone(there).date()).days
