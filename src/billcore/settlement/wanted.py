"""What should have been billed by a billing date: a map of charge keys to exact amounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Protocol

import attrs

from billcore.kernel import ONE, ZERO, Exact, InvariantBroken, Period, Rounding, local_floor
from billcore.kernel import exact as ex
from billcore.lifecycle import (
    Item,
    Life,
    Occurrence,
    OneOff,
    UsageTotal,
    allowance,
    occurrences,
    quantity_of,
    schedule_of,
    window_shares,
)
from billcore.pricing import (
    Aggregation,
    Event,
    Price,
    PriceCadence,
    Rating,
    Timing,
    Wrapped,
    amount_of,
    events_rating,
    recurring_amount,
    shortfall,
    time_amount,
    usage_rating,
    windows_rating,
)
from billcore.settlement.key import ChargeKey
from billcore.settlement.summed import Summed, capped, summed

MOST_PERIODS = 100_000
"""A safety bound: more periods of one price in one billing date park the account before anything is billed."""

__all__ = ["Charge", "UsageLookup", "Used", "charge", "charges", "one_off_charge", "over_others", "uncapped", "used"]


class UsageLookup(Protocol):
    """The events of a meter that count for a subscription in a window."""

    def __call__(self, who: Life, meter: str, window: Period, /) -> UsageTotal:
        """How many they are, and their sum."""
        ...

    def events(self, who: Life, meter: str, window: Period, /) -> Iterable[tuple[dt.datetime, Event]]:
        """The events themselves with their times, in order of time."""
        ...


@attrs.frozen
class Charge:
    """What the facts ask for under one key; ``due`` is its billing date, ``advance`` its timing."""

    key: ChargeKey
    exact: Exact
    quantity: Exact
    part: Period
    due: dt.datetime
    description: str
    tax_category: str
    advance: bool
    price: Price | None = None


def charges(
    lives: Iterable[Life],
    usage: UsageLookup,
    until: dt.datetime,
    after: dt.datetime | None,
    mark: dt.datetime | None,
    mode: Rounding = Rounding.HALF_UP,
) -> Iterator[Charge]:
    """The charges due in ``(after, until]``, and all due by ``until`` whose period ends after ``mark``.

    By subscription, item in order of opening, and time: the order of billing. ``mode`` rounds what others are over.
    """
    start = after if mark is None or after is None else min(after, mark)
    for life in lives:
        schedules: list[tuple[object, ...]] = []
        periods: list[list[Occurrence]] = []
        for item in life.items:
            schedule = schedule_of(item)
            if schedule not in schedules:
                schedules.append(schedule)
                periods.append(list(_seen(life, item, start, until, after, mark)))
            for seen in periods[schedules.index(schedule)]:
                if (found := charge(life, item, seen, usage, mode)) is not None:
                    yield found


def _seen(
    life: Life,
    item: Item,
    start: dt.datetime | None,
    until: dt.datetime,
    after: dt.datetime | None,
    mark: dt.datetime | None,
) -> Iterator[Occurrence]:
    """The periods of an item that a run looks at: those newly due, and those that a fact may have changed."""
    for count, occurrence in enumerate(occurrences(life, item, start)):
        if occurrence.due > until:
            return
        if count >= MOST_PERIODS:
            raise InvariantBroken(
                "K4: more billing periods at once than anybody could want", value=item.record.price.code
            )
        fresh = after is None or occurrence.due > after
        if fresh or (mark is not None and touches(occurrence.period, mark)):
            yield occurrence


def touches(period: Period, mark: dt.datetime) -> bool:
    """A fact that holds from ``mark`` may change what this period costs."""
    return period.end > mark or (period.empty and period.end == mark)


def charge(
    life: Life, item: Item, occurrence: Occurrence, usage: UsageLookup, mode: Rounding = Rounding.HALF_UP
) -> Charge | None:
    """What one billing period of one item costs; ``None`` for usage without events or minimum.

    The period may be another item's, of the same schedule. A price over others asks for nothing where it comes to
    nothing; ``mode`` rounds what it is over.
    """
    found = uncapped(life, item, occurrence, usage, mode)
    if found is None or not life.summing:
        return found

    def cost(other: Item, seen: Occurrence) -> Exact | None:
        made = uncapped(life, other, seen, usage, mode)
        return None if made is None else made.exact

    exact = capped(life, attrs.evolve(occurrence, item=item), found.exact, cost, mode)
    return found if exact == found.exact else attrs.evolve(found, exact=exact)


def over_others(life: Life, occurrence: Occurrence, usage: UsageLookup, mode: Rounding) -> Summed:
    """What a price over others comes to in one of its billing periods, and what it covers."""

    def cost(item: Item, seen: Occurrence) -> Exact | None:
        made = charge(life, item, seen, usage, mode)
        return None if made is None else made.exact

    return summed(life, occurrence, cost, mode)


def uncapped(
    life: Life, item: Item, occurrence: Occurrence, usage: UsageLookup, mode: Rounding = Rounding.HALF_UP
) -> Charge | None:
    """The same before a commitment's cap takes off what is too much."""
    record = item.record
    price = record.price
    if price.cadence is PriceCadence.USAGE:
        found = used(life, attrs.evolve(occurrence, item=item), usage)
        if found is None:
            return None
        exact, quantity = found.rating.amount, found.quantity
    elif price.cadence is PriceCadence.ONCE:
        quantity = record.quantity
        exact = amount_of(price.model, quantity)
    elif price.sum_of:
        over = over_others(life, attrs.evolve(occurrence, item=item), usage, mode)
        if not over.exact:
            return None
        exact, quantity = over.exact, over.total
    else:
        parts = item.quantities.segments(occurrence.part)
        exact = recurring_amount(price, parts, occurrence.period, occurrence.zone)
        quantity = parts[-1][1]
        missing = shortfall(price, item.start, item.end) if occurrence.part.end == item.end else 0
        if missing:
            exact = ex.add(exact, time_amount(price, quantity, missing))
    return Charge(
        ChargeKey(life.subscription.id, item.order, price.code, occurrence.period),
        exact,
        quantity,
        occurrence.part,
        occurrence.due,
        price.description or price.code,
        price.tax_category,
        price.due is Timing.ADVANCE,
        price,
    )


@attrs.frozen
class Used:
    """The usage of one billing period of one item: its events, what its meter makes of them, and what that costs."""

    total: UsageTotal
    quantity: Exact
    rating: Rating


def used(life: Life, occurrence: Occurrence, usage: UsageLookup) -> Used | None:
    """What was used in a billing period; ``None`` where there are no events and no minimum.

    A price by event gets the events, one by window what was used in each local minute, hour or day.
    """
    record = occurrence.item.record
    price, meter, window = record.price, record.price.meter or "", occurrence.part
    total = usage(life, meter, window)
    if not total.count and not _least(price):
        return None
    counts = record.aggregation is Aggregation.COUNT
    quantity = quantity_of(total, record.aggregation or Aggregation.SUM)
    free = allowance(life, occurrence)
    if price.by_event is None and price.window is None:
        return Used(total, quantity, usage_rating(price, quantity, free))
    found = [
        (at, attrs.evolve(event, value=ONE) if counts else event) for at, event in usage.events(life, meter, window)
    ]
    if price.window is None:
        return Used(total, quantity, events_rating(price, [event for _, event in found], free))
    sums: dict[dt.datetime, Exact] = {}
    for at, event in found:
        start = local_floor(at, price.window, occurrence.zone)
        sums[start] = ex.add(sums.get(start, ZERO), event.value)
    parts = None if free.share == (1, 1) else window_shares(life, occurrence, sums)
    return Used(total, quantity, windows_rating(price, list(sums.values()), free, parts))


def _least(price: Price) -> bool:
    """It costs something without usage."""
    return isinstance(price.model, Wrapped) and bool(price.model.minimum or price.model.minimum_quantity)


def one_off_charge(item: OneOff) -> Charge:
    """What a one-off item costs."""
    at = Period(item.at, item.at)
    key = ChargeKey("", item.id, "item", at)
    return Charge(key, item.amount, ONE, at, item.at, item.description, item.tax_category, advance=False)
