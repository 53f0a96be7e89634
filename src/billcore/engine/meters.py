"""What the meter of an event counts: as it was bought, else as the catalog in force says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import TypeAlias

from billcore.engine.catalogs import catalog_at
from billcore.engine.reading import snapshots
from billcore.engine.rows.facts import fact_of
from billcore.kernel import CustomerId, NotFound, SubscriptionId, nearest
from billcore.lifecycle import Item, Order, Subscription, UsageEvent, fallback_items, items_of
from billcore.ports import Row, Tx
from billcore.ports.tables import FACT
from billcore.pricing import Aggregation

__all__ = ["Counts", "Meters"]

Counts: TypeAlias = tuple[Aggregation, str | None]
"""How a meter makes a number of events, and the field it reads."""

_ByMeter: TypeAlias = dict[str, list[Item]]
_Metered: TypeAlias = tuple[_ByMeter, _ByMeter]
"""The items of a subscription by the meters of their prices, and those outside any plan."""

_PAGE = 100


class Meters:
    """The meters of a batch of events.

    An event that names a subscription asks for its facts alone; another for those of the customer's, by id and a page
    at a time, up to the first that meters it.
    """

    def __init__(self, tx: Tx, now: dt.datetime, events: Sequence[UsageEvent]) -> None:
        self._tx, self._now, self._events = tx, now, events
        self._sold: dict[str, Counts] | None = None
        self._price = snapshots(tx)
        self._named: dict[str, _Metered] | None = None
        self._walked: dict[str, tuple[list[_Metered], Iterator[_Metered]]] = {}

    def counts(self, event: UsageEvent) -> Counts:
        """What counts for the event. Raises ``NotFound`` where nobody bought the meter and it is not sold."""
        last: Item | None = None
        outside: Item | None = None
        for metered, fallbacks in (
            self._of_customer(event.customer) if event.subscription is None else self._of_name(event)
        ):
            for last in metered.get(event.meter, ()):
                if last.alive(event.time):
                    return _counts(last)
            if outside is None:
                outside = next((item for item in fallbacks.get(event.meter, ()) if item.alive(event.time)), None)
        if outside is not None:
            return _counts(outside)
        if last is not None:
            return _counts(last)
        if self._sold is None:
            sold = catalog_at(self._tx, self._now).meters
            self._sold = {meter.code: (meter.aggregation, meter.field) for meter in sold}
        if event.meter not in self._sold:
            hint = nearest(event.meter, self._sold)
            raise NotFound("no such meter in the catalog", place="meter", value=event.meter, hint=hint)
        return self._sold[event.meter]

    def _of_name(self, event: UsageEvent) -> Iterable[_Metered]:
        if self._named is None:
            names = {one.subscription for one in self._events if one.subscription is not None}
            self._named = dict(self._read(self._tx.find_many(FACT, None, sorted(names))))
        found = self._named.get(event.subscription or "")
        return () if found is None else (found,)

    def _of_customer(self, customer: str) -> Iterable[_Metered]:
        """The customer's subscriptions by id; what was read is kept."""
        if customer not in self._walked:
            self._walked[customer] = ([], (found for _, found in self._read(self._rows(customer))))
        known, more = self._walked[customer]
        return chain(known, _kept(more, known))

    def _rows(self, customer: str) -> Iterator[Row]:
        after: Row | None = None
        while True:
            rows = self._tx.find(FACT, FACT.indexes[0], (customer,), after=after, limit=_PAGE)
            yield from rows
            if len(rows) < _PAGE:
                return
            after = (rows[-1][0], rows[-1][1])

    def _read(self, rows: Iterable[Row]) -> Iterator[tuple[str, _Metered]]:
        for name, group in groupby(rows, key=lambda row: str(row[0])):
            yield name, self._metered(name, list(group))

    def _metered(self, name: str, rows: Sequence[Row]) -> _Metered:
        customer = CustomerId(str(rows[0][3]))
        facts = [fact_of(row, self._price) for row in rows]
        one = Subscription(id=SubscriptionId(name), customer=customer, facts=facts)
        outside = any(isinstance(fact, Order) and fact.fallbacks for fact in facts)
        return _by_meter(items_of(one)), _by_meter(fallback_items(one)) if outside else {}


def _by_meter(items: Iterable[Item]) -> _ByMeter:
    found: _ByMeter = {}
    for item in items:
        if item.record.price.meter is not None:
            found.setdefault(item.record.price.meter, []).append(item)
    return found


def _kept(more: Iterator[_Metered], known: list[_Metered]) -> Iterator[_Metered]:
    for one in more:
        known.append(one)
        yield one


def _counts(item: Item) -> Counts:
    return item.record.aggregation or Aggregation.SUM, item.record.field
