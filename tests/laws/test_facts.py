"""Facts: when, in which order and beside whom they were recorded does not decide what is owed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Literal

import attrs
from hypothesis import given
from hypothesis import strategies as st

from billcore.engine import Billing
from billcore.engine.accounts import load
from billcore.engine.metering import Metered
from billcore.kernel import Exact, Period, instant, minor_units
from billcore.lifecycle import life, next_due, occurrences
from billcore.ports import ReadTx
from billcore.pricing import Catalog, Flat, PerUnit, Plan, PlanVersion, Price, PriceCadence, Selection, Timing
from billcore.settlement import charges
from billcore.testing import ManualClock, laws
from billcore.testing.laws.reading import billed
from billcore.testing.strategies import amounts
from tests.books import comparable
from tests.lives import CUSTOMERS, FACTS, MONEY, Step, World, lives
from tests.offers import offer
from tests.world import START

LATER = ("seats", "use", "detach", "cancel")
BOTH = tuple(CUSTOMERS)


def owed(world: World, who: str) -> dict[object, Exact]:
    """What each key was billed in sum, those of nothing left out."""
    return {key: exact for key, exact in billed(world.documents(who)).items() if exact}


@given(lives((*FACTS, "use", "seats", "run")))
def test_when_a_fact_was_seen_does_not_decide_what_is_owed(steps: list[Step]) -> None:
    """Law: runs between the facts change when something is billed, never what in sum."""
    seen = World.new().live(steps).settle_down()
    late = World.new().live([attrs.evolve(step, do="settle") if step.do == "run" else step for step in steps])
    last = seen.loaded("acme").state.last_run
    late.settle_down()
    if last is not None:
        late.clock.set(max(late.clock.now(), last))
        late.billing.invoices.run(until=last)
        seen.billing.invoices.run(until=late.loaded("acme").state.last_run)
        late.billing.invoices.run(until=seen.loaded("acme").state.last_run)

    assert owed(seen, "acme") == owed(late, "acme")


@given(lives(), lives(("use", "use", "item"), size=5), st.randoms(use_true_random=False))
def test_the_order_of_recording_does_not_matter(before: list[Step], steps: list[Step], random: Random) -> None:
    """Law: independent facts recorded at one instant cost the same in any order."""
    facts = [attrs.evolve(step, n=step.n + 100, run=False) for step in steps]
    turned = sorted(random.sample(facts, len(facts)), key=lambda step: step.do != "subscribe")  # usage may name it

    one, other = (World.new().live(before).live(order, wait=False).settle_down() for order in (facts, turned))

    assert owed(one, "acme") == owed(other, "acme")
    sums = [sum(line.document.total for line in world.documents("acme")) for world in (one, other)]
    assert sums[0] == sums[1]


@given(lives(), lives(LATER, size=4), st.integers(2, 9))
def test_a_new_catalog_reaches_nobody_who_bought(before: list[Step], after: list[Step], factor: int) -> None:
    """Law: other prices and meters change no bill of who bought before, even if quantities change later (R0-04)."""
    later = [attrs.evolve(step, n=step.n + 100) for step in after if step.do != "subscribe"]
    same, changed = World.new().live(before), World.new().live(before)

    other = offer("2", factor=factor, effective="2025-06-01T00:00:00Z", field="size")
    laws.later_catalog_touches_no_order(changed.billing, other)

    # An event of a meter that nobody bought is refused by one catalog and marks under the other: both go on as long.
    end = max(world.live(later).settle_down().clock.now() for world in (same, changed))
    for world in (same, changed):
        world.clock.set(end)
        world.billing.invoices.run()
    assert same.comparable() == changed.comparable()


@given(lives((*FACTS, *MONEY, "use", "use", "use", "run"), who=BOTH))
def test_customers_do_not_touch_each_other(steps: list[Step]) -> None:
    """Law: what one customer does changes no document of another, but for its number (T3)."""
    together = World.new().live(steps)
    alone = World.new()
    for step in steps:
        quiet = step if step.who == "acme" or step.do == "run" else attrs.evolve(step, do="settle", who="acme", n=-1)
        alone.live([quiet])

    documents = [[comparable(one.document, number=False) for one in w.documents("acme")] for w in (together, alone)]
    assert documents[0] == documents[1]


@given(lives((*FACTS, "change", "cancel")))
def test_the_periods_of_an_item_tile_its_life(steps: list[Step]) -> None:
    """Law: an item's charged parts follow each other without gap or overlap, within its life (P1, P8, H-15)."""
    world = World.new().live(steps)
    facts = world.loaded("acme").facts

    for one in facts.subscriptions:
        found = life(one, facts.customer)
        for item in found.items:
            if item.record.price.cadence is PriceCadence.ONCE:
                continue
            at = item.start
            for count, occurrence in enumerate(occurrences(found, item)):
                part, period = occurrence.part, occurrence.period
                assert at == part.start
                assert period.start <= part.start < part.end <= period.end
                at = part.end
                if count == 40:
                    break
            else:
                kept = item.cancelled and item.end is not None and at > item.end
                assert at == item.end or (kept and item.record.price.due is Timing.ADVANCE)


@given(lives((*FACTS, "use")), st.integers(0, 120), st.integers(-60, 120))
def test_the_next_billing_date_is_the_one_that_a_walk_met(steps: list[Step], first: int, days: int) -> None:
    """Law: what charging up to an instant has met of the billing dates after it is what a search finds."""
    world = World.new().live(steps)
    start = START + dt.timedelta(days=first)
    until = start + dt.timedelta(days=days)

    def walked(tx: ReadTx) -> None:
        facts = load(tx, "acme").facts
        for one in facts.subscriptions:
            seen, fresh = (life(one, facts.customer) for _ in range(2))
            list(charges([seen], Metered(tx, facts), until, start, None))
            assert next_due(seen, until) == next_due(fresh, until)

    world.billing.session.read(walked)


def ladder(prices: list[Decimal], timing: Timing) -> Catalog:
    """Plans 0, 1, 2 ... with one monthly price each, all of one code."""
    versions = [PlanVersion(version=1, prices=[Price(code="base", model=Flat(p), timing=timing)]) for p in prices]
    plans = [Plan(code=str(n), versions=[version]) for n, version in enumerate(versions)]
    return Catalog(version="1", effective="2025-01-01T00:00:00Z", currency="CHF", plans=plans)


MARCH = Period("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z")
"""In Zurich an hour shorter than 31 days."""


@given(
    prices=st.lists(amounts(max_value=100), min_size=1, max_size=6),
    cuts=st.lists(st.integers(1, 31 * 86_400 - 3_601), min_size=5, max_size=5, unique=True).map(sorted),
    timing=st.sampled_from(Timing),
    often=st.booleans(),
)
def test_a_month_of_many_changes_costs_the_integral(
    prices: list[Decimal], cuts: list[int], timing: Timing, *, often: bool
) -> None:
    """Law: a month of n changes costs each price for its share of the time, rounded once, DST and all (R0-15)."""
    clock = ManualClock(MARCH.start)
    billing = Billing.in_memory(clock=clock)
    billing.catalog.publish(ladder(prices, timing))
    billing.customers.create("acme", currency="CHF", timezone="Europe/Zurich")
    billing.subscriptions.create("acme", Selection(plan="0"), id="one")
    starts = [0, *cuts[: len(prices) - 1], 31 * 86_400 - 3_600]
    for n, seconds in enumerate(starts[1:-1], 1):
        clock.set(MARCH.start + dt.timedelta(seconds=seconds))
        billing.subscriptions.change("one", plan=str(n), when="now")
        if often:
            billing.invoices.run()
    billing.subscriptions.cancel("one")
    clock.set(MARCH.end)

    billing.invoices.run()

    had = [Fraction(price) * (end - start) for price, (start, end) in zip(prices, pairwise(starts), strict=True)]
    total = sum(one.document.total for one in billing.invoices.list("acme", limit=1_000).items)
    assert total == minor_units(sum(had, Fraction()) / starts[-1], 2)


CHANGES = st.tuples(st.sampled_from(("plan", "quantity")), st.integers(1, 4), st.booleans(), st.integers(0, 2))
"""Which is changed, to what, whether now, and how many days after the one before."""


@given(steps=st.lists(CHANGES, min_size=1, max_size=7), run=st.booleans())
def test_a_change_replaces_pending_ones_of_its_kind_alone(
    steps: list[tuple[Literal["plan", "quantity"], int, bool, int]], *, run: bool
) -> None:
    """Law: what was asked last of plan and of quantity, each for itself, is what is had in the end (Proration)."""
    clock = ManualClock("2026-06-01T00:00:00Z")
    billing = Billing.in_memory(clock=clock)
    prices = [Price(code="base", model=PerUnit(n)) for n in range(5)]
    plans = [Plan(code=str(n), versions=[PlanVersion(version=1, prices=[price])]) for n, price in enumerate(prices)]
    billing.catalog.publish(Catalog(version="1", effective=clock.now(), currency="CHF", plans=plans))
    billing.customers.create("acme", currency="CHF")
    billing.subscriptions.create("acme", Selection(plan="1"), id="one")
    had, pending = {"plan": 1, "quantity": 1}, dict[str, int]()
    for what, value, at_once, days in steps:
        clock.advance(days=days, minutes=1)
        when: Literal["now", "period_end"] = "now" if at_once else "period_end"
        if what == "plan":
            billing.subscriptions.change("one", plan=str(value), when=when)
        else:
            billing.subscriptions.change("one", quantity=value, when=when)
        (had if at_once else pending)[what] = value
        if at_once:
            pending.pop(what, None)
        if run:
            billing.invoices.run()

    found = life(billing.subscriptions.get("one"), billing.customers.get("acme"))
    for at, wanted in ((clock.now(), had), (instant("2026-07-01T00:00:00Z"), {**had, **pending})):
        (item,) = found.alive(at)
        assert item.record.price == attrs.evolve(prices[wanted["plan"]], currency="CHF")
        assert item.quantities.at(at) == wanted["quantity"]
    assert billing.verify() == ()


@given(lives((*FACTS, *MONEY, "run")))
def test_settling_again_moves_nothing(steps: list[Step]) -> None:
    """Law: settle(settle(x)) is settle(x) while no new money comes; what is paid is paid once (H-04, H-06)."""
    laws.settling_again_moves_nothing(World.new().live(steps).billing, "acme")
