"""What FORMATS.md says a price model costs, once more and as plainly as possible, in fractions.

Written from the table there and sharing no code with billcore: loops instead of look-ups, nothing computed ahead.
"""

from __future__ import annotations

from fractions import Fraction

from billcore.pricing import (
    Flat,
    Graduated,
    Package,
    PackageRound,
    PerUnit,
    PriceModel,
    Progressive,
    StairStep,
    Tier,
    Volume,
    Wrapped,
)

ZERO = Fraction(0)


def cost(model: PriceModel, quantity: Fraction) -> Fraction:
    """The exact amount for a quantity; a negative one costs what zero costs."""
    q = max(quantity, ZERO)
    match model:
        case Flat():
            return Fraction(model.value)
        case PerUnit():
            return q * Fraction(model.unit_amount)
        case Graduated():
            return graduated(model.tiers, q, on_zero=model.flat_on_zero)
        case Volume():
            return volume(model.tiers, q, on_zero=model.flat_on_zero)
        case StairStep():
            return volume(model.tiers, q, on_zero=model.flat_on_zero)
        case Package():
            return packages(q, Fraction(model.package_size), up=model.round is PackageRound.UP) * Fraction(model.price)
        case Progressive():
            return Fraction(model.price) * effective(model, q) / Fraction(model.units)
        case Wrapped():
            return wrapped(model, q)
        case _:
            raise NotImplementedError(type(model))


def graduated(tiers: tuple[Tier, ...], q: Fraction, *, on_zero: bool) -> Fraction:
    """Each tier prices the units that fall in it, its flat amount once when entered."""
    if q == 0:
        return Fraction(tiers[0].flat_amount) if on_zero else ZERO
    due, above = ZERO, ZERO
    for tier in tiers:
        if q > above:
            upper = q if tier.up_to is None else min(q, Fraction(tier.up_to))
            due += (upper - above) * Fraction(tier.unit_amount) + Fraction(tier.flat_amount)
        above = above if tier.up_to is None else Fraction(tier.up_to)
    return due


def volume(tiers: tuple[Tier, ...], q: Fraction, *, on_zero: bool) -> Fraction:
    """The tier that q falls in prices all units, plus its flat amount."""
    if q == 0:
        return Fraction(tiers[0].flat_amount) if on_zero else ZERO
    found = next(tier for tier in tiers if tier.up_to is None or q <= Fraction(tier.up_to))
    return q * Fraction(found.unit_amount) + Fraction(found.flat_amount)


def packages(q: Fraction, size: Fraction, *, up: bool) -> int:
    """Whole packages; a begun one counts whole or not at all."""
    whole = int(q / size)
    return whole + (up and whole * size < q)


def effective(model: Progressive, q: Fraction) -> Fraction:
    """E: the units that fall in each bracket less its percent (requirements.md 5.3)."""
    units = max(q, Fraction(model.minimum_units))
    left, above = ZERO, ZERO
    for bracket in model.brackets:
        upper = units if bracket.up_to is None else min(units, Fraction(bracket.up_to))
        left += max(upper - above, ZERO) * (1 - Fraction(bracket.percent) / 100)
        above = max(above, upper)
    return left


def wrapped(model: Wrapped, q: Fraction) -> Fraction:
    """Times the multiplier, less included, the model, then the minimum, then the maximum."""
    amount = cost(model.model, max(q * Fraction(model.unit_multiplier) - Fraction(model.included), ZERO))
    if model.minimum is not None:
        amount = max(amount, Fraction(model.minimum))
    if model.maximum is not None:
        amount = min(amount, Fraction(model.maximum))
    return amount
