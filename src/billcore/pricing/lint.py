"""Lint: what a catalog may say and seldom means; and whether what somebody has is still to be had.

Nothing here refuses: a catalog that is wrong cannot be built. These are the mistakes that only look right: a meter that
nothing counts, a tier that costs more the more is used, a price in the wrong unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

import attrs

from billcore.kernel import Exact
from billcore.kernel import exact as ex
from billcore.pricing.catalog import Catalog
from billcore.pricing.entry import Entry
from billcore.pricing.model.tiered import Graduated, Volume
from billcore.pricing.plan import PlanStatus
from billcore.pricing.price import Price
from billcore.pricing.selection import Selection
from billcore.pricing.service import Service
from billcore.pricing.walk import key_of

__all__ = ["Finding", "check_selection", "lint"]

_OFF = 10
"""So many times dearer or cheaper than its neighbours, and a price is thought to be in another unit."""
_ENOUGH = 3


@attrs.frozen
class Finding:
    """What was found, at a place of a catalog (``plans/team``) or of a selection (``compute_plan``)."""

    place: str
    message: str


def lint(catalog: Catalog) -> tuple[Finding, ...]:
    """What looks like a mistake, in the catalog's order."""
    return (
        *_plans(catalog),
        *_unused(catalog),
        *_alike(catalog),
        *_tiers(catalog),
        *_services(catalog),
        *_committed(catalog),
    )


def _plans(catalog: Catalog) -> Iterator[Finding]:
    for plan in catalog.plans:
        place, active = f"plans/{plan.code}", plan.active
        if active is None:
            draft = any(version.status is PlanStatus.DRAFT for version in plan.versions)
            yield Finding(place, "nobody can buy it: it has no active version" + (", but a draft" if draft else ""))
        elif not active.prices:
            yield Finding(f"{place}/versions/{active.version}", "it has no price")


def _unused(catalog: Catalog) -> Iterator[Finding]:
    counted = {price.meter for _, price in catalog.priced()} | {addon.meter for addon in catalog.addons}
    for meter in catalog.meters:
        if meter.code not in counted:
            yield Finding(f"meters/{meter.code}", "no price counts it")
    offered = {tier for service in catalog.services for tier in service.sla_surcharges}
    for tier in catalog.sla_tiers:
        if tier.code not in offered:
            yield Finding(f"sla_tiers/{tier.code}", "no service offers it")


def _alike(catalog: Catalog) -> Iterator[Finding]:
    """Codes that differ in capitals alone: people take one for the other."""
    for name in ("sla_tiers", "services", "meters", "products", "plans", "addons"):
        codes = [entry.code for entry in getattr(catalog, name)]
        count = Counter(code.lower() for code in codes)
        for code in codes:
            if count[code.lower()] > 1:
                yield Finding(f"{name}/{code}", "another code differs in capitals alone")


def _tiers(catalog: Catalog) -> Iterator[Finding]:
    for place, price in catalog.priced():
        if _rises(price):
            yield Finding(place, "a later tier is dearer than the one before: the more is used, the dearer a unit")


def _rises(price: Price) -> bool:
    model = getattr(price.model, "model", price.model)
    if not isinstance(model, (Graduated, Volume)):
        return False
    amounts = [ex.ratio(tier.unit_amount, tier.package_size or ex.ONE) for tier in model.tiers]
    paid = [amount for amount in amounts if ex.compare(amount, ex.ZERO) > 0]  # free units first are an allowance
    return any(ex.compare(a, b) < 0 for a, b in pairwise(paid))


def _services(catalog: Catalog) -> Iterator[Finding]:
    for service in catalog.services:
        place = f"services/{service.code}"
        if not (service.priced or service.components):
            yield Finding(place, "it has nothing to sell")
        percents = [bracket.percent for bracket in service.discount_brackets]
        if percents != sorted(percents):
            yield Finding(f"{place}/discount_brackets", "a later bracket gives a lower discount")
        yield from _off(service, place)


def _committed(catalog: Catalog) -> Iterator[Finding]:
    for one in catalog.commitments:
        place = f"commitments/{key_of(one)}"
        if one.cap == one.amount and one.overage_factor != ex.ONE:
            yield Finding(place, "its cap leaves no room for an overage")
        if not one.amount and one.cap is None and one.overage_factor == ex.ONE:
            yield Finding(place, "it asks for nothing")


def _off(service: Service, place: str) -> Iterator[Finding]:
    """Sizes whose price a unit is far from the median of the service: cents for francs, a month for an hour."""
    rates = [ex.ratio(plan.price, max(plan.cpu, plan.ram_gib, ex.ONE)) for plan in service.compute_plans]
    if len(rates) < _ENOUGH:
        return
    middle = _median(rates)
    for plan, rate in zip(service.compute_plans, rates, strict=True):
        high, low = ex.multiply(middle, Decimal(_OFF)), ex.multiply(rate, Decimal(_OFF))
        if ex.compare(rate, high) > 0 or ex.compare(low, middle) < 0:
            yield Finding(f"{place}/compute_plans/{plan.code}", "its price is ten times off the others: another unit?")


def _median(values: Sequence[Exact]) -> Exact:
    return sorted(values)[len(values) // 2]


def check_selection(catalog: Catalog, selection: Selection) -> tuple[Finding, ...]:
    """Where what somebody has is no longer in the catalog, or rests on a stale entry, or has no SLA tier (R4-28)."""
    found = []
    for place, entry in _named(catalog, selection):
        if entry is None:
            found.append(Finding(place, "not in the catalog"))
        elif entry.stale:
            found.append(Finding(place, "rests on a stale entry"))
    service = _by_code(catalog.services, selection.service)
    if isinstance(service, Service) and service.sla_surcharges:
        if selection.sla_tier is None:
            found.append(Finding("sla_tier", "it has no SLA tier"))
        elif selection.sla_tier not in service.sla_surcharges:
            found.append(Finding("sla_tier", "the service does not offer it"))
    return tuple(found)


def _named(catalog: Catalog, chosen: Selection) -> Iterator[tuple[str, Entry | None]]:
    """Each entry that a selection names, or ``None`` where the catalog lacks it."""
    tops: tuple[tuple[str, Sequence[Entry], str | None], ...] = (
        ("plan", catalog.plans, chosen.plan),
        ("product", catalog.products, chosen.product),
        ("service", catalog.services, chosen.service),
        ("sla_tier", catalog.sla_tiers, chosen.sla_tier),
        *(("addons", catalog.addons, code) for code in dict.fromkeys(chosen.addons)),
    )
    yield from ((place, _by_code(known, code)) for place, known, code in tops if code is not None)
    plan = next((plan for plan in catalog.plans if plan.code == chosen.plan), None)
    if plan is not None and chosen.version is not None:
        yield "version", plan.version(chosen.version)
    product = next((product for product in catalog.products if product.code == chosen.product), None)
    if product is not None:
        had = [part.product for part in product.composed_of if chosen.sizes.get(part.product, part.quantity)]
        yield from ((f"sizes.{code}", _by_code(catalog.products, code)) for code in had)
    yield from ((f"supporting.{code}", _supporting(catalog, code, plan)) for code, plan in chosen.supporting.items())
    service = next((service for service in catalog.services if service.code == chosen.service), None)
    if service is not None:
        parts: tuple[tuple[str, Sequence[Entry], str | None], ...] = (
            ("compute_plan", service.compute_plans, chosen.compute_plan),
            ("storage", service.storage, chosen.storage),
            *((f"resources.{code}", service.resources, code) for code in chosen.resources),
        )
        yield from ((place, _by_code(known, code)) for place, known, code in parts if code is not None)


def _supporting(catalog: Catalog, code: str, plan: str) -> Entry | None:
    """The plan of a supporting service; the service itself where that is stale, as all its plans are then."""
    service = next((service for service in catalog.services if service.code == code), None)
    return service if service is None or service.stale else _by_code(service.compute_plans, plan)


def _by_code(known: Sequence[Entry], code: str | None) -> Entry | None:
    return next((entry for entry in known if getattr(entry, "code", None) == code), None)
