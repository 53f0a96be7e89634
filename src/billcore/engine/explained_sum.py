"""Explaining a price over others: the rounded lines that it covers, and what a model or a commitment makes of them."""

from __future__ import annotations

from collections.abc import Mapping

from billcore.kernel import ONE, Exact, Rounding
from billcore.kernel import exact as ex
from billcore.lifecycle import Life, Occurrence
from billcore.pricing import (
    About,
    Allowance,
    Explanation,
    Overage,
    SumShare,
    TrueUp,
    commitment_of,
    explain_rating,
    leaf,
    sum_rating,
)
from billcore.settlement import Summed, UsageLookup, over_others

__all__ = ["explain_cap", "explain_sum"]

_ASKED = "asked by the facts"


def explain_sum(
    found: Life, occurrence: Occurrence, usage: UsageLookup, mode: Rounding, about: Mapping[str, About]
) -> Explanation:
    """What a price over others asks for in a period."""
    price = occurrence.item.record.price
    over = over_others(found, occurrence, usage, mode)
    if not isinstance(price.model, TrueUp | Overage):
        rating = sum_rating(price, over.total, over.share.part)
        counted, allowance = _lines(over), Allowance(over.share.part)
        tree = explain_rating(rating, model=price.model, quantity=over.total, allowance=allowance, counted=counted)
        return Explanation(_ASKED, over.exact, "sum", (tree,), about=about)
    if not over.exact:
        return leaf("nothing beyond the commitment" if isinstance(price.model, Overage) else "nothing missing", ex.ZERO)
    tree = _missing(price.model, over) if isinstance(price.model, TrueUp) else _beyond(price.model, over)
    return Explanation(_ASKED, over.exact, "sum", (tree,), about=about)


def explain_cap(tree: Explanation, exact: Exact) -> Explanation:
    """A charge of which a commitment's cap leaves less."""
    if not ex.compare(tree.value, exact):
        return tree
    left = leaf("left of the cap", exact)
    return Explanation(_ASKED, exact, "least", (tree, left), about=tree.about)


def _lines(over: Summed) -> Explanation:
    """The sum of what is covered, each price of each period rounded."""
    parts = tuple(
        leaf("covered", ex.scaled(one.minor, over.share.places), about={"name": one.price, "period": one.period})
        for one in over.covered
    )
    if not parts:
        return leaf("sum of prices", ex.ZERO)
    return Explanation("sum of prices", over.total, "sum", parts)


def _committed(model: TrueUp | Overage, over: Summed) -> Explanation:
    """The commitment's share of the period, rounded."""
    share = over.share
    value = ex.scaled(commitment_of(model, over.total, share).committed, share.places)
    return _part("committed", model.commitment.amount, share.part, value, share)


def _part(label: str, amount: Exact, part: tuple[int, int], value: Exact, share: SumShare) -> Explanation:
    whole = leaf("committed amount", amount)
    n, d = (leaf(word, ex.whole(count), kind="number") for word, count in zip(("passed", "of"), part, strict=True))
    portion = Explanation("share of the period", ex.ratio(n.value, d.value), "ratio", (n, d), kind="number")
    made = whole
    if part != (1, 1):
        made = Explanation("part", ex.multiply(amount, portion.value), "product", (whole, portion))
    return Explanation(label, value, "round", (made,), None, share.places, share.mode)


def _missing(model: TrueUp, over: Summed) -> Explanation:
    return Explanation("true-up", over.exact, "remainder", (_committed(model, over), _lines(over)))


def _beyond(model: Overage, over: Summed) -> Explanation:
    share, lines, committed = over.share, _lines(over), _committed(model, over)
    beyond = Explanation("beyond the commitment", ex.subtract(over.total, committed.value), "remainder", (lines, committed))
    factor = leaf("added to it", ex.subtract(model.commitment.overage_factor, ONE), kind="number")
    exact = Explanation("overage", ex.multiply(beyond.value, factor.value), "product", (beyond, factor))
    added = ex.scaled(commitment_of(model, over.total, share).overage, share.places)
    tree = Explanation("overage", added, "round", (exact,), None, share.places, share.mode)
    if not ex.compare(added, over.exact):
        return tree
    return Explanation("overage", over.exact, "least", (tree, leaf("left of the cap", over.exact)))
