"""Tax over lines at given rates: on the discounted base, rounded once a rate over the document, or line by line.

EN 16931-1, BR-CO-17: the tax amount of a category is its taxable amount times its rate, rounded to two decimals (to the
currency's minor unit here); BR-CO-14: the document's tax is the sum over categories; BR-CO-15: net and tax are the
total. Where prices include tax it is the other way round: the total is given, the tax is taken out of it, and the
taxable amount is what is left; then BR-CO-17 may be a unit off, which validators of the norm allow, and the total is
what was promised.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs

from billcore.kernel import InvalidValue, Rounding, allocate, checked_text, minor_units, of_kind, several
from billcore.kernel import exact as ex

__all__ = ["NO_RATE", "AppliedRate", "Tax", "TaxRounding", "Taxes", "lines_by_rate", "tax_over", "why_zero"]

_HUNDRED = 100
_INCLUSIVE = "inclusive"


class TaxRounding(enum.Enum):
    """What is rounded: the tax of a rate over the document (EN 16931, the default), or that of each line."""

    RATE = "rate"
    LINE = "line"


def _rates(values: Iterable[AppliedRate]) -> tuple[AppliedRate, ...]:
    return several(values, AppliedRate, "parts")


@attrs.frozen(cache_hash=True)
class AppliedRate:
    """What a line is taxed at: a rate's code and its ``percent``, 0 to 100.

    ``reason`` says why where nothing is taxed. An ``inclusive`` rate is a part of the line's amount, any other comes on
    top of it. ``parts`` are the rates of a line that has several: each is taxed on the line's amount and rounded on its
    own, and ``percent`` is their sum; see ``together``.
    """

    code: str
    percent: Decimal
    reason: str | None = None
    inclusive: bool = False
    parts: tuple[AppliedRate, ...] = attrs.field(default=(), converter=_rates)
    terms: tuple[str, ...] = attrs.field(init=False, eq=False, repr=False)
    """What it is beside code, percentage and reason, as a text for stores and hashes; of most rates nothing."""

    def __attrs_post_init__(self) -> None:
        checked_text(self.code, "code")
        of_kind(self.percent, Decimal, "percent")
        if not self.percent.is_finite() or not 0 <= self.percent <= _HUNDRED:
            raise InvalidValue("a percentage is 0 to 100", place="percent", value=str(self.percent))
        ex.number(self.percent, "percent")  # what is longer could be stored, and never read again
        of_kind(self.inclusive, bool, "inclusive")
        if self.parts:
            self._sums()
        if self.reason is not None:
            checked_text(self.reason, "reason")

    def _sums(self) -> None:
        """Refuse parts that are not what ``together`` makes: then the tax would not be that of ``percent``."""
        if self.inclusive or any(part.inclusive or part.parts for part in self.parts):
            raise InvalidValue("only plain rates go together", place="parts", value=self.code)
        if len(set(self.parts)) != len(self.parts):
            raise InvalidValue("a rate stands twice", place="parts", value=self.code)
        if ex.compare(ex.total(part.percent for part in self.parts), self.percent):
            raise InvalidValue("the parts do not sum to it", place="percent", value=str(self.percent))

    @terms.default
    def _terms(self) -> tuple[str, ...]:
        if self.inclusive:
            return (_INCLUSIVE,)
        if self.parts:
            return (json.dumps([[part.code, ex.text(part.percent), part.reason] for part in self.parts]),)
        return ()

    @classmethod
    def stored(cls, code: str, percent: Decimal, reason: str | None, terms: str | None) -> AppliedRate:
        """The rate that was stored with these ``terms``."""
        if terms is None or terms == _INCLUSIVE:
            return cls(code, percent, reason, inclusive=terms is not None)
        parts = [cls(name, ex.number(share), why) for name, share, why in json.loads(terms)]
        return cls(code, percent, reason, parts=tuple(parts))

    @classmethod
    def together(cls, rates: Iterable[AppliedRate]) -> AppliedRate:
        """Several rates on one line, say a federal and a provincial one; one alone is itself.

        Raises ``InvalidValue`` where there is none, where one stands twice, and where one is inclusive or of several
        itself: a price that includes two taxes says not which part is whose.
        """
        parts = _rates(rates)
        for place, part in enumerate(parts):
            if (part.inclusive and len(parts) > 1) or part.parts:
                raise InvalidValue("only plain rates go together", place=f"parts[{place}]", value=part.code)
            if part in parts[:place]:
                raise InvalidValue("a rate stands twice", place=f"parts[{place}]", value=part.code)
        if not parts:
            raise InvalidValue("no rate", place="parts")
        if len(parts) == 1:
            return parts[0]
        percent = ex.CONTEXT.create_decimal(ex.text(ex.total(part.percent for part in parts)))
        return cls("+".join(part.code for part in parts), percent, parts=parts)


NO_RATE = AppliedRate("none", ex.ZERO, "no rate")
"""No rate for the customer's country and the line's category: taxed zero, and said so."""


@attrs.frozen
class Tax:
    """The tax of one rate over a document, in minor units; ``reason`` says why where it is zero.

    ``base`` is what is taxed, without the tax, also where prices include it (``inclusive``).
    """

    code: str
    percent: Decimal
    base: int
    amount: int
    reason: str | None = None
    inclusive: bool = False


@attrs.frozen
class Taxes:
    """The taxes of a document by rate, and each line's part of them, in minor units."""

    rates: tuple[Tax, ...]
    lines: tuple[int, ...]

    @property
    def total(self) -> int:
        """The document's tax."""
        return sum(tax.amount for tax in self.rates)

    @property
    def included(self) -> int:
        """What of it is part of the lines' amounts; the rest comes on top of them."""
        return sum(tax.amount for tax in self.rates if tax.inclusive)


def lines_by_rate(rates: Iterable[AppliedRate]) -> dict[AppliedRate, list[int]]:
    """The places of the lines that each rate taxes, from the rates of all lines; of several on a line each stands."""
    found: dict[AppliedRate, list[int]] = {}
    last: AppliedRate | None = None
    places: list[int] = []
    for place, rate in enumerate(rates):
        if rate is not last:
            if rate.parts:
                for part in rate.parts:
                    found.setdefault(part, []).append(place)
                last = None
                continue
            last, places = rate, found.setdefault(rate, [])
        places.append(place)
    return found


def tax_over(
    lines: Sequence[tuple[AppliedRate, int]],
    mode: Rounding = Rounding.HALF_UP,
    rounding: TaxRounding = TaxRounding.RATE,
) -> Taxes:
    """Tax on lines of ``(rate, amount in minor units)``.

    Rounded once a rate, spread back by largest remainder (D11); or each line's tax alone, and added up.
    """
    taxes, spread = [], [0] * len(lines)
    for rate, places in lines_by_rate([line[0] for line in lines]).items():
        amounts = [lines[place][1] for place in places]
        gross = sum(amounts)
        if rounding is TaxRounding.LINE:
            parts = tuple([_tax_of(rate, one, mode) for one in amounts])
            amount = sum(parts)
        else:
            amount = _tax_of(rate, gross, mode)
            parts = _spread(amount, amounts)
        base = gross - amount if rate.inclusive else gross
        reason = None if amount else why_zero(rate, gross)
        taxes.append(Tax(rate.code, rate.percent, base, amount, reason, rate.inclusive))
        # Lines of no tax have no parts: an exempt document is spread for nothing.
        for place, part in zip(places, parts, strict=False):
            spread[place] += part
    return Taxes(tuple(taxes), tuple(spread))


def _spread(amount: int, over: Sequence[int]) -> tuple[int, ...]:
    """The tax of a rate spread back to its lines; mostly there is one, or nothing to spread."""
    if len(over) == 1:
        return (amount,)
    return allocate(amount, [abs(line) for line in over]) if amount else ()


def _tax_of(rate: AppliedRate, amount: int, mode: Rounding) -> int:
    """The tax on an amount, or in it, rounded to a minor unit."""
    if not rate.inclusive:
        return minor_units(ex.CONTEXT.multiply(Decimal(amount), ex.CONTEXT.scaleb(rate.percent, -2)), 0, mode)
    gross = ex.add(rate.percent, Decimal(_HUNDRED))
    return minor_units(ex.ratio(ex.multiply(Decimal(amount), rate.percent), gross), 0, mode)


def why_zero(rate: AppliedRate, base: int) -> str:
    """Why a tax of zero is zero: as the rate says, else as the numbers do (R0-21: never silent)."""
    return rate.reason or "zero rate" if not rate.percent else "nothing to tax" if not base else "rounds to zero"
