"""A run that is killed at any instant, and run again, gives the same documents, payments and balances."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from billcore import Billing
from billcore.kernel import instant
from tests.engine.portal import EXAMPLE, load_portal

UNTIL = "2026-04-01T00:00:00Z"
KILLS = 50
# Small batches: more commits to be killed between, and more work to be done again.
RUN = "import sys; from tests.engine.portal import run; run(sys.argv[1], sys.argv[2], batch=10)"
TABLES = ("account", "credit", "document", "exception", "line", "notice", "payment", "posting", "series")


def command(path: Path) -> list[str]:
    """A run in a process of its own."""
    return [sys.executable, "-c", RUN, str(path), UNTIL]


def books(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row that a run writes, but for versions, which count how often a row was touched."""
    with sqlite3.connect(path) as connection:
        return {table: rows(connection, table) for table in TABLES}


def rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """The rows of a table without their versions, in an order of their own."""
    cursor = connection.execute(f"SELECT * FROM billcore_{table}")  # noqa: S608 - one of TABLES
    kept = [place for place, column in enumerate(cursor.description) if column[0] != "version"]
    return sorted((tuple(row[place] for place in kept) for row in cursor), key=repr)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example portal's facts in a database, before its last run."""
    if not EXAMPLE.exists():
        pytest.skip("the example portal is not there")
    path = tmp_path_factory.mktemp("portal") / "loaded.db"
    load_portal(path)
    return path


@pytest.fixture(scope="module")
def whole(loaded: Path) -> tuple[Path, float]:
    """The database after a run that was not killed, and how long the run took, in seconds."""
    path = loaded.with_name("whole.db")
    shutil.copy(loaded, path)
    began = time.perf_counter()
    subprocess.run(command(path), check=True)
    return path, time.perf_counter() - began


def killed(loaded: Path, n: int, after: float) -> Path:
    """The database after a run that was killed after so many seconds, and a run to the end."""
    path = loaded.with_name(f"killed-{n}.db")
    shutil.copy(loaded, path)
    process = subprocess.Popen(command(path))
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command(path), check=True)
    return path


def test_a_killed_run_is_finished_by_the_next(loaded: Path, whole: tuple[Path, float]) -> None:
    """SIGKILL at 50 random instants of a run: the next one gives the same books, and nothing is found broken."""
    reference, seconds = whole
    expected = books(reference)
    draw = random.Random(20_260_401)
    instants = [draw.uniform(0.1, seconds) for _ in range(KILLS)]

    with ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(lambda pair: killed(loaded, *pair), enumerate(instants)))

    assert [n for n, path in enumerate(paths) if books(path) != expected] == []
    with Billing.open(paths[0]) as billing:
        assert billing.verify() == ()


def test_running_the_same_months_again_adds_nothing(whole: tuple[Path, float]) -> None:
    """A second run up to the same instant finds nothing to bill."""
    reference, _ = whole
    before = books(reference)
    with Billing.open(reference) as billing:
        report = billing.invoices.run(until=instant(UNTIL), at=instant(UNTIL))

        assert (report.invoices, report.credit_notes, report.billing_dates) == (0, 0, 0)
    assert books(reference) == before
