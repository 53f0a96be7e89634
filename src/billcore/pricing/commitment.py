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

import attrs

from billcore.kernel import MONTH, ONE, Interval, InvalidValue, Rounding, checked_id, minor_units, of_kind
from billcore.kernel import exact as ex
from billcore.pricing import fields

__all__ = ["Commitment", "Committed"]


def _codes(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise InvalidValue("a list of price codes is asked for", place="prices", value=values)
    return tuple(checked_id(value, "prices") for value in values)


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
class Commitment:
    """``amount`` (major units) is owed for these ``prices`` in each ``period``, whatever was used.

    What they cost beyond it is taken times ``overage_factor``; all together is at most ``cap``.
    """

    prices: tuple[str, ...] = attrs.field(converter=_codes)
    amount: Decimal = attrs.field(converter=fields.amount)
    period: Interval = MONTH
    overage_factor: Decimal = attrs.field(default=ONE, converter=fields.overage_factor)
    cap: Decimal | None = attrs.field(default=None, converter=fields.cap)

    def __attrs_post_init__(self) -> None:
        of_kind(self.period, Interval, "period")
        if not self.prices:
            raise InvalidValue("a commitment is for one price or more", place="prices")
        if self.cap is not None and self.cap < self.amount:
            raise InvalidValue("the cap is below the commitment", place="cap", value=str(self.cap))

    def over(
        self,
        covered: int,
        places: int,
        share: tuple[int, int] = (1, 1),
        mode: Rounding = Rounding.HALF_UP,
    ) -> Committed:
        """What it comes to where its lines sum to ``covered`` minor units; ``share`` (n of d) is that of the period.

        The commitment is rounded, then the rounded lines come off: never below zero (FORMATS.md, ``commitments``).
        """
        committed = self._share_of(self.amount, share, places, mode)
        beyond = max(0, covered - committed)
        factor = ex.subtract(self.overage_factor, ONE)
        overage = minor_units(ex.multiply(ex.whole(beyond), factor), 0, mode)
        true_up = max(0, committed - covered)
        cut = 0
        if self.cap is not None:
            cut = max(0, covered + true_up + overage - self._share_of(self.cap, share, places, mode))
        return Committed(committed, true_up, overage, cut)

    def _share_of(self, amount: Decimal, share: tuple[int, int], places: int, mode: Rounding) -> int:
        return minor_units(ex.ratio(amount, share[1], share[0]), places, mode)
