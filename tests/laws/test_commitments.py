"""Commitments and fees of other prices, over random lives: what was committed is owed, whatever happened."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from billcore.settlement import Policy
from billcore.testing import laws
from tests.books import comparable
from tests.lives import CUSTOMERS, FACTS, MONEY, Step, World, lives, policies
from tests.offers import committing, offer

ANY = (*FACTS, *MONEY, "use", "use", "change", "seats", "run")
CHANGES = (*FACTS, "change", "use", "seats", "attach", "cancel")


@given(lives(ANY), policies())
def test_lives_with_commitments_are_in_order(steps: list[Step], policy: Policy) -> None:
    """Law: after every step all invariants hold, with commitments, caps and fees of other prices in the catalog."""
    world = World.new(policy, sold=committing(offer("1")))
    for step in steps:
        world.live([step])
        assert world.billing.verify() == ()
    world.settle_down()

    laws.lines_sum_to_what_the_facts_ask(world.billing)
    laws.invoices_only_add_and_notes_only_lower(world.billing)
    assert world.billing.verify() == ()


@given(lives(ANY))
def test_lines_over_others_explain_themselves(steps: list[Step]) -> None:
    """Law: true-ups, overages, fees and lines under a cap are recomputed from the facts known at issue (P5)."""
    laws.lines_explain_themselves(World.new(sold=committing(offer("1"))).live(steps).settle_down().billing)


@given(lives(CHANGES), st.lists(st.integers(1, 100), min_size=2, max_size=4), policies())
def test_runs_and_one_run_commit_alike(steps: list[Step], days: list[int], policy: Policy) -> None:
    """Law: where all facts were recorded first, several runs and one give the same documents (P10)."""
    several, once = (
        World.new(policy, sold=committing(offer("1"))).live(steps, wait=False, run=False) for _ in range(2)
    )
    start = several.clock.now()
    for day in sorted(days):
        several.clock.set(start + dt.timedelta(days=day))
        several.billing.invoices.run()
    once.clock.set(several.clock.now())

    once.billing.invoices.run()

    for who in CUSTOMERS:
        first, second = several.documents(who), once.documents(who)
        assert [comparable(one.document) for one in first] == [comparable(one.document) for one in second]
