"""Why a rating comes to its amount: quantity, tiers, brackets, packages and bounds, each as a node that recomputes.

What the model knows is told as far as it gives exactly the rating's step; where it does not (a price of one's own,
windows added up), the step's own numbers are told. So the tree of any rating recomputes to its amount.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from decimal import Decimal

import attrs

from billcore.kernel import ONE, ZERO, Exact, Rounding
from billcore.kernel import exact as ex
from billcore.pricing.charge import Allowance
from billcore.pricing.explain import About, Explanation, leaf
from billcore.pricing.model.matrix import Matrix
from billcore.pricing.model.package import Package, PackageRound
from billcore.pricing.model.percentage import GraduatedPercentage
from billcore.pricing.model.progressive import Bracket, Progressive
from billcore.pricing.model.tiered import Graduated, StairStep, Volume
from billcore.pricing.model.wrapped import Wrapped, credits_of, without_credits
from billcore.pricing.rating import BOUNDS, FREE, EventModel, PriceModel, Rating, Step, rescaled

__all__ = ["explain_rating"]

_COUNTED = re.compile(r"(tier|packages of tier|bracket) ([0-9]+)")
_WORDS = {"flat", "units", "packages", "percentage", "fixed", "amounts", "default"}
_NOTHING = Allowance()


def explain_rating(
    rating: Rating,
    label: str = "rated amount",
    *,
    model: PriceModel | None = None,
    quantity: Exact | None = None,
    allowance: Allowance = _NOTHING,
    **about: About,
) -> Explanation:
    """The rating's steps as a sum, each from its quantity; ``about`` is said beside the label.

    With the ``model`` each step says which tier, bracket or packages it is; with the ``quantity`` that the price was
    rated for (and the ``allowance``) also how that became the units that were priced.
    """
    unit = None if model is None else credits_of(model)
    if model is not None and unit is not None:
        worth = unit.rate
        inside = rescaled(rating, lambda money: ex.ratio(money, worth))
        tree = explain_rating(inside, "credits", model=without_credits(model), quantity=quantity, allowance=allowance)
        found = _plain(tree.told(tree.label, {**tree.about, "name": unit.code}))
        return Explanation(label, rating.amount, "product", (found, leaf("worth of a credit", worth)), about=about)
    inner = model.model if isinstance(model, Wrapped) else model
    seen = _quantity(rating, model, quantity, allowance)
    said: dict[str, About] = dict(about)
    free = ex.total(step.quantity for step in rating.steps if step.name in FREE and not step.amount)
    if free:
        said["included"] = free
    children = tuple(
        _step(step, inner, seen) for step in rating.steps if step.name not in FREE or step.amount
    )  # a step that is free has no amount; a matrix may have a cell of that name, which has one
    if not children:
        return Explanation(label, rating.amount, about=said)
    return Explanation(label, rating.amount, "sum", children, about=said)


def _plain(tree: Explanation) -> Explanation:
    """The tree with plain numbers for amounts: credits are no money."""
    children = tuple(map(_plain, tree.children))
    return attrs.evolve(tree, children=children, kind="number" if tree.kind == "amount" else tree.kind)


def _step(step: Step, model: PriceModel | None, seen: Explanation) -> Explanation:
    name, about = _named(step, model)
    if step.name in BOUNDS and not step.quantity:
        return leaf(name, step.amount)
    parts = []
    if step.unit_amount or not step.flat_amount:
        parts.append(_priced(step, model, seen))
    if step.flat_amount:
        parts.append(leaf("flat amount", step.flat_amount))
    if len(parts) == 1:
        return parts[0].told(name, {**parts[0].about, **about})
    return Explanation(name, step.amount, "sum", tuple(parts), about=about)


def _named(step: Step, model: PriceModel | None) -> tuple[str, dict[str, About]]:
    """The word for a step, and what is said beside it: its number and bounds, or its cell."""
    counted = _COUNTED.fullmatch(step.name)
    if counted is None:
        if isinstance(model, Matrix) and step.name != "default":
            return "cell", {"name": step.name}
        known = step.name in _WORDS or step.name in BOUNDS or step.name in FREE
        return (step.name, {}) if known else ("step", {"name": step.name})
    n = int(counted[2])
    about: dict[str, About] = {"n": n}
    bounds = _bounds(model)
    if n <= len(bounds):
        above, up_to = bounds[n - 1]
        about["above"] = above
        if up_to is not None:
            about["up_to"] = up_to
    if isinstance(model, Progressive) and n <= len(model.brackets) and model.brackets[n - 1].percent:
        about["discount"] = model.brackets[n - 1].percent
    return counted[1], about


def _bounds(model: PriceModel | None) -> list[tuple[Decimal, Decimal | None]]:
    """The lower and the upper bound of each tier or bracket, if the model has any."""
    ends: Sequence[Decimal | None] = ()
    if isinstance(model, (Graduated, Volume, StairStep, GraduatedPercentage)):
        ends = [tier.up_to for tier in model.tiers]
    elif isinstance(model, Progressive):
        ends = [bracket.up_to for bracket in model.brackets]
    starts = [ZERO, *(end or ZERO for end in ends)]
    return list(zip(starts, ends, strict=False))


def _priced(step: Step, model: PriceModel | None, seen: Explanation) -> Explanation:
    """Units at their price: as the model has it where that gives the step, else the step's own numbers."""
    value = ex.multiply(step.quantity, step.unit_amount)
    factors = _factors(step, model, seen)
    if factors and all(not factor.children or factor.recompute() == factor.value for factor in factors):
        made: Exact = ONE
        for factor in factors:
            made = ex.multiply(made, factor.value)
        if made == value:
            return Explanation("units at their price", value, "product", tuple(factors))
    return Explanation("units at their price", value, "product", (_units(step), _price(step, model)))


def _units(step: Step) -> Explanation:
    return leaf("units", step.quantity, kind="quantity")


def _price(step: Step, model: PriceModel | None) -> Explanation:
    if step.name == "percentage" or isinstance(model, GraduatedPercentage):
        return leaf("rate", step.unit_amount, kind="percent")
    if step.name == "amounts":
        return leaf("factor", step.unit_amount, kind="number")
    return leaf("unit amount", step.unit_amount)


def _factors(step: Step, model: PriceModel | None, seen: Explanation) -> list[Explanation]:
    """The factors of a step by its model; none where the model does not say."""
    if model is not None and _by_event(type(model)):
        return []
    counted = _COUNTED.fullmatch(step.name)
    if counted is None:
        units = seen
        if isinstance(model, Package):
            size = leaf("package size", model.package_size, kind="quantity")
            mode = Rounding.UP if model.round is PackageRound.UP else Rounding.DOWN
            units = _packages(seen, size, step.quantity, mode)
        return [units, _price(step, model)]
    index = int(counted[2]) - 1
    bounds = _bounds(model)
    if index >= len(bounds):
        return []
    above, up_to = bounds[index]
    price = _price(step, model)
    if isinstance(model, Volume):
        above, up_to = ZERO, None
    if isinstance(model, (Graduated, Volume)) and (package := model.tiers[index].package_size) is not None:
        size = leaf("package size", package, kind="quantity")
        return [_packages(_within(seen, above, up_to), size, step.quantity, Rounding.UP), price]
    if isinstance(model, Progressive):
        return [_within(seen, above, up_to), *_discounted(model, model.brackets[index])]
    return [_within(seen, above, up_to), price]


@functools.lru_cache(maxsize=256)
def _by_event(kind: type) -> bool:
    """Models of the class rate events; asking a protocol takes longer than all else here, so it is asked once."""
    return issubclass(kind, EventModel)


def _within(seen: Explanation, above: Decimal, up_to: Decimal | None) -> Explanation:
    """The units of a stretch ``(above, up_to]``: the quantity, or the stretch's end, less where it begins."""
    top = leaf("upper bound", up_to, kind="quantity") if up_to is not None and up_to < seen.value else seen
    if not above:
        return top if top is seen else attrs.evolve(top, label="units")
    value = ex.subtract(top.value, above)
    return Explanation("units", value, "remainder", (top, leaf("lower bound", above, kind="quantity")), kind="quantity")


def _packages(units: Explanation, size: Explanation, count: Exact, mode: Rounding) -> Explanation:
    share = Explanation("in packages", ex.ratio(units.value, size.value), "ratio", (units, size), kind="quantity")
    return Explanation("packages", count, "round", (share,), places=0, mode=mode, kind="quantity")


def _discounted(model: Progressive, bracket: Bracket) -> list[Explanation]:
    """What one unit costs without a discount, and what the bracket's percent leaves of it."""
    whole = leaf("unit amount", model.price)
    if model.units != ONE:
        parts = (leaf("price of units", model.price), leaf("for units", model.units, kind="quantity"))
        whole = Explanation("unit amount", ex.ratio(model.price, model.units), "ratio", parts)
    if not bracket.percent:
        return [whole]
    kept = ex.CONTEXT.scaleb(ex.CONTEXT.subtract(Decimal(100), bracket.percent), -2)
    return [whole, leaf("after discount", kept, kind="percent", about={"percent": bracket.percent})]


def _quantity(rating: Rating, model: PriceModel | None, quantity: Exact | None, allowance: Allowance) -> Explanation:
    """How what was rated became the units that the model saw."""
    plain = leaf("quantity had", rating.quantity, kind="quantity")
    if quantity is None:
        return plain
    made = leaf("quantity had", quantity, kind="quantity")
    if isinstance(model, Wrapped):
        made = _less(_at_least(_counted(made, model), model, allowance), model, allowance)
    inner = model.model if isinstance(model, Wrapped) else model
    if isinstance(inner, Progressive) and made.value < inner.minimum_units:
        least = leaf("minimum units", inner.minimum_units, kind="quantity")
        made = Explanation("at least", inner.minimum_units, "most", (made, least), kind="quantity")
    if made.value < 0:
        made = Explanation("at least", ZERO, "most", (made, leaf("none", ZERO, kind="quantity")), kind="quantity")
    return made if made.value == rating.quantity else plain


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
