"""Timing: the best of several runs, in calls a second."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["per_second", "ratio"]


def per_second(work: Callable[[], object], calls: int, rounds: int = 5) -> float:
    """How many calls a second the fastest of several rounds makes; ``work`` makes ``calls`` of them."""
    best = min(_timed(work) for _ in range(rounds))
    return calls / best


def _timed(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def ratio(name: str, ours: float, other: str, theirs: float, unit: str = "/s") -> None:
    """Print two figures of one run and their ratio."""
    print(f"{name}: {ours:,.0f} {unit}; {other}: {theirs:,.0f} {unit}; ratio {ours / theirs:.2f}")
