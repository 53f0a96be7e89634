"""Diff: what differs between two catalogs, in words and in money.

Entries and prices meet by their natural keys, so that moving one in its list is no difference; a catalog's version and
effective instant, and what a sync stamps, are none either. Each difference says where, what was and what is; each price
that is counted by quantity says what it costs before and after at the quantities where that can be seen: one, and every
bound of its tiers.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TypeVar

import attrs

from billcore.kernel import HOUR, ONE, Exact, rfc3339
from billcore.kernel import exact as ex
from billcore.pricing.catalog import Catalog
from billcore.pricing.entry import Entry
from billcore.pricing.in_words import entry_words, interval_words
from billcore.pricing.plan import Plan
from billcore.pricing.price import Price, amount_of
from billcore.pricing.product import Product
from billcore.pricing.selection import HOURS_PER_MONTH
from billcore.pricing.service import Service
from billcore.pricing.sized import ComputePlan, Resource, Storage
from billcore.pricing.units import Per
from billcore.pricing.walk import key_of

__all__ = ["CatalogDiff", "Cost", "Difference", "catalog_diff", "catalog_prices"]

T = TypeVar("T")

_UNSEEN = frozenset({"source", "last_synced_at"})
_HEAD = frozenset({"version", "effective"})
_MOST_COSTS = 12
_BEYOND = Decimal(2)  # times the last bound: what the open tier costs is seen too


@attrs.frozen
class Cost:
    """What a quantity of something costs before and after; ``None`` where it is not sold."""

    place: str
    quantity: Decimal
    unit: str
    currency: str
    before: Exact | None
    after: Exact | None


@attrs.frozen
class Difference:
    """One difference: its place, and what was and is there as text; ``None`` where nothing."""

    place: str
    before: str | None
    after: str | None

    @property
    def words(self) -> str:
        """The difference in one line."""
        if self.before is None:
            return f"{self.place}: new" + (f": {self.after}" if self.after else "")
        if self.after is None:
            return f"{self.place}: removed" + (f": {self.before}" if self.before else "")
        return f"{self.place}: {self.before} -> {self.after}"


@attrs.frozen
class CatalogDiff:
    """What differs between the catalogs of two versions; empty where they sell the same."""

    before: str | None
    after: str
    differences: tuple[Difference, ...]
    costs: tuple[Cost, ...]

    def __bool__(self) -> bool:
        return bool(self.differences)


def catalog_diff(before: Catalog | None, after: Catalog) -> CatalogDiff:
    """What differs; ``before`` is ``None`` where nothing was sold."""
    old = before if before is not None else Catalog(version="none", effective=after.effective)
    differences = tuple(_fields(old, after, "", _HEAD))
    was, will = _priced(old), _priced(after)
    costs = [cost for place in (was | will) for cost in _costs(place, was.get(place), will.get(place))]
    return CatalogDiff(None if before is None else before.version, after.version, differences, tuple(costs))


def catalog_prices(catalog: Catalog) -> tuple[Cost, ...]:
    """What somebody new pays (``after``) for one of everything, and at the bounds of its tiers.

    A price that is counted by event has no amount of a quantity.
    """
    by_event = [
        Cost(place, ONE, price.meter or "", price.currency or "", None, None)
        for place, price in _prices(catalog)
        if price.by_event is not None
    ]
    return (*(cost for place, sold in _priced(catalog).items() for cost in _costs(place, None, sold)), *by_event)


def _fields(a: object, b: object, place: str, unseen: frozenset[str] = _UNSEEN) -> Iterator[Difference]:
    """What differs between two values of one class."""
    for field in attrs.fields(type(a)):  # type: ignore[arg-type]  # only called for attrs values
        if field.init and field.name not in unseen:
            where = f"{place}/{field.name.rstrip('_')}" if place else field.name
            yield from _different(getattr(a, field.name), getattr(b, field.name), where)


def _different(a: object, b: object, place: str) -> Iterator[Difference]:
    if a == b:
        return
    match a, b:
        case (tuple(), tuple()) if _keyed(a) and _keyed(b):
            yield from _items({key_of(i): i for i in a}, {key_of(i): i for i in b}, place)
        case (Mapping(), Mapping()):
            yield from _items(a, b, place)
        case _ if type(a) is type(b) and isinstance(a, (Entry, Price)):
            yield from _fields(a, b, place)
        case _ if type(a) is type(b) and attrs.has(type(a)) and not isinstance(a, tuple):
            yield from _fields(a, b, place, frozenset())
        case _:
            yield Difference(place, _text(a), _text(b))


def _keyed(values: tuple[object, ...]) -> bool:
    return all(isinstance(value, (Entry, Price)) for value in values)


def _items(a: Mapping[str, object], b: Mapping[str, object], place: str) -> Iterator[Difference]:
    for key in [*a, *(key for key in b if key not in a)]:
        where = f"{place}/{key}"
        if key in a and key in b:
            yield from _different(a[key], b[key], where)
        elif key in a:
            yield Difference(where, _text(a[key]), None)
        else:
            yield Difference(where, None, _text(b[key]))


def _text(value: object) -> str:
    """What people read of a value; of an entry its name, or what it gives."""
    match value:
        case Entry():
            return entry_words(value)
        case Price():
            return value.description
        case tuple():
            return "[" + ", ".join(map(_text, value)) + "]"
        case Mapping():
            return ", ".join(f"{key} {_text(item)}" for key, item in value.items())
        case _ if attrs.has(type(value)):
            own = attrs.fields(type(value))  # type: ignore[arg-type]  # ``has`` said that it is an attrs class
            named = ((field.name, getattr(value, field.name)) for field in own if field.init)
            inner = ", ".join(f"{name} {_text(item)}" for name, item in named if item not in (None, "", False))
            return f"{type(value).__name__} ({inner})"
        case _:
            return _scalar(value)


def _scalar(value: object) -> str:
    match value:
        case Decimal():
            return ex.text(value)
        case dt.datetime():
            return rfc3339(value)
        case enum.Enum():
            return str(value.value)
        case bool():
            return "yes" if value else "no"
        case _:
            return "none" if value is None else str(value)


@attrs.frozen
class _Sold:
    """A price at a place, or what a service asks for one unit of something a month."""

    currency: str
    unit: str
    price: Price | None = None
    monthly: Exact | None = None

    def amount(self, quantity: Decimal) -> Exact:
        """What a quantity costs; a price by the hour for an estimate's month."""
        if self.price is None:
            return ex.multiply(self.monthly or ex.ZERO, quantity)
        amount = amount_of(self.price.model, quantity)
        per = self.price.per
        if per is None:
            return amount
        hours = ex.ratio(ex.multiply(HOURS_PER_MONTH, ex.whole(HOUR.seconds)), per.seconds)
        return ex.multiply(amount, hours)

    @property
    def bounds(self) -> set[Decimal]:
        """The quantities at which its cost is shown."""
        model = None if self.price is None else self.price.model
        tiers = getattr(getattr(model, "model", model), "tiers", ()) if self.price and self.price.counted else ()
        ends = [tier.up_to for tier in tiers if tier.up_to is not None]
        return {ONE, *ends, *(ex.CONTEXT.multiply(end, _BEYOND) for end in ends[-1:])}


def _costs(place: str, was: _Sold | None, will: _Sold | None) -> Iterator[Cost]:
    """Where the cost of something differs, at up to 12 quantities."""
    if was == will:
        return
    quantities = sorted((was.bounds if was else set()) | (will.bounds if will else set()))
    for quantity in quantities[:_MOST_COSTS]:
        for one, other in _comparable(was, will):
            before, after = (None if sold is None else sold.amount(quantity) for sold in (one, other))
            named = one or other
            if named is not None and (before is None or after is None or ex.compare(before, after)):
                yield Cost(place, quantity, named.unit, named.currency, before, after)


def _comparable(was: _Sold | None, will: _Sold | None) -> tuple[tuple[_Sold | None, _Sold | None], ...]:
    """One pair; in another currency or by another unit it is something else that was sold."""
    if was is not None and will is not None and (was.currency, was.unit) != (will.currency, will.unit):
        return (was, None), (None, will)
    return ((was, will),)


def _priced(catalog: Catalog) -> dict[str, _Sold]:
    found: dict[str, _Sold] = {}
    for place, price in _prices(catalog):
        if price.by_event is None:
            unit = interval_words(price.interval) if price.meter is None else price.unit or price.meter
            found[place] = _Sold(price.currency or "", unit if price.per is None else "a month of 730 h", price)
    for service in catalog.services:
        found |= _of_service(service)
    for one in catalog.commitments:
        if one.stale:
            continue
        currency = next(price.currency for price in catalog.committed if price.sum_of == one.prices) or ""
        unit = f"{interval_words(one.period)}, at least"
        found[f"commitments/{key_of(one)}"] = _Sold(currency, unit, monthly=one.amount)
    for grant in catalog.grants:
        found[f"grants/{grant.code}"] = _Sold(grant.unit or "", "given", monthly=grant.amount)
    return found


def _prices(catalog: Catalog) -> Iterator[tuple[str, Price]]:
    """Every price that somebody new can buy, by what it belongs to: a plan's active version, whatever its number."""
    owners: list[Plan | Product] = [*catalog.plans, *catalog.products]
    for owner in owners:
        version = owner.active if isinstance(owner, Plan) else None
        prices = owner.prices if isinstance(owner, Product) else version.prices if version is not None else ()
        for price in prices:
            yield f"{'plans' if isinstance(owner, Plan) else 'products'}/{owner.code}/{price.code}", price
    for addon in catalog.addons:
        yield f"addons/{addon.code}", addon.price
    for entry in catalog.meter_prices:
        yield f"meter_prices/{key_of(entry)}", entry.price


def _of_service(service: Service) -> Iterator[tuple[str, _Sold]]:
    place, currency = f"services/{service.code}", service.currency or ""
    yield f"{place}/base_fee", _Sold(currency, "a month", monthly=service.base_fee)
    for tier, surcharge in service.sla_surcharges.items():
        yield f"{place}/sla/{tier}", _Sold(currency, "a month", monthly=surcharge)
    parts: list[ComputePlan | Storage | Resource] = [*service.compute_plans, *service.storage, *service.resources]
    for part in parts:
        hourly = isinstance(part, ComputePlan) or part.per is Per.HOUR
        monthly = ex.multiply(part.price, HOURS_PER_MONTH) if hourly else part.price
        kind = {ComputePlan: "compute_plans", Storage: "storage", Resource: "resources"}[type(part)]
        yield f"{place}/{kind}/{part.code}", _Sold(currency, "a month of 730 h", monthly=monthly)
