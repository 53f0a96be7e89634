"""The record of an instance: what an ERP is told, in which order, and what became of it (requirements.md 5.2)."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from hypothesis import given

from billcore.kernel import InvalidValue, NotAllowed, NotFound, instant
from billcore.lifecycle.erp import BillingItem, BillingRecord, DeliveryState, Resend, Retry
from billcore.testing import laws, strategies

START, LATER, END = (instant(f"2026-05-{day}T00:00:00Z") for day in ("01", "11", "21"))
SECOND = dt.timedelta(seconds=1)


def app(value: str) -> BillingItem:
    """So many replicas."""
    return BillingItem(product_id="app", value=value)


DISK = BillingItem(product_id="ssd", value="50")


def lived() -> BillingRecord:
    """One replica and a disk, three replicas, nothing."""
    record = BillingRecord(instance="shop").changed([app("1"), DISK], START, "SO0099")
    return record.changed([app("3"), DISK], LATER, "SO0099").changed([], END, "SO0099")


def told(record: BillingRecord) -> list[tuple[str, str, str, str]]:
    """Each event: kind, product, value, state; newest first."""
    return [(e.kind.value, e.item.product_id, e.item.value, e.state.value) for e in record.events]


def sent(record: BillingRecord, at: dt.datetime) -> BillingRecord:
    """The record with everything delivered."""
    while due := record.due(at):
        record = record.attempted(due[0].id, at)
    return record


def test_a_life_in_events() -> None:
    """R4-23: created by product, 1 -> 3 replicas is scaled "3", deleted with the last value; newest first."""
    assert told(lived()) == [
        ("deleted", "ssd", "50", "pending"),
        ("deleted", "app", "3", "pending"),
        ("scaled", "app", "3", "pending"),
        ("created", "ssd", "50", "pending"),
        ("created", "app", "1", "pending"),
    ]
    assert {event.instance_id for event in lived().events} == {"shop-a172cedc", "shop-980144e6"}


def test_failed_twice_and_asked_for_again() -> None:
    """R4-23: failed twice -> retry_count 2; resend(failed) queues it at once, and a success keeps the count."""
    record = BillingRecord(instance="shop").changed([app("1")], START)
    (event,) = record.due(START)
    for _ in range(2):
        record = record.attempted(event.id, LATER, "the ERP is away")

    assert (record.events[0].retry_count, record.events[0].state) == (2, DeliveryState.FAILED)
    assert (record.events[0].last_attempt, record.events[0].error) == (LATER, "the ERP is away")
    assert record.due(LATER) == ()
    again = record.resend(Resend.FAILED)
    assert [event.state for event in again.due(LATER)] == [DeliveryState.RESEND]
    done = again.attempted(event.id, LATER)
    assert (done.events[0].state, done.events[0].retry_count, done.events[0].error) == (DeliveryState.SENT, 2, None)
    assert done.synced


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 10), (2, 20), (3, 40), (8, 1_280), (9, 1_800), (10, 1_800), (10_000, 1_800)]
)
def test_the_wait_doubles_up_to_half_an_hour(failures: int, seconds: int) -> None:
    """Ten seconds, twenty, forty, never more than half an hour."""
    assert Retry().wait(failures) == seconds * SECOND


def test_a_failed_event_is_due_when_its_wait_is_over() -> None:
    """Not a second earlier."""
    record = BillingRecord(instance="shop").changed([app("1")], START)
    record = record.attempted(record.events[0].id, START, "away")

    assert record.due(START + 9 * SECOND) == ()
    assert len(record.due(START + 10 * SECOND)) == 1
    assert len(record.due(START + SECOND, Retry(first=SECOND))) == 1


def test_a_failed_event_holds_back_its_own_product_alone() -> None:
    """S5: of each product in order; the disk goes on while the replicas wait."""
    record = lived()
    first = record.due(END)
    assert [event.item.product_id for event in first] == ["app", "ssd"]
    record = record.attempted(first[0].id, END, "away").attempted(first[1].id, END)

    assert [(event.kind.value, event.item.product_id) for event in record.due(END)] == [("deleted", "ssd")]
    with pytest.raises(NotAllowed, match="not the next event of this product"):
        record.attempted(record.events[1].id, END)


def test_an_event_that_lasted_is_never_superseded() -> None:
    """Between two scalings there was time to bill: both are sent, though neither was when the second came."""
    record = lived()

    assert DeliveryState.SUPERSEDED not in {event.state for event in record.events}
    assert len(sent(record, END).events) == 5


def test_a_change_of_the_same_instant_takes_the_place_of_an_unsent_one() -> None:
    """Nothing was in force for any time: three replicas at once are a creation of three."""
    record = BillingRecord(instance="shop").changed([app("1")], START).changed([app("3")], START)

    assert told(record) == [("created", "app", "3", "pending"), ("created", "app", "1", "superseded")]
    assert told(record.changed([], START)) == [
        ("created", "app", "3", "superseded"),
        ("created", "app", "1", "superseded"),
    ]
    assert record.changed([], START).synced


def test_what_the_erp_may_have_heard_is_not_superseded() -> None:
    """An attempt that failed may have arrived: the correction is a scaling of its own."""
    record = BillingRecord(instance="shop").changed([app("1")], START)
    record = record.attempted(record.events[0].id, START, "timed out").changed([app("3")], START)

    assert told(record) == [("scaled", "app", "3", "pending"), ("created", "app", "1", "failed")]


def test_the_same_items_again_add_nothing() -> None:
    """A controller looks every minute; other words for an item are no change of quantity either."""
    record = BillingRecord(instance="shop").changed([app("1"), DISK], START)

    assert record.changed([DISK, app("1")], LATER) == record
    assert record.changed([attrs.evolve(app("1"), description="Replica"), DISK], LATER) == record


def test_another_sales_order_ends_the_old_and_begins_the_new() -> None:
    """What runs moves: deleted under the old order, then created under the new, in one instant."""
    record = sent(BillingRecord(instance="shop").changed([app("1")], START, "SO1"), START)
    moved = record.changed([app("1")], LATER, "SO2")

    assert [(e.kind.value, e.sales_order) for e in moved.events] == [
        ("created", "SO2"),
        ("deleted", "SO1"),
        ("created", "SO1"),
    ]


def test_a_product_that_returns_is_created_again() -> None:
    """After deleted comes created, under an id of its own."""
    record = lived().changed([app("2")], END + SECOND)

    assert told(record)[0] == ("created", "app", "2", "pending")
    assert len({event.id for event in record.events}) == 6


@pytest.mark.parametrize(
    ("which", "states"),
    [
        (Resend.ALL, ["resend"] * 5),
        (Resend.NOT_SENT, ["resend", "resend", "resend", "sent", "sent"]),
        (Resend.FAILED, ["pending", "pending", "resend", "sent", "sent"]),
    ],
)
def test_resending(which: Resend, states: list[str]) -> None:
    """All, those that were not sent, those that failed; in their order again."""
    record = lived()
    for event in record.events[:2:-1]:
        record = record.attempted(event.id, LATER)
    record = record.attempted(record.events[2].id, END, "away")
    again = record.resend(which)

    assert [event.state.value for event in again.events] == states
    assert [event.kind.value for event in sent(again, END).events] == [event.kind.value for event in record.events]
    assert sent(again, END).synced


def test_what_was_superseded_is_never_sent() -> None:
    """Resending all leaves it alone."""
    record = BillingRecord(instance="shop").changed([app("1")], START).changed([app("3")], START)

    assert [event.state.value for event in record.resend(Resend.ALL).events] == ["resend", "superseded"]


def test_a_record_is_kept_a_year() -> None:
    """365 days after the last product ended, and never while an event is not sent or a product runs."""
    done = sent(lived(), END)

    assert done.kept_until == END + dt.timedelta(days=365)
    assert lived().kept_until is None
    assert sent(BillingRecord(instance="shop").changed([app("1")], START), START).kept_until is None
    assert BillingRecord(instance="shop").kept_until is None


def test_time_goes_forward() -> None:
    """A change before the last event is refused, and the record is as it was."""
    with pytest.raises(InvalidValue, match=r"^at: before the last event \(got '2026-05-11T00:00:00Z'; 2026-05-21"):
        lived().changed([], LATER)


def test_two_items_of_one_product_are_refused() -> None:
    """One product of an instance has one quantity."""
    with pytest.raises(InvalidValue, match=r"^items\[1\]: two items of one product"):
        BillingRecord(instance="shop").changed([app("1"), app("2")], START)


def test_an_event_that_is_not_there() -> None:
    """An id of another record is not found, and what is sent is not sent again unasked."""
    record = BillingRecord(instance="shop").changed([app("1")], START)
    done = record.attempted(record.events[0].id, START)

    with pytest.raises(NotFound):
        record.attempted("bev_0", START)
    with pytest.raises(NotAllowed):
        done.attempted(record.events[0].id, START)


def test_a_record_refuses_to_be_wrong() -> None:
    """Events out of order, or one id twice, are no record."""
    events = lived().events

    with pytest.raises(InvalidValue, match=r"^events\[1\]: not newest first"):
        BillingRecord(instance="shop", events=events[::-1])
    with pytest.raises(InvalidValue, match="two events of one id"):
        BillingRecord(instance="shop", events=[events[0], events[0]])


@pytest.mark.parametrize(("first", "longest"), [(0, 1), (-1, 1), (2, 1)])
def test_a_wait_is_some_time(first: int, longest: int) -> None:
    """Never nothing, and the first no longer than the longest."""
    with pytest.raises(InvalidValue, match="first"):
        Retry(first=first * SECOND, longest=longest * SECOND)


@given(strategies.billing_records())
def test_events_tell_what_ran(case: tuple[BillingRecord, list[tuple[dt.datetime, list[BillingItem]]]]) -> None:
    """Law: who follows the events knows what ran at any time, whatever was sent, failed and sent again."""
    laws.record_tells_what_ran(*case)


@given(strategies.billing_records())
def test_each_product_waits_its_turn(case: tuple[BillingRecord, object]) -> None:
    """Law: what is due of a product is its oldest event that is not settled."""
    laws.record_waits_its_turn(case[0])
