"""What random lives buy: one small catalog with awkward amounts, and later editions of it with other prices."""

from __future__ import annotations

from decimal import Decimal

import attrs

from billcore.kernel import HOUR, QUARTER, WEEK, YEAR
from billcore.pricing import (
    Addon,
    Aggregation,
    Catalog,
    Commitment,
    Coupon,
    CouponDuration,
    Flat,
    Graduated,
    Grant,
    GrantKind,
    Meter,
    Percentage,
    PerUnit,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    Proration,
    Stacking,
    TaxRate,
    Tier,
    Timing,
    Wrapped,
)

__all__ = ["ADDONS", "GRANTS", "METERS", "PERCENTAGES", "PLANS", "REBATES", "committing", "offer"]

ADDONS = ("disk", "line")
METERS = ("gb", "calls")
PLANS = ("small", "large", "late", "calls", "metered", "yearly", "hourly", "weekly")

PERCENTAGES = ("third", "tenth", "year", "disk", "sum", "more", "best", "alone")
REBATES = ("five", "small", "welcome")
FOREVER, REPEATING = CouponDuration.FOREVER, CouponDuration.REPEATING
COUPONS = (
    Coupon(code="third", percent=Decimal("33.3"), duration=FOREVER),
    Coupon(code="tenth", percent=10, applies_to=["base", "gb"], duration=REPEATING, periods=2),
    Coupon(code="year", percent=50, starts="2026-03-01T00:00:00Z", expires="2026-06-01T00:00:00Z", duration=FOREVER),
    Coupon(code="disk", percent=100, applies_to=["disk", "late"], duration=FOREVER),
    Coupon(code="sum", percent=30, stacking=Stacking.ADDITIVE, duration=FOREVER),
    Coupon(code="more", percent=Decimal("12.5"), stacking=Stacking.ADDITIVE, duration=REPEATING, periods=3),
    Coupon(code="best", percent=20, stacking=Stacking.BEST, duration=FOREVER),
    Coupon(code="alone", percent=75, stacking=Stacking.EXCLUSIVE, duration=CouponDuration.ONCE),
    Coupon(code="five", amount=5, duration=REPEATING, periods=3),
    Coupon(code="small", amount=Decimal("3.33"), applies_to=["gb", "small"], duration=FOREVER),
    Coupon(code="welcome", amount=20, stacking=Stacking.AS_APPLIED),
)


GRANTS = (
    Grant(code="gift", kind=GrantKind.PROMOTIONAL, amount=Decimal("7.77")),
    Grant(code="big", kind=GrantKind.PROMOTIONAL, amount=80, priority=1, expires="2026-04-15T00:00:00Z"),
    Grant(code="data", kind=GrantKind.PROMOTIONAL, amount=5, priority=-1, applies_to=["gb", "disk", "late"]),
    Grant(code="spring", kind=GrantKind.PROMOTIONAL, amount=12, effective="2026-03-01T00:00:00Z"),
)


def _base(amount: Decimal, **more: object) -> Price:
    return Price(code="base", model=PerUnit(amount), **more)  # type: ignore[arg-type]  # keywords of Price


def _metered(unit: Decimal, **more: object) -> Price:
    model = Wrapped(model=Graduated([Tier(10, unit), Tier(None, unit * 2)]), included=Decimal(2), **more)  # type: ignore[arg-type]
    return Price(code="gb", model=model, cadence=PriceCadence.USAGE, meter="gb", tax_category="reduced")


def _plans(factor: Decimal) -> dict[str, list[Price]]:
    """The plans' prices; codes are shared, so that a change keeps its rounding group."""
    return {
        "small": [_base(Decimal("9.99") * factor), _metered(Decimal("0.333") * factor)],
        "large": [
            _base(Decimal("25.01") * factor),
            _metered(Decimal("0.111") * factor, minimum=Decimal("1.50")),
            Price(code="setup", model=Flat(Decimal(5) * factor), cadence=PriceCadence.ONCE),
        ],
        "late": [_base(Decimal("7.77") * factor, timing=Timing.ARREARS, proration=Proration.DAY)],
        "calls": [
            Price(code="base", model=Flat(Decimal("3.335") * factor), tax_category="reduced"),
            Price(code="calls", model=PerUnit(Decimal("0.0049")), cadence=PriceCadence.USAGE, meter="calls"),
        ],
        "metered": [_metered(Decimal("0.77") * factor)],
        "yearly": [_base(Decimal("99.99") * factor, interval=YEAR), _metered(Decimal("0.05") * factor)],
        "hourly": [_base(Decimal("0.0137") * factor, per=HOUR)],
        "weekly": [_base(Decimal("2.30") * factor, interval=WEEK, proration=Proration.HOUR)],
    }


def offer(
    version: str, *, factor: int = 1, effective: str = "2025-01-01T00:00:00Z", field: str | None = None
) -> Catalog:
    """An edition of the catalog, its prices ``factor`` times those of the first, its meters reading ``field``."""
    times = Decimal(factor)
    return Catalog(
        version=version,
        effective=effective,
        currency="CHF",
        meters=[Meter(code="gb", field=field), Meter(code="calls", aggregation=Aggregation.COUNT, field=field)],
        plans=[
            Plan(code=code, versions=[PlanVersion(version=1, prices=prices)]) for code, prices in _plans(times).items()
        ],
        addons=[
            Addon(code="disk", price=Price(code="disk", model=Flat(Decimal("2.49") * times)), quantity=10, meter="gb"),
            Addon(
                code="line",
                price=Price(code="line", model=Flat(Decimal("1.01") * times), interval=QUARTER, timing=Timing.ARREARS),
            ),
        ],
        coupons=COUPONS,
        grants=GRANTS,
        tax_rates=[
            TaxRate(code="ch", country="CH", percent=Decimal("8.1")),
            TaxRate(code="ch-reduced", country="CH", percent=Decimal("2.6"), category="reduced"),
            TaxRate(code="de", country="DE", percent=Decimal(19)),
        ],
    )


CARE = Price(
    code="care", model=Wrapped(model=Percentage(Decimal("12.5")), minimum=Decimal("1.11")), sum_of=["gb", "disk"]
)
"""A fee of what else is had, at least 1.11 a month."""


def committing(sold: Catalog, *, cap: bool = True) -> Catalog:
    """The same with commitments: on usage by the quarter with a cap, on an addon, and by the year on all else."""
    plans = [
        attrs.evolve(
            plan,
            versions=[attrs.evolve(version, prices=[*version.prices, CARE]) for version in plan.versions],
        )
        if plan.code in ("small", "calls", "weekly")
        else plan
        for plan in sold.plans
    ]
    most = Decimal("4.44") if cap else None
    commitments = [
        Commitment(prices=["gb"], amount=Decimal("2.22"), period=QUARTER, overage_factor=Decimal("1.3"), cap=most),
        Commitment(prices=["line"], amount=3, period=QUARTER),
        Commitment(prices=["base", "calls", "care", "disk"], amount=333, period=YEAR, overage_factor=2),
    ]
    return attrs.evolve(sold, plans=plans, commitments=commitments)
