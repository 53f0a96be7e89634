"""Timeline: what is in force at an instant.

>>> from billcore.kernel.instant import instant
>>> seats = Timeline.starting(instant("2026-01-01T00:00:00Z"), 5).set(instant("2026-01-10T00:00:00Z"), 8)
>>> seats.at(instant("2026-01-09T23:59:59Z")), seats.at(instant("2026-01-10T00:00:00Z"))
(5, 8)
"""

from __future__ import annotations

import bisect
import datetime as dt
from typing import Generic, TypeVar

import attrs

from billcore.kernel.period import Period

__all__ = ["Timeline"]

T = TypeVar("T")


@attrs.frozen
class Timeline(Generic[T]):
    """Values by the instant from which each holds, in order of time; before the first nothing is in force."""

    points: tuple[tuple[dt.datetime, T], ...] = ()

    @classmethod
    def starting(cls, at: dt.datetime, value: T) -> Timeline[T]:
        """One value, from ``at`` on."""
        return cls(((at, value),))

    def set(self, at: dt.datetime, value: T) -> Timeline[T]:
        """The same timeline with ``value`` in force from ``at`` until the next point; one at ``at`` is replaced."""
        where = bisect.bisect_left(self.points, at, key=lambda point: point[0])
        rest = where + 1 if where < len(self.points) and self.points[where][0] == at else where
        return Timeline((*self.points[:where], (at, value), *self.points[rest:]))

    def at(self, at: dt.datetime) -> T | None:
        """What is in force at the instant; ``None`` before the first point."""
        where = bisect.bisect_right(self.points, at, key=lambda point: point[0])
        return self.points[where - 1][1] if where else None

    def segments(self, period: Period) -> tuple[tuple[Period, T], ...]:
        """The parts of ``period`` in which one value is in force, in order; they tile it from the first point on."""
        if len(self.points) == 1 and self.points[0][0] <= period.start < period.end:
            return ((period, self.points[0][1]),)
        found = []
        for index, (start, value) in enumerate(self.points):
            end = self.points[index + 1][0] if index + 1 < len(self.points) else None
            if part := period.overlap(start, end):
                found.append((part, value))
        return tuple(found)
