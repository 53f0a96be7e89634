"""What a call reads does not grow with what else a customer has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import attrs
import pytest
from hypothesis import given, settings

from billcore.adapters import memory
from billcore.engine.accounts import billed_since, rescheduled
from billcore.engine.reading import Loaded
from billcore.ports import ReadTx, Row
from billcore.pricing import Meter, Percentage, PerUnit, PriceCadence, Selection
from billcore.settlement import AccountState
from tests.lives import FACTS, Step, World, lives
from tests.shop import Shop, base, catalog, plan

JUNE, LATE, JULY, AUGUST = (f"2026-{day}T00:00:00Z" for day in ("06-01", "06-20", "07-01", "08-01"))
Reads: TypeAlias = Callable[[Callable[[], object]], int]
HELD = ("subscribe", "change", "seats", "attach", "detach", "cancel", "use")


SOLD = catalog(
    plan("a", base(10)),
    plan("gb", base(PerUnit("1.00"), "gb", cadence=PriceCadence.USAGE, meter="gb")),
    plan("sale", base(Percentage("1"), "sale", cadence=PriceCadence.USAGE, meter="sale")),
    meters=[Meter(code="gb"), Meter(code="sale")],
)


@pytest.fixture
def rows_of(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """How many rows a call finds in the store."""
    counted = [0]
    find = memory._MemoryView.find

    def counting(self: memory._MemoryView, *args: object, **more: object) -> Sequence[Row]:
        found = find(self, *args, **more)  # type: ignore[arg-type]  # as it was called
        counted[0] += len(found)
        return found

    monkeypatch.setattr(memory._MemoryView, "find", counting)

    def rows(call: Callable[[], object]) -> int:
        before = counted[0]
        call()
        return counted[0] - before

    return rows


def having(count: int, code: str = "a") -> Shop:
    """A shop whose customer has so many subscriptions since June, each with an event that names it."""
    shop = Shop.new(SOLD, JUNE)
    for n in range(count):
        shop.billing.subscriptions.create("acme", Selection(plan=code), id=f"s{n}")
        if code != "a":
            shop.use(f"e{n}", JUNE, n + 1, meter=code, subscription=f"s{n}")
    return shop


DEEDS: dict[str, Callable[[Shop], object]] = {
    "create": lambda shop: shop.billing.subscriptions.create("acme", Selection(plan="a")),
    "change": lambda shop: shop.billing.subscriptions.change("s1", quantity=2),
    "cancel": lambda shop: shop.billing.subscriptions.cancel("s1"),
    "backdated": lambda shop: shop.billing.subscriptions.change("s1", quantity=2, at=LATE),
    "late": lambda shop: shop.use("late", LATE, 1, subscription="s1"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_fact_of_one_subscription_reads_no_other(rows_of: Reads, deed: str) -> None:
    """As many rows for a customer with three subscriptions as for one with thirty."""
    few, many = having(3), having(30)
    for shop in (few, many):
        shop.at(JULY).invoices.run()

    assert rows_of(lambda: DEEDS[deed](many)) == rows_of(lambda: DEEDS[deed](few))


@given(lives((*FACTS, "run")))
@settings(max_examples=50)
def test_a_fact_makes_an_account_due_as_all_facts_do(steps: list[Step]) -> None:
    """What is stored after a fact of one subscription is what all of them come to."""
    world = World.new()
    for step in steps:
        before = world.loaded(step.who).account.version
        world.live([attrs.evolve(step, run=False)])
        loaded = world.loaded(step.who)
        if step.do in HELD and loaded.account.version > before:
            assert world.billing.session.read(lambda tx: _together(tx, loaded)) == loaded.state  # noqa: B023 - at once


def _together(tx: ReadTx, loaded: Loaded) -> AccountState:
    state, who = loaded.state, loaded.account.customer
    return rescheduled(loaded.facts, state, lambda: billed_since(tx, who, state.marks[0]))


@pytest.mark.parametrize("code", ["gb", "sale"])
def test_a_run_reads_each_event_once(rows_of: Reads, code: str) -> None:
    """Ten times the subscriptions, each with an event, are ten times the rows."""
    few, many = having(10, code), having(100, code)
    few.clock.set(JULY)
    many.clock.set(JULY)

    assert rows_of(many.billing.invoices.run) < 11 * rows_of(few.billing.invoices.run)


def test_a_page_of_invoices_reads_no_other_page(rows_of: Reads) -> None:
    """The second page of two documents costs the same, however many follow."""
    short, long = having(1), having(1)
    short.at("2026-09-01T00:00:00Z").invoices.run()
    long.at("2028-09-01T00:00:00Z").invoices.run()

    def page(shop: Shop) -> None:
        first = shop.billing.invoices.list("acme", limit=1)
        second = shop.billing.invoices.list("acme", limit=2, cursor=first.cursor)
        assert [one.number for one in second.items] == ["INV-000002", "INV-000003"]

    assert rows_of(lambda: page(long)) == rows_of(lambda: page(short))


def test_settling_reads_what_is_open_alone(rows_of: Reads) -> None:
    """Documents that are paid are not read again."""
    short, long = having(1), having(1)
    short.paid_run(AUGUST)
    long.paid_run("2028-08-01T00:00:00Z")

    def top_up(shop: Shop) -> None:
        shop.billing.balances.top_up("acme", 5, "bank")

    assert rows_of(lambda: top_up(long)) == rows_of(lambda: top_up(short))


def test_the_catalog_in_force_is_read_alone(rows_of: Reads) -> None:
    """Fifty versions that were in force before it are not."""
    shop = Shop.new(SOLD, JUNE)
    for n in range(2, 52):
        shop.billing.catalog.publish(attrs.evolve(SOLD, version=str(n), effective=f"2021-01-01T00:00:{n:02d}Z"))

    assert rows_of(shop.billing.catalog.as_of) == 1
    assert shop.billing.catalog.as_of().version == "51"
