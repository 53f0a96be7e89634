"""Charges over other charges: what a sum of rounded lines comes to, and what a commitment's cap leaves of a line.

All of it follows from the facts, as every charge does: a covered price counts with what its lines of a period come to,
rounded, whether they were billed, forgiven or not yet due (docs/decisions/0004).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

import attrs

from billcore.kernel import Exact, Period, Rounding, places
from billcore.kernel import exact as ex
from billcore.lifecycle import Item, Life, Occurrence, occurrences
from billcore.pricing import Price, SumShare, cap_of, share, sum_amount
from billcore.settlement.counted import Cost, Counted, Group, Order, counted, end_of, group_of, order_of, within

__all__ = ["Covered", "Summed", "Walk", "beside", "capped", "summed"]


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
    counting = within(life, occurrence.part, price.sum_of)
    groups = _rounded(life, occurrence.part, ((item, seen, cost(item, seen)) for item, seen in counting), part, cost)
    covered = tuple(Covered(*name, one.own, one.minor) for name, one in groups.items())
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


def _rounded(
    life: Life, stretch: Period, found: Iterable[tuple[Item, Occurrence, Exact | None]], part: SumShare, cost: Cost
) -> dict[Group, Counted]:
    """What counts in a stretch, by price and billing period; ``cost`` is what others in a group come to."""
    asked = [(item, seen, exact) for item, seen, exact in found if exact is not None]
    groups = {name: counted(life, stretch, name, part) for name in dict.fromkeys(group_of(*one[:2]) for one in asked)}
    for item, seen, exact in sorted(asked, key=lambda one: order_of(*one[:2])):
        group = groups[group_of(item, seen)]
        group.reach(order_of(item, seen), cost)
        group.add(exact)
    return groups


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

    life: Life
    cap: _Cap
    order: list[tuple[Order, Item, Occurrence]]
    groups: dict[Group, Counted] = attrs.field(factory=dict)
    left: dict[Order, tuple[Counted, int]] = attrs.field(factory=dict)
    total: int = 0

    @classmethod
    def of(cls, life: Life, cap: _Cap) -> Walk:
        """The charges that count in the cap's stretch."""
        order = [(order_of(item, seen), item, seen) for item, seen in within(life, cap.stretch, cap.codes)]
        return cls(life, cap, sorted(order, key=lambda one: one[0]))

    def fitting(self, own: Order, exact: Exact, cost: Cost, paid: Cost) -> Exact:
        """As much of a charge as those before it leave."""
        while own not in self.left:
            n = len(self.left)
            if n:
                self._add(*self.order[n - 1][1:], cost)
            order, item, seen = self.order[n]
            group = self._group(item, seen)
            group.reach(order, paid)
            self.left[order] = (attrs.evolve(group, others=[]), self.cap.most - self.total)
        group, left = self.left[own]
        return group.fitting(exact, left)

    def _group(self, item: Item, seen: Occurrence) -> Counted:
        name = group_of(item, seen)
        if name not in self.groups:
            self.groups[name] = counted(self.life, self.cap.stretch, name, self.cap.part)
        return self.groups[name]

    def _add(self, item: Item, seen: Occurrence, cost: Cost) -> None:
        made = cost(item, seen)
        if made is not None:
            group = self._group(item, seen)
            before = group.minor
            group.add(made)
            self.total += group.minor - before


def capped(
    life: Life,
    occurrence: Occurrence,
    exact: Exact,
    cost: Cost,
    paid: Cost,
    mode: Rounding,
    walks: dict[object, Walk],
    date: dt.datetime | None = None,
) -> Exact:
    """What a commitment's cap leaves of a charge: lines reach it in the order in which they are due.

    ``cost`` is what a charge comes to before the cap, ``paid`` what is asked for; ``walks`` keeps how far each cap was
    walked, for what charges cost at a ``date``.
    """
    cap = _cap_over(life, occurrence, mode)
    if cap is None:
        return exact
    name = (life.subscription.id, cap.codes, cap.stretch, mode, date)
    walk = walks.get(name)
    if walk is None:
        walk = walks[name] = Walk.of(life, cap)
    return walk.fitting(order_of(occurrence.item, occurrence), exact, cost, paid)


def beside(life: Life, occurrence: Occurrence, exact: Exact, cost: Cost, mode: Rounding) -> Exact:
    """What a commitment's cap leaves of a charge beside all others that it covers, whatever their order."""
    cap = _cap_over(life, occurrence, mode)
    if cap is None:
        return exact
    own, name = order_of(occurrence.item, occurrence), group_of(occurrence.item, occurrence)
    others = [
        (other, seen, cost(other, seen))
        for other, seen in within(life, cap.stretch, cap.codes)
        if order_of(other, seen) != own
    ]
    groups = _rounded(life, cap.stretch, others, cap.part, cost)
    group = groups.get(name) or counted(life, cap.stretch, name, cap.part)
    group.reach(own, cost)
    return group.fitting(exact, cap.most - sum(one.minor for one in groups.values()))


def _counting(life: Life, held: Item, seen: Occurrence) -> Occurrence | None:
    """The commitment's period in which a charge counts."""
    end = end_of(life, seen)
    for over in occurrences(life, held, seen.part.start):
        if over.part.start >= end:
            return None
        if end <= over.part.end:
            return over
    return None
