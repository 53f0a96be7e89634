"""Flat and per-unit prices."""

from __future__ import annotations

from decimal import Decimal

import attrs

from billcore.kernel import ZERO, Exact
from billcore.kernel import exact as ex
from billcore.pricing import fields
from billcore.pricing.rating import Rating, Step

__all__ = ["Flat", "PerUnit"]

_multiply = ex.CONTEXT.multiply


@attrs.frozen
class Flat:
    """``amount``, whatever the quantity."""

    value: Decimal = attrs.field(alias="amount", converter=fields.amount)

    def amount(self, quantity: Exact) -> Exact:  # noqa: ARG002 - a flat price does not look at it
        """The exact amount, without a breakdown."""
        return self.value

    def rate(self, quantity: Exact) -> Rating:
        """The flat amount as one step."""
        return Rating(self.value, quantity, (Step("flat", quantity, ZERO, self.value, self.value),))


@attrs.frozen
class PerUnit:
    """``unit_amount`` for each unit; a negative quantity costs nothing."""

    unit_amount: Decimal = attrs.field(converter=fields.unit_amount)

    def amount(self, quantity: Exact) -> Exact:
        """The exact amount, without a breakdown."""
        if type(quantity) is Decimal:
            return ZERO if quantity.is_signed() else _multiply(quantity, self.unit_amount)
        return ex.multiply(quantity, self.unit_amount) if quantity > 0 else ZERO

    def rate(self, quantity: Exact) -> Rating:
        """Quantity times unit amount as one step."""
        units = quantity if quantity > 0 else ZERO
        amount = ex.multiply(units, self.unit_amount)
        return Rating(amount, units, (Step("units", units, self.unit_amount, ZERO, amount),))
