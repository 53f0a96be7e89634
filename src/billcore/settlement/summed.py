"""Charges over other charges: what a sum of rounded lines comes to, and what a commitment's cap leaves of a line.

All of it follows from the facts, as every charge does: a covered price counts with what its lines of a period come to,
rounded, whether they were billed, forgiven or not yet due (docs/decisions/0004).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias

import attrs

from billcore.kernel import ZERO, Exact, Period, Rounding, minor_units, places
from billcore.kernel import exact as ex
from billcore.lifecycle import Item, Life, Occurrence, occurrences
from billcore.pricing import Price, PriceCadence, SumShare, cap_of, share, sum_amount

__all__ = ["Cost", "Covered", "Summed", "Walk", "beside", "capped", "summed"]

Cost: TypeAlias = Callable[[Item, Occurrence], Exact | None]
"""What one billing period of an item costs; ``None`` where nothing is asked."""


_Order: TypeAlias = tuple[dt.datetime, dt.datetime, int]


@attrs.frozen
class Covered:
    """What the lines of a price in one of its billing periods come to."""

    price: str
    period: Period
    exact: Exact
    minor: int


@attrs.frozen
class Summed:
    """A price over others in one of its periods: what it covers, their sum in major units, and what it costs."""

    covered: tuple[Covered, ...]
    total: Exact
    share: SumShare
    exact: Exact


def summed(life: Life, occurrence: Occurrence, cost: Cost, mode: Rounding) -> Summed:
    """What a price over others costs in a billing period."""
    price = occurrence.item.record.price
    part = share_of(price, occurrence, mode)
    covered = _rounded(
        [(item, seen, cost(item, seen)) for item, seen in _within(life, occurrence.part, price.sum_of)], part
    )
    total = ex.scaled(sum(one.minor for one in covered), part.places)
    return Summed(covered, total, part, sum_amount(price, total, part))


def share_of(price: Price, occurrence: Occurrence, mode: Rounding) -> SumShare:
    """Which share of its period a price over others is for; its cap runs on to the period's end."""
    whole, zone = occurrence.period, occurrence.zone
    rest = Period(occurrence.part.start, whole.end)
    return SumShare(
        places=places(price.currency or ""),
        part=share(price.proration, occurrence.part, whole, zone),
        cap=share(price.proration, rest, whole, zone),
        mode=mode,
    )


def _within(life: Life, part: Period, codes: Collection[str]) -> Iterator[tuple[Item, Occurrence]]:
    """The billing periods of these prices that count in a stretch: those whose own part, or the life, ends in it."""
    for item in life.items:
        price = item.record.price
        if price.code not in codes or price.cadence is PriceCadence.ONCE:
            continue
        for seen in occurrences(life, item, part.start):
            if seen.part.start >= part.end:
                break
            if part.start < _end(life, seen) <= part.end:
                yield item, seen


def _end(life: Life, seen: Occurrence) -> dt.datetime:
    return seen.part.end if life.end is None else min(seen.part.end, life.end)


def _rounded(found: list[tuple[Item, Occurrence, Exact | None]], part: SumShare) -> tuple[Covered, ...]:
    """By price and billing period, as lines are rounded together."""
    groups: dict[tuple[str, Period], Exact] = {}
    for item, seen, exact in found:
        if exact is not None:
            name = (item.record.price.code, seen.period)
            groups[name] = ex.add(groups.get(name, ZERO), exact)
    return tuple(
        Covered(code, period, exact, minor_units(exact, part.places, part.mode))
        for (code, period), exact in groups.items()
    )


@attrs.frozen
class _Cap:
    """The cap over a charge: what may be asked in a stretch of the commitment's period, of all that it covers."""

    stretch: Period
    codes: Collection[str]
    part: SumShare
    most: int


def _cap_over(life: Life, occurrence: Occurrence, mode: Rounding) -> _Cap | None:
    """The cap over a charge, if there is one."""
    code = occurrence.item.record.price.code
    for held in life.summing:
        price = held.record.price
        if code not in price.sum_of or cap_of(price, SumShare(places=0)) is None:
            continue
        over = _counting(life, held, occurrence)
        if over is not None:
            part = share_of(price, over, mode)
            return _Cap(over.part, price.sum_of, part, cap_of(price, part) or 0)
    return None


@attrs.define
class Walk:
    """The charges under a cap in the order in which they are due, each worked out once, as far as anybody asked."""

    cap: _Cap
    order: list[tuple[_Order, Item, Occurrence]]
    found: dict[_Order, tuple[Exact, int]] = attrs.field(factory=dict)
    groups: dict[tuple[str, Period], tuple[Exact, int]] = attrs.field(factory=dict)
    total: int = 0

    def before(self, own: _Order, cost: Cost) -> tuple[Exact, int]:
        """What the rounding group of a charge has before it, and what is left for that group."""
        while own not in self.found:
            n = len(self.found)
            if n:
                self._add(*self.order[n - 1][1:], cost)
            order, item, seen = self.order[n]
            exact, minor = self.groups.get((item.record.price.code, seen.period), _NOTHING)
            self.found[order] = (exact, self.cap.most - (self.total - minor))
        return self.found[own]

    def _add(self, item: Item, seen: Occurrence, cost: Cost) -> None:
        made = cost(item, seen)
        if made is not None:
            name = (item.record.price.code, seen.period)
            exact, minor = self.groups.get(name, _NOTHING)
            exact = ex.add(exact, made)
            rounded = minor_units(exact, self.cap.part.places, self.cap.part.mode)
            self.groups[name] = (exact, rounded)
            self.total += rounded - minor


_NOTHING: tuple[Exact, int] = (ZERO, 0)


def capped(
    life: Life,
    occurrence: Occurrence,
    exact: Exact,
    cost: Cost,
    mode: Rounding,
    walks: dict[object, Walk],
    date: dt.datetime | None = None,
) -> Exact:
    """What a commitment's cap leaves of a charge: lines reach it in the order in which they are due.

    ``walks`` keeps how far each was walked, for what charges cost at a ``date``.
    """
    cap = _cap_over(life, occurrence, mode)
    if cap is None:
        return exact
    name = (life.subscription.id, cap.codes, cap.stretch, mode, date)
    walk = walks.get(name)
    if walk is None:
        order = [(_order(item, seen), item, seen) for item, seen in _within(life, cap.stretch, cap.codes)]
        walk = walks[name] = Walk(cap, sorted(order, key=lambda one: one[0]))
    own, left = walk.before(_order(occurrence.item, occurrence), cost)
    return _fitting(exact, own, left, cap.part)


def beside(life: Life, occurrence: Occurrence, exact: Exact, cost: Cost, mode: Rounding) -> Exact:
    """What a commitment's cap leaves of a charge beside all others that it covers, whatever their order."""
    cap = _cap_over(life, occurrence, mode)
    if cap is None:
        return exact
    own = _order(occurrence.item, occurrence)
    others = [
        (other, seen, cost(other, seen))
        for other, seen in _within(life, cap.stretch, cap.codes)
        if _order(other, seen) != own
    ]
    name, groups = (occurrence.item.record.price.code, occurrence.period), _rounded(others, cap.part)
    before = next((one.exact for one in groups if (one.price, one.period) == name), ZERO)
    left = cap.most - sum(one.minor for one in groups if (one.price, one.period) != name)
    return _fitting(exact, before, left, cap.part)


def _counting(life: Life, held: Item, seen: Occurrence) -> Occurrence | None:
    """The commitment's period in which a charge counts."""
    end = _end(life, seen)
    for over in occurrences(life, held, seen.part.start):
        if over.part.start >= end:
            return None
        if end <= over.part.end:
            return over
    return None


def _order(item: Item, seen: Occurrence) -> _Order:
    return (seen.period.start, seen.due, item.opened)


def _fitting(exact: Exact, own: Exact, left: int, part: SumShare) -> Exact:
    """As much of a charge as others leave, so that its rounding group, with its ``own`` so far, ends at the cap."""
    if minor_units(ex.add(own, exact), part.places, part.mode) <= left:
        return exact
    return max(ZERO, ex.subtract(ex.scaled(max(0, left), part.places), own))
