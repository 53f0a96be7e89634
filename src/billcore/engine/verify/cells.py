"""Rows by the names of their columns."""

from __future__ import annotations

from billcore.ports import Row
from billcore.ports.tables import Table, Value

__all__ = ["cell", "number_cell", "row_place", "whole"]


def whole(value: Value) -> int:
    """An integer column."""
    return value if isinstance(value, int) else 0


def cell(table: Table, row: Row, name: str) -> Value:
    """The value of a row's column."""
    return row[table.position(name)]


def number_cell(table: Table, row: Row, name: str) -> int:
    """The integer of a row's column."""
    return whole(row[table.position(name)])


def row_place(table: Table, row: Row, name: str = "") -> str:
    """Where a row is: its table and key, and a column of it."""
    return " ".join([table.name, *map(str, table.key_of(row)), *([name] if name else [])])
