"""What one database differs from another in; all else of the SQL store is the same for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from billcore.kernel.errors import BillcoreError
from billcore.ports.tables import Row, Table

__all__ = ["Connection", "Cursor", "Dialect"]


class Cursor(Protocol):
    """What is used of a DB-API cursor."""

    @property
    def rowcount(self) -> int:
        """The rows that the last statement changed; of ``executemany``, all together."""
        ...

    def execute(self, statement: str, parameters: Sequence[object] = ..., /) -> object:
        """Run one statement."""
        ...

    def executemany(self, statement: str, parameters: Iterable[Sequence[object]], /) -> object:
        """Run a statement for each of many rows."""
        ...

    def fetchall(self) -> list[Row]:
        """The rows that are left of the last statement's result."""
        ...


class Connection(Protocol):
    """What is used of a DB-API connection."""

    def close(self) -> None:
        """End it."""
        ...


class Dialect(Protocol):
    """One database and its driver. Statements are written with ``?`` and handed through ``spelled``."""

    name: str
    errors: tuple[type[Exception], ...]
    """What the driver raises."""
    begin_write: str
    begin_read: str
    order: str
    """What an ORDER BY says of a nullable column so that nulls come first."""
    order_backwards: str
    """What it says behind DESC so that they come last."""

    def spelled(self, statement: str) -> str:
        """The statement in the driver's style of parameters."""
        ...

    def cursor(self, connection: Connection) -> Cursor:
        """A cursor whose rows are tuples, whatever the host has set on its connection."""
        ...

    def in_transaction(self, connection: Connection) -> bool:
        """Whether a transaction is open."""
        ...

    def lock(self, cursor: Cursor, tenant: str, customers: Sequence[str]) -> None:
        """Keep others from writing rows of these customers, where a write transaction alone does not."""
        ...

    def translated(self, error: Exception, table: Table | None) -> BillcoreError:
        """What billcore raises for what the driver raised at a statement on this table."""
        ...

    def undone(self, error: Exception) -> bool:
        """Whether a commit that failed so has certainly changed nothing; else the operation log is asked."""
        ...

    def check(self, connection: Connection) -> None:
        """Raise ``StoreError`` if a connection is not set up to keep our promises."""
        ...

    def schema(self, tables: Sequence[Table]) -> tuple[str, ...]:
        """The statements that create the tables, their indexes and triggers."""
        ...

    def live(self, cursor: Cursor) -> Mapping[str, str]:
        """What the database says it has of ours: the definition of each object by its name."""
        ...

    def expected(self, statements: Sequence[str]) -> Mapping[str, str]:
        """What ``live`` says after these statements on an empty database."""
        ...
