"""Hypothesis strategies of billcore's values: random, but always right.

Every strategy draws values that can be built, with the odd ones among them: currencies without decimals, zones that
skip a day, anchors on the 31st, quantities exactly on a tier's bound. Each says what it shrinks to.

>>> from hypothesis import find
>>> str(find(moneys(currency="JPY"), lambda money: money.minor > 41))
'42 JPY'
"""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from billcore.kernel import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    ONE,
    QUARTER,
    UTC,
    WEEK,
    YEAR,
    ZERO,
    Anchor,
    Cadence,
    DayAnchor,
    Exact,
    Interval,
    Money,
    Period,
    active_codes,
    cadence,
    number,
)
from billcore.kernel import exact as ex
from billcore.pricing import (
    Addon,
    BillingUnit,
    Bracket,
    Catalog,
    ComputePlan,
    Flat,
    Graduated,
    Meter,
    Package,
    PackageRound,
    Per,
    PerUnit,
    Plan,
    PlanStatus,
    PlanVersion,
    Price,
    PriceCadence,
    PriceModel,
    Product,
    Progressive,
    Proration,
    Resource,
    Selection,
    Service,
    SlaTier,
    StairStep,
    Storage,
    TaxRate,
    Tier,
    Timing,
    Volume,
    Wrapped,
)

__all__ = [
    "amounts",
    "anchors",
    "brackets",
    "cadences",
    "catalogs",
    "currencies",
    "cuts",
    "day_anchors",
    "exacts",
    "instants",
    "intervals",
    "moneys",
    "periods",
    "plans",
    "price_models",
    "prices",
    "quantities",
    "selections",
    "services",
    "tiers",
    "zones",
]

Draw = st.DrawFn
Strategy = st.SearchStrategy

_FIRST = dt.datetime(1990, 1, 1, tzinfo=UTC)
_LAST = dt.datetime(2060, 1, 1, tzinfo=UTC)
_TABLE_DATE = dt.date(2026, 1, 1)
_MICRO = dt.timedelta(microseconds=1)
_LONGEST = dt.timedelta(days=400)
# One hour, half an hour, no DST, date line both sides, a skipped day, midnight that does not exist, quarter hours.
_ODD_ZONES = (
    *("Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Kiritimati"),
    *("Pacific/Pago_Pago", "Pacific/Apia", "America/Sao_Paulo", "Africa/Cairo", "Asia/Kathmandu"),
)
_METERS = ("requests", "traffic")
_SLA_TIERS = ("basic", "premium")


# Numbers and money


def amounts(*, min_value: Decimal | int = 0, max_value: Decimal | int = 10_000, places: int = 2) -> Strategy[Decimal]:
    """Decimals with at most so many places, both ends included. Shrinks to zero, or to what is nearest to it."""
    (low, below), (high, over) = min_value.as_integer_ratio(), max_value.as_integer_ratio()
    units = st.integers(-(-low * 10**places // below), high * 10**places // over)
    return units.map(lambda whole: number(ex.scaled(whole, places)))


def quantities(*, max_value: Decimal | int = 1_000_000, places: int = 3) -> Strategy[Decimal]:
    """Quantities of units, never negative, often whole. Shrinks to zero."""
    whole = st.integers(0, int(max_value)).map(Decimal)
    return whole | amounts(max_value=max_value, places=places)


def exacts(*, max_value: int = 10**9) -> Strategy[Exact]:
    """Exact numbers of both signs: a ``Decimal``, or a ``Fraction`` where that does not end. Shrinks to zero."""
    ratios = st.builds(ex.ratio, st.integers(-max_value, max_value).map(Decimal), st.integers(1, 10_000))
    return amounts(min_value=-max_value, max_value=max_value, places=6) | ratios


def currencies() -> Strategy[str]:
    """Codes of ISO 4217 in force, with 0, 2, 3 and 4 decimal places. Shrinks to ``EUR``."""
    return st.sampled_from(("EUR", "JPY", "KWD", "CLF", *active_codes(_TABLE_DATE)))


@st.composite
def _moneys(draw: Draw, currency: str | None, most: int) -> Money:
    code = draw(currencies()) if currency is None else currency
    return Money.of_minor(draw(st.integers(-most, most)), code)


def moneys(*, currency: str | None = None, max_minor: int = 10**9) -> Strategy[Money]:
    """Money of both signs in whole minor units, of any currency or of one. Shrinks to ``0.00 EUR``."""
    return _moneys(currency, max_minor)


# Time


def instants(*, min_value: dt.datetime = _FIRST, max_value: dt.datetime = _LAST) -> Strategy[dt.datetime]:
    """Instants in UTC, to the microsecond. Shrinks to midnight of 1 January 2000, or to what is nearest to it."""
    low, high = min_value.replace(tzinfo=None), max_value.replace(tzinfo=None)
    any_time = st.datetimes(low, high, timezones=st.just(UTC))
    return any_time.map(lambda at: at.replace(minute=0, second=0, microsecond=0)).filter(min_value.__le__) | any_time


@functools.cache
def _zone_names() -> tuple[str, ...]:
    return tuple(sorted(zoneinfo.available_timezones() - {"localtime"}))


def zones() -> Strategy[str]:
    """Names of IANA time zones, the odd ones often. Shrinks to ``UTC``."""
    return st.sampled_from(("UTC", *_ODD_ZONES)) | st.deferred(lambda: st.sampled_from(_zone_names()))


def intervals() -> Strategy[Interval]:
    """Lengths of billing periods: those with a name, and any. Shrinks to a month."""
    named = st.sampled_from((MONTH, DAY, WEEK, QUARTER, YEAR, HOUR, MINUTE))
    months, days = st.integers(1, 36), st.integers(1, 400)
    return named | st.builds(Interval, months=months) | st.builds(Interval, days=days)


def day_anchors() -> Strategy[DayAnchor]:
    """Billing days, the 1st to the 31st. Shrinks to the 1st."""
    return st.builds(DayAnchor, st.integers(1, 31) | st.integers(28, 31))


def anchors(*, instant: Strategy[dt.datetime] | None = None) -> Strategy[Anchor]:
    """Where periods are counted from: the calendar, the start, a day, an instant. Shrinks to ``calendar``."""
    names: Strategy[Anchor] = st.sampled_from(("calendar", "start"))
    return names | day_anchors() | (instants() if instant is None else instant)


@st.composite
def _cadences(draw: Draw, interval: Strategy[Interval], moves: int) -> Cadence:
    start = draw(instants())
    near = instants(min_value=start - _LONGEST, max_value=start + _LONGEST)
    beat = cadence(draw(interval), draw(anchors(instant=near)), start, draw(zones()))
    later = max(start, beat.anchor)
    for _ in range(draw(st.integers(0, moves)) if moves else 0):
        later += draw(st.timedeltas(dt.timedelta(0), _LONGEST))
        beat = beat.moved(later, draw(zones()))
    return beat


def cadences(*, interval: Strategy[Interval] | None = None, moves: int = 0) -> Strategy[Cadence]:
    """Billing cadences of any interval, anchor and zone, with up to so many moves to another zone.

    Shrinks to calendar months in UTC.
    """
    return _cadences(intervals() if interval is None else interval, moves)


@st.composite
def _periods(draw: Draw, longest: dt.timedelta) -> Period:
    start = draw(instants())
    hours = st.integers(1, max(1, longest // dt.timedelta(hours=1))).map(lambda n: dt.timedelta(hours=n))
    return Period(start, start + draw(hours | st.timedeltas(_MICRO, longest)))


def periods(*, max_length: dt.timedelta = _LONGEST) -> Strategy[Period]:
    """Half-open stretches of time, never empty. Shrinks to an hour of 1 January 2000."""
    return _periods(max_length)


def cuts(period: Period, *, max_size: int = 4) -> Strategy[list[dt.datetime]]:
    """Distinct instants inside a period, its ends excluded, in order of time. Shrinks to none."""
    if period.micros < 2:
        return st.just([])
    inside = st.integers(1, period.micros - 1).map(lambda micros: period.start + micros * _MICRO)
    return st.lists(inside, max_size=max_size, unique=True).map(sorted)


# Price models


def _bounds(max_size: int) -> Strategy[list[Decimal | None]]:
    """Rising bounds, the last one open."""
    bound = st.integers(1, 1_000).map(Decimal) | amounts(min_value=Decimal("0.001"), max_value=1_000, places=3)
    closed = st.lists(bound, max_size=max_size - 1, unique=True).map(sorted)
    return closed.map(lambda rising: [*rising, None])


@st.composite
def _tiers(draw: Draw, max_size: int, unit: Strategy[Decimal], flat: Strategy[Decimal]) -> list[Tier]:
    return [Tier(bound, draw(unit), draw(flat)) for bound in draw(_bounds(max_size))]


def tiers(*, max_size: int = 5, unit_amounts: bool = True, flat_amounts: bool = True) -> Strategy[list[Tier]]:
    """Tier tables: contiguous, the last one open. Shrinks to one open tier that costs nothing."""
    nothing = st.just(ZERO)
    unit, flat = amounts(max_value=100, places=7), amounts(max_value=1_000)
    return _tiers(max_size, unit if unit_amounts else nothing, flat if flat_amounts else nothing)


@st.composite
def _bracket_lists(draw: Draw, max_size: int, *, ascending: bool) -> list[Bracket]:
    bounds = draw(_bounds(max_size))
    percents = [draw(amounts(max_value=100)) for _ in bounds]
    if ascending:
        percents.sort()
    return [Bracket(bound, percent) for bound, percent in zip(bounds, percents, strict=True)]


def brackets(*, max_size: int = 5, ascending: bool = False) -> Strategy[list[Bracket]]:
    """Discount brackets: contiguous, the last one open. Shrinks to one open bracket without a discount."""
    return _bracket_lists(max_size, ascending=ascending)


_PLAIN_MODELS: tuple[type[PriceModel], ...] = (Flat, PerUnit, Graduated, Volume, StairStep, Package, Progressive)


def _plain_model(kind: type[PriceModel]) -> Strategy[PriceModel]:
    sizes = amounts(min_value=Decimal("0.5"), max_value=1_000)
    made: dict[type[PriceModel], Callable[[], Strategy[PriceModel]]] = {
        Flat: lambda: st.builds(Flat, amounts()),
        PerUnit: lambda: st.builds(PerUnit, amounts(max_value=1_000, places=7)),
        Graduated: lambda: st.builds(Graduated, tiers(), st.booleans()),
        Volume: lambda: st.builds(Volume, tiers(), st.booleans()),
        StairStep: lambda: st.builds(StairStep, tiers(unit_amounts=False), st.booleans()),
        Package: lambda: st.builds(Package, sizes, amounts(), st.sampled_from(PackageRound)),
        Progressive: lambda: st.builds(Progressive, amounts(places=4), sizes, amounts(max_value=20), brackets()),
    }
    return made[kind]()


@st.composite
def _wrapped(draw: Draw) -> Wrapped:
    least, most = sorted(draw(st.lists(amounts(), min_size=2, max_size=2)))
    return Wrapped(
        model=draw(price_models(kinds=_PLAIN_MODELS)),
        unit_multiplier=draw(st.just(ONE) | amounts(min_value=Decimal("0.001"), max_value=1_000, places=3)),
        included=draw(quantities(max_value=1_000)),
        minimum=draw(st.none() | st.just(least)),
        maximum=draw(st.none() | st.just(most)),
    )


def price_models(*, kinds: Collection[type[PriceModel]] = (*_PLAIN_MODELS, Wrapped)) -> Strategy[PriceModel]:
    """Price models of the given kinds, all by default. Shrinks to one of the first kind that costs nothing."""
    return st.one_of([_wrapped() if kind is Wrapped else _plain_model(kind) for kind in kinds])


# What is sold


@st.composite
def _prices(draw: Draw, code: str, currency: str | None, cadence_: PriceCadence | None, meters: Iterable[str]) -> Price:
    how = draw(st.sampled_from(PriceCadence)) if cadence_ is None else cadence_
    metered = how is PriceCadence.USAGE
    by_hour, meter = draw(st.integers(0, 4)) == 4, draw(st.sampled_from(tuple(meters)))
    runs = by_hour and how is PriceCadence.RECURRING
    late = metered or runs
    return Price(
        code=code,
        model=draw(price_models()),
        cadence=how,
        currency=currency,
        interval=draw(st.sampled_from((MONTH, YEAR, WEEK))),
        timing=draw(st.sampled_from((None, Timing.ARREARS) if late else (None, *Timing))),
        per=HOUR if runs else None,
        meter=meter if metered else None,
        tax_category=draw(st.sampled_from(("standard", "reduced"))),
        proration=draw(st.sampled_from((Proration.SECOND, Proration.HOUR, Proration.DAY, Proration.DAY_AFTER))),
    )


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


@st.composite
def _plans(draw: Draw, code: str) -> Plan:
    versions = [PlanVersion(version=1, prices=draw(_price_lists(code)))]
    if draw(st.booleans()):
        retired = PlanVersion(version=2, status=PlanStatus.RETIRED, prices=draw(_price_lists(code)))
        versions.append(retired)
    return Plan(code=code, anchor=draw(anchors()), versions=versions)


def plans(*, code: str = "plan") -> Strategy[Plan]:
    """Plans with an active version, and perhaps a retired one. Shrinks to one version with one free price."""
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
    )


def services(*, code: str = "service", sla_tiers: Iterable[str] = _SLA_TIERS) -> Strategy[Service]:
    """Service recipes with two sizes, two kinds of disk and two resources. Shrinks to one that costs nothing."""
    return _services(code, sla_tiers)


@st.composite
def _catalogs(draw: Draw, currency: str | None) -> Catalog:
    metered = draw(prices(code="metered", cadence=PriceCadence.USAGE))
    extra = [draw(prices(code=f"addon-{n}", cadence=PriceCadence.RECURRING)) for n in range(draw(st.integers(0, 2)))]
    meters = st.sampled_from((None, *_METERS))
    percents = st.sampled_from((ZERO, Decimal("7.7"), Decimal(19), Decimal("8.25")))
    return Catalog(
        version="1",
        effective=_FIRST,
        currency=draw(currencies()) if currency is None else currency,
        sla_tiers=[SlaTier(code=code, min_replicas=draw(st.integers(1, 3))) for code in _SLA_TIERS],
        services=[draw(services(code=f"service-{n}")) for n in range(draw(st.integers(0, 1)))],
        meters=[Meter(code=code) for code in _METERS],
        products=[Product(code="product", prices=[metered, *draw(_price_lists("product"))])],
        plans=[draw(plans(code=f"plan-{n}")) for n in range(draw(st.integers(1, 2)))],
        addons=[
            Addon(code=price.code, price=price, quantity=draw(st.integers(0, 100)), meter=draw(meters))
            for price in extra
        ],
        tax_rates=[
            TaxRate(code=f"de-{category}", country="DE", percent=draw(percents), category=category)
            for category in ("standard", "reduced")[: draw(st.integers(0, 2))]
        ],
    )


def catalogs(*, currency: str | None = None) -> Strategy[Catalog]:
    """Whole catalogs of one currency: services, plans, a product, addons, meters, taxes.

    Shrinks to one plan and one product that cost nothing, in euro.
    """
    return _catalogs(currency)


@st.composite
def _selections(draw: Draw, catalog: Catalog) -> Selection:
    what: Plan | Product | Service = draw(st.sampled_from([*catalog.plans, *catalog.products, *catalog.services]))
    count = draw(st.integers(1, 5))
    addons = [addon.code for addon in catalog.addons]
    chosen: dict[str, Any] = {
        "addons": draw(st.lists(st.sampled_from(addons), max_size=2)) if addons else (),
        "starts_on": draw(st.none() | instants()),
        "timezone": draw(zones()),
        "country": draw(st.sampled_from((None, "DE", "FR"))),
        "usage": {meter.code: draw(quantities()) for meter in catalog.meters[: draw(st.integers(0, 2))]},
        "hours": draw(st.sampled_from((Decimal(730), Decimal(744), Decimal("0.5")))),
    }
    if isinstance(what, Plan):
        return Selection(plan=what.code, quantity=count, **chosen)
    if isinstance(what, Product):
        return Selection(product=what.code, quantity=count, **chosen)
    return Selection(service=what.code, replicas=count, **draw(_sizings(what)), **chosen)


@st.composite
def _sizings(draw: Draw, service: Service) -> dict[str, Any]:
    wanted = service.resources[: draw(st.integers(0, 2))]
    return {
        "compute_plan": draw(st.sampled_from([plan.code for plan in service.compute_plans])),
        "sla_tier": draw(st.sampled_from((None, *service.sla_surcharges))),
        "storage_gib": draw(amounts(max_value=500)),
        "storage": draw(st.sampled_from([disk.code for disk in service.storage])),
        "provider": draw(st.sampled_from((None, "alpha", "beta"))),
        "resources": {entry.code: draw(quantities(max_value=5)) for entry in wanted},
    }


def selections(catalog: Catalog) -> Strategy[Selection]:
    """Choose from ``catalog`` what can be quoted: a plan, a product or a service. Shrinks to the first plan, once.

    The catalog has the codes that ``catalogs`` gives, or at least a plan with an active version or a product.
    """
    return _selections(catalog)
