"""Strategies of price models, tiers and brackets."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn as Draw
from hypothesis.strategies import SearchStrategy as Strategy

from billcore.kernel import ONE
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


@functools.cache  # here and below: a strategy is dear to make and cheap to draw from
def _bounds(max_size: int) -> Strategy[list[Decimal | None]]:
    """Rising bounds, the last one open."""
    bound = st.integers(1, 1_000).map(Decimal) | amounts(min_value=Decimal("0.001"), max_value=1_000, places=3)
    closed = st.lists(bound, max_size=max_size - 1, unique=True).map(sorted)
    return closed.map(lambda rising: [*rising, None])


@functools.cache
def _tiers(max_size: int, unit_amounts: bool, flat_amounts: bool) -> Strategy[list[Tier]]:  # noqa: FBT001 - cached
    unit = amounts(max_value=100 if unit_amounts else 0, places=7)
    flat = amounts(max_value=1_000 if flat_amounts else 0)

    @st.composite
    def drawn(draw: Draw) -> list[Tier]:
        return [Tier(bound, draw(unit), draw(flat)) for bound in draw(_bounds(max_size))]

    return drawn()


def tiers(*, max_size: int = 5, unit_amounts: bool = True, flat_amounts: bool = True) -> Strategy[list[Tier]]:
    """Tier tables: contiguous, the last one open. Shrinks to one open tier that costs nothing."""
    return _tiers(max_size, unit_amounts, flat_amounts)


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


_PLAIN_MODELS: tuple[type[PriceModel], ...] = (Flat, PerUnit, Graduated, Volume, StairStep, Package, Progressive)


@functools.cache
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


_MULTIPLIERS = st.just(ONE) | amounts(min_value=Decimal("0.001"), max_value=1_000, places=3)
_LIMITS = st.none() | amounts()


@st.composite
def _wrapped(draw: Draw) -> Wrapped:
    least, most = draw(_LIMITS), draw(_LIMITS)
    if least is not None and most is not None:
        least, most = min(least, most), max(least, most)
    return Wrapped(
        model=draw(price_models(kinds=_PLAIN_MODELS)),
        unit_multiplier=draw(_MULTIPLIERS),
        included=draw(quantities(max_value=1_000)),
        minimum=least,
        maximum=most,
    )


def price_models(*, kinds: Collection[type[PriceModel]] = (*_PLAIN_MODELS, Wrapped)) -> Strategy[PriceModel]:
    """Price models of the given kinds, all by default. Shrinks to one of the first kind that costs nothing."""
    return _price_models(tuple(kinds))


@functools.cache
def _price_models(kinds: tuple[type[PriceModel], ...]) -> Strategy[PriceModel]:
    return st.one_of([_wrapped() if kind is Wrapped else _plain_model(kind) for kind in kinds])
