"""Tax over lines: per rate on the base, rounded once a rate over the document, spread back to the lines.

EN 16931, BR-CO-17: the tax amount of a category is its base times its rate, rounded to two decimals (to the currency's
minor unit here); BR-CO-14: the document's tax is the sum over categories.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs

from billcore.kernel import InvalidValue, Rounding, allocate, minor_units
from billcore.kernel import exact as ex
from billcore.pricing import fields
from billcore.pricing.dated import date
from billcore.pricing.entry import Entry

__all__ = ["NO_RATE", "AppliedRate", "Tax", "TaxRate", "Taxes", "find_rate", "tax_over"]


@attrs.frozen(cache_hash=True)
class AppliedRate:
    """What a line is taxed at: a rate's code and percent; ``reason`` says why where nothing applies."""

    code: str
    percent: Decimal
    reason: str | None = None


NO_RATE = AppliedRate("none", ex.ZERO, "no rate")
"""No rate for the customer's country and the line's category: taxed zero, and said so."""


def _from(value: dt.date | str | None) -> dt.date | None:
    return date(value, "from")


def _to(value: dt.date | str | None) -> dt.date | None:
    return date(value, "to")


@attrs.frozen(kw_only=True)
class TaxRate(Entry):
    """A rate of one country and category, in force on the local dates ``[from, to)``."""

    code: str
    country: str = attrs.field(converter=fields.country)
    percent: Decimal = attrs.field(converter=fields.percent)
    category: str = "standard"
    from_: dt.date | None = attrs.field(default=None, converter=_from)
    to: dt.date | None = attrs.field(default=None, converter=_to)

    def __attrs_post_init__(self) -> None:
        if self.from_ is not None and self.to is not None and self.to <= self.from_:
            raise InvalidValue("ends before it begins", place="to", value=self.to.isoformat())

    def holds(self, on: dt.date) -> bool:
        """It is in force on that local date."""
        return (self.from_ is None or self.from_ <= on) and (self.to is None or on < self.to)


def find_rate(rates: Iterable[TaxRate], country: str | None, category: str, on: dt.date) -> AppliedRate:
    """The rate of the country and category in force on a local date; ``NO_RATE`` if there is none."""
    for rate in rates:
        if rate.country == country and rate.category == category and rate.holds(on):
            return AppliedRate(rate.code, rate.percent)
    return NO_RATE


@attrs.frozen
class Tax:
    """The tax of one rate over a document, in minor units; ``reason`` says why where it is zero."""

    code: str
    percent: Decimal
    base: int
    amount: int
    reason: str | None = None


@attrs.frozen
class Taxes:
    """The taxes of a document by rate, and each line's part of them, in minor units."""

    rates: tuple[Tax, ...]
    lines: tuple[int, ...]

    @property
    def total(self) -> int:
        """The document's tax."""
        return sum(tax.amount for tax in self.rates)


def tax_over(lines: Sequence[tuple[AppliedRate, int]], mode: Rounding = Rounding.HALF_UP) -> Taxes:
    """Tax on lines of ``(rate, base in minor units)``.

    Rounded once a rate, spread back by largest remainder (D11).
    """
    by_rate: dict[AppliedRate, list[int]] = {}
    last: AppliedRate | None = None
    indexes: list[int] = []
    for index, (rate, _) in enumerate(lines):
        if rate is not last:
            last, indexes = rate, by_rate.setdefault(rate, [])
        indexes.append(index)
    taxes, spread = [], [0] * len(lines)
    for rate, indexes in by_rate.items():
        base = sum(lines[index][1] for index in indexes)
        amount = minor_units(ex.CONTEXT.multiply(Decimal(base), ex.CONTEXT.scaleb(rate.percent, -2)), 0, mode)
        taxes.append(Tax(rate.code, rate.percent, base, amount, None if amount else _why_zero(rate, base)))
        if amount:
            weights = [abs(lines[index][1]) for index in indexes]
            for index, part in zip(indexes, allocate(amount, weights), strict=True):
                spread[index] = part
    return Taxes(tuple(taxes), tuple(spread))


def _why_zero(rate: AppliedRate, base: int) -> str:
    return rate.reason or "zero rate" if not rate.percent else "nothing to tax" if not base else "rounds to zero"
