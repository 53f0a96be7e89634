"""Strategies of what is sold: prices, plans, services, catalogs and selections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn as Draw
from hypothesis.strategies import SearchStrategy as Strategy

from billcore.kernel import DAY, HOUR, MONTH, ONE, WEEK, YEAR, ZERO, Interval
from billcore.pricing import (
    Addon,
    BillingUnit,
    Catalog,
    ComputePlan,
    EventModel,
    Meter,
    Part,
    Per,
    Phase,
    Plan,
    PlanStatus,
    PlanVersion,
    Price,
    PriceCadence,
    PriceModel,
    Product,
    Proration,
    Resource,
    Selection,
    Service,
    SlaTier,
    Storage,
    TaxRate,
    Timing,
    Wrapped,
)
from billcore.testing.strategies.erp import components
from billcore.testing.strategies.given import committing, giving
from billcore.testing.strategies.models import brackets, price_models
from billcore.testing.strategies.values import amounts, anchors, currencies, instants, quantities, zones

__all__ = ["catalogs", "plans", "prices", "selections", "services"]

_METERS = ("requests", "traffic")
_SLA_TIERS = ("basic", "premium")


@st.composite
def _prices(draw: Draw, code: str, currency: str | None, cadence_: PriceCadence | None, meters: Iterable[str]) -> Price:
    how = draw(st.sampled_from(PriceCadence)) if cadence_ is None else cadence_
    metered = how is PriceCadence.USAGE
    by_hour, meter = draw(st.sampled_from((False, False, False, True))), draw(st.sampled_from(tuple(meters)))
    runs = by_hour and how is PriceCadence.RECURRING
    late = metered or runs
    model = draw(price_models(metered=metered))
    least = draw(st.sampled_from((None, None, None, Decimal("0.01"), ONE))) if metered and _of_a_sum(model) else None
    return Price(
        code=code,
        model=model,
        event_minimum=least,
        minimum_duration=draw(st.sampled_from((None, HOUR, DAY))) if runs else None,
        cadence=how,
        currency=currency,
        interval=draw(st.sampled_from((MONTH, YEAR, WEEK))),
        timing=draw(st.sampled_from((None, Timing.ARREARS) if late else (None, *Timing))),
        per=HOUR if runs else None,
        meter=meter if metered else None,
        tax_category=draw(st.sampled_from(("standard", "reduced"))),
        proration=draw(st.sampled_from((Proration.SECOND, Proration.HOUR, Proration.DAY, Proration.DAY_AFTER))),
    )


def _of_a_sum(model: PriceModel) -> bool:
    """Each event may be priced alone: it is no model by event, and nothing comes off the sum."""
    if not isinstance(model, Wrapped):
        return not isinstance(model, EventModel)
    free = model.included or model.per_window is not None
    return not (free or isinstance(model.model, EventModel))


def prices(
    *,
    code: str = "price",
    currency: str | None = None,
    cadence: PriceCadence | None = None,
    meters: Iterable[str] = _METERS,
) -> Strategy[Price]:
    """Prices of any model, recurring, metered or once. Shrinks to a monthly one that costs nothing."""
    return _prices(code, currency, cadence, meters)


@st.composite
def _price_lists(draw: Draw, prefix: str) -> list[Price]:
    return [draw(prices(code=f"{prefix}-{index}")) for index in range(draw(st.integers(1, 2)))]


_LENGTHS = st.builds(Interval, months=st.integers(1, 24)) | st.builds(Interval, days=st.integers(1, 90))


@st.composite
def _plans(draw: Draw, code: str) -> Plan:
    phases = [
        Phase(code=f"phase-{n}", length=draw(_LENGTHS), prices=draw(_price_lists(code)))
        for n in range(draw(st.integers(0, 2)))
    ]
    versions = [PlanVersion(version=1, prices=draw(_price_lists(code)), phases=phases)]
    if draw(st.booleans()):
        retired = PlanVersion(version=2, status=PlanStatus.RETIRED, prices=draw(_price_lists(code)))
        versions.append(retired)
    return Plan(code=code, anchor=draw(anchors()), versions=versions)


def plans(*, code: str = "plan") -> Strategy[Plan]:
    """Plans with an active version, perhaps with phases, perhaps a retired one. Shrinks to one free price."""
    return _plans(code)


@st.composite
def _services(draw: Draw, code: str, sla_tiers: Iterable[str]) -> Service:
    fees, rates, sizes = amounts(max_value=500), amounts(max_value=10, places=6), amounts(min_value=1, max_value=64)
    offered = draw(st.lists(st.sampled_from(tuple(sla_tiers)), unique=True))
    return Service(
        code=code,
        base_fee=draw(fees),
        sla_surcharges={tier: draw(fees) for tier in offered},
        billing_unit=draw(st.sampled_from(BillingUnit)),
        minimum_units=draw(amounts(max_value=10)),
        compute_plans=[
            ComputePlan(code=name, cpu=draw(sizes), ram_gib=draw(sizes), price=draw(rates))
            for name in ("small", "large")
        ],
        storage=[
            Storage(code=f"disk-{per.value}", price=draw(rates), per=per, per_replica=draw(st.booleans()))
            for per in Per
        ],
        discount_brackets=draw(st.just([]) | brackets()),
        resources=[
            Resource(code="balancer", provider="alpha", price=draw(fees)),
            Resource(code="address", price=draw(rates), per=Per.HOUR),
        ],
        components=[draw(components(code=name)) for name in ("base", "disk")[: draw(st.integers(0, 2))]],
    )


def services(*, code: str = "service", sla_tiers: Iterable[str] = _SLA_TIERS) -> Strategy[Service]:
    """Service recipes with two sizes, two kinds of disk and two resources. Shrinks to one that costs nothing."""
    return _services(code, sla_tiers)


@st.composite
def _catalogs(draw: Draw, currency: str | None) -> Catalog:
    metered = draw(prices(code="metered", cadence=PriceCadence.USAGE))
    extra = [draw(prices(code=f"addon-{n}", cadence=PriceCadence.RECURRING)) for n in range(draw(st.integers(0, 2)))]
    meters = st.sampled_from((None, *_METERS))
    since = st.sampled_from((None, dt.date(2020, 1, 1), dt.date(2024, 2, 29)))
    percents = st.sampled_from((ZERO, Decimal("7.7"), Decimal(19), Decimal("8.25")))
    return Catalog(
        version="1",
        effective="1990-01-01T00:00:00Z",
        currency=draw(currencies()) if currency is None else currency,
        sla_tiers=[SlaTier(code=code, min_replicas=draw(st.integers(1, 3))) for code in _SLA_TIERS],
        services=[draw(services(code=f"service-{n}")) for n in range(draw(st.integers(0, 1)))],
        meters=[Meter(code=code) for code in _METERS],
        products=[
            Product(code="product", prices=[metered, *draw(_price_lists("product"))]),
            Product(code="other", prices=draw(_price_lists("other"))),
            Product(code="bundle", composed_of=[Part(product="product"), Part(product="other")]),
        ],
        plans=[draw(plans(code=f"plan-{n}")) for n in range(draw(st.integers(1, 2)))],
        addons=[
            Addon(code=price.code, price=price, quantity=draw(st.integers(0, 100)), meter=draw(meters))
            for price in extra
        ],
        tax_rates=[
            TaxRate(
                code=f"de-{category}",
                country="DE",
                percent=draw(percents),
                category=category,
                from_=draw(since),
                inclusive=draw(st.booleans()),
            )
            for category in ("standard", "reduced")[: draw(st.integers(0, 2))]
        ],
    )


def catalogs(*, currency: str | None = None) -> Strategy[Catalog]:
    """Whole catalogs of one currency: services, plans, products, addons, meters, taxes, and what is given.

    That is commitments, coupons, a grant, a credit unit, a currency of its own. Shrinks to one plan and one product
    that cost nothing, in euro.
    """
    return _catalogs(currency).flatmap(committing).flatmap(giving)


@st.composite
def _selections(draw: Draw, catalog: Catalog, starts_on: Strategy[dt.datetime | None]) -> Selection:
    offered: list[Plan | Product | Service] = [*catalog.plans, *catalog.products, *catalog.services]
    what = draw(st.sampled_from(offered))
    count = draw(st.integers(1, 5))
    addons = [addon.code for addon in catalog.addons if addon.meter not in _by_event(catalog, what)]
    chosen: dict[str, Any] = {
        "addons": draw(st.lists(st.sampled_from(addons), max_size=2)) if addons else (),
        "starts_on": draw(starts_on),
        "timezone": draw(zones()),
        "country": draw(st.sampled_from((None, "DE", "FR"))),
        "hours": draw(st.sampled_from((Decimal(730), Decimal(744), Decimal("0.5")))),
    }
    if isinstance(what, Service):
        sizing = draw(_sizings(what))
        sized = sizing.get("compute_plan") is not None or sizing.get("storage_gib")
        return Selection(service=what.code, replicas=count if sized else 1, **sizing, **chosen)
    bought: dict[str, Any] = {"plan" if isinstance(what, Plan) else "product": what.code, **chosen}
    if isinstance(what, Plan) or not what.composed_of or _counts(catalog, what):
        bought["quantity"] = count
    metered = {record.price.meter or "" for record in catalog.records(Selection(**bought))} - {""}
    usage = {meter: draw(quantities()) for meter in sorted(metered) if draw(st.booleans())}
    return Selection(**bought, usage=usage)


def _counts(catalog: Catalog, whole: Product) -> bool:
    """A price of a part goes by the quantity."""
    parts = [catalog.product(part.product) for part in whole.composed_of]
    return any(price.counted and price.size is None for part in parts for price in part.prices)


def _by_event(catalog: Catalog, what: Plan | Product | Service) -> set[str | None]:
    """The meters of which no addon may give units: their prices, of addons too, need the events themselves."""
    prices = [addon.price for addon in catalog.addons]
    if not isinstance(what, Service):
        bought = Selection(plan=what.code) if isinstance(what, Plan) else Selection(product=what.code)
        for phase in range(len(catalog.phases(bought)) + 1):
            prices += [record.price for record in catalog.records(bought, phase=phase)]
    return {price.meter for price in prices if price.by_event is not None}


@st.composite
def _sizings(draw: Draw, service: Service) -> dict[str, Any]:
    wanted = service.resources[: draw(st.integers(0, 2))]
    gib = draw(amounts(max_value=500))
    known = sorted({entry.provider for entry in wanted if entry.provider is not None})
    return {
        "compute_plan": draw(st.sampled_from([plan.code for plan in service.compute_plans])),
        "sla_tier": draw(st.sampled_from((None, *service.sla_surcharges))),
        "storage_gib": gib,
        "storage": draw(st.sampled_from([disk.code for disk in service.storage])) if gib else None,
        "provider": draw(st.sampled_from(known or (None, "alpha", "beta"))),
        "resources": {entry.code: draw(quantities(max_value=5)) for entry in wanted},
    }


def selections(catalog: Catalog, *, starts_on: Strategy[dt.datetime | None] | None = None) -> Strategy[Selection]:
    """Choose from ``catalog`` what can be quoted: a plan, a product or a service. Shrinks to the first plan, once.

    The catalog has the codes that ``catalogs`` gives, or at least a plan with an active version or a product. It starts
    at no instant or at any from 2000 on, before a customer or the catalog is there too: for ``subscriptions.create``
    draw none, ``starts_on=st.none()``, or instants of your own.
    """
    return _selections(catalog, st.none() | instants() if starts_on is None else starts_on)
