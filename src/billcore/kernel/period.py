"""Period: a half-open stretch of time, ``[start, end)``."""

from __future__ import annotations

import datetime as dt

import attrs

from billcore.kernel.errors import InvalidValue
from billcore.kernel.instant import instant, rfc3339
from billcore.kernel.override import override

__all__ = ["Period"]


@attrs.frozen(order=True, cache_hash=True)
class Period:
    """``start`` is in it, ``end`` is not; both in UTC. A period may be empty, never reversed."""

    start: dt.datetime = attrs.field(converter=instant)
    end: dt.datetime = attrs.field(converter=instant)

    def __attrs_post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidValue("a period ends before it starts", place="end", value=str(self))

    @property
    def empty(self) -> bool:
        """No instant is in it."""
        return self.start == self.end

    @property
    def micros(self) -> int:
        """Its length in microseconds."""
        return (self.end - self.start) // dt.timedelta(microseconds=1)

    def __contains__(self, at: dt.datetime) -> bool:
        return self.start <= at < self.end

    def overlap(self, start: dt.datetime, end: dt.datetime | None) -> Period | None:
        """What it has in common with ``[start, end)``; ``None`` if nothing. No ``end`` means for ever."""
        first = max(self.start, start)
        last = self.end if end is None else min(self.end, end)
        return Period(first, last) if first < last else None

    @override
    def __str__(self) -> str:
        return f"[{rfc3339(self.start)}, {rfc3339(self.end)})"
