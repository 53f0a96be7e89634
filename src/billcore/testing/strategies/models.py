"""Strategies of price models, tiers and brackets."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn as Draw
from hypothesis.strategies import SearchStrategy as Strategy

from billcore.kernel import ONE, ZERO
from billcore.pricing import (
    Bracket,
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
from billcore.testing.strategies.values import amounts, quantities

__all__ = ["brackets", "price_models", "tiers"]


def _bounds(max_size: int) -> Strategy[list[Decimal | None]]:
    """Rising bounds, the last one open."""
    bound = st.integers(1, 1_000).map(Decimal) | amounts(min_value=Decimal("0.001"), max_value=1_000, places=3)
    closed = st.lists(bound, max_size=max_size - 1, unique=True).map(sorted)
    return closed.map(lambda rising: [*rising, None])


@st.composite
def _tiers(draw: Draw, max_size: int, unit: Strategy[Decimal], flat: Strategy[Decimal]) -> list[Tier]:
    return [Tier(bound, draw(unit), draw(flat)) for bound in draw(_bounds(max_size))]


def tiers(*, max_size: int = 5, unit_amounts: bool = True, flat_amounts: bool = True) -> Strategy[list[Tier]]:
    """Tier tables: contiguous, the last one open. Shrinks to one open tier that costs nothing."""
    nothing = st.just(ZERO)
    unit, flat = amounts(max_value=100, places=7), amounts(max_value=1_000)
    return _tiers(max_size, unit if unit_amounts else nothing, flat if flat_amounts else nothing)


@st.composite
def _bracket_lists(draw: Draw, max_size: int, *, ascending: bool) -> list[Bracket]:
    bounds = draw(_bounds(max_size))
    percents = [draw(amounts(max_value=100)) for _ in bounds]
    if ascending:
        percents.sort()
    return [Bracket(bound, percent) for bound, percent in zip(bounds, percents, strict=True)]


def brackets(*, max_size: int = 5, ascending: bool = False) -> Strategy[list[Bracket]]:
    """Discount brackets: contiguous, the last one open. Shrinks to one open bracket without a discount."""
    return _bracket_lists(max_size, ascending=ascending)


_PLAIN_MODELS: tuple[type[PriceModel], ...] = (Flat, PerUnit, Graduated, Volume, StairStep, Package, Progressive)


def _plain_model(kind: type[PriceModel]) -> Strategy[PriceModel]:
    sizes = amounts(min_value=Decimal("0.5"), max_value=1_000)
    made: dict[type[PriceModel], Callable[[], Strategy[PriceModel]]] = {
        Flat: lambda: st.builds(Flat, amounts()),
        PerUnit: lambda: st.builds(PerUnit, amounts(max_value=1_000, places=7)),
        Graduated: lambda: st.builds(Graduated, tiers(), st.booleans()),
        Volume: lambda: st.builds(Volume, tiers(), st.booleans()),
        StairStep: lambda: st.builds(StairStep, tiers(unit_amounts=False), st.booleans()),
        Package: lambda: st.builds(Package, sizes, amounts(), st.sampled_from(PackageRound)),
        Progressive: lambda: st.builds(Progressive, amounts(places=4), sizes, amounts(max_value=20), brackets()),
    }
    return made[kind]()


@st.composite
def _wrapped(draw: Draw) -> Wrapped:
    least, most = sorted(draw(st.lists(amounts(), min_size=2, max_size=2)))
    return Wrapped(
        model=draw(price_models(kinds=_PLAIN_MODELS)),
        unit_multiplier=draw(st.just(ONE) | amounts(min_value=Decimal("0.001"), max_value=1_000, places=3)),
        included=draw(quantities(max_value=1_000)),
        minimum=draw(st.none() | st.just(least)),
        maximum=draw(st.none() | st.just(most)),
    )


def price_models(*, kinds: Collection[type[PriceModel]] = (*_PLAIN_MODELS, Wrapped)) -> Strategy[PriceModel]:
    """Price models of the given kinds, all by default. Shrinks to one of the first kind that costs nothing."""
    return st.one_of([_wrapped() if kind is Wrapped else _plain_model(kind) for kind in kinds])
