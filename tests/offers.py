"""What random lives buy: one small catalog with awkward amounts, and later editions of it with other prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

import attrs

from billcore.kernel import DAY, HOUR, QUARTER, WEEK, YEAR
from billcore.pricing import (
    Addon,
    Aggregation,
    Catalog,
    Commitment,
    Coupon,
    CouponDuration,
    CreditUnit,
    Flat,
    Graduated,
    Grant,
    GrantKind,
    Meter,
    MeterPrice,
    OwnCurrency,
    Percentage,
    PerUnit,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    PriceModel,
    Proration,
    Stacking,
    TaxRate,
    Tier,
    Timing,
    Volume,
    Wrapped,
)
from billcore.pricing.model.wrapped import wrapped

__all__ = [
    "ADDONS",
    "GRANTS",
    "METERS",
    "PERCENTAGES",
    "PLANS",
    "REBATES",
    "committing",
    "early",
    "everything",
    "offer",
]

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


GEMS = OwnCurrency(code="GEM", places=3)
"""A currency of one's own, in thousandths."""

GRANTS = (
    Grant(code="gift", kind=GrantKind.PROMOTIONAL, amount=Decimal("7.77")),
    Grant(code="big", kind=GrantKind.PROMOTIONAL, amount=80, priority=1, expires="2026-04-15T00:00:00Z"),
    Grant(code="data", kind=GrantKind.PROMOTIONAL, amount=5, priority=-1, applies_to=["gb", "disk", "late"]),
    Grant(code="spring", kind=GrantKind.PROMOTIONAL, amount=12, effective="2026-03-01T00:00:00Z"),
)


def _base(amount: Decimal, **more: object) -> Price:
    return Price(code="base", model=PerUnit(amount), **more)  # type: ignore[arg-type]  # keywords of Price


def _metered(unit: Decimal, **more: object) -> Price:
    model = Wrapped(model=Graduated([Tier(10, unit), Tier(None, unit * 2)]), included=Decimal(2), **more)  # type: ignore[arg-type]  # keywords of Wrapped
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
    version: str,
    *,
    factor: int = 1,
    effective: str = "2025-01-01T00:00:00Z",
    field: str | None = None,
    currency: str = "CHF",
) -> Catalog:
    """An edition of the catalog, its prices ``factor`` times those of the first, its meters reading ``field``."""
    times = Decimal(factor)
    return Catalog(
        version=version,
        effective=effective,
        currency=currency,
        currencies=[GEMS],
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


def early(sold: Catalog, plans: Sequence[str] = PLANS) -> Catalog:
    """The same with usage of these plans billed before its period ends, and both meters priced outside any plan."""
    changed = [
        attrs.evolve(plan, versions=[attrs.evolve(one, prices=map(_interim, one.prices)) for one in plan.versions])
        if plan.code in plans
        else plan
        for plan in sold.plans
    ]
    outside = [
        MeterPrice(meter=meter, price=_outside(meter, unit), from_=since, to=to)
        for meter, unit, since, to in (
            ("gb", "0.013", None, "2026-03-10"),
            ("gb", "0.027", "2026-03-10", None),
            ("calls", "0.0101", "2026-02-05", None),
        )
    ]
    return attrs.evolve(sold, plans=changed, meter_prices=outside)


def _interim(price: Price) -> Price:
    return attrs.evolve(price, model=_early(price.model)) if price.cadence is PriceCadence.USAGE else price


def _early(model: PriceModel) -> Wrapped:
    return attrs.evolve(wrapped(model), interim=True)


def _outside(meter: str, unit: str) -> Price:
    model = Wrapped(model=PerUnit(unit), included=1, interim=meter == "gb")
    return Price(code=f"{meter}-outside", model=model, cadence=PriceCadence.USAGE, meter=meter)


@cache
def everything(currency: str = "CHF", edition: int = 1) -> Catalog:
    """All at once: commitments, early bills, usage outside plans, prices in credits, the more the cheaper.

    Later editions are dearer, bill other plans early, and commit to more, an even one without a cap.
    """
    sold = offer(str(edition), factor=edition, currency=currency)
    bulk = Price(
        code="gb",
        model=Volume([Tier(10, "0.9"), Tier(None, "0.31")]),
        cadence=PriceCadence.USAGE,
        meter="gb",
        tax_category="reduced",
    )
    plans = {plan.code: [*plan.versions[0].prices] for plan in sold.plans}
    plans["hourly"] = [attrs.evolve(plans["hourly"][0], currency="token", model=PerUnit("1.1")), *plans["calls"][1:]]
    plans["weekly"] = [*plans["weekly"], bulk]
    half = PerUnit(Decimal("7.785") * edition)  # the modes of rounding differ
    plans["late"] = [attrs.evolve(plans["late"][0], model=half)]
    fee = Percentage(Decimal("7.5"), fixed_amount=Decimal("0.07"), free_events=1, event_maximum=Decimal("0.99"))
    plans["yearly"] = [plans["yearly"][0], attrs.evolve(bulk, model=fee)]
    daily = Graduated([Tier(5, "0.77"), Tier(None, "1.54")])
    plans["metered"] = [attrs.evolve(bulk, model=Wrapped(model=daily, included=2, per_window=DAY))]
    sold = attrs.evolve(
        sold,
        plans=[Plan(code=code, versions=[PlanVersion(version=1, prices=prices)]) for code, prices in plans.items()],
        credit_units=[CreditUnit(code="token", rate=Decimal("0.0123") * edition)],
    )
    at_once = ("small", "calls", "metered", "yearly", "hourly", "weekly") if edition % 2 else ("small", "large")
    found = committing(early(sold, at_once), cap=bool(edition % 2))
    dearer = [
        attrs.evolve(one, amount=one.amount * edition, cap=None if one.cap is None else one.cap * edition)
        for one in found.commitments
    ]
    return attrs.evolve(found, commitments=dearer)
