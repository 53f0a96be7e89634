"""What a price model answers: an exact amount and how it came about."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import attrs

from billcore.kernel import ZERO, Exact

__all__ = ["PriceModel", "Rating", "Step"]


@attrs.frozen
class Step:
    """One part of a rating: ``quantity`` x ``unit_amount`` + ``flat_amount`` = ``amount``.

    ``name`` says which part: ``tier 2``, ``packages``, ``bracket 1``, ``included``, ``minimum``, ``maximum``. An
    ``included`` step has the units taken off and no amount; a ``minimum`` adds, a ``maximum`` takes away.
    """

    name: str
    quantity: Exact = ZERO
    unit_amount: Exact = ZERO
    flat_amount: Exact = ZERO
    amount: Exact = ZERO


@attrs.frozen
class Rating:
    """The exact ``amount`` for a quantity, in major units of the price's currency; its ``steps`` sum to it.

    ``quantity`` is what the model saw, after the multiplier and the included units.
    """

    amount: Exact
    quantity: Exact
    steps: tuple[Step, ...] = ()


@runtime_checkable
class PriceModel(Protocol):
    """A price model: any frozen value with this one operation.

    ``rate`` is pure, exact and total over quantities; a negative one costs what zero costs. The quantity is a
    ``Decimal`` unless a share of included units makes it one that does not end.
    """

    def rate(self, quantity: Exact) -> Rating:
        """The exact amount for ``quantity`` units and its breakdown."""
        ...
