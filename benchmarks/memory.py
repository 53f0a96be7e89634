"""Peak memory of a bill run, in a process of its own, at a tenth of the customers and at all of them. Linux only."""

from __future__ import annotations

import subprocess
import sys
import tempfile

CODE = """
import sys
from benchmarks.portal import END, fill
from billcore import Billing
path, customers, run = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "run"
with Billing.open(path) as billing:
    if run:
        billing.invoices.run(until=END, at=END)
    else:
        fill(billing, customers)
with open("/proc/self/status") as status:  # not ru_maxrss: that starts at what the parent had when it forked
    print(next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM")))
"""


def main(customers: int) -> None:
    """Print MiB; the portal is filled by another process."""
    peaks = []
    for count in (customers // 10, customers):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/portal.db"
            _process(path, count, "fill")
            peaks.append((count, _process(path, count, "run")))
    print(
        "; ".join(f"{count:,} customers: {peak} MiB" for count, peak in peaks)
        + f"; ratio {peaks[1][1] / peaks[0][1]:.2f}"
    )


def _process(path: str, customers: int, what: str) -> int:
    command = [sys.executable, "-c", CODE, path, str(customers), what]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
