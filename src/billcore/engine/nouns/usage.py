"""``billing.usage``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs

from billcore.engine.accounts import load_for
from billcore.engine.meters import Meters
from billcore.engine.one_fact import save_fact
from billcore.engine.rows.usage import usage_request, usage_row
from billcore.engine.session import Call, Session
from billcore.kernel import InputError, InvalidValue, NotFound, StateError, fingerprint, micros, number, of_kind
from billcore.lifecycle import UsageEvent
from billcore.ports import Tx
from billcore.ports.tables import ACCOUNT, SUBSCRIPTION, USAGE
from billcore.pricing import Aggregation

__all__ = ["Recorded", "Rejected", "UsageNoun"]

_BATCH = 5_000


@attrs.frozen
class Rejected:
    """An event that was not recorded, and why."""

    source: str
    id: str
    error: str


@attrs.frozen
class Recorded:
    """What became of events: a duplicate (the same again) is harmless, a rejected one is the caller's to look at."""

    accepted: int = 0
    duplicates: tuple[tuple[str, str], ...] = ()
    rejected: tuple[Rejected, ...] = ()

    def plus(self, other: Recorded) -> Recorded:
        """Both together."""
        return Recorded(
            self.accepted + other.accepted,
            (*self.duplicates, *other.duplicates),
            (*self.rejected, *other.rejected),
        )


@attrs.frozen
class UsageNoun:
    """Usage events: recorded once by (source, id), for ever."""

    session: Session

    def record(self, events: Iterable[UsageEvent], *, key: str | None = None) -> Recorded:
        """Record events in batches, each a transaction; done again it adds nothing.

        An event is rejected, not counted, if its customer, subscription or meter is unknown, if it lacks the meter's
        ``field`` or has no number there, or if its (source, id) was used for another event: the first stays. A meter
        counts as it did when the customer bought it; one that nobody bought, as the catalog in force says.
        """
        result = Recorded()
        batch: list[UsageEvent] = []
        part = 0
        if not isinstance(events, Iterable):
            raise InvalidValue("a list of events is asked for", place="events", value=events)
        for index, event in enumerate(events):
            of_kind(event, UsageEvent, f"events[{index}]")
            batch.append(event)
            if len(batch) == _BATCH:
                result = result.plus(self._batch(batch, key, part))
                batch, part = [], part + 1
        return result.plus(self._batch(batch, key, part)) if batch else result

    def _batch(self, events: Sequence[UsageEvent], key: str | None, part: int) -> Recorded:
        request = None if key is None else fingerprint([_plain(event) for event in events])

        def work(tx: Tx, call: Call) -> str:
            return _record(tx, call, events)

        name = None if key is None else f"{key}/{part}"
        found = json.loads(self.session.write("usage.record", request, name, work))
        return Recorded(
            found["accepted"],
            tuple((source, name) for source, name in found["duplicates"]),
            tuple(Rejected(*row) for row in found["rejected"]),
        )


def _plain(event: UsageEvent) -> list[object]:
    return [
        event.source,
        event.id,
        event.customer,
        event.subscription,
        event.resource,
        event.meter,
        event.time,
        event.value,
        dict(event.properties),
    ]


def _record(tx: Tx, call: Call, events: Sequence[UsageEvent]) -> str:
    tx.lock(*sorted({event.customer for event in events}))
    check = _Check(tx, call, events)
    kept, rows, again, rejected = [], [], [], []
    for event in events:
        try:
            counted = check.value(event)
        except (InputError, StateError) as error:
            # What counted when it came first may not count any more: that is no reason to refuse its repetition.
            known = tx.get(USAGE, (event.source, event.id))
            if known is not None and known[USAGE.position("request")] == usage_request(event):
                again.append([event.source, event.id])
            else:
                rejected.append([event.source, event.id, str(error)])
        else:
            kept.append(event)
            rows.append(usage_row(event, counted, call.now))
    outcome = tx.record_usage(rows)
    rejected += [[source, name, "this id was used for another event"] for source, name in outcome.clashes]
    _mark(tx, _new(kept, (*outcome.duplicates, *outcome.clashes)))
    again += [list(pair) for pair in outcome.duplicates]
    return json.dumps({"accepted": outcome.accepted, "duplicates": again, "rejected": rejected})


def _new(events: Sequence[UsageEvent], repeated: Sequence[tuple[str, str]]) -> Sequence[UsageEvent]:
    """The events that were accepted: of those of one id the first, if not all of them are repetitions."""
    if not repeated:
        return events
    left, found = Counter(repeated), []
    for event in reversed(events):
        name = (event.source, event.id)
        if left[name]:
            left[name] -= 1
        else:
            found.append(event)
    return found


class _Check:
    """What an event must meet; customers, subscriptions and meters are looked up once a batch."""

    def __init__(self, tx: Tx, call: Call, events: Sequence[UsageEvent]) -> None:
        self.tx = tx
        self.customers: dict[str, bool] = {}
        self.owners: dict[str, object] = {}
        self.meters = Meters(tx, call.now, events)

    def value(self, event: UsageEvent) -> Decimal:
        """The value that the event's meter counts."""
        customer, subscription = event.customer, event.subscription
        if customer not in self.customers:
            self.customers[customer] = self.tx.get(ACCOUNT, (customer,)) is not None
        if not self.customers[customer]:
            raise NotFound("no such customer", place="customer", value=customer)
        if subscription is not None:
            if subscription not in self.owners:
                row = self.tx.get(SUBSCRIPTION, (subscription,))
                self.owners[subscription] = None if row is None else row[1]
            if self.owners[subscription] != customer:
                raise NotFound("no such subscription", place="subscription", value=subscription)
        aggregation, field = self.meters.counts(event)
        if field is None:
            return event.value
        value = event.properties.get(field)
        if value is None:
            raise InvalidValue("the meter's field is missing", place=f"properties.{field}", value=event.id)
        return number(value, f"properties.{field}") if aggregation is Aggregation.SUM else Decimal(1)


def _mark(tx: Tx, events: Sequence[UsageEvent]) -> None:
    """Mark accounts where an event falls before the last run: only then can its window have been billed."""
    first: dict[str, UsageEvent] = {}
    for event in events:
        if event.customer not in first or event.time < first[event.customer].time:
            first[event.customer] = event
    for row in tx.find_many(ACCOUNT, None, list(first)):
        event = first[str(row[0])]
        if row[1] is not None and micros(event.time) < int(row[1]):
            save_fact(tx, load_for(tx, event.customer), event.time)
