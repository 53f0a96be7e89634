"""When the phases of a plan version begin, for somebody who has it from an instant on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from billcore.kernel import Interval, add_days
from billcore.kernel import cadence as make_cadence
from billcore.pricing.plan import Phase

__all__ = ["phase_starts"]


def phase_starts(phases: Sequence[Phase], start: dt.datetime, timezone: str) -> tuple[dt.datetime, ...]:
    """The ends of the phases, one after the other from ``start``, at its local time: where the next one begins.

    Months are counted from ``start``, so that three phases of a month from 31 January end on 28 February, 31 March and
    30 April; then days.
    """
    found, months, days = [], 0, 0
    for phase in phases:
        months, days = months + phase.length.months, days + phase.length.days
        end = make_cadence(Interval(months=months), "start", start, timezone).nth(1) if months else start
        found.append(add_days(end, days, timezone))
    return tuple(found)
