"""``billcore db``: the schema's version, its upgrade and its SQL."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.cli.database import changed, column, dump
from tests.cli.desk import answered, call, documented, keys

pytestmark = pytest.mark.usefixtures("shop")
DB = Path("bills.db")
WRITE_VERSION = 18  # its place in the header of a SQLite file


def test_an_upgrade_makes_the_tables() -> None:
    """A new file gets them in step 1; a second upgrade takes no step."""
    assert call("db", "upgrade", DB).stdout == "steps taken: 1\n"
    assert call("db", "upgrade", DB).stdout == "steps taken: none\n"
    assert answered("db", "upgrade", DB) == {"steps": []}
    assert documented("db upgrade") == {"steps"}


def test_an_upgrade_leaves_the_hosts_tables() -> None:
    """In an application's database only our tables are added."""
    DB.touch()
    changed(DB, "CREATE TABLE app (name TEXT)")
    changed(DB, "INSERT INTO app VALUES ('kept')")
    call("db", "upgrade", DB)

    assert column(DB, "SELECT name FROM app") == ["kept"]
    assert call("db", "status", DB).stdout == "version 1 of 1\n"


def test_the_status_of_a_good_database(loaded: Path) -> None:
    """Its version is the newest, and nothing differs."""
    told = answered("db", "status", loaded)

    assert told == {"version": 1, "newest": 1, "differs": []}
    assert keys(told) == documented("db status")


def test_the_status_of_an_empty_file() -> None:
    """It has version 0, and stays empty: the exit code says that an upgrade is due."""
    DB.touch()

    assert call("db", "status", DB, code=1).stdout == "version 0 of 1\n"
    assert DB.read_bytes() == b""


def test_what_differs_is_named(loaded: Path) -> None:
    """A trigger that somebody dropped, an index that somebody added to a table of ours."""
    changed(loaded, "DROP TRIGGER billcore_line_no_delete")
    changed(loaded, "CREATE INDEX billcore_mine ON billcore_line (price)")

    assert answered("db", "status", loaded, code=1) == {
        "version": 1,
        "newest": 1,
        "differs": ["billcore_line_no_delete", "billcore_mine"],
    }
    assert call("db", "status", loaded, code=1).stdout.splitlines() == [
        "version 1 of 1",
        "  differs: billcore_line_no_delete",
        "  differs: billcore_mine",
    ]


def test_a_newer_database_is_not_touched(loaded: Path) -> None:
    """Its version is told by ``status``; every other command refuses it, as ``upgrade`` does."""
    changed(loaded, "UPDATE billcore_schema SET version = 2")
    before = dump(loaded)

    assert answered("db", "status", loaded, code=1) == {"version": 2, "newest": 1, "differs": []}
    assert call("db", "upgrade", loaded, code=4).stderr == (
        "schema_mismatch: schema: the database is newer than this code (got 2; this is 1)\n"
    )
    assert dump(loaded) == before


def test_the_sql_makes_the_same_tables() -> None:
    """Whoever runs the printed statements by another tool has a database that ``status`` calls good."""
    with contextlib.closing(sqlite3.connect(DB)) as raw:
        raw.executescript(call("db", "sql").stdout)

    assert answered("db", "status", DB) == {"version": 1, "newest": 1, "differs": []}
    assert call("db", "upgrade", DB).stdout == "steps taken: none\n"


def test_a_database_that_cannot_be_written(billed: Path) -> None:
    """What only reads goes on; what writes is refused as the store's failure."""
    read_only(billed)

    assert call("db", "status", billed).stdout == "version 1 of 1\n"
    assert call("run", billed, "--until", "2026-04-01T00:00:00Z", code=4).stderr.startswith("store_error: ")
    assert call("load", billed, "usage.csv", code=4).stderr.startswith("store_error: ")
    assert column(billed, "SELECT count(*) FROM billcore_document") == [5]


def read_only(path: Path) -> None:
    """Say in the file's header that only a newer SQLite may write it, which binds the system's administrator too."""
    data = bytearray(path.read_bytes())
    data[WRITE_VERSION] = 3
    path.write_bytes(data)
