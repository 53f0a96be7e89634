"""Where a price begins anew: the quantities at which a picture or a difference of it looks."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from billcore.kernel import ONE, ZERO, Exact, Rounding, round_to
from billcore.kernel import exact as ex
from billcore.pricing.model.each import EachEvent
from billcore.pricing.model.package import Package
from billcore.pricing.model.percentage import GraduatedPercentage, Percentage
from billcore.pricing.model.progressive import Progressive
from billcore.pricing.model.tiered import Graduated, StairStep, Volume
from billcore.pricing.model.wrapped import Wrapped, unwrapped
from billcore.pricing.rating import PriceModel

__all__ = ["bounds_of", "far", "telling", "telling_bounds"]

_TWICE = Decimal(2)
_TEN = Decimal(10)
_FINEST = 6
_STEPS = 18


def bounds_of(model: PriceModel) -> tuple[Exact, ...]:
    """Where tiers, brackets or packages begin anew, in units that are metered: what is included shifts them."""
    inner = unwrapped(model)
    found: list[Decimal] = []
    if isinstance(inner, Graduated | Volume | StairStep | GraduatedPercentage):
        found = [tier.up_to for tier in inner.tiers if tier.up_to is not None]
    elif isinstance(inner, Progressive):
        found = [bracket.up_to for bracket in inner.brackets if bracket.up_to is not None]
    elif isinstance(inner, Package):
        found = [inner.package_size]
    return tuple(_metered(model, found))


def _metered(model: PriceModel, found: Iterable[Decimal]) -> list[Exact]:
    """Units that the model sees, as the meter counts them."""
    if not isinstance(model, Wrapped):
        return list(found)
    shifted: list[Exact] = [model.included, *(ex.add(bound, model.included) for bound in found)]
    return [
        ex.ratio(ex.multiply(bound, model.unit_divisor), model.unit_multiplier) for bound in shifted if bound > ZERO
    ]


def telling_bounds(model: PriceModel) -> set[Decimal]:
    """The bounds, and where its least and its most, of units or of an amount, are seen; of six places at most."""
    inner = unwrapped(model)
    found: list[Exact] = list(bounds_of(model))
    if isinstance(inner, EachEvent):
        return telling_bounds(inner.model) | _reached(model, (inner.event_minimum,), ())
    if isinstance(inner, Progressive):
        found += _metered(model, [inner.minimum_units])
    if isinstance(inner, Graduated | Volume):
        found += _metered(model, [tier.package_size for tier in inner.tiers if tier.package_size])
    if isinstance(inner, Percentage):
        found += _metered(model, [inner.free_amount])
    least = [getattr(inner, "event_minimum", None), getattr(model, "minimum", None)]
    most = [getattr(inner, "event_maximum", None), getattr(model, "maximum", None)]
    if isinstance(model, Wrapped):
        units = [model.minimum_quantity, *([] if model.unit_round is None else [ONE, Decimal("0.5")])]
        found += (ex.ratio(ex.multiply(one, model.unit_divisor), model.unit_multiplier) for one in units)
    return {round_to(one, _FINEST, Rounding.UP) for one in found if one > ZERO} | _reached(model, least, most)


def _reached(model: PriceModel, least: Iterable[Decimal | None], most: Iterable[Decimal | None]) -> set[Decimal]:
    """Quantities, in steps of ten, of which one is at the least or most, and one is beyond the least."""
    found: set[Decimal] = set()
    for bound in (one for one in least if one):
        for step, steps in ((Decimal("0.1"), _FINEST), (_TEN, _STEPS)):
            found |= _walked(model, bound, step, steps)
    for bound in (one for one in most if one is not None):
        found |= _walked(model, bound, _TEN, _STEPS)
    return found


def _walked(model: PriceModel, bound: Decimal, step: Decimal, steps: int) -> set[Decimal]:
    """From one unit on until the amount is on the other side of the bound, or at it where it has been elsewhere."""
    first = model.rate(ONE).amount
    found, quantity = {ONE}, ONE
    for _ in range(steps):
        amount = model.rate(quantity).amount
        if (amount > bound if step > ONE else amount <= bound) or (amount == bound and amount != first):
            break
        quantity = ex.CONTEXT.multiply(quantity, step)
        found.add(quantity)
    return found


def telling(bounds: Iterable[Decimal]) -> list[Decimal]:
    """Quantities at which two prices with these bounds differ, if they do: one, each bound, just beyond it, and far.

    Between two bounds a price is a line, and two places of it tell which; of a whole number the one after is just
    beyond.
    """
    ends = sorted(set(bounds))
    found = {ONE, *ends}
    for start, end in zip([ZERO, *ends], [*ends, None], strict=True):
        beyond = ex.CONTEXT.add(start, ONE)
        if end is None or beyond < end:
            found.add(beyond)
        elif not (_is_whole(start) and _is_whole(end)):
            found.add(ex.CONTEXT.divide(ex.CONTEXT.add(start, end), _TWICE))
    return sorted(found | far(ends))


def far(bounds: Iterable[Decimal]) -> set[Decimal]:
    """Twice the last bound: what the open tier costs is seen there."""
    return {ex.CONTEXT.multiply(end, _TWICE) for end in sorted(bounds)[-1:]}


def _is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value()
