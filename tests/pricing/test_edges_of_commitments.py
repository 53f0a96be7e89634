"""Edges of commitments, coupons and grants that mutation testing found bare."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from billcore.kernel import DAY, MINUTE, MONTH, QUARTER, YEAR, Interval, InvalidValue, UnknownCurrency, instant
from billcore.pricing import (
    Catalog,
    Commitment,
    Coupon,
    CreditUnit,
    Finding,
    Flat,
    Grant,
    GrantKind,
    PerUnit,
    Phase,
    Plan,
    PlanVersion,
    Price,
    Selection,
    Wrapped,
    lint,
    quote,
    time_amount,
)
from billcore.pricing.model.wrapped import in_credits

AT = instant("2026-01-01T00:00:00Z")
EMPTY = Catalog(version="1", effective=AT, currency="CHF")


def sold(price: Price, *commitments: Commitment) -> Catalog:
    """A plan of one price, and commitments."""
    plan = Plan(code="p", versions=[PlanVersion(version=1, prices=[price])])
    return attrs.evolve(EMPTY, plans=[plan], commitments=commitments)


def base(**more: object) -> Price:
    """A price of 10.00."""
    return Price(code="base", model=Flat(10), **more)  # type: ignore[arg-type]  # keywords of Price


def test_what_people_read_of_a_commitment() -> None:
    """Its name; else what it covers, each once."""
    plain = Commitment(prices=["a"], amount=100)

    assert attrs.evolve(plain, name="Base load").told(["calls", "texts"]) == "Base load"
    assert plain.told(["calls", "texts", "calls"]) == "calls, texts"


def test_a_cap_is_that_of_a_whole_period() -> None:
    """Where no share is said; half of it of half a period."""
    capped = Commitment(prices=["a"], amount=100, cap=150)

    assert (capped.most(2), capped.most(2, (1, 2))) == (15_000, 7_500)
    assert attrs.evolve(capped, cap=None).most(2) is None


@pytest.mark.parametrize(
    ("interval", "period"),
    [
        (Interval(days=28), MONTH),
        (MONTH, Interval(days=31)),
        (Interval(seconds=28 * 86_400), MONTH),
        (MONTH, MONTH),
        (MONTH, YEAR),
        (DAY, Interval(days=1)),
    ],
)
def test_a_price_is_committed_to_by_its_own_period_or_longer(interval: Interval, period: Interval) -> None:
    """A month has 28 to 31 days; a day or a second longer than the commitment's period is refused."""
    longer = attrs.evolve(interval, **{name: n + 1 for name, n in attrs.asdict(interval).items() if n})

    assert sold(base(interval=interval), Commitment(prices=["base"], amount=5, period=period)).committed
    if (interval, period) != (MONTH, YEAR):
        with pytest.raises(InvalidValue, match=r"^commitments\[0\]\.prices\[0\]: billed by a longer period"):
            sold(base(interval=longer), Commitment(prices=["base"], amount=5, period=period))


def test_a_month_may_be_longer_than_thirty_days() -> None:
    """So a price by the month has no commitment by them; and four weeks are no more than any month."""
    for interval, days, fits in ((MONTH, 30, False), (MONTH, 31, True), (QUARTER, 92, False), (QUARTER, 93, True)):
        one = Commitment(prices=["base"], amount=5, period=Interval(days=days))
        if fits:
            assert sold(base(interval=interval), one).committed
        else:
            with pytest.raises(InvalidValue, match="billed by a longer period"):
                sold(base(interval=interval), one)


def test_a_stale_commitment_leaves_the_next_one() -> None:
    """Nobody new commits to it; to the one behind it they do."""
    stale, fresh = (Commitment(prices=["base"], amount=amount, stale=amount == 5) for amount in (5, 7))
    (price,) = sold(base(), stale, fresh).committed

    assert price.code == "base:true-up"
    assert price.model.rate(Decimal(0)).amount == 7


def test_a_true_up_reads_like_what_it_is_over() -> None:
    """By the price's description, else its code."""
    one = Commitment(prices=["base"], amount=5)

    assert [price.description for price in sold(base(description="Base fee"), one).committed] == ["Base fee"]
    assert [price.description for price in sold(base(), one).committed] == ["base"]


def test_a_code_is_short_enough_for_its_true_up() -> None:
    """100 characters have no room for the name of a true-up."""
    price = Price(code="b" * 100, model=Flat(1))

    with pytest.raises(InvalidValue, match=r"^commitments\[0\]\.prices\[0\]: too long a code"):
        sold(price, Commitment(prices=[price.code], amount=5))


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"amount": 5, "cap": 5, "overage_factor": 2}, "its cap leaves no room for an overage"),
        ({"amount": 5, "cap": 5}, None),
        ({"amount": 5, "cap": 9, "overage_factor": 2}, None),
        ({"amount": 0}, "it asks for nothing"),
        ({"amount": 0, "cap": 5}, None),
        ({"amount": 0, "overage_factor": 2}, None),
        ({"amount": 5}, None),
    ],
)
def test_commitments_that_make_no_sense(keys: dict[str, int], found: str | None) -> None:
    """A cap without room for the overage, and one that asks for nothing; each alone makes sense."""
    findings = [one for one in lint(sold(base(), Commitment(prices=["base"], **keys))) if "commitments" in one.place]  # type: ignore[arg-type]  # its keywords

    assert findings == ([] if found is None else [Finding("commitments/base", found)])


def test_what_runs_by_the_minute_is_short_by_minutes() -> None:
    """90 seconds at 10.00 a minute are 15.00."""
    assert time_amount(base(per=MINUTE), Decimal(1), 90 * 10**6) == 15


def test_the_period_of_a_plan_is_that_of_its_first_phase() -> None:
    """A month to try it, then a year."""
    version = PlanVersion(
        version=1, prices=[base(interval=YEAR)], phases=[Phase(code="try", length=MONTH, prices=[base()])]
    )
    tried = attrs.evolve(EMPTY, plans=[Plan(code="p", versions=[version])])

    assert tried.interval(Selection(plan="p")) == MONTH
    assert quote(tried, Selection(plan="p"), AT).interval == MONTH


def test_a_coupon_has_a_window() -> None:
    """It expires after it starts, not at once."""
    later = instant("2026-01-01T00:00:01Z")

    assert Coupon(code="c", percent=5, starts=AT, expires=later).expires == later
    with pytest.raises(InvalidValue, match=r"^expires: expires before it starts"):
        Coupon(code="c", percent=5, starts=AT, expires=AT)


def test_a_coupon_is_counted_in_numbers_that_can_be_stored() -> None:
    """Up to 2^63 - 1."""
    assert Coupon(code="c", percent=5, limit=2**63 - 1).limit == 2**63 - 1
    with pytest.raises(InvalidValue, match=r"^limit: a whole number above zero"):
        Coupon(code="c", percent=5, limit=2**63)


def test_the_order_of_grants() -> None:
    """Up to a million, before or after those of none."""
    grant = Grant(code="g", kind=GrantKind.PROMOTIONAL, amount=5)

    assert grant.priority == 0
    assert [attrs.evolve(grant, priority=n).priority for n in (10**6, -(10**6))] == [10**6, -(10**6)]
    with pytest.raises(InvalidValue, match=r"^priority: a whole number up to a million"):
        attrs.evolve(grant, priority=10**6 + 1)


def test_credits_are_no_currency_and_a_currency_no_credits() -> None:
    """Each is told as what it is."""
    token = CreditUnit(code="token", rate="0.01")

    with pytest.raises(UnknownCurrency, match=r"^currency: credits are no currency"):
        attrs.evolve(EMPTY, currency="token", credit_units=[token])
    with pytest.raises(UnknownCurrency, match="no credit unit of this code"):
        sold(attrs.evolve(base(), model=in_credits(Wrapped(model=PerUnit(1)), token)))
