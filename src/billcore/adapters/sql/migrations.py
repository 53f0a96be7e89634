"""The database's schema as numbered steps, each proven after it ran.

>>> from billcore.adapters.sql.sqlite import SQLITE, connect
>>> connection = connect(":memory:")
>>> status(connection, SQLITE).version
0
>>> upgrade(connection, SQLITE)
(1,)
>>> status(connection, SQLITE)
Status(version=1, newest=1, differs=())
"""

# ruff: noqa: S608 - statements are put together out of our own names; every value is a parameter
from __future__ import annotations

from collections.abc import Sequence

import attrs

from billcore.adapters.sql.dialect import Connection, Cursor, Dialect
from billcore.adapters.sql.statements import PREFIX
from billcore.kernel.errors import SchemaMismatch, StoreError
from billcore.ports.tables import TABLES

__all__ = ["NEWEST", "Status", "require", "sql", "status", "upgrade"]

NEWEST = 1
"""The version that this code speaks."""

_VERSION = f"CREATE TABLE {PREFIX}schema (version INTEGER NOT NULL)"


@attrs.frozen
class Status:
    """The version of a database (0: it has none of our tables), and the objects that are not as it has them."""

    version: int
    newest: int
    differs: tuple[str, ...] = ()


def _steps(dialect: Dialect) -> Sequence[tuple[str, ...]]:
    """The statements of step 1, 2, ...; a step that was released is never changed.

    Until the first release step 1 is what ``ports.tables`` says; then it is written down, and what changes after is a
    step of its own.
    """
    return ((_VERSION, *dialect.schema(TABLES)),)


def sql(dialect: Dialect, since: int = 0) -> str:
    """The statements that bring a database from version ``since`` to the newest, for those who run them by hand."""
    parts = []
    for number, statements in enumerate(_steps(dialect)[since:], since + 1):
        marked = [*statements, _marking(number)]
        parts.append("".join(f"{line};\n" for line in (f"-- step {number}\nBEGIN", *marked, "COMMIT")))
    return "\n".join(parts)


def status(connection: Connection, dialect: Dialect) -> Status:
    """What a database has, and in what it differs from what it should have."""
    live, version = _found(connection, dialect)
    if version > NEWEST:
        return Status(version, NEWEST)
    expected = _expected(dialect, version)
    differs = {name for name in live.keys() | expected.keys() if live.get(name) != expected.get(name)}
    return Status(version, NEWEST, tuple(sorted(differs)))


def require(connection: Connection, dialect: Dialect) -> None:
    """Raise ``SchemaMismatch`` unless the database has the newest version."""
    _same(_found(connection, dialect)[1])


def upgrade(connection: Connection, dialect: Dialect) -> tuple[int, ...]:
    """Run the steps that a database lacks, each in a transaction; their numbers.

    Raises ``SchemaMismatch`` if the database is newer than this code, or is after a step not what it should be: then
    the step is rolled back.
    """
    if dialect.in_transaction(connection):
        raise StoreError("a transaction is open: the schema is upgraded in transactions of its own")
    cursor = dialect.cursor(connection)
    done: list[int] = []
    while (number := _step(connection, cursor, dialect)) is not None:
        done.append(number)
    return tuple(done)


def _step(connection: Connection, cursor: Cursor, dialect: Dialect) -> int | None:
    """Run the next step; its number, or ``None`` if there is none. The version is read under the lock."""
    try:
        cursor.execute(dialect.begin_write)
        version = _version(cursor, dialect.live(cursor))
        if version >= NEWEST:
            cursor.execute("ROLLBACK")
            _same(version)
            return None
        for statement in _steps(dialect)[version]:
            cursor.execute(statement)
        cursor.execute(_marking(version + 1))
        _prove(cursor, dialect, version + 1)
        cursor.execute("COMMIT")
    except dialect.errors as error:
        raise dialect.translated(error, None) from error
    finally:
        if dialect.in_transaction(connection):
            cursor.execute("ROLLBACK")
    return version + 1


def _prove(cursor: Cursor, dialect: Dialect, version: int) -> None:
    live, expected = dialect.live(cursor), _expected(dialect, version)
    differs = sorted(name for name in live.keys() | expected.keys() if live.get(name) != expected.get(name))
    if differs:
        raise SchemaMismatch(f"step {version} did not make what it should: {', '.join(differs)}", place="schema")


def _expected(dialect: Dialect, version: int) -> dict[str, str]:
    statements = [statement for step in _steps(dialect)[:version] for statement in step]
    return dict(dialect.expected(statements))


def _found(connection: Connection, dialect: Dialect) -> tuple[dict[str, str], int]:
    cursor = dialect.cursor(connection)
    try:
        live = dict(dialect.live(cursor))
        return live, _version(cursor, live)
    except dialect.errors as error:
        raise dialect.translated(error, None) from error


def _version(cursor: Cursor, live: object) -> int:
    if not isinstance(live, dict) or f"{PREFIX}schema" not in live:
        return 0
    cursor.execute(f"SELECT version FROM {PREFIX}schema")
    rows = cursor.fetchall()
    return int(rows[0][0] or 0) if rows else 0


def _marking(version: int) -> str:
    if version == 1:
        return f"INSERT INTO {PREFIX}schema (version) VALUES (1)"
    return f"UPDATE {PREFIX}schema SET version = {version}"


def _same(version: int) -> None:
    if version < NEWEST:
        raise SchemaMismatch(
            "the database is older than this code" if version else "the database has no billcore tables",
            place="schema",
            value=version,
            hint="billcore db upgrade",
        )
    if version > NEWEST:
        raise SchemaMismatch(
            "the database is newer than this code", place="schema", value=version, hint=f"this is {NEWEST}"
        )
