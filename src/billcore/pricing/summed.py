"""Prices over other prices: what a sum of rounded lines comes to, by a model or by a commitment."""

from __future__ import annotations

import attrs

from billcore.kernel import Exact, Rounding, minor_units
from billcore.kernel import exact as ex
from billcore.pricing.commitment import Committed, Overage, TrueUp
from billcore.pricing.model.wrapped import wrapped
from billcore.pricing.price import Price
from billcore.pricing.rating import Rating

__all__ = ["SumShare", "cap_of", "commitment_of", "sum_amount", "sum_rating"]


@attrs.frozen(kw_only=True)
class SumShare:
    """How much of its period a price over others is for, as n of d, and how it is rounded.

    ``cap`` is the share of a commitment's cap: that of an early end is whole, for what was cut stays cut.
    """

    places: int
    part: tuple[int, int] = (1, 1)
    cap: tuple[int, int] = (1, 1)
    mode: Rounding = Rounding.HALF_UP


def sum_amount(price: Price, total: Exact, share: SumShare) -> Exact:
    """What a price over others costs where their rounded lines come to ``total``, in major units.

    A true-up and an overage are whole minor units; all else is exact, its minimum and maximum by the share.
    """
    if isinstance(price.model, TrueUp | Overage):
        found = commitment_of(price.model, total, share)
        minor = found.true_up if isinstance(price.model, TrueUp) else max(0, found.overage - found.cut)
        return ex.scaled(minor, share.places)
    return sum_rating(price, total, share.part).amount


def sum_rating(price: Price, total: Exact, part: tuple[int, int]) -> Rating:
    """The rating of the sum, with so much (n of d) of minimum, maximum and what is included."""
    return wrapped(price.model).rate(total, part)


def commitment_of(model: TrueUp | Overage, total: Exact, share: SumShare) -> Committed:
    """What the commitment comes to over lines of ``total``."""
    covered = minor_units(total, share.places, share.mode)
    return model.commitment.over(covered, share.places, share.part, share.mode, share.cap)


def cap_of(price: Price, share: SumShare) -> int | None:
    """The most that the prices of a commitment come to, in minor units; only its true-up says it."""
    return price.model.commitment.most(share.places, share.cap, share.mode) if isinstance(price.model, TrueUp) else None
