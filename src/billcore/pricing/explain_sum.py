"""Why a price over others comes to its amount: the sum of lines, and what a model or a commitment makes of it."""

from __future__ import annotations

from decimal import Decimal

from billcore.kernel import ONE, ZERO, Exact
from billcore.kernel import exact as ex
from billcore.pricing.charge import Allowance
from billcore.pricing.commitment import Overage, TrueUp
from billcore.pricing.explain import Explanation, leaf
from billcore.pricing.explain_rating import explain_rating
from billcore.pricing.price import Price
from billcore.pricing.summed import SumShare, commitment_of, sum_rating

__all__ = ["explain_cap", "explain_sum", "summed_lines"]


def explain_sum(price: Price, lines: Explanation, share: SumShare, exact: Exact) -> Explanation:
    """The tree of what a price over others costs, ``exact``; ``lines`` tells their sum."""
    match price.model:
        case TrueUp() as model:
            if not exact:
                return leaf("nothing missing", ZERO)
            return Explanation("true-up", exact, "remainder", (_committed(model, lines, share), lines))
        case Overage() as model:
            return _beyond(model, lines, share, exact) if exact else leaf("nothing beyond the commitment", ZERO)
        case _:
            rating = sum_rating(price, lines.value, share.part)
            allowance = Allowance(share.part)
            return explain_rating(rating, model=price.model, quantity=lines.value, allowance=allowance, counted=lines)


def summed_lines(parts: tuple[Explanation, ...]) -> Explanation:
    """The sum of what is covered."""
    value = ex.total(part.value for part in parts)
    return Explanation("sum of prices", value, "sum", parts) if parts else leaf("sum of prices", ZERO)


def explain_cap(tree: Explanation, exact: Exact) -> Explanation:
    """A charge of which a commitment's cap leaves less; the tree itself where it leaves all."""
    if not ex.compare(tree.value, exact):
        return tree
    return Explanation(tree.label, exact, "least", (tree, leaf("left of the cap", exact)), about=tree.about)


def _committed(model: TrueUp | Overage, lines: Explanation, share: SumShare) -> Explanation:
    """The commitment's share of the period, rounded."""
    value = ex.scaled(commitment_of(model, lines.value, share).committed, share.places)
    made = _part(model.commitment.amount, share.part)
    return Explanation("committed", value, "round", (made,), None, share.places, share.mode)


def _part(amount: Decimal, part: tuple[int, int]) -> Explanation:
    whole = leaf("committed amount", amount)
    if part == (1, 1):
        return whole
    n, d = (leaf(word, ex.whole(count), kind="number") for word, count in zip(("passed", "of"), part, strict=True))
    portion = Explanation("share of the period", ex.ratio(n.value, d.value), "ratio", (n, d), kind="number")
    return Explanation("share of the commitment", ex.multiply(amount, portion.value), "product", (whole, portion))


def _beyond(model: Overage, lines: Explanation, share: SumShare, exact: Exact) -> Explanation:
    committed = _committed(model, lines, share)
    beyond = Explanation(
        "beyond the commitment", ex.subtract(lines.value, committed.value), "remainder", (lines, committed)
    )
    factor = leaf("added to it", ex.subtract(model.commitment.overage_factor, ONE), kind="number")
    added = Explanation("overage", ex.multiply(beyond.value, factor.value), "product", (beyond, factor))
    value = ex.scaled(commitment_of(model, lines.value, share).overage, share.places)
    return explain_cap(Explanation("overage", value, "round", (added,), None, share.places, share.mode), exact)
