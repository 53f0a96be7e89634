"""Tiers: contiguous stretches ``(above, up_to]`` of a quantity, the last one open.

The upper bound belongs to its tier (D02), so ``up to 100`` means what a price page prints, for fractions too. A last
tier that is not open is refused when the price is defined, never discovered when it is billed (D03).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

import attrs

from billcore.kernel import ZERO, Exact, InvalidValue
from billcore.kernel import exact as ex
from billcore.pricing import fields
from billcore.pricing.rating import Step

__all__ = ["Tier", "TierTable"]


@attrs.frozen
class Tier:
    """Units above the tier before, ``up_to`` and with this bound (``None``: without end).

    ``unit_amount`` prices each unit, ``flat_amount`` is due once when the tier is entered; in major units. With a
    ``package_size`` the tier's units are counted in whole packages, rounded up, and ``unit_amount`` prices one package.
    """

    up_to: Decimal | None = attrs.field(default=None, converter=fields.up_to)
    unit_amount: Decimal = attrs.field(default=ZERO, converter=fields.unit_amount)
    flat_amount: Decimal = attrs.field(default=ZERO, converter=fields.flat_amount)
    package_size: Decimal | None = attrs.field(default=None, converter=fields.package_size_or_none)

    def counted(self, units: Exact) -> Exact:
        """What ``unit_amount`` prices: the units, or the packages that they make."""
        return units if self.package_size is None else Decimal(packages(units, self.package_size))


def packages(units: Exact, size: Decimal, *, begun: bool = True) -> int:
    """How many packages units make; a ``begun`` one counts whole, or not at all."""
    (n, d), (size_n, size_d) = units.as_integer_ratio(), size.as_integer_ratio()
    whole, rest = divmod(n * size_d, d * size_n)
    return whole + (rest > 0 and begun)


def contiguous(bounds: Sequence[Decimal | None], place: str) -> None:
    """Raise ``InvalidValue`` unless the bounds rise and only the last is open."""
    if not bounds:
        raise InvalidValue("at least one is needed", place=place)
    before = ZERO
    for index, bound in enumerate(bounds):
        last = index == len(bounds) - 1
        where = f"{place}[{index}].up_to"
        if bound is None:
            if not last:
                raise InvalidValue("only the last may be open", place=where)
        elif last:
            raise InvalidValue("the last must be open", place=where, value=str(bound), hint="leave up_to out")
        elif bound <= before:
            raise InvalidValue("bounds must rise", place=where, value=str(bound))
        else:
            before = bound


@attrs.frozen
class TierTable:
    """Tiers with what is computed from them once: lower bounds, the graduated amount due at each, full tiers' steps.

    Look-up is a bisection; nothing is computed twice for a price that rates a million quantities.
    """

    tiers: tuple[Tier, ...] = attrs.field()
    bounds: tuple[Decimal, ...] = attrs.field(init=False, eq=False, repr=False)
    lower: tuple[Decimal, ...] = attrs.field(init=False, eq=False, repr=False)
    base: tuple[Decimal, ...] = attrs.field(init=False, eq=False, repr=False)
    unit_amounts: tuple[Decimal, ...] = attrs.field(init=False, eq=False, repr=False)
    names: tuple[str, ...] = attrs.field(init=False, eq=False, repr=False)
    full: tuple[Step, ...] = attrs.field(init=False, eq=False, repr=False)
    packaged: bool = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        contiguous([tier.up_to for tier in self.tiers], "tiers")
        bounds = tuple(tier.up_to for tier in self.tiers if tier.up_to is not None)
        lower = (ZERO, *bounds)
        names = tuple(
            f"tier {place}" if tier.package_size is None else f"packages of tier {place}"
            for place, tier in enumerate(self.tiers, 1)
        )
        base, full, due = [], [], ZERO
        for index, tier in enumerate(self.tiers):
            base.append(ex.CONTEXT.add(due, tier.flat_amount))
            if tier.up_to is not None:
                width = ex.CONTEXT.subtract(tier.up_to, lower[index])
                counted = width if tier.package_size is None else Decimal(packages(width, tier.package_size))
                amount = ex.CONTEXT.add(ex.CONTEXT.multiply(counted, tier.unit_amount), tier.flat_amount)
                full.append(Step(names[index], counted, tier.unit_amount, tier.flat_amount, amount))
                due = ex.CONTEXT.add(due, amount)
        object.__setattr__(self, "bounds", bounds)
        object.__setattr__(self, "lower", lower)
        object.__setattr__(self, "base", tuple(base))
        object.__setattr__(self, "unit_amounts", tuple(tier.unit_amount for tier in self.tiers))
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "full", tuple(full))
        object.__setattr__(self, "packaged", any(tier.package_size is not None for tier in self.tiers))

    def find(self, quantity: Exact) -> int:
        """The index of the tier that a quantity above zero falls in."""
        return bisect_left(self.bounds, quantity)
