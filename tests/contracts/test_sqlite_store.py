"""The SQL store keeps every promise of the port on SQLite: in a file, in memory, and on a host's connection."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from billcore.adapters.sql import SQLITE, SqlStore, connect, migrations, open_sqlite
from billcore.ports import Store
from billcore.testing.contracts import StoreContract


class TestSqliteFile(StoreContract):
    """The contract over a file."""

    def make_store(self, folder: Path) -> Store:
        """A store in a new file."""
        return open_sqlite(folder / "bills.db")


class TestSqliteMemory(StoreContract):
    """The contract over ``:memory:``."""

    def make_store(self, folder: Path) -> Store:
        """A store on one connection."""
        del folder
        return open_sqlite(":memory:")


class TestHostConnection(StoreContract):
    """The contract over a connection that the host opened, with a row factory of its own."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        """A store on a connection that the test closes."""
        with contextlib.closing(connect(tmp_path / "host.db")) as connection:
            connection.row_factory = sqlite3.Row
            migrations.upgrade(connection, SQLITE)
            yield SqlStore.on(connection, SQLITE)
