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

__all__ = ["Cost", "Covered", "Summed", "beside", "capped", "summed"]

Cost: TypeAlias = Callable[[Item, Occurrence], Exact | None]
"""What one billing period of an item costs; ``None`` where nothing is asked."""


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


def capped(life: Life, occurrence: Occurrence, exact: Exact, cost: Cost, mode: Rounding) -> Exact:
    """What a commitment's cap leaves of a charge: lines reach it in the order in which they are due."""
    cap = _cap_over(life, occurrence, mode)
    if cap is None:
        return exact
    own = _order(occurrence.item, occurrence)
    before = [
        (other, seen, cost(other, seen))
        for other, seen in _within(life, cap.stretch, cap.codes)
        if _order(other, seen) < own
    ]
    return _left(before, occurrence, exact, cap)


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
    return _left(others, occurrence, exact, cap)


def _counting(life: Life, held: Item, seen: Occurrence) -> Occurrence | None:
    """The commitment's period in which a charge counts."""
    end = _end(life, seen)
    for over in occurrences(life, held, seen.part.start):
        if over.part.start >= end:
            return None
        if end <= over.part.end:
            return over
    return None


def _order(item: Item, seen: Occurrence) -> tuple[dt.datetime, dt.datetime, int]:
    return (seen.period.start, seen.due, item.opened)


def _left(found: list[tuple[Item, Occurrence, Exact | None]], occurrence: Occurrence, exact: Exact, cap: _Cap) -> Exact:
    """As much of a charge as those others leave, so that its rounding group ends at the cap to the unit."""
    name, part, before = (occurrence.item.record.price.code, occurrence.period), cap.part, _rounded(found, cap.part)
    own = next((one.exact for one in before if (one.price, one.period) == name), ZERO)
    left = cap.most - sum(one.minor for one in before if (one.price, one.period) != name)
    if minor_units(ex.add(own, exact), part.places, part.mode) <= left:
        return exact
    return max(ZERO, ex.subtract(ex.scaled(max(0, left), part.places), own))
