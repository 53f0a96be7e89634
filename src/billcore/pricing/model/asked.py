"""Asking a price model: billcore's own answer right, one of a host's own is looked at before money rests on it.

>>> class Wrong(PriceModel):
...     def rate(self, quantity: Exact) -> Rating:
...         return Rating(Decimal("NaN"), quantity)
>>> rating_by(Wrong(), Decimal(1))
Traceback (most recent call last):
...
billcore.kernel.errors.InvalidValue: model: the price model answers no exact amount (got Decimal('NaN'); ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

from billcore.kernel import BillcoreError, Exact, InvalidValue, of_kind
from billcore.pricing.model.flat import Flat, PerUnit
from billcore.pricing.model.matrix import Matrix
from billcore.pricing.model.package import Package
from billcore.pricing.model.percentage import Dynamic, GraduatedPercentage, Percentage
from billcore.pricing.model.progressive import Progressive
from billcore.pricing.model.tiered import Graduated, StairStep, Volume
from billcore.pricing.rating import Event, EventModel, PriceModel, Rating, Step

__all__ = ["events_by", "rating_by"]

_OURS = frozenset(
    {
        *(Flat, PerUnit, Graduated, Volume, StairStep, Package, Progressive, GraduatedPercentage),
        *(Dynamic, Percentage, Matrix),
    }
)
_MOST_DIGITS = 100
"""Far more than any price comes to, far fewer than a store could not keep."""
_MOST = 10**_MOST_DIGITS


def rating_by(model: PriceModel, quantity: Exact) -> Rating:
    """What a model answers for a quantity.

    Raises ``InvalidValue`` where one of a host's own fails, or answers what no invoice can stand on: no ``Rating``, a
    float, NaN, less than nothing.
    """
    if type(model) in _OURS:
        return model.rate(quantity)
    return _checked(model, lambda: model.rate(quantity))


def events_by(model: EventModel, events: Iterable[Event]) -> Rating:
    """What a model by event answers, looked at alike."""
    if type(model) in _OURS:
        return model.rate_events(events)
    return _checked(model, lambda: model.rate_events(events))


def _checked(model: PriceModel, ask: Callable[[], Rating]) -> Rating:
    try:
        found = ask()
    except BillcoreError:
        raise
    except Exception as error:  # the host's code: whatever it raises parks one account, not the run
        what = f"{type(error).__name__}: {error}"
        raise InvalidValue("the price model failed", place="model", value=what, hint=type(model).__name__) from error
    of_kind(found, Rating, "model")
    of_kind(found.steps, tuple, "model.steps")
    _exact(model, found.amount, "amount")
    _exact(model, found.quantity, "quantity")
    if found.amount < 0:
        hint = type(model).__name__
        raise InvalidValue("the price model answers less than nothing", place="model", value=found.amount, hint=hint)
    for step in found.steps:
        of_kind(step, Step, "model.steps")
        for number in (step.quantity, step.unit_amount, step.flat_amount, step.amount):
            _exact(model, number, "step")
    return found


def _exact(model: PriceModel, value: object, what: str) -> None:
    if type(value) is Decimal and value.is_finite():
        if not value or (int(value.as_tuple().exponent) >= -_MOST_DIGITS and value.adjusted() < _MOST_DIGITS):
            return
    elif type(value) is Fraction and abs(value.numerator) < _MOST and value.denominator < _MOST:
        return
    hint = f"{type(model).__name__} gives a Decimal or a Fraction of at most {_MOST_DIGITS} digits"
    raise InvalidValue(f"the price model answers no exact {what}", place="model", value=value, hint=hint)
