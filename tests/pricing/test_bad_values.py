"""Bad input to pricing: each row one wrong value, its error, its place and what the error says."""

# ruff: noqa: ANN401 - a caller without a type checker may hand in anything

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from billcore.kernel import (
    HOUR,
    MONTH,
    YEAR,
    BillcoreError,
    CurrencyMismatch,
    InvalidInstant,
    InvalidNumber,
    InvalidValue,
    NotFound,
    NotSupportedYet,
    UnknownCurrency,
    instant,
)
from billcore.pricing import (
    Addon,
    Bracket,
    Catalog,
    ComputePlan,
    Flat,
    Graduated,
    Meter,
    MeterPrice,
    OnChange,
    OnEnd,
    Package,
    Percentage,
    PerUnit,
    Plan,
    PlanStatus,
    PlanVersion,
    Price,
    PriceCadence,
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
    quote,
)
from tests.pricing.examples import EFFECTIVE, studio

ANY: Any = object()
FLOAT: Any = 0.1
LIST: Any = ["a"]
FREE = Flat(0)
USAGE = PriceCadence.USAGE
NOW = instant(EFFECTIVE)


def text(value: str) -> Any:
    """Text where a choice is asked for, as a caller without a type checker may write it."""
    return value


def price(**changes: Any) -> Price:
    """A free price, changed."""
    return Price(**{"code": "p", "model": FREE, **changes})


def catalog(**entries: Any) -> Catalog:
    """A catalog in euro of what is given."""
    return Catalog(**{"version": "1", "effective": EFFECTIVE, "currency": "EUR", **entries})


def plan(*prices: Price, **changes: Any) -> Plan:
    """A plan of one version."""
    return Plan(**{"code": "plan", "versions": [PlanVersion(version=1, prices=prices)], **changes})


def service(**changes: Any) -> Service:
    """A service with one size."""
    small = ComputePlan(code="small", cpu=1, ram_gib=1, price=1)
    return Service(**{"code": "s", "compute_plans": [small], **changes})


def version(number: int, **changes: Any) -> PlanVersion:
    """A version without prices."""
    return PlanVersion(**{"version": number, "prices": [], **changes})


def rate(**changes: Any) -> TaxRate:
    """A German tax rate."""
    return TaxRate(**{"code": "t", "country": "DE", "percent": 19, **changes})


USED = price(model=PerUnit(1), cadence=USAGE, meter="m")
Row = tuple[Callable[[], object], type[BillcoreError], str, str]

MODELS: list[Row] = [
    (lambda: Flat("-1"), InvalidValue, "amount", "must not be negative (got '-1')"),
    (lambda: Flat(FLOAT), InvalidNumber, "amount", 'a float is not exact (got 0.1; write Decimal("0.1"))'),
    (lambda: PerUnit("abc"), InvalidNumber, "unit_amount", "got 'abc'"),
    (lambda: Tier(0, 1), InvalidValue, "up_to", "must be greater than zero"),
    (lambda: Tier(1, -1), InvalidValue, "unit_amount", "must not be negative"),
    (lambda: Tier(1, 0, "NaN"), InvalidNumber, "flat_amount", "got 'NaN'"),
    (lambda: Graduated([]), InvalidValue, "tiers", "at least one is needed"),
    (
        lambda: Graduated([Tier(10)]),
        InvalidValue,
        "tiers[0].up_to",
        "the last must be open (got '10'; leave up_to out)",
    ),
    (lambda: Graduated([Tier(), Tier()]), InvalidValue, "tiers[0].up_to", "only the last may be open"),
    (lambda: Volume([Tier(10), Tier(9), Tier()]), InvalidValue, "tiers[1].up_to", "bounds must rise (got '9')"),
    (lambda: Volume([Tier(10), Tier(10), Tier()]), InvalidValue, "tiers[1].up_to", "bounds must rise"),
    (lambda: Graduated(LIST), InvalidValue, "tiers[0]", "Tier is asked for"),
    (lambda: StairStep([Tier(None, 1)]), InvalidValue, "tiers[0].unit_amount", "a stair step has no unit amount"),
    (lambda: Package(0, 1), InvalidValue, "package_size", "must be greater than zero"),
    (lambda: Package(1, 1, text("up")), InvalidValue, "round", "PackageRound is asked for"),
    (lambda: Bracket(10, 101), InvalidValue, "percent", "a percentage is 0 to 100 (got '101')"),
    (lambda: Bracket(10, -1), InvalidValue, "percent", "a percentage is 0 to 100"),
    (lambda: Progressive(1, 0), InvalidValue, "units", "must be greater than zero"),
    (lambda: Progressive(1, 1, -1), InvalidValue, "minimum_units", "must not be negative"),
    (lambda: Progressive(1, brackets=[]), InvalidValue, "brackets", "at least one is needed"),
    (lambda: Progressive(1, brackets=LIST), InvalidValue, "brackets[0]", "Bracket is asked for"),
    (lambda: Wrapped(model=ANY), InvalidValue, "model", "PriceModel is asked for"),
    (lambda: Wrapped(model=Wrapped(model=FREE)), InvalidValue, "model", "not wrapped again"),
    (lambda: Wrapped(model=FREE, unit_multiplier=0), InvalidValue, "unit_multiplier", "greater than zero"),
    (lambda: Wrapped(model=FREE, included=-1), InvalidValue, "included", "must not be negative"),
    (lambda: Wrapped(model=FREE, interim=text("yes")), InvalidValue, "interim", "bool is asked for"),
    (lambda: Wrapped(model=FREE, minimum=2, maximum=1), InvalidValue, "minimum", "the minimum is above the maximum"),
]

PRICES: list[Row] = [
    (lambda: price(code=""), InvalidValue, "code", "not an id"),
    (lambda: price(model=ANY), InvalidValue, "model", "PriceModel is asked for"),
    (lambda: price(currency="eur"), UnknownCurrency, "currency", "write upper case: 'EUR'"),
    (lambda: price(currency="XAU"), UnknownCurrency, "currency", "no minor unit"),
    (lambda: price(currency="EUR.2"), UnknownCurrency, "currency", "write it without places"),
    (lambda: price(cadence="usage"), InvalidValue, "cadence", "PriceCadence is asked for"),
    (lambda: price(interval="month"), InvalidValue, "interval", "Interval is asked for"),
    (lambda: price(proration="day"), InvalidValue, "proration", "Proration is asked for"),
    (lambda: price(timing="arrears"), InvalidValue, "timing", "wrong kind of value (got 'arrears'; "),
    (lambda: price(cadence=USAGE), InvalidValue, "meter", "a usage price, and only it, names a meter"),
    (lambda: price(meter="m"), InvalidValue, "meter", "a usage price, and only it, names a meter"),
    (lambda: price(cadence=USAGE, meter="m", timing=Timing.ADVANCE), InvalidValue, "timing", "at the end only"),
    (lambda: price(per=HOUR, timing=Timing.ADVANCE), InvalidValue, "timing", "at the end only"),
    (lambda: price(model=Percentage(1)), InvalidValue, "model", "only usage has events and windows"),
    (
        lambda: price(model=Wrapped(model=PerUnit(1), per_window=HOUR)),
        *(InvalidValue, "model", "only usage has events and windows"),
    ),
    (lambda: price(per=YEAR), InvalidValue, "per", "by hour or minute"),
    (lambda: price(per=HOUR, cadence=PriceCadence.ONCE), InvalidValue, "per", "only a recurring price"),
    (lambda: price(proration=Proration.CEIL), NotSupportedYet, "proration", "not supported yet (got 'ceil')"),
    (lambda: price(on_change=OnChange.KEEP), NotSupportedYet, "on_change", "not supported yet (got 'keep')"),
    (lambda: price(on_end=OnEnd.WHOLE), NotSupportedYet, "on_end", "not supported yet (got 'whole')"),
]

SOLD: list[Row] = [
    (lambda: Meter(code="m", aggregation=text("sum")), InvalidValue, "aggregation", "Aggregation is asked for"),
    (lambda: Addon(code="a b", price=price()), InvalidValue, "code", "not an id (got 'a b'"),
    (lambda: Addon(code="a", price=price(), quantity=-1), InvalidValue, "quantity", "must not be negative"),
    (lambda: Product(code="p", prices=[price(), price()]), InvalidValue, "prices[1].code", "a code stands twice"),
    (lambda: version(0), InvalidValue, "version", "versions count from 1 (got 0)"),
    (lambda: version(1, status="active"), InvalidValue, "status", "PlanStatus is asked for"),
    (lambda: version(1, effective="soon"), InvalidInstant, "effective", "got 'soon'"),
    (lambda: plan(versions=[version(1), version(1)]), InvalidValue, "versions", "a version stands twice"),
    (lambda: plan(versions=[version(1), version(2)]), InvalidValue, "versions", "one active version at most"),
    (lambda: plan(anchor="weekly"), InvalidValue, "anchor", "not an anchor (got 'weekly'"),
    (lambda: SlaTier(code="t", uptime=101), InvalidValue, "uptime", "a percentage is 0 to 100"),
    (lambda: SlaTier(code="t", min_replicas="1.5"), InvalidValue, "replicas", "replicas are whole"),
    (lambda: ComputePlan(code="c", cpu=-1, ram_gib=1, price=1), InvalidValue, "cpu", "must not be negative"),
    (lambda: Storage(code="s", price=1, per=text("hour")), InvalidValue, "per", "Per is asked for"),
    (lambda: Resource(code="r", price="1e3"), InvalidNumber, "price", "got '1e3'"),
    (lambda: service(base_fee=-1), InvalidValue, "base_fee", "must not be negative"),
    (lambda: service(sla_surcharges={"t": -1}), InvalidValue, "sla_surcharges.t", "must not be negative"),
    (lambda: service(billing_unit="user"), InvalidValue, "billing_unit", "BillingUnit is asked for"),
    (lambda: service(discount_brackets=[Bracket(8)]), InvalidValue, "discount_brackets[0].up_to", "must be open"),
    (
        lambda: service(compute_plans=[ComputePlan(code="c", cpu=1, ram_gib=0, price=1)]),
        *(InvalidValue, "compute_plans[0].ram_gib", "must not be zero where ram_gib is billed"),
    ),
    (
        lambda: service(storage=[Storage(code="d", price=1)] * 2),
        *(InvalidValue, "storage[1].code", "a code stands twice (got 'd')"),
    ),
    (lambda: rate(country="de"), InvalidValue, "country", "not an ISO 3166 country code (got 'de'"),
    (lambda: rate(country="D1"), InvalidValue, "country", 'two capital letters, like "CH"'),
    (lambda: rate(percent="-1"), InvalidValue, "percent", "a percentage is 0 to 100"),
    (lambda: rate(from_=dt.date(2026, 1, 1), to=dt.date(2026, 1, 1)), InvalidValue, "to", "ends before it begins"),
    (lambda: rate(from_=NOW), InvalidValue, "from", "a local date is asked for"),
    (lambda: rate(from_=text(20260101)), InvalidValue, "from", "a local date is asked for"),  # type: ignore[arg-type]  # the point
    (
        lambda: MeterPrice(meter="m", price=USED, from_="2026-01-01", to="2026-01-01"),
        *(InvalidValue, "to", "ends before it begins"),
    ),
]

M = Meter(code="m")
CATALOGS: list[Row] = [
    (lambda: catalog(version=""), InvalidValue, "version", "not an id"),
    (lambda: catalog(effective="2026-01-01"), InvalidInstant, "effective", "got '2026-01-01'"),
    (lambda: catalog(currency="eur"), UnknownCurrency, "currency", "write upper case"),
    (lambda: catalog(meters=[M, M]), InvalidValue, "meters[1].code", "a code stands twice (got 'm')"),
    (lambda: catalog(currency=None, services=[service()]), InvalidValue, "services[0].currency", "no currency"),
    (
        lambda: catalog(currency=None, addons=[Addon(code="a", price=price())]),
        *(InvalidValue, "addons[0].price.currency", "no currency"),
    ),
    (
        lambda: catalog(services=[service(sla_surcharges={"gold": 1})]),
        *(InvalidValue, "services[0].sla_surcharges.gold", "no such SLA tier"),
    ),
    (
        lambda: catalog(plans=[plan(price(cadence=USAGE, meter="m"))]),
        *(InvalidValue, "plans[0].versions[0].prices[0].meter", "no such meter (got 'm'"),
    ),
    (
        lambda: catalog(addons=[Addon(code="a", price=price(), meter="m")]),
        *(InvalidValue, "addons[0].meter", "no such meter"),
    ),
    (
        lambda: catalog(services=[service(supporting=["s2"])]),
        *(InvalidValue, "services[0].supporting[0]", "no such service (got 's2')"),
    ),
    (
        lambda: catalog(services=[service(supporting=["s"])]),
        *(InvalidValue, "services[0].supporting[0]", "a service does not support itself"),
    ),
    (lambda: catalog(plans=[plan(product="vm")]), InvalidValue, "plans[0].product", "no such product (got 'vm')"),
    (lambda: catalog(tax_rates=[rate(), rate()]), InvalidValue, "tax_rates[1]", "two rates at one time"),
]

SELECTIONS: list[Row] = [
    (Selection, InvalidValue, "selection", "select one service, plan or product (got [])"),
    (lambda: Selection(plan="a", service="b"), InvalidValue, "selection", "got ['service', 'plan']"),
    (lambda: Selection(plan="a", compute_plan="c"), InvalidValue, "compute_plan", "belongs to a service"),
    (lambda: Selection(plan="a", replicas=2), InvalidValue, "selection", "belong to a service"),
    (lambda: Selection(service="a", storage=50), InvalidValue, "storage", "not text (got 50; storage_gib?)"),  # type: ignore[arg-type]  # wrong on purpose
    (lambda: Selection(product="a", version=1), InvalidValue, "version", "belongs to a plan"),
    (lambda: Selection(plan="a", sizes={"ram": 1}), InvalidValue, "sizes", "sizes belong to a product"),
    (lambda: Selection(service="a", replicas=0), InvalidValue, "replicas", "greater than zero"),
    (lambda: Selection(service="a", replicas="1.5"), InvalidValue, "replicas", "replicas are whole"),
    (lambda: Selection(service="a", resources={"ip": -1}), InvalidValue, "resources.ip", "must not be negative"),
    (lambda: Selection(plan="a", quantity=FLOAT), InvalidNumber, "quantity", "a float is not exact"),
    (lambda: Selection(plan="a", usage={"m": FLOAT}), InvalidNumber, "usage.m", "a float is not exact"),
    (lambda: Selection(plan="a", addons="disk"), InvalidValue, "addons", "a list of codes is asked for"),
    (lambda: Selection(plan="a", timezone="Mars"), InvalidValue, "timezone", "unknown time zone"),
    (lambda: Selection(plan="a", country="de"), InvalidValue, "country", "not an ISO 3166 country code"),
    (lambda: Selection(plan="a", anchor=text("weekly")), InvalidValue, "anchor", "not an anchor"),
    (lambda: Selection(plan="a", starts_on="2026-05-20"), InvalidInstant, "starts_on", "got '2026-05-20'"),
    (lambda: Selection(plan="a", hours=0), InvalidValue, "hours", "greater than zero"),
    (lambda: quote(studio(), Selection(plan="gold"), NOW), NotFound, "plan", "got 'gold'"),
    (lambda: quote(studio(), Selection(plan="studio", addons=["gold"]), NOW), NotFound, "addon", "got 'gold'"),
    (
        lambda: quote(
            attrs.evolve(studio(), addons=[Addon(code="a", price=price(code="x", currency="USD", interval=MONTH))]),
            Selection(plan="studio", addons=["a"]),
            NOW,
        ),
        *(CurrencyMismatch, "selection", "AUD and USD"),
    ),
    (
        lambda: quote(
            catalog(products=[Product(code="vm", prices=[price(size="ram", model=PerUnit(1))])]),
            Selection(product="vm"),
            NOW,
        ),
        *(InvalidValue, "sizes.ram", "the product needs this size"),
    ),
]

ROWS = [*MODELS, *PRICES, *SOLD, *CATALOGS, *SELECTIONS]


@pytest.mark.parametrize(("build", "error", "place", "says"), ROWS, ids=map(str, range(len(ROWS))))
def test_bad_values_are_refused(build: Callable[[], object], error: type[BillcoreError], place: str, says: str) -> None:
    """A wrong value is one typed error that names the place and says what is wrong."""
    with pytest.raises(BillcoreError) as caught:
        build()

    assert (type(caught.value), caught.value.place or "") == (error, place)
    assert says in str(caught.value)


def test_a_status_is_a_choice() -> None:
    """The choices themselves are accepted where their text is not."""
    assert version(1, status=PlanStatus.DRAFT).status is PlanStatus.DRAFT
