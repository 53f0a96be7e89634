"""What was used in a billing period of an item, and what that costs by its price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

import attrs

from billcore.kernel import ONE, ZERO, Exact, Period, local_floor
from billcore.kernel import exact as ex
from billcore.lifecycle import (
    Life,
    Occurrence,
    UsageTotal,
    allowance,
    quantity_of,
    window_shares,
)
from billcore.pricing import (
    Aggregation,
    Event,
    Price,
    Rating,
    Wrapped,
    events_rating,
    usage_rating,
    windows_rating,
)

__all__ = ["UsageLookup", "Used", "used"]


class UsageLookup(Protocol):
    """The events of a meter that count for a subscription in a window."""

    def __call__(self, who: Life, meter: str, window: Period, /) -> UsageTotal:
        """How many they are, and their sum."""
        ...

    def events(self, who: Life, meter: str, window: Period, /) -> Iterable[tuple[dt.datetime, Event]]:
        """The events themselves with their times, in order of time."""
        ...

    @property
    def outside(self) -> UsageLookup:
        """The lookup of events that nothing bought counts: they are priced outside any plan."""
        ...


@attrs.frozen
class Used:
    """The usage of one billing period of one item: its events, what its meter makes of them, and what that costs.

    ``price`` is what it was rated by, ``window`` when it was used.
    """

    total: UsageTotal
    quantity: Exact
    rating: Rating
    price: Price
    window: Period


def used(life: Life, occurrence: Occurrence, usage: UsageLookup, date: dt.datetime | None = None) -> Used | None:
    """What was used in a billing period; ``None`` where there are no events and no minimum.

    A price by event gets the events, one by window what was used in each local minute, hour or day. At a ``date``
    before the period is due it is what was used so far, without a minimum; what is free is as for the whole period.
    """
    record = occurrence.item.record
    price, meter, window = record.price, record.price.meter or "", occurrence.part
    if date is not None and date < occurrence.due:
        price, window = price.so_far, Period(window.start, min(date, window.end))
    if occurrence.item.outside:
        usage = usage.outside
    total = usage(life, meter, window)
    if not total.count and (occurrence.item.outside or not _least(price)):
        return None
    counts = record.aggregation is Aggregation.COUNT
    quantity = quantity_of(total, record.aggregation or Aggregation.SUM)
    free = allowance(life, occurrence)
    if price.by_event is None and price.window is None:
        return Used(total, quantity, usage_rating(price, quantity, free), price, window)
    found = [
        (at, attrs.evolve(event, value=ONE) if counts else event) for at, event in usage.events(life, meter, window)
    ]
    if price.window is None:
        rating = events_rating(price, [event for _, event in found], free)
        return Used(total, quantity, rating, price, window)
    sums: dict[dt.datetime, Exact] = {}
    for at, event in found:
        start = local_floor(at, price.window, occurrence.zone)
        sums[start] = ex.add(sums.get(start, ZERO), event.value)
    parts = None if free.share == (1, 1) else window_shares(life, occurrence, sums)
    return Used(total, quantity, windows_rating(price, list(sums.values()), free, parts), price, window)


def _least(price: Price) -> bool:
    """It costs something without usage."""
    return isinstance(price.model, Wrapped) and bool(price.model.minimum or price.model.minimum_quantity)
