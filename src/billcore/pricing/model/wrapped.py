"""Wrappers around any model: what is counted, what is free, and the least and most that it comes to.

Order: quantity x multiplier / divisor, rounded, at least the minimum quantity, less included (not below zero), the
model, then the minimum, then the maximum, and where all of these are credits, times what one is worth. With
``per_window`` each window's quantity goes through this alone, up to the model; the amounts add up, and minimum and
maximum hold for their sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

import attrs

from billcore.kernel import DAY, HOUR, MINUTE, ONE, ZERO, Exact, Interval, InvalidValue, Rounding, of_kind, round_to
from billcore.kernel import exact as ex
from billcore.pricing import fields
from billcore.pricing.credit_unit import CreditUnit
from billcore.pricing.model.asked import events_by, rating_by
from billcore.pricing.rating import Event, EventModel, PriceModel, Rating, Step, rescaled, together

__all__ = ["UnitRound", "Wrapped", "credits_of", "in_credits", "without_credits"]

_WINDOWS = (MINUTE, HOUR, DAY)
_MOST_PLACES = 12


@attrs.frozen(kw_only=True)
class UnitRound:
    """How units are rounded before they are priced: to so many ``places``, ``up``, ``down`` or ``half_up``."""

    MODES: ClassVar[tuple[Rounding, ...]] = (Rounding.UP, Rounding.DOWN, Rounding.HALF_UP)

    places: int = 0
    mode: Rounding = Rounding.UP

    def __attrs_post_init__(self) -> None:
        if type(self.places) is not int or not 0 <= self.places <= _MOST_PLACES:
            raise InvalidValue("places are 0 to 12", place="places", value=self.places)
        if self.mode not in self.MODES:
            raise InvalidValue("units are rounded up, down or half_up", place="mode", value=self.mode)


@attrs.frozen(kw_only=True)
class Wrapped:
    """A model with ``included`` units free, an amount of at least ``minimum`` and at most ``maximum``.

    ``unit_multiplier``, ``unit_divisor`` and ``unit_round`` turn what the meter counts into what the price counts
    (begun thousands of tokens: divisor 1000, rounded up). ``per_window`` rates each minute, hour or day alone.
    ``interim`` lets usage be billed before its period ends: the quantity so far is rated less what was billed, the
    minimum only at the end. ``minimum_quantity`` is what is priced at least, of the units as the price counts them.
    ``credits`` says that the model, the minimum and the maximum are in credits, and what one is worth: a catalog sets
    it on a price whose currency is a credit unit.
    """

    model: PriceModel
    unit_multiplier: Decimal = attrs.field(default=ONE, converter=fields.unit_multiplier)
    unit_divisor: Decimal = attrs.field(default=ONE, converter=fields.unit_divisor)
    unit_round: UnitRound | None = None
    included: Decimal = attrs.field(default=ZERO, converter=fields.included)
    minimum: Decimal | None = attrs.field(default=None, converter=fields.minimum)
    maximum: Decimal | None = attrs.field(default=None, converter=fields.maximum)
    per_window: Interval | None = None
    interim: bool = False
    minimum_quantity: Decimal = attrs.field(default=ZERO, converter=fields.minimum_quantity)
    credits: CreditUnit | None = None

    def __attrs_post_init__(self) -> None:
        of_kind(self.model, PriceModel, "model")
        of_kind(self.credits, CreditUnit | None, "credits")
        of_kind(self.unit_round, UnitRound | None, "unit_round")
        of_kind(self.interim, bool, "interim")
        if isinstance(self.model, Wrapped):
            raise InvalidValue("a wrapped model is not wrapped again", place="model")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise InvalidValue("the minimum is above the maximum", place="minimum", value=str(self.minimum))
        if self.per_window is not None and self.per_window not in _WINDOWS:
            raise InvalidValue("a window is a minute, an hour or a day", place="per_window", value=self.per_window)
        if isinstance(self.model, EventModel):
            self._events_whole()

    def _events_whole(self) -> None:
        """Units are taken off a sum; off which event would have to be guessed."""
        counted = {
            "unit_multiplier": ONE,
            "unit_divisor": ONE,
            "unit_round": None,
            "included": ZERO,
            "per_window": None,
            "minimum_quantity": ZERO,
        }
        for place, default in counted.items():
            if getattr(self, place) != default:
                raise InvalidValue("a price by event takes its events as they are", place=place)

    @property
    def so_far(self) -> Wrapped:
        """The same before the period's end: no minimum yet, of an amount or of units."""
        return attrs.evolve(self, minimum=None, minimum_quantity=ZERO)

    def counted(self, quantity: Exact) -> Exact:
        """What the price counts: multiplied, divided and rounded; not below zero."""
        units = ex.multiply(max(quantity, ZERO), self.unit_multiplier)
        if self.unit_divisor != ONE:
            units = ex.ratio(units, self.unit_divisor)
        return units if self.unit_round is None else round_to(units, self.unit_round.places, self.unit_round.mode)

    def billed(self, quantity: Exact, share: tuple[int, int] = (1, 1), allowance: Exact = ZERO) -> Exact:
        """The quantity that the model sees: counted, less the share of what is included, not below zero."""
        free = ex.ratio(ex.add(self.included, allowance), share[1], share[0])
        return max(ex.subtract(self._priced(quantity, share), free), ZERO)

    def _priced(self, quantity: Exact, share: tuple[int, int]) -> Exact:
        """The units counted, or the share of the minimum quantity where they are fewer."""
        units = self.counted(quantity)
        if not self.minimum_quantity:
            return units
        return max(units, ex.ratio(self.minimum_quantity, share[1], share[0]))

    def rate(self, quantity: Exact, share: tuple[int, int] = (1, 1), allowance: Exact = ZERO) -> Rating:
        """The rating; ``share`` (n of d) scales included, minimum and maximum, ``allowance`` adds to included."""
        inner = self._inner(quantity, share, allowance)
        return self._bounded(inner.amount, inner.quantity, inner.steps, share)

    def rate_windows(
        self,
        quantities: Iterable[Exact],
        share: tuple[int, int] = (1, 1),
        allowance: Exact = ZERO,
        *,
        parts: Iterable[tuple[int, int]] | None = None,
    ) -> Rating:
        """Each window's quantity rated alone, tiers and included units anew, added step by step; then the bounds.

        ``share`` scales the bounds alone: what is included is whole in each window, or the share that ``parts`` tell.
        """
        whole = ((quantity, (1, 1)) for quantity in quantities)
        told = whole if parts is None else zip(quantities, parts, strict=True)
        windows = [self._inner(quantity, part, allowance) for quantity, part in told]
        steps: dict[str, Step] = {}
        for step in (step for window in windows for step in window.steps):
            steps[step.name] = step if (so_far := steps.get(step.name)) is None else together(so_far, step)
        amount, seen = ex.total(one.amount for one in windows), ex.total(one.quantity for one in windows)
        return self._bounded(amount, seen, steps.values(), share)

    def rate_events(self, events: Iterable[Event], share: tuple[int, int] = (1, 1)) -> Rating:
        """The events as the model rates them, then the bounds; a model of quantities rates their sum."""
        if not isinstance(self.model, EventModel):
            return self.rate(ex.total(event.value for event in events), share)
        inner = events_by(self.model, events)
        return self._bounded(inner.amount, inner.quantity, inner.steps, share)

    def amount(self, quantity: Exact) -> Exact:
        """The exact amount, without a breakdown."""
        return self.rate(quantity).amount

    def _inner(self, quantity: Exact, share: tuple[int, int], allowance: Exact) -> Rating:
        """The model's rating, before the bounds; the first step says what was free."""
        seen = self.billed(quantity, share, allowance)
        inner = rating_by(self.model, seen)
        free = ex.subtract(self._priced(quantity, share), seen)
        steps = (Step("included", free), *inner.steps) if free > ZERO else inner.steps
        return Rating(inner.amount, inner.quantity, steps)

    def _bounded(self, amount: Exact, quantity: Exact, found: Iterable[Step], share: tuple[int, int]) -> Rating:
        steps = list(found)
        if self.minimum is not None and (least := ex.ratio(self.minimum, share[1], share[0])) > amount:
            steps.append(Step("minimum", amount=ex.subtract(least, amount)))
            amount = least
        if self.maximum is not None and (most := ex.ratio(self.maximum, share[1], share[0])) < amount:
            steps.append(Step("maximum", amount=ex.subtract(most, amount)))
            amount = most
        if self.credits is not None:
            worth = self.credits.rate
            return rescaled(Rating(amount, quantity, tuple(steps)), lambda found: ex.multiply(found, worth))
        return Rating(amount, quantity, tuple(steps))


def wrapped(model: PriceModel) -> Wrapped:
    """The model with its wrapper, an empty one if it has none."""
    return model if isinstance(model, Wrapped) else Wrapped(model=model)


def unwrapped(model: PriceModel) -> PriceModel:
    """The model without its wrapper."""
    return model.model if isinstance(model, Wrapped) else model


def credits_of(model: PriceModel) -> CreditUnit | None:
    """The credits that a model's amounts are counted in, if they are."""
    return model.credits if isinstance(model, Wrapped) else None


def in_credits(model: PriceModel, unit: CreditUnit) -> Wrapped:
    """The model, its amounts being credits of the unit."""
    return attrs.evolve(wrapped(model), credits=unit)


def without_credits(model: PriceModel) -> PriceModel:
    """The model that gives credits themselves."""
    return attrs.evolve(model, credits=None) if isinstance(model, Wrapped) and model.credits is not None else model
