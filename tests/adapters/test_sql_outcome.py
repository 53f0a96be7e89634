"""A commit of which nobody can say whether it happened is looked up in the operation log."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

import pytest

from billcore.adapters.sql import SQLiteDialect, SqlStore
from billcore.adapters.sql.dialect import Connection, Cursor
from billcore.kernel.errors import OutcomeUnknown, StoreError
from billcore.kernel.override import override
from billcore.ports import Operation, Row, Tx
from billcore.ports.tables import PRICE
from billcore.testing.contracts.case import MAIN, row
from tests.adapters.sqlite_rows import column, database


class Flaky:
    """A cursor whose next commits fail: before or after they happened."""

    def __init__(self, cursor: Cursor, faults: list[str]) -> None:
        self._cursor = cursor
        self._faults = faults

    @property
    def rowcount(self) -> int:
        """As it is."""
        return self._cursor.rowcount

    def execute(self, statement: str, parameters: Sequence[object] = (), /) -> object:
        """Run it, unless the next fault is meant for it."""
        if statement.startswith("SELECT key") and self._faults[:1] == ["lookup"]:
            raise sqlite3.OperationalError(self._faults.pop(0))
        if statement != "COMMIT" or not self._faults:
            return self._cursor.execute(statement, parameters)
        fault = self._faults.pop(0)
        if fault == "after":
            self._cursor.execute("COMMIT")
        raise sqlite3.OperationalError(fault)

    def executemany(self, statement: str, parameters: Iterable[Sequence[object]], /) -> object:
        """As it is."""
        return self._cursor.executemany(statement, parameters)

    def fetchall(self) -> list[Row]:
        """As they are."""
        return self._cursor.fetchall()


class Unsure(SQLiteDialect):
    """A dialect that loses its connection in the commit, as a network one may."""

    def __init__(self, *faults: str) -> None:
        self.faults = list(faults)

    @override
    def cursor(self, connection: Connection) -> Cursor:
        """One that fails."""
        return Flaky(super().cursor(connection), self.faults)

    @override
    def undone(self, error: Exception) -> bool:
        """Who knows."""
        del error
        return False


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A database with our tables."""
    with contextlib.closing(database()) as connection:
        yield connection


def insert(tx: Tx) -> str:
    """Write one row."""
    tx.insert(PRICE, [row(PRICE, hash="p")])
    return "done"


def transact(connection: sqlite3.Connection, dialect: SQLiteDialect, op: Operation | None) -> str:
    """One call on a store that was opened before the faults begin."""
    return SqlStore.on(connection, dialect).transact(MAIN, op, insert)


@pytest.mark.parametrize("faults", [["after"], ["before"], ["before", "after"], ["before", "before", "before"]])
def test_an_operation_is_done_once_whatever_became_of_its_commit(
    connection: sqlite3.Connection, faults: list[str]
) -> None:
    """If the log has it, its result is returned; if not, it is run again."""
    assert transact(connection, Unsure(*faults), Operation("k", "r")) == "done"
    assert column(connection, "SELECT hash FROM billcore_price") == ["p"]
    assert column(connection, "SELECT key FROM billcore_operation") == ["k"]


@pytest.mark.parametrize("fault", ["before", "after"])
def test_without_a_key_the_outcome_is_unknown(connection: sqlite3.Connection, fault: str) -> None:
    """There is nothing to look up."""
    with pytest.raises(OutcomeUnknown):
        transact(connection, Unsure(fault), None)


def test_a_failed_commit_of_sqlite_is_certain(connection: sqlite3.Connection) -> None:
    """SQLite itself leaves no doubt: the transaction is rolled back, and the error says why."""

    class Certain(Unsure):
        @override
        def undone(self, error: Exception) -> bool:
            return SQLiteDialect.undone(self, error)

    with pytest.raises(StoreError, match="before"):
        transact(connection, Certain("before"), Operation("k", "r"))
    assert column(connection, "SELECT COUNT(*) FROM billcore_price") == [0]
    assert not connection.in_transaction


def test_a_log_that_cannot_be_read_leaves_the_outcome_unknown(connection: sqlite3.Connection) -> None:
    """The caller may repeat the call with the same key for ever."""

    class Silent(Unsure):
        @override
        def undone(self, error: Exception) -> bool:
            self.faults.insert(0, "lookup")
            return super().undone(error)

    with pytest.raises(OutcomeUnknown) as caught:
        transact(connection, Silent("after"), Operation("k", "r"))
    assert caught.value.value == "k"
    assert transact(connection, SQLiteDialect(), Operation("k", "r")) == "done"
    assert column(connection, "SELECT hash FROM billcore_price") == ["p"]
