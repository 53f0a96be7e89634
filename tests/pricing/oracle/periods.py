"""Billing periods and their parts (DESIGN.md, Time and Proration)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TypeAlias
from zoneinfo import ZoneInfo

from tests.pricing.oracle.models import cost
from tests.pricing.oracle.plain import ONE, ZERO, Doc

__all__ = ["Span", "date_of", "overlap", "passing", "periods", "recurring", "share", "window_of"]

Span: TypeAlias = tuple[dt.datetime, dt.datetime]
"""``[start, end)``, in UTC."""

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
HOUR = dt.timedelta(hours=1)


def _local(at: dt.datetime, zone: str) -> dt.datetime:
    """What the clock on the wall shows."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _instant(wall: dt.datetime, zone: str) -> dt.datetime:
    """The first instant at which the clock shows it; in a gap, by the offset before it."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(dt.UTC)


def _midnight(wall: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(wall.date(), dt.time())


def _months_later(wall: dt.datetime, months: int, day: int) -> dt.datetime:
    """The remembered day of a later month, or that month's last."""
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    return wall.replace(year=year, month=month + 1, day=min(day, calendar.monthrange(year, month + 1)[1]))


def _anchored(interval: str, anchor: object, start: dt.datetime, zone: str) -> tuple[dt.datetime, int]:
    """Where periods are counted from on the wall's clock, and its remembered day of the month."""
    wall = _local(start, zone)
    if anchor == "calendar":
        wall = _midnight(wall)
        if interval == "week":
            wall -= dt.timedelta(days=wall.weekday())
        elif interval != "day":
            first = (wall.month - 1) // MONTHS[interval] * MONTHS[interval] + 1
            wall = wall.replace(month=first, day=1)
    elif isinstance(anchor, dict) and interval in MONTHS:
        day = anchor["day"]
        found = _months_later(_midnight(wall), 0, day)
        return (found if found.date() >= wall.date() else _months_later(_midnight(wall), 1, day)), day
    return wall, wall.day


def _boundary(interval: str, wall: dt.datetime, day: int, zone: str, n: int) -> dt.datetime:
    if interval in MONTHS:
        return _instant(_months_later(wall, n * MONTHS[interval], day), zone)
    return _instant(wall + dt.timedelta(days=n * {"day": 1, "week": 7}[interval]), zone)


def periods(interval: str, anchor: object, start: dt.datetime, zone: str) -> Iterator[Span]:
    """The billing periods of a subscription, from the one that its start lies in; never ends."""
    wall, day = _anchored(interval, anchor, start, zone)
    n = 0
    while _boundary(interval, wall, day, zone, n) > start:
        n -= 1
    while True:
        span = (_boundary(interval, wall, day, zone, n), _boundary(interval, wall, day, zone, n + 1))
        if span[1] > start:
            yield span
        n += 1


def overlap(a: Span, b: Span) -> Span | None:
    """What two spans have in common."""
    start, end = max(a[0], b[0]), min(a[1], b[1])
    return (start, end) if start < end else None


def date_of(at: dt.datetime, zone: str) -> dt.date:
    """The local date."""
    return _local(at, zone).date()


def window_of(at: dt.datetime, window: str, zone: str) -> Span:
    """The local minute, hour or day of an instant; an hour that comes twice is two."""
    wall = _local(at, zone)
    if window == "day":
        return _instant(_midnight(wall), zone), _instant(_midnight(wall) + dt.timedelta(days=1), zone)
    minutes = wall.minute if window == "hour" else 0
    start = at - dt.timedelta(minutes=minutes, seconds=wall.second, microseconds=wall.microsecond)
    return start, start + (HOUR if window == "hour" else HOUR / 60)


def passing(span: Span) -> Fraction:
    """The time that passes in it, in microseconds."""
    return Fraction((span[1] - span[0]) // dt.timedelta(microseconds=1))


def share(measure: str, part: Span, whole: Span, zone: str) -> Fraction:
    """The share of a period that a part is, by the names of ``proration``."""
    if part == whole:
        return ONE
    if measure == "hour" and (over := (whole[1] - whole[0]) // HOUR):
        return Fraction((part[1] - whole[0]) // HOUR - (part[0] - whole[0]) // HOUR, over)
    first, last = date_of(whole[0], zone), date_of(whole[1], zone)
    if measure in ("day", "day_after") and first < last:
        days = [first + dt.timedelta(days=n) for n in range((last - first).days)]
        return Fraction(len([day for day in days if _billed(measure, day, part, whole, zone)]), len(days))
    # By the second; and so is a period that has no whole hour or day to count.
    return passing(part) / passing(whole)


def _billed(measure: str, day: dt.date, part: Span, whole: Span, zone: str) -> bool:
    """A day of the period is one of the part's days."""
    start, end = (_local(at, zone).date() for at in part)
    if measure == "day":
        return start <= day < end
    # Start day out, end day in; but a period from its own start is whole.
    return (day > start or part[0] == whole[0]) and (day <= end or part[1] == whole[1])


def recurring(price: Doc, parts: Iterable[tuple[Span, Fraction]], whole: Span, zone: str) -> Fraction:
    """A recurring price for parts of a period, each with the quantity in force in it.

    The full quantity chooses the tier; each part is billed its share, or the hours that it lasted.
    """
    due = ZERO
    for part, quantity in parts:
        amount = cost(price["model"], quantity)
        if (per := price.get("per")) is not None:
            due += amount * passing(part) / {"hour": 3_600_000_000, "minute": 60_000_000}[per]
        else:
            due += amount * share(price.get("proration", "second"), part, whole, zone)
    return due
