"""A commitment's cap: in the lines that it lowers, those due first first."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from billcore.engine.metering import Metered
from billcore.kernel import DAY, QUARTER, Period
from billcore.lifecycle import Life, UsageTotal
from billcore.pricing import (
    Catalog,
    Commitment,
    Meter,
    PerUnit,
    Price,
    PriceCadence,
    Selection,
    Wrapped,
)
from billcore.testing import laws
from tests.settlement.committing import (
    APRIL,
    FEBRUARY,
    GB,
    HUNDRED,
    JANUARY,
    MARCH,
    shop,
    sold,
)
from tests.shop import Shop, base, catalog, plan, sound


def test_a_cap_is_in_the_lines_it_lowers() -> None:
    """A cap of 150.00 a quarter: 100.00, then 50.00 of 90.00, then 0.00 of 10.00. No line is below zero."""
    one = shop(Commitment(prices=["gb"], amount=0, period=QUARTER, cap=150))
    for month, used in ((1, 100), (2, 90), (3, 10)):
        one.use(f"u{month}", f"2026-{month:02}-05T00:00:00Z", used)

    assert one.run(APRIL) == [
        "INV-000001 02-01: gb 100.00 | due 100.00",
        "INV-000002 03-01: gb 50.00 | due 50.00",
        "INV-000003 04-01: gb 0.00",
    ]
    sound(one.billing)


def test_late_usage_under_a_reached_cap_lowers_what_no_longer_fits() -> None:
    """20.00 more of January leave 30.00 of February's 50.00."""
    one = shop(Commitment(prices=["gb"], amount=0, period=QUARTER, cap=150))
    one.use("u1", "2026-01-05T00:00:00Z", 100)
    one.use("u2", "2026-02-05T00:00:00Z", 90)
    one.run(MARCH)
    one.use("u3", "2026-01-06T00:00:00Z", 20)

    assert one.run(APRIL) == ["CN-000001 04-01: gb -20.00", "INV-000003 04-01: gb 20.00 | due 20.00"]
    sound(one.billing)


def test_the_cap_of_a_late_start_is_that_of_the_rest_and_an_early_end_leaves_it() -> None:
    """From 15 February, 45 of 90 days: 75.00 of a cap of 150.00; all of it though the end comes on 1 March."""
    one = Shop.new(sold(Commitment(prices=["gb"], amount=0, period=QUARTER, cap=150)), "2026-02-15T00:00:00Z")
    one.billing.subscriptions.create("acme", Selection(plan="usage"), id="s")
    one.use("a", "2026-02-16T00:00:00Z", 100)
    one.billing.subscriptions.cancel("s", when="now", at=MARCH)

    assert one.run(MARCH) == ["INV-000001 03-01: gb 75.00 | due 75.00"]
    sound(one.billing)


def test_the_overage_takes_what_the_cap_leaves() -> None:
    """120.00 of 100.00 at three times would add 40.00; a cap of 130.00 leaves 10.00."""
    one = shop(attrs.evolve(HUNDRED, overage_factor=Decimal(3), cap=Decimal(130)))
    one.use("a", "2026-01-05T00:00:00Z", 120)

    assert one.run(FEBRUARY) == ["INV-000001 02-01: gb 120.00, gb:overage 10.00 | due 130.00"]
    sound(one.billing)


def test_a_cap_reads_the_usage_of_each_period_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day's price for a month: the last run and verify read 31 days, though cap and true-up need them all again."""
    daily = attrs.evolve(GB, interval=DAY)
    offered = catalog(plan("u", daily), meters=[Meter(code="gb")])
    one = Shop.new(attrs.evolve(offered, commitments=[Commitment(prices=["gb"], amount=10, cap=1_000)]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="u"), id="s")
    for day in range(1, 32):
        one.use(str(day), f"2026-01-{day:02}T05:00:00Z", 1)
    one.run("2026-01-31T00:00:00Z")
    reads: list[str] = []
    read = Metered.__call__

    def counted(usage: Metered, who: Life, meter: str, window: Period) -> UsageTotal:
        reads.append(meter)
        return read(usage, who, meter, window)

    monkeypatch.setattr(Metered, "__call__", counted)
    one.run(FEBRUARY)
    assert len(reads) == 31

    reads.clear()
    assert one.billing.verify() == ()
    assert len(reads) == 31


def test_bills_of_open_periods_never_go_beyond_a_cap() -> None:
    """Of 100.00, 40.00 and 60.00 were billed: 50 more gigabytes wait for the period's end, when calls fall."""
    gb, calls = (
        Price(code=code, model=Wrapped(model=PerUnit(1), interim=True), cadence=PriceCadence.USAGE, meter=code)
        for code in ("gb", "calls")
    )
    offered = catalog(plan("u", gb, calls), meters=[Meter(code="gb"), Meter(code="calls")])
    most = Commitment(prices=["gb", "calls"], amount=10, cap=100)
    one = Shop.new(attrs.evolve(offered, commitments=[most]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="u"), id="s")
    one.use("a", "2026-01-02T00:00:00Z", 40)
    one.use("b", "2026-01-02T00:00:00Z", 60, meter="calls")
    one.at("2026-01-10T00:00:00Z").invoices.run(customer="acme", now=True)
    assert one.rows() == ["INV-000001 01-10: gb 40.00, calls 60.00 | due 100.00"]

    one.use("c", "2026-01-12T00:00:00Z", 50)
    one.at("2026-01-20T00:00:00Z").invoices.run(customer="acme", now=True)

    assert len(one.rows()) == 1
    sound(one.billing)
    assert one.run(FEBRUARY) == ["CN-000001 02-01: calls -50.00", "INV-000002 02-01: gb 50.00 | due 50.00"]
    sound(one.billing)


def test_what_is_left_of_a_cap_goes_to_the_first() -> None:
    """Of 100.00, 60.00 of the last price were billed: of 50.00 and 50.00 more, the first gets what is left, 40.00."""
    prices = [
        Price(code=code, model=Wrapped(model=PerUnit(1), interim=True), cadence=PriceCadence.USAGE, meter=code)
        for code in ("a", "b", "c")
    ]
    offered = catalog(plan("u", *prices), meters=[Meter(code=code) for code in ("a", "b", "c")])
    most = Commitment(prices=["a", "b", "c"], amount=10, cap=100)
    one = Shop.new(attrs.evolve(offered, commitments=[most]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="u"), id="s")
    one.use("1", "2026-01-02T00:00:00Z", 60, meter="c")
    one.at("2026-01-10T00:00:00Z").invoices.run(customer="acme", now=True)
    one.use("2", "2026-01-12T00:00:00Z", 50, meter="a")
    one.use("3", "2026-01-12T00:00:00Z", 50, meter="b")
    one.at("2026-01-20T00:00:00Z").invoices.run(customer="acme", now=True)

    assert one.rows() == ["INV-000001 01-10: c 60.00 | due 60.00", "INV-000002 01-20: a 40.00, b 0.00 | due 40.00"]
    sound(one.billing)
    assert one.run(FEBRUARY) == [
        "CN-000001 02-01: c -60.00",
        "INV-000003 02-01: a 10.00, b 50.00 | due 60.00",
    ]
    sound(one.billing)


def test_a_cap_within_a_month_shares_its_rounding() -> None:
    """As before, but from the 11th on usage is capped at 9.99 a month: its share is 6.66, which 6.663 seem to fit.

    Behind 3.333, billed as 3.33, they would be 6.67; so 6.657 are asked for.
    """
    unit = {"cadence": PriceCadence.USAGE, "meter": "gb"}
    first, second = (
        attrs.evolve(
            catalog(plan("p", base(PerUnit(amount), "gb", **unit)), version=version, meters=[Meter(code="gb")]),
            commitments=[Commitment(prices=["gb"], amount=0, cap=cap)],
        )
        for version, amount, cap in (("1", "1.111", 50), ("2", "0.50", "9.99"))
    )
    one = Shop.new(first, APRIL)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.use("1", "2026-04-05T00:00:00Z", 3)
    change = one.at("2026-04-11T00:00:00Z")
    change.catalog.publish(attrs.evolve(second, effective=one.clock.now()))
    change.subscriptions.change("s", plan="p", when="now")
    one.use("2", "2026-04-11T00:00:00Z", "13.326")
    one.run("2026-05-01T00:00:00Z")

    found = [(line.price, line.minor) for each in one.documents() for line in each.document.lines]
    assert sorted(found) == [("gb", 333), ("gb", 666)]
    assert one.documents()[-1].document.lines[-1].exact == Decimal("6.657")
    sound(one.billing)
    laws.commitments_are_kept(one.billing)


def test_many_commitments_in_a_month_read_its_usage_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight catalogs in April, each with a price and a cap of its own: nine stretches, nine sums of usage."""
    unit = {"cadence": PriceCadence.USAGE, "meter": "gb"}

    def edition(n: int) -> Catalog:
        offered = catalog(
            plan("p", base(PerUnit(Decimal(1) + Decimal(n) / 1_000), "gb", **unit)),
            version=str(n),
            effective=f"2026-04-{n:02}T00:00:00Z",
            meters=[Meter(code="gb")],
        )
        return attrs.evolve(offered, commitments=[Commitment(prices=["gb"], amount=50 + n, cap=100 + n)])

    one = Shop.new(edition(1), APRIL)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    for day in range(2, 10):
        one.at(f"2026-04-{day:02}T00:00:00Z").catalog.publish(edition(day))
        one.billing.subscriptions.change("s", plan="p", when="now")
        one.use(str(day), f"2026-04-{day:02}T00:00:00Z", 3)
    reads: list[Period] = []
    read = Metered.__call__

    def counted(usage: Metered, who: Life, meter: str, window: Period) -> UsageTotal:
        reads.append(window)
        return read(usage, who, meter, window)

    monkeypatch.setattr(Metered, "__call__", counted)
    one.run("2026-05-01T00:00:00Z")
    assert len(reads) == len(set(reads)) == 9

    sound(one.billing)
    laws.commitments_are_kept(one.billing)
