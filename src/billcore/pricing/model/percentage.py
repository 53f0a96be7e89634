"""Prices in percent of the amounts that events carry: card fees, commissions, pass-through.

>>> fee = Percentage("2.9", fixed_amount="0.30")
>>> fee.rate_events([Event(Decimal(100)), Event(Decimal(20))]).amount
Decimal('4.080')
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import attrs

from billcore.kernel import ZERO, Exact, InvalidValue, several
from billcore.kernel import exact as ex
from billcore.pricing import fields
from billcore.pricing.model.tiered import Graduated
from billcore.pricing.rating import Event, Rating, Step
from billcore.pricing.tier import Tier

__all__ = ["Dynamic", "GraduatedPercentage", "PercentTier", "Percentage"]

_HUNDREDTH = -2


def _share(percent: Decimal) -> Decimal:
    return ex.CONTEXT.scaleb(percent, _HUNDREDTH)


@attrs.frozen
class Percentage:
    """``percent`` of each event's amount, and ``fixed_amount`` an event; what is free comes off first.

    An event is free while fewer than ``free_events`` came before it and ``free_amount`` is not used up; ``free_amount``
    may free a part of an event, and a wholly free event costs nothing. What one event costs, ``fixed_amount`` within,
    is at least ``event_minimum`` and at most ``event_maximum``. An event below zero counts as zero.
    """

    percent: Decimal = attrs.field(alias="rate", converter=fields.rate)
    fixed_amount: Decimal = attrs.field(default=ZERO, kw_only=True, converter=fields.fixed_amount)
    free_events: Decimal = attrs.field(default=ZERO, kw_only=True, converter=fields.free_events)
    free_amount: Decimal = attrs.field(default=ZERO, kw_only=True, converter=fields.free_amount)
    event_minimum: Decimal | None = attrs.field(default=None, kw_only=True, converter=fields.event_minimum)
    event_maximum: Decimal | None = attrs.field(default=None, kw_only=True, converter=fields.event_maximum)

    def __attrs_post_init__(self) -> None:
        least, most = self.event_minimum, self.event_maximum
        if least is not None and most is not None and least > most:
            raise InvalidValue("the minimum is above the maximum", place="event_minimum", value=str(least))

    def rate(self, quantity: Exact) -> Rating:
        """The quantity as the amount of one event; none where there is nothing."""
        return self.rate_events((Event(quantity),) if quantity > ZERO else ())

    def rate_events(self, events: Iterable[Event]) -> Rating:
        """The events in their order: what of them is free, the percentage, the fixed amounts, what the bounds moved."""
        share, fixed = _share(self.percent), 0
        left: Exact = self.free_amount
        free: list[Exact] = []
        paid: list[Exact] = []
        raised: list[Exact] = []
        cut: list[Exact] = []
        for place, event in enumerate(events):
            value = max(event.value, ZERO)
            off = self._free(place, value, left)
            if off is not None:
                left = ex.subtract(left, off) if self.free_amount else left
                free.append(off)
                if off == value:
                    continue
                value = ex.subtract(value, off)
            paid.append(value)
            fixed += 1
            cost = ex.add(ex.multiply(value, share), self.fixed_amount)
            if self.event_minimum is not None and cost < self.event_minimum:
                raised.append(ex.subtract(self.event_minimum, cost))
            elif self.event_maximum is not None and cost > self.event_maximum:
                cut.append(ex.subtract(self.event_maximum, cost))
        seen, count = ex.total(paid), Decimal(fixed) if self.fixed_amount else ZERO
        parts = (
            Step("free", ex.total(free)),
            Step("percentage", seen, share, ZERO, ex.multiply(seen, share)),
            Step(
                "fixed",
                count if self.fixed_amount else ZERO,
                self.fixed_amount,
                ZERO,
                ex.multiply(count, self.fixed_amount),
            ),
            Step("event minimum", amount=ex.total(raised)),
            Step("event maximum", amount=ex.total(cut)),
        )
        steps = tuple(step for step in parts if step.quantity or step.amount)
        return Rating(ex.total([step.amount for step in steps]), ex.add(seen, ex.total(free)), steps)

    def _free(self, place: int, value: Exact, left: Exact) -> Exact | None:
        """What of an event's value is free; ``None`` where nothing can be."""
        if not (self.free_events or self.free_amount) or (self.free_events and place >= self.free_events):
            return None
        if not self.free_amount:
            return value
        return min(value, left) if left > ZERO else None


@attrs.frozen
class PercentTier:
    """What is above the tier before, ``up_to`` and with this bound (``None``: without end): ``rate`` percent of it.

    ``flat_amount`` is due once when the tier is entered.
    """

    up_to: Decimal | None = attrs.field(default=None, converter=fields.up_to)
    percent: Decimal = attrs.field(default=ZERO, alias="rate", converter=fields.rate)
    flat_amount: Decimal = attrs.field(default=ZERO, converter=fields.flat_amount)


def _tiers(tiers: Iterable[PercentTier]) -> tuple[PercentTier, ...]:
    return several(tiers, PercentTier, "tiers")


@attrs.frozen
class GraduatedPercentage:
    """Percent of what falls in each tier of the period's amount."""

    tiers: tuple[PercentTier, ...] = attrs.field(converter=_tiers)
    _units: Graduated = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        tiers = [Tier(tier.up_to, _share(tier.percent), tier.flat_amount) for tier in self.tiers]
        object.__setattr__(self, "_units", Graduated(tiers))

    def amount(self, quantity: Exact) -> Exact:
        """The exact amount, without a breakdown."""
        return self._units.amount(quantity)

    def rate(self, quantity: Exact) -> Rating:
        """The amount with one step for each tier entered."""
        return self._units.rate(quantity)


@attrs.frozen
class Dynamic:
    """What the events carry is their price already: their sum, times ``factor``."""

    factor: Decimal = attrs.field(default=ex.ONE, converter=fields.factor)

    def amount(self, quantity: Exact) -> Exact:
        """The exact amount, without a breakdown."""
        return ex.multiply(max(quantity, ZERO), self.factor)

    def rate(self, quantity: Exact) -> Rating:
        """The sum times the factor as one step."""
        units, amount = max(quantity, ZERO), self.amount(quantity)
        return Rating(amount, units, (Step("amounts", units, self.factor, ZERO, amount),))
