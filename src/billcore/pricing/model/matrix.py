"""Matrix prices: the unit amount depends on what the event says of itself.

>>> calls = Matrix(["region"], [Cell({"region": "eu"}, "0.10")], default_unit_amount="0.20")
>>> [str(calls.rate_events([Event(Decimal(3), FrozenMap({"region": region}))]).amount) for region in ("eu", "us")]
['0.3', '0.6']
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs

from billcore.kernel import ZERO, Exact, FrozenMap, InvalidValue, several
from billcore.kernel import exact as ex
from billcore.pricing import fields, said
from billcore.pricing.rating import Event, Rating, Step

__all__ = ["Cell", "Matrix"]


def _values(values: Mapping[str, str]) -> FrozenMap[str, str]:
    for name, value in said.table(values, "values").items():
        if not isinstance(value, str):
            raise InvalidValue("a property is text", place=f"values.{name}", value=value)
    return FrozenMap(values)


@attrs.frozen
class Cell:
    """``unit_amount`` for events whose properties have these ``values``."""

    values: FrozenMap[str, str] = attrs.field(converter=_values)
    unit_amount: Decimal = attrs.field(converter=fields.unit_amount)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return several(names, str, "dimensions", "names")


def _cells(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    return several(cells, Cell, "cells")


@attrs.frozen
class Matrix:
    """Each event's value at the unit amount of its cell: the one with the event's values in all ``dimensions``.

    An event without a cell is priced at ``default_unit_amount``; where there is none, it is an error, as it must be
    neither free nor guessed.
    """

    dimensions: tuple[str, ...] = attrs.field(converter=_names)
    cells: tuple[Cell, ...] = attrs.field(converter=_cells)
    default_unit_amount: Decimal | None = attrs.field(default=None, converter=fields.default_unit_amount)
    _table: dict[tuple[str, ...], Decimal] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.dimensions or len(set(self.dimensions)) < len(self.dimensions):
            raise InvalidValue("dimensions are one or more different names", place="dimensions", value=self.dimensions)
        table: dict[tuple[str, ...], Decimal] = {}
        for index, cell in enumerate(self.cells):
            if set(cell.values) != set(self.dimensions):
                raise InvalidValue("a cell names every dimension", place=f"cells[{index}].values", value=cell.values)
            key = tuple(cell.values[name] for name in self.dimensions)
            if key in table:
                raise InvalidValue("two cells for the same values", place=f"cells[{index}].values", value=cell.values)
            table[key] = cell.unit_amount
        object.__setattr__(self, "_table", table)

    def rate(self, quantity: Exact) -> Rating:
        """The quantity as one event that says nothing of itself."""
        return self.rate_events((Event(quantity),) if quantity > ZERO else ())

    def rate_events(self, events: Iterable[Event]) -> Rating:
        """One step for each cell that has events, in the order of the cells, the default last.

        A cell's events cost nothing where they sum below zero. Raises ``InvalidValue`` for an event without a cell,
        where there is no default.
        """
        sums: dict[tuple[str, ...] | None, Exact] = {}
        for event in events:
            key = self._key(event)
            sums[key] = ex.add(sums.get(key, ZERO), event.value)
        steps = []
        for key in (*self._table, None):
            units: Exact = max(sums.get(key, ZERO), ZERO)
            if units:
                price = self.default_unit_amount or ZERO if key is None else self._table[key]
                name = "default" if key is None else "/".join(key)
                steps.append(Step(name, units, price, ZERO, ex.multiply(units, price)))
        return Rating(
            ex.total([step.amount for step in steps]), ex.total([step.quantity for step in steps]), tuple(steps)
        )

    def _key(self, event: Event) -> tuple[str, ...] | None:
        found = tuple(event.properties.get(name, "") for name in self.dimensions)
        if found in self._table:
            return found
        if self.default_unit_amount is None:
            told = {name: event.properties.get(name) for name in self.dimensions}
            raise InvalidValue("no cell for this event, and no default", place="cells", value=told)
        return None
