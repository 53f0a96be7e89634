"""The statements on one table, put together once, out of its columns alone; every value is a parameter."""

# ruff: noqa: S608 - statements are put together out of our own names; every value is a parameter
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import attrs

from billcore.adapters.rows import ordered_by
from billcore.adapters.sql.dialect import Dialect
from billcore.kernel.errors import InvalidValue
from billcore.ports.tables import Index, Table

__all__ = ["PREFIX", "Shape", "Statements", "chunks", "named"]

V = TypeVar("V")

PREFIX = "billcore_"
# How many values one statement names: few lengths, so that the driver's cache of statements stays small.
_LENGTHS = (1, 8, 64, 500)


def named(table: Table) -> str:
    """The table's name in the database."""
    return PREFIX + table.name


def chunks(values: Sequence[V]) -> Iterator[Sequence[V]]:
    """The values in parts for an IN (...); the last one is filled up by repeating a value."""
    most = _LENGTHS[-1]
    for start in range(0, len(values), most):
        part = list(values[start : start + most])
        missing = next(length for length in _LENGTHS if length >= len(part)) - len(part)
        yield part + part[-1:] * missing


@attrs.frozen
class Shape:
    """Which parts a ``find`` has, and which of its values are null (they are spelled otherwise)."""

    equal: tuple[bool, ...] = ()
    at_least: bool = False
    at_most: bool = False
    after: tuple[bool, ...] | None = None
    own: bool = False
    limited: bool = False
    backwards: bool = False


class Statements:
    """The statements on one table."""

    def __init__(self, dialect: Dialect, table: Table) -> None:
        self._dialect = dialect
        self._table = table
        self._made: dict[object, str] = {}
        spelled, name = dialect.spelled, named(table)
        columns, key = ", ".join(table.names), ", ".join(("tenant", *table.key))
        self._select = f"SELECT {columns} FROM {name} WHERE tenant = ?"
        self._own = " AND customer = ?"
        by_key = "".join(f" AND {column} = ?" for column in table.key)
        self.insert = spelled(f"INSERT INTO {name} (tenant, {columns}) VALUES (?{', ?' * len(table.columns)})")
        self.absent = f"{self.insert} ON CONFLICT ({key}) DO NOTHING"
        self.get = spelled(self._select + by_key)
        self.get_own = spelled(self._select + by_key + self._own)
        if table.version is not None:
            changes = ", ".join(f"{column} = ?" for column in table.changes)
            self.update = spelled(f"UPDATE {name} SET {changes} WHERE tenant = ?{by_key} AND {table.version} = ?")
            self.update_own = self.update + spelled(self._own)

    def find(self, index: Index | None, shape: Shape) -> str:
        """Parameters: tenant, equal, at least, at most, after (each prefix), customer, limit; nulls left out."""
        return self._once((index, shape), lambda: self._find(index, shape))

    def _find(self, index: Index | None, shape: Shape) -> str:
        order = self._order(index)
        fixed = len(shape.equal)
        terms = [_is(column, null) for column, null in zip(order, shape.equal, strict=False)]
        terms += [f"{order[fixed]} >= ?"] if shape.at_least else []
        terms += [f"{order[fixed]} <= ?"] if shape.at_most else []
        terms += [_behind(order[fixed:], shape.after)] if shape.after else []
        where = "".join(f" AND {term}" for term in terms) + (self._own if shape.own else "")
        sort = f" ORDER BY {self._sorted(order[fixed:], backwards=shape.backwards)}" if order[fixed:] else ""
        return self._select + where + sort + (" LIMIT ?" if shape.limited else "")

    def find_many(self, index: Index | None, count: int, *, own: bool) -> str:
        """Parameters: tenant, as many values, customer."""
        return self._once((index, count, own), lambda: self._find_many(index, count, own=own))

    def _find_many(self, index: Index | None, count: int, *, own: bool) -> str:
        order = self._order(index)
        among = f" AND {order[0]} IN (?{', ?' * (count - 1)})"
        return f"{self._select}{among}{self._own if own else ''} ORDER BY {self._sorted(order)}"

    def _order(self, index: Index | None) -> tuple[str, ...]:
        if index is not None and index not in self._table.indexes:
            raise InvalidValue("not an index of the table", place=self._table.name, value=index)
        return ordered_by(self._table, index)

    def _sorted(self, columns: tuple[str, ...], *, backwards: bool = False) -> str:
        null = {column.name for column in self._table.columns if column.null}
        of_null = self._dialect.order_backwards if backwards else self._dialect.order
        way = " DESC" if backwards else ""
        return ", ".join(column + way + (of_null if column in null else "") for column in columns)

    def _once(self, name: object, make: Callable[[], str]) -> str:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = self._dialect.spelled(make())
        return made


def _is(column: str, null: bool) -> str:  # noqa: FBT001 - one of a row of flags
    return f"{column} IS NULL" if null else f"{column} = ?"


def _behind(columns: tuple[str, ...], nulls: tuple[bool, ...]) -> str:
    """Sorted behind these values. A comparison of rows treats nulls in the columns rightly, nulls in the values not."""
    columns = columns[: len(nulls)]
    if not any(nulls):
        return f"({', '.join(columns)}) > ({', '.join('?' * len(columns))})"
    ways = []
    for last, column in enumerate(columns):
        same = [_is(*pair) for pair in zip(columns[:last], nulls[:last], strict=True)]
        ways.append(" AND ".join([*same, f"{column} IS NOT NULL" if nulls[last] else f"{column} > ?"]))
    return f"({' OR '.join(f'({way})' for way in ways)})"
