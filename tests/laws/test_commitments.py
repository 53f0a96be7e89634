"""Commitments and fees of other prices, over random lives: what was committed is owed, whatever happened."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from decimal import Decimal
from random import Random

import attrs
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billcore.kernel import QUARTER, InputError, Rounding, StateError
from billcore.lifecycle import UsageEvent, life
from billcore.pricing import (
    Addon,
    Catalog,
    Commitment,
    Flat,
    Meter,
    Percentage,
    PerUnit,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    Selection,
    Wrapped,
)
from billcore.settlement import Policy
from billcore.testing import laws
from billcore.testing.strategies import roundings
from tests.laws.test_facts import owed
from tests.lives import FACTS, MONEY, Step, World, lives, policies
from tests.offers import committing, offer
from tests.world import runs_and_one_run

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
    several, once = runs_and_one_run(lambda: World.new(policy, sold=committing(offer("1"))), steps, days)

    assert several == once


@given(lives((*FACTS, "use", "use", "use", "run")), roundings())
def test_what_was_committed_is_owed(steps: list[Step], rounding: Rounding) -> None:
    """Law: covered lines and their true-up come to the commitment's share, and never to more than its cap."""
    world = World.new(Policy(rounding=rounding), sold=committing(offer("1"))).live(steps).settle_down()

    laws.commitments_are_kept(world.billing)


@given(lives((*FACTS, "use", "run")), lives(("use", "use", "item"), size=5), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter_to_a_commitment(
    before: list[Step], steps: list[Step], random: Random
) -> None:
    """Law: independent facts recorded at one instant cost the same in any order, true-ups and caps included."""
    facts = [attrs.evolve(step, n=step.n + 100, run=False) for step in steps]
    turned = sorted(random.sample(facts, len(facts)), key=lambda step: step.do != "subscribe")  # usage may name it

    one, other = (
        World.new(sold=committing(offer("1"))).live(before).live(order, wait=False).settle_down()
        for order in (facts, turned)
    )

    assert owed(one, "acme") == owed(other, "acme")


def _halves() -> Catalog:
    """What costs odd half cents: a base, half of it as a fee, and usage of two meters, committed to and capped."""
    used = [
        Price(code=code, model=Wrapped(model=PerUnit("0.005"), interim=True), cadence=PriceCadence.USAGE, meter=code)
        for code in ("gb", "calls")
    ]
    prices = [
        Price(code="base", model=Flat("1.005")),
        Price(code="care", model=Percentage(50), sum_of=["base"]),
        Price(code="yearly", model=Percentage(10), sum_of=["base", "gb"], interval=QUARTER),
        *used,
    ]
    return Catalog(
        version="1",
        effective="2020-01-01T00:00:00Z",
        currency="CHF",
        plans=[Plan(code="halves", versions=[PlanVersion(version=1, prices=prices)])],
        meters=[Meter(code="gb"), Meter(code="calls")],
        commitments=[
            Commitment(prices=["gb", "calls"], amount=Decimal("0.125"), cap=Decimal("0.215")),
            Commitment(prices=["base", "care"], amount=Decimal("4.125"), period=QUARTER, overage_factor=Decimal("1.5")),
        ],
    )


def _using(policy: Policy) -> World:
    """A world in which somebody bought all that."""
    world = World.new(policy, sold=_halves())
    world.billing.subscriptions.create("acme", Selection(plan="halves"), id="s")
    return world


def _use(world: World, n: int, meter: str, value: int, late: int) -> None:
    """Record an event of so many units; it was so many days ago."""
    time = world.clock.now() - dt.timedelta(days=late)
    event = UsageEvent(id=str(n), source="law", customer="acme", meter=meter, time=time, value=value)
    world.billing.usage.record([event])


_EVENTS = st.tuples(st.sampled_from(("gb", "calls")), st.integers(-5, 40), st.integers(0, 20), st.integers(1, 25))
_MODES = st.sampled_from((Rounding.HALF_UP, Rounding.HALF_EVEN))


_UP, _EVEN = Rounding.HALF_UP, Rounding.HALF_EVEN


@settings(max_examples=25)
@given(_MODES, st.lists(st.tuples(_EVENTS, _MODES, st.booleans()), min_size=3, max_size=6))
@example(  # what the cap leaves was rounded by the document made at the period's end, on which the key is not
    _UP,
    [
        (("gb", 36, 20, 2), _UP, False),
        (("calls", 35, 0, 21), _UP, False),
        (("calls", -1, 0, 17), _EVEN, False),
        (("calls", -15, 20, 7), _EVEN, True),
        (("gb", 21, 20, 24), _UP, True),
    ],
)
def test_another_policy_changes_nothing_that_was_billed(
    first: Rounding, steps: list[tuple[tuple[str, int, int, int], Rounding, bool]]
) -> None:
    """Law: a house that rounds otherwise from a day on keeps its books in order, and explains lines as made."""
    world = _using(Policy(rounding=first))
    for n, ((meter, value, late, days), mode, now) in enumerate(steps):
        _use(world, n, meter, value, late)
        world.clock.advance(minutes=days * 1_440)
        world.billing.invoices.run(customer="acme", now=now)
        world.billing = world.billing.using(policy=Policy(rounding=mode))
        assert world.billing.verify() == ()

    laws.lines_sum_to_what_the_facts_ask(world.billing)
    laws.commitments_are_kept(world.settle_down().billing)
    laws.lines_explain_themselves(world.billing)


@settings(max_examples=25)
@given(st.lists(_EVENTS, min_size=3, max_size=7), roundings())
def test_a_cap_holds_before_its_period_ends(events: list[tuple[str, int, int, int]], rounding: Rounding) -> None:
    """Law: bills of usage so far never come to more than a cap, whichever price grew first, and explain themselves."""
    world = _using(Policy(rounding=rounding))
    for n, (meter, value, late, days) in enumerate(events):
        _use(world, n, meter, value, late)
        world.clock.advance(minutes=days * 1_440)
        world.billing.invoices.run(customer="acme", now=True)
        laws.commitments_are_kept(world.billing)
        assert world.billing.verify() == ()

    laws.lines_sum_to_what_the_facts_ask(world.billing)
    laws.lines_explain_themselves(world.billing)


def _shared() -> Catalog:
    """Two plans and three addons, of which one of each is in no commitment, and one commitment over all others."""
    price = {code: Price(code=code, model=Flat(1)) for code in ("base", "other", "disk", "line", "mail")}
    plans = [Plan(code=code, versions=[PlanVersion(version=1, prices=[price[code]])]) for code in ("base", "other")]
    return Catalog(
        version="1",
        effective="2020-01-01T00:00:00Z",
        currency="CHF",
        plans=plans,
        addons=[Addon(code=code, price=price[code]) for code in ("disk", "line", "mail")],
        commitments=[Commitment(prices=["base", "disk", "line"], amount=100, overage_factor=2)],
    )


_DEEDS = st.tuples(
    st.sampled_from(("change", "attach", "detach")), st.sampled_from(("base", "other", "disk", "line", "mail"))
)


@given(
    st.sampled_from(("base", "other")), st.sets(st.sampled_from(("disk", "line", "mail"))), st.lists(_DEEDS, max_size=9)
)
def test_what_is_committed_follows_from_what_is_had(plan: str, addons: set[str], deeds: list[tuple[str, str]]) -> None:
    """Law: under one catalog what is committed to is what who buys the same plan and addons at once commits to."""
    world = World.new(sold=_shared())
    bought = world.billing.subscriptions
    bought.create("acme", Selection(plan=plan, addons=tuple(sorted(addons))), id="s")
    for do, name in deeds:
        world.clock.advance(minutes=1_440)
        with contextlib.suppress(InputError, StateError):
            if do == "change":
                bought.change("s", plan=name, when="now")
                plan = name
            elif do == "attach":
                bought.attach_addon("s", name)
                addons = {*addons, name}
            else:
                bought.detach_addon("s", name, when="now")
                addons = addons - {name}
    bought.create("acme", Selection(plan=plan, addons=tuple(sorted(addons))), id="t")

    had, fresh = (life(bought.get(name), world.loaded("acme").facts.customer).alive(world.clock.now()) for name in "st")

    assert {item.record.price.code for item in had} == {item.record.price.code for item in fresh}
    assert len(had) == len(fresh)


@settings(max_examples=30)
@given(lives(("use", "use", "use", "change", "cancel", "attach", "void", "run"), size=10), policies())
def test_commitments_are_in_order_in_sqlite(steps: list[Step], policy: Policy) -> None:
    """Law: the same lives kept in a SQLite file are in order, and bill what they bill in memory."""
    sold = committing(offer("1"))
    with tempfile.TemporaryDirectory() as folder:
        kept = World.new(policy, sold=sold, path=f"{folder}/bills.db")
        with kept.billing:
            kept.live(steps).settle_down()
            assert kept.billing.verify() == ()
            found = owed(kept, "acme")

    assert found == owed(World.new(policy, sold=sold).live(steps).settle_down(), "acme")
