"""Usage: events, their totals, and which subscription counts the ones that name none."""

from __future__ import annotations

import datetime as dt
import heapq
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

import attrs

from billcore.kernel import (
    MINUTE,
    NOT_TEXT,
    ONE,
    Exact,
    FrozenMap,
    Interval,
    InvalidValue,
    NotSupportedYet,
    Number,
    Period,
    checked_id,
    instant,
    local_floor,
    number,
    of_kind,
)
from billcore.kernel import exact as ex
from billcore.lifecycle.chain import chain_of, own_parts, share_of_chain
from billcore.lifecycle.schedule import Occurrence
from billcore.lifecycle.subscription import Life
from billcore.pricing import Aggregation, Allowance

__all__ = [
    "Metering",
    "UsageAction",
    "UsageEvent",
    "UsageTotal",
    "allowance",
    "first_to_meter",
    "quantity_of",
    "unnamed_windows",
    "window_shares",
]

UsageAction = Literal["increment"]
"""``set`` (what a meter stands at) is named by the formats and built later."""

Metering: TypeAlias = Sequence[tuple[dt.datetime, str | None]]
"""Instants, and the first subscription (by id) that meters something from each on; ``None`` where none does."""

_LONGEST_NAME = 200
_LONGEST_PROPERTY = 1_000
_MOST_PROPERTIES = 64
_NOT_IN_NAME = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def _name(value: object, place: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME or _NOT_IN_NAME.search(value):
        raise InvalidValue("not a name", place=place, value=value, hint="1 to 200 characters, none of them control")
    return value


def _id(value: str) -> str:
    return _name(value, "id")


def _source(value: str) -> str:
    return _name(value, "source")


def _resource(value: str | None) -> str | None:
    return None if value is None else _name(value, "resource")


def _customer(value: str) -> str:
    return checked_id(value, "customer")


def _subscription(value: str | None) -> str | None:
    return None if value is None else checked_id(value, "subscription")


def _meter(value: str) -> str:
    return checked_id(value, "meter")


def _time(value: dt.datetime | str) -> dt.datetime:
    return instant(value, "time")


def _value(value: Number) -> Decimal:
    return number(value, "value")


def _property(value: object, place: str) -> None:
    if not isinstance(value, str) or len(value) > _LONGEST_PROPERTY or NOT_TEXT.search(value):
        raise InvalidValue("not a property's text", place=place, value=value, hint="at most 1000 characters")


def _action(value: str) -> UsageAction:
    if value == "increment":
        return "increment"
    if value == "set":
        raise NotSupportedYet(place="action", value=value)
    raise InvalidValue("unknown action", place="action", value=value, hint='write "increment"')


def _properties(values: Mapping[str, str]) -> Mapping[str, str]:
    of_kind(values, Mapping, "properties")
    if len(values) > _MOST_PROPERTIES:
        raise InvalidValue(f"more than {_MOST_PROPERTIES} properties", place="properties", value=len(values))
    for key, value in values.items():
        _property(value, f"properties.{_name(key, 'properties')}")
    return FrozenMap(values)


@attrs.frozen(kw_only=True)
class UsageEvent:
    """One thing that was used; ``id`` and ``source`` are unique together, for ever.

    ``value`` (what a meter without a field adds up) may be negative; ``time`` is when it was used, in UTC. A record
    that names no ``subscription`` counts for the customer's first one that meters it. ``properties`` are texts, at
    most 64.
    """

    id: str = attrs.field(converter=_id)
    source: str = attrs.field(converter=_source)
    customer: str = attrs.field(converter=_customer)
    subscription: str | None = attrs.field(default=None, converter=_subscription)
    resource: str | None = attrs.field(default=None, converter=_resource)
    meter: str = attrs.field(converter=_meter)
    time: dt.datetime = attrs.field(converter=_time)
    value: Decimal = attrs.field(default=ONE, converter=_value)
    action: UsageAction = attrs.field(default="increment", converter=_action)
    properties: Mapping[str, str] = attrs.field(factory=FrozenMap, converter=_properties)


@attrs.frozen
class UsageTotal:
    """The events of a window: how many, and the exact sum of their values."""

    count: int = 0
    sum: Exact = ex.ZERO

    def plus(self, other: UsageTotal) -> UsageTotal:
        """Both together."""
        return UsageTotal(self.count + other.count, ex.add(self.sum, other.sum))


def quantity_of(total: UsageTotal, aggregation: Aggregation) -> Exact:
    """What a meter makes of a window's events."""
    match aggregation:
        case Aggregation.SUM:
            return total.sum
        case Aggregation.COUNT:
            return ex.whole(total.count)


def first_to_meter(lives: Iterable[Life], meter: str, *, outside: bool = False) -> Metering:
    """Which of a customer's subscriptions is the first (by id) to meter something, from when on.

    With ``outside``, the first to have a price for it outside any plan.
    """
    spans = [
        (item.start, life.subscription.id, item.end)
        for life in lives
        for item in (life.outside_by_meter.get(meter, ()) if outside else life.items)
        if item.record.price.meter == meter
    ]
    spans.sort(key=lambda span: span[:2])
    edges = sorted({edge for start, _, end in spans for edge in (start, end) if edge is not None})
    metering: list[tuple[str, int]] = []
    found: list[tuple[dt.datetime, str | None]] = []
    begun = 0
    for edge in edges:
        while begun < len(spans) and spans[begun][0] <= edge:
            heapq.heappush(metering, (spans[begun][1], begun))
            begun += 1
        while metering and (end := spans[metering[0][1]][2]) is not None and end <= edge:
            heapq.heappop(metering)
        first = metering[0][0] if metering else None
        if not found or found[-1][1] != first:
            found.append((edge, first))
    return found


def unnamed_windows(metering: Metering, life: Life, window: Period) -> tuple[Period, ...]:
    """The parts of ``window`` whose events without a subscription count for this one.

    They count for the customer's first subscription (by id) that meters them at that time (DESIGN.md, Proration,
    Usage).
    """
    place = bisect_right(metering, window.start, key=lambda step: step[0])
    steps = [(window.start, metering[place - 1][1] if place else None)]
    while place < len(metering) and metering[place][0] < window.end:
        steps.append(metering[place])
        place += 1
    found = []
    free: dt.datetime | None = None
    for at, first in steps:
        if first is not None and first < life.subscription.id:
            found += [Period(free, at)] if free is not None else []
            free = None
        elif free is None:
            free = at
    return tuple(found) if free is None else (*found, Period(free, window.end))


def allowance(life: Life, occurrence: Occurrence) -> Allowance:
    """The free units of a usage window: its share of the chain of prices of one meter, and what addons add.

    An addon's allowance is whole in each period that it touches; where one usage price follows another within the
    period, included, minimum, maximum and allowance are shared, the shares adding to one. One outside any plan follows
    what was bought.
    """
    meter = occurrence.item.record.price.meter
    extra: Exact = ex.ZERO
    period = _bounded(life, occurrence)
    for other in life.items:
        record = other.record
        if record.meter == meter and record.allowance and period.overlap(other.start, other.end):
            held = max(quantity for _, quantity in other.quantities.segments(period))
            extra = ex.add(extra, ex.multiply(record.allowance, held))
    own, chain = own_parts(life, occurrence), chain_of(life, occurrence, period)
    if own == (chain,):
        return Allowance(extra=extra)
    return Allowance(share_of_chain(occurrence, own, chain), extra)


def window_shares(life: Life, occurrence: Occurrence, starts: Iterable[dt.datetime]) -> list[tuple[int, int]]:
    """The share of each minute, hour or day of a usage window that is its price's: all, but where a change cuts it.

    Included units start anew in each, so that a part of a period has them whole in each but the one that is cut.
    """
    price, parts = occurrence.item.record.price, own_parts(life, occurrence)
    chain = chain_of(life, occurrence, _bounded(life, occurrence))
    shares = []
    for start in starts:
        end = _following(start, price.window or MINUTE, occurrence.zone)
        own, whole = [cut for part in parts if (cut := part.overlap(start, end))], chain.overlap(start, end)
        shares.append((1, 1) if not own or whole is None else share_of_chain(occurrence, own, whole))
    return shares


def _following(start: dt.datetime, window: Interval, zone: str) -> dt.datetime:
    """The start of the next local minute, hour or day."""
    step = dt.timedelta(days=window.days, seconds=window.seconds)
    end = start + step
    while local_floor(end, window, zone) <= start:
        end += step
    return local_floor(end, window, zone)


def _bounded(life: Life, occurrence: Occurrence) -> Period:
    """What of the billing period is counted at all: from where billing began, to a reset that ended it early."""
    period, start = occurrence.period, occurrence.part.start
    epoch = next(epoch for epoch in reversed(life.epochs) if epoch.start <= start)
    first = max(period.start, epoch.start, life.customer.billed_until or epoch.start)
    return Period(first, period.end if epoch.end is None else min(period.end, epoch.end))
