"""Delivery of billing events: decide what is due, send it, keep what became of it, event by event."""

from __future__ import annotations

from collections.abc import Callable

from billcore.kernel import DeliveryFailed
from billcore.lifecycle.erp import BillingRecord, Retry
from billcore.ports import Clock, EventSender

__all__ = ["deliver"]


def deliver(
    record: BillingRecord,
    sender: EventSender,
    save: Callable[[BillingRecord], None],
    *,
    clock: Clock,
    retry: Retry | None = None,
) -> BillingRecord:
    """Send what is due of a record and give the record as it stands then.

    ``save`` is called with the record after each attempt, before the next: a process that dies between sending and
    saving sends one event again, under its id. A failed event holds back the later ones of its product until its wait
    is over; those of other products go on. One call tries a failing event once, however long its attempts last: call
    again for what is left; it is no work while nothing is due.
    """
    failed: set[str] = set()
    while due := [event for event in record.due(clock.now(), retry) if event.id not in failed]:
        event, error = due[0], None
        try:
            sender.send(event)
        except DeliveryFailed as failure:
            error = str(failure)
            failed.add(event.id)
        record = record.attempted(event.id, clock.now(), error)
        save(record)
    return record
