"""What promotional credit does to a difference: it lowers what adds, after coupons, before tax (docs/decisions/0005).

It is an amount without a period: used up billing date by billing date, and what was used is read from the lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

import attrs

from billcore.kernel import Exact, Rounding
from billcore.kernel import exact as ex
from billcore.lifecycle import Life
from billcore.pricing import Discount, take_off
from billcore.settlement.coupons import charge_names
from billcore.settlement.credit import Credit, burn_order, marked
from billcore.settlement.moves import Difference, Fall, Off, Rise, RoundingGroup

__all__ = ["burn", "promote"]


def promote(
    moved: Difference, credits: Sequence[Credit], lives: Sequence[Life], rounding: RoundingGroup, date: dt.datetime
) -> None:
    """Put what promotional credits take off into the difference of a billing date.

    ``credits`` have what is ``remaining`` of each after all earlier lines; what falls at this date gives back first.
    Each lowers the lines that add and that it is for, in the order of burning, by largest remainder of what is left of
    them; a line that takes a discount back is not lowered again.
    """
    rises = [rise for rise in moved.rises if rise.charge.key.coupon is None]
    if not rises or not any(one.holds(date) for one in credits):
        return
    owners = {str(one.subscription.id): one for one in lives}
    names = [charge_names(owners.get(rise.charge.key.subscription), rise.charge.key) for rise in rises]
    held = [attrs.evolve(one, remaining=one.remaining + _given_back(one, moved.falls)) for one in credits]
    for credit, minors in burn(held, [rise.net for rise in rises], names, date):
        for rise, minor in zip(rises, minors, strict=True):
            if minor:
                _lower(rise, credit, minor, rounding)


def burn(
    credits: Iterable[Credit], nets: Iterable[int], names: Sequence[frozenset[str]], date: dt.datetime
) -> Iterator[tuple[Credit, tuple[int, ...]]]:
    """What promotional credits take off lines, in the order of burning: each that finds something, with its parts.

    ``nets`` are what coupons leave of the lines, in minor units; ``names`` are what a credit may be restricted to.
    A credit is a whole number of minor units, so no policy rounds it.
    """
    left: list[Exact] = [ex.whole(net) for net in nets]
    for credit in sorted((one for one in credits if one.holds(date)), key=burn_order):
        scope = frozenset(credit.restricted_to)
        places = [place for place, name in enumerate(names) if not scope or not scope.isdisjoint(name)]
        for used in take_off(left, [Discount(code=credit.id, amount=credit.remaining, lines=places)], Rounding.HALF_UP):
            yield credit, used.lines


def _given_back(credit: Credit, falls: Iterable[Fall]) -> int:
    """What lines that fall at this date give back of a credit, in minor units."""
    return sum(fall.line.minor for fall in falls if marked(fall.line.coupon) == credit.id)


def _lower(rise: Rise, credit: Credit, minor: int, rounding: RoundingGroup) -> None:
    rest = ex.subtract(rise.exact, ex.total(off.exact for off in rise.offs))
    exact = min(rest, ex.scaled(minor, rounding.places))
    rise.offs = (*rise.offs, Off(credit.mark, credit.description, exact, minor))
