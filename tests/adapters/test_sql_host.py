"""A connection of the host's: billcore's rows are committed or rolled back with the host's own."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from billcore.adapters.sql import SQLITE, SqlStore, connect, migrations
from billcore.kernel.errors import ConstraintViolated
from billcore.ports import Operation, Tx
from billcore.ports.tables import CUSTOMER, POSTING, PRICE
from billcore.testing.contracts.case import MAIN, add, customers, entry, prices, row, write


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The host's connection, to a database with a table of its own and ours."""
    with contextlib.closing(connect(tmp_path / "host.db")) as connection:
        connection.execute("CREATE TABLE signup (customer TEXT)")
        migrations.upgrade(connection, SQLITE)
        yield connection


@pytest.fixture
def store(connection: sqlite3.Connection) -> SqlStore:
    """A store on the host's connection."""
    return SqlStore.on(connection, SQLITE)


def kept(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many rows the host has, and how many customers we have."""
    counts = [connection.execute(f"SELECT COUNT(*) FROM {name}") for name in ("signup", "billcore_customer")]  # noqa: S608 - our own names
    return counts[0].fetchone()[0], counts[1].fetchone()[0]


def test_what_the_host_commits_is_kept(connection: sqlite3.Connection, store: SqlStore) -> None:
    """Both rows, in one transaction."""
    with connection:
        connection.execute("BEGIN")
        connection.execute("INSERT INTO signup VALUES ('ann')")
        customers(store, "ann")
        assert connection.in_transaction

    assert kept(connection) == (1, 1)


def test_what_the_host_rolls_back_is_gone(connection: sqlite3.Connection, store: SqlStore) -> None:
    """Neither row, and the operation was not done."""
    connection.execute("BEGIN")
    connection.execute("INSERT INTO signup VALUES ('ann')")
    write(store, lambda tx: tx.insert(CUSTOMER, [row(CUSTOMER)]), key="k")
    connection.execute("ROLLBACK")

    assert kept(connection) == (0, 0)
    assert store.transact(MAIN, Operation("k", "r"), lambda _: "done") == "done"


def test_a_failing_call_leaves_the_hosts_rows(connection: sqlite3.Connection, store: SqlStore) -> None:
    """Only what billcore wrote is undone; the host decides on the rest."""

    def fn(tx: Tx) -> str:
        tx.insert(CUSTOMER, [row(CUSTOMER)])
        raise ZeroDivisionError

    with connection:
        connection.execute("BEGIN")
        connection.execute("INSERT INTO signup VALUES ('ann')")
        with pytest.raises(ZeroDivisionError):
            store.transact(MAIN, None, fn)

    assert kept(connection) == (1, 0)


def test_several_calls_join_one_transaction(connection: sqlite3.Connection, store: SqlStore) -> None:
    """Later calls see earlier ones, and all are rolled back."""
    connection.execute("BEGIN")
    customers(store, "ann")
    customers(store, "bob")
    assert store.read(MAIN, lambda tx: len(tx.find(CUSTOMER, None))) == 2
    connection.execute("ROLLBACK")

    assert kept(connection) == (0, 0)


def test_without_a_transaction_each_call_is_one(connection: sqlite3.Connection, store: SqlStore) -> None:
    """As Django does outside of ``atomic``."""
    customers(store, "ann")

    assert not connection.in_transaction
    assert kept(connection) == (0, 1)


def test_an_unbalanced_entry_is_refused_at_once(connection: sqlite3.Connection, store: SqlStore) -> None:
    """Not when the host commits: then nobody would know whose fault it is."""
    customers(store, "ann")
    connection.execute("BEGIN")

    with pytest.raises(ConstraintViolated, match="balance"):
        add(store, POSTING, *entry("e", 1))
    connection.execute("COMMIT")


def test_the_hosts_row_factory_stays_its_own(connection: sqlite3.Connection, store: SqlStore) -> None:
    """We read tuples, the host what it likes."""
    connection.row_factory = sqlite3.Row
    prices(store, "p")

    assert store.read(MAIN, lambda tx: tx.get(PRICE, ("p",))) == row(PRICE, hash="p")
    assert connection.execute("SELECT 1 AS one").fetchone()["one"] == 1


def test_closing_the_store_leaves_the_connection_open(connection: sqlite3.Connection, store: SqlStore) -> None:
    """It is the host's."""
    store.close()

    assert kept(connection) == (0, 0)
