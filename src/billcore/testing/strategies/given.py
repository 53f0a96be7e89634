"""Strategies of what a catalog has beside its prices: commitments, coupons, a grant, units of its own."""

from __future__ import annotations

from decimal import Decimal

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn as Draw

from billcore.kernel import ONE, YEAR
from billcore.pricing import (
    Addon,
    Catalog,
    Commitment,
    Coupon,
    CouponDuration,
    CreditUnit,
    Grant,
    GrantKind,
    OwnCurrency,
    Percentage,
    Price,
    PriceCadence,
    Wrapped,
)
from billcore.testing.strategies.values import amounts

__all__ = ["committing", "giving"]

_LASTING = st.sampled_from((CouponDuration.ONCE, CouponDuration.FOREVER))


@st.composite
def committing(draw: Draw, sold: Catalog) -> Catalog:
    """The catalog, perhaps with an addon that costs a part of another price, and with commitments over some prices."""
    known: dict[str, list[Price]] = {}
    for _, price in sold.priced():
        known.setdefault(price.code, []).append(price)
    codes = [code for code, found in known.items() if all(one.cadence is not PriceCadence.ONCE for one in found)]
    if not codes:
        return sold
    addons = list(sold.addons)
    if draw(st.booleans()):
        fee = Wrapped(model=Percentage(draw(amounts(max_value=100))), minimum=draw(st.none() | amounts(max_value=50)))
        over = [draw(st.sampled_from(codes))]
        addons.append(Addon(code="fee", price=Price(code="fee", model=fee, interval=YEAR, sum_of=over)))
    left = draw(st.permutations(codes))
    commitments = []
    for _ in range(draw(st.integers(0, 2))):
        chosen, left = left[:2], left[2:]
        if not chosen:
            break
        amount, one = draw(amounts(max_value=500)), len({p.interval for code in chosen for p in known[code]}) == 1
        commitments.append(
            Commitment(
                prices=chosen,
                amount=amount,
                period=YEAR,
                overage_factor=draw(st.sampled_from((ONE, Decimal("1.5")))),
                cap=amount * 2 if one and draw(st.booleans()) else None,
                name=draw(st.sampled_from(("", "A name"))),
            )
        )
    return attrs.evolve(sold, addons=addons, commitments=commitments)


@st.composite
def giving(draw: Draw, sold: Catalog) -> Catalog:
    """The catalog, perhaps with coupons and a grant over some of what it sells, a credit unit and an own currency."""
    scopes = st.lists(st.sampled_from(sorted(sold.sold_codes())), max_size=2, unique=True)
    coupons = [
        Coupon(code=code, percent=draw(st.integers(1, 100)), duration=draw(_LASTING), applies_to=draw(scopes))
        for code in ("WELCOME", "SUMMER")[: draw(st.integers(0, 2))]
    ]
    grants = [
        Grant(code=code, kind=GrantKind.PROMOTIONAL, amount=draw(st.integers(1, 500)), applies_to=draw(scopes))
        for code in ("first",)[: draw(st.integers(0, 1))]
    ]
    units = [CreditUnit(code="token", rate=draw(amounts(min_value=1, max_value=10)))] if draw(st.booleans()) else []
    own = [OwnCurrency(code="GEM", places=2)] if draw(st.booleans()) else []
    return attrs.evolve(sold, coupons=coupons, grants=grants, credit_units=units, currencies=own)
