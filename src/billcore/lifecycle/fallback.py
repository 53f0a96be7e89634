"""Prices of meters outside any plan, as an order copies them (docs/decisions/0006)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs

from billcore.kernel import instant, zone
from billcore.pricing import Catalog, MeterPrice, OrderRecord

__all__ = ["Fallback", "Held", "fallbacks", "held_from"]


@attrs.frozen
class Fallback:
    """What usage of a meter costs that nothing bought counts: a snapshot, in force in ``[start, end)``.

    ``name`` tells it from the others of its order: its meter, and the local date from which it holds.
    """

    name: str
    record: OrderRecord
    start: dt.datetime | None = None
    end: dt.datetime | None = None

    def begins(self, at: dt.datetime) -> dt.datetime:
        """From when on it is had by who buys at an instant."""
        return at if self.start is None else max(self.start, at)


@attrs.frozen
class Held:
    """A fallback as it is had: under the name that its order gave it, in ``[start, end)``."""

    name: str
    fallback: Fallback
    start: dt.datetime
    end: dt.datetime | None

    def until(self, at: dt.datetime) -> Held:
        """Ended at an instant, if it has not ended before."""
        return self if self.end is not None and self.end <= at else attrs.evolve(self, end=at)

    def goes_on(self, other: Fallback, at: dt.datetime) -> bool:
        """From an instant on, the other one is the same."""
        same = self.end == other.end and max(self.start, at) == other.begins(at)
        return same and other.record.same_price(self.fallback.record)


def held_from(held: Iterable[Held], order: str, ordered: Iterable[Fallback], at: dt.datetime) -> list[Held]:
    """What is had once an order has others: those that it has again go on, the rest ends, new ones begin."""
    new, found = list(ordered), []
    for one in held:
        again = next((other for other in new if one.goes_on(other, at)), None)
        found.append(one.until(at) if again is None else one)
        if again is not None:
            new.remove(again)
    return [*found, *(Held(f"{order}/{one.name}", one, one.begins(at), one.end) for one in new)]


def fallbacks(catalog: Catalog, currency: str, timezone: str) -> tuple[Fallback, ...]:
    """The catalog's ``meter_prices`` in a currency; their dates are local ones. Stale ones are sold to nobody new."""
    return tuple(_fallback(catalog, entry, timezone) for entry in catalog.meter_prices_in(currency))


def _fallback(catalog: Catalog, entry: MeterPrice, timezone: str) -> Fallback:
    meter = catalog.meter(entry.meter)
    since = "" if entry.from_ is None else f"@{entry.from_.isoformat()}"
    record = OrderRecord(price=entry.price, aggregation=meter.aggregation, field=meter.field)
    return Fallback(f"{entry.meter}{since}", record, _midnight(entry.from_, timezone), _midnight(entry.to, timezone))


def _midnight(date: dt.date | None, timezone: str) -> dt.datetime | None:
    return None if date is None else instant(dt.datetime.combine(date, dt.time(), zone(timezone)))
