"""Usage prices of one meter that follow each other within a billing period, and the share of each in it.

Prices of what was bought follow each other where one ends as another begins. One outside any plan counts while nothing
bought does: it follows them, and they follow it (docs/decisions/0006).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from billcore.kernel import Period
from billcore.lifecycle.item import Item
from billcore.lifecycle.schedule import Occurrence
from billcore.lifecycle.subscription import Life
from billcore.pricing import PriceCadence, share

__all__ = ["chain_of", "own_parts", "share_of_chain"]


def share_of_chain(occurrence: Occurrence, own: Iterable[Period], chain: Period) -> tuple[int, int]:
    """The share (n of d) that stretches of a chain are of it."""
    measure = occurrence.item.record.price.proration
    parts = [share(measure, part, chain, occurrence.zone) for part in own]
    return (min(sum(n for n, _ in parts), parts[0][1]), parts[0][1])


def own_parts(life: Life, occurrence: Occurrence) -> tuple[Period, ...]:
    """When a usage price counts in a billing period: its part; outside any plan what of it nothing bought counts."""
    part = occurrence.part
    if not occurrence.item.outside:
        return (part,)
    return tuple(_free(_metered(life.items, occurrence.item), part)) or (part,)


def chain_of(life: Life, occurrence: Occurrence, period: Period) -> Period:
    """From the first to the last of the usage prices of one meter that follow each other within the period."""
    item, own = occurrence.item, own_parts(life, occurrence)
    bought = _metered(life.items, item)
    spans = [(one.start, one.end or period.end) for one in bought if one is not item]
    spans += [(part.start, part.end) for part in own]
    for other in life.outside_by_meter.get(item.record.price.meter or "", ()):
        had = period.overlap(other.start, other.end) if other is not item else None
        spans += [(free.start, free.end) for free in _free(bought, had)] if had is not None else []
    start, end = own[0].start, own[0].end
    moved = True
    while moved:
        moved = False
        for first, last in spans:
            if last == start and first < start and start > period.start:
                start, moved = max(first, period.start), True
            if first == end and last > end and end < period.end:
                end, moved = min(last, period.end), True
    return Period(start, end)


def _metered(items: Iterable[Item], like: Item) -> list[Item]:
    """The usage prices of the same meter."""
    meter = like.record.price.meter
    return [one for one in items if one.record.price.meter == meter and one.record.price.cadence is PriceCadence.USAGE]


def _free(bought: Iterable[Item], stretch: Period) -> Iterator[Period]:
    """The parts of a stretch in which none of these is had."""
    start: dt.datetime = stretch.start
    for one in sorted(bought, key=lambda item: item.start):
        if one.start >= stretch.end:
            break
        if one.start > start:
            yield Period(start, one.start)
        start = max(start, stretch.end if one.end is None else one.end)
    if start < stretch.end:
        yield Period(start, stretch.end)
