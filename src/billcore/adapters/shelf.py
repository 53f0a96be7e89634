"""One table in memory: rows by key, their unique values, and sorted orders that are made when first asked for."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from typing import TypeAlias, cast

import attrs

from billcore.adapters.conditions import condition
from billcore.adapters.rows import ordered_by, picker, refused
from billcore.kernel.errors import InvalidValue
from billcore.ports.tables import Index, Row, Table, Value

__all__ = ["Shelf"]

_Place: TypeAlias = tuple[object, ...]
"""A row's place in an order: its tenant, then the order's columns, where a null is below everything else."""


class _Edge:
    """Above or below every other value, so that ``(*prefix, TOP)`` ends all that begins with ``prefix``."""

    def __init__(self, *, above: bool) -> None:
        self._above = above

    def __gt__(self, _: object) -> bool:
        return self._above

    def __lt__(self, _: object) -> bool:
        return not self._above


_TOP, _BOTTOM = _Edge(above=True), _Edge(above=False)
_NULL, _NO_NULL = (0,), (1,)


class _Order:
    """Places of a table's rows, sorted; and how to come from a place to its row's key."""

    def __init__(self, table: Table, index: Index | None) -> None:
        columns = ordered_by(table, index)
        self._pick = picker([table.position(name) for name in columns])
        self._nulls = tuple(table.columns[table.position(name)].null for name in columns)
        self._some = any(self._nulls)
        self._key = picker([0, *(1 + columns.index(name) for name in table.key)])
        self.places: list[_Place] = []

    def place(self, tenant: str, row: Row) -> _Place:
        values = self._pick(row)
        return (tenant, *(self.lifted(values) if self._some else values))

    def lifted(self, values: Row, skip: int = 0) -> _Place:
        """Values of the order's columns behind the first ``skip``, made comparable with nulls."""
        nulls = self._nulls[skip:]
        return tuple(
            _lifted(value) if null else _BOTTOM if value is None else value
            for value, null in zip(values, nulls, strict=False)
        )

    def key(self, place: _Place) -> Row:
        """The tenant and the key of the row at a place: columns of a key are never null, so never lifted."""
        return self._key(cast("Row", place))

    def nullable(self, column: int) -> bool:
        return self._nulls[column]

    def remove(self, place: _Place) -> None:
        del self.places[bisect_left(self.places, place)]


def _lifted(value: Value) -> _Place:
    return _NULL if value is None else (1, value)


@attrs.frozen(eq=False)
class _Reference:
    pick: Callable[[Row], Row]
    parent: str


class Shelf:
    """The rows of one table, of all tenants."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows: dict[Row, Row] = {}
        self.references = [
            _Reference(picker([table.position(name) for name in columns]), parent)
            for columns, parent in table.references
        ]
        self._key = picker([table.position(name) for name in table.key])
        self._checks = [(name, condition(written, table.names)) for name, written in table.checks]
        self._unique: dict[Index, tuple[Callable[[Row], Row], dict[Row, Row]]] = {
            index: (picker([table.position(name) for name in index.columns]), {})
            for index in table.indexes
            if index.unique
        }
        self._orders: dict[tuple[str, ...] | None, _Order] = {}

    def key(self, tenant: str, row: Row) -> Row:
        """The tenant and the key of a row."""
        return (tenant, *self._key(row))

    def check(self, row: Row) -> None:
        """Raise ``ConstraintViolated`` if one of the table's checks is false."""
        for name, fits in self._checks:
            if not fits(row):
                raise refused(self.table, name)

    def free(self, tenant: str, row: Row) -> None:
        """Raise ``ConstraintViolated`` if another row has this one's values of a unique index."""
        key = self.key(tenant, row)
        for index, (pick, taken) in self._unique.items():
            if taken.get((tenant, *pick(row)), key) != key:
                raise refused(self.table, f"unique ({', '.join(index.columns)})")

    def put(self, tenant: str, row: Row) -> Row | None:
        """Keep a row under its key; the row that was there before."""
        before = self.take(tenant, row)
        key = self.key(tenant, row)
        self.rows[key] = row
        for pick, taken in self._unique.values():
            values = pick(row)
            if None not in values:
                taken[tenant, *values] = key
        for order in self._orders.values():
            insort(order.places, order.place(tenant, row))
        return before

    def take(self, tenant: str, row: Row) -> Row | None:
        """Remove the row that has the key of this one."""
        before = self.rows.pop(self.key(tenant, row), None)
        if before is not None:
            for pick, taken in self._unique.values():
                taken.pop((tenant, *pick(before)), None)
            for order in self._orders.values():
                order.remove(order.place(tenant, before))
        return before

    def find(
        self,
        tenant: str,
        index: Index | None,
        equal: Row,
        bounds: tuple[Value, Value],
        after: Row | None,
        *,
        backwards: bool,
    ) -> Iterator[Row]:
        """The rows that ``ReadTx.find`` describes, of all customers."""
        order = self._order(index)
        start = (tenant, *order.lifted(equal))
        low, high = start, (*start, _TOP)
        at_least, at_most = bounds
        if at_most is not None:
            high = (*start, *order.lifted((at_most,), len(equal)), _TOP)
        if at_least is not None:
            low = (*start, *order.lifted((at_least,), len(equal)))
        elif at_most is not None and order.nullable(len(equal)):
            low = (*start, _NO_NULL)
        begin = bisect_left(order.places, low)
        if after is not None:
            behind = (*start, *order.lifted(after, len(equal)), _TOP)
            begin = max(begin, bisect_left(order.places, behind))
        end = bisect_left(order.places, high)
        found = range(begin, end)
        return (self.rows[order.key(order.places[place])] for place in (reversed(found) if backwards else found))

    def _order(self, index: Index | None) -> _Order:
        name = None if index is None else index.columns
        order = self._orders.get(name)
        if order is None:
            if index is not None and index not in self.table.indexes:
                raise InvalidValue("not an index of the table", place=self.table.name, value=index)
            order = _Order(self.table, index)
            order.places = sorted(order.place(str(key[0]), row) for key, row in self.rows.items())
            self._orders[name] = order
        return order
