"""Runs: whatever happened, what was billed is what the facts ask for, once."""

from __future__ import annotations

import datetime as dt

from hypothesis import example, given
from hypothesis import strategies as st

from billcore.settlement import Policy
from billcore.testing import laws
from tests.lives import CUSTOMERS, FACTS, MONEY, Step, World, lives, policies
from tests.world import runs_and_one_run

ANY = (*FACTS, *MONEY, "use", "change", "seats", "run")
CHANGES = (*FACTS, "change", "seats", "seats", "attach", "cancel")
BOTH = tuple(CUSTOMERS)
AHEAD = [Step(wait=1, do="subscribe"), Step(wait=1, do="change", n=1, how=3, shift=2_880)]
"""A change that is recorded two days before it holds."""


@given(lives(ANY), policies())
def test_a_keys_lines_sum_to_what_the_facts_ask(steps: list[Step], policy: Policy) -> None:
    """Law: for every key that is due the exact amounts of its lines sum to what the facts ask (P2).

    Only what was forgiven (goodwill, waived) is never taken back, and not given back twice.
    """
    laws.lines_sum_to_what_the_facts_ask(World.new(policy).live(steps).settle_down().billing)


@given(lives(ANY, who=BOTH), st.integers(-30, 60))
def test_running_twice_adds_nothing(steps: list[Step], days: int) -> None:
    """Law: a run that is done again up to the same billing date changes nothing at all (P10, X-12, H-10)."""
    world = World.new().live(steps)

    laws.running_again_adds_nothing(world.billing, until=world.clock.now() + dt.timedelta(days=days))


@given(lives(CHANGES), st.lists(st.integers(1, 100), min_size=2, max_size=4), policies())
@example(AHEAD, [1, 2], Policy())
def test_runs_and_one_catch_up_run_give_the_same_documents(steps: list[Step], days: list[int], policy: Policy) -> None:
    """Law: where all facts were recorded first, several runs and one give the same documents, byte for byte (P10).

    But for the instant of issue and what is counted from it.
    """
    several, once = runs_and_one_run(lambda: World.new(policy), steps, days)

    assert several == once


@given(lives(ANY), st.integers(-10, 70))
def test_a_preview_is_the_run(steps: list[Step], days: int) -> None:
    """Law: a preview shows line for line what a run then writes, and itself writes nothing (P9)."""
    world = World.new().live(steps)

    laws.preview_equals_run(world.billing, "acme", until=world.clock.now() + dt.timedelta(days=days))
