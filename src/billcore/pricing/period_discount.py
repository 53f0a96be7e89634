"""Commitment conversion: what a price of one period is for a longer or shorter one, where committing longer is cheaper.

uncloud counts a year as 11 months, a month as 28 days and a day as 23 hours (requirements.md 1.2).

>>> from billcore.kernel import MONTH, YEAR
>>> PeriodDiscount().price("15", MONTH, YEAR)
Decimal('165')
"""

from __future__ import annotations

from decimal import Decimal

import attrs

from billcore.kernel import DAY, HOUR, MONTH, YEAR, Exact, Interval, InvalidValue, Number, number
from billcore.kernel import exact as ex

__all__ = ["PeriodDiscount"]

_LADDER = (HOUR, DAY, MONTH, YEAR)


def _months(value: Number) -> Decimal:
    return _step(value, "months_of_year")


def _days(value: Number) -> Decimal:
    return _step(value, "days_of_month")


def _hours(value: Number) -> Decimal:
    return _step(value, "hours_of_day")


def _step(value: Number, place: str) -> Decimal:
    count = number(value, place)
    if count <= 0:
        raise InvalidValue("must be greater than zero", place=place, value=str(count))
    return count


@attrs.frozen(kw_only=True)
class PeriodDiscount:
    """How many of the shorter period the longer one costs: fewer than it has is the discount for committing."""

    months_of_year: Decimal = attrs.field(default=Decimal(11), converter=_months)
    days_of_month: Decimal = attrs.field(default=Decimal(28), converter=_days)
    hours_of_day: Decimal = attrs.field(default=Decimal(23), converter=_hours)

    def price(self, amount: Number | Exact, period: Interval, wanted: Interval) -> Exact:
        """What costs ``amount`` for a ``period``, for the ``wanted`` one: exact, in the same currency.

        Both are an hour, a day, a month or a year; else ``InvalidValue``.
        """
        have, want = _rung(period, "period"), _rung(wanted, "wanted")
        steps = (self.hours_of_day, self.days_of_month, self.months_of_year)
        result = number(amount, "amount") if isinstance(amount, (int, str)) else amount
        for step in steps[have:want]:
            result = ex.multiply(result, step)
        for step in reversed(steps[want:have]):
            result = ex.ratio(result, step)
        return result


def _rung(interval: Interval, place: str) -> int:
    if interval not in _LADDER:
        hint = "an hour, a day, a month or a year"
        raise InvalidValue("no rule for this period", place=place, value=interval, hint=hint)
    return _LADDER.index(interval)
