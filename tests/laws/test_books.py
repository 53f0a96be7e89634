"""Books: documents, payments and the ledger agree with each other, whatever happened."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from billcore.pricing import TaxProvider, TaxRounding
from billcore.settlement import Policy
from billcore.testing import laws
from tests.lives import CUSTOMERS, FACTS, MONEY, Step, World, lives, policies, providers

ANY = (*FACTS, *MONEY, "seats", "use", "run")
CORRECTED = ("subscribe", "change", "seats", "use", "cancel", *MONEY)
BOTH = tuple(CUSTOMERS)
UPGRADED = [Step(wait=1, do="subscribe"), Step(wait=20_940, do="change", n=1, which=1, run=True)]
"""Another plan two weeks later: two items of one rounding group."""
FORGIVEN = [Step(1, "item", 1, which=1, run=True), Step(1, "forgive", 2, how=3), Step(1, "forgive", 3, how=3)]
"""A fifth of a line twice: 0.02 and 0.01 of its tax of 0.08."""


@given(lives(CORRECTED, who=BOTH))
@example([Step(1, "redeem"), Step(1, "item", 1, which=1, run=True), Step(1, "forgive", 2)])
def test_the_ledger_sums_to_zero_and_holds_what_is_open(steps: list[Step]) -> None:
    """Law: all accounts sum to zero; receivable is what documents leave open, stored value what credits hold (M3)."""
    billing = World.new().live(steps).billing

    laws.ledger_sums_to_zero(billing)
    laws.ledger_holds_what_is_open(billing)


@given(lives(CORRECTED), policies())
def test_stored_value_and_what_is_open_never_fall_below_zero(steps: list[Step], policy: Policy) -> None:
    """Law: after each step no credit, balance or open amount is below zero, and none above what it began with (M11)."""
    world = World.new(policy)
    for step in steps:
        laws.nothing_falls_below_zero(world.live([step]).billing)


@given(lives(CORRECTED), policies(), st.none() | providers())
@example(FORGIVEN, Policy(tax=TaxRounding.LINE), None)
def test_credit_notes_never_exceed_their_invoice(steps: list[Step], policy: Policy, taxes: TaxProvider | None) -> None:
    """Law: notes of an invoice never exceed it, line by line and rate by rate, tax included (I3).

    Note by note the tax given back is the share of what is given back, rounded; so they add up to the invoice, to the
    cent, where every line is given back: however the tax is rounded, included or not, of one rate or of several.
    """
    laws.notes_never_exceed_their_invoice(World.new(policy, taxes).live(steps).settle_down().billing)


@given(lives(CORRECTED), policies(), providers())
def test_taxes_are_right(steps: list[Step], policy: Policy, taxes: TaxProvider) -> None:
    """Law: net and tax are the total, line by line where prices include tax, and a tax of zero says why (R0-21, H-01).

    And so it is booked, and ``verify`` finds every tax as it would take it.
    """
    billing = World.new(policy, taxes).live(steps).settle_down().billing

    laws.taxes_are_right(billing)
    laws.books_are_sound(billing)


@given(lives(ANY), policies())
def test_invoices_only_add_and_notes_only_lower(steps: list[Step], policy: Policy) -> None:
    """Law: no line of an invoice is negative, none of a note positive; each falling line names one of that invoice."""
    laws.invoices_only_add_and_notes_only_lower(World.new(policy).live(steps).settle_down().billing)


@given(lives(ANY), policies())
@example(UPGRADED, Policy())
def test_lines_of_a_group_sum_to_its_rounded_sum(steps: list[Step], policy: Policy) -> None:
    """Law: the lines of a rounding group sum to its rounded exact sum, however it was cut (M6)."""
    laws.lines_of_a_group_sum_to_its_rounded_sum(World.new(policy).live(steps).settle_down().billing)


@given(lives(ANY))
def test_every_line_explains_itself(steps: list[Step]) -> None:
    """Law: snapshot and facts, taken as they were known, come to the exact amount of every line (P5)."""
    laws.lines_explain_themselves(World.new().live(steps).settle_down().billing)


@given(lives(ANY, who=BOTH))
def test_numbers_have_no_gap_and_content_never_changes(steps: list[Step]) -> None:
    """Law: each series counts 1, 2, 3 in the order of issue, and what was issued never changes (I1, I2)."""
    world = World.new()
    seen: dict[str, str] = {}
    for step in steps:
        world.live([step])
        hashes = {one.id: one.document.content_hash() for who in CUSTOMERS for one in world.documents(who)}
        assert seen.items() <= hashes.items()
        seen = hashes
        laws.numbers_have_no_gap(world.billing)
