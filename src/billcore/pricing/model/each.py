"""Each event priced alone, at no less than a minimum: a run costs at least a cent (requirements.md, R1-06).

>>> from billcore.pricing import PerUnit
>>> run = EachEvent(PerUnit("0.01"), "0.01")
>>> [str(run.rate(Decimal(seconds)).amount) for seconds in ("2", "0.4")]
['0.02', '0.010']
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import attrs

from billcore.kernel import ZERO, Exact, InvalidValue, of_kind
from billcore.kernel import exact as ex
from billcore.pricing import fields
from billcore.pricing.model.asked import rating_by
from billcore.pricing.model.wrapped import Wrapped, unwrapped
from billcore.pricing.rating import Event, EventModel, PriceModel, Rating, Step, together

__all__ = ["EachEvent"]


@attrs.frozen
class EachEvent:
    """What ``model`` makes of each event's value, at least ``event_minimum`` each; the amounts add up.

    Tiers and the rounding of units start anew with each event. An event below zero counts as zero.
    """

    model: PriceModel
    event_minimum: Decimal = attrs.field(converter=fields.event_minimum)

    def __attrs_post_init__(self) -> None:
        of_kind(self.model, PriceModel, "model")
        if isinstance(unwrapped(self.model), EventModel):
            raise InvalidValue("the model is by event itself", place="event_minimum", value=str(self.event_minimum))
        if isinstance(self.model, Wrapped) and (self.model.included or self.model.per_window is not None):
            raise InvalidValue("what is included comes off a sum, not off events", place="event_minimum")

    def rate(self, quantity: Exact) -> Rating:
        """The quantity as one event; none where there is nothing."""
        return self.rate_events((Event(quantity),) if quantity > ZERO else ())

    def rate_events(self, events: Iterable[Event]) -> Rating:
        """The events one by one, their steps added by name, and what the minimum raised."""
        steps: dict[str, Step] = {}
        seen: list[Exact] = []
        raised: list[Exact] = []
        for event in events:
            rating = rating_by(self.model, max(event.value, ZERO))
            seen.append(rating.quantity)
            for step in rating.steps:
                steps[step.name] = step if (so_far := steps.get(step.name)) is None else together(so_far, step)
            if rating.amount < self.event_minimum:
                raised.append(ex.subtract(self.event_minimum, rating.amount))
        found = tuple(steps.values())
        if raised:
            found = (*found, Step("event minimum", amount=ex.total(raised)))
        return Rating(ex.total([step.amount for step in found]), ex.total(seen), found)
