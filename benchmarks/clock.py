"""Timing: the best of several runs, in calls a second."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["per_second", "ratio"]


def per_second(work: Callable[[], object], calls: int, rounds: int = 5, *, busy: bool = False) -> float:
    """How many calls a second the fastest of several rounds makes; ``work`` makes ``calls`` of them.

    Where nothing waits for a disk, ``busy`` counts the process's own time: then other work matters less.
    """
    clock = time.process_time if busy else time.perf_counter
    return calls / min(_timed(work, clock) for _ in range(rounds))


def _timed(work: Callable[[], object], clock: Callable[[], float]) -> float:
    before = clock()
    work()
    return clock() - before


def ratio(name: str, ours: float, other: str, theirs: float, unit: str = "/s", *, least: float | None = None) -> None:
    """Print two figures of one run and their ratio, beside the least that is promised."""
    promised = "" if least is None else f" (promised: at least {least:.2f})"
    print(f"{name}: {ours:,.0f} {unit}; {other}: {theirs:,.0f} {unit}; ratio {ours / theirs:.2f}{promised}")
