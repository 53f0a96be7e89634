"""How a quantity became the units that a model priced: counted, at least so many, less those that are free."""

from __future__ import annotations

import attrs

from billcore.kernel import ONE, ZERO, Exact
from billcore.kernel import exact as ex
from billcore.pricing.charge import Allowance
from billcore.pricing.explain import Explanation, leaf
from billcore.pricing.model.progressive import Progressive
from billcore.pricing.model.wrapped import Wrapped, unwrapped
from billcore.pricing.rating import PriceModel, Rating

__all__ = ["explain_quantity"]


def explain_quantity(
    rating: Rating,
    model: PriceModel | None,
    quantity: Exact | None,
    allowance: Allowance,
    counted: Explanation | None,
) -> tuple[Explanation]:
    """How what was rated became the units that the model saw; where that is not known, those units."""
    if counted is None or quantity is None:
        made = leaf("quantity had", rating.quantity if quantity is None else quantity, kind="quantity")
    else:
        made = counted.told(counted.label, counted.about)  # a node of its own for each step
    if quantity is None:
        return (made,)
    if isinstance(model, Wrapped):
        made = _less(_at_least(_counted(made, model), model, allowance), model, allowance)
    inner = None if model is None else unwrapped(model)
    if isinstance(inner, Progressive) and made.value < inner.minimum_units:
        least = leaf("minimum units", inner.minimum_units, kind="quantity")
        made = Explanation("at least", inner.minimum_units, "most", (made, least), kind="quantity")
    if made.value < 0:
        made = Explanation("at least", ZERO, "most", (made, leaf("none", ZERO, kind="quantity")), kind="quantity")
    return (made if made.value == rating.quantity else leaf("quantity had", rating.quantity, kind="quantity"),)


def _counted(made: Explanation, model: Wrapped) -> Explanation:
    """What the price counts: multiplied, divided, rounded."""
    if made.value < 0:
        made = Explanation("at least", ZERO, "most", (made, leaf("none", ZERO, kind="quantity")), kind="quantity")
    if model.unit_multiplier != ONE:
        times = leaf("multiplier", model.unit_multiplier, kind="number")
        made = Explanation(
            "multiplied", ex.multiply(made.value, model.unit_multiplier), "product", (made, times), kind="quantity"
        )
    if model.unit_divisor != ONE:
        over = leaf("divisor", model.unit_divisor, kind="number")
        made = Explanation("divided", ex.ratio(made.value, model.unit_divisor), "ratio", (made, over), kind="quantity")
    if model.unit_round is not None:
        told = Explanation(
            "rounded units",
            ZERO,
            "round",
            (made,),
            None,
            model.unit_round.places,
            model.unit_round.mode,
            kind="quantity",
        )
        made = attrs.evolve(told, value=told.recompute())
    return made


def _at_least(made: Explanation, model: Wrapped, allowance: Allowance) -> Explanation:
    """The units, or the minimum quantity where they are fewer."""
    least = ex.ratio(model.minimum_quantity, allowance.share[1], allowance.share[0])
    if made.value >= least:
        return made
    floor = leaf("minimum units", least, kind="quantity")
    return Explanation("at least", least, "most", (made, floor), kind="quantity")


def _less(made: Explanation, model: Wrapped, allowance: Allowance) -> Explanation:
    """What is left of the units after those that are free: the price's own and those of addons, or a share of them."""
    free = leaf("included units", model.included, kind="quantity")
    if allowance.extra:
        given = leaf("units of addons", allowance.extra, kind="quantity")
        both = ex.add(model.included, allowance.extra)
        free = Explanation("free units", both, "sum", (free, given), kind="quantity")
    if not free.value:
        return made
    if allowance.share != (1, 1):
        n, d = (
            leaf(word, ex.whole(part), kind="number")
            for word, part in zip(("passed", "of"), allowance.share, strict=True)
        )
        portion = Explanation("share of the period", ex.ratio(n.value, d.value), "ratio", (n, d), kind="number")
        value = ex.multiply(free.value, portion.value)
        free = Explanation("share of the free units", value, "product", (free, portion), kind="quantity")
    left = ex.subtract(made.value, free.value)
    made = Explanation("units beyond the free ones", left, "remainder", (made, free), kind="quantity")
    if left >= 0:
        return made
    return Explanation("at least", ZERO, "most", (made, leaf("none", ZERO, kind="quantity")), kind="quantity")
