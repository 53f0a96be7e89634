"""Commitments: the least, and perhaps the most, that several prices come to together in a period.

>>> year = Commitment(prices=["calls"], amount=1_000, overage_factor="1.5")
>>> year.over(covered=90_000, places=2)
Committed(committed=100000, true_up=10000, overage=0, cut=0)
>>> year.over(covered=120_000, places=2)
Committed(committed=100000, true_up=0, overage=10000, cut=0)
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, TypeAlias

import attrs

from billcore.kernel import (
    MONTH,
    ONE,
    ZERO,
    Exact,
    Interval,
    InvalidValue,
    Rounding,
    checked_id,
    checked_text,
    minor_units,
    of_kind,
    several,
)
from billcore.kernel import exact as ex
from billcore.pricing import fields, said
from billcore.pricing.entry import Entry
from billcore.pricing.rating import Rating, Step

__all__ = ["Commitment", "Committed", "CommittedKind", "Overage", "TrueUp", "committed_as"]

CommittedKind: TypeAlias = Literal["true-up", "overage"]
"""What a line of a commitment adds: what is missing to it, or what goes beyond."""


def _codes(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(checked_id(value, "prices") for value in several(values, str, "prices", "price codes"))


@attrs.frozen
class Committed:
    """What a commitment comes to in a period, in minor units.

    ``true_up`` is added below the commitment, ``overage`` above it, ``cut`` is what the cap takes off all of it.
    """

    committed: int
    true_up: int
    overage: int
    cut: int


@attrs.frozen(kw_only=True)
class Commitment(Entry):
    """``amount`` (major units) is owed for these ``prices`` in each ``period``, whatever was used.

    What they cost beyond it is taken times ``overage_factor``; all together is at most ``cap``. ``name`` is what people
    read on its lines; without one, the descriptions of what it covers.
    """

    prices: tuple[str, ...] = attrs.field(converter=_codes)
    amount: Decimal = attrs.field(converter=fields.amount)
    period: Interval = MONTH
    overage_factor: Decimal = attrs.field(default=ONE, converter=fields.overage_factor)
    cap: Decimal | None = attrs.field(default=None, converter=fields.cap)
    name: str = ""

    def __attrs_post_init__(self) -> None:
        of_kind(self.period, Interval, "period")
        if self.name:
            checked_text(self.name, "name")
        else:
            of_kind(self.name, str, "name")
        if not self.prices:
            raise InvalidValue("a commitment is for one price or more", place="prices")
        if self.cap is not None and self.cap < self.amount:
            raise InvalidValue("the cap is below the commitment", place="cap", value=str(self.cap))

    def told(self, covered: Iterable[str]) -> str:
        """What people read of it, where its prices read like this."""
        return self.name or ", ".join(dict.fromkeys(covered))

    def over(
        self,
        covered: int,
        places: int,
        share: tuple[int, int] = (1, 1),
        mode: Rounding = Rounding.HALF_UP,
        cap_share: tuple[int, int] | None = None,
    ) -> Committed:
        """What it comes to where its lines sum to ``covered`` minor units; ``share`` (n of d) is that of the period.

        The commitment is rounded, then the rounded lines come off: never below zero (FORMATS.md, ``commitments``).
        ``cap_share`` is the share of the cap, where it is another.
        """
        committed = self._share_of(self.amount, share, places, mode)
        beyond = max(0, covered - committed)
        factor = ex.subtract(self.overage_factor, ONE)
        overage = minor_units(ex.multiply(ex.whole(beyond), factor), 0, mode)
        true_up = max(0, committed - covered)
        cut = 0
        if self.cap is not None:
            most = self._share_of(self.cap, cap_share or share, places, mode)
            cut = max(0, covered + true_up + overage - most)
        return Committed(committed, true_up, overage, cut)

    def most(self, places: int, share: tuple[int, int] = (1, 1), mode: Rounding = Rounding.HALF_UP) -> int | None:
        """The share of the cap in minor units, where there is one."""
        return None if self.cap is None else self._share_of(self.cap, share, places, mode)

    def _share_of(self, amount: Decimal, share: tuple[int, int], places: int, mode: Rounding) -> int:
        return minor_units(ex.ratio(amount, share[1], share[0]), places, mode)


@attrs.frozen
class TrueUp:
    """The price model of what is missing to a commitment, over the sum of the prices that it covers.

    >>> TrueUp(Commitment(prices=["calls"], amount=100)).rate(Decimal(70)).amount
    Decimal('30')
    """

    commitment: Commitment = attrs.field(validator=said.of(Commitment))

    def rate(self, quantity: Exact) -> Rating:
        """What is missing for a whole period; ``quantity`` is the sum in major units."""
        missing = max(ZERO, ex.subtract(self.commitment.amount, max(quantity, ZERO)))
        return Rating(missing, quantity, (Step("true-up", amount=missing),))


@attrs.frozen
class Overage:
    """The price model of what goes beyond a commitment, times what its ``overage_factor`` is above one.

    >>> Overage(Commitment(prices=["calls"], amount=100, overage_factor="1.5")).rate(Decimal(120)).amount
    Decimal('10.0')
    """

    commitment: Commitment = attrs.field(validator=said.of(Commitment))

    def rate(self, quantity: Exact) -> Rating:
        """What is added for a whole period, the cap left out; ``quantity`` is the sum in major units."""
        beyond = max(ZERO, ex.subtract(quantity, self.commitment.amount))
        added = ex.multiply(beyond, ex.subtract(self.commitment.overage_factor, ONE))
        return Rating(added, quantity, (Step("overage", amount=added),))


def committed_as(model: object) -> CommittedKind | None:
    """Which line of a commitment a price model makes, if it is of one."""
    return "true-up" if isinstance(model, TrueUp) else "overage" if isinstance(model, Overage) else None
