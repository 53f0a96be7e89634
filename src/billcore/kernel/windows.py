"""Windows of local time: where the minute, hour, day or longer stretch of an instant begins."""

from __future__ import annotations

import datetime as dt

from billcore.kernel.cadence import HOUR, MINUTE, Interval, calendar_start, to_utc
from billcore.kernel.errors import InvalidValue
from billcore.kernel.instant import UTC, instant, zone

__all__ = ["local_floor"]


def local_floor(at: dt.datetime, interval: Interval, zone_name: str) -> dt.datetime:
    """The start of the local minute, hour, day, week (from Monday), month, quarter, half-year or year of ``at``.

    An hour (or minute) begins when the clock shows a full one, and anew when the clock is put, and it ends with the
    next that begins; so it is an hour at most. An hour that comes twice is two, and so is a half hour that comes twice:
    where clocks go back from 02:00 to 01:30 (Lord Howe), the windows begin at 01:00, at 01:30 the second time, for half
    an hour, and at 02:00. Raises ``InvalidValue`` for an interval that no calendar has.
    """
    local = instant(at, "at").astimezone(zone(zone_name, "timezone"))
    if (wall := calendar_start(interval, local.replace(tzinfo=None))) is not None:
        return to_utc(wall, zone_name)
    if interval not in (MINUTE, HOUR):
        raise InvalidValue("an interval that no calendar has", place="interval", value=interval)
    full = local.replace(minute=0 if interval == HOUR else local.minute, second=0, microsecond=0, tzinfo=None)
    end = local.astimezone(UTC)
    start = end - (local.replace(tzinfo=None) - full)
    return start if _offset(start, local) == local.utcoffset() else _last_put(start, end, local)


def _offset(at: dt.datetime, local: dt.datetime) -> dt.timedelta | None:
    """How far the clock of ``local``'s zone is ahead of UTC at an instant."""
    return at.astimezone(local.tzinfo).utcoffset()


def _last_put(before: dt.datetime, after: dt.datetime, local: dt.datetime) -> dt.datetime:
    """When the clock was put between two instants, of which the second has the offset of ``local``."""
    second = dt.timedelta(seconds=1)
    least, most = 0, -((before - after) // second)  # seconds after ``before``; clocks are put at full seconds of it
    while most - least > 1:
        middle = (least + most) // 2
        if _offset(before + middle * second, local) == local.utcoffset():
            most = middle
        else:
            least = middle
    return before + most * second
