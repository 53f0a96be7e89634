"""The record of what an ERP was told of one instance: created, scaled and deleted, and what became of each event.

    pending -> sent            the ERP has it
    pending -> failed -> sent  tried again, later each time
    any -> resend -> sent      asked for by hand
    pending -> superseded      nothing was in force for any time: a later change of the same instant took its place

An event that lasted, however short, is never superseded: between two scalings there is time to bill. A record is a
value; the host keeps it where it likes (in the status of the object, say).

>>> from billcore.kernel import instant
>>> record = BillingRecord(instance="shop")
>>> items = [BillingItem(product_id="app", value="1")]
>>> record = record.changed(items, instant("2026-05-01T00:00:00Z"))
>>> [(event.kind.value, event.item.value, event.state.value) for event in record.events]
[('created', '1', 'pending')]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import pairwise

import attrs

from billcore.kernel import InvalidValue, NotAllowed, NotFound, checked_id, derive, instant, rfc3339
from billcore.lifecycle.erp.event import BillingEvent, DeliveryState, EventKind, Resend, Retry
from billcore.lifecycle.erp.items import BillingItem, instance_id

__all__ = ["KEPT", "BillingRecord"]

KEPT = dt.timedelta(days=365)
"""How long a record is kept once nothing of its instance is left."""

_LONGEST_ERROR = 500


_RESENT: Mapping[Resend, frozenset[DeliveryState]] = {
    Resend.ALL: frozenset(DeliveryState) - {DeliveryState.SUPERSEDED},
    Resend.NOT_SENT: frozenset(DeliveryState) - {DeliveryState.SUPERSEDED, DeliveryState.SENT},
    Resend.FAILED: frozenset({DeliveryState.FAILED}),
}


def _instance(value: str) -> str:
    return checked_id(value, "instance")


def _events(values: Iterable[BillingEvent]) -> tuple[BillingEvent, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class BillingRecord:
    """All events of an instance, newest first."""

    instance: str = attrs.field(converter=_instance)
    events: tuple[BillingEvent, ...] = attrs.field(default=(), converter=_events)

    def __attrs_post_init__(self) -> None:
        ids = [event.id for event in self.events]
        if len(set(ids)) != len(ids):
            raise InvalidValue("two events of one id", place="events")
        for index, (newer, older) in enumerate(pairwise(self.events), 1):
            if newer.at < older.at or newer.sequence <= older.sequence:
                raise InvalidValue("not newest first", place=f"events[{index}]", value=rfc3339(older.at))

    @property
    def in_force(self) -> Mapping[str, BillingEvent]:
        """By product, the event that says what runs now, oldest product first."""
        found: dict[str, BillingEvent] = {}
        for event in reversed(self.events):
            if event.state is DeliveryState.SUPERSEDED:
                continue
            if event.kind is EventKind.DELETED:
                found.pop(event.line, None)
            else:
                found[event.line] = event
        return found

    def changed(self, items: Iterable[BillingItem], at: dt.datetime, sales_order: str | None = None) -> BillingRecord:
        """The record after an instance has these items and no others: created, scaled and deleted events (R4-23).

        The same items again add nothing; other words for an item alone are no event. Another sales order ends each
        product under the old one and begins it under the new. Raises ``InvalidValue`` for an instant before the last
        event, and for two items of one product.
        """
        when = instant(at, "at")
        if self.events and when < self.events[0].at:
            raise InvalidValue(
                "before the last event", place="at", value=rfc3339(when), hint=rfc3339(self.events[0].at)
            )
        wanted: dict[str, BillingItem] = {}
        for index, item in enumerate(items):
            if item.product_id in wanted:
                raise InvalidValue("two items of one product", place=f"items[{index}]", value=item.product_id)
            wanted[item.product_id] = item
        if self._says(wanted, sales_order):
            return self
        kept = attrs.evolve(self, events=[_superseded(event, when) for event in self.events])
        return _begun(_ended(kept, wanted, when, sales_order), wanted, when, sales_order)

    def _says(self, wanted: Mapping[str, BillingItem], sales_order: str | None) -> bool:
        told = {product: (event.item.value, event.sales_order) for product, event in self.in_force.items()}
        return told == {product: (item.value, sales_order) for product, item in wanted.items()}

    def due(self, at: dt.datetime, retry: Retry | None = None) -> tuple[BillingEvent, ...]:
        """What to send now, oldest first: of each product the first that is not sent, if its wait is over."""
        heads: dict[str, BillingEvent] = {}
        for event in reversed(self.events):
            if not event.state.settled:
                heads.setdefault(event.line, event)
        return tuple(event for event in heads.values() if event.due(instant(at, "at"), retry or Retry()))

    def attempted(self, id: str, at: dt.datetime, error: str | None = None) -> BillingRecord:
        """The record after an attempt: sent, or with ``error`` failed once more.

        Raises ``NotFound``; ``NotAllowed`` for what is sent, or while an earlier event of the product is not.
        """
        event = next((event for event in self.events if event.id == id), None)
        if event is None:
            raise NotFound("no such event", place="id", value=id)
        first = next((e for e in reversed(self.events) if e.line == event.line and not e.state.settled), None)
        if first is not event:
            raise NotAllowed("not the next event of this product to send", place="id", value=id)
        failed = error is not None
        done = attrs.evolve(
            event,
            state=DeliveryState.FAILED if failed else DeliveryState.SENT,
            retry_count=event.retry_count + failed,
            last_attempt=instant(at, "at"),
            error=None if error is None else error[:_LONGEST_ERROR],
        )
        return attrs.evolve(self, events=[done if one is event else one for one in self.events])

    def resend(self, which: Resend) -> BillingRecord:
        """The record with those events queued again, whatever their wait; an ERP knows repeats by their id."""
        states = _RESENT[which]
        return attrs.evolve(
            self,
            events=[
                attrs.evolve(event, state=DeliveryState.RESEND) if event.state in states else event
                for event in self.events
            ],
        )

    @property
    def synced(self) -> bool:
        """Every event was sent."""
        return all(event.state.settled for event in self.events)

    @property
    def kept_until(self) -> dt.datetime | None:
        """When the record may go: 365 days after the last product ended, never while an event is not sent."""
        if not self.events or not self.synced or self.in_force:
            return None
        return self.events[0].at + KEPT


def _superseded(event: BillingEvent, at: dt.datetime) -> BillingEvent:
    """An event of this very instant that nobody was told of gives way to what holds now."""
    unheard = event.at == at and event.last_attempt is None and not event.state.settled
    return attrs.evolve(event, state=DeliveryState.SUPERSEDED) if unheard else event


def _ended(
    record: BillingRecord, wanted: Mapping[str, BillingItem], at: dt.datetime, sales_order: str | None
) -> BillingRecord:
    """With what is gone, or goes to another sales order, deleted."""
    for product, event in record.in_force.items():
        if product not in wanted or event.sales_order != sales_order:
            record = _with(record, EventKind.DELETED, event.item, at, event.sales_order)
    return record


def _begun(
    record: BillingRecord, wanted: Mapping[str, BillingItem], at: dt.datetime, sales_order: str | None
) -> BillingRecord:
    """With what is new created, and what has another quantity scaled."""
    running = record.in_force
    for product, item in wanted.items():
        if product not in running:
            record = _with(record, EventKind.CREATED, item, at, sales_order)
        elif running[product].item.value != item.value:
            record = _with(record, EventKind.SCALED, item, at, sales_order)
    return record


def _with(
    record: BillingRecord, kind: EventKind, item: BillingItem, at: dt.datetime, sales_order: str | None
) -> BillingRecord:
    sequence = record.events[0].sequence + 1 if record.events else 0
    event = BillingEvent(
        id=derive("bev", at, record.instance, item.product_id, sequence),
        sequence=sequence,
        instance_id=instance_id(record.instance, item.product_id),
        kind=kind,
        item=item,
        at=at,
        sales_order=sales_order,
    )
    return attrs.evolve(record, events=(event, *record.events))
