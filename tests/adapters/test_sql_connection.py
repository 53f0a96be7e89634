"""What SQLite does with a file: settings, locks, processes, and disks that fail."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from billcore.adapters.sql import SQLITE, SqlStore, connect, open_sqlite
from billcore.kernel.errors import Conflict, StoreError
from billcore.ports import Scope, Tx
from billcore.ports.tables import PRICE
from billcore.testing.contracts.case import MAIN, found, prices, row, write

INCREMENTS = 40
TAKE = f"""
import sys
from billcore.adapters.sql import open_sqlite
from billcore.ports import Scope
store = open_sqlite(sys.argv[1])
for _ in range({INCREMENTS}):
    print(store.transact(Scope("main"), None, lambda tx: str(tx.take_numbers("INV", 1))))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "bills.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    """A store in a new file that waits a tenth of a second for others."""
    store = open_sqlite(path, wait_seconds=0.1)
    yield store
    store.close()


@pytest.mark.parametrize(
    ("setting", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0), ("busy_timeout", 10_000)],
)
def test_a_connection_is_set_up_to_keep_promises(path: Path, setting: str, value: object) -> None:
    """S1: what was committed survives a power cut; references hold; others are waited for."""
    with contextlib.closing(connect(path)) as connection:
        assert connection.execute(f"PRAGMA {setting}").fetchone() == (value,)


@pytest.mark.parametrize("setting", ["synchronous = NORMAL", "synchronous = OFF", "foreign_keys = OFF"])
def test_a_connection_that_is_not_is_refused(path: Path, setting: str) -> None:
    """A host's connection must be durable and keep references."""
    open_sqlite(path).close()
    with contextlib.closing(connect(path)) as connection:
        connection.execute(f"PRAGMA {setting}")

        with pytest.raises(StoreError, match=setting.partition(" ")[0]):
            SqlStore.on(connection, SQLITE)


def test_rows_outlive_the_store(path: Path) -> None:
    """What was written is in the file."""
    with contextlib.closing(open_sqlite(path)) as store:
        prices(store, "p")

    with contextlib.closing(open_sqlite(path)) as store:
        assert found(store, lambda tx: tx.get(PRICE, ("p",))) == row(PRICE, hash="p")


def test_a_closed_store_says_so(path: Path) -> None:
    """After ``close`` every call is refused."""
    store = open_sqlite(path)
    store.close()

    with pytest.raises(StoreError, match="closed"):
        write(store, lambda _: None)


def test_a_writer_that_holds_on_is_a_conflict(path: Path, store: SqlStore) -> None:
    """After the wait, and some more of them, the caller is told."""
    with contextlib.closing(connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(Conflict, match="another writer"):
            prices(store, "p")
        other.execute("ROLLBACK")
    prices(store, "p")


def test_a_writer_is_waited_for(path: Path, store: SqlStore) -> None:
    """A lock that is released within the attempts is nobody's error."""
    other = connect(path)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, lambda: other.execute("ROLLBACK"))
    release.start()

    prices(store, "p")
    release.join()
    other.close()


def test_a_reader_does_not_wait_for_a_writer(path: Path, store: SqlStore) -> None:
    """A read sees what was committed, while somebody writes."""
    prices(store, "p")
    with contextlib.closing(connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert len(found(store, lambda tx: tx.find(PRICE, None))) == 1


def test_a_write_locks_before_it_reads(path: Path, store: SqlStore) -> None:
    """R1: from its first moment on nobody else writes, so that what ``fn`` reads still holds when it writes."""

    def fn(_: Tx) -> str:
        locked = pytest.raises(sqlite3.OperationalError, match="locked")
        with contextlib.closing(connect(path, wait_seconds=0)) as other, locked:
            other.execute("BEGIN IMMEDIATE")
        return "alone"

    assert store.transact(MAIN, None, fn) == "alone"


def test_two_processes_take_each_number_once(path: Path) -> None:
    """Writers of two processes lose nothing and surface no lock."""
    open_sqlite(path).close()
    command = [sys.executable, "-c", TAKE, str(path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]  # noqa: S603 - as above
    numbers = [int(number) for process in processes for number in process.communicate(timeout=60)[0].split()]

    assert sorted(numbers) == list(range(1, 3 * INCREMENTS + 1))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # Python 3.12 warns of the runner's threads
def test_a_forked_child_opens_its_own_connections(store: SqlStore) -> None:
    """A store that was opened before a fork is used on both sides of it."""
    prices(store, "before")
    child = os.fork()
    if child == 0:
        try:
            prices(store, "child")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    prices(store, "parent")

    assert [each[0] for each in found(store, lambda tx: tx.find(PRICE, None))] == ["before", "child", "parent"]


def test_a_full_disk_is_a_typed_error(path: Path) -> None:
    """Nothing of the transaction stays, and the store goes on once there is room."""
    with contextlib.closing(connect(path)) as connection:
        open_sqlite(path).close()
        store = SqlStore.on(connection, SQLITE)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")

        with pytest.raises(StoreError, match="full"):
            write(store, lambda tx: tx.insert(PRICE, [row(PRICE, hash=str(n), body="x" * 1_000) for n in range(1_000)]))
        connection.execute("PRAGMA max_page_count = 100000")
        prices(store, "p")
        assert len(found(store, lambda tx: tx.find(PRICE, None))) == 1


def test_a_disk_that_fills_within_fn_cannot_be_swallowed(path: Path) -> None:
    """SQLite may have rolled back by itself; what ``fn`` goes on to write is not kept."""
    with contextlib.closing(connect(path)) as connection:
        open_sqlite(path).close()
        store = SqlStore.on(connection, SQLITE)
        connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0] + 20}")

        def fn(tx: Tx) -> str:
            with contextlib.suppress(StoreError):
                tx.insert(PRICE, [row(PRICE, hash=str(n), body="x" * 1_000) for n in range(1_000)])
            return "kept nothing"

        with pytest.raises(StoreError, match="full"):
            store.transact(MAIN, None, fn)
        assert len(found(store, lambda tx: tx.find(PRICE, None))) == 0


def test_a_read_only_database_is_a_typed_error(path: Path) -> None:
    """A write to it is refused as what it is, not as a conflict."""
    open_sqlite(path).close()
    with contextlib.closing(connect(path)) as connection:
        connection.execute("PRAGMA query_only = ON")

        with pytest.raises(StoreError, match="readonly") as caught:
            prices(SqlStore.on(connection, SQLITE), "p")
        assert not isinstance(caught.value, Conflict)


def test_a_file_that_is_no_database_is_a_typed_error(path: Path) -> None:
    """It is not overwritten."""
    path.write_bytes(b"not a database" * 1_000)

    with pytest.raises(StoreError, match="not a database"):
        open_sqlite(path)
    assert path.read_bytes() == b"not a database" * 1_000


def test_a_corrupt_page_is_a_typed_error(path: Path) -> None:
    """What SQLite finds malformed is told as such."""
    with contextlib.closing(open_sqlite(path)) as store:
        prices(store, *(f"{n:04d}" * 20 for n in range(2_000)))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 2))

    with contextlib.closing(open_sqlite(path)) as store, pytest.raises(StoreError, match="malformed"):
        found(store, lambda tx: tx.find(PRICE, None))


def test_a_folder_that_is_not_there_is_a_typed_error(tmp_path: Path) -> None:
    """A file cannot be made in it."""
    with pytest.raises(StoreError, match="unable to open"):
        open_sqlite(tmp_path / "nowhere" / "bills.db")


def test_stores_in_memory_are_apart() -> None:
    """Each ``:memory:`` is a database of its own."""
    with contextlib.closing(open_sqlite(":memory:")) as one, contextlib.closing(open_sqlite(":memory:")) as two:
        prices(one, "p")

        assert len(found(two, lambda tx: tx.find(PRICE, None), Scope("main"))) == 0


def test_a_reader_keeps_its_snapshot(path: Path, store: SqlStore) -> None:
    """What others commit while ``fn`` reads is not seen by it."""
    prices(store, "a")

    def count_twice(tx: Tx) -> tuple[int, int]:
        before = len(tx.find(PRICE, None))
        with contextlib.closing(sqlite3.connect(path)) as other, other:
            other.execute("INSERT INTO billcore_price VALUES ('main', 'b', 'x')")
        return before, len(tx.find(PRICE, None))

    assert store.read(MAIN, count_twice) == (1, 1)  # type: ignore[arg-type]  # it only reads
    assert len(found(store, lambda tx: tx.find(PRICE, None))) == 2
