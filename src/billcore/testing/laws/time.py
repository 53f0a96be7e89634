"""Time: the periods that a cadence counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from billcore.kernel import Cadence
from billcore.testing.laws._broken import broken

__all__ = ["periods_tile_time"]

_MICRO = dt.timedelta(microseconds=1)


def periods_tile_time(cadence: Cadence, periods: Iterable[int] = range(-3, 6)) -> None:
    """Law: boundaries never fall, and each instant is in exactly one period.

    ``periods`` are the ordinals that are looked at, each with its first, its last and a middle instant. What is billed
    rests on it (P1, P3).
    """
    law = "periods tile time"
    for n in periods:
        start, end = cadence.nth(n), cadence.nth(n + 1)
        if start > end:
            raise broken(law, n=n, start=start, end=end, cadence=cadence)
        period = cadence.period(n)
        if (period.start, period.end) != (start, end):
            raise broken(law, n=n, start=start, end=end, period=period, cadence=cadence)
        for at in (start, start + (end - start) / 2, end - _MICRO) if start < end else ():
            found = cadence.index(at)
            if found != n or at not in cadence.containing(at):
                raise broken(law, at=at, index=found, n=n, period=period, cadence=cadence)
