"""What Hypothesis loads when it is imported: ``st.from_type`` learns billcore's values.

A module apart, which imports neither Hypothesis nor the strategies at its top: Hypothesis loads its entry points at the
end of its own import, and that may have been begun by ``billcore.testing.strategies``, which is then still half built.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from types import ModuleType

    from hypothesis.strategies import SearchStrategy

__all__ = ["register"]

T = TypeVar("T")


def register() -> None:
    """Register a strategy for each of billcore's values; made when one is first drawn from."""
    from hypothesis import strategies as st

    from billcore import kernel, pricing

    def known(kind: type[T], make: Callable[[ModuleType], SearchStrategy[T]]) -> None:
        st.register_type_strategy(kind, lambda _: make(_strategies()))

    known(kernel.Currency, lambda our: our.currencies().map(kernel.currency))
    known(kernel.Money, lambda our: our.moneys())
    known(kernel.Interval, lambda our: our.intervals())
    known(kernel.DayAnchor, lambda our: our.day_anchors())
    known(kernel.Cadence, lambda our: our.cadences())
    known(kernel.Period, lambda our: our.periods())
    known(pricing.Tier, lambda our: our.tiers().map(lambda tiers: tiers[0]))
    known(pricing.Bracket, lambda our: our.brackets().map(lambda brackets: brackets[0]))
    st.register_type_strategy(pricing.PriceModel, lambda _: _strategies().price_models())
    for model in (
        *(pricing.Flat, pricing.PerUnit, pricing.Graduated, pricing.Volume, pricing.StairStep),
        *(pricing.Package, pricing.Progressive, pricing.Wrapped),
    ):
        st.register_type_strategy(model, lambda kind: _strategies().price_models(kinds=[kind]))
    known(pricing.Price, lambda our: our.prices())
    known(pricing.Plan, lambda our: our.plans())
    known(pricing.Component, lambda our: our.components())
    known(pricing.Service, lambda our: our.services())
    known(pricing.Catalog, lambda our: our.catalogs())
    known(pricing.Selection, lambda our: our.catalogs().flatmap(our.selections))


def _strategies() -> ModuleType:
    from billcore.testing import strategies

    return strategies
