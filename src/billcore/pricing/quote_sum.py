"""Prices over others in a quote: fees, true-ups and overages over the lines of a full period, as they are expected.

A line whose period is shorter than that of the price over it counts as often as it fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from billcore.kernel import Exact, Interval, Rounding, minor_units
from billcore.kernel import exact as ex
from billcore.pricing.commitment import Overage, TrueUp
from billcore.pricing.explain import Explanation, leaf
from billcore.pricing.explain_sum import summed_lines
from billcore.pricing.price import Price, PriceCadence
from billcore.pricing.record import OrderRecord
from billcore.pricing.summed import SumShare, cap_of, sum_amount

__all__ = ["Over", "asks_usage", "left_of_caps", "over"]


@attrs.frozen
class Over:
    """What a price over others covers in a quote: each code with its minor units and how often they count."""

    parts: tuple[tuple[str, int, Exact], ...]
    share: SumShare

    @property
    def lines(self) -> Explanation:
        """The sum as a tree; each part is rounded."""
        return summed_lines(tuple(self._part(*part) for part in self.parts))

    def _part(self, code: str, minor: int, times: Exact) -> Explanation:
        one = leaf("covered line", ex.scaled(minor, self.share.places), about={"name": code})
        if times == 1:
            return one
        often = leaf("periods", times, kind="number")
        made = Explanation("covered periods", ex.multiply(one.value, times), "product", (one, often), about=one.about)
        value = ex.scaled(minor_units(made.value, self.share.places, self.share.mode), self.share.places)
        return Explanation(
            "covered periods", value, "round", (made,), None, self.share.places, self.share.mode, about=one.about
        )

    def amount(self, price: Price) -> Exact:
        """What the price costs over them."""
        return sum_amount(price, self.lines.value, self.share)


def over(price: Price, minors: Mapping[str, tuple[Interval, int]], share: SumShare, hours: Decimal) -> Over:
    """What the price covers of these lines: their intervals and minor units by code."""
    found = [(code, *minors[code]) for code in price.sum_of if code in minors]
    return Over(tuple((code, minor, _fits(interval, price.interval, hours)) for code, interval, minor in found), share)


def _fits(one: Interval, other: Interval, hours: Decimal) -> Exact:
    """How many periods of the one the other has; a month is so many hours where it must be told."""
    if bool(one.months) == bool(other.months) and not (one.seconds or other.seconds):
        return ex.ratio(ex.whole(other.months or other.days), one.months or one.days)
    return ex.ratio(_hours(other, hours), _hours(one, hours))


def _hours(interval: Interval, month: Decimal) -> Exact:
    fixed = ex.ratio(ex.whole(interval.seconds + interval.days * 86_400), 3_600)
    return ex.add(fixed, ex.multiply(month, ex.whole(interval.months)))


def asks_usage(price: Price, records: Sequence[OrderRecord]) -> bool:
    """Its amount is known only with what is used: usage, a commitment, and what is over usage."""
    if price.cadence is PriceCadence.USAGE or isinstance(price.model, TrueUp | Overage):
        return True
    return any(other.price.code in price.sum_of and other.price.cadence is PriceCadence.USAGE for other in records)


def left_of_caps(
    records: Sequence[OrderRecord], exacts: Mapping[str, Exact], places: int, mode: Rounding
) -> dict[str, Exact]:
    """The lines that a cap of their own period cuts, with what it leaves of each."""
    left: dict[str, Exact] = {}
    intervals = {record.price.code: record.price.interval for record in records}
    for price in (record.price for record in records):
        most = cap_of(price, SumShare(places=places, mode=mode))
        if most is None:
            continue
        for code, exact in exacts.items():
            if code in price.sum_of and intervals[code] == price.interval:
                minor = minor_units(exact, places, mode)
                if minor > most:
                    left[code] = ex.scaled(most, places)
                most = max(0, most - minor)
    return left
