"""Facts: when, in which order and beside whom they were recorded does not decide what is owed."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from random import Random

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from billcore.engine import Billing
from billcore.kernel import ZERO, Exact, Period, instant
from billcore.kernel import exact as ex
from billcore.lifecycle import life, occurrences
from billcore.pricing import Catalog, Flat, PerUnit, Plan, PlanVersion, Price, PriceCadence, Proration, Selection, Timing
from billcore.settlement import LineKind
from tests.books import billed, comparable
from tests.lives import CUSTOMERS, FACTS, MONEY, Clock, Step, World, lives
from tests.offers import offer

RUNS = ("run", "run", "run", "run")
BOTH = tuple(CUSTOMERS)


def owed(world: World, who: str) -> dict[object, Exact]:
    """What each key was billed in sum, those of nothing left out."""
    return {key: exact for key, exact in billed(world.documents(who)).items() if exact}


@settings(max_examples=50)
@given(lives((*FACTS, "use", "seats", *RUNS)))
def test_when_a_fact_was_seen_does_not_decide_what_is_owed(steps: list[Step]) -> None:
    """Law: runs between the facts change when something is billed, never what in sum."""
    seen = World.new().live(steps).settle_down()
    late = World.new().live([attrs.evolve(step, do="settle") if step.do == "run" else step for step in steps])
    last = seen.loaded("acme").state.last_run
    late.settle_down()
    if last is not None:
        late.clock.at = max(late.clock.at, last)
        late.billing.invoices.run(until=last)
        seen.billing.invoices.run(until=late.loaded("acme").state.last_run)
        late.billing.invoices.run(until=seen.loaded("acme").state.last_run)

    assert owed(seen, "acme") == owed(late, "acme")


@settings(max_examples=40)
@given(lives(("subscribe", "use", "use", "item"), size=8), st.randoms(use_true_random=False))
def test_the_order_of_recording_does_not_matter(steps: list[Step], random: Random) -> None:
    """Law: independent facts recorded at one instant cost the same in any order."""
    turned = random.sample(steps, len(steps))
    for order in (steps, turned):
        order.sort(key=lambda step: step.do != "subscribe")  # events name subscriptions that are there

    one, other = World.new().live(steps, wait=False), World.new().live(turned, wait=False)

    for world in (one, other):
        world.settle_down()
    sums = [sum(line.document.total for line in world.documents("acme")) for world in (one, other)]
    assert sums[0] == sums[1]
    assert owed(one, "acme") == owed(other, "acme")


@settings(max_examples=40)
@given(lives((*FACTS, *RUNS)), st.integers(2, 9))
def test_a_new_catalog_reaches_nobody_who_bought(steps: list[Step], factor: int) -> None:
    """Law: publishing other prices changes no bill of an existing subscription (R0-04, R2-10)."""
    before, after = World.new().live(steps), World.new().live(steps)

    after.billing.catalog.publish(offer("2", factor=factor, effective="2025-06-01T00:00:00Z"))

    documents = [[comparable(one.document) for one in w.settle_down().documents("acme")] for w in (before, after)]
    assert documents[0] == documents[1]


@settings(max_examples=40)
@given(lives((*FACTS, *MONEY, *RUNS), who=BOTH))
def test_customers_do_not_touch_each_other(steps: list[Step]) -> None:
    """Law: what one customer does changes no document of another, but for its number (T3)."""
    together = World.new().live(steps)
    alone = World.new()
    for step in steps:
        quiet = step if step.who == "acme" or step.do == "run" else attrs.evolve(step, do="settle", who="acme", n=-1)
        alone.live([quiet])

    documents = [[comparable(one.document, number=False) for one in w.documents("acme")] for w in (together, alone)]
    assert documents[0] == documents[1]


@settings(max_examples=60)
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
                assert part.start == at and period.start <= part.start < part.end <= period.end
                at = part.end
                if count == 40:
                    break
            else:
                kept = item.cancelled and item.end is not None and at > item.end
                assert at == item.end or (kept and item.record.price.due is Timing.ADVANCE)
