"""Coupons: what docs/decisions/0003 says of them, over random lives."""

from __future__ import annotations

import contextlib
from collections import defaultdict

import attrs
from hypothesis import assume, example, given
from hypothesis import strategies as st

from billcore.engine import Billing
from billcore.kernel import Exact, NotAllowed, NotFound
from billcore.kernel import exact as ex
from billcore.pricing import Coupon, Selection, TaxProvider
from billcore.settlement import DocumentKind, Invoice, LineKind, Policy
from billcore.testing import ManualClock, laws
from tests.lives import MONEY, Step, World, lives, policies, providers
from tests.offers import offer
from tests.world import CUSTOMERS, START, runs_and_one_run

COUPONS = ("coupon", "coupon", "rebate", "uncoupon")
CHANGES = ("change", "seats", "seats", "attach", "cancel", "use", "item")
ANY = (*COUPONS, *COUPONS, *CHANGES, *MONEY, "move", "run")
OFF = Step(1, "rebate", 1, how=1)
"""5.00 off each of three periods of a subscription."""
HALVED = [Step(1, "subscribe"), OFF, Step(3_000, "run"), Step(15_000, "cancel", 2, which=1)]
"""An amount on a line that falls by half."""
SHARED = [
    Step(1, "subscribe", pick=1, how=1),
    Step(1, "rebate", 1, which=2, how=1),
    Step(1, "use", 2, how=19, shift=14_400),
]
"""20.00 off a month: what its base leaves is for its usage, which is billed later."""
LATE = [Step(1, "subscribe", run=True), Step(1, "coupon", 1, how=1, shift=-1_440)]
"""A third off what is billed already."""
TWICE = [
    Step(wait=1, do="subscribe", which=7),
    attrs.evolve(OFF, n=11),
    Step(wait=21_600, do="item", n=12, run=True),
    Step(wait=1, do="move", n=14, which=1, shift=-37_237),
]
"""Weeks that a move counts anew: an amount of each of two stood in what is now one period."""
BOTH = [
    Step(wait=1, do="subscribe", which=5, how=3),
    Step(wait=1, do="coupon", n=10, which=1, shift=-53_280),
    Step(wait=10_080, do="coupon", n=11, which=1, how=1),
    Step(wait=30_993, do="use", n=12, how=11, shift=-34_833),
]
"""One code applied to a subscription and to its customer."""
ENDED = [
    Step(wait=1, do="subscribe", n=1, which=7, how=10),
    Step(wait=17_361, do="run", n=2),
    Step(wait=1, do="coupon", n=3),
    Step(wait=35_557, do="seats", n=4, which=8, run=True),
    Step(wait=1, do="uncoupon", n=6, shift=-497, snap=True),
]
"""A line rises, and its discount of before is taken back, in one run and under one key."""


@given(lives(ANY), policies(), st.none() | providers())
@example(HALVED, Policy(), None)
@example(ENDED, Policy(), None)
def test_a_line_and_its_discounts_are_never_below_zero(
    steps: list[Step], policy: Policy, taxes: TaxProvider | None
) -> None:
    """Law: what coupons take off a line is never negative, never more than is left of it, nor given back twice (M13).

    However the line falls and rises, is forgiven or void, and whatever its tax: then the tax fits, and the books do.
    """
    world = World.new(policy, taxes).live(steps).settle_down()
    billing = world.billing

    assert world.documents("acme") is not None
    laws.discounts_never_raise_a_price(billing)
    laws.taxes_are_right(billing)
    laws.notes_never_exceed_their_invoice(billing)


@given(lives(ANY), policies())
@example(LATE, Policy())
def test_percentages_follow_the_facts(steps: list[Step], policy: Policy) -> None:
    """Law: the lines of a percentage and a key sum to what the facts ask for, whatever the order of the runs (P2)."""
    laws.percentages_follow_the_facts(World.new(policy).live(steps).settle_down().billing)


@given(lives(ANY), policies())
@example(BOTH, Policy())
def test_discounts_are_rounded_once(steps: list[Step], policy: Policy) -> None:
    """Law: on an invoice a percentage is that of the rounded amounts that it finds there, rounded once (D16)."""
    laws.discounts_are_rounded_once(World.new(policy).live(steps).settle_down().billing)


@given(lives(ANY), policies())
@example(TWICE, Policy())
@example([*SHARED, Step(100_000, "run")], Policy())
def test_an_amount_is_used_once(steps: list[Step], policy: Policy) -> None:
    """Law: an amount takes off no more in a period than it is worth, as the periods were known at issue (V2).

    That is what verify says; of an invoice alone it can be seen without it: what each amount takes off there is at most
    its worth for each period that its lines are of.
    """
    world = World.new(policy).live(steps).settle_down()

    laws.books_are_sound(world.billing)
    for who in CUSTOMERS:
        worth = {one.code: one.coupon.amount for one in world.loaded(who).facts.coupons}
        for one in world.documents(who):
            taken: dict[str, int] = defaultdict(int)
            periods: dict[str, set[object]] = defaultdict(set)
            for line in one.document.lines:
                if line.kind is LineKind.DISCOUNT and line.key is None:
                    code, lowered = line.coupon or "", next(x for x in one.document.lines if x.id == line.corrects)
                    taken[code] -= line.minor
                    periods[code].add((lowered.subscription, lowered.key and lowered.key.period.start))
            for code, minor in taken.items():
                assert minor <= 100 * (worth[code] or 0) * len(periods[code])


@given(lives((*COUPONS, *CHANGES)), st.lists(st.integers(1, 100), min_size=2, max_size=4), policies())
@example([*SHARED, Step(1, "coupon", 3, how=1), Step(1, "uncoupon", 4, pick=1, shift=50_000)], [10, 40], Policy())
def test_many_runs_take_off_what_one_does(steps: list[Step], days: list[int], policy: Policy) -> None:
    """Law: where all facts were recorded first, several runs give the documents of one, discounts and amounts too."""
    several, once = runs_and_one_run(lambda: World.new(policy), steps, days)

    assert several == once


@given(lives((*COUPONS, *CHANGES), size=6), policies())
@example([Step(1, "subscribe"), OFF], Policy())
def test_a_void_document_gives_everything_back(steps: list[Step], policy: Policy) -> None:
    """Law: what is voided and billed again has the same lines and discounts: an amount is there to use once more."""
    world = World.new(attrs.evolve(policy, settle=False)).live(steps, run=False)
    world.billing.invoices.run()
    before = world.documents("acme")
    assume(before and all(one.document.kind is DocumentKind.INVOICE for one in before))
    redeemed = world.billing.coupons.list("acme").items

    for one in before:
        with contextlib.suppress(NotAllowed):  # it has nothing to pay
            world.billing.invoices.void(str(one.number))
    world.billing.invoices.run()

    live = [one for one in world.documents("acme") if not one.void]
    assert contents(live) == contents(before)
    assert world.billing.coupons.list("acme").items == redeemed


def contents(invoices: list[Invoice] | tuple[Invoice, ...]) -> list[tuple[object, ...]]:
    """What stands on lines, whatever document has them: by key and coupon, with what coupons took off."""
    found: dict[tuple[object, ...], tuple[Exact, int]] = defaultdict(lambda: (ex.ZERO, 0))
    for one in invoices:
        for line in one.document.lines:
            lowered = next(other for other in one.document.lines if other.id in (line.corrects, line.id))
            name = (one.document.billing_date, str(lowered.key and lowered.key.charge), line.coupon or "")
            exact, minor = found[name]
            found[name] = (ex.add(exact, line.exact), minor + line.minor)
    return sorted((*name, *sums) for name, sums in found.items())


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from(["acme", "zeta"]), st.integers(0, 3), st.booleans()), max_size=12),
)
@example(1, [("acme", 0, True), ("zeta", 0, True)])
def test_a_limit_holds_in_any_order(limit: int, calls: list[tuple[str, int, bool]]) -> None:
    """Law: a coupon is applied as often as its limit says and once to a target, whoever asks, in any order (V1).

    Removing one gives no redemption back, and a call made again under its key counts once.
    """
    clock = ManualClock(START)
    billing = Billing.in_memory(clock=clock)
    rare = Coupon(code="rare", percent=10, limit=limit)
    billing.catalog.publish(attrs.evolve(offer("1"), coupons=[rare]))
    for who in CUSTOMERS:
        billing.customers.create(who, currency="CHF")
        for n in range(3):
            billing.subscriptions.create(who, Selection(plan="small"), id=f"{who}-{n}")
    applied: list[str] = []
    for who, n, removed in calls:
        target = f"{who}-{n - 1}" if n else None
        for _ in range(2):
            with contextlib.suppress(NotAllowed):
                applied.append(billing.coupons.apply(who, "rare", subscription=target, key=f"{who}/{n}").id)
        if removed:
            with contextlib.suppress(NotAllowed, NotFound):
                billing.coupons.remove(who, "rare", subscription=target)

    targets = {(who, n) for who, n, _ in calls}
    every = [one for who in CUSTOMERS for one in billing.coupons.list(who).items]
    assert len(set(applied)) == len(every) == min(limit, len(targets))
    assert sorted(one.redemption for one in every) == list(range(1, len(every) + 1))
    assert billing.verify() == ()
