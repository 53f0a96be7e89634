"""Whose usage of a meter outside any plan is, and when (docs/decisions/0006)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator

from billcore.kernel import Period
from billcore.lifecycle.subscription import Life
from billcore.lifecycle.usage import Metering, first_to_meter

__all__ = ["outside_windows"]


def outside_windows(
    who: Life, meter: str, window: Period, metered: Metering, priced: Metering
) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    """The parts of ``window`` in which events of a meter that nothing bought counts are a subscription's.

    First of events that name it: while it does not meter them itself. Then of events that name none: while no
    subscription meters them (``metered``), and it is the first by id that has a price for them (``priced``).
    """
    named = tuple(part for part, first in _steps(first_to_meter([who], meter), window) if first is None)
    unnamed = tuple(
        part
        for free, first in _steps(metered, window)
        if first is None
        for part, owner in _steps(priced, free)
        if owner == who.subscription.id
    )
    return named, unnamed


def _steps(metering: Metering, window: Period) -> Iterator[tuple[Period, str | None]]:
    """The parts of a window, each with who is the first in it."""
    place = bisect_right(metering, window.start, key=lambda step: step[0])
    start: dt.datetime = window.start
    first = metering[place - 1][1] if place else None
    for at, following in metering[place:]:
        if at >= window.end:
            break
        if following != first:
            yield Period(start, at), first
            start, first = at, following
    if start < window.end:
        yield Period(start, window.end), first
