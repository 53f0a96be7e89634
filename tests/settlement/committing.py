"""Catalogs and shops with commitments, and with fees over other prices."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import attrs

from billcore.pricing import (
    Addon,
    Catalog,
    Commitment,
    Coupon,
    Flat,
    Meter,
    Percentage,
    PerUnit,
    Price,
    PriceCadence,
    Selection,
    TaxRate,
    Wrapped,
)
from billcore.settlement import Policy
from tests.shop import Shop, base, catalog, plan

__all__ = [
    "APRIL",
    "COMMON",
    "FEBRUARY",
    "GB",
    "HUNDRED",
    "JANUARY",
    "MARCH",
    "SUPPORT",
    "committed_to",
    "shop",
    "sold",
    "with_fee",
]

JANUARY, FEBRUARY, MARCH, APRIL = (f"2026-{month:02}-01T00:00:00Z" for month in (1, 2, 3, 4))
GB = Price(code="gb", model=PerUnit(1), cadence=PriceCadence.USAGE, meter="gb", tax_category="reduced")
HUNDRED = Commitment(prices=["gb"], amount=100)
SUPPORT = Wrapped(model=Percentage(15), minimum=Decimal(800))


def sold(*commitments: Commitment, coupons: Iterable[Coupon] = ()) -> Catalog:
    """Gigabytes at 1.00, with and without 10.00 a month; an addon of 4.00."""
    disk = Addon(code="disk", price=Price(code="disk", model=Flat(4)))
    offered = catalog(
        plan("p", base(10), GB),
        plan("usage", GB),
        plan("flat", base(20, code="flat")),
        addons=[disk],
        meters=[Meter(code="gb")],
        taxes=[TaxRate(code="ch", country="CH", percent=Decimal("2.6"), category="reduced")],
    )
    return attrs.evolve(offered, commitments=commitments, coupons=coupons)


def shop(*commitments: Commitment, plan: str = "usage", policy: Policy | None = None) -> Shop:
    """A shop that opens in January 2026, with a subscription ``s``."""
    found = Shop.new(sold(*commitments), JANUARY, policy=policy)
    found.billing.subscriptions.create("acme", Selection(plan=plan), id="s")
    return found


def with_fee(fee: Price, amount: int) -> Shop:
    """A shop whose plan has a price of ``amount`` and a fee over it."""
    found = Shop.new(catalog(plan("p", base(amount), fee)), JANUARY)
    found.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    return found


def committed_to(*commitments: Commitment, version: str = "1", effective: str = "2020-01-01T00:00:00Z") -> Catalog:
    """A base of 10.00, a flat plan at 20.00, gigabytes at 1.00, addons of 4.00 and 3.00, commitments by the month."""
    offered = catalog(
        plan("flat", base(20, "flat")),
        plan("p", base(10)),
        plan("usage", attrs.evolve(GB, tax_category="standard")),
        version=version,
        effective=effective,
        addons=[Addon(code="disk", price=base(4, "disk")), Addon(code="line", price=base(3, "line"))],
        meters=[Meter(code="gb")],
    )
    return attrs.evolve(offered, commitments=commitments)


COMMON = Commitment(prices=["base", "disk", "line"], amount=100)
