"""Progressive discount brackets: units in each bracket cost so many percent less (requirements.md 5.3).

>>> compute = Progressive("0.0500", 4, brackets=[Bracket(8, 0), Bracket(32, 10), Bracket(None, 20)])
>>> compute.effective(Decimal(12))
Decimal('11.60')
>>> compute.amount(Decimal(12))
Decimal('0.145')
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import attrs

from billcore.kernel import ONE, ZERO, Exact, InvalidValue, several
from billcore.kernel import exact as ex
from billcore.pricing import fields
from billcore.pricing.rating import Rating, Step
from billcore.pricing.tier import contiguous

__all__ = ["Bracket", "Progressive"]

_HUNDRED = Decimal(100)


@attrs.frozen
class Bracket:
    """Units above the bracket before, ``up_to`` and with this bound, less ``percent`` (0 to 100).

    ``above`` may be given and is then checked against the bracket before; it tells nothing new, so it takes no part in
    equality, nor in a snapshot.
    """

    up_to: Decimal | None = attrs.field(default=None, converter=fields.up_to)
    percent: Decimal = attrs.field(default=ZERO, converter=fields.percent)
    above: Decimal | None = attrs.field(default=None, converter=fields.above, eq=False)


def check_brackets(brackets: tuple[Bracket, ...], place: str = "brackets") -> None:
    """Raise ``InvalidValue`` unless brackets start at zero, are contiguous and only the last is open (R4-13)."""
    contiguous([bracket.up_to for bracket in brackets], place)
    before = ZERO
    for index, bracket in enumerate(brackets):
        if bracket.above is not None and bracket.above != before:
            raise InvalidValue(
                f"must be {before}, where the bracket before ends",
                place=f"{place}[{index}].above",
                value=str(bracket.above),
            )
        before = bracket.up_to or before


def _brackets(brackets: Iterable[Bracket]) -> tuple[Bracket, ...]:
    return several(brackets, Bracket, "brackets")


@attrs.frozen
class Progressive:
    """``amount`` is what ``units`` cost undiscounted; brackets lower it bracket by bracket, ``(above, up_to]``.

    The amount for q units is ``amount x E(max(q, minimum_units)) / units``, one fraction, never a rounded unit price.
    """

    price: Decimal = attrs.field(alias="amount", converter=fields.amount)
    units: Decimal = attrs.field(converter=fields.units, default=ONE)
    minimum_units: Decimal = attrs.field(converter=fields.minimum_units, default=ZERO)
    brackets: tuple[Bracket, ...] = attrs.field(converter=_brackets, factory=lambda: (Bracket(),))

    def __attrs_post_init__(self) -> None:
        check_brackets(self.brackets)

    def counted(self, quantity: Exact) -> Exact:
        """The units that are priced: at least the minimum, never negative."""
        return max(quantity, self.minimum_units, ZERO)

    def _shares(self, counted: Exact) -> list[tuple[int, Exact, Exact]]:
        """For each bracket entered: its index, the units in it, and these less its percent."""
        shares: list[tuple[int, Exact, Exact]] = []
        lower = ZERO
        for index, bracket in enumerate(self.brackets):
            if counted <= lower:
                break
            upper = counted if bracket.up_to is None else min(counted, bracket.up_to)
            units = ex.subtract(upper, lower)
            kept = ex.CONTEXT.scaleb(ex.CONTEXT.subtract(_HUNDRED, bracket.percent), -2)
            shares.append((index, units, ex.multiply(units, kept)))
            lower = bracket.up_to or lower
        return shares

    def effective(self, quantity: Exact) -> Exact:
        """E: the units that fall in each bracket, less its percent."""
        return ex.total([effective for _, _, effective in self._shares(self.counted(quantity))])

    def amount(self, quantity: Exact) -> Exact:
        """The exact amount, without a breakdown."""
        return ex.ratio(ex.multiply(self.price, self.effective(quantity)), self.units)

    def rate(self, quantity: Exact) -> Rating:
        """The amount with one step for each bracket entered."""
        counted = self.counted(quantity)
        steps = tuple(
            Step(
                f"bracket {index + 1}",
                units,
                ex.ratio(ex.multiply(self.price, ex.ratio(effective, units)), self.units),
                ZERO,
                ex.ratio(ex.multiply(self.price, effective), self.units),
            )
            for index, units, effective in self._shares(counted)
        )
        return Rating(ex.total([step.amount for step in steps]), counted, steps)
