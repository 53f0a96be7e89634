"""The share of a price that is due for a part of a period, as a pair of integers.

Every measure is a function of one instant, what has *passed* of the period by then; a part's share is the difference
of two of them over the whole. So parts add up by construction: ``f(a, b) + f(b, c) = f(a, c)`` (M7).
"""

from __future__ import annotations

import datetime as dt

from billcore.kernel import NotSupportedYet, Period, local_days
from billcore.pricing.price import Proration

__all__ = ["share"]

_MICRO = dt.timedelta(microseconds=1)
_HOUR = dt.timedelta(hours=1)


def share(measure: Proration, part: Period, whole: Period, zone: str) -> tuple[int, int]:
    """The share of ``whole`` that ``part`` is: ``(n, d)``, 0 <= n <= d.

    ``second`` counts microseconds, ``hour`` whole hours since the period's start, ``day`` local days half open (start
    day in, end day out), ``day_after`` local days with the start day out, as uncloud counts. A period too short to
    count in the measure's unit is counted by the second.
    """
    if part == whole:
        return (1, 1)
    length = _passed(measure, whole, whole.end, zone)
    if not length:
        return share(Proration.SECOND, part, whole, zone)
    return (_passed(measure, whole, part.end, zone) - _passed(measure, whole, part.start, zone), length)


def _passed(measure: Proration, whole: Period, at: dt.datetime, zone: str) -> int:
    match measure:
        case Proration.SECOND:
            return (at - whole.start) // _MICRO
        case Proration.HOUR:
            return (at - whole.start) // _HOUR
        case Proration.DAY:
            return local_days(whole.start, at, zone)
        case Proration.DAY_AFTER:
            days = local_days(whole.start, whole.end, zone)
            return 0 if at == whole.start else min(local_days(whole.start, at, zone) + 1, days)
        case _:
            raise NotSupportedYet(place="proration", value=measure.value)
