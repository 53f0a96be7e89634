"""What differs between two catalogs in money: what the same quantity costs before and after.

Each price is asked at the quantities where a difference can be seen: one, every bound of its tiers, brackets, packages
and of what is included, just beyond each, and far beyond the last. A model that needs the events is asked for one
event of that value, a matrix for one of each cell; a compute plan for so many replicas, a commitment for what is spent.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import attrs

from billcore.kernel import HOUR, ONE, Exact, FrozenMap, Rounding, currency_name, round_to
from billcore.kernel import exact as ex
from billcore.pricing.bounds import far, telling, telling_bounds
from billcore.pricing.catalog import Catalog
from billcore.pricing.commitment import Commitment, Overage, TrueUp
from billcore.pricing.in_words import interval_words
from billcore.pricing.model.flat import Flat
from billcore.pricing.model.matrix import Matrix
from billcore.pricing.model.progressive import Progressive
from billcore.pricing.plan import PlanVersion
from billcore.pricing.price import Price, amount_of
from billcore.pricing.rating import Event
from billcore.pricing.selection import HOURS_PER_MONTH
from billcore.pricing.service import Service
from billcore.pricing.sized import Resource, Storage
from billcore.pricing.units import BillingUnit, Per
from billcore.pricing.walk import key_of

__all__ = ["Cost", "catalog_prices", "costs"]

_MOST_COSTS = 12
_A_MONTH = "a month of 730 h"


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
class _Sold:
    """What is sold at a place: so much ``monthly``, a price, or a commitment."""

    currency: str
    unit: str
    price: Price | None = None
    monthly: Exact | None = None
    commitment: Commitment | None = None
    properties: FrozenMap[str, str] | None = None
    """What the one event says of itself, where the price needs events."""
    each: Decimal = ONE
    """How many units of the price one is: those of a replica."""
    least: Decimal = ONE
    """How many replicas there are at least."""

    def amount(self, quantity: Decimal) -> Exact:
        """What a quantity costs; a price by the hour for an estimate's month."""
        if self.commitment is not None:
            return _committed(self.commitment, quantity)
        if self.price is None:
            return ex.multiply(self.monthly or ex.ZERO, quantity)
        units = ex.CONTEXT.multiply(max(quantity, self.least) if self.least > ONE else quantity, self.each)
        event = self.price.by_event
        if event is not None and self.properties:
            model = self.price.rated
            asked = getattr(model, "rate_events", event.rate_events)
            amount: Exact = asked((Event(units, self.properties),)).amount
        else:
            amount = amount_of(self.price.rated, units)
        per = self.price.per
        if per is None:
            return amount
        hours = ex.ratio(ex.multiply(HOURS_PER_MONTH, ex.whole(HOUR.seconds)), per.seconds)
        return ex.multiply(amount, hours)

    @property
    def named(self) -> str:
        """Its unit, and that it is of one event."""
        return f"{self.unit} as one event" if self.by_event else self.unit

    @property
    def by_event(self) -> bool:
        """Its quantity is the value of one event."""
        return self.price is not None and not self.price.sum_of and self.price.by_event is not None

    @property
    def bounds(self) -> set[Decimal]:
        """Where its cost begins anew; replicas are whole."""
        if self.commitment is not None:
            return {one for one in (self.commitment.amount, self.commitment.cap) if one}
        flat = self.price is None or isinstance(getattr(self.price.model, "model", self.price.model), Flat)
        if self.price is None or flat or self.properties:
            return set()
        found = telling_bounds(self.price.rated)
        if self.each == ONE and self.least == ONE:
            return found
        replicas = (round_to(ex.ratio(one, self.each), 0, Rounding.DOWN) for one in found)
        return {max(ONE, self.least, one) for one in replicas}


def _committed(one: Commitment, spent: Decimal) -> Exact:
    """What is paid where the prices come to so much: at least the commitment, at most its cap."""
    paid = ex.total((spent, TrueUp(one).rate(spent).amount, Overage(one).rate(spent).amount))
    return paid if one.cap is None else min(paid, one.cap)


def costs(old: Catalog, new: Catalog) -> tuple[Cost, ...]:
    """What costs another amount, is sold anew or no more, by place."""
    least = {tier.code: tier.min_replicas for tier in old.sla_tiers}
    moved = {tier.code for tier in new.sla_tiers if least.get(tier.code, tier.min_replicas) != tier.min_replicas}
    was, will = _priced(old, moved), _priced(new, moved)
    return tuple(cost for place in (was | will) for cost in _costs(place, was.get(place), will.get(place)))


def catalog_prices(catalog: Catalog) -> tuple[Cost, ...]:
    """What somebody new pays (``after``) for one of everything, and at the bounds of its tiers and far beyond."""
    return tuple(
        Cost(place, quantity, sold.named, sold.currency, None, sold.amount(quantity))
        for place, sold in _priced(catalog, set()).items()
        for quantity in sorted({ONE, *sold.bounds, *far(sold.bounds)})[:_MOST_COSTS]
    )


def _costs(place: str, was: _Sold | None, will: _Sold | None) -> Iterator[Cost]:
    """Where the cost of something differs, at up to 12 quantities; a change in the same proportion is told once."""
    if was == will:
        return
    both = [one for one in (was, will) if one is not None]
    label = " as one event" if any(one.by_event for one in both) else ""
    told: list[Cost] = []
    for quantity in telling({bound for one in both for bound in one.bounds}):
        for one, other in _comparable(was, will):
            before, after = (None if sold is None else sold.amount(quantity) for sold in (one, other))
            named = one or other
            if named is not None and (before is None or after is None or ex.compare(before, after)):
                cost = Cost(place, quantity, named.unit + label, named.currency, before, after)
                if not (told and _in_proportion(told[-1], cost)):
                    told.append(cost)
    yield from told[:_MOST_COSTS]


def _in_proportion(one: Cost, other: Cost) -> bool:
    """Both are so many percent dearer or cheaper."""
    if one.before is None or one.after is None or other.before is None or other.after is None:
        return False
    return bool(one.before) and not ex.compare(
        ex.multiply(one.before, other.after), ex.multiply(other.before, one.after)
    )


def _comparable(was: _Sold | None, will: _Sold | None) -> tuple[tuple[_Sold | None, _Sold | None], ...]:
    """One pair; in another currency or by another unit it is something else that was sold."""
    if was is not None and will is not None and (was.currency, was.unit) != (will.currency, will.unit):
        return (was, None), (None, will)
    return ((was, will),)


def _priced(catalog: Catalog, moved: set[str]) -> dict[str, _Sold]:
    found: dict[str, _Sold] = {}
    for place, price in _prices(catalog):
        found |= _of_price(place, price)
    for service in catalog.services:
        found |= _of_service(service)
        found |= _of_plans(service, {tier.code: tier.min_replicas for tier in catalog.sla_tiers if tier.code in moved})
    for one in catalog.commitments:
        if one.stale:
            continue
        currency = next(price.currency for price in catalog.committed if price.sum_of == one.prices) or ""
        unit = f"{currency_name(currency)} spent {interval_words(one.period)}"
        found[f"commitments/{key_of(one)}"] = _Sold(currency, unit, commitment=one)
    for grant in catalog.grants:
        found[f"grants/{grant.code}"] = _Sold(grant.unit or "", "given", monthly=grant.amount)
    return found


def _prices(catalog: Catalog) -> Iterator[tuple[str, Price]]:
    """Every price that somebody new can buy, by what it belongs to: a plan's active version, whatever its number."""
    for plan in catalog.plans:
        if (version := plan.active) is not None:
            yield from _of_version(f"plans/{plan.code}", version)
    for product in catalog.products:
        yield from ((f"products/{product.code}/{price.code}", price) for price in product.prices)
    for addon in catalog.addons:
        yield f"addons/{addon.code}", addon.price
    for entry in catalog.meter_prices:
        yield f"meter_prices/{key_of(entry)}", entry.price


def _of_version(place: str, version: PlanVersion) -> Iterator[tuple[str, Price]]:
    yield from ((f"{place}/{price.code}", price) for price in version.prices)
    for phase in version.phases:
        yield from ((f"{place}/phases/{phase.code}/{price.code}", price) for price in phase.prices)


def _of_price(place: str, price: Price) -> Iterator[tuple[str, _Sold]]:
    """The price, or each cell of a matrix."""
    unit = interval_words(price.interval) if price.meter is None else price.unit or price.meter
    if price.sum_of:
        unit = f"{currency_name(price.currency or '')} of {', '.join(price.sum_of)}"
    sold = _Sold(price.currency or "", unit if price.per is None else _A_MONTH, price)
    matrix = price.by_event
    if not isinstance(matrix, Matrix):
        yield place, sold
        return
    for cell in matrix.cells:
        yield f"{place}/{'/'.join(cell.values.values())}", attrs.evolve(sold, properties=cell.values)
    if matrix.default_unit_amount is not None:
        yield f"{place}/default", sold


def _of_service(service: Service) -> Iterator[tuple[str, _Sold]]:
    place, currency = f"services/{service.code}", service.currency or ""
    yield f"{place}/base_fee", _Sold(currency, "a month", monthly=service.base_fee)
    for tier, surcharge in service.sla_surcharges.items():
        yield f"{place}/sla/{tier}", _Sold(currency, "a month", monthly=surcharge)
    parts: list[Storage | Resource] = [*service.storage, *service.resources]
    for part in parts:
        monthly = ex.multiply(part.price, HOURS_PER_MONTH) if part.per is Per.HOUR else part.price
        kind = "storage" if isinstance(part, Storage) else "resources"
        yield f"{place}/{kind}/{part.code}", _Sold(currency, _A_MONTH, monthly=monthly)


def _of_plans(service: Service, moved: dict[str, Decimal]) -> Iterator[tuple[str, _Sold]]:
    """Each compute plan by its replicas, or users; again with each tier that asks for other replicas than before."""
    users = service.billing_unit is BillingUnit.USER
    for plan, price in service.plan_prices:
        model = price.model
        each = model.units if isinstance(model, Progressive) else ONE
        place = f"services/{service.code}/compute_plans/{plan.code}"
        sold = _Sold(service.currency or "", _A_MONTH, price, each=each)
        yield place, sold
        for tier in service.sla_surcharges.keys() & moved.keys() if not users else ():
            yield f"{place}/sla/{tier}", attrs.evolve(sold, least=moved[tier])
