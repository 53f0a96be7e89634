"""Why a rating comes to its amount: quantity, tiers, brackets, packages and bounds, each as a node that recomputes.

What the model knows is told as far as it gives exactly the rating's step; where it does not (a price of one's own,
windows added up), the step's own numbers are told. So the tree of any rating recomputes to its amount. It is made as it
is read: the sum of the steps first, of each step what it is made of when that is asked for.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from billcore.kernel import ONE, ZERO, Exact, Rounding
from billcore.kernel import exact as ex
from billcore.pricing.charge import Allowance
from billcore.pricing.credit_unit import CreditUnit
from billcore.pricing.explain import About, Branches, Explanation, leaf
from billcore.pricing.explain_quantity import explain_quantity
from billcore.pricing.model.matrix import Matrix
from billcore.pricing.model.package import Package, PackageRound
from billcore.pricing.model.percentage import GraduatedPercentage
from billcore.pricing.model.progressive import Bracket, Progressive
from billcore.pricing.model.tiered import Graduated, StairStep, Volume
from billcore.pricing.model.wrapped import credits_of, unwrapped, without_credits
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
    counted: Explanation | None = None,
    **about: About,
) -> Explanation:
    """The rating's steps as a sum, each from its quantity; ``about`` is said beside the label.

    With the ``model`` each step says which tier, bracket or packages it is; with the ``quantity`` that the price was
    rated for (and the ``allowance``) also how that became the units that were priced; ``counted`` is that quantity
    where it tells itself what it is made of.
    """
    unit = None if model is None else credits_of(model)
    if model is not None and unit is not None:
        branches = Branches(_in_credits, rating, unit, without_credits(model), quantity, allowance, counted)
        return Explanation(label, rating.amount, "product", branches, about=about)
    free: Exact = ZERO
    told = False
    for step in rating.steps:
        if step.name not in FREE or step.amount:
            told = True
        else:
            free = ex.add(free, step.quantity)
    said: Mapping[str, About] = {**about, "included": free} if free else about
    if not told:
        return Explanation(label, rating.amount, about=said)
    parts = Branches(_parts, rating, model, quantity, allowance, counted)
    return Explanation(label, rating.amount, "sum", parts, about=said)


def _in_credits(
    rating: Rating,
    unit: CreditUnit,
    model: PriceModel,
    quantity: Exact | None,
    allowance: Allowance,
    counted: Explanation | None,
) -> tuple[Explanation, ...]:
    """The rating in credits, and what one is worth."""
    inside = rescaled(rating, lambda money: ex.ratio(money, unit.rate))
    tree = explain_rating(inside, "credits", model=model, quantity=quantity, allowance=allowance, counted=counted)
    return (_plain(tree.told(tree.label, {**tree.about, "name": unit.code})), leaf("worth of a credit", unit.rate))


def _plain(tree: Explanation) -> Explanation:
    """The tree with plain numbers for amounts: credits are no money."""
    children = tuple(map(_plain, tree.children))
    return attrs.evolve(tree, children=children, kind="number" if tree.kind == "amount" else tree.kind)


def _parts(
    rating: Rating,
    model: PriceModel | None,
    quantity: Exact | None,
    allowance: Allowance,
    counted: Explanation | None,
) -> tuple[Explanation, ...]:
    """A node for each step that has an amount: one that is free has none, but a matrix may have a cell of that name."""
    inner = None if model is None else unwrapped(model)
    seen = Branches(explain_quantity, rating, model, quantity, allowance, counted)
    rated = _Rated(inner, _bounds(inner), isinstance(inner, Matrix), seen)
    return tuple(_step(step, rated) for step in rating.steps if step.name not in FREE or step.amount)


@attrs.frozen
class _Rated:
    """What the steps of a rating have in common: the model, without what is around it, its bounds, what it saw."""

    model: PriceModel | None
    bounds: Sequence[tuple[Decimal, Decimal | None]]
    cells: bool
    seen: Branches
    """Makes the quantity anew for each step, as a node belongs to one tree."""


def _step(step: Step, rated: _Rated) -> Explanation:
    name, n = ("cell", None) if rated.cells and step.name != "default" else _named(step.name)
    about = _about(step.name, name, n, rated)
    if step.name in BOUNDS and not step.quantity:
        return leaf(name, step.amount)
    if not step.flat_amount:
        return _priced(name, about, step, n, rated)
    if not step.unit_amount:
        return leaf(name, step.flat_amount, about=about)
    return Explanation(name, step.amount, "sum", Branches(_both, step, n, rated), about=about)


def _both(step: Step, n: int | None, rated: _Rated) -> tuple[Explanation, ...]:
    """A step's units at their price, and what is due beside them."""
    return (_priced("units at their price", {}, step, n, rated), leaf("flat amount", step.flat_amount))


@functools.lru_cache(maxsize=1_024)
def _named(name: str) -> tuple[str, int | None]:
    """The word for a step of that name and its number, if it has one."""
    counted = _COUNTED.fullmatch(name)
    if counted is not None:
        return counted[1], int(counted[2])
    return (name if name in _WORDS or name in BOUNDS or name in FREE else "step"), None


def _about(said: str, name: str, n: int | None, rated: _Rated) -> Mapping[str, About]:
    """What is said beside a step: its number and bounds, or the name of its cell."""
    if n is None:
        return {"name": said} if name in ("cell", "step") else {}
    about: dict[str, About] = {"n": n}
    if n <= len(rated.bounds):
        above, up_to = rated.bounds[n - 1]
        about["above"] = above
        if up_to is not None:
            about["up_to"] = up_to
        model = rated.model
        if isinstance(model, Progressive) and (percent := model.brackets[n - 1].percent):
            about["discount"] = percent
    return about


def _bounds(model: PriceModel | None) -> Sequence[tuple[Decimal, Decimal | None]]:
    """The lower and the upper bound of each tier or bracket, if the model has any."""
    ends: Sequence[Decimal | None] = ()
    if isinstance(model, (Graduated, Volume, StairStep, GraduatedPercentage)):
        ends = [tier.up_to for tier in model.tiers]
    elif isinstance(model, Progressive):
        ends = [bracket.up_to for bracket in model.brackets]
    else:
        return ()
    return list(zip([ZERO, *(end or ZERO for end in ends)], ends, strict=False))


def _priced(label: str, about: Mapping[str, About], step: Step, n: int | None, rated: _Rated) -> Explanation:
    """Units at their price."""
    value = ex.multiply(step.quantity, step.unit_amount)
    return Explanation(label, value, "product", Branches(_factors, step, n, rated, value), about=about)


def _factors(step: Step, n: int | None, rated: _Rated, value: Exact) -> tuple[Explanation, ...]:
    """What the product is of: as the model has it where that gives the step, else the step's own numbers."""
    factors = _by_model(step, n, rated)
    if factors and all(not factor.children or factor.recompute() == factor.value for factor in factors):
        made: Exact = factors[0].value
        for factor in factors[1:]:
            made = ex.multiply(made, factor.value)
        if made == value:
            return factors
    units = rated.seen()[0]
    if not units.children or units.value != step.quantity:
        units = leaf("units", step.quantity, kind="quantity")
    return (units, _price(step, rated.model))


def _price(step: Step, model: PriceModel | None) -> Explanation:
    if step.name == "percentage" or isinstance(model, GraduatedPercentage):
        return leaf("rate", step.unit_amount, kind="percent")
    if step.name == "amounts":
        return leaf("factor", step.unit_amount, kind="number")
    return leaf("unit amount", step.unit_amount)


def _by_model(step: Step, n: int | None, rated: _Rated) -> tuple[Explanation, ...]:
    """The factors of a step by its model; none where the model does not say."""
    model = rated.model
    if model is not None and _by_event(type(model)):
        return ()
    if n is None:
        units = rated.seen()[0]
        if isinstance(model, Package):
            size = leaf("package size", model.package_size, kind="quantity")
            mode = Rounding.UP if model.round is PackageRound.UP else Rounding.DOWN
            units = _packages(units, size, step.quantity, mode)
        return (units, _price(step, model))
    if n > len(rated.bounds):
        return ()
    above, up_to = rated.bounds[n - 1]
    if isinstance(model, Volume):
        above, up_to = ZERO, None
    units = _within(rated.seen()[0], above, up_to)
    if isinstance(model, (Graduated, Volume)) and (package := model.tiers[n - 1].package_size) is not None:
        size = leaf("package size", package, kind="quantity")
        return (_packages(units, size, step.quantity, Rounding.UP), _price(step, model))
    if isinstance(model, Progressive):
        return (units, *_discounted(model, model.brackets[n - 1]))
    return (units, _price(step, model))


@functools.lru_cache(maxsize=256)
def _by_event(kind: type) -> bool:
    """Models of the class rate events; asking a protocol takes longer than all else here, so it is asked once."""
    return issubclass(kind, EventModel)


def _within(seen: Explanation, above: Decimal, up_to: Decimal | None) -> Explanation:
    """The units of a stretch ``(above, up_to]``: the quantity, or the stretch's end, less where it begins."""
    top = leaf("upper bound", up_to, kind="quantity") if up_to is not None and up_to < seen.value else seen
    if not above:
        return top if top is seen else top.told("units", top.about)
    value = ex.subtract(top.value, above)
    return Explanation("units", value, "remainder", (top, leaf("lower bound", above, kind="quantity")), kind="quantity")


def _packages(units: Explanation, size: Explanation, count: Exact, mode: Rounding) -> Explanation:
    share = Explanation("in packages", ex.ratio(units.value, size.value), "ratio", (units, size), kind="quantity")
    return Explanation("packages", count, "round", (share,), places=0, mode=mode, kind="quantity")


def _discounted(model: Progressive, bracket: Bracket) -> tuple[Explanation, ...]:
    """What one unit costs without a discount, and what the bracket's percent leaves of it."""
    whole = leaf("unit amount", model.price)
    if model.units != ONE:
        parts = (leaf("price of units", model.price), leaf("for units", model.units, kind="quantity"))
        whole = Explanation("unit amount", ex.ratio(model.price, model.units), "ratio", parts)
    if not bracket.percent:
        return (whole,)
    kept = ex.CONTEXT.scaleb(ex.CONTEXT.subtract(Decimal(100), bracket.percent), -2)
    return (whole, leaf("after discount", kept, kind="percent", about={"percent": bracket.percent}))
