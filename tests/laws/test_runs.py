"""Runs: whatever happened, what was billed is what the facts ask for, once."""

from __future__ import annotations

import datetime as dt

import attrs
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import ZERO
from billcore.kernel import exact as ex
from billcore.ports.tables import TABLES
from billcore.settlement import Policy
from tests.books import billed, comparable, forgiven, wanted
from tests.lives import CUSTOMERS, FACTS, MONEY, Step, World, lives, policies

ANY = (*FACTS, *MONEY, "use", "change", "seats", "run")
CHANGES = (*FACTS, "change", "seats", "seats", "attach", "cancel")
BOTH = tuple(CUSTOMERS)


@given(lives(ANY), policies())
def test_a_keys_lines_sum_to_what_the_facts_ask(steps: list[Step], policy: Policy) -> None:
    """Law: for every key that is due the exact amounts of its lines sum to what the facts ask (P2).

    Only what was forgiven (goodwill, waived) is never taken back, and not given back twice.
    """
    world = World.new(policy).live(steps).settle_down()

    documents, last = world.documents("acme"), world.loaded("acme").state.last_run
    asked = wanted(world, "acme", last) if last is not None else {}
    has, floor = billed(documents), forgiven(documents)
    for key in asked.keys() | has.keys():
        want = asked[key].exact if key in asked else ZERO
        got, least = has.get(key, ZERO), floor.get(key, ZERO)
        kept = want < got <= least and ex.subtract(least, got) < 1
        assert got == want or kept, (key, got, want, least)


def digest(world: World) -> object:
    """Everything in the store."""
    store = world.billing.session.store
    return {table.name: dict(store._shelves[table.name].rows) for table in TABLES}  # type: ignore[attr-defined]


@given(lives(ANY, who=BOTH), st.integers(-30, 60))
def test_running_twice_adds_nothing(steps: list[Step], days: int) -> None:
    """Law: a run that is done again up to the same billing date changes nothing at all (P10, X-12, H-10)."""
    world = World.new().live(steps)
    until = world.clock.at + dt.timedelta(days=days)
    world.billing.invoices.run(until=until)
    before = digest(world)

    report = world.billing.invoices.run(until=until)

    assert (report.invoices, report.credit_notes) == (0, 0)
    assert digest(world) == before


@given(lives(CHANGES), st.lists(st.integers(1, 100), min_size=2, max_size=4), policies())
def test_runs_and_one_catch_up_run_give_the_same_documents(steps: list[Step], days: list[int], policy: Policy) -> None:
    """Law: where all facts were recorded first, several runs and one give the same documents, byte for byte (P10).

    But for the instant of issue and what is counted from it.
    """
    several, once = (World.new(policy).live(steps, wait=False, run=False) for _ in range(2))
    start = several.clock.at
    for day in sorted(days):
        several.clock.at = start + dt.timedelta(days=day)
        several.billing.invoices.run()
    once.clock.at = several.clock.at

    once.billing.invoices.run()

    for who in CUSTOMERS:
        first, second = several.documents(who), once.documents(who)
        assert [comparable(one.document) for one in first] == [comparable(one.document) for one in second]


@given(lives(ANY), st.integers(-10, 70))
def test_a_preview_is_the_run(steps: list[Step], days: int) -> None:
    """Law: a preview shows line for line what a run then writes, and itself writes nothing (P9)."""
    world = World.new().live(steps)
    until = world.clock.at + dt.timedelta(days=days)
    before, known = digest(world), {one.id for one in world.documents("acme")}

    shown = world.billing.invoices.preview("acme", until=until)

    assert digest(world) == before
    world.billing.invoices.run(until=until, customer="acme", at=max(until, world.clock.at))
    written = [one for one in world.documents("acme") if one.id not in known]
    assert shown == tuple(attrs.evolve(one, document=attrs.evolve(one.document, number=None)) for one in written)
