"""Explaining a price over others by the lines that it covers in a subscription's life."""

from __future__ import annotations

from collections.abc import Mapping

from billcore.kernel import Rounding
from billcore.kernel import exact as ex
from billcore.lifecycle import Life, Occurrence
from billcore.pricing import About, Explanation, explain_sum, leaf, summed_lines
from billcore.settlement import UsageLookup, over_others

__all__ = ["explain_over"]


def explain_over(
    found: Life, occurrence: Occurrence, usage: UsageLookup, mode: Rounding, about: Mapping[str, About]
) -> Explanation:
    """What a price over others asks for in a period: each price and period that it covers, rounded, and the rest."""
    over = over_others(found, occurrence, usage, mode)
    parts = [
        leaf("covered", ex.scaled(one.minor, over.share.places), about={"name": one.price, "period": one.period})
        for one in over.covered
    ]
    tree = explain_sum(occurrence.item.record.price, summed_lines(tuple(parts)), over.share, over.exact)
    return Explanation("asked by the facts", over.exact, "sum", (tree,), about=about)
