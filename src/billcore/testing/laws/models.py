"""Price models: what each promises, those of your own too."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from billcore.kernel import ZERO, Exact, Number
from billcore.kernel import exact as ex
from billcore.pricing import PriceModel, amount_of
from billcore.pricing.rating import BOUNDS, FREE
from billcore.testing.laws._broken import broken, exactly, same

__all__ = [
    "more_never_costs_less",
    "no_quantity_costs_less_than_nothing",
    "rate_agrees_with_amount",
    "steps_sum_to_the_amount",
]

_MOVES = BOUNDS | FREE


def rate_agrees_with_amount(model: PriceModel, quantities: Iterable[Exact | Number]) -> None:
    """Law: ``rate`` and ``amount`` come to the same exact amount.

    ``amount``, which a model need not have, is the short way without a breakdown.
    """
    short = getattr(model, "amount", lambda quantity: amount_of(model, quantity))
    for quantity in map(exactly, quantities):
        same("rate agrees with amount", model.rate(quantity).amount, short(quantity), quantity=quantity, model=model)


def steps_sum_to_the_amount(model: PriceModel, quantities: Iterable[Exact | Number]) -> None:
    """Law: the steps of a rating sum to its amount, and each is quantity x unit amount + flat amount.

    A step named ``included``, ``minimum`` or ``maximum`` says what it moved, by its amount alone.
    """
    law = "the steps of a rating sum to its amount"
    for quantity in map(exactly, quantities):
        rating = model.rate(quantity)
        summed = ex.total([step.amount for step in rating.steps])
        same(law, summed, rating.amount, quantity=quantity, steps=rating.steps, model=model)
        for step in rating.steps:
            if step.name not in _MOVES:
                want = ex.add(ex.multiply(step.quantity, step.unit_amount), step.flat_amount)
                same(law, step.amount, want, quantity=quantity, step=step, model=model)


def no_quantity_costs_less_than_nothing(model: PriceModel, quantities: Iterable[Exact | Number]) -> None:
    """Law: no quantity costs less than nothing, and a negative one costs what zero costs."""
    law = "no quantity costs less than nothing"
    for quantity in map(exactly, quantities):
        below = min(quantity, ex.negate(quantity))
        for ask in (_rated, amount_of):  # the first by itself, as the second refuses what is less than nothing
            for each in (quantity, below, ZERO):
                if (amount := ask(model, each)) < 0:
                    raise broken(law, amount=amount, quantity=each, model=model)
            same(law, ask(model, below), ask(model, ZERO), quantity=below, model=model)


def _rated(model: PriceModel, quantity: Exact) -> Exact:
    return model.rate(quantity).amount


def more_never_costs_less(model: PriceModel, quantities: Iterable[Exact | Number]) -> None:
    """Law: the amount never falls as the quantity grows.

    Per unit, graduated, whole packages and progressive brackets keep it; volume and stair step need not, as a higher
    tier may be cheaper for all units.
    """
    costs = [(quantity, model.rate(quantity).amount) for quantity in sorted(map(exactly, quantities))]
    for (few, less), (many, more) in pairwise(costs):
        if more < less:
            raise broken("more never costs less", few=few, cost=less, many=many, costs=more, model=model)
