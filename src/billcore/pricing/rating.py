"""What a price model answers: an exact amount and how it came about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, runtime_checkable

import attrs

from billcore.kernel import ZERO, Exact, FrozenMap
from billcore.kernel import exact as ex

__all__ = ["Event", "EventModel", "PriceModel", "Rating", "Step"]


@attrs.frozen
class Event:
    """One event as a price sees it: the value that its meter reads, and what it says of itself."""

    value: Exact
    properties: FrozenMap[str, str] = attrs.field(factory=FrozenMap)


FREE = frozenset({"included", "free"})
"""Names of steps that say what cost nothing."""
BOUNDS = frozenset({"minimum", "maximum", "event minimum", "event maximum"})
"""Names of steps that say what a bound moved; all others are a quantity at its amounts."""


@attrs.frozen
class Step:
    """One part of a rating: ``quantity`` x ``unit_amount`` + ``flat_amount`` = ``amount``.

    ``name`` says which part: ``tier 2``, ``packages``, ``bracket 1``, ``included``, ``minimum``, ``maximum``. An
    ``included`` (or ``free``) step has the units taken off and no amount; a ``minimum`` adds, a ``maximum`` takes away.
    """

    name: str
    quantity: Exact = ZERO
    unit_amount: Exact = ZERO
    flat_amount: Exact = ZERO
    amount: Exact = ZERO


def together(a: Step, b: Step) -> Step:
    """Two steps of one name: a unit costs the same in both, where there are any."""
    return Step(
        a.name,
        ex.add(a.quantity, b.quantity),
        a.unit_amount if a.quantity else b.unit_amount,
        ex.add(a.flat_amount, b.flat_amount),
        ex.add(a.amount, b.amount),
    )


@attrs.frozen
class Rating:
    """The exact ``amount`` for a quantity, in major units of the price's currency; its ``steps`` sum to it.

    ``quantity`` is what the model saw, after the multiplier and the included units.
    """

    amount: Exact
    quantity: Exact
    steps: tuple[Step, ...] = ()


def rescaled(rating: Rating, change: Callable[[Exact], Exact]) -> Rating:
    """The rating with every amount of it in another unit."""
    steps = tuple(
        Step(step.name, step.quantity, change(step.unit_amount), change(step.flat_amount), change(step.amount))
        for step in rating.steps
    )
    return Rating(change(rating.amount), rating.quantity, steps)


@runtime_checkable
class PriceModel(Protocol):
    """A price model: any frozen value with this one operation.

    ``rate`` is pure, exact and total over quantities; a negative one costs what zero costs. The quantity is a
    ``Decimal`` unless a share of included units makes it one that does not end.
    """

    def rate(self, quantity: Exact) -> Rating:
        """The exact amount for ``quantity`` units and its breakdown."""
        ...


@runtime_checkable
class EventModel(PriceModel, Protocol):
    """A price model that needs the events themselves, not only what they come to.

    Its ``rate`` takes the quantity as one event that says nothing of itself.
    """

    def rate_events(self, events: Iterable[Event]) -> Rating:
        """The exact amount for events in the order of their time, and its breakdown."""
        ...
