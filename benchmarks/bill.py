"""The bill end to end in SQLite: rate, invoice, post, persist; beside bare ``executemany`` of the very rows written."""

from __future__ import annotations

import multiprocessing
import sqlite3
import tempfile
import time
from pathlib import Path

from benchmarks.clock import ratio
from benchmarks.portal import END, fill
from billcore import Billing
from billcore.adapters.sql import SQLITE, connect, migrations
from billcore.engine.running import BATCH

_TABLES = ("document", "line", "posting", "notice")


def main(customers: int) -> None:
    """Print subscriptions a second, ours and raw."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Path(folder) / "ours.db"
        # The run is a process of its own, as a nightly job is: nothing is warm from what subscribed the customers.
        filled = multiprocessing.get_context("spawn").Process(target=_fill, args=(ours, customers))
        filled.start()
        filled.join()
        with Billing.open(ours) as billing:
            before = time.perf_counter()
            report = billing.invoices.run(until=END, at=END)
            seconds = time.perf_counter() - before
        assert report.invoices == customers, report
        raw = _raw(ours, Path(folder) / "raw.db", customers)
        ratio(f"bill run, {customers:,} subscriptions", customers / seconds, "executemany of its rows", customers / raw)


def _fill(path: Path, customers: int) -> None:
    with Billing.open(path) as billing:
        fill(billing, customers)


def _raw(source: Path, target: Path, customers: int) -> float:
    """Seconds to write the same rows into the same schema, in transactions of as many customers."""
    read = sqlite3.connect(source)
    write = connect(target)
    migrations.upgrade(write, SQLITE)
    write.execute("PRAGMA foreign_keys = OFF")
    parents = ("customer", "price", "subscription", "account")
    for table in parents:
        rows = read.execute(f"SELECT * FROM billcore_{table}").fetchall()  # noqa: S608 - our own names
        if table == "account":
            rows = [(*row[:-1], row[-1] - 1) for row in rows]
        _insert(write, table, rows)
    names = [row[0] for row in read.execute("SELECT customer FROM billcore_customer ORDER BY customer")]
    seconds = 0.0
    for first in range(0, customers, BATCH):
        low, high = names[first], names[min(first + BATCH, customers) - 1]
        batch = {table: _rows(read, table, low, high) for table in _TABLES}
        accounts = read.execute(
            "SELECT next_due, last_run, latest, version, tenant, customer FROM billcore_account"
            " WHERE customer BETWEEN ? AND ?",
            (low, high),
        ).fetchall()
        before = time.perf_counter()
        write.execute("BEGIN IMMEDIATE")
        for table, rows in batch.items():
            _insert(write, table, rows)
        write.executemany(
            "UPDATE billcore_account SET next_due = ?, last_run = ?, latest = ?, version = ?"
            " WHERE tenant = ? AND customer = ?",
            accounts,
        )
        write.execute("COMMIT")
        seconds += time.perf_counter() - before
    return seconds


def _rows(read: sqlite3.Connection, table: str, low: str, high: str) -> list[tuple[object, ...]]:
    return read.execute(
        f"SELECT * FROM billcore_{table} WHERE customer BETWEEN ? AND ? ORDER BY customer",  # noqa: S608 - our own names
        (low, high),
    ).fetchall()


def _insert(write: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        marks = ",".join("?" * len(rows[0]))
        write.executemany(f"INSERT INTO billcore_{table} VALUES ({marks})", rows)  # noqa: S608 - our own names
