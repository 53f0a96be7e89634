"""Where the SQL store has its connections from: one that was handed in, or a pool that opens more."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import NoReturn, Protocol

from billcore.adapters.sql.dialect import Connection
from billcore.kernel.errors import StoreError
from billcore.kernel.override import override

__all__ = ["Connections", "One", "Pool"]


class Connections(Protocol):
    """A source of connections."""

    def use(self, *, write: bool) -> contextlib.AbstractContextManager[Connection]:
        """A connection that nobody else uses meanwhile."""
        ...

    def close(self) -> None:
        """Close what was opened."""
        ...


class One:
    """One connection, used by one thread at a time."""

    def __init__(self, connection: Connection, *, owned: bool = False) -> None:
        self._connection = connection
        self._owned = owned
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def use(self, *, write: bool) -> Iterator[Connection]:  # noqa: ARG002 - readers and writers take turns alike
        """The connection."""
        with self._lock:
            yield self._connection

    @override
    def __reduce__(self) -> NoReturn:
        raise StoreError("a store on one connection stays in its process", hint="open it by its path instead")

    def close(self) -> None:
        """Close it, unless it is the host's."""
        if self._owned:
            self._connection.close()


class Pool:
    """As many connections as are used at once.

    With ``one_writer`` the writers of this process queue up here, which is fairer and quicker than to let them
    poll the database's lock.
    """

    def __init__(self, connect: Callable[[], Connection], *, one_writer: bool) -> None:
        self._connect = connect
        self._one_writer = one_writer
        self._closed = False
        self._inherited: list[Connection] = []
        self._begin([])

    @override
    def __reduce__(self) -> tuple[Callable[..., Pool], tuple[Callable[[], Connection], bool]]:
        # Another process opens connections of its own.
        return (_pool, (self._connect, self._one_writer))

    def _begin(self, idle: list[Connection]) -> None:
        self._process = os.getpid()
        self._writer = threading.Lock()
        self._idle = idle

    @contextlib.contextmanager
    def use(self, *, write: bool) -> Iterator[Connection]:
        """An idle connection, or a new one."""
        if self._closed:
            raise StoreError("the store is closed")
        if self._process != os.getpid():
            # A forked child neither uses nor closes what it inherits: both would harm the parent's locks.
            self._inherited += self._idle
            self._begin([])
        with self._writer if write and self._one_writer else contextlib.nullcontext():
            connection = self._taken()
            try:
                yield connection
            finally:
                self.give(connection)

    def give(self, connection: Connection) -> None:
        """Add a connection that is open already."""
        self._idle.append(connection)

    def _taken(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def close(self) -> None:
        """Close all; a call afterwards raises ``StoreError``."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()


def _pool(connect: Callable[[], Connection], one_writer: bool) -> Pool:  # noqa: FBT001 - what pickle calls
    return Pool(connect, one_writer=one_writer)
