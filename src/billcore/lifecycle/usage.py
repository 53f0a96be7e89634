"""Usage: events, and which subscription counts the ones that name none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

import attrs

from billcore.kernel import ONE, CustomerId, Exact, InvalidValue, Period, checked_id, instant, number
from billcore.kernel import exact as ex
from billcore.lifecycle.schedule import Occurrence
from billcore.lifecycle.subscription import Life
from billcore.pricing import Aggregation, Allowance, PriceCadence, share

__all__ = ["UsageEvent", "UsageTotal", "allowance", "quantity_of", "unnamed_windows"]

_MOST_PROPERTIES = 64


def _id(value: str) -> str:
    return checked_id(value, "id")


def _source(value: str) -> str:
    return checked_id(value, "source")


def _customer(value: str) -> CustomerId:
    return CustomerId(checked_id(value, "customer"))


def _meter(value: str) -> str:
    return checked_id(value, "meter")


def _time(value: dt.datetime | str) -> dt.datetime:
    return instant(value, "time")


def _value(value: Decimal | int | str) -> Decimal:
    return number(value, "value")


def _properties(values: Mapping[str, str]) -> Mapping[str, str]:
    if len(values) > _MOST_PROPERTIES:
        raise InvalidValue("more than 64 properties", place="properties")
    for key, value in values.items():
        if type(key) is not str or type(value) is not str:
            raise InvalidValue("properties are texts", place=f"properties.{key}", value=value)
    return MappingProxyType(dict(values))


def _no_properties() -> Mapping[str, str]:
    return MappingProxyType({})


@attrs.frozen(kw_only=True)
class UsageEvent:
    """Something that was used: ``value`` units of ``meter`` at ``time``. Unique by (source, id) for ever."""

    id: str = attrs.field(converter=_id)
    source: str = attrs.field(default="default", converter=_source)
    customer: CustomerId = attrs.field(converter=_customer)
    meter: str = attrs.field(converter=_meter)
    time: dt.datetime = attrs.field(converter=_time)
    value: Decimal = attrs.field(default=ONE, converter=_value)
    subscription: str | None = None
    resource: str | None = None
    properties: Mapping[str, str] = attrs.field(factory=_no_properties, converter=_properties)


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


def unnamed_windows(lives: Iterable[Life], life: Life, meter: str, window: Period) -> tuple[Period, ...]:
    """The parts of ``window`` whose events without a subscription count for this one.

    They count for the customer's first subscription (by id) that meters them at that time (DESIGN.md, Proration,
    Usage).
    """
    left = [window]
    for other in lives:
        if other.subscription.id >= life.subscription.id:
            continue
        for item in other.items:
            if item.record.price.meter == meter:
                left = [piece for period in left for piece in _without(period, item.start, item.end)]
    return tuple(left)


def _without(period: Period, start: dt.datetime, end: dt.datetime | None) -> list[Period]:
    taken = period.overlap(start, end)
    if taken is None:
        return [period]
    pieces = (Period(period.start, taken.start), Period(taken.end, period.end))
    return [piece for piece in pieces if not piece.empty]


def allowance(life: Life, occurrence: Occurrence) -> Allowance:
    """The free units of a usage window: its share of the chain of prices of one meter, and what addons add.

    An addon's allowance is whole in each period that it touches; where one usage price follows another within the
    period, included, minimum, maximum and allowance are shared, the shares adding to one.
    """
    item, meter = occurrence.item, occurrence.item.record.price.meter
    extra: Exact = ex.ZERO
    for other in life.items:
        record = other.record
        if record.meter == meter and record.allowance and occurrence.period.overlap(other.start, other.end):
            held = max(quantity for _, quantity in other.quantities.segments(occurrence.period))
            extra = ex.add(extra, ex.multiply(record.allowance, held))
    chain = _chain(life, occurrence)
    if chain == occurrence.part:
        return Allowance(extra=extra)
    return Allowance(share(item.record.price.proration, occurrence.part, chain, occurrence.zone), extra)


def _chain(life: Life, occurrence: Occurrence) -> Period:
    """From the first to the last of the usage prices of one meter that follow each other within the period."""
    period, part = occurrence.period, occurrence.part
    others = [
        item
        for item in life.items
        if item.record.price.cadence is PriceCadence.USAGE
        and item.record.price.meter == occurrence.item.record.price.meter
        and item is not occurrence.item
    ]
    start, end = part.start, part.end
    moved = True
    while moved:
        moved = False
        for item in others:
            if item.end == start and item.start < start and start > period.start:
                start, moved = max(item.start, period.start), True
            if item.start == end and (item.end is None or item.end > end) and end < period.end:
                end, moved = min(item.end or period.end, period.end), True
    return Period(start, end)
