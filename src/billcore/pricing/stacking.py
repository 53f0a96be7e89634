"""Stacking: which of the coupons on a charge lower it, in which order, and by how much.

What a charge is lowered by follows from it alone: ``stacked`` orders its coupons, ``exact_offs`` says what each
takes off an exact amount, ``paper_offs`` what all of them take off the rounded lines of a document.

>>> tenth = HeldCoupon(Coupon(code="tenth", percent=10), order=1)
>>> five = HeldCoupon(Coupon(code="five", amount=5), order=0)
>>> groups = stacked([five, tenth])
>>> [group[0].code for group in groups]
['tenth', 'five']
>>> paper_offs([(5_005, groups)], {("", "five", 0): 500})
((('tenth', 501), ('five', 500)),)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

import attrs

from billcore.kernel import ZERO, Exact, Rounding
from billcore.kernel import exact as ex
from billcore.pricing.coupon import Coupon
from billcore.pricing.discount import Discount, Stacking, take_off

__all__ = ["CouponGroup", "HeldCoupon", "Pot", "Pots", "exact_offs", "paper_offs", "stacked"]

_HUNDRED = Decimal(100)


@attrs.frozen
class HeldCoupon:
    """A coupon that holds for a charge.

    ``order`` is its place among those applied, ``breadth`` how wide its scope is (0: prices alone), ``scope`` what the
    scope is, ``slot`` the period counted from its application, ``owner`` what it was applied to.
    """

    coupon: Coupon
    order: int = 0
    breadth: int = 0
    scope: tuple[str, ...] = ()
    slot: int = 0
    owner: str = ""

    @property
    def code(self) -> str:
        """The coupon's code."""
        return self.coupon.code

    @property
    def pot(self) -> Pot:
        """What an amount is taken out of: that of one period of one application."""
        return (self.owner, self.code, self.slot)


CouponGroup: TypeAlias = tuple[HeldCoupon, ...]
"""Coupons that are taken off together: one, or additive percentages of one scope."""
Pot: TypeAlias = tuple[str, str, int]
"""What a coupon was applied to, its code, and a period counted from its application."""
Pots: TypeAlias = Mapping[Pot, int]
"""What is left of amounts, in minor units."""


def stacked(held: Iterable[HeldCoupon]) -> tuple[CouponGroup, ...]:
    """The coupons that lower a charge, in the order of use (FORMATS.md, ``stacking``)."""
    applied = sorted(held, key=lambda one: one.order)
    alone = next((one for one in applied if one.coupon.stacking is Stacking.EXCLUSIVE), None)
    if alone is not None:
        return ((alone,),)
    rivals = [one for one in applied if one.coupon.stacking is Stacking.BEST]
    best = max(rivals, key=lambda one: one.coupon.percent or ZERO, default=None)
    groups: list[list[HeldCoupon]] = []
    for one in (one for one in applied if one not in rivals or one is best):
        together = next((group for group in groups if _summed(group[0], one)), None)
        if together is None:
            groups.append([one])
        else:
            together.append(one)
    if not any(one.coupon.stacking is Stacking.AS_APPLIED for one in applied):
        groups.sort(key=lambda group: (group[0].breadth, group[0].coupon.percent is None))
    return tuple(map(tuple, groups))


def _summed(one: HeldCoupon, other: HeldCoupon) -> bool:
    """They are additive, and of one scope."""
    additive = one.coupon.stacking is other.coupon.stacking is Stacking.ADDITIVE
    return additive and (one.breadth, one.scope) == (other.breadth, other.scope)


def exact_offs(groups: Sequence[CouponGroup], amount: Exact, taken: Mapping[str, Exact]) -> dict[str, Exact]:
    """What each coupon takes off an exact amount, by code; ``taken`` is what the amounts among them may take off it."""
    left, found = amount, dict[str, Exact]()
    for group in groups:
        if group[0].coupon.percent is None:
            found[group[0].code] = off = min(left, taken.get(group[0].code, ZERO))
            left = ex.subtract(left, off)
            continue
        whole = ex.total(one.coupon.percent or ZERO for one in group)
        off = ex.ratio(ex.multiply(left, min(whole, _HUNDRED)), 100)
        for one in group:
            own = one.coupon.percent or ZERO
            found[one.code] = ZERO if not whole else off if len(group) == 1 else ex.ratio(ex.multiply(off, own), whole)
        left = ex.subtract(left, off)
    return found


def paper_offs(
    lines: Sequence[tuple[int, Sequence[CouponGroup]]], pots: Pots, mode: Rounding = Rounding.HALF_UP
) -> tuple[tuple[tuple[str, int], ...], ...]:
    """What each line of a document is lowered by: codes and minor units, in the order of use.

    A coupon is rounded once over all its lines and spread by largest remainder (D16), once every line has had what is
    before it there. A line that is not above zero has nothing to take off.
    """
    left: list[Exact] = [ex.whole(minor) for minor, _ in lines]
    waiting = [list(groups) for _, groups in lines]
    found: list[list[tuple[str, int]]] = [[] for _ in lines]
    while any(waiting):
        name = _next(waiting)
        places = [place for place, groups in enumerate(waiting) if groups and _name(groups[0]) == name]
        group = waiting[places[0]].pop(0)
        for place in places[1:]:
            waiting[place].pop(0)
        for used in take_off(left, [_discount(one, places, pots) for one in group], mode):
            for place in places:
                if used.lines[place]:
                    found[place].append((used.code, used.lines[place]))
    return tuple(map(tuple, found))


def _next(waiting: Sequence[Sequence[CouponGroup]]) -> object:
    """The first group that is behind no other on any line; where lines disagree, the first of a line."""
    heads = [_name(groups[0]) for groups in waiting if groups]
    behind = {_name(group) for groups in waiting for group in groups[1:]}
    return next((name for name in heads if name not in behind), heads[0])


def _name(group: CouponGroup) -> tuple[Pot, ...]:
    """A percentage is one over all periods, an amount is one of each."""
    return tuple((one.owner, one.code, -1) if one.coupon.percent is not None else one.pot for one in group)


def _discount(one: HeldCoupon, places: Iterable[int], pots: Pots) -> Discount:
    percent = one.coupon.percent
    amount = None if percent is not None else pots.get(one.pot, 0)
    return Discount(code=one.code, percent=percent, amount=amount, lines=places)
