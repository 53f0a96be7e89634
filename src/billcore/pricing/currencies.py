"""What the amounts of a catalog are in: each price gets a currency, and one in credits what a credit is worth.

A price says a currency of ISO 4217, the code of one of the catalog's own currencies, or the code of a credit unit.
Where it says none it has that of its plan or product, else the catalog's. Credits are billed in the currency of the
plan or product, or where that says credits too in the catalog's; a price whose model is in credits already and that has
a currency keeps it, for another catalog that takes it over does not change what is sold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import attrs

from billcore.kernel import InvalidValue, UnknownCurrency, currency, currency_name, is_listed
from billcore.pricing.credit_unit import CreditUnit
from billcore.pricing.entries import Entries
from billcore.pricing.entry import unmarked
from billcore.pricing.model.wrapped import credits_of, in_credits
from billcore.pricing.own_currency import OwnCurrency
from billcore.pricing.plan import Plan, PlanVersion
from billcore.pricing.price import Price
from billcore.pricing.product import Addon, MeterPrice, Product
from billcore.pricing.service import Service

__all__ = ["Codes", "with_currencies"]

_E = TypeVar("_E", Addon, MeterPrice)


@attrs.frozen
class Codes:
    """What a code of a catalog means; ``usual`` is the catalog's currency, if it has one."""

    own: Mapping[str, str]
    units: Mapping[str, CreditUnit]
    usual: str | None

    @classmethod
    def of(cls, own: Sequence[OwnCurrency], units: Sequence[CreditUnit], usual: str | None) -> Codes:
        """The codes of a catalog. Raises ``InvalidValue`` for one of two meanings, ``UnknownCurrency``."""
        names = {one.code: one.currency for one in own}
        for index, unit in enumerate(units):
            if unit.code in names or is_listed(unit.code):
                raise InvalidValue("a currency has this code", place=f"credit_units[{index}].code", value=unit.code)
        codes = cls(names, {unit.code: unmarked(unit) for unit in units}, None)
        return attrs.evolve(codes, usual=None if usual is None else codes.money(usual, "currency"))

    def money(self, code: str, place: str) -> str:
        """The currency of a code: an own one with its places. Raises ``UnknownCurrency``, for credits too."""
        if code in self.units:
            raise UnknownCurrency("credits are no currency", place=place, value=code)
        found = self.own.get(code, code)
        currency(found, place=place)
        if "." in found and found not in self.own.values():
            hint = self.own.get(currency_name(found))
            raise UnknownCurrency("not one of the catalog's currencies", place=place, value=code, hint=hint)
        return found

    def price(self, price: Price, default: str | None, place: str) -> Price:
        """The price with a currency, and where it is in credits with what one is worth."""
        unit = credits_of(price.model)
        code = price.currency if unit is None else unit.code
        code = code or default or self.usual
        if code is None:
            raise InvalidValue("no currency", place=f"{place}.currency")
        if unit is not None and code not in self.units:
            raise UnknownCurrency("no credit unit of this code", place=f"{place}.currency", value=code)
        if code not in self.units:
            money = self.money(code, f"{place}.currency")
            return price if price.currency == money else attrs.evolve(price, currency=money)
        behind = self._behind(price, default, place)
        if behind is None:
            hint = "its plan, its product or the catalog says in which currency a credit is worth something"
            raise InvalidValue("no currency to bill credits in", place=f"{place}.currency", value=code, hint=hint)
        return attrs.evolve(price, currency=behind, model=in_credits(price.model, self.units[code]))

    def _behind(self, price: Price, default: str | None, place: str) -> str | None:
        """What credits are billed in: where the price says it already, resolved or by hand, that stays."""
        for code in (price.currency, default):
            if code is not None and code not in self.units:
                return self.money(code, f"{place}.currency")
        return self.usual

    def default(self, code: str | None, place: str) -> str | None:
        """What a plan or product says: a currency, or a credit unit by its code."""
        return code if code is None or code in self.units else self.money(code, place)


def with_currencies(catalog: Entries, codes: Codes) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The lists of a catalog that have prices, by name, each price with its currency.

    Raises ``InvalidValue`` where there is none, ``UnknownCurrency``.
    """
    yield "services", tuple(_service(one, codes, f"services[{n}]") for n, one in enumerate(catalog.services))
    yield "products", tuple(_product(one, codes, f"products[{n}]") for n, one in enumerate(catalog.products))
    yield "plans", tuple(_plan(one, codes, f"plans[{n}]") for n, one in enumerate(catalog.plans))
    yield "addons", tuple(_single(one, codes, f"addons[{n}].price") for n, one in enumerate(catalog.addons))
    yield (
        "meter_prices",
        tuple(_single(one, codes, f"meter_prices[{n}].price") for n, one in enumerate(catalog.meter_prices)),
    )


def _service(service: Service, codes: Codes, place: str) -> Service:
    code = service.currency or codes.usual
    if code is None:
        raise InvalidValue("no currency", place=f"{place}.currency")
    return attrs.evolve(service, currency=codes.money(code, f"{place}.currency"))


def _product(product: Product, codes: Codes, place: str) -> Product:
    default = codes.default(product.currency, f"{place}.currency")
    return attrs.evolve(product, currency=default, prices=_prices(product.prices, codes, default, place))


def _plan(plan: Plan, codes: Codes, place: str) -> Plan:
    default = codes.default(plan.currency, f"{place}.currency")
    versions = [_version(one, codes, default, f"{place}.versions[{n}]") for n, one in enumerate(plan.versions)]
    return attrs.evolve(plan, currency=default, versions=versions)


def _version(version: PlanVersion, codes: Codes, default: str | None, place: str) -> PlanVersion:
    phases = [
        attrs.evolve(phase, prices=_prices(phase.prices, codes, default, f"{place}.phases[{n}]"))
        for n, phase in enumerate(version.phases)
    ]
    return attrs.evolve(version, prices=_prices(version.prices, codes, default, place), phases=phases)


def _single(entry: _E, codes: Codes, place: str) -> _E:
    return attrs.evolve(entry, price=codes.price(entry.price, None, place))


def _prices(prices: Iterable[Price], codes: Codes, default: str | None, place: str) -> tuple[Price, ...]:
    return tuple(codes.price(price, default, f"{place}.prices[{n}]") for n, price in enumerate(prices))
