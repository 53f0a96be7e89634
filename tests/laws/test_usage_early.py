"""Usage billed before its period ends, and usage that no plan meters: whatever happened, nothing is lost or doubled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from billcore.engine import Billing
from billcore.kernel import exact as ex
from billcore.kernel import instant
from billcore.lifecycle import UsageEvent
from billcore.pricing import (
    Catalog,
    Meter,
    MeterPrice,
    PerUnit,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    PriceModel,
    Selection,
)
from billcore.pricing.model.wrapped import wrapped
from billcore.testing import ManualClock, laws
from billcore.testing.strategies import price_models
from tests.lives import FACTS, MONEY, Step, World, lives
from tests.offers import early, offer

START = instant("2026-06-01T00:00:00Z")
ANY = (*FACTS, *MONEY, "use", "use", "use", "change", "item", "run")


def world(steps: Sequence[Step], path: str | None = None) -> World:
    """A world that sells it and has lived these steps; in a file where there is a path."""
    return World.new(sold=early(offer("1")), path=path).live(steps)


@given(lives(ANY))
def test_books_are_sound_whatever_is_billed_early(steps: list[Step]) -> None:
    """Law: with bills before the period's end and usage outside any plan every invariant of verify holds (P1 to P9)."""
    lived = world(steps)
    laws.lines_sum_to_what_the_facts_ask(lived.billing)
    assert lived.billing.verify() == ()
    lived.settle_down()
    laws.lines_sum_to_what_the_facts_ask(lived.billing)
    laws.lines_of_a_group_sum_to_its_rounded_sum(lived.billing)
    laws.lines_explain_themselves(lived.billing)
    assert lived.billing.verify() == ()


@settings(max_examples=20)
@given(lives(ANY))
def test_a_file_holds_what_memory_holds(steps: list[Step]) -> None:
    """Law: the same life in a SQLite file gives the same documents, and the same books."""
    with TemporaryDirectory() as folder:
        memory, file = world(steps), world(steps, str(Path(folder) / "bills.db"))
        with file.billing:
            assert memory.comparable() == file.comparable()
            assert file.billing.verify() == ()


USES = st.tuples(st.integers(0, 30 * 86_400 - 1), st.decimals(-100, 500, places=3), st.sampled_from(("eu", "us", "ap")))
"""Seconds into June, how much (less, where usage is corrected), and where."""


@given(
    model=price_models(),
    uses=st.lists(USES, max_size=8),
    dates=st.lists(st.integers(1, 29), max_size=4, unique=True).map(sorted),
    late=st.integers(0, 3),
)
def test_bills_of_a_period_come_to_one_bill_at_its_end(
    model: PriceModel, uses: list[tuple[int, Decimal, str]], dates: list[int], late: int
) -> None:
    """Law: what is billed early and the last bill are, to the cent, what one bill at the period's end is (interim).

    No bill falls before the end. Some events are told later than they were used.
    """
    sums = []
    for interim in (True, False):
        price = Price(
            code="price", model=attrs.evolve(wrapped(model), interim=interim), cadence=PriceCadence.USAGE, meter="gb"
        )
        sums.append(_billed(price, uses, dates, late))

    assert sums[0] == sums[1]


def _billed(price: Price, uses: list[tuple[int, Decimal, str]], dates: list[int], late: int) -> tuple[int, Fraction]:
    """What June's usage comes to, in minor units and exactly, when it is billed on these days too."""
    clock = ManualClock(START)
    billing = Billing.in_memory(clock=clock)
    plans = [Plan(code="one", versions=[PlanVersion(version=1, prices=[price])])]
    sold = Catalog(version="1", effective=START, currency="CHF", meters=[Meter(code="gb")], plans=plans)
    billing.catalog.publish(sold)
    billing.customers.create("acme", currency="CHF")
    billing.subscriptions.create("acme", Selection(plan="one"), id="one")
    told = sorted((seconds + n % (late + 1) * 86_400, n) for n, (seconds, _, _) in enumerate(uses))
    for day in (*dates, 30):
        until = START + dt.timedelta(days=day)
        while told and START + dt.timedelta(seconds=told[0][0]) < until:
            _use(billing, clock, uses[told[0][1]], *told.pop(0))
        clock.set(until)
        billing.invoices.run(customer="acme", now=day < 30)
        assert day == 30 or not any(one.document.corrects for one in billing.invoices.list("acme").items)
    for after, n in told:
        _use(billing, clock, uses[n], after, n)
    billing.invoices.run(customer="acme", now=True)
    assert billing.verify() == ()
    june = [line for one in billing.invoices.list("acme").items for line in one.document.lines]
    june = [line for line in june if line.key is not None and line.key.period.start == START]
    return sum(line.minor for line in june), sum((ex.fraction(line.exact) for line in june), Fraction())


def _use(billing: Billing, clock: ManualClock, use: tuple[int, Decimal, str], after: int, n: int) -> None:
    seconds, value, region = use
    clock.set(max(clock.now(), START + dt.timedelta(seconds=after)))
    event = UsageEvent(
        id=str(n),
        source="law",
        customer="acme",
        meter="gb",
        time=START + dt.timedelta(seconds=seconds),
        value=value,
        properties={"region": region, "class": "hot"},
    )
    assert billing.usage.record([event]).accepted == 1


DAYS, DAY_OF = st.integers(0, 58), dt.timedelta(days=1)


@given(
    uses=st.lists(st.tuples(DAYS, st.integers(1, 500), st.sampled_from((None, "1", "2"))), max_size=10),
    metered=st.tuples(DAYS, DAYS),
    ends=DAYS,
)
def test_each_event_is_billed_by_one_price(
    uses: list[tuple[int, int, str | None]], metered: tuple[int, int], ends: int
) -> None:
    """Law: of a meter with a price outside every plan each event of who has a subscription then is billed once (R3-22).

    2 changes to a plan that meters it and back, 1 ends: who counts an event changes, what is counted in all does not.
    """
    clock = ManualClock(START)
    billing = Billing.in_memory(clock=clock)
    count = PerUnit("1")
    gb, out = (Price(code=code, model=count, cadence=PriceCadence.USAGE, meter="gb") for code in ("gb", "out"))
    none = Price(code="base", model=PerUnit("0"))
    plans = [
        Plan(code=code, versions=[PlanVersion(version=1, prices=prices)])
        for code, prices in (("flat", [none]), ("metered", [none, gb]))
    ]
    billing.catalog.publish(
        Catalog(
            version="1",
            effective=START,
            currency="CHF",
            meters=[Meter(code="gb")],
            plans=plans,
            meter_prices=[MeterPrice(meter="gb", price=out)],
        )
    )
    billing.customers.create("acme", currency="CHF")
    for name in ("1", "2"):
        billing.subscriptions.create("acme", Selection(plan="flat", anchor="start"), id=name)
    first, second = sorted(metered)
    for day, plan in ((first, "metered"), (second, "flat")):
        clock.set(START + DAY_OF * day)
        billing.subscriptions.change("2", plan=plan, when="now")
    clock.set(max(clock.now(), START + DAY_OF * ends))
    billing.subscriptions.cancel("1", when="now", at=START + DAY_OF * ends)
    events = [
        UsageEvent(
            id=str(n),
            source="law",
            customer="acme",
            meter="gb",
            time=START + DAY_OF * day + dt.timedelta(hours=1),
            value=value,
            subscription=name if name != "1" or day < ends else None,
        )
        for n, (day, value, name) in enumerate(uses)
    ]
    assert billing.usage.record(events).accepted == len(events)
    clock.set(START + DAY_OF * 100)
    billing.invoices.run()

    lines = [line for one in billing.invoices.list("acme").items for line in one.document.lines]
    assert sum(line.minor for line in lines if line.price in ("gb", "out")) == 100 * sum(value for _, value, _ in uses)
    assert billing.verify() == ()
