"""Raw statements on a SQLite file of ours, as another program on the database would make them."""

import sqlite3
from collections.abc import Sequence

from billcore.adapters.sql import SQLITE, connect, migrations
from billcore.ports import Row, Table
from billcore.testing.contracts.case import with_parents


def database(path: str = ":memory:") -> sqlite3.Connection:
    """A connection to a database with our tables."""
    connection = connect(path)
    migrations.upgrade(connection, SQLITE)
    return connection


def put(connection: sqlite3.Connection, table: Table, *rows: Row, tenant: str = "main") -> None:
    """Insert rows by a statement of our own, in one transaction."""
    columns = ", ".join(("tenant", *table.names))
    marks = ", ".join("?" * (1 + len(table.names)))
    statement = f"INSERT INTO billcore_{table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
    with connection:
        connection.execute("BEGIN")
        connection.executemany(statement, [(tenant, *row) for row in rows])


def fill(connection: sqlite3.Connection, table: Table) -> None:
    """A row of the table, and what it refers to."""
    for each, rows in with_parents(table):
        put(connection, each, *rows)


def parents(connection: sqlite3.Connection, table: Table) -> None:
    """What a row of the table refers to."""
    for each, rows in with_parents(table)[:-1]:
        put(connection, each, *rows)


def column(connection: sqlite3.Connection, statement: str, parameters: Sequence[object] = ()) -> list[object]:
    """The first column of a result."""
    return [row[0] for row in connection.execute(statement, parameters)]
