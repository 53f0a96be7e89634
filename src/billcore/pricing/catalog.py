"""Catalog: what is sold, published whole, immutable; a later one never reaches who already bought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TypeVar

import attrs

from billcore.kernel import (
    Interval,
    NotFound,
    checked_id,
    instant,
    nearest,
    several,
)
from billcore.pricing import said
from billcore.pricing.availability import Availability
from billcore.pricing.commitment import Commitment
from billcore.pricing.committing import committed_prices, refuse_sums
from billcore.pricing.coupon import Coupon, refuse_strangers
from billcore.pricing.credit_unit import CreditUnit
from billcore.pricing.currencies import Codes, with_currencies
from billcore.pricing.dated import refuse_overlaps
from billcore.pricing.expansion import addon_record, base_records, expanded, main_of
from billcore.pricing.grant import Grant, granted_in
from billcore.pricing.names import refuse_unknown_names
from billcore.pricing.own_currency import OwnCurrency
from billcore.pricing.plan import Phase, Plan, PlanVersion, sold_version
from billcore.pricing.price import Price
from billcore.pricing.product import Addon, Meter, MeterPrice, Product, period_of, unique_codes
from billcore.pricing.record import OrderRecord
from billcore.pricing.references import check_meters, check_products, check_sizes, check_tiers
from billcore.pricing.selection import Selection
from billcore.pricing.service import Service
from billcore.pricing.sized import SlaTier
from billcore.pricing.tax_rates import TaxRate

__all__ = ["Catalog"]

_CODED = (
    *("sla_tiers", "services", "meters", "products", "plans", "addons", "coupons"),
    *("grants", "credit_units", "currencies"),
)
T = TypeVar("T", SlaTier, Service, Meter, Product, Plan, Addon, Coupon, Grant, OwnCurrency)


def _version(value: str) -> str:
    return checked_id(value, "version")


def _effective(value: dt.datetime | str) -> dt.datetime:
    return instant(value, "effective")


def _sla_tiers(values: Iterable[SlaTier]) -> tuple[SlaTier, ...]:
    return several(values, SlaTier, "sla_tiers")


def _services(values: Iterable[Service]) -> tuple[Service, ...]:
    return several(values, Service, "services")


def _meters(values: Iterable[Meter]) -> tuple[Meter, ...]:
    return several(values, Meter, "meters")


def _products(values: Iterable[Product]) -> tuple[Product, ...]:
    return several(values, Product, "products")


def _plans(values: Iterable[Plan]) -> tuple[Plan, ...]:
    return several(values, Plan, "plans")


def _addons(values: Iterable[Addon]) -> tuple[Addon, ...]:
    return several(values, Addon, "addons")


def _meter_prices(values: Iterable[MeterPrice]) -> tuple[MeterPrice, ...]:
    return several(values, MeterPrice, "meter_prices")


def _availability(values: Iterable[Availability]) -> tuple[Availability, ...]:
    return several(values, Availability, "availability")


def _coupons(values: Iterable[Coupon]) -> tuple[Coupon, ...]:
    return several(values, Coupon, "coupons")


def _commitments(values: Iterable[Commitment]) -> tuple[Commitment, ...]:
    return several(values, Commitment, "commitments")


def _tax_rates(values: Iterable[TaxRate]) -> tuple[TaxRate, ...]:
    return several(values, TaxRate, "tax_rates")


def _grants(values: Iterable[Grant]) -> tuple[Grant, ...]:
    return several(values, Grant, "grants")


def _credit_units(values: Iterable[CreditUnit]) -> tuple[CreditUnit, ...]:
    return several(values, CreditUnit, "credit_units")


def _currencies(values: Iterable[OwnCurrency]) -> tuple[OwnCurrency, ...]:
    return several(values, OwnCurrency, "currencies")


@attrs.frozen(kw_only=True)
class Catalog:
    """One version of everything that is sold, in force from ``effective`` on.

    Prices without a currency get that of their plan, product or service, else the catalog's; after construction every
    price has one (``currencies.py``), own ``currencies`` with their places.
    """

    version: str = attrs.field(converter=_version)
    effective: dt.datetime = attrs.field(converter=_effective)
    currency: str | None = attrs.field(default=None, validator=said.text_or_none)
    sla_tiers: tuple[SlaTier, ...] = attrs.field(default=(), converter=_sla_tiers)
    services: tuple[Service, ...] = attrs.field(default=(), converter=_services)
    meters: tuple[Meter, ...] = attrs.field(default=(), converter=_meters)
    meter_prices: tuple[MeterPrice, ...] = attrs.field(default=(), converter=_meter_prices)
    products: tuple[Product, ...] = attrs.field(default=(), converter=_products)
    plans: tuple[Plan, ...] = attrs.field(default=(), converter=_plans)
    addons: tuple[Addon, ...] = attrs.field(default=(), converter=_addons)
    availability: tuple[Availability, ...] = attrs.field(default=(), converter=_availability)
    tax_rates: tuple[TaxRate, ...] = attrs.field(default=(), converter=_tax_rates)
    coupons: tuple[Coupon, ...] = attrs.field(default=(), converter=_coupons)
    commitments: tuple[Commitment, ...] = attrs.field(default=(), converter=_commitments)
    committed: tuple[Price, ...] = attrs.field(default=(), init=False, eq=False, repr=False)
    """The prices that the commitments bring: true-ups and overages."""
    grants: tuple[Grant, ...] = attrs.field(default=(), converter=_grants)
    credit_units: tuple[CreditUnit, ...] = attrs.field(default=(), converter=_credit_units)
    currencies: tuple[OwnCurrency, ...] = attrs.field(default=(), converter=_currencies)

    def __attrs_post_init__(self) -> None:
        for name in _CODED:
            unique_codes(getattr(self, name), name)
        self._fill_in_currencies()
        self._check_references()

    def _fill_in_currencies(self) -> None:
        codes = Codes.of(self.currencies, self.credit_units, self.currency)
        object.__setattr__(self, "currency", codes.usual)
        for name, entries in with_currencies(self, codes):
            object.__setattr__(self, name, entries)
        object.__setattr__(self, "grants", tuple(granted_in(one, codes, n) for n, one in enumerate(self.grants)))

    def _check_references(self) -> None:
        addons = ((f"addons[{index}]", addon.meter) for index, addon in enumerate(self.addons))
        check_meters(self.meters, [*((place, price.meter) for place, price in self.priced()), *addons])
        check_sizes(self.priced())
        check_tiers(self.services, self.sla_tiers)
        check_products(self.plans, self.products)
        refuse_overlaps(self.tax_rates, lambda rate: (rate.country, rate.category), "tax_rates", "rates")
        refuse_overlaps(
            self.meter_prices, lambda one: (one.meter, one.price.currency or ""), "meter_prices", "prices of a meter"
        )
        refuse_unknown_names(self)
        if self.coupons or self.grants:
            codes = self.sold_codes()
            refuse_strangers(self.coupons, codes, "coupons")
            refuse_strangers(self.grants, codes, "grants")
        refuse_sums(self.priced(), self.services)
        committed = committed_prices(self.commitments, self.priced(), self.services)
        object.__setattr__(self, "committed", committed)

    def sold_codes(self) -> frozenset[str]:
        """What a coupon or a grant may name: the codes of services, products, plans, addons and their prices."""
        codes = {code for service in self.services for code in (service.code, *service.price_codes)}
        codes |= {*(p.code for p in self.products), *(p.code for p in self.plans), *(a.code for a in self.addons)}
        return frozenset(codes | {price.code for _, price in self.priced()})

    def priced(self) -> Iterator[tuple[str, Price]]:
        """Every price with its place."""
        for i, product in enumerate(self.products):
            for j, price in enumerate(product.prices):
                yield f"products[{i}].prices[{j}]", price
        for i, plan in enumerate(self.plans):
            for j, version in enumerate(plan.versions):
                for k, price in enumerate(version.prices):
                    yield f"plans[{i}].versions[{j}].prices[{k}]", price
                for k, phase in enumerate(version.phases):
                    for n, price in enumerate(phase.prices):
                        yield f"plans[{i}].versions[{j}].phases[{k}].prices[{n}]", price
        for i, addon in enumerate(self.addons):
            yield f"addons[{i}].price", addon.price
        for i, entry in enumerate(self.meter_prices):
            yield f"meter_prices[{i}].price", entry.price

    def service(self, code: str) -> Service:
        """The service of that code. Raises ``NotFound``."""
        return _find(self.services, code, "service")

    def plan(self, code: str) -> Plan:
        """The plan of that code. Raises ``NotFound``."""
        return _find(self.plans, code, "plan")

    def product(self, code: str) -> Product:
        """The product of that code. Raises ``NotFound``."""
        return _find(self.products, code, "product")

    def addon(self, code: str) -> Addon:
        """The addon of that code. Raises ``NotFound``."""
        return _find(self.addons, code, "addon")

    def meter(self, code: str) -> Meter:
        """The meter of that code. Raises ``NotFound``."""
        return _find(self.meters, code, "meter")

    def meter_prices_in(self, currency: str) -> tuple[MeterPrice, ...]:
        """The prices outside plans for who pays so and buys now: none that is stale."""
        return tuple(one for one in self.meter_prices if one.price.currency == currency and not one.stale)

    def meter_price(self, meter: str, on: dt.date, currency: str) -> Price:
        """What usage of a meter outside any plan costs on a local date, in a currency (R3-22). Raises ``NotFound``."""
        for entry in self.meter_prices_in(currency):
            if entry.meter == meter and entry.holds(on):
                return entry.price
        raise NotFound("no price of this meter outside plans on that date", place="meter", value=meter)

    def coupon(self, code: str) -> Coupon:
        """The coupon of that code. Raises ``NotFound``."""
        return _find(self.coupons, code, "coupon")

    def grant(self, code: str) -> Grant:
        """What the catalog grants under that code. Raises ``NotFound``."""
        return _find(self.grants, code, "grant")

    def own_currency(self, code: str) -> OwnCurrency:
        """The catalog's own currency of that code. Raises ``NotFound``."""
        return _find(self.currencies, code, "currency")

    def sla_tier(self, code: str) -> SlaTier:
        """The SLA tier of that code. Raises ``NotFound``."""
        return _find(self.sla_tiers, code, "sla_tier")

    def plan_version(self, code: str, version: int | None = None, at: dt.datetime | None = None) -> PlanVersion:
        """The active version of a plan, or the one named.

        Drafts and retired versions are not sold, nor one that takes effect after ``at``.
        """
        return sold_version(self.plan(code), version, at)

    def phases(self, selection: Selection, at: dt.datetime | None = None) -> tuple[Phase, ...]:
        """The phases of the plan version that is selected; mostly there are none."""
        if selection.plan is None:
            return ()
        return self.plan_version(selection.plan, selection.version, at).phases

    def records(
        self, selection: Selection, at: dt.datetime | None = None, *, phase: int = 0, had: str | None = None
    ) -> tuple[OrderRecord, ...]:
        """What a selection expands to: prices and quantities, the addons' last; ``at`` is when it is bought.

        ``phase`` counts the phases of its plan version, that after the last is the version itself.
        ``had`` is the code of the product or service that is had already: it may change when it is not listed.
        Raises ``NotFound`` and ``InvalidValue`` with the place in the selection, ``NotAvailable`` for what is priced
        and not offered, ``CurrencyMismatch`` where prices of two currencies meet.
        """
        return expanded(self, selection, at, phase, had)

    def addon_record(self, code: str, quantity: int = 1) -> OrderRecord:
        """The record of an addon: its price and what it adds to a meter's allowance."""
        return addon_record(self, code, quantity)

    def included(self, plan: str) -> tuple[Addon, ...]:
        """The addons that a plan has in its price."""
        return tuple(addon for addon in self.addons if plan in addon.included_with)

    def interval(self, selection: Selection) -> Interval:
        """The plan's period that a selection brings."""
        return period_of(tuple(record.price for record in base_records(self, selection, had=main_of(selection))))


def _find(entries: tuple[T, ...], code: str, what: str) -> T:
    for entry in entries:
        if entry.code == code:
            return entry
    raise NotFound(
        f"no such {what} in the catalog", place=what, value=code, hint=nearest(code, (one.code for one in entries))
    )
