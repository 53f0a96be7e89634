"""The SQL store: plain statements over DB-API connections, for any dialect."""

# ruff: noqa: S608 - statements are put together out of our own names; every value is a parameter
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from billcore.adapters.sql.connections import Connections, One
from billcore.adapters.sql.dialect import Connection, Cursor, Dialect
from billcore.adapters.sql.migrations import require
from billcore.adapters.sql.statements import PREFIX, chunks
from billcore.adapters.sql.transaction import SqlRead, SqlWrite, Texts
from billcore.adapters.unit import again, alone, done_before
from billcore.kernel.errors import Conflict, OutcomeUnknown, StoreError
from billcore.kernel.override import override
from billcore.ports.store import Operation, ReadTx, Scope, Tx

__all__ = ["SqlStore"]

R = TypeVar("R")

_STORED = f"SELECT key, request, result FROM {PREFIX}operation WHERE tenant = ? AND scope = ? AND key IN (?"
_LOG = f"INSERT INTO {PREFIX}operation (tenant, scope, key, request, result) VALUES (?, ?, ?, ?, ?)"
_SAVEPOINT = "billcore"


class SqlStore:
    """A ``Store`` in a database. May be shared by threads."""

    def __init__(self, connections: Connections, dialect: Dialect) -> None:
        self._connections = connections
        self._dialect = dialect
        self._texts = Texts(dialect)

    @classmethod
    def on(cls, connection: Connection, dialect: Dialect) -> SqlStore:
        """A store on a connection of the host's, whose open transaction it joins.

        What billcore writes is committed or rolled back with the host's own; where no transaction is open, each call
        is one. Raises ``SchemaMismatch`` if the database has not our tables, ``StoreError`` if the connection is not
        set up to keep our promises.
        """
        dialect.check(connection)
        require(connection, dialect)
        return cls(One(connection), dialect)

    @override
    def __reduce__(self) -> tuple[type[SqlStore], tuple[Connections, Dialect]]:
        return (type(self), (self._connections, self._dialect))

    def transact(self, scope: Scope, op: Operation | None, fn: Callable[[Tx], str]) -> str:
        """Run ``fn`` in one read-write transaction; its text, or the stored text of an operation done before."""
        with alone():
            return again(lambda: self._attempt(scope, op, fn))

    def _attempt(self, scope: Scope, op: Operation | None, fn: Callable[[Tx], str]) -> str:
        with self._connections.use(write=True) as connection:
            cursor = self._dialect.cursor(connection)
            joined = self._dialect.in_transaction(connection)
            self._run(cursor, f"SAVEPOINT {_SAVEPOINT}" if joined else self._dialect.begin_write)
            try:
                result = self._once(cursor, scope, op, fn)
            except BaseException:
                self._roll_back(connection, cursor, joined=joined)
                raise
            try:
                cursor.execute(f"RELEASE {_SAVEPOINT}" if joined else "COMMIT")
            except self._dialect.errors as error:
                self._roll_back(connection, cursor, joined=joined)
                if self._dialect.undone(error):
                    raise self._dialect.translated(error, None) from error
                unknown = error
            else:
                return result
        return self._looked_up(scope, op, unknown)

    def _once(self, cursor: Cursor, scope: Scope, op: Operation | None, fn: Callable[[Tx], str]) -> str:
        if op is not None:
            stored = done_before(op, self._stored(cursor, scope, [op.key]).get(op.key))
            if stored is not None:
                return stored
        tx = SqlWrite(scope, cursor, self._texts)
        try:
            result = fn(tx)
            tx.finish()
        finally:
            tx.end()
        if op is not None:
            self._run(cursor, _LOG, (scope.tenant, scope.customer or "", op.key, op.request, result))
        return result

    def _looked_up(self, scope: Scope, op: Operation | None, error: Exception) -> str:
        """The result of an operation whose commit may have happened. Raises ``Conflict`` if it did not."""
        if op is None:
            raise OutcomeUnknown from error
        try:
            with self._connections.use(write=False) as connection:
                stored = self._stored(self._dialect.cursor(connection), scope, [op.key])
        except StoreError:
            raise OutcomeUnknown(value=op.key) from error
        result = done_before(op, stored.get(op.key))
        if result is None:
            raise Conflict("the commit was lost") from error
        return result

    def read(self, scope: Scope, fn: Callable[[ReadTx], R]) -> R:
        """Run ``fn`` on a consistent view: what was committed when it first looked."""
        with alone(), self._connections.use(write=False) as connection:
            cursor = self._dialect.cursor(connection)
            joined = self._dialect.in_transaction(connection)
            if not joined:
                self._run(cursor, self._dialect.begin_read)
            view = SqlRead(scope, cursor, self._texts)
            try:
                return fn(view)
            finally:
                view.end()
                if not joined:
                    self._run(cursor, "ROLLBACK")

    def recorded(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, str]:
        """The stored results of operations, by key; those never done are absent."""
        with alone(), self._connections.use(write=False) as connection:
            stored = self._stored(self._dialect.cursor(connection), scope, keys)
        return {key: result for key, (_, result) in stored.items()}

    def close(self) -> None:
        """Close the connections that the store opened."""
        self._connections.close()

    def _stored(self, cursor: Cursor, scope: Scope, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for part in chunks(keys):
            text = _STORED + ", ?" * (len(part) - 1) + ")"
            self._run(cursor, text, (scope.tenant, scope.customer or "", *part))
            found |= {str(key): (str(request), str(result)) for key, request, result in cursor.fetchall()}
        return found

    def _run(self, cursor: Cursor, statement: str, parameters: Sequence[object] = ()) -> None:
        try:
            cursor.execute(self._dialect.spelled(statement), parameters)
        except self._dialect.errors as error:
            raise self._dialect.translated(error, None) from error

    def _roll_back(self, connection: Connection, cursor: Cursor, *, joined: bool) -> None:
        """Undo, unless the database already did: after some errors it does so by itself."""
        if not self._dialect.in_transaction(connection):
            return
        if joined:
            self._run(cursor, f"ROLLBACK TO {_SAVEPOINT}")
            self._run(cursor, f"RELEASE {_SAVEPOINT}")
        else:
            self._run(cursor, "ROLLBACK")
