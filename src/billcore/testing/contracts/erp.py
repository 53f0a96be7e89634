"""The contract of ``billcore.ports.EventSender``: what a way to an ERP must keep."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import attrs
import pytest

from billcore.engine import deliver
from billcore.kernel import DeliveryFailed, instant
from billcore.lifecycle.erp import BillingEvent, BillingItem, BillingRecord, DeliveryState, EventKind, Resend
from billcore.ports import EventSender
from billcore.testing.clock import ManualClock

__all__ = ["EventSenderContract"]

START, SCALED = "2026-05-01T00:00:00Z", "2026-05-06T00:00:00Z"
LATER, END = "2026-05-11T00:00:00Z", "2026-06-01T00:00:00Z"
APP = BillingItem(product_id="appcat-vshn-redis-besteffort", value="1", description="Café: Redis", group="prod/shop")
DISK = BillingItem(product_id="ssd", value="0.4656612873077392578125", description='"Disk"')


def _life() -> BillingRecord:
    """An instance that is created, scaled, moved to another sales order and deleted; two products."""
    record = BillingRecord(instance="beckdis-krst7").changed([APP, DISK], instant(START), "SO0099")
    record = record.changed([attrs.evolve(APP, value="3"), DISK], instant(SCALED), "SO0099")
    record = record.changed([attrs.evolve(APP, value="3"), DISK], instant(LATER), "SO0100")
    return record.changed([], instant(END), "SO0100")


def _told(event: BillingEvent) -> tuple[object, ...]:
    """What an ERP has of an event: everything but the state of its delivery."""
    fields = (event.id, event.sequence, event.instance_id, event.kind, event.item, event.at, event.sales_order)
    return tuple(fields)


class EventSenderContract:
    """Every promise of a sender. Subclass it as ``Test...`` and override the three methods."""

    @abstractmethod
    def make_sender(self) -> EventSender:
        """A sender to the ERP of this test; a second one goes to the same ERP."""

    @abstractmethod
    def make_broken_sender(self) -> EventSender:
        """A sender whose ERP cannot be reached."""

    @abstractmethod
    def received(self) -> Sequence[BillingEvent]:
        """The events that the ERP has, in the order in which it applies them."""

    def test_what_is_sent_is_there(self) -> None:
        """Kind, product, quantity to the last digit, instant, sales order and words arrive as they are."""
        sender, sent = self.make_sender(), _life().events[::-1]
        for event in sent:
            sender.send(event)

        assert list(map(_told, self.received())) == list(map(_told, sent))
        assert {event.kind for event in sent} == set(EventKind)

    def test_nothing_is_there_before(self) -> None:
        """A sender that is only made sends nothing."""
        self.make_sender()

        assert list(self.received()) == []

    def test_the_same_event_again_has_no_effect(self) -> None:
        """An event is one by its id, however often it comes, and whatever the state of its delivery."""
        sender, event = self.make_sender(), _life().events[-1]
        sender.send(event)
        sender.send(event)
        sender.send(attrs.evolve(event, state=DeliveryState.RESEND, retry_count=2, last_attempt=instant(LATER)))

        assert list(map(_told, self.received())) == [_told(event)]

    def test_another_sender_knows_what_was_sent(self) -> None:
        """After a restart nothing is sent twice: what was taken is remembered by the ERP, not by the process."""
        event = _life().events[-1]
        self.make_sender().send(event)
        self.make_sender().send(event)

        assert list(map(_told, self.received())) == [_told(event)]

    def test_events_of_one_instant_keep_their_order(self) -> None:
        """A product that moves to another sales order ends under the old one before it begins under the new."""
        sender, sent = self.make_sender(), [event for event in _life().events[::-1] if event.at == instant(LATER)]
        for event in sent:
            sender.send(event)

        assert [event.sequence for event in self.received()] == [event.sequence for event in sent]

    def test_two_instances_of_one_product_are_two(self) -> None:
        """An instance's events are no other's."""
        sender = self.make_sender()
        for name in ("shop-a1b2c", "shop-d3e4f"):
            sender.send(BillingRecord(instance=name).changed([APP], instant(START)).events[0])

        assert len({event.instance_id for event in self.received()}) == 2

    def test_an_erp_that_is_away_is_told(self) -> None:
        """``DeliveryFailed``, so that the event is tried again; nothing else, and never nothing."""
        with pytest.raises(DeliveryFailed):
            self.make_broken_sender().send(_life().events[-1])

    def test_what_failed_is_delivered_later(self) -> None:
        """A record that met a broken way is delivered by a whole one: complete, and in order."""
        clock, saved = ManualClock(END), list[BillingRecord]()
        record = deliver(_life(), self.make_broken_sender(), saved.append, clock=clock)
        clock.advance(hours=1)
        done = deliver(record, self.make_sender(), saved.append, clock=clock)

        assert {event.state for event in record.events} >= {DeliveryState.FAILED, DeliveryState.PENDING}
        assert done.synced
        assert saved[-1] == done
        for product in (APP.product_id, DISK.product_id):
            wanted = [event.id for event in done.events[::-1] if event.item.product_id == product]
            assert [event.id for event in self.received() if event.item.product_id == product] == wanted

    def test_resending_all_changes_nothing_there(self) -> None:
        """An ERP that has everything has the same after everything was sent again."""
        clock, saved = ManualClock(END), list[BillingRecord]()
        sender = self.make_sender()
        done = deliver(_life(), sender, saved.append, clock=clock)
        before = list(map(_told, self.received()))
        again = deliver(done.resend(Resend.ALL), sender, saved.append, clock=clock)

        assert again.synced
        assert len(saved) == 2 * len(done.events)
        assert list(map(_told, self.received())) == before
