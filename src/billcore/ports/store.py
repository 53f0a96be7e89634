"""The store port: what a host supplies so that facts, documents and money are kept.

A store keeps the tables of ``ports.tables`` for many tenants, a log of operations, and the number series. It promises:

- *All or nothing.* ``transact`` runs ``fn`` in one transaction; an exception leaves nothing behind. After a refused
  write the transaction is lost, even if ``fn`` catches the error: ``transact`` raises it.
- *Once.* With an ``Operation``, the text that ``fn`` returned is stored in the same transaction; the same key with the
  same request returns that text and runs nothing, with another request it raises ``IdempotencyMismatch``.
- *Again.* ``fn`` is re-runnable: on a conflict the store rolls back and runs it again; a commit of unknown outcome is
  looked up in the log. So ``fn`` takes time and ids from outside and calls nobody else.
- *Scoped.* A row of another tenant, or under a customer's scope of another customer, is answered like one that is not
  there; writing one raises ``NotFound``.
- *Exact.* Texts and integers come back as they went in; sums are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

import attrs

from billcore.kernel import checked_id
from billcore.ports.tables import Index, Row, Table, Value

if TYPE_CHECKING:
    from billcore.lifecycle import UsageTotal

__all__ = ["Operation", "ReadTx", "Scope", "Store", "Tx", "Usage"]

R = TypeVar("R")


def _tenant(value: str) -> str:
    return checked_id(value, "tenant")


def _customer(value: str | None) -> str | None:
    return None if value is None else checked_id(value, "customer")


@attrs.frozen
class Scope:
    """Whose data a call may see: a tenant's, or one customer's alone. There is no default and no ``None``."""

    tenant: str = attrs.field(converter=_tenant)
    customer: str | None = attrs.field(default=None, converter=_customer)


@attrs.frozen
class Operation:
    """The name of a write: ``key`` is unique in its scope for ever, ``request`` the hash of what was asked."""

    key: str
    request: str


@attrs.frozen
class Usage:
    """What became of usage rows: how many were new, and the (source, id) of duplicates and of those that clash."""

    accepted: int
    duplicates: tuple[tuple[str, str], ...] = ()
    clashes: tuple[tuple[str, str], ...] = ()


class ReadTx(Protocol):
    """A consistent view of one scope."""

    def get(self, table: Table, key: Row) -> Row | None:
        """The row of that key, or ``None``."""
        ...

    def find(
        self,
        table: Table,
        index: Index | None,
        equal: Row = (),
        *,
        at_least: Value = None,
        at_most: Value = None,
        after: Row | None = None,
        limit: int | None = None,
        backwards: bool = False,
    ) -> Sequence[Row]:
        """Rows in the order of an index (``None``: the key), ties by key.

        ``equal`` are values of its first columns; ``at_least`` and ``at_most`` bound the column after these, and leave
        out rows where it is null. ``after`` continues behind the row of which it is the values of the order's columns
        that follow ``equal`` (the index's, then those of the key that it lacks): keyset paging. A shorter one continues
        behind all rows that begin with it. Nulls come first; texts are in the order of their code points; a null in
        ``equal`` finds nulls. ``backwards`` gives the same rows in the opposite order: ``limit`` then takes the last.
        """
        ...

    def find_many(self, table: Table, index: Index | None, first: Sequence[Value]) -> Sequence[Row]:
        """Rows whose first index column is one of ``first`` (each counts once), in the order of the index."""
        ...

    def usage_total(
        self, customer: str, meter: str, subscription: str | None, start: int, end: int, known: int | None = None
    ) -> UsageTotal:
        """The events of a customer and meter with ``start <= time < end`` that name this subscription (``None``: none).

        With ``known``, only those that were recorded by then (``recorded <= known``).
        """
        ...

    def balance(self, customer: str | None, account: str, currency: str) -> int:
        """The sum of the postings of an account, in minor units; of all customers if ``None``."""
        ...

    def last_number(self, series: str) -> int:
        """The last number that was taken of a series; 0 where none was."""
        ...


class Tx(ReadTx, Protocol):
    """A read-write view. Lock first, then read, then decide, then write."""

    def lock(self, *customers: str) -> None:
        """Nobody else writes these customers' rows until the end; ranks before every other lock."""
        ...

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows. Raises ``ConstraintViolated`` where a key, unique index, check or reference refuses one."""
        ...

    def insert_absent(self, table: Table, rows: Iterable[Row]) -> None:
        """Add the rows whose key is not there yet; for rows that are named by their content."""
        ...

    def update(self, table: Table, rows: Iterable[Row]) -> None:
        """Replace rows by key. Each row's version must be one more than the stored one's: else ``Conflict``.

        Only the table's ``changes`` may differ from what is stored; the others are not written.
        """
        ...

    def record_usage(self, rows: Sequence[Row]) -> Usage:
        """Add usage rows; a (source, id) that is there is a duplicate if its ``request`` is equal, else a clash.

        The first of two in one call is there for the second. Each row is counted once, in the order given.
        """
        ...

    def take_numbers(self, series: str, count: int) -> int:
        """The first of ``count`` consecutive numbers of a series, from 1 on; taken last.

        Gapless: a rollback gives them back.
        """
        ...


class Store(Protocol):
    """Where billcore keeps everything."""

    def transact(self, scope: Scope, op: Operation | None, fn: Callable[[Tx], str]) -> str:
        """Run ``fn`` in one read-write transaction; the answer is its text, or that of the operation done before."""
        ...

    def read(self, scope: Scope, fn: Callable[[ReadTx], R]) -> R:
        """Run ``fn`` on a consistent view."""
        ...

    def recorded(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, str]:
        """The stored results of operations, by key; those never done are absent."""
        ...

    def close(self) -> None:
        """Release what the store holds."""
        ...
