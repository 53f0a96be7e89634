"""What a service is offered as: every compute plan with every tier, and what each costs (R4-27)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

from billcore.kernel import ONE, ZERO, Money, NotAvailable, Rounding
from billcore.pricing.availability import offered
from billcore.pricing.catalog import Catalog
from billcore.pricing.entry import sold as still
from billcore.pricing.quote import Quote, quote
from billcore.pricing.selection import HOURS_PER_MONTH, Selection
from billcore.pricing.service import Service
from billcore.pricing.sized import SlaTier

__all__ = ["Option", "options"]


@attrs.frozen(kw_only=True)
class Option:
    """One choice of compute plan and tier, for ``replicas`` after the tier's minimum.

    ``price`` is a full month without tax. A supporting service makes no line of its own: its options cost nothing, have
    no tier and no ``quote``.
    """

    compute_plan: str
    sla_tier: str | None
    replicas: Decimal
    price: Money
    quote: Quote | None = None


def options(
    catalog: Catalog,
    service: str,
    at: dt.datetime,
    *,
    provider: str | None = None,
    within: str | None = None,
    selection: Selection | None = None,
    mode: Rounding = Rounding.HALF_UP,
    hours: Decimal = HOURS_PER_MONTH,
) -> tuple[Option, ...]:
    """Every plan of the service that is offered under the provider, with every tier it has, in the catalog's order.

    ``selection`` sizes it (replicas, storage, resources): its service, plan, tier and provider are replaced. ``within``
    names the service that this one supports: then only its plans are chosen. Raises ``NotFound``, and ``NotAvailable``
    for a service that is not sold so.
    """
    sold = catalog.service(service)
    fresh = [plan.code for plan in still(sold, "service").compute_plans if not plan.stale]
    plans = [plan for plan in fresh if offered(catalog.availability, service, plan, provider)]
    if within is not None:
        if service not in catalog.service(within).supporting:
            raise NotAvailable(f"no supporting service of {within}", place="service", value=service)
        nothing = Money(ZERO, catalog.service(within).currency or "")
        return tuple(Option(compute_plan=plan, sla_tier=None, replicas=ONE, price=nothing) for plan in plans)
    if not sold.listed:
        raise NotAvailable("this service is not sold by itself", place="service", value=service)
    tiers: list[SlaTier | None] = [
        tier for tier in catalog.sla_tiers if tier.code in sold.sla_surcharges and not tier.stale
    ]
    base = Selection(service=service) if selection is None else selection
    found = []
    for plan in plans:
        for tier in tiers or [None]:
            code = None if tier is None else tier.code
            chosen = _chosen(base, sold, plan, code, provider)
            offer = quote(catalog, chosen, at, mode, hours)
            replicas = sold.replicas(chosen.replicas, tier)
            found.append(
                Option(compute_plan=plan, sla_tier=code, replicas=replicas, price=offer.recurring.net, quote=offer)
            )
    return tuple(found)


def _chosen(base: Selection, sold: Service, plan: str, tier: str | None, provider: str | None) -> Selection:
    return attrs.evolve(base, service=sold.code, compute_plan=plan, sla_tier=tier, provider=provider)
