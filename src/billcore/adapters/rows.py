"""What every store owes a row before it keeps it, whatever it keeps it in.

For adapter authors: ``checked`` refuses what does not fit the columns of a table, ``admitted`` what is not of the
scope, ``ordered_by`` names the columns that rows are sorted by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from types import NoneType
from typing import Any

from billcore.kernel.errors import ConstraintViolated, NotFound
from billcore.ports.store import Scope
from billcore.ports.tables import USAGE, Column, Index, Row, Table, Value

__all__ = ["admitted", "checked", "ordered_by", "picker", "refused", "visible"]

# What kernel.number accepts: sums of usage are exact because every value is bounded.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?", re.ASCII)
_INTEGERS = range(-(2**63), 2**63)
_TYPES: dict[tuple[str, bool], frozenset[type]] = {
    ("text", False): frozenset({str}),
    ("text", True): frozenset({str, NoneType}),
    ("int", False): frozenset({int}),
    ("int", True): frozenset({int, NoneType}),
}


def refused(table: Table, constraint: str) -> ConstraintViolated:
    """The error that names the table (its ``place``) and what refused the row."""
    return ConstraintViolated(f"a row was refused by {constraint}", place=table.name)


def checked(table: Table, rows: Iterable[Row]) -> Sequence[Row]:
    """The rows, each of which fits the table's columns. Raises ``ConstraintViolated``.

    A text is Unicode without NUL and lone surrogates (PostgreSQL keeps neither), an integer has 64 bits; a boolean is
    no integer. Columns are checked as wholes: a tenth of the time of looking at each value.
    """
    rows = rows if isinstance(rows, (list, tuple)) else list(rows)
    try:
        columns = list(zip(*rows, strict=True))
    except (ValueError, TypeError):
        raise refused(table, "its columns") from None
    if rows and len(columns) != len(table.columns):
        raise refused(table, "its columns")
    for column, values in zip(table.columns, columns, strict=False):
        if not _TYPES[column.kind, column.null].issuperset(map(type, values)) or not _bounded(column, values):
            raise refused(table, f"column {column.name}")
    if rows and table.name == USAGE.name and not all(map(_NUMBER.fullmatch, columns[USAGE.position("value")])):
        raise refused(table, "column value")
    return rows


def _bounded(column: Column, values: Sequence[Value]) -> bool:
    present: Sequence[Any] = [value for value in values if value is not None] if column.null else values
    if column.kind == "int":
        return not present or (min(present) in _INTEGERS and max(present) in _INTEGERS)
    together = "".join(present)
    return "\0" not in together and (together.isascii() or _encodes(together))


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def visible(scope: Scope, table: Table, row: Row) -> bool:
    """Whether the scope may see this row of its tenant."""
    return scope.customer is None or not table.scoped or row[table.position("customer")] == scope.customer


def admitted(scope: Scope, table: Table, rows: Sequence[Row]) -> None:
    """Raise ``NotFound`` if a row belongs to a customer whom the scope does not see."""
    if scope.customer is not None and table.scoped and not all(visible(scope, table, row) for row in rows):
        raise NotFound(place=table.name)


def ordered_by(table: Table, index: Index | None) -> tuple[str, ...]:
    """The columns by which ``find`` sorts: the index's, then those of the key that it lacks."""
    if index is None:
        return table.key
    return index.columns + tuple(name for name in table.key if name not in index.columns)


def picker(places: Sequence[int]) -> Callable[[Row], Row]:
    """A function that takes the values at some places out of a row, always as a tuple."""
    match places:
        case []:
            return lambda _: ()
        case [one]:
            return lambda row: (row[one],)
        case _:
            return itemgetter(*places)
