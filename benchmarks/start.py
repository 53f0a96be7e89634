"""Time to a first handle: ``Billing.in_memory()`` in a fresh interpreter, beside what its dependencies cost alone."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

BARE = "pass"
DEPENDENCIES = "import attrs, cattrs, babel.numbers, dateutil.relativedelta, zoneinfo, sqlite3"
HANDLE = "from billcore import Billing; Billing.in_memory()"


def main(_customers: int) -> None:
    """Print milliseconds over a bare interpreter: the median of 15 starts each."""
    bare, dependencies, handle = (_median(code) for code in (BARE, DEPENDENCIES, HANDLE))
    print(f"bare interpreter {bare:.0f} ms")
    print(f"Billing.in_memory() {handle - bare:.0f} ms over it; the dependencies alone {dependencies - bare:.0f} ms")


def _median(code: str) -> float:
    def once() -> float:
        before = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return (time.perf_counter() - before) * 1000

    once()
    return statistics.median(once() for _ in range(15))
