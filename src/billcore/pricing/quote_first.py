"""The first invoice of a quote: what each recurring line comes to in its first period or stub, as runs will bill it.

A price over others covers what comes to an end in its own first stub, however many periods of a shorter interval those
are; a commitment's cap leaves of each line what those due before it do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import attrs

from billcore.kernel import Anchor, Cadence, Exact, Period, Rounding, cadence, minor_units
from billcore.kernel import exact as ex
from billcore.pricing.charge import recurring_amount
from billcore.pricing.price import Price, PriceCadence, Timing
from billcore.pricing.proration import share
from billcore.pricing.quote_line import QuoteLine, uncapped_amount
from billcore.pricing.record import OrderRecord
from billcore.pricing.summed import SumShare, cap_of, sum_amount

__all__ = ["FirstPeriods"]


@attrs.frozen
class _Seen:
    """A line in one of its billing periods: what it comes to, rounded."""

    place: int
    price: Price
    part: Period
    minor: int

    @property
    def order(self) -> tuple[dt.datetime, dt.datetime, int]:
        """As runs bill: what is due earlier reaches a cap first."""
        return (self.part.start, self.part.start if self.price.due is Timing.ADVANCE else self.part.end, self.place)


@attrs.frozen
class FirstPeriods:
    """The first periods of what starts at an instant: each price's own, counted from the anchor."""

    start: dt.datetime
    anchor: Anchor
    timezone: str
    digits: int
    mode: Rounding

    def amounts(self, lines: Sequence[QuoteLine]) -> list[tuple[OrderRecord, int]]:
        """The lines that recur, in minor units, in their order; ``lines`` are all that the quote has."""
        wanted = [place for place, line in enumerate(lines) if line.recurs]
        caps = [line.record.price for line in lines if cap_of(line.record.price, SumShare(places=0)) is not None]
        sums = [lines[place].record.price for place in wanted if lines[place].over is not None]
        watched = {code for price in (*caps, *sums) for code in price.sum_of}
        until = max((self._first(price)[0].end for price in (*caps, *sums)), default=self.start)
        seen = [
            one
            for place, line in enumerate(lines)
            if line.over is None and line.cadence is not PriceCadence.ONCE
            for one in self._periods(place, line, until if line.price in watched else self.start)
        ]
        for price in caps:
            seen = self._capped(price, seen)
        found = {one.place: one.minor for one in reversed(seen)}
        return [
            (line.record, found[place] if line.over is None else self._over(line.record.price, seen))
            for place, line in ((place, lines[place]) for place in wanted)
        ]

    def _beat(self, price: Price) -> Cadence:
        return cadence(price.interval, self.anchor, self.start, self.timezone)

    def _first(self, price: Price) -> tuple[Period, Period, str]:
        """The part that is had of a price's first period, the whole of it and its zone."""
        beat = self._beat(price)
        index = beat.index(self.start)
        whole = beat.period(index)
        return Period(self.start, whole.end), whole, beat.zone(index)

    def _periods(self, place: int, line: QuoteLine, until: dt.datetime) -> Iterator[_Seen]:
        """A line's first period, and those after it that end by ``until``."""
        price = line.record.price
        beat = self._beat(price)
        index = beat.index(self.start)
        while True:
            whole = beat.period(index)
            part = Period(max(self.start, whole.start), whole.end)
            if part.start > self.start and part.end > until:
                return
            if price.cadence is PriceCadence.USAGE or (part == whole and price.per is None):
                exact = uncapped_amount(line)
            else:
                exact = recurring_amount(price, ((part, line.record.quantity),), whole, beat.zone(index))
            yield _Seen(place, price, part, minor_units(exact, self.digits, self.mode))
            index += 1

    def _capped(self, price: Price, seen: Sequence[_Seen]) -> list[_Seen]:
        """What the cap of a commitment leaves of the lines that come to an end in each of its periods."""
        beat = self._beat(price)
        lefts: dict[int, int] = {}
        lowered: dict[tuple[int, dt.datetime], int] = {}
        for one in sorted((one for one in seen if one.price.code in price.sum_of), key=lambda one: one.order):
            index = beat.index(one.part.end - dt.timedelta.resolution)
            if index not in lefts:
                lefts[index] = self._cap(price, beat, index)
            lowered[one.place, one.part.start] = min(one.minor, lefts[index])
            lefts[index] -= min(one.minor, lefts[index])
        return [attrs.evolve(one, minor=lowered.get((one.place, one.part.start), one.minor)) for one in seen]

    def _cap(self, price: Price, beat: Cadence, index: int) -> int:
        """The cap of one of a commitment's periods, or of the stub of its first."""
        whole = beat.period(index)
        part = Period(max(self.start, whole.start), whole.end)
        cap = share(price.proration, part, whole, beat.zone(index))
        return cap_of(price, SumShare(places=self.digits, cap=cap, mode=self.mode)) or 0

    @staticmethod
    def _covered(price: Price, part: Period, seen: Sequence[_Seen]) -> Iterator[_Seen]:
        return (one for one in seen if one.price.code in price.sum_of and part.start < one.part.end <= part.end)

    def _over(self, price: Price, seen: Sequence[_Seen]) -> int:
        """What a price over others comes to in its own first stub."""
        part, whole, zone = self._first(price)
        total = ex.scaled(sum(one.minor for one in self._covered(price, part, seen)), self.digits)
        of = SumShare(places=self.digits, part=share(price.proration, part, whole, zone), mode=self.mode)
        exact: Exact = sum_amount(price, total, of)
        return minor_units(exact, self.digits, self.mode)
