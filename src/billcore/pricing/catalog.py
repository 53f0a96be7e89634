"""Catalog: what is sold, published whole, immutable; a later one never reaches who already bought."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

import attrs

from billcore.kernel import (
    ONE,
    CurrencyMismatch,
    Interval,
    InvalidValue,
    NotFound,
    checked_id,
    currency,
    instant,
    rfc3339,
)
from billcore.pricing.model.flat import Flat, PerUnit
from billcore.pricing.price import Price
from billcore.pricing.product import (
    Addon,
    Meter,
    Phase,
    Plan,
    PlanStatus,
    PlanVersion,
    Product,
    period_of,
    unique_codes,
)
from billcore.pricing.record import OrderRecord, refuse_units_of_events
from billcore.pricing.selection import Selection
from billcore.pricing.service import Service, SlaTier
from billcore.pricing.tax import TaxRate

__all__ = ["Catalog"]

T = TypeVar("T", SlaTier, Service, Meter, Product, Plan, Addon)


def _version(value: str) -> str:
    return checked_id(value, "version")


def _effective(value: dt.datetime | str) -> dt.datetime:
    return instant(value, "effective")


def _sla_tiers(values: Iterable[SlaTier]) -> tuple[SlaTier, ...]:
    return tuple(values)


def _services(values: Iterable[Service]) -> tuple[Service, ...]:
    return tuple(values)


def _meters(values: Iterable[Meter]) -> tuple[Meter, ...]:
    return tuple(values)


def _products(values: Iterable[Product]) -> tuple[Product, ...]:
    return tuple(values)


def _plans(values: Iterable[Plan]) -> tuple[Plan, ...]:
    return tuple(values)


def _addons(values: Iterable[Addon]) -> tuple[Addon, ...]:
    return tuple(values)


def _tax_rates(values: Iterable[TaxRate]) -> tuple[TaxRate, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class Catalog:
    """One version of everything that is sold, in force from ``effective`` on.

    Prices without a currency get that of their plan, product or service, else the catalog's; after construction every
    price has one.
    """

    version: str = attrs.field(converter=_version)
    effective: dt.datetime = attrs.field(converter=_effective)
    currency: str | None = None
    sla_tiers: tuple[SlaTier, ...] = attrs.field(default=(), converter=_sla_tiers)
    services: tuple[Service, ...] = attrs.field(default=(), converter=_services)
    meters: tuple[Meter, ...] = attrs.field(default=(), converter=_meters)
    products: tuple[Product, ...] = attrs.field(default=(), converter=_products)
    plans: tuple[Plan, ...] = attrs.field(default=(), converter=_plans)
    addons: tuple[Addon, ...] = attrs.field(default=(), converter=_addons)
    tax_rates: tuple[TaxRate, ...] = attrs.field(default=(), converter=_tax_rates)

    def __attrs_post_init__(self) -> None:
        if self.currency is not None:
            currency(self.currency, place="currency")
        for name in ("sla_tiers", "services", "meters", "products", "plans", "addons"):
            unique_codes(getattr(self, name), name)
        self._fill_in_currencies()
        self._check_references()

    def _fill_in_currencies(self) -> None:
        services = [attrs.evolve(entry, currency=entry.currency or self.currency) for entry in self.services]
        for index, service in enumerate(services):
            if service.currency is None:
                raise InvalidValue("no currency", place=f"services[{index}].currency")
        products = [
            attrs.evolve(entry, prices=self._with(entry.prices, entry.currency, f"products[{index}].prices"))
            for index, entry in enumerate(self.products)
        ]
        plans = [
            attrs.evolve(
                plan,
                versions=[
                    self._version_with(version, plan.currency, f"plans[{i}].versions[{j}]")
                    for j, version in enumerate(plan.versions)
                ],
            )
            for i, plan in enumerate(self.plans)
        ]
        addons = [
            attrs.evolve(entry, price=self._filled(entry.price, None, f"addons[{index}].price"))
            for index, entry in enumerate(self.addons)
        ]
        for name, value in (("services", services), ("products", products), ("plans", plans), ("addons", addons)):
            object.__setattr__(self, name, tuple(value))

    def _version_with(self, version: PlanVersion, default: str | None, place: str) -> PlanVersion:
        phases = [
            attrs.evolve(phase, prices=self._with(phase.prices, default, f"{place}.phases[{index}].prices"))
            for index, phase in enumerate(version.phases)
        ]
        return attrs.evolve(version, prices=self._with(version.prices, default, f"{place}.prices"), phases=phases)

    def _with(self, prices: tuple[Price, ...], default: str | None, place: str) -> tuple[Price, ...]:
        return tuple(self._filled(price, default, f"{place}[{index}]") for index, price in enumerate(prices))

    def _filled(self, price: Price, default: str | None, place: str) -> Price:
        code = price.currency or default or self.currency
        if code is None:
            raise InvalidValue("no currency", place=f"{place}.currency")
        return price if price.currency else attrs.evolve(price, currency=code)

    def _check_references(self) -> None:
        tiers, meters = {tier.code for tier in self.sla_tiers}, {meter.code for meter in self.meters}
        for index, service in enumerate(self.services):
            for tier in service.sla_surcharges:
                if tier not in tiers:
                    raise InvalidValue("no such SLA tier", place=f"services[{index}].sla_surcharges.{tier}", value=tier)
        addons = [(f"addons[{index}]", addon.meter) for index, addon in enumerate(self.addons)]
        for place, meter in [*((place, price.meter) for place, price in self._prices()), *addons]:
            if meter is not None and meter not in meters:
                raise InvalidValue("no such meter", place=f"{place}.meter", value=meter)
        self._check_plans_and_rates()

    def _check_plans_and_rates(self) -> None:
        products = {product.code for product in self.products}
        for index, plan in enumerate(self.plans):
            if plan.product is not None and plan.product not in products:
                raise InvalidValue("no such product", place=f"plans[{index}].product", value=plan.product)
        # In order of their kind and beginning, rates that overlap have neighbours that do.
        ordered = sorted(enumerate(self.tax_rates), key=lambda entry: _by_kind_and_time(entry[1]))
        for (i, rate), (j, other) in pairwise(ordered):
            if _overlap(rate, other):
                last = max(i, j)
                raise InvalidValue("two rates at one time", place=f"tax_rates[{last}]", value=self.tax_rates[last].code)

    def _prices(self) -> Iterable[tuple[str, Price]]:
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

    def sla_tier(self, code: str) -> SlaTier:
        """The SLA tier of that code. Raises ``NotFound``."""
        return _find(self.sla_tiers, code, "sla_tier")

    def plan_version(self, code: str, version: int | None = None, at: dt.datetime | None = None) -> PlanVersion:
        """The active version of a plan, or the one named.

        Drafts and retired versions are not sold, nor one that takes effect after ``at``.
        """
        plan = self.plan(code)
        chosen = plan.active if version is None else plan.version(version)
        if chosen is None:
            raise NotFound(
                f"plan {code} has no such version" if version is not None else "the plan has no active version",
                place="plan" if version is None else "version",
                value=code if version is None else version,
            )
        if chosen.status is not PlanStatus.ACTIVE:
            raise InvalidValue(f"a {chosen.status.value} version is not sold", place="version", value=chosen.version)
        if at is not None and chosen.effective is not None and at < chosen.effective:
            since = rfc3339(chosen.effective)
            raise InvalidValue("this version is not sold yet", place="version", value=chosen.version, hint=since)
        return chosen

    def phases(self, selection: Selection, at: dt.datetime | None = None) -> tuple[Phase, ...]:
        """The phases of the plan version that is selected; mostly there are none."""
        if selection.plan is None:
            return ()
        return self.plan_version(selection.plan, selection.version, at).phases

    def records(
        self, selection: Selection, at: dt.datetime | None = None, *, phase: int = 0
    ) -> tuple[OrderRecord, ...]:
        """What a selection expands to: prices and quantities, the addons' last; ``at`` is when it is bought.

        ``phase`` counts the phases of its plan version, that after the last is the version itself.
        Raises ``NotFound`` and ``InvalidValue`` with the place in the selection, ``CurrencyMismatch`` where prices of
        two currencies meet.
        """
        base = self._base(selection, at, phase)
        if not base:
            raise InvalidValue("nothing to sell in this selection", place="selection")
        for size in sorted(selection.sizes.keys() - {record.price.size for record in base}):
            raise InvalidValue("no price of this product takes this size", place=f"sizes.{size}", value=size)
        addons = Counter(selection.addons)
        found = (*base, *(self.addon_record(code, count) for code, count in addons.items()))
        unique_codes(tuple(record.price for record in found), "selection")
        refuse_units_of_events(found)
        currencies = {record.price.currency for record in found}
        if len(currencies) > 1:
            raise CurrencyMismatch(place="selection", value=" and ".join(sorted(map(str, currencies))))
        return found

    def _base(self, selection: Selection, at: dt.datetime | None = None, phase: int = 0) -> tuple[OrderRecord, ...]:
        if selection.service is not None:
            tier = None if selection.sla_tier is None else self.sla_tier(selection.sla_tier)
            return self.service(selection.service).records(selection, tier)
        if selection.plan is not None:
            prices = self.plan_version(selection.plan, selection.version, at).phase_prices(phase)
        else:
            prices = self.product(selection.product or "").prices
        return tuple(self._record(price, _quantity(price, selection)) for price in prices)

    def _record(self, price: Price, quantity: Decimal) -> OrderRecord:
        return self._metered(OrderRecord(price=price, quantity=quantity))

    def _metered(self, record: OrderRecord) -> OrderRecord:
        """The record with what the meter of its price counts."""
        if record.price.meter is None:
            return record
        meter = self.meter(record.price.meter)
        return attrs.evolve(record, aggregation=meter.aggregation, field=meter.field)

    def addon_record(self, code: str, quantity: int = 1) -> OrderRecord:
        """The record of an addon: its price and what it adds to a meter's allowance."""
        addon = self.addon(code)
        flat = addon.price.model
        # Two of an addon cost twice as much: a flat price of one is a price of each.
        price = attrs.evolve(addon.price, model=PerUnit(flat.value)) if isinstance(flat, Flat) else addon.price
        record = OrderRecord(
            price=price,
            quantity=quantity,
            addon=addon.code,
            meter=addon.meter,
            allowance=addon.quantity if addon.meter is not None else 0,
        )
        return self._metered(record)

    def interval(self, selection: Selection) -> Interval:
        """The plan's period that a selection brings."""
        return period_of(tuple(record.price for record in self._base(selection)))


def _quantity(price: Price, selection: Selection) -> Decimal:
    if not price.counted:
        return ONE
    if price.size is None:
        return selection.quantity
    if price.size not in selection.sizes:
        raise InvalidValue("the product needs this size", place=f"sizes.{price.size}")
    return selection.sizes[price.size]


def _find(entries: tuple[T, ...], code: str, what: str) -> T:
    for entry in entries:
        if entry.code == code:
            return entry
    raise NotFound(f"no such {what} in the catalog", place=what, value=code)


def _by_kind_and_time(rate: TaxRate) -> tuple[str, str, dt.date]:
    return (rate.country, rate.category, rate.from_ or dt.date.min)


def _overlap(a: TaxRate, b: TaxRate) -> bool:
    if (a.country, a.category) != (b.country, b.category):
        return False
    starts_before = a.from_ is None or b.to is None or a.from_ < b.to
    return starts_before and (b.from_ is None or a.to is None or b.from_ < a.to)
