"""Explanations: an amount as a tree that recomputes to it.

A node says how its value follows from its children; ``recompute`` folds the tree again, from the leaves, and must give
the same exact number. Explanations are made on demand from snapshot and facts, and never stored.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from billcore.kernel import Exact, Rounding, minor_units
from billcore.kernel import exact as ex
from billcore.pricing.rating import BOUNDS, FREE, Rating

__all__ = ["Explanation", "Operation", "explain_rating", "leaf"]

Operation: TypeAlias = Literal["value", "sum", "product", "ratio", "round", "remainder"]
"""How a value follows: given, a sum, a product, first over second, rounded to minor units, or first less rest."""


@attrs.frozen
class Explanation:
    """``label`` for people, ``value`` exact, and the parts it is made of.

    ``id`` is the path from the root (``1.2``), stable for the same facts. ``note`` carries what no number says: a code,
    a date, an order.
    """

    label: str
    value: Exact
    operation: Operation = "value"
    children: tuple[Explanation, ...] = ()
    note: str | None = None
    places: int | None = None
    mode: Rounding = Rounding.HALF_UP
    id: str = "1"

    def recompute(self) -> Exact:
        """The value, worked out again from the leaves."""
        parts = [child.recompute() for child in self.children]
        match self.operation:
            case "value":
                return self.value
            case "sum":
                return ex.total(parts)
            case "product":
                product: Exact = ex.ONE
                for part in parts:
                    product = ex.multiply(product, part)
                return product
            case "ratio":
                return ex.ratio(parts[0], parts[1])
            case "remainder":
                return ex.subtract(parts[0], ex.total(parts[1:]))
            case "round":
                places = self.places or 0
                return ex.scaled(minor_units(parts[0], places, self.mode), places)

    def numbered(self, path: str = "1") -> Explanation:
        """The same tree with every node's id set to its path."""
        children = tuple(child.numbered(f"{path}.{index}") for index, child in enumerate(self.children, 1))
        return attrs.evolve(self, id=path, children=children)


def leaf(label: str, value: Exact, note: str | None = None) -> Explanation:
    """A number that is given, not computed."""
    return Explanation(label, value, note=note)


def explain_rating(rating: Rating, label: str = "rated amount") -> Explanation:
    """The rating's steps as a sum: quantity times unit amount plus flat amount, or what a minimum or maximum moved."""
    children = []
    for step in rating.steps:
        if step.name in FREE:
            continue
        if step.name in BOUNDS:
            children.append(leaf(step.name, step.amount))
            continue
        parts = []
        if step.unit_amount or not step.flat_amount:
            factors = (leaf("units", step.quantity), leaf("unit amount", step.unit_amount))
            parts.append(Explanation("units", ex.multiply(step.quantity, step.unit_amount), "product", factors))
        if step.flat_amount:
            parts.append(leaf("flat amount", step.flat_amount))
        children.append(Explanation(step.name, step.amount, "sum", tuple(parts)))
    free = ex.total(step.quantity for step in rating.steps if step.name in FREE)
    note = f"{ex.text(free)} units included" if free else None
    if not children:
        return leaf(label, rating.amount, note)
    return Explanation(label, rating.amount, "sum", tuple(children), note)
