"""What the store's promises are tried with: a fixture, two scopes, and rows of any table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from billcore.kernel.errors import ConstraintViolated
from billcore.ports import Index, Operation, ReadTx, Row, Scope, Store, Table, Tx, Value
from billcore.ports.tables import (
    ACCOUNT,
    COUPON,
    COUPON_FACT,
    CUSTOMER,
    DOCUMENT,
    GRANT_FACT,
    PAYMENT,
    POSTING,
    PRICE,
    REDEMPTION,
    TABLES,
    USAGE,
)

__all__ = [
    "ANN",
    "BOB",
    "MAIN",
    "OTHER",
    "StoreCase",
    "accounts",
    "add",
    "customers",
    "entry",
    "found",
    "page",
    "parents",
    "prices",
    "refuses",
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
    COUPON.name: {"used": 1},
    COUPON_FACT.name: {"kind": "applied", "slot": 1},
    DOCUMENT.name: {"kind": "invoice", "state": "issued"},
    GRANT_FACT.name: {"kind": "given", "amount": 1},
    PAYMENT.name: {"minor": 1},
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
    fallback: dict[str, Value] = {
        column.name: None if column.null else "x" if column.kind == "text" else 0 for column in table.columns
    }
    return tuple(given.get(name, fallback[name]) for name in table.names)


def write(store: Store, fn: Callable[[Tx], object], scope: Scope = MAIN, key: str | None = None) -> str:
    """Run ``fn`` in a transaction; under the operation ``key``, if there is one, of the request ``"r"``."""
    return store.transact(scope, None if key is None else Operation(key, "r"), lambda tx: str(fn(tx)))


def add(store: Store, table: Table, *rows: Row, scope: Scope = MAIN) -> None:
    """Insert rows in a transaction of their own."""
    write(store, lambda tx: tx.insert(table, rows), scope)


def found(store: Store, fn: Callable[[ReadTx], R], scope: Scope = MAIN) -> R:
    """Read."""
    return store.read(scope, fn)


def refuses(store: Store, table: Table, *rows: Row) -> None:
    """The rows are refused, the error names the table, and nothing of them stays."""
    before = found(store, lambda tx: tx.find(table, None))
    with pytest.raises(ConstraintViolated) as caught:
        add(store, table, *rows)
    assert caught.value.place == table.name
    assert found(store, lambda tx: tx.find(table, None)) == before


def page(
    store: Store, table: Table, index: Index | None, equal: Row = (), *, after: Row | None, limit: int
) -> list[Row]:
    """A page of rows."""
    return list(store.read(MAIN, lambda tx: tx.find(table, index, equal, after=after, limit=limit)))


def customers(store: Store, *ids: str, scope: Scope = MAIN) -> None:
    """Insert customers."""
    add(store, CUSTOMER, *(row(CUSTOMER, customer=name) for name in ids), scope=scope)


def accounts(store: Store, *due: int | None) -> None:
    """Accounts of customers ``c0``, ``c1``, ... due at these instants."""
    names = [f"c{n}" for n in range(len(due))]
    customers(store, *names)
    add(store, ACCOUNT, *(row(ACCOUNT, customer=c, next_due=at) for c, at in zip(names, due, strict=True)))


def prices(store: Store, *names: str, scope: Scope = MAIN) -> None:
    """Insert rows whose key is a free text."""
    add(store, PRICE, *(row(PRICE, hash=name) for name in names), scope=scope)


def usage(name: str, **values: Value) -> Row:
    """A row of usage."""
    return row(USAGE, **{"id": name, "meter": "m", **values})


def entry(name: str, *amounts: int, **values: Value) -> list[Row]:
    """Postings of one entry."""
    return [row(POSTING, **{"entry": name, "n": n, "minor": minor, **values}) for n, minor in enumerate(amounts)]


def parents(store: Store, table: Table) -> None:
    """Insert what a row of the table refers to."""
    for parent, rows in with_parents(table)[:-1]:
        add(store, parent, *rows)


def with_parents(table: Table) -> Sequence[tuple[Table, Sequence[Row]]]:
    """A row of a table, after the rows that it refers to; of a ``balanced`` table enough to be so."""
    tables = {each.name: each for each in TABLES}
    named = [parent for _, parent in table.references if parent != table.name]
    before = [part for parent in named for part in with_parents(tables[parent])]
    own = entry("e", 1, -1) if table.balanced else [row(table)]
    return [*(part for place, part in enumerate(before) if part not in before[:place]), (table, own)]
