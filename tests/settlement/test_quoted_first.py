"""What a quote calls the first invoice is what runs bill for the first periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.engine import Billing
from billcore.kernel import HOUR, MONTH, QUARTER, WEEK, YEAR, Interval, Rounding, instant
from billcore.pricing import (
    Addon,
    Catalog,
    Commitment,
    Coupon,
    CouponDuration,
    Flat,
    Graduated,
    Meter,
    Percentage,
    PerUnit,
    Price,
    PriceCadence,
    PriceModel,
    Proration,
    Quote,
    Selection,
    TaxRate,
    Tier,
    Timing,
    Wrapped,
)
from billcore.settlement import Policy
from billcore.testing import ManualClock, laws
from tests.shop import base, catalog, plan

Draw = st.DrawFn


def bought(sold: Catalog, chosen: Selection, until: dt.datetime, policy: Policy | None = None) -> tuple[Billing, Quote]:
    """A handle where the selection was quoted, bought on the day it starts, and billed up to an instant."""
    start = chosen.starts_on
    assert start is not None
    clock = ManualClock(start)
    billing = Billing.in_memory(clock=clock, policy=policy)
    billing.catalog.publish(sold)
    billing.customers.create("acme", currency="CHF", timezone=chosen.timezone, country=chosen.country)
    offer = billing.quotes.preview(chosen)
    billing.subscriptions.create("acme", chosen, id="s")
    clock.set(until)
    billing.invoices.run()
    laws.first_invoice_is_billed(billing, "acme", offer)
    return billing, offer


SUPPORT = Price(code="sup", model=Percentage(10), sum_of=["fee"], interval=YEAR)
CAP = Commitment(prices=["fee"], amount=50, cap=80)
YEARLY = attrs.evolve(CAP, period=YEAR)


@pytest.mark.parametrize(
    ("fee", "more", "start", "first", "billed"),
    [
        (100, CAP, "2026-02-01", "80.00", ["80.00"]),
        (100, CAP, "2026-02-15", "40.00", ["40.00"]),  # half a month: half the fee, half the cap
        (365, YEARLY, "2026-12-16", "3.51", ["3.51"]),  # 16 of 365 days of 80.00
        (310, SUPPORT, "2026-12-16", "176.00", ["176.00"]),
        (300, SUPPORT, "2026-11-16", "195.00", ["150.00", "345.00"]),  # 150.00, then 300.00 and a tenth of 450.00
    ],
)
def test_a_first_invoice_has_caps_and_sums_of_its_own_stub(
    fee: int, more: Commitment | Price, start: str, first: str, billed: Sequence[str]
) -> None:
    """A cap leaves its share; a fee over lines of a shorter interval is over those that end in its stub."""
    own = base(fee, "fee", timing=Timing.ARREARS)
    sold = catalog(plan("p", own, more) if isinstance(more, Price) else plan("p", own))
    sold = attrs.evolve(sold, commitments=[more] if isinstance(more, Commitment) else ())
    until = instant("2026-03-01T00:00:00Z" if start < "2026-03" else "2027-01-01T00:00:00Z")

    billing, offer = bought(sold, Selection(plan="p", starts_on=f"{start}T00:00:00Z"), until)

    assert offer.first_invoice.net.digits == first
    assert [one.total.digits for one in billing.invoices.list("acme").items] == billed


AMOUNTS = st.sampled_from([Decimal(text) for text in ("0.01", "0.995", "10", "33.33", "7.777", "310")])
COUPONS = (
    Coupon(code="third", percent="33.3", applies_to=["p0"], duration=CouponDuration.FOREVER),
    Coupon(code="free", percent=100, applies_to=["p"], duration=CouponDuration.FOREVER),
    Coupon(code="five", amount=5, applies_to=["p0"], duration=CouponDuration.FOREVER),
)
GB = Price(code="gb", model=PerUnit("0.5"), meter="gb", cadence=PriceCadence.USAGE)


@st.composite
def fees(draw: Draw, code: str, interval: Interval) -> Price:
    """A recurring price."""
    amount, other = draw(AMOUNTS), draw(AMOUNTS)
    models: list[PriceModel] = [Flat(amount), PerUnit(amount), Graduated([Tier(2, amount, other), Tier(None, other)])]
    per = draw(st.sampled_from([None, None, None, HOUR]))
    return Price(
        code=code,
        model=draw(st.sampled_from(models)),
        interval=interval,
        timing=draw(st.sampled_from(Timing)) if per is None else Timing.ARREARS,
        proration=draw(st.sampled_from([Proration.SECOND, Proration.HOUR, Proration.DAY, Proration.DAY_AFTER])),
        per=per,
    )


@st.composite
def offers(draw: Draw) -> tuple[Catalog, Selection]:
    """A plan of fees, with what is over them, a commitment and coupons; and how it is bought."""
    interval = draw(st.sampled_from([MONTH, MONTH, WEEK]))
    intervals = [interval, interval, draw(st.sampled_from([MONTH, QUARTER]))]
    prices = [draw(fees(f"p{n}", one)) for n, one in enumerate(intervals[: draw(st.integers(1, 3))])]
    shorter = [price.code for price in prices[:2]]
    tenth = Wrapped(model=Percentage(10), minimum=draw(st.sampled_from([None, Decimal(3)])))
    over = Price(code="sup", model=tenth, sum_of=shorter, interval=draw(st.sampled_from([QUARTER, YEAR])))
    amount, cap = draw(st.integers(0, 40)), draw(st.integers(40, 300))
    period = draw(st.sampled_from([QUARTER, YEAR, MONTH] if interval == MONTH else [QUARTER, WEEK]))
    factor = draw(st.sampled_from([Decimal(1), Decimal("1.5")]))
    committed = Commitment(
        prices=shorter, amount=amount, cap=draw(st.sampled_from([cap, None])), period=period, overage_factor=factor
    )
    addon = Addon(code="disk", price=Price(code="disk", model=Flat("2.49"), timing=draw(st.sampled_from(Timing))))
    sold = attrs.evolve(
        catalog(
            plan("p", *prices, *([over] if draw(st.booleans()) else []), GB), addons=[addon], meters=[Meter(code="gb")]
        ),
        commitments=[committed] if draw(st.booleans()) else (),
        coupons=COUPONS,
        tax_rates=[TaxRate(code="ch", country="CH", percent="8.1", inclusive=draw(st.booleans()))],
    )
    start = instant("2026-01-01T00:00:00Z") + dt.timedelta(seconds=draw(st.sampled_from([0, 1])))
    start += dt.timedelta(days=draw(st.integers(0, 364)), hours=draw(st.sampled_from([0, 0, 13])))
    chosen = Selection(
        plan="p",
        quantity=draw(st.sampled_from([1, 3])),
        addons=draw(st.sampled_from([(), ("disk",), ("disk", "disk")])),
        coupon=draw(st.sampled_from([None, *(one.code for one in COUPONS)])),
        anchor=draw(st.sampled_from([None, "start"])),
        timezone=draw(st.sampled_from(["UTC", "Europe/Zurich", "America/New_York"])),
        country="CH",
        starts_on=start,
    )
    return sold, chosen


@given(offers(), st.sampled_from([Rounding.HALF_UP, Rounding.HALF_EVEN]))
def test_a_first_invoice_is_billed(case: tuple[Catalog, Selection], mode: Rounding) -> None:
    """Law: with commitments, caps, sums and coupons, a first invoice is what the first periods are billed."""
    sold, chosen = case
    assert chosen.starts_on is not None
    bought(sold, chosen, chosen.starts_on + dt.timedelta(days=366), Policy(rounding=mode))
