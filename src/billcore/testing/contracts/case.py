"""What the store's promises are tried with: a fixture, two scopes, and rows of any table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from billcore.ports import Operation, ReadTx, Row, Scope, Store, Table, Tx, Value
from billcore.ports.tables import CUSTOMER, DOCUMENT, POSTING, PRICE, REDEMPTION, TABLES, USAGE

__all__ = [
    "ANN",
    "BOB",
    "MAIN",
    "OTHER",
    "StoreCase",
    "add",
    "customers",
    "entry",
    "found",
    "prices",
    "row",
    "usage",
    "with_parents",
    "write",
]

R = TypeVar("R")

MAIN, OTHER = Scope("main"), Scope("other")
ANN, BOB = Scope("main", "ann"), Scope("main", "bob")

# What a row of a table needs so that its checks let it pass.
_FITTING: dict[str, dict[str, Value]] = {
    DOCUMENT.name: {"kind": "invoice", "state": "issued"},
    POSTING.name: {"minor": 1},
    REDEMPTION.name: {"slot": 1},
    USAGE.name: {"value": "1"},
}


class StoreCase:
    """Base of the suites: ``store`` is a new, empty one for each test."""

    def make_store(self, folder: Path) -> Store:
        """Override: an empty store; ``folder`` is new and empty, for those that keep files."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        """The store under test, closed afterwards."""
        store = self.make_store(tmp_path)
        yield store
        store.close()


def row(table: Table, **values: Value) -> Row:
    """A row of a table: the given columns, and for the others ``"x"``, 0, null where allowed, or what checks need."""
    given = {"customer": "ann", "version": 1 if table.version else "x", **_FITTING.get(table.name, {}), **values}
    unknown = values.keys() - set(table.names)
    assert not unknown, f"{table.name} has no {unknown}"
    return tuple(
        given[column.name]
        if column.name in given
        else None
        if column.null
        else ("x" if column.kind == "text" else 0)
        for column in table.columns
    )


def write(store: Store, fn: Callable[[Tx], object], scope: Scope = MAIN, key: str | None = None) -> str:
    """Run ``fn`` in a transaction; under the operation ``key``, if there is one, of the request ``"r"``."""
    return store.transact(scope, None if key is None else Operation(key, "r"), lambda tx: str(fn(tx)))


def add(store: Store, table: Table, *rows: Row, scope: Scope = MAIN) -> None:
    """Insert rows in a transaction of their own."""
    write(store, lambda tx: tx.insert(table, rows), scope)


def found(store: Store, fn: Callable[[ReadTx], R], scope: Scope = MAIN) -> R:
    """Read."""
    return store.read(scope, fn)


def customers(store: Store, *ids: str, scope: Scope = MAIN) -> None:
    """Insert customers."""
    add(store, CUSTOMER, *(row(CUSTOMER, customer=name) for name in ids), scope=scope)


def prices(store: Store, *names: str, scope: Scope = MAIN) -> None:
    """Insert rows whose key is a free text."""
    add(store, PRICE, *(row(PRICE, hash=name) for name in names), scope=scope)


def usage(name: str, **values: Value) -> Row:
    """A row of usage."""
    return row(USAGE, **{"id": name, "meter": "m", **values})


def entry(name: str, *amounts: int, **values: Value) -> list[Row]:
    """Postings of one entry."""
    return [row(POSTING, **{"entry": name, "n": n, "minor": minor, **values}) for n, minor in enumerate(amounts)]


def with_parents(table: Table) -> Sequence[tuple[Table, Sequence[Row]]]:
    """A row of a table, after the rows that it refers to; of a ``balanced`` table enough to be so."""
    tables = {each.name: each for each in TABLES}
    parents = [parent for columns, parent in table.references if parent != table.name]
    before = [part for parent in parents for part in with_parents(tables[parent])]
    own = entry("e", 1, -1) if table.balanced else [row(table)]
    return [*(part for place, part in enumerate(before) if part not in before[:place]), (table, own)]
