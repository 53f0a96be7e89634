"""All at once in one account: what is decided of each thing alone (docs/decisions) holds where they meet."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import attrs
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billcore.kernel import Rounding
from billcore.pricing import TaxProvider
from billcore.settlement import Policy
from billcore.testing import laws
from billcore.testing.laws.reading import billed
from billcore.testing.strategies import roundings
from tests.lives import CUSTOMERS, FACTS, MONEY, Step, World, lives, policies, providers
from tests.offers import everything
from tests.world import runs_and_one_run

NEWER = ("now", "now", "grant", "grant", "revoke", "coupon", "rebate", "uncoupon")
ANY = (*FACTS, *MONEY, *NEWER, "use", "use", "use", "change", "seats", "forgive", "void", "publish", "run")
GIVEN = (*FACTS, "rebate", "grant", "grant", "use", "use", "change", "seats", "attach", "cancel", "publish")
BOTH = tuple(CUSTOMERS)
CURRENCIES = {"CHF": "CHF", "GEM.3": "GEM"}
"""What customers are billed in, and what the catalog calls it."""
SKIPPED = [
    Step(1, "subscribe", shift=23_040),
    Step(21_600, "change", 1),
    Step(1, "change", 2, shift=1_440),
    Step(1, "now", 3),
]
"""A subscription that begins, and changes, after the instant at which it is asked to be billed now."""

ENDED = [Step(1, "subscribe", which=2), *(Step(40_000, "run", n) for n in (1, 2)), Step(10_000, "cancel", 3)]
"""A price that falls on a half, committed to by the year, ended after two months: the true-up is due."""

SPLIT = [
    Step(1, "subscribe", which=2),
    Step(1_440, "publish", 1),
    Step(25_920, "change", 2, which=2),
    Step(20_000, "cancel", 3),
]
"""A month under two commitments, whose lines are one rounding group."""


def world(policy: Policy, taxes: TaxProvider | None, currency: str, path: str | None = None) -> World:
    """A world that sells everything, and has two more editions to sell."""
    first, *later = (everything(CURRENCIES[currency], edition) for edition in (1, 2, 3))
    return World.new(policy, taxes, sold=first, currency=currency, path=path, later=later)


@given(lives(ANY), policies(), st.none() | providers(), st.sampled_from(tuple(CURRENCIES)))
@example(SKIPPED, Policy(), None, "CHF")
def test_all_features_together_keep_the_books(
    steps: list[Step], policy: Policy, taxes: TaxProvider | None, currency: str
) -> None:
    """Law: after every step all invariants hold and nobody is parked, and in the end every law of what was issued."""
    lived = world(policy, taxes, currency)
    for step in steps:
        lived.live([step])
        assert lived.billing.exceptions.list() == ()
        assert lived.billing.verify() == ()
    billing = lived.settle_down().billing

    assert billing.exceptions.list() == ()
    laws.lines_sum_to_what_the_facts_ask(billing)
    laws.percentages_follow_the_facts(billing)
    laws.lines_of_a_group_sum_to_its_rounded_sum(billing)
    laws.lines_explain_themselves(billing)
    laws.discounts_are_rounded_once(billing)
    laws.discounts_never_raise_a_price(billing)
    laws.grants_never_exceed_what_was_given(billing)
    laws.invoices_only_add_and_notes_only_lower(billing)
    laws.notes_never_exceed_their_invoice(billing)
    laws.taxes_are_right(billing)
    laws.numbers_have_no_gap(billing)
    laws.ledger_sums_to_zero(billing)
    laws.ledger_holds_what_is_open(billing)
    laws.nothing_falls_below_zero(billing)
    laws.books_are_sound(billing)


@given(lives(ANY), policies(), st.none() | providers(), st.integers(-10, 70))
def test_with_all_features_a_preview_is_the_run(
    steps: list[Step], policy: Policy, taxes: TaxProvider | None, days: int
) -> None:
    """Law: with all of it a preview is the run, and the run done again changes nothing (P9, P10)."""
    lived = world(policy, taxes, "CHF").live(steps)
    until = lived.clock.now() + dt.timedelta(days=days)

    laws.preview_equals_run(lived.billing, "acme", until=until)
    laws.running_again_adds_nothing(lived.billing, until=until)
    laws.settling_again_moves_nothing(lived.billing, "acme")
    laws.books_are_sound(lived.billing)


@given(lives(GIVEN), st.lists(st.integers(1, 100), min_size=2, max_size=4), policies(), st.none() | providers())
def test_all_features_in_several_runs_and_in_one(
    steps: list[Step], days: list[int], policy: Policy, taxes: TaxProvider | None
) -> None:
    """Law: where all facts were recorded first, several runs and one give the same documents (P10)."""
    several, once = runs_and_one_run(lambda: world(policy, taxes, "CHF"), steps, days)

    assert several == once


@given(lives((*GIVEN, "now", "uncoupon", "revoke", "run")), roundings(), st.none() | providers())
@example(SPLIT, Rounding.HALF_UP, None)
def test_what_was_committed_is_owed_beside_all_else(
    steps: list[Step], rounding: Rounding, taxes: TaxProvider | None
) -> None:
    """Law: early bills, coupons and grants move nothing of a commitment: its true-up and its cap are kept."""
    lived = world(Policy(rounding=rounding), taxes, "CHF").live(steps).settle_down()

    laws.commitments_are_kept(lived.billing)
    laws.books_are_sound(lived.billing)


@given(lives((*(do for do in GIVEN if do != "rebate"), "now", "now", "uncoupon", "run")), policies())
def test_early_bills_do_not_decide_what_all_comes_to(steps: list[Step], policy: Policy) -> None:
    """Law: runs between the facts, and bills before a period's end, change when something is billed, never what in sum.

    That is of every key, and of what percentages take off it, once its period is over. (What comes behind an amount
    depends on the billing dates.)
    """
    seen = world(policy, None, "CHF").live(steps).settle_down()
    late = world(policy, None, "CHF")
    late.live([attrs.evolve(step, do="settle") if step.do in ("run", "now") else step for step in steps], run=False)
    end = max(seen.clock.now(), late.settle_down().clock.now())
    for lived in (seen, late):
        lived.clock.set(end)
        lived.billing.invoices.run()

    over = [
        {key: exact for key, exact in billed(one.documents("acme")).items() if exact and key.period.end <= end}
        for one in (seen, late)
    ]
    assert over[0] == over[1]


@given(lives(ANY), policies(), policies(), st.integers(1, 12))
@example(ENDED, Policy(), Policy(rounding=Rounding.HALF_EVEN), 4)
def test_another_rounding_later_moves_nothing(steps: list[Step], policy: Policy, other: Policy, count: int) -> None:
    """Law: a house that rounds otherwise from some step on keeps its books, and moves nothing that it billed before."""
    lived = world(policy, None, "CHF").live(steps[:count])
    lived.billing.invoices.run()
    lived.billing.invoices.run(customer="acme", now=True)
    before = lived.comparable()

    lived.billing = lived.billing.using(policy=other)

    laws.books_are_sound(lived.billing)
    laws.lines_sum_to_what_the_facts_ask(lived.billing)
    laws.lines_explain_themselves(lived.billing)
    lived.billing.invoices.run(customer="acme", now=True)
    assert lived.comparable() == before
    laws.books_are_sound(lived.live(steps[count:]).settle_down().billing)


@settings(max_examples=15)
@given(lives(ANY, who=BOTH), policies(), st.none() | providers())
def test_all_features_are_alike_in_both_stores(steps: list[Step], policy: Policy, taxes: TaxProvider | None) -> None:
    """Law: a life of all of it leaves the same documents in memory and in SQLite, and sound books in both."""
    with tempfile.TemporaryDirectory() as folder:
        kept = world(policy, taxes, "CHF", str(Path(folder, "bills.db"))).live(steps).settle_down()
        found = world(policy, taxes, "CHF").live(steps).settle_down()
        with kept.billing:
            assert kept.comparable() == found.comparable()
            laws.books_are_sound(kept.billing)
    laws.books_are_sound(found.billing)
