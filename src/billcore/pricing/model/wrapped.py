"""Wrappers around any model: multiplier, included units, minimum and maximum.

Order: quantity x multiplier, less included (not below zero), the model, then the minimum, then the maximum.
"""

from __future__ import annotations

from decimal import Decimal

import attrs

from billcore.kernel import ONE, ZERO, Exact, InvalidValue
from billcore.kernel import exact as ex
from billcore.pricing import fields
from billcore.pricing.rating import PriceModel, Rating, Step

__all__ = ["Wrapped"]


@attrs.frozen(kw_only=True)
class Wrapped:
    """A model with ``included`` units free, an amount of at least ``minimum`` and at most ``maximum``.

    ``unit_multiplier`` turns what the meter counts into what the price counts (0.001 for a price of 1,000 tokens).
    """

    model: PriceModel
    unit_multiplier: Decimal = attrs.field(default=ONE, converter=fields.unit_multiplier)
    included: Decimal = attrs.field(default=ZERO, converter=fields.included)
    minimum: Decimal | None = attrs.field(default=None, converter=fields.minimum)
    maximum: Decimal | None = attrs.field(default=None, converter=fields.maximum)

    def __attrs_post_init__(self) -> None:
        fields.of_kind(self.model, PriceModel, "model")
        if isinstance(self.model, Wrapped):
            raise InvalidValue("a wrapped model is not wrapped again", place="model")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise InvalidValue("the minimum is above the maximum", place="minimum", value=str(self.minimum))

    def billed(self, quantity: Exact, share: tuple[int, int] = (1, 1), allowance: Exact = ZERO) -> Exact:
        """The quantity that the model sees: multiplied, less the share of what is included, not below zero."""
        free = ex.ratio(ex.add(self.included, allowance), share[1], share[0])
        rest = ex.subtract(ex.multiply(quantity, self.unit_multiplier), free)
        return max(rest, ZERO)

    def rate(self, quantity: Exact, share: tuple[int, int] = (1, 1), allowance: Exact = ZERO) -> Rating:
        """The rating; ``share`` (n of d) scales included, minimum and maximum, ``allowance`` adds to included."""
        seen = self.billed(quantity, share, allowance)
        inner = self.model.rate(seen)
        steps, amount = list(inner.steps), inner.amount
        free = ex.subtract(ex.multiply(max(quantity, ZERO), self.unit_multiplier), seen)
        if free > 0:
            steps.insert(0, Step("included", free))
        if self.minimum is not None and (least := ex.ratio(self.minimum, share[1], share[0])) > amount:
            steps.append(Step("minimum", amount=ex.subtract(least, amount)))
            amount = least
        if self.maximum is not None and (most := ex.ratio(self.maximum, share[1], share[0])) < amount:
            steps.append(Step("maximum", amount=ex.subtract(most, amount)))
            amount = most
        return Rating(amount, inner.quantity, tuple(steps))

    def amount(self, quantity: Exact) -> Exact:
        """The exact amount, without a breakdown."""
        return self.rate(quantity).amount
