"""Delivery of billing events over a real spool: crashes between sending and saving, mistakes, and clusters' lives."""

from __future__ import annotations

from pathlib import Path

import pytest

from billcore.adapters.serialization import billing_record_from, billing_record_to
from billcore.adapters.spool import Spool
from billcore.engine import deliver
from billcore.kernel import DeliveryFailed, instant
from billcore.lifecycle.erp import BillingEvent, BillingItem, BillingRecord, DeliveryState, Retry
from billcore.testing import ManualClock

START, END = "2026-05-01T00:00:00Z", "2026-05-21T00:00:00Z"
APP, DISK = BillingItem(product_id="app", value="1"), BillingItem(product_id="ssd", value="50")


def lived() -> BillingRecord:
    """Created and deleted, two products."""
    return BillingRecord(instance="shop").changed([APP, DISK], instant(START)).changed([], instant(END))


def test_a_process_that_dies_before_saving_sends_again(tmp_path: Path) -> None:
    """R4-23: what was sent and not saved is sent again under its id; the ERP has each event once."""
    kept = [lived()]

    def dies(record: BillingRecord) -> None:
        if len(kept) == 2:
            raise MemoryError
        kept.append(record)

    with pytest.raises(MemoryError):
        deliver(kept[-1], Spool(tmp_path), dies, clock=ManualClock(END))
    assert len(Spool(tmp_path).waiting()) == 2
    assert sum(event.state is DeliveryState.SENT for event in kept[-1].events) == 1
    done = deliver(kept[-1], Spool(tmp_path), kept.append, clock=ManualClock(END))

    assert done.synced
    assert len(Spool(tmp_path).waiting()) == 4


def test_a_mistake_in_the_sender_is_no_failure_to_deliver() -> None:
    """Any other error stops the delivery, and what was saved before it stays saved."""
    saved: list[BillingRecord] = []
    calls: list[str] = []

    class Wrong:
        def send(self, event: BillingEvent) -> None:
            calls.append(event.id)
            if len(calls) == 2:
                raise TypeError

    with pytest.raises(TypeError):
        deliver(lived(), Wrong(), saved.append, clock=ManualClock(END))
    assert len(saved) == 1


def test_a_failed_event_waits_and_the_others_go_on(tmp_path: Path) -> None:
    """Each product is tried once a wait: a broken way costs one attempt a product, not a loop."""
    clock, saved = ManualClock(END), list[BillingRecord]()
    record = deliver(lived(), Spool(tmp_path / "gone"), saved.append, clock=clock)
    assert [event.retry_count for event in record.events] == [0, 0, 1, 1]
    assert "the spool did not take it" in str(record.events[-1].error)
    assert deliver(record, Spool(tmp_path), saved.append, clock=clock) == record

    clock.advance(seconds=10)
    assert deliver(record, Spool(tmp_path), saved.append, clock=clock).synced
    assert len(saved) == 2 + 4


def test_attempts_that_last_end_all_the_same() -> None:
    """A way that times out after half a minute, longer than the wait, is tried once a product, not for ever."""
    clock, saved = ManualClock(END), list[BillingRecord]()

    class Slow:
        def send(self, event: BillingEvent) -> None:
            clock.advance(seconds=30)
            raise DeliveryFailed("timed out", value=event.id)

    record = deliver(lived(), Slow(), saved.append, clock=clock)

    assert [event.retry_count for event in record.events] == [0, 0, 1, 1]
    assert len(saved) == 2


def test_a_record_is_kept_as_a_document(tmp_path: Path) -> None:
    """The record that the host keeps in the object's status reads back in the midst of a delivery."""
    clock = ManualClock(END)
    record = deliver(lived(), Spool(tmp_path / "gone"), lambda _: None, clock=clock, retry=Retry())

    assert billing_record_from(billing_record_to(record)) == record
