"""Runs in workers: threads and processes bill the same as one after the other."""

from __future__ import annotations

import pickle
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.portal import END, fill
from billcore import Billing
from billcore.kernel import StoreError

CUSTOMERS = 60


def billed(path: Path, executor: Executor | None) -> dict[str, tuple[int, str]]:
    """Totals and content without numbers, by document: whose number is whose depends on who was first."""
    with Billing.open(path) as billing:
        fill(billing, CUSTOMERS)
        report = billing.invoices.run(until=END, at=END, batch=7, executor=executor)
        assert report.invoices == CUSTOMERS
        found = billing.invoices.list(limit=1_000).items
        assert sorted(str(one.number) for one in found) == [f"INV-{n:06d}" for n in range(1, CUSTOMERS + 1)]
        assert billing.verify() == ()
        return {one.id: (one.document.total, str(one.document.lines)) for one in found}


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_workers_bill_the_same(kind: type[ThreadPoolExecutor | ProcessPoolExecutor], tmp_path: Path) -> None:
    """Threads and processes over one database file give the same documents, and numbers without gaps."""
    expected = billed(tmp_path / "alone.db", None)
    with kind(2) as executor:
        assert billed(tmp_path / "together.db", executor) == expected


def test_a_store_in_memory_stays_where_it_is() -> None:
    """It cannot be sent to another process, and says so."""
    with pytest.raises(StoreError, match="stays in its process"):
        pickle.dumps(Billing.in_memory().session)
