"""Prices by tiers: graduated, volume and stair step.

>>> price = Graduated([Tier(10, "1.00"), Tier(None, "0.50")])
>>> price.amount(Decimal(14))
Decimal('12.0')
>>> [(step.name, str(step.quantity), str(step.amount)) for step in price.rate(Decimal(14)).steps]
[('tier 1', '10', '10'), ('tier 2', '4', '2.0')]
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from decimal import Decimal

import attrs

from billcore.kernel import ZERO, Exact, InvalidValue, override, several
from billcore.kernel import exact as ex
from billcore.pricing import said
from billcore.pricing.rating import Rating, Step
from billcore.pricing.tier import Tier, TierTable

__all__ = ["Graduated", "StairStep", "Tier", "Volume"]

_add, _subtract, _multiply = ex.CONTEXT.add, ex.CONTEXT.subtract, ex.CONTEXT.multiply


def _tiers(tiers: Iterable[Tier]) -> tuple[Tier, ...]:
    return several(tiers, Tier, "tiers")


@attrs.frozen
class _Tiered:
    """What the three share. No usage enters no tier, unless ``flat_on_zero``: the first tier's flat amount (D01)."""

    tiers: tuple[Tier, ...] = attrs.field(converter=_tiers)
    flat_on_zero: bool = attrs.field(default=False, validator=said.flag)
    table: TierTable = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "table", TierTable(self.tiers))

    def _on_zero(self) -> Exact:
        return self.tiers[0].flat_amount if self.flat_on_zero else ZERO

    def _rating_of_zero(self) -> Rating:
        flat = self._on_zero()
        return Rating(flat, ZERO, (Step("tier 1", ZERO, ZERO, flat, flat),) if self.flat_on_zero else ())


@attrs.frozen
class Graduated(_Tiered):
    """Each tier prices the units that fall in it; its flat amount is due once the tier is entered."""

    def amount(self, quantity: Exact) -> Exact:
        """The exact amount, without a breakdown."""
        table = self.table
        index = bisect_left(table.bounds, quantity)
        if not index and quantity <= ZERO:  # nothing, or less, is looked for below the first bound alone
            return self._on_zero()
        if type(quantity) is Decimal and not table.packaged:
            rest = _multiply(_subtract(quantity, table.lower[index]), table.unit_amounts[index])
            return _add(table.base[index], rest)
        counted = self.tiers[index].counted(ex.subtract(quantity, table.lower[index]))
        return ex.add(table.base[index], ex.multiply(counted, table.unit_amounts[index]))

    def rate(self, quantity: Exact) -> Rating:
        """The amount with one step for each tier entered."""
        if quantity <= ZERO:
            return self._rating_of_zero()
        table = self.table
        index = bisect_left(table.bounds, quantity)
        tier = self.tiers[index]
        units = tier.counted(ex.subtract(quantity, table.lower[index]))
        part = ex.multiply(units, tier.unit_amount)
        last = Step(table.names[index], units, tier.unit_amount, tier.flat_amount, ex.add(part, tier.flat_amount))
        return Rating(ex.add(table.base[index], part), quantity, (*table.full[:index], last))


@attrs.frozen
class Volume(_Tiered):
    """The tier that the quantity falls in prices all units, plus its flat amount."""

    def amount(self, quantity: Exact) -> Exact:
        """The exact amount, without a breakdown."""
        index = bisect_left(self.table.bounds, quantity)
        if not index and quantity <= ZERO:
            return self._on_zero()
        tier = self.tiers[index]
        if type(quantity) is Decimal and tier.package_size is None:
            amount = _multiply(quantity, tier.unit_amount)
            return _add(amount, tier.flat_amount) if tier.flat_amount else amount
        return ex.add(ex.multiply(tier.counted(quantity), tier.unit_amount), tier.flat_amount)

    def rate(self, quantity: Exact) -> Rating:
        """The amount as one step, named after the tier."""
        if quantity <= ZERO:
            return self._rating_of_zero()
        index = self.table.find(quantity)
        tier, name, amount = self.tiers[index], self.table.names[index], self.amount(quantity)
        return Rating(
            amount, quantity, (Step(name, tier.counted(quantity), tier.unit_amount, tier.flat_amount, amount),)
        )


@attrs.frozen
class StairStep(_Tiered):
    """The flat amount of the tier that the quantity falls in."""

    @override
    def __attrs_post_init__(self) -> None:
        for index, tier in enumerate(self.tiers):
            if tier.unit_amount:
                raise InvalidValue("a stair step has no unit amount", place=f"tiers[{index}].unit_amount")
            if tier.package_size is not None:
                raise InvalidValue("a stair step has no packages", place=f"tiers[{index}].package_size")
        super().__attrs_post_init__()

    def amount(self, quantity: Exact) -> Exact:
        """The exact amount, without a breakdown."""
        index = bisect_left(self.table.bounds, quantity)
        if not index and quantity <= ZERO:
            return self._on_zero()
        return self.tiers[index].flat_amount

    def rate(self, quantity: Exact) -> Rating:
        """The amount as one step, named after the tier."""
        if quantity <= ZERO:
            return self._rating_of_zero()
        flat = self.amount(quantity)
        return Rating(flat, quantity, (Step(f"tier {self.table.find(quantity) + 1}", quantity, ZERO, flat, flat),))
