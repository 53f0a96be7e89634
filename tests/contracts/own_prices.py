"""Price models of one's own, as a host would write them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

import attrs

from billcore.kernel import Exact
from billcore.kernel import exact as ex
from billcore.pricing import Event, PriceModel, Rating, Step

__all__ = ["Greedy", "Surge"]


@attrs.frozen
class Surge(PriceModel):
    """Units beyond ``calm`` count twice."""

    archived_as: ClassVar[str] = "tests.surge"

    unit_amount: Decimal
    calm: Decimal

    def rate(self, quantity: Exact) -> Rating:
        """Calm units, then the others at twice the price."""
        units = max(quantity, ex.ZERO)
        calm, beyond = min(units, self.calm), max(ex.subtract(units, self.calm), ex.ZERO)
        double = ex.multiply(self.unit_amount, Decimal(2))
        parts = (("calm", calm, self.unit_amount), ("surge", beyond, double))
        steps = tuple(Step(name, n, unit, ex.ZERO, ex.multiply(n, unit)) for name, n, unit in parts if n)
        return Rating(ex.total([step.amount for step in steps]), units, steps)


@attrs.frozen
class Greedy(PriceModel):
    """Only the largest event is paid for."""

    archived_as: ClassVar[str] = "tests.greedy"

    unit_amount: Decimal

    def rate(self, quantity: Exact) -> Rating:
        """The quantity as one event."""
        return self.rate_events([Event(quantity)])

    def rate_events(self, events: Iterable[Event]) -> Rating:
        """The largest of them."""
        most = max((event.value for event in events), default=ex.ZERO)
        units = max(most, ex.ZERO)
        amount = ex.multiply(units, self.unit_amount)
        return Rating(amount, units, (Step("largest", units, self.unit_amount, ex.ZERO, amount),))
