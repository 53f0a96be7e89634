"""The schema is made in steps that prove they ran, and a database of another version is refused."""

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from billcore.adapters.sql import SQLITE, SQLiteDialect, SqlStore, connect, migrations, open_sqlite
from billcore.adapters.sql.migrations import NEWEST, Status, sql, status, upgrade
from billcore.kernel.errors import SchemaMismatch, StoreError
from billcore.kernel.override import override
from billcore.ports import Table


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """An empty database."""
    with contextlib.closing(connect(":memory:")) as connection:
        yield connection


class Broken(SQLiteDialect):
    """A dialect whose last statement fails."""

    @override
    def schema(self, tables: Sequence[Table]) -> tuple[str, ...]:
        """What SQLite cannot run."""
        return (*super().schema(tables), "CREATE TABLE billcore_late (")


class Forgetful(SQLiteDialect):
    """A dialect that makes less than it should: a migration that did not do its work."""

    @override
    def expected(self, statements: Sequence[str]) -> Mapping[str, str]:
        """More than the statements make."""
        return {**super().expected(statements), "billcore_forgotten": "CREATE TABLE billcore_forgotten (x)"}


def objects(connection: sqlite3.Connection) -> list[str]:
    """The names of all that is in a database."""
    return [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]


def newer(path: Path) -> None:
    """Make the file one of a later version."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE billcore_schema SET version = ?", (NEWEST + 1,))


def test_an_empty_database_has_version_zero(connection: sqlite3.Connection) -> None:
    """Nothing of ours is there."""
    assert status(connection, SQLITE) == Status(0, NEWEST)


def test_an_upgrade_runs_every_step(connection: sqlite3.Connection) -> None:
    """After it the database has the newest version, and is what it should be."""
    assert upgrade(connection, SQLITE) == tuple(range(1, NEWEST + 1))
    assert status(connection, SQLITE) == Status(NEWEST, NEWEST)


def test_an_upgrade_of_the_newest_does_nothing(connection: sqlite3.Connection) -> None:
    """To upgrade twice is to upgrade once."""
    upgrade(connection, SQLITE)

    assert upgrade(connection, SQLITE) == ()


def test_a_step_that_fails_leaves_nothing(connection: sqlite3.Connection) -> None:
    """A step is a transaction."""
    with pytest.raises(StoreError):
        upgrade(connection, Broken())
    assert objects(connection) == []


def test_a_step_that_did_not_do_its_work_is_found_out(connection: sqlite3.Connection) -> None:
    """The live schema is compared with what the step should have made, before its commit."""
    with pytest.raises(SchemaMismatch, match="billcore_forgotten"):
        upgrade(connection, Forgetful())
    assert objects(connection) == []


def test_what_somebody_changed_is_named(connection: sqlite3.Connection) -> None:
    """A trigger that was dropped, a table that was added under our prefix."""
    upgrade(connection, SQLITE)
    connection.execute("DROP TRIGGER billcore_posting_no_update")
    connection.execute("CREATE TABLE billcore_extra (x)")
    connection.execute("CREATE TABLE billcoreless (x)")

    assert status(connection, SQLITE).differs == ("billcore_extra", "billcore_posting_no_update")


def test_the_printed_sql_makes_the_same_database(connection: sqlite3.Connection) -> None:
    """Who runs the statements by hand gets what an upgrade makes."""
    connection.executescript(sql(SQLITE))

    assert status(connection, SQLITE) == Status(NEWEST, NEWEST)
    assert sql(SQLITE, since=NEWEST) == ""


def test_an_upgrade_within_a_transaction_is_refused(connection: sqlite3.Connection) -> None:
    """Steps are transactions of their own."""
    connection.execute("BEGIN")

    with pytest.raises(StoreError, match="transaction is open"):
        upgrade(connection, SQLITE)


def test_a_newer_database_is_not_opened(tmp_path: Path) -> None:
    """What this code does not know it does not write to."""
    open_sqlite(tmp_path / "x.db").close()
    newer(tmp_path / "x.db")

    with pytest.raises(SchemaMismatch, match="newer"):
        open_sqlite(tmp_path / "x.db")


def test_a_newer_database_is_not_upgraded(tmp_path: Path) -> None:
    """Nor taken back."""
    open_sqlite(tmp_path / "x.db").close()
    newer(tmp_path / "x.db")

    with contextlib.closing(connect(tmp_path / "x.db")) as connection:
        assert status(connection, SQLITE) == Status(NEWEST + 1, NEWEST)
        with pytest.raises(SchemaMismatch, match="newer"):
            upgrade(connection, SQLITE)


def test_an_older_database_is_not_opened(tmp_path: Path) -> None:
    """It is upgraded on request, never in passing."""
    open_sqlite(tmp_path / "x.db").close()
    with contextlib.closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("UPDATE billcore_schema SET version = 0")

    with pytest.raises(SchemaMismatch, match="billcore db upgrade"):
        open_sqlite(tmp_path / "x.db")


def test_a_database_without_our_tables_is_no_store(connection: sqlite3.Connection) -> None:
    """A host's connection is not changed behind its back."""
    with pytest.raises(SchemaMismatch, match="no billcore tables"):
        SqlStore.on(connection, SQLITE)
    assert objects(connection) == []


def test_tables_of_others_are_left_alone(tmp_path: Path) -> None:
    """Our tables stand beside the host's."""
    with contextlib.closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("CREATE TABLE customer (id)")
    open_sqlite(tmp_path / "x.db").close()

    with contextlib.closing(connect(tmp_path / "x.db")) as connection:
        assert status(connection, SQLITE) == Status(NEWEST, NEWEST)
        assert "customer" in objects(connection)


def test_processes_that_open_a_new_file_at_once_make_it_once(tmp_path: Path) -> None:
    """The version is read under the lock: one makes the tables, the others find them."""
    script = "import sys; from billcore.adapters.sql import open_sqlite; open_sqlite(sys.argv[1]).close()"
    command = [sys.executable, "-c", script, str(tmp_path / "x.db")]
    processes = [subprocess.Popen(command) for _ in range(6)]  # noqa: S603 - our own script

    assert [process.wait(60) for process in processes] == [0] * 6
    with contextlib.closing(connect(tmp_path / "x.db")) as connection:
        assert migrations.status(connection, SQLITE) == Status(NEWEST, NEWEST)
