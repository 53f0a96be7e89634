"""Instants and zones: aware datetimes in UTC, and nothing else.

>>> instant("2026-05-20T02:00:00+02:00")
datetime.datetime(2026, 5, 20, 0, 0, tzinfo=datetime.timezone.utc)
>>> rfc3339(instant("2026-05-20T02:00:00.5+02:00"))
'2026-05-20T00:00:00.500000Z'
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from zoneinfo import ZoneInfo

from billcore.kernel.errors import InvalidInstant, InvalidValue

__all__ = ["EPOCH", "UTC", "from_micros", "instant", "micros", "rfc3339", "zone"]

UTC = dt.UTC
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = dt.timedelta(microseconds=1)
_PATTERN = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}", re.ASCII)
# Zone arithmetic must not overflow at either end of the calendar.
_FIRST_YEAR, _LAST_YEAR = 1900, 9900


def instant(value: dt.datetime | str, place: str | None = None) -> dt.datetime:
    """Read an instant: an aware ``datetime`` or RFC 3339 text with a zone; the answer is in UTC.

    Raises ``InvalidInstant`` for anything else: a naive datetime, a bare date, a year outside 1900 to 9900.
    """
    if type(value) is dt.datetime and value.tzinfo is UTC and _FIRST_YEAR < value.year < _LAST_YEAR:
        return value
    if isinstance(value, str):
        if not _PATTERN.fullmatch(value):
            raise InvalidInstant(place=place, value=value, hint='write it like "2026-05-20T00:00:00Z"')
        try:
            value = dt.datetime.fromisoformat(value.upper())
        except ValueError:
            raise InvalidInstant("no such date or time", place=place, value=value) from None
    if not isinstance(value, dt.datetime):
        raise InvalidInstant(place=place, value=value, hint="give an aware datetime")
    if value.utcoffset() is None:
        raise InvalidInstant("a datetime without a zone", place=place, value=value.isoformat(), hint="add tzinfo=UTC")
    if not _FIRST_YEAR < value.year < _LAST_YEAR:
        raise InvalidInstant("a year outside 1900 to 9900", place=place, value=value.isoformat())
    return value.astimezone(UTC)


def rfc3339(value: dt.datetime) -> str:
    """RFC 3339 text in UTC, with microseconds only where there are any."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


@functools.lru_cache(maxsize=65_536)
def micros(value: dt.datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z, as stores keep instants; a memo, as customers share billing dates."""
    return (value - EPOCH) // _MICRO


def from_micros(value: int) -> dt.datetime:
    """The instant that ``micros`` made the integer from."""
    return EPOCH + dt.timedelta(microseconds=value)


def zone(name: str, place: str | None = None) -> ZoneInfo:
    """The IANA time zone of that name. Raises ``InvalidValue``."""
    if type(name) is str and _ZONE.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, KeyError):
            pass
    raise InvalidValue("unknown time zone", place=place, value=name, hint='write an IANA name like "Europe/Zurich"')
