"""The SQL store: billcore's rows in a database, by plain statements over a DB-API connection.

It owns the statements, the schema with the constraints that hold the invariants, its migrations, and one module a
dialect. It does not own the connection that a host hands in.

>>> from billcore.ports import Operation, Scope
>>> store = open_sqlite(":memory:")
>>> store.transact(Scope("main"), Operation("k1", "r1"), lambda tx: f"INV-{tx.take_numbers('INV', 1)}")
'INV-1'
>>> store.recorded(Scope("main"), ["k1", "k2"])
{'k1': 'INV-1'}
"""

from billcore.adapters.sql import migrations
from billcore.adapters.sql.connections import Connections, One, Pool
from billcore.adapters.sql.dialect import Connection, Cursor, Dialect
from billcore.adapters.sql.sqlite import SQLITE, SQLiteDialect, connect, open_sqlite, reading
from billcore.adapters.sql.store import SqlStore

__all__ = [
    "SQLITE",
    "Connection",
    "Connections",
    "Cursor",
    "Dialect",
    "One",
    "Pool",
    "SQLiteDialect",
    "SqlStore",
    "connect",
    "migrations",
    "open_sqlite",
    "reading",
]
