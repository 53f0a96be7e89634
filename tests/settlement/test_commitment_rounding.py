"""How charges over others are rounded, also where the house rounds otherwise later (docs/decisions/0004)."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from billcore.kernel import QUARTER, Rounding
from billcore.pricing import (
    Commitment,
    Flat,
    Meter,
    MeterPrice,
    Percentage,
    PerUnit,
    Price,
    PriceCadence,
    Selection,
    Timing,
)
from billcore.settlement import Policy
from billcore.testing import laws
from tests.settlement.committing import (
    APRIL,
    FEBRUARY,
    GB,
    HUNDRED,
    JANUARY,
    MARCH,
    shop,
)
from tests.shop import Shop, base, catalog, plan, sound


def test_what_is_asked_is_rounded_as_the_house_rounds() -> None:
    """Half of 0.01 is 0.01 half up, and 0.00 half even: then it makes no line."""
    cent = Commitment(prices=["gb"], amount=Decimal("0.005"))

    assert shop(cent).run(FEBRUARY) == ["INV-000001 02-01: gb:true-up 0.01 | due 0.01"]
    assert shop(cent, policy=Policy(rounding=Rounding.HALF_EVEN)).run(FEBRUARY) == []


def test_another_rounding_changes_nothing_that_was_billed() -> None:
    """0.0125 and 0.0125 are 0.03 half up, and 0.02 half even: 99.97 of 100.00 were missing, and still are.

    Nor does an event of 0 that comes late issue anything; what begins afterwards is rounded as the house does by then.
    """
    eighth = attrs.evolve(GB, model=PerUnit("0.0125"))
    offered = catalog(plan("u", eighth), meters=[Meter(code="gb")])
    one = Shop.new(attrs.evolve(offered, commitments=[HUNDRED]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="u"), id="s")
    one.use("a", "2026-01-05T00:00:00Z", 2)
    assert one.run(FEBRUARY) == ["INV-000001 02-01: gb 0.03, gb:true-up 99.97 | due 100.00"]

    even = attrs.evolve(one, billing=one.billing.using(policy=Policy(rounding=Rounding.HALF_EVEN)))
    sound(even.billing)
    even.at("2026-02-02T00:00:00Z")
    even.use("zero", "2026-01-07T00:00:00Z", 0)
    even.use("b", "2026-02-05T00:00:00Z", 2)

    assert even.run(MARCH) == ["INV-000002 03-01: gb 0.02, gb:true-up 99.98 | due 100.00"]
    sound(even.billing)


def test_another_rounding_moves_no_fee() -> None:
    """50 % of 10.01 (10.005 half up) is 5.01, though 10.005 is 10.00 half even: a new name makes no document."""
    one = Shop.new(
        catalog(plan("u", base("10.005"), Price(code="care", model=Percentage(50), sum_of=["base"]))), JANUARY
    )
    one.billing.subscriptions.create("acme", Selection(plan="u"), id="s")
    one.run(FEBRUARY)
    even = attrs.evolve(one, billing=one.billing.using(policy=Policy(rounding=Rounding.HALF_EVEN)))
    sound(even.billing)
    even.at("2026-02-02T00:00:00Z").customers.update("acme", name="New name", at="2026-01-15T00:00:00Z")

    assert even.run(MARCH) == ["INV-000003 03-01: base 10.00, care 5.00 | due 15.00"]
    sound(even.billing)


def test_another_rounding_later_moves_nothing_that_was_billed() -> None:
    """Three months of 10.005 are 10.01 each, and of 100.00 a quarter 69.97 are left: that stays, rounded half even too.

    A fact of March that costs nothing makes the run look at it again; the quarter after has 10.00 each, and 70.00.
    """
    committed = Commitment(prices=["base"], amount=100, period=QUARTER)
    offered = catalog(plan("p", base(Decimal("10.005"), timing=Timing.ARREARS)))
    one = Shop.new(attrs.evolve(offered, commitments=[committed]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.run(APRIL)
    assert one.rows()[2] == "INV-000003 04-01: base 10.01, base:true-up 69.97 | due 79.98"

    even = attrs.evolve(one, billing=one.billing.using(policy=Policy(rounding=Rounding.HALF_EVEN)))
    sound(even.billing)
    even.at("2026-04-15T00:00:00Z").subscriptions.change("s", quantity=2, when="now", at="2026-03-31T00:00:00Z")
    assert even.run("2026-07-01T00:00:00Z") == [
        "INV-000004 05-01: base 10.00 | due 10.00",
        "INV-000005 06-01: base 10.00 | due 10.00",
        "INV-000006 07-01: base 10.00, base:true-up 70.00 | due 80.00",
    ]
    sound(even.billing)


@pytest.mark.parametrize(
    ("timing", "lines", "missing"),
    [(Timing.ARREARS, [333, 668], [1334, 4665]), (Timing.ADVANCE, [334, 667], [1333, 4666])],
)
def test_two_commitments_in_one_month_share_its_rounding(timing: Timing, lines: list[int], missing: list[int]) -> None:
    """A third of April at 10.00, under 50.00 a month; from the 11th on 10.01, under 80.00: 16.67 and 53.33 in all.

    The lines of April are one rounding group: 3.33, and 6.68 where 6.6733 alone would be 6.67. So 13.34 and 46.65 are
    missing, and not a cent more. Where the second is billed in advance it comes first, as 6.67, and the other is 3.34.
    """
    first, second = (
        attrs.evolve(
            catalog(plan("p", base(Decimal(amount), timing=when)), version=version),
            commitments=[Commitment(prices=["base"], amount=least)],
        )
        for version, amount, least, when in (("1", "10", 50, Timing.ARREARS), ("2", "10.01", 80, timing))
    )
    one = Shop.new(first, APRIL)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    change = one.at("2026-04-11T00:00:00Z")
    change.catalog.publish(attrs.evolve(second, effective=one.clock.now()))
    change.subscriptions.change("s", plan="p", when="now")
    one.at("2026-04-12T00:00:00Z").subscriptions.cancel("s", when="period_end")
    one.run("2026-05-01T00:00:00Z")

    found = [(line.price, line.minor) for each in one.documents() for line in each.document.lines]
    assert sorted(found) == [*(("base", n) for n in lines), *(("base:true-up", n) for n in missing)]
    sound(one.billing)
    laws.commitments_are_kept(one.billing)


def test_a_month_that_was_billed_ahead_commits_to_what_its_order_says() -> None:
    """A run ahead bills April at 10.004; then, from the 11th on, 10.01 in advance: of another commitment, on its date.

    Its 6.6733 came second, so it is 6.68 on paper and the 3.3347 that are left of April 3.33. By their dates they are
    6.67 and 3.34, which is what the commitment of 50.00 a month counts: 16.67 less 3.34 are missing, however it came.
    """
    ahead, behind = (
        Price(code="base", model=Flat(x), timing=t) for x, t in (("10.004", Timing.ARREARS), ("10.01", None))
    )
    first, second = (
        attrs.evolve(
            catalog(plan("p", price), version=version), commitments=[Commitment(prices=["base"], amount=least)]
        )
        for version, price, least in (("1", ahead, 50), ("2", behind, 80))
    )
    one = Shop.new(first, APRIL)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.at("2026-04-10T00:00:00Z").invoices.run(until="2026-05-01T00:00:00Z")
    change = one.at("2026-04-11T00:00:00Z")
    change.catalog.publish(attrs.evolve(second, effective=one.clock.now()))
    change.subscriptions.change("s", plan="p", when="now")
    one.at("2026-04-12T00:00:00Z").subscriptions.cancel("s", when="period_end")

    one.run("2026-06-01T00:00:00Z")

    assert one.rows() == [
        "INV-000002 04-11: base 6.68 | due 6.68",
        "INV-000001 05-01: base 10.00, base:true-up 40.00 | due 16.66",
        "CN-000001 05-01: base -6.67, base:true-up -26.67",
        "INV-000003 05-01: base:true-up 46.66 | due 46.66",
    ]
    sound(one.billing)
    laws.commitments_are_kept(one.billing)


def test_usage_outside_any_plan_shares_the_rounding_of_its_code() -> None:
    """3 gigabytes at 1.111 before a plan meters them, and 6 at 1.112 within it: 3.333 and 6.672, 10.01 together.

    Both have one code, so April's lines are one group. Usage outside comes last in it, as 3.34: a commitment from the
    11th on covers 6.67, as if that stood alone.
    """
    unit = {"cadence": PriceCadence.USAGE, "meter": "gb"}
    offered = catalog(
        plan("flat", base(0)), plan("met", base(PerUnit("1.112"), "gb", **unit)), meters=[Meter(code="gb")]
    )
    outside = MeterPrice(meter="gb", price=base(PerUnit("1.111"), "gb", **unit))
    committed = Commitment(prices=["gb"], amount=30)
    one = Shop.new(attrs.evolve(offered, meter_prices=[outside], commitments=[committed]), APRIL)
    one.billing.subscriptions.create("acme", Selection(plan="flat"), id="s")
    one.use("1", "2026-04-05T00:00:00Z", 3)
    one.at("2026-04-11T00:00:00Z").subscriptions.change("s", plan="met", when="now")
    one.use("2", "2026-04-12T00:00:00Z", 6)
    one.run("2026-05-01T00:00:00Z")

    found = [(line.price, line.minor) for each in one.documents() for line in each.document.lines if line.minor]
    assert sorted(found) == [("gb", 334), ("gb", 667), ("gb:true-up", 1333)]
    sound(one.billing)
    laws.commitments_are_kept(one.billing)
