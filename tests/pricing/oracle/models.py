"""What FORMATS.md says a price model costs, once more and as plainly as possible, in fractions.

Written from the table there and sharing no code with billcore: loops instead of look-ups, nothing computed ahead.
"""

from __future__ import annotations

import math
from fractions import Fraction

from billcore.pricing import (
    Dynamic,
    Event,
    Flat,
    Graduated,
    GraduatedPercentage,
    Matrix,
    Package,
    PackageRound,
    Percentage,
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
        case Percentage() | Matrix():
            return by_event(model, [Event(q)] if q else [])
        case Wrapped():
            return wrapped(model, q)
        case GraduatedPercentage():
            return graduated_percentage(model, q)
        case Dynamic():
            return q * Fraction(model.factor)
        case _:
            return of_units(model, q)


def of_units(model: PriceModel, q: Fraction) -> Fraction:
    """A price of units, as in the upper half of the table."""
    match model:
        case Flat():
            return Fraction(model.value)
        case PerUnit():
            return q * Fraction(model.unit_amount)
        case Graduated():
            return graduated(model.tiers, q, on_zero=model.flat_on_zero)
        case Volume() | StairStep():
            return volume(model.tiers, q, on_zero=model.flat_on_zero)
        case Package():
            return packages(q, Fraction(model.package_size), up=model.round is PackageRound.UP) * Fraction(model.price)
        case Progressive():
            return Fraction(model.price) * effective(model, q) / Fraction(model.units)
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
            due += counted(tier, upper - above) * Fraction(tier.unit_amount) + Fraction(tier.flat_amount)
        above = above if tier.up_to is None else Fraction(tier.up_to)
    return due


def volume(tiers: tuple[Tier, ...], q: Fraction, *, on_zero: bool) -> Fraction:
    """The tier that q falls in prices all units, plus its flat amount."""
    if q == 0:
        return Fraction(tiers[0].flat_amount) if on_zero else ZERO
    found = next(tier for tier in tiers if tier.up_to is None or q <= Fraction(tier.up_to))
    return counted(found, q) * Fraction(found.unit_amount) + Fraction(found.flat_amount)


def counted(tier: Tier, units: Fraction) -> Fraction:
    """A tier's units, or the whole packages that they make."""
    return units if tier.package_size is None else Fraction(packages(units, Fraction(tier.package_size), up=True))


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


def graduated_percentage(model: GraduatedPercentage, q: Fraction) -> Fraction:
    """Percent of what falls in each tier, its flat amount once when entered."""
    due, above = ZERO, ZERO
    for tier in model.tiers:
        if q > above:
            upper = q if tier.up_to is None else min(q, Fraction(tier.up_to))
            due += (upper - above) * Fraction(tier.percent) / 100 + Fraction(tier.flat_amount)
        above = above if tier.up_to is None else Fraction(tier.up_to)
    return due


def by_event(model: PriceModel, events: list[Event]) -> Fraction:
    """A price that looks at each event."""
    match model:
        case Percentage():
            return percentage(model, [max(Fraction(event.value), ZERO) for event in events])
        case Matrix():
            return matrix(model, events)
        case Wrapped(model=Percentage() | Matrix()):
            return bounded(model, by_event(model.model, events))
        case _:
            return cost(model, sum((Fraction(event.value) for event in events), ZERO))


def matrix(model: Matrix, events: list[Event]) -> Fraction:
    """The sum of the values of each cell at its unit amount; a sum below zero costs nothing."""
    prices = {tuple(cell.values[name] for name in model.dimensions): cell.unit_amount for cell in model.cells}
    sums: dict[object, Fraction] = {}
    for event in events:
        told = tuple(event.properties.get(name, "") for name in model.dimensions)
        key = told if told in prices else None
        sums[key] = sums.get(key, ZERO) + Fraction(event.value)
    default = model.default_unit_amount or 0
    return sum((max(q, ZERO) * Fraction(prices.get(key, default)) for key, q in sums.items()), ZERO)  # type: ignore[call-overload]


def percentage(model: Percentage, values: list[Fraction]) -> Fraction:
    """Percent of each event's amount beyond what is free, and the fixed amount, within the event's bounds."""
    due, left = ZERO, Fraction(model.free_amount)
    for place, value in enumerate(values):
        free = ZERO
        limited = model.free_events or model.free_amount
        if limited and not (model.free_events and place >= model.free_events):
            if not model.free_amount:
                continue
            if left > 0:
                free = min(left, value)
                left -= free
                if free == value:
                    continue
        fee = (value - free) * Fraction(model.percent) / 100 + Fraction(model.fixed_amount)
        if model.event_minimum is not None:
            fee = max(fee, Fraction(model.event_minimum))
        if model.event_maximum is not None:
            fee = min(fee, Fraction(model.event_maximum))
        due += fee
    return due


def wrapped(model: Wrapped, q: Fraction) -> Fraction:
    """Times the multiplier, by the divisor, rounded, less included, the model, then the bounds."""
    units = q * Fraction(model.unit_multiplier) / Fraction(model.unit_divisor)
    if model.unit_round is not None:
        scale, mode = 10**model.unit_round.places, model.unit_round.mode.value
        rounded = {"up": math.ceil(units * scale), "down": math.floor(units * scale)}
        units = Fraction(rounded.get(mode, math.floor(units * scale + Fraction(1, 2))), scale)
    return bounded(model, cost(model.model, max(units - Fraction(model.included), ZERO)))


def bounded(model: Wrapped, amount: Fraction) -> Fraction:
    """The minimum, then the maximum."""
    if model.minimum is not None:
        amount = max(amount, Fraction(model.minimum))
    if model.maximum is not None:
        amount = min(amount, Fraction(model.maximum))
    return amount
