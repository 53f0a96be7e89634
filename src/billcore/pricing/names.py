"""Names that entries of a catalog have of each other: parts, supporting services, availability, addon rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from billcore.kernel import InvalidValue
from billcore.pricing.entries import Entries
from billcore.pricing.product import Part, Product

__all__ = ["refuse_unknown_names"]


def refuse_unknown_names(entries: Entries) -> None:
    """Raise ``InvalidValue`` at the first name that nothing has, or that has what cannot be named there."""
    services = {service.code: service for service in entries.services}
    products = {product.code: product for product in entries.products}
    plans = {plan.code for plan in entries.plans}
    for index, service in enumerate(entries.services):
        for n, code in enumerate(service.supporting):
            place = f"services[{index}].supporting[{n}]"
            _known(code, services, "service", place)
            if code == service.code:
                raise InvalidValue("a service does not support itself", place=place, value=code)
    for index, row in enumerate(entries.availability):
        _known(row.service, services, "service", f"availability[{index}].service")
        services[row.service].compute(row.compute_plan, f"availability[{index}].compute_plan")
    for index, product in enumerate(entries.products):
        _parts(product, products, f"products[{index}].composed_of")
    sold = plans | products.keys() | services.keys()
    addons = {addon.code for addon in entries.addons}
    for index, addon in enumerate(entries.addons):
        for name, codes, known, what in (
            ("available_with", addon.available_with, sold, "plan, product or service"),
            ("included_with", addon.included_with, plans, "plan"),
            ("excludes", addon.excludes, addons, "addon"),
        ):
            for n, code in enumerate(codes):
                _known(code, known, what, f"addons[{index}].{name}[{n}]")


def _known(code: str, known: Collection[str], what: str, place: str) -> None:
    if code not in known:
        raise InvalidValue(f"no such {what}", place=place, value=code)


def _parts(product: Product, products: Mapping[str, Product], place: str) -> None:
    """Each part is a product with prices, takes the sizes it has defaults for, and no two have a price of one code."""
    for index, part in enumerate(product.composed_of):
        _known(part.product, products, "product", f"{place}[{index}].product")
        _part(part, products[part.product], f"{place}[{index}]")
    inner = [products[part.product] for part in product.composed_of]
    codes = Counter(price.code for one in inner for price in one.prices)
    sizes = {price.size for one in inner for price in one.prices}
    for code, count in codes.items():
        if count > 1:
            raise InvalidValue("two parts have a price of this code", place=place, value=code)
    for one in inner:
        if one.code in sizes:
            raise InvalidValue("a part is named like a size", place=place, value=one.code)


def _part(part: Part, product: Product, place: str) -> None:
    if product.composed_of:
        raise InvalidValue("a part is a product with prices", place=f"{place}.product", value=part.product)
    taken = {price.size for price in product.prices}
    for size in part.defaults:
        if size not in taken:
            raise InvalidValue("no price of the part takes it", place=f"{place}.defaults.{size}", value=size)
