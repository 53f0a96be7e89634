"""Which usage counts for a subscription, read from a store."""

from __future__ import annotations

import datetime as dt
import functools
import heapq
import itertools
from collections.abc import Iterator

import attrs

from billcore.engine.rows.usage import properties_of
from billcore.kernel import Period, from_micros, micros, number
from billcore.lifecycle import Life, Metering, UsageTotal, first_to_meter, life, outside_windows, unnamed_windows
from billcore.ports import ReadTx, Row
from billcore.ports.tables import USAGE
from billcore.pricing import Event
from billcore.settlement import AccountFacts

__all__ = ["Metered", "usage_rows"]

_PAGE = 5_000
_METER = USAGE.position("meter")


@attrs.define
class Metered:
    """A ``UsageLookup``: events that name a subscription, and unnamed ones that it is the first to meter.

    With ``known``, those alone that were recorded by that instant. With ``beyond``, those that nothing bought counts.
    """

    tx: ReadTx
    facts: AccountFacts
    known: dt.datetime | None = None
    beyond: bool = False
    _everybody: list[Life] = attrs.field(factory=list)
    _metering: dict[tuple[str, bool], Metering] = attrs.field(factory=dict)

    @functools.cached_property
    def outside(self) -> Metered:
        """The lookup of events that nothing bought counts: they are priced outside any plan."""
        return attrs.evolve(self, beyond=True)

    def __call__(self, who: Life, meter: str, window: Period, /) -> UsageTotal:
        """How many they are, and their sum."""
        if self.beyond and meter not in self._used:
            return UsageTotal()
        customer, seen = self.facts.customer.id, None if self.known is None else micros(self.known)
        start, end = micros(window.start), micros(window.end)
        pieces: list[tuple[str | None, Period]]
        if not self.beyond:
            total = self.tx.usage_total(customer, meter, who.subscription.id, start, end, seen)
            pieces = [(None, piece) for piece in self._unnamed(who, meter, window)]
        else:
            total, pieces = UsageTotal(), self._pieces(who, meter, window)
        for name, piece in pieces:
            total = total.plus(self.tx.usage_total(customer, meter, name, micros(piece.start), micros(piece.end), seen))
        return total

    def events(self, who: Life, meter: str, window: Period, /) -> Iterator[tuple[dt.datetime, Event]]:
        """The events themselves with their times, in order of time."""
        for row in self._counted(who, meter, window):
            if self.known is None or int(row[8] or 0) <= micros(self.known):
                yield from_micros(int(row[6] or 0)), Event(number(str(row[7])), properties_of(row))

    def grown(self, who: Life, meter: str, window: Period, /) -> Iterator[tuple[dt.datetime, UsageTotal]]:
        """How the total grew: what it was from each instant on at which events were recorded."""
        rows = sorted(self._counted(who, meter, window), key=lambda row: int(row[8] or 0))
        total = UsageTotal()
        for at, batch in itertools.groupby(rows, key=lambda row: int(row[8] or 0)):
            for row in batch:
                total = total.plus(UsageTotal(1, number(str(row[7]))))
            yield from_micros(at), total

    def _counted(self, who: Life, meter: str, window: Period) -> Iterator[Row]:
        """The rows of the events that count, in order of time."""
        customer = self.facts.customer.id
        found = [usage_rows(self.tx, customer, meter, name, piece) for name, piece in self._pieces(who, meter, window)]
        yield from heapq.merge(*found, key=lambda row: (row[6], row[0], row[1]))

    def _pieces(self, who: Life, meter: str, window: Period) -> list[tuple[str | None, Period]]:
        """When events count: those that name the subscription, then those that name none."""
        name: str | None = who.subscription.id
        if not self.beyond:
            return [(name, window), *((None, piece) for piece in self._unnamed(who, meter, window))]
        named, unnamed = outside_windows(who, meter, window, self._first(meter), self._first(meter, outside=True))
        return [*((name, piece) for piece in named), *((None, piece) for piece in unnamed)]

    @functools.cached_property
    def _used(self) -> frozenset[str]:
        """The meters of which the customer has events at all, asked for once: most prices outside plans have none."""
        index, customer = USAGE.indexes[0], self.facts.customer.id
        found: list[str] = []
        rows = self.tx.find(USAGE, index, (customer,), limit=1)
        while rows:
            found.append(str(rows[0][_METER]))
            rows = self.tx.find(USAGE, index, (customer,), after=(found[-1],), limit=1)
        return frozenset(found)

    def _unnamed(self, who: Life, meter: str, window: Period) -> tuple[Period, ...]:
        return unnamed_windows(self._first(meter), who, window)

    def _first(self, meter: str, *, outside: bool = False) -> Metering:
        if (meter, outside) not in self._metering:
            if not self._everybody:
                self._everybody += [life(one, self.facts.customer) for one in self.facts.subscriptions]
            self._metering[meter, outside] = first_to_meter(self._everybody, meter, outside=outside)
        return self._metering[meter, outside]


def usage_rows(
    tx: ReadTx, customer: str, meter: str, subscription: str | None, window: Period | None = None
) -> Iterator[Row]:
    """The events of a meter that name a subscription (``None``: none), in order of time, a page at a time."""
    start, end = (None, None) if window is None else (micros(window.start), micros(window.end) - 1)
    equal, after = (customer, meter, subscription), None
    while True:
        rows = tx.find(USAGE, USAGE.indexes[0], equal, at_least=start, at_most=end, after=after, limit=_PAGE)
        yield from rows
        if len(rows) < _PAGE:
            return
        after = (rows[-1][6], rows[-1][0], rows[-1][1])
