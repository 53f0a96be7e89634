"""Schedule: the billing periods of an item, when each is due, and which part of it was had."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import attrs

from billcore.kernel import Cadence, Period
from billcore.lifecycle.facts import Unused
from billcore.lifecycle.item import Epoch, Item
from billcore.lifecycle.subscription import Life
from billcore.pricing import PriceCadence, Timing

__all__ = ["Occurrence", "due_dates", "next_due", "occurrences"]


@attrs.frozen
class Occurrence:
    """One billing period of one item.

    ``period`` is the whole billing period (for a ``once`` price its instant), ``part`` what of it is charged, ``due``
    the billing date, ``zone`` the time zone in which it is counted.
    """

    item: Item
    period: Period
    part: Period
    due: dt.datetime
    zone: str


def occurrences(life: Life, item: Item, after: dt.datetime | None = None) -> Iterator[Occurrence]:
    """The item's billing periods that end after an instant, in order; without end while the item has none.

    A period in advance is due when its part starts, one in arrears at its end, or earlier at a reset or the end of the
    subscription.
    """
    if item.record.price.cadence is PriceCadence.ONCE:
        yield from _once(life, item, after)
        return
    floor = life.customer.billed_until
    start = item.start if floor is None else max(item.start, floor)
    for epoch in life.epochs:
        if epoch.end is not None and epoch.end <= start:
            continue
        if item.end is not None and item.end <= epoch.start:
            return
        yield from _in_epoch(life, item, epoch, max(start, epoch.start), after)


def _in_epoch(
    life: Life, item: Item, epoch: Epoch, start: dt.datetime, after: dt.datetime | None
) -> Iterator[Occurrence]:
    price = item.record.price
    advance = price.due is Timing.ADVANCE
    kept = item.cancelled and advance and life.unused is Unused.KEEP
    beat = life.cadence(epoch, price.interval)
    n = beat.index(start if after is None else max(start, after))
    end = _earlier(item.end, epoch.end)
    until = _earlier(epoch.end, life.end)
    while end is None or beat.nth(n) < end:
        period = beat.period(n)
        last = period.end if end is None or (kept and end == item.end) else min(period.end, end)
        first = max(period.start, start)
        if first < last and (after is None or period.end > after):
            due = first if advance else _earlier(period.end, until) or period.end
            part = period if first == period.start and last == period.end else Period(first, last)
            yield Occurrence(item, period, part, due, beat.zone(n))
        n += 1


def _once(life: Life, item: Item, after: dt.datetime | None) -> Iterator[Occurrence]:
    at, floor = item.start, life.customer.billed_until
    if floor is not None and at < floor:
        return
    epoch = next(epoch for epoch in reversed(life.epochs) if epoch.start <= at)
    beat: Cadence = life.cadence(epoch, life.interval)
    n = beat.index(at)
    due = at
    if item.record.price.due is Timing.ARREARS:
        due = _earlier(beat.nth(n + 1), _earlier(epoch.end, life.end)) or at
    if after is None or due > after or at >= after:
        yield Occurrence(item, Period(at, at), Period(at, at), due, beat.zone(n))


def _earlier(a: dt.datetime | None, b: dt.datetime | None) -> dt.datetime | None:
    if a is None or b is None:
        return a if b is None else b
    return min(a, b)


def _schedules(life: Life) -> Iterator[tuple[int, Item]]:
    """One item for each schedule, with its place."""
    return ((place, item) for place, item in enumerate(life.charged) if life.schedules[place] == place)


def due_dates(life: Life, after: dt.datetime | None, until: dt.datetime) -> tuple[dt.datetime, ...]:
    """The billing dates in ``(after, until]`` that the subscription brings, in order; its end is one."""
    found = set()
    for _, item in _schedules(life):
        for occurrence in occurrences(life, item, after):
            if occurrence.due > until and occurrence.part.start > until:
                break
            if occurrence.due <= until and (after is None or occurrence.due > after):
                found.add(occurrence.due)
    if life.end is not None and life.end <= until and (after is None or life.end > after):
        found.add(life.end)
    return tuple(sorted(found))


def next_due(life: Life, after: dt.datetime | None) -> dt.datetime | None:
    """The first billing date after an instant (the first of all, if ``None``); ``None`` where none will come."""
    found = [life.end] if life.end is not None and (after is None or life.end > after) else []
    for place, item in _schedules(life):
        if after is not None and (place, after) in life.ahead:
            found.append(life.ahead[place, after])
            continue
        for occurrence in occurrences(life, item, after):
            if after is None or occurrence.due > after:
                found.append(occurrence.due)
                break
    return min(found, default=None)
