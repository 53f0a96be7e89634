"""What counts in a stretch of a life, rounded as on paper: in the order of billing, with the rest of its group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias

import attrs

from billcore.kernel import ZERO, Exact, Period, minor_units
from billcore.kernel import exact as ex
from billcore.lifecycle import Item, Life, Occurrence, occurrences
from billcore.pricing import PriceCadence, SumShare

__all__ = ["Cost", "Counted", "Group", "Order", "counted", "end_of", "group_of", "order_of", "within"]

Cost: TypeAlias = Callable[[Item, Occurrence], Exact | None]
"""What one billing period of an item costs; ``None`` where nothing is asked."""
Order: TypeAlias = tuple[dt.datetime, dt.datetime, int]
"""In which order charges are billed."""
Group: TypeAlias = tuple[str, Period]
"""A price, by its code, in one of its billing periods: the lines that are rounded together."""


def order_of(item: Item, seen: Occurrence) -> Order:
    """When a charge is billed among others: by billing date, items in order of opening."""
    return (seen.period.start, seen.due, item.opened)


def group_of(item: Item, seen: Occurrence) -> Group:
    """The group in which a charge is rounded."""
    return (item.record.price.code, seen.period)


def end_of(life: Life, seen: Occurrence) -> dt.datetime:
    """When what is charged of a period was had last."""
    return seen.part.end if life.end is None else min(seen.part.end, life.end)


def within(life: Life, stretch: Period, codes: Collection[str]) -> Iterator[tuple[Item, Occurrence]]:
    """The billing periods of these prices that count in a stretch: those whose own part, or the life, ends in it."""
    for item in life.items:
        price = item.record.price
        if price.code not in codes or price.cadence is PriceCadence.ONCE:
            continue
        for seen in occurrences(life, item, stretch.start):
            if seen.part.start >= stretch.end:
                break
            if stretch.start < end_of(life, seen) <= stretch.end:
                yield item, seen


@attrs.define
class Counted:
    """A rounding group as far as it was billed: ``exact`` is all of it, ``own`` and ``minor`` what counts in a stretch.

    Its ``others``, of which the next comes last, are billed with it and count elsewhere, or nowhere.
    """

    part: SumShare
    others: list[tuple[Order, Item, Occurrence]]
    exact: Exact = ZERO
    own: Exact = ZERO
    minor: int = 0

    def reach(self, order: Order, cost: Cost) -> None:
        """Go on to a charge: what others come to that are billed before it."""
        while self.others and self.others[-1][0] < order:
            _, item, seen = self.others.pop()
            self.exact = ex.add(self.exact, cost(item, seen) or ZERO)

    def add(self, exact: Exact) -> None:
        """A charge that counts comes next."""
        self.minor += self._units(exact)
        self.exact, self.own = ex.add(self.exact, exact), ex.add(self.own, exact)

    def fitting(self, exact: Exact, left: int) -> Exact:
        """As much of the next charge as comes to so many minor units."""
        if self._units(exact) <= left:
            return exact
        most = minor_units(self.exact, self.part.places, self.part.mode) + left
        return max(ZERO, ex.subtract(ex.scaled(most, self.part.places), self.exact))

    def _units(self, exact: Exact) -> int:
        before = minor_units(self.exact, self.part.places, self.part.mode)
        return minor_units(ex.add(self.exact, exact), self.part.places, self.part.mode) - before


def counted(life: Life, stretch: Period, group: Group, part: SumShare) -> Counted:
    """A rounding group before its first charge; others are in it where the stretch begins or ends within its period.

    Usage outside any plan may be in it too, but is billed behind all of it.
    """
    code, period = group
    cut = period.start < stretch.start or stretch.end < period.end
    found = [
        (order_of(item, seen), item, seen)
        for item in (life.items if cut else ())
        if item.record.price.code == code
        for seen in _of_period(life, item, period)
        if not stretch.start < end_of(life, seen) <= stretch.end
    ]
    return Counted(part, sorted(found, key=lambda one: one[0], reverse=True))


def _of_period(life: Life, item: Item, period: Period) -> Iterator[Occurrence]:
    for seen in occurrences(life, item, period.start):
        if seen.period.start > period.start:
            return
        if seen.period == period:
            yield seen
