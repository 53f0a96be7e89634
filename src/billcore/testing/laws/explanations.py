"""Explanations and quotes: amounts that come about as they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from billcore.kernel import Exact, Money, Number, Rounding
from billcore.pricing import Explanation, PriceCadence, PriceModel, Quote, QuoteTotal, explain_rating
from billcore.testing.laws._broken import broken, exactly, same

__all__ = [
    "explanation_is_one_value",
    "explanation_recomputes",
    "quote_explains_itself",
    "quote_totals_are_sums_of_its_lines",
    "rating_explains_itself",
]


def explanation_recomputes(tree: Explanation) -> None:
    """Law: each node of an explanation, folded again from its leaves, gives its exact value; no two have one id."""
    ids = [node.id for node in tree.walk() if node.id]
    if len(set(ids)) < len(ids):
        raise broken("an explanation recomputes", ids=ids)
    _recomputes(tree)


def explanation_is_one_value(make: Callable[[], Explanation]) -> None:
    """Law: parts made as they are read are the parts made at once: one value, whatever was read of it before.

    ``make`` gives the same explanation anew at each call, with nothing read of it yet.
    """
    law = "an explanation is one value"
    whole, numbered = _written_out(make()), _written_out(make().numbered())
    same(law, make(), whole)
    same(law, hash(make()), hash(whole))
    same(law, make().numbered(), numbered)
    read = make()
    list(read.walk())
    same(law, read.numbered(), numbered)
    same(law, read, whole)
    same(law, whole.numbered(), numbered)


def _written_out(tree: Explanation) -> Explanation:
    return attrs.evolve(tree, children=tuple(map(_written_out, tree.children)))


def rating_explains_itself(model: PriceModel, quantities: Iterable[Number | Exact]) -> None:
    """Law: the tree of what a model costs recomputes to the amount, told by the rating alone and with the model."""
    law = "a rating explains itself"
    for quantity in map(exactly, quantities):
        rating = model.rate(quantity)
        for tree in (explain_rating(rating), explain_rating(rating, model=model, quantity=quantity)):
            same(law, tree.recompute(), rating.amount, model=model, quantity=quantity)
            explanation_recomputes(tree.numbered())


def _recomputes(tree: Explanation) -> None:
    same("an explanation recomputes", tree.recompute(), tree.value, node=tree.id, label=tree.label, note=tree.note)
    for child in tree.children:
        _recomputes(child)


def quote_explains_itself(offer: Quote, rounding: Rounding = Rounding.HALF_UP) -> None:
    """Law: the tree of every line recomputes, and gives the line's exact and rounded amounts.

    So does that of what the coupon takes off, and ``all_in`` is lowered by as much.
    """
    law = "a quote explains itself"
    if offer.discount is not None:
        tree = offer.discount.explanation
        same(law, tree.recompute(), offer.all_in.discount.amount, coupon=offer.discount.code)
        same(law, -offer.discount.amount, offer.all_in.discount, coupon=offer.discount.code)
        explanation_recomputes(tree)
    for line in offer.lines:
        tree = offer.explain(line.price)
        same(law, tree.recompute(), line.amount.amount, price=line.price)
        explanation_recomputes(tree)
        same(law, tree.children[0].recompute(), line.exact, price=line.price)
        same(law, line.amount, Money.rounded(line.exact, offer.currency, rounding), price=line.price, exact=line.exact)


def quote_totals_are_sums_of_its_lines(offer: Quote) -> None:
    """Law: recurring and usage are the sums of their rounded lines, all-in is both, and each total is net and tax.

    The first invoice is the recurring lines where nothing says when it starts (else see ``first_invoice_is_billed``).
    Where prices include tax, it is the net with that tax that is the sum; what the coupon takes off is part of it, and
    never negative nor more than it.
    """
    law = "the totals of a quote are sums of its lines"

    def summed(*, expected: bool) -> Money:
        found = [line for line in offer.lines if line.cadence is not PriceCadence.ONCE and line.expected is expected]
        return Money.total([line.amount for line in found], offer.currency)

    def priced(total: QuoteTotal) -> Money:
        included = Money.of_minor(sum(tax.amount for tax in total.taxes if tax.inclusive), offer.currency)
        return total.net + included + total.discount

    recurring, usage = summed(expected=False), summed(expected=True)
    for name, total, gross in (
        ("recurring", offer.recurring, recurring),
        ("usage", offer.usage, usage),
        ("all in", offer.all_in, recurring + usage),
        *([("first invoice", offer.first_invoice, recurring)] if offer.selection.starts_on is None else []),
    ):
        same(law, priced(total), gross, total=name)
        same(law, min(max(total.discount.minor, 0), gross.minor), total.discount.minor, total=name)
    totals = (offer.recurring, offer.first_invoice, offer.usage, offer.all_in)
    for name, total in zip(("recurring", "first invoice", "usage", "all in"), totals, strict=True):
        same(law, total.total, total.net + total.tax, total=name)
