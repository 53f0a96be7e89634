"""A clock for tests: it stands where it is put.

>>> clock = ManualClock("2026-01-31T10:00:00+01:00")
>>> clock.advance(days=1, hours=3)
>>> clock
ManualClock('2026-02-01T12:00:00Z')
>>> clock.set("2027-01-01T00:00:00Z")
>>> clock.now()
datetime.datetime(2027, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
"""

from __future__ import annotations

import datetime as dt

from billcore.kernel import instant, override, rfc3339

__all__ = ["ManualClock"]


class ManualClock:
    """A ``billcore.ports.Clock`` that moves when it is told to, and not otherwise.

    ``at`` is an aware ``datetime`` or RFC 3339 text; anything else is ``InvalidInstant``.
    """

    def __init__(self, at: dt.datetime | str) -> None:
        self._at = instant(at, "at")

    def now(self) -> dt.datetime:
        """The instant it stands at, in UTC."""
        return self._at

    def set(self, at: dt.datetime | str) -> None:
        """Put it to an instant, later or earlier."""
        self._at = instant(at, "at")

    def advance(self, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> None:
        """Let so much time pass; a day is 24 hours, whatever the clocks of a zone do."""
        self._at = instant(self._at + dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds), "at")

    @override
    def __repr__(self) -> str:
        return f"ManualClock({rfc3339(self._at)!r})"
