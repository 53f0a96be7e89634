"""What an ERP bills: sizes, paths and items that lose nothing, and records that tell what runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from billcore.kernel import Number
from billcore.kernel import exact as ex
from billcore.lifecycle.erp import (
    BillingEvent,
    BillingItem,
    BillingRecord,
    DeliveryState,
    EventKind,
    Retry,
    items_json,
    read_items,
)
from billcore.pricing import SizingUnit, ValuePath, cluster_quantity, size_in
from billcore.testing.laws._broken import broken, same

__all__ = [
    "items_read_back",
    "path_reads_back",
    "record_tells_what_ran",
    "record_waits_its_turn",
    "size_is_exact",
]


def size_is_exact(quantity: Number) -> None:
    """Law: a size counted in any unit, times that unit, is the quantity: a unit changes no size."""
    whole = cluster_quantity(quantity)
    for unit in SizingUnit:
        size = size_in(quantity, unit)
        same("a size is exact", ex.multiply(size, ex.whole(unit.size)), whole, quantity=quantity, unit=unit, size=size)


def path_reads_back(text: str) -> None:
    """Law: a value path as it is written reads back to the same path, and is written the same."""
    law, path = "a path reads back", ValuePath.parse(text)
    same(law, ValuePath.parse(str(path)), path, text=text)
    same(law, str(ValuePath.parse(str(path))), str(path), text=text)


def items_read_back(items: Iterable[BillingItem]) -> None:
    """Law: the items annotation reads back to the items, in their order."""
    wanted = tuple(items)
    same("items read back", read_items(items_json(wanted)), wanted, text=items_json(wanted))


def record_tells_what_ran(record: BillingRecord, history: Iterable[tuple[dt.datetime, Iterable[BillingItem]]]) -> None:
    """Law: who follows the events up to any instant, superseded ones left out, knows what ran then.

    ``history`` is what the instance had, from which instant on; the last of one instant holds. And no event says what
    was said before: a product is created where it is not there, scaled to another quantity, deleted where it is there.
    """
    law = "a record tells what ran"
    told = [event for event in reversed(record.events) if event.state is not DeliveryState.SUPERSEDED]
    for at, items in dict(history).items():
        running: dict[str, str] = {}
        for event in told:
            if event.at <= at:
                _follow(event, running)
        same(law, running, {item.product_id: item.value for item in items}, at=at, record=record)


def _follow(event: BillingEvent, running: dict[str, str]) -> None:
    product = event.item.product_id
    if (product in running) is (event.kind is EventKind.CREATED) or (
        event.kind is EventKind.SCALED and running.get(product) == event.item.value
    ):
        raise broken("a record tells what ran", event=event, running=running)
    if event.kind is EventKind.DELETED:
        del running[product]
    else:
        running[product] = event.item.value


def record_waits_its_turn(record: BillingRecord) -> None:
    """Law: what is due of a product at any time is the oldest of its events that is not settled, and no other."""
    law, turn = "a record waits its turn", dict[str, str]()
    for event in reversed(record.events):
        if not event.state.settled:
            turn.setdefault(event.item.product_id, event.id)
    for event in record.events:
        for due in record.due(event.last_attempt or event.at):
            same(law, due.id, turn.get(due.item.product_id), record=record)
    if record.events:
        latest = max(event.last_attempt or event.at for event in record.events)
        waited = record.due(latest + Retry().longest)
        same(law, {due.item.product_id: due.id for due in waited}, turn, record=record)
