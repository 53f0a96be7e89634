"""Promotional credit in random lives: never more than was given, however runs are cut, in both stores."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from billcore.settlement import Policy
from billcore.testing import laws
from tests.lives import CUSTOMERS, FACTS, MONEY, Step, World, lives, policies, providers
from tests.world import runs_and_one_run

GIVEN = ("grant", "grant", "revoke")
ANY = (*FACTS, *MONEY, *GIVEN, "seats", "use", "run")
FIRST = ("subscribe", "change", "seats", "attach", "cancel", "coupon", "rebate", "grant", "grant", "item", "use")
SPENT = [Step(1, "grant", 0), Step(1, "subscribe", 1, run=True), Step(44_640, "run", 2), Step(44_640, "run", 3)]
"""A grant smaller than one month, and three months."""
UPGRADED = [*SPENT[:2], Step(20_000, "change", 2, which=1, run=True)]
"""A line falls that a grant lowered."""
ENDED = [Step(1, "subscribe", 0), Step(1, "grant", 1, which=1, shift=0)]
"""A grant that ends before the last month."""
UNBORN = [Step(1, "subscribe"), Step(1, "subscribe", 1), Step(1, "grant", 2, which=3), Step(1, "revoke", 3)]
"""A grant that is revoked before it begins."""


@given(lives(ANY), policies(), st.none() | providers())
@example(SPENT, Policy(), None)
@example(UPGRADED, Policy(), None)
@example(UNBORN, Policy(), None)
def test_grants_never_take_off_more_than_was_given(steps: list[Step], policy: Policy, taxes: object) -> None:
    """Law: what grants take off is between nothing and what was given, while they hold; the books are sound (V6).

    And no line is raised, no note exceeds its invoice, tax is on what is left, every line explains itself.
    """
    billing = World.new(policy, taxes).live(steps).settle_down().billing  # type: ignore[arg-type]  # a provider

    laws.grants_never_exceed_what_was_given(billing)
    laws.discounts_never_raise_a_price(billing)
    laws.notes_never_exceed_their_invoice(billing)
    laws.invoices_only_add_and_notes_only_lower(billing)
    laws.taxes_are_right(billing)
    laws.ledger_sums_to_zero(billing)
    laws.lines_explain_themselves(billing)
    laws.books_are_sound(billing)


@given(lives(ANY), st.integers(-10, 70))
@example(SPENT[:2], 70)
def test_grants_are_used_once(steps: list[Step], days: int) -> None:
    """Law: with grants too, a preview is the run, and the run done again changes nothing (P9, P10)."""
    world = World.new().live(steps)
    until = world.clock.now() + dt.timedelta(days=days)

    laws.preview_equals_run(world.billing, "acme", until=until)
    laws.running_again_adds_nothing(world.billing, until=until)


@given(lives(FIRST), st.lists(st.integers(1, 100), min_size=2, max_size=4), policies())
@example(ENDED, [1, 32, 100], Policy())
def test_grants_in_several_runs_and_in_one(steps: list[Step], days: list[int], policy: Policy) -> None:
    """Law: where all facts were recorded first, grants lower the same lines in several runs and in one (P10)."""
    several, once = runs_and_one_run(lambda: World.new(policy), steps, days)

    assert several == once


@given(lives(ANY, who=tuple(CUSTOMERS)), policies())
@settings(max_examples=15)
@example(SPENT, Policy())
def test_grants_are_alike_in_both_stores(steps: list[Step], policy: Policy) -> None:
    """Law: a life with grants leaves the same documents and the same rest in memory and in SQLite, and sound books."""
    with tempfile.TemporaryDirectory() as folder:
        kept = World.new(policy, path=str(Path(folder, "bills.db"))).live(steps).settle_down()
        found = World.new(policy).live(steps).settle_down()
        for who in CUSTOMERS:
            theirs = [one.document.content_hash() for one in kept.documents(who)]
            assert theirs == [one.document.content_hash() for one in found.documents(who)]
            ours = [one.remaining for one in found.billing.grants.list(who).items]
            assert [one.remaining for one in kept.billing.grants.list(who).items] == ours
        laws.books_are_sound(kept.billing)
        kept.billing.close()
