"""What can be sold and measured: meters, addons, products, plans and their versions."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Protocol

import attrs

from billcore.kernel import (
    MONTH,
    ONE,
    FrozenMap,
    Interval,
    InvalidValue,
    Number,
    checked_id,
    number,
    of_kind,
    several,
)
from billcore.pricing import coded, fields, said
from billcore.pricing.dated import date
from billcore.pricing.entry import Entry
from billcore.pricing.price import Price, PriceCadence

__all__ = [
    "Addon",
    "Aggregation",
    "Meter",
    "MeterPrice",
    "Part",
    "Product",
    "period_of",
]


def _meter(value: str) -> str:
    return checked_id(value, "meter")


def _prices(prices: Iterable[Price]) -> tuple[Price, ...]:
    return several(prices, Price, "prices")


class Aggregation(enum.Enum):
    """How a meter makes one number of many events."""

    SUM = "sum"
    COUNT = "count"


@attrs.frozen(kw_only=True)
class Meter(Entry):
    """What usage is counted: the sum of the events' values (of ``field``, a property, if named), or their number."""

    code: str = attrs.field(converter=coded.code)
    aggregation: Aggregation = Aggregation.SUM
    field: str | None = attrs.field(default=None, validator=said.text_or_none)
    unit: str | None = attrs.field(default=None, validator=said.text_or_none)

    def __attrs_post_init__(self) -> None:
        of_kind(self.aggregation, Aggregation, "aggregation")


def _available_with(values: Iterable[str]) -> tuple[str, ...]:
    return coded.codes(values, "available_with")


def _included_with(values: Iterable[str]) -> tuple[str, ...]:
    return coded.codes(values, "included_with")


def _excludes(values: Iterable[str]) -> tuple[str, ...]:
    return coded.codes(values, "excludes")


@attrs.frozen(kw_only=True)
class Addon(Entry):
    """Something attached to a subscription: a price, and ``quantity`` units more of a meter's allowance.

    ``available_with`` names the plans, products and services that it goes with (none named: all), ``included_with`` the
    plans that have one in their price, ``excludes`` addons that it is not had together with.
    """

    code: str = attrs.field(converter=coded.code)
    name: str = attrs.field(default="", validator=said.text)
    price: Price = attrs.field(validator=said.of(Price))
    quantity: Decimal = attrs.field(default=ONE, converter=fields.quantity)
    meter: str | None = attrs.field(default=None, validator=said.text_or_none)
    available_with: tuple[str, ...] = attrs.field(default=(), converter=_available_with)
    included_with: tuple[str, ...] = attrs.field(default=(), converter=_included_with)
    excludes: tuple[str, ...] = attrs.field(default=(), converter=_excludes)

    def __attrs_post_init__(self) -> None:
        if self.code in self.excludes:
            raise InvalidValue("it cannot exclude itself", place="excludes", value=self.code)

    def goes_with(self, code: str) -> bool:
        """It may be attached to that plan, product or service."""
        return code not in self.included_with and (not self.available_with or code in self.available_with)


def _from(value: dt.date | str | None) -> dt.date | None:
    return date(value, "from")


def _to(value: dt.date | str | None) -> dt.date | None:
    return date(value, "to")


@attrs.frozen(kw_only=True)
class MeterPrice(Entry):
    """A usage price of a meter outside any plan, in force on the local dates ``[from, to)`` (R3-22)."""

    meter: str = attrs.field(converter=_meter)
    price: Price = attrs.field(validator=said.of(Price))
    from_: dt.date | None = attrs.field(default=None, converter=_from)
    to: dt.date | None = attrs.field(default=None, converter=_to)

    def __attrs_post_init__(self) -> None:
        if self.price.meter != self.meter:
            raise InvalidValue("its price is of another meter", place="price.meter", value=self.price.meter)
        if self.from_ is not None and self.to is not None and self.to <= self.from_:
            raise InvalidValue("ends before it begins", place="to", value=self.to.isoformat())

    def holds(self, on: dt.date) -> bool:
        """It is in force on that local date."""
        return (self.from_ is None or self.from_ <= on) and (self.to is None or on < self.to)


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


def unique_codes(entries: Iterable[_Coded], place: str = "prices") -> None:
    """Raise ``InvalidValue`` where two entries of one list share a code."""
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.code in seen:
            raise InvalidValue("a code stands twice", place=f"{place}[{index}].code", value=entry.code)
        seen.add(entry.code)


def period_of(prices: tuple[Price, ...]) -> Interval:
    """A plan's period: the interval of its first recurring price, else of its first usage price, else a month.

    Prices over others do not count: they go by what they are over.
    """
    for cadence in (PriceCadence.RECURRING, PriceCadence.USAGE):
        for price in prices:
            if price.cadence is cadence and not price.sum_of:
                return price.interval
    return MONTH


def _product(value: str) -> str:
    return checked_id(value, "product")


def _defaults(values: Mapping[str, Number]) -> Mapping[str, Decimal]:
    read = {key: number(value, f"defaults.{key}") for key, value in said.table(values, "defaults").items()}
    for key, value in read.items():
        if value < 0:
            raise InvalidValue("must not be negative", place=f"defaults.{key}", value=str(value))
    return FrozenMap(read)


@attrs.frozen(kw_only=True)
class Part:
    """One product of a composed one: how many of it, and its sizes where the selection does not say."""

    product: str = attrs.field(converter=_product)
    quantity: Decimal = attrs.field(default=ONE, converter=fields.quantity)
    defaults: Mapping[str, Decimal] = attrs.field(factory=FrozenMap, converter=_defaults)


def _parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    return several(parts, Part, "composed_of")


@attrs.frozen(kw_only=True)
class Product(Entry):
    """Something sold at a list of prices, or ``composed_of`` other products.

    One that is not ``listed`` is sold as a part alone; where it is had it may change. No customer has more than
    ``max_per_customer`` of it at a time.
    """

    code: str = attrs.field(converter=coded.code)
    name: str = attrs.field(default="", validator=said.text)
    listed: bool = attrs.field(default=True, validator=said.flag)
    currency: str | None = attrs.field(default=None, validator=said.text_or_none)
    prices: tuple[Price, ...] = attrs.field(default=(), converter=_prices)
    composed_of: tuple[Part, ...] = attrs.field(default=(), converter=_parts)
    max_per_customer: Decimal | None = attrs.field(default=None, converter=fields.max_per_customer)

    def __attrs_post_init__(self) -> None:
        unique_codes(self.prices)
        if self.prices and self.composed_of:
            raise InvalidValue("a product has prices or is composed of others", place="prices", value=self.code)
        seen: set[str] = set()
        for index, part in enumerate(self.composed_of):
            if part.product in seen:
                place = f"composed_of[{index}].product"
                raise InvalidValue("a part stands twice", place=place, value=part.product, hint="give its quantity")
            seen.add(part.product)
