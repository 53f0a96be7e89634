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
from billcore.pricing.explain import About, Branches, Explanation, leaf
from billcore.pricing.model.matrix import Matrix
from billcore.pricing.model.package import Package, PackageRound
from billcore.pricing.model.percentage import GraduatedPercentage
from billcore.pricing.model.progressive import Bracket, Progressive
from billcore.pricing.model.tiered import Graduated, StairStep, Volume
from billcore.pricing.model.wrapped import Wrapped
from billcore.pricing.rating import BOUNDS, FREE, EventModel, PriceModel, Rating, Step

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


def _parts(
    rating: Rating,
    model: PriceModel | None,
    quantity: Exact | None,
    allowance: Allowance,
    counted: Explanation | None,
) -> tuple[Explanation, ...]:
    """A node for each step that has an amount: one that is free has none, but a matrix may have a cell of that name."""
    inner = model.model if isinstance(model, Wrapped) else model
    seen = Branches(_quantity, rating, model, quantity, allowance, counted)
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


def _quantity(
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
    inner = model.model if isinstance(model, Wrapped) else model
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
