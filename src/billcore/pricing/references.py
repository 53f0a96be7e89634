"""References between the entries of a catalog: what one names, another must be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from billcore.kernel import InvalidValue, nearest
from billcore.pricing.plan import Plan
from billcore.pricing.price import Price
from billcore.pricing.product import Meter, Product
from billcore.pricing.service import Service
from billcore.pricing.sized import SlaTier

__all__ = ["check_meters", "check_products", "check_sizes", "check_tiers"]


def check_tiers(services: Sequence[Service], tiers: Iterable[SlaTier]) -> None:
    """Raise ``InvalidValue`` where a service has a surcharge for an SLA tier that the catalog lacks."""
    known = {tier.code for tier in tiers}
    for index, service in enumerate(services):
        for tier in service.sla_surcharges:
            if tier not in known:
                raise InvalidValue("no such SLA tier", place=f"services[{index}].sla_surcharges.{tier}", value=tier)


def check_meters(meters: Iterable[Meter], named: Iterable[tuple[str, str | None]]) -> None:
    """Raise ``InvalidValue`` where a place names a meter that the catalog lacks."""
    known = {meter.code for meter in meters}
    for place, meter in named:
        if meter is not None and meter not in known:
            raise InvalidValue("no such meter", place=f"{place}.meter", value=meter, hint=nearest(meter, known))


def check_sizes(priced: Iterable[tuple[str, Price]]) -> None:
    """Raise ``InvalidValue`` where a price outside products names a size: no selection could give it one."""
    for place, price in priced:
        if price.size is not None and not place.startswith("products["):
            raise InvalidValue("only prices of products have sizes", place=f"{place}.size", value=price.size)


def check_products(plans: Sequence[Plan], products: Iterable[Product]) -> None:
    """Raise ``InvalidValue`` where a plan is of a product that the catalog lacks."""
    known = {product.code for product in products}
    for index, plan in enumerate(plans):
        if plan.product is not None and plan.product not in known:
            raise InvalidValue("no such product", place=f"plans[{index}].product", value=plan.product)
