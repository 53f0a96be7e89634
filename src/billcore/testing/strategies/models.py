"""Strategies of price models, tiers and brackets."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn as Draw
from hypothesis.strategies import SearchStrategy as Strategy

from billcore.kernel import DAY, HOUR, MINUTE, ONE, ZERO, FrozenMap
from billcore.pricing import (
    Bracket,
    Cell,
    Dynamic,
    Event,
    Flat,
    Graduated,
    GraduatedPercentage,
    Matrix,
    Package,
    PackageRound,
    Percentage,
    PercentTier,
    PerUnit,
    PriceModel,
    Progressive,
    StairStep,
    Tier,
    UnitRound,
    Volume,
    Wrapped,
)
from billcore.testing.strategies.values import amounts, quantities

__all__ = ["brackets", "events", "price_models", "tiers"]


@functools.cache  # here and below: a strategy is dear to make and cheap to draw from
def _bounds(max_size: int) -> Strategy[list[Decimal | None]]:
    """Rising bounds, the last one open."""
    bound = st.integers(1, 1_000).map(Decimal) | amounts(min_value=Decimal("0.001"), max_value=1_000, places=3)
    closed = st.lists(bound, max_size=max_size - 1, unique=True).map(sorted)
    return closed.map(lambda rising: [*rising, None])


@functools.cache
def _tiers(max_size: int, unit_amounts: bool, flat_amounts: bool, packages: bool) -> Strategy[list[Tier]]:  # noqa: FBT001 - cached
    unit = amounts(max_value=100 if unit_amounts else 0, places=7)
    flat = amounts(max_value=1_000 if flat_amounts else 0)
    sizes = st.none() | amounts(min_value=Decimal("0.5"), max_value=100) if unit_amounts and packages else st.none()

    @st.composite
    def drawn(draw: Draw) -> list[Tier]:
        return [Tier(bound, draw(unit), draw(flat), draw(sizes)) for bound in draw(_bounds(max_size))]

    return drawn()


def tiers(
    *, max_size: int = 5, unit_amounts: bool = True, flat_amounts: bool = True, packages: bool = False
) -> Strategy[list[Tier]]:
    """Tier tables: contiguous, the last one open. Shrinks to one open tier that costs nothing.

    With ``packages`` some tiers count their units in whole packages.
    """
    return _tiers(max_size, unit_amounts, flat_amounts, packages)


@st.composite
def _bracket_lists(draw: Draw, max_size: int, *, ascending: bool) -> list[Bracket]:
    bounds = draw(_bounds(max_size))
    percents = [draw(amounts(max_value=100)) for _ in bounds]
    if ascending:
        percents.sort()
    return [Bracket(bound, percent) for bound, percent in zip(bounds, percents, strict=True)]


def brackets(*, max_size: int = 5, ascending: bool = False) -> Strategy[list[Bracket]]:
    """Discount brackets: contiguous, the last one open. Shrinks to one open bracket without a discount."""
    return _brackets(max_size, ascending)


@functools.cache
def _brackets(max_size: int, ascending: bool) -> Strategy[list[Bracket]]:  # noqa: FBT001 - cached
    return _bracket_lists(max_size, ascending=ascending)


_OF_UNITS: tuple[type[PriceModel], ...] = (Flat, PerUnit, Graduated, Volume, StairStep, Package, Progressive)
_OF_AMOUNTS: tuple[type[PriceModel], ...] = (GraduatedPercentage, Dynamic)
_OF_EVENTS: tuple[type[PriceModel], ...] = (Percentage, Matrix)
_PLAIN_MODELS = (*_OF_UNITS, *_OF_AMOUNTS, *_OF_EVENTS)
_REGIONS, _CLASSES = ("eu", "us"), ("hot", "cold")


@functools.cache
def _plain_model(kind: type[PriceModel]) -> Strategy[PriceModel]:
    sizes = amounts(min_value=Decimal("0.5"), max_value=1_000)
    made: dict[type[PriceModel], Callable[[], Strategy[PriceModel]]] = {
        Flat: lambda: st.builds(Flat, amounts()),
        PerUnit: lambda: st.builds(PerUnit, amounts(max_value=1_000, places=7)),
        Graduated: lambda: st.builds(Graduated, tiers(packages=True), st.booleans()),
        Volume: lambda: st.builds(Volume, tiers(packages=True), st.booleans()),
        StairStep: lambda: st.builds(StairStep, tiers(unit_amounts=False), st.booleans()),
        Package: lambda: st.builds(Package, sizes, amounts(), st.sampled_from(PackageRound)),
        Progressive: lambda: st.builds(Progressive, amounts(places=4), sizes, amounts(max_value=20), brackets()),
        GraduatedPercentage: lambda: st.builds(GraduatedPercentage, _percent_tiers()),
        Dynamic: lambda: st.builds(Dynamic, amounts(max_value=10, places=5)),
        Percentage: _percentages,
        Matrix: _matrices,
    }
    return made[kind]()


@st.composite
def _percent_tiers(draw: Draw) -> list[PercentTier]:
    return [PercentTier(bound, draw(amounts(max_value=30)), draw(amounts())) for bound in draw(_bounds(4))]


@st.composite
def _percentages(draw: Draw) -> Percentage:
    least, most = _in_order(draw(_LIMITS), draw(_LIMITS))
    return Percentage(
        draw(amounts(max_value=30, places=3)),
        fixed_amount=draw(st.just(ZERO) | amounts(max_value=10)),
        free_events=draw(st.integers(0, 3)),
        free_amount=draw(st.just(ZERO) | amounts(max_value=1_000)),
        event_minimum=least,
        event_maximum=most,
    )


@st.composite
def _matrices(draw: Draw) -> Matrix:
    names = draw(st.sampled_from([["region"], ["region", "class"]]))
    keys = [(region, kind) for region in _REGIONS for kind in (_CLASSES if len(names) > 1 else ("",))]
    chosen = draw(st.lists(st.sampled_from(keys), unique=True))
    unit = amounts(max_value=10, places=5)
    cells = [Cell(dict(zip(names, key, strict=False)), draw(unit)) for key in chosen]
    return Matrix(names, cells, draw(unit))


def events(*, max_value: int = 1_000) -> Strategy[list[Event]]:
    """Events as a price sees them, in order, with properties that ``price_models`` knows. Shrinks to none."""
    properties = st.fixed_dictionaries(
        {}, optional={"region": st.sampled_from((*_REGIONS, "ap")), "class": st.sampled_from(_CLASSES)}
    )
    return st.lists(st.builds(Event, quantities(max_value=max_value), properties.map(FrozenMap)), max_size=6)


def _in_order(least: Decimal | None, most: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    if least is None or most is None:
        return least, most
    return min(least, most), max(least, most)


_MULTIPLIERS = st.just(ONE) | amounts(min_value=Decimal("0.001"), max_value=1_000, places=3)
_LIMITS = st.none() | amounts()


_ROUNDS = st.builds(UnitRound, places=st.integers(0, 3), mode=st.sampled_from(UnitRound.MODES))


@st.composite
def _wrapped(draw: Draw, *, metered: bool) -> Wrapped:
    model = draw(price_models(kinds=_OF_UNITS) | price_models(kinds=_PLAIN_MODELS, metered=metered))
    least, most = _in_order(draw(_LIMITS), draw(_LIMITS))
    if isinstance(model, _OF_EVENTS):
        return Wrapped(model=model, minimum=least, maximum=most)
    return Wrapped(
        model=model,
        unit_multiplier=draw(_MULTIPLIERS),
        unit_divisor=draw(_MULTIPLIERS),
        unit_round=draw(st.none() | _ROUNDS),
        included=draw(quantities(max_value=1_000)),
        minimum=least,
        maximum=most,
        per_window=draw(st.sampled_from([None, None, None, MINUTE, HOUR, DAY])) if metered else None,
        minimum_quantity=draw(st.just(ZERO) | quantities(max_value=100)),
    )


def price_models(
    *, kinds: Collection[type[PriceModel]] = (*_PLAIN_MODELS, Wrapped), metered: bool = True
) -> Strategy[PriceModel]:
    """Price models of the given kinds, all by default. Shrinks to one of the first kind that costs nothing.

    Without ``metered`` none is by event or by window, as only usage has those.
    """
    return _price_models(tuple(kind for kind in kinds if metered or kind not in _OF_EVENTS), metered)


@functools.cache
def _price_models(kinds: tuple[type[PriceModel], ...], metered: bool) -> Strategy[PriceModel]:  # noqa: FBT001 - cached
    return st.one_of([_wrapped(metered=metered) if kind is Wrapped else _plain_model(kind) for kind in kinds])
