"""SQLite: the embedded default, on the standard library's driver.

A connection is opened with what reliability.md 6.1 asks for: WAL with ``synchronous=FULL`` (a commit that was
acknowledged survives a power cut), enforced foreign keys, no functions of the schema that were not built in, and a
wait of ten seconds for another writer.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from billcore.adapters.sql import migrations
from billcore.adapters.sql.connections import One, Pool
from billcore.adapters.sql.dialect import Connection, Cursor
from billcore.adapters.sql.schema import sqlite_schema
from billcore.adapters.sql.statements import PREFIX
from billcore.adapters.sql.store import SqlStore
from billcore.kernel.errors import BillcoreError, Conflict, ConstraintViolated, StoreError
from billcore.ports.tables import Table

__all__ = ["SQLITE", "SQLiteDialect", "connect", "open_sqlite", "reading"]

WAIT_SECONDS = 10
_FULL = 2
_OLDEST = (3, 37, 0)
_SETTINGS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA recursive_triggers = ON",  # so that a REPLACE meets the triggers against deletion
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # macOS: fsync alone does not reach the disk
    "PRAGMA cache_size = -16384",
    "PRAGMA wal_autocheckpoint = 16000",  # pages, 64 MiB: a long run is a tenth faster than with 1,000
)


class SQLiteDialect:
    """A ``Dialect``: SQLite 3.37 or newer (STRICT tables)."""

    name = "sqlite"
    # Of a damaged schema even the message may be no text, and then the driver raises that.
    errors: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError)
    begin_write = "BEGIN IMMEDIATE"
    begin_read = "BEGIN"
    order = order_backwards = ""

    def spelled(self, statement: str) -> str:
        """Question marks are SQLite's own."""
        return statement

    def cursor(self, connection: Connection) -> Cursor:
        """A cursor whose rows are tuples."""
        cursor = cast("sqlite3.Connection", connection).cursor()
        cursor.row_factory = None
        return cast("Cursor", cursor)

    def in_transaction(self, connection: Connection) -> bool:
        """Whether a transaction is open."""
        return cast("sqlite3.Connection", connection).in_transaction

    def lock(self, cursor: Cursor, tenant: str, customers: Sequence[str]) -> None:
        """Nothing to do: there is one writer at a time."""

    def translated(self, error: Exception, table: Table | None) -> BillcoreError:
        """What billcore raises, by the name of SQLite's error."""
        name = getattr(error, "sqlite_errorname", "")
        place = None if table is None else table.name
        if isinstance(error, sqlite3.IntegrityError):
            return ConstraintViolated(f"a row was refused by {_constraint(str(error), table)}", place=place)
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return Conflict(f"another writer held the database for {WAIT_SECONDS} s", place=place)
        return StoreError(f"SQLite: {error}", place=place, value=name or None)

    def undone(self, error: Exception) -> bool:
        """A failed COMMIT leaves the transaction open or rolled back, unless the disk failed."""
        return not str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_IOERR")

    def check(self, connection: Connection) -> None:
        """Raise ``StoreError`` unless foreign keys are enforced and commits are synced."""
        cursor = cast("sqlite3.Connection", connection).cursor()
        cursor.row_factory = None
        for setting, least in (("foreign_keys", 1), ("synchronous", _FULL)):
            value = cursor.execute(f"PRAGMA {setting}").fetchone()[0]
            if value < least:
                raise StoreError(f"PRAGMA {setting} is too low", value=value, hint=f"set it to {least}")

    def schema(self, tables: Sequence[Table]) -> tuple[str, ...]:
        """The statements that create the tables, their indexes and triggers."""
        return sqlite_schema(tables)

    def live(self, cursor: Cursor) -> Mapping[str, str]:
        """The statements that the database says made what begins with our prefix."""
        pattern = PREFIX.replace("_", "\\_") + "%"
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name LIKE ? ESCAPE '\\'", (pattern,)
        )
        return {str(name): str(made) for name, made in cursor.fetchall()}

    def expected(self, statements: Sequence[str]) -> Mapping[str, str]:
        """What an empty database says after these statements."""
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as scratch:
            for statement in statements:
                scratch.execute(statement)
            return self.live(self.cursor(scratch))


SQLITE = SQLiteDialect()


def _constraint(message: str, table: Table | None) -> str:
    """SQLite's message in the words that every store uses."""
    kind, _, named = message.partition(" constraint failed: ")
    if kind == "UNIQUE" and table is not None:
        columns = tuple(name.partition(".")[2] for name in named.split(", "))[1:]
        return "its key" if columns == table.key else f"unique ({', '.join(columns)})"
    if kind == "CHECK":
        return named
    if message.startswith("FOREIGN KEY"):
        return "a reference" if table is not None else "the balance of its rows at the commit"
    return message


def open_sqlite(path: str | os.PathLike[str], *, wait_seconds: float = WAIT_SECONDS) -> SqlStore:
    """The store in a file, which is made if it is not there; ``":memory:"`` is one for tests, with one connection.

    Raises ``SchemaMismatch`` if the file was written by a newer billcore, or by an older one (``billcore db upgrade``).
    """
    first = connect(path, wait_seconds=wait_seconds)
    try:
        if not SQLITE.live(SQLITE.cursor(first)):
            migrations.upgrade(first, SQLITE)
        migrations.require(first, SQLITE)
    except SQLITE.errors as error:
        first.close()
        raise SQLITE.translated(error, None) from error
    except BaseException:
        first.close()
        raise
    if os.fspath(path) == ":memory:":
        return SqlStore(One(first, owned=True), SQLITE)
    pool = Pool(functools.partial(connect, path, wait_seconds=wait_seconds), one_writer=True)
    pool.give(first)
    return SqlStore(pool, SQLITE)


@contextlib.contextmanager
def reading(path: str | os.PathLike[str]) -> Iterator[sqlite3.Connection]:
    """A connection that changes nothing, not even how the database keeps its log; for ``migrations.status``."""
    try:
        connection = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise SQLITE.translated(error, None) from error
    with contextlib.closing(connection):
        yield connection


def connect(path: str | os.PathLike[str], *, wait_seconds: float = WAIT_SECONDS) -> sqlite3.Connection:
    """A connection that keeps our promises. Raises ``StoreError`` if it cannot."""
    if sqlite3.sqlite_version_info < _OLDEST:
        raise StoreError("SQLite is too old", value=sqlite3.sqlite_version, hint="3.37 or newer")
    try:
        connection = sqlite3.connect(
            path, timeout=wait_seconds, isolation_level=None, check_same_thread=False, cached_statements=512
        )
    except sqlite3.Error as error:
        raise SQLITE.translated(error, None) from error
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
        if os.fspath(path) != ":memory:":
            _write_ahead(connection, wait_seconds)
        SQLITE.check(connection)
    except SQLITE.errors as error:
        connection.close()
        raise SQLITE.translated(error, None) from error
    except StoreError:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection, wait_seconds: float) -> None:
    """Switch to a write-ahead log. SQLite does not wait for the lock that the first switch needs, so we do."""
    for _ in range(max(1, int(wait_seconds * 100))):
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise
            time.sleep(0.01)
        else:
            if mode != "wal":
                raise StoreError("this file system has no write-ahead log", value=mode, hint="use a local disk")
            return
    raise Conflict("another process kept the database locked while it was opened")
