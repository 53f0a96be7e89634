"""What a selection expands to: prices and quantities, from whichever of plan, product and service it names.

A composed product expands to the prices of its parts, with defaults that the selection's sizes override: ``cpu`` for
every part that takes it, ``vm.cpu`` for one, ``vm`` for how many of the part.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol

import attrs

from billcore.kernel import ONE, CurrencyMismatch, InvalidValue, NotAvailable
from billcore.kernel import exact as ex
from billcore.pricing.availability import Availability, refuse_unavailable
from billcore.pricing.committing import committed_records
from billcore.pricing.entry import sold as still
from billcore.pricing.model.flat import Flat
from billcore.pricing.plan import PlanVersion
from billcore.pricing.price import Price
from billcore.pricing.product import Addon, Meter, Part, Product, unique_codes
from billcore.pricing.record import OrderRecord, of_each, refuse_units_of_events
from billcore.pricing.selection import Selection
from billcore.pricing.service import Service
from billcore.pricing.sized import SlaTier

__all__ = ["Sold", "addon_record", "addons_that_go", "base_records", "expanded", "main_of"]


class Sold(Protocol):
    """What is sold: a catalog, as far as a selection asks it."""

    @property
    def availability(self) -> tuple[Availability, ...]:
        """Which plans are offered where."""
        ...

    @property
    def services(self) -> tuple[Service, ...]:
        """The services that are sold."""
        ...

    @property
    def addons(self) -> tuple[Addon, ...]:
        """The addons that are sold."""
        ...

    @property
    def committed(self) -> tuple[Price, ...]:
        """The prices that commitments bring."""
        ...

    def service(self, code: str) -> Service:
        """The service of that code."""
        ...

    def sla_tier(self, code: str) -> SlaTier:
        """The SLA tier of that code."""
        ...

    def product(self, code: str) -> Product:
        """The product of that code."""
        ...

    def meter(self, code: str) -> Meter:
        """The meter of that code."""
        ...

    def addon(self, code: str) -> Addon:
        """The addon of that code."""
        ...

    def plan_version(self, code: str, version: int | None = None, at: dt.datetime | None = None) -> PlanVersion:
        """The version of a plan that is sold."""
        ...

    def included(self, code: str) -> tuple[Addon, ...]:
        """The addons that a plan has in its price."""
        ...


def expanded(
    sold: Sold, selection: Selection, at: dt.datetime | None, phase: int, had: str | None
) -> tuple[OrderRecord, ...]:
    """Prices and quantities, the addons' last; ``at`` is when it is bought, ``had`` what product or service is had.

    Raises ``NotFound`` and ``InvalidValue`` with the place in the selection, ``NotAvailable`` for what is priced and
    not offered, ``CurrencyMismatch`` where prices of two currencies meet.
    """
    base = base_records(sold, selection, at, phase, had)
    if not base:
        raise InvalidValue("nothing to sell in this selection", place="selection")
    found = base
    if selection.addons:
        addons_that_go(sold, selection, selection.addons)
        found = (*base, *(addon_record(sold, code, count) for code, count in Counter(selection.addons).items()))
    if selection.service is None or selection.addons:  # what a service is made of has codes and a currency of its own
        unique_codes(tuple(record.price for record in found), "selection")
        refuse_units_of_events(found)
        currencies = {record.price.currency for record in found}
        if len(currencies) > 1:
            raise CurrencyMismatch(place="selection", value=" and ".join(sorted(map(str, currencies))))
    if sold.committed:
        brought = tuple(committed_records(sold.committed, found))
        own = tuple(record for record in brought if record.addon is None)
        found = (*base, *own, *found[len(base) :], *(record for record in brought if record.addon is not None))
    if selection.configuration:
        found = tuple(attrs.evolve(record, configuration=selection.configuration) for record in found)
    return found


def base_records(
    sold: Sold, selection: Selection, at: dt.datetime | None = None, phase: int = 0, had: str | None = None
) -> tuple[OrderRecord, ...]:
    """What the plan, product or service itself expands to; one that is not listed changes where it is ``had``."""
    if selection.service is not None:
        return _of_service(sold, selection, still(sold.service(selection.service), "service"), had)
    if selection.plan is not None:
        prices = sold.plan_version(selection.plan, selection.version, at).phase_prices(phase)
        own = tuple(_metered(sold, OrderRecord(price=price, quantity=_quantity(price, selection))) for price in prices)
        return (*own, *(_included(sold, addon) for addon in sold.included(selection.plan)))
    product = still(sold.product(selection.product or ""), "product")
    if not product.listed and product.code != had:
        raise NotAvailable("this product is not sold by itself", place="product", value=product.code)
    found = tuple(
        _metered(sold, record)
        for record in (_composed(sold, product, selection) if product.composed_of else _plain(product, selection))
    )
    for size in sorted(selection.sizes.keys() - set(_sizes(sold, product))):
        raise InvalidValue("no price of this product takes this size", place=f"sizes.{size}", value=size)
    if selection.quantity != ONE:
        _refuse_unpriced(sold, product, selection)
    return found


def _refuse_unpriced(sold: Sold, product: Product, selection: Selection) -> None:
    """Raise ``InvalidValue`` for a quantity of a sized or composed product that none of its prices would count."""
    parts = [part for part in product.composed_of if selection.sizes.get(part.product, part.quantity)]
    prices = [*product.prices, *(price for part in parts for price in sold.product(part.product).prices)]
    sized = bool(product.composed_of) or any(price.size is not None for price in prices)
    if sized and not any(price.counted and price.size is None for price in prices):
        hint = "sizes say how many; or order it several times"
        raise InvalidValue("nothing of it is priced by quantity", place="quantity", value=selection.quantity, hint=hint)


def _of_service(sold: Sold, selection: Selection, service: Service, had: str | None) -> tuple[OrderRecord, ...]:
    if not service.listed and service.code != had:
        raise NotAvailable("this service is not sold by itself", place="service", value=service.code)
    tier = None if selection.sla_tier is None else sold.sla_tier(selection.sla_tier)
    found = service.records(selection, tier)
    if sold.availability and selection.compute_plan is not None:
        refuse_unavailable(sold.availability, service.code, selection.compute_plan, selection.provider, "compute_plan")
    if selection.resources:
        _refuse_dropped(sold, service, selection)
    for code, plan in sorted(selection.supporting.items()):
        place = f"supporting.{code}"
        if code not in service.supporting:
            raise NotAvailable(f"no supporting service of {service.code}", place=place, value=code)
        still(still(sold.service(code), place).compute(plan, place), place)
        refuse_unavailable(sold.availability, code, plan, selection.provider, place)
    return found


def _refuse_dropped(sold: Sold, service: Service, selection: Selection) -> None:
    """Raise ``NotAvailable`` where a resource of a provider is asked for without one, or under one nobody knows.

    Under another that is known it makes no line (R4-26).
    """
    owned = {entry.code for entry in service.resources if entry.provider not in (None, selection.provider)}
    dropped = sorted(owned & selection.resources.keys())
    if not dropped:
        return
    known = {entry.provider for one in sold.services for entry in one.resources if entry.provider}
    known |= {row.offering for row in sold.availability if row.offering}
    if selection.provider in known:
        return
    hint = f"providers: {', '.join(sorted(known))}"
    if selection.provider is None:
        raise NotAvailable("sold by a provider: name one", place=f"resources.{dropped[0]}", value=dropped[0], hint=hint)
    raise NotAvailable("no such provider", place="provider", value=selection.provider, hint=hint)


def _plain(product: Product, selection: Selection) -> Iterator[OrderRecord]:
    for price in product.prices:
        yield OrderRecord(price=price, quantity=_quantity(price, selection))


def _quantity(price: Price, selection: Selection) -> Decimal:
    if not price.counted:
        return ONE
    if price.size is None:
        return selection.quantity
    if price.size not in selection.sizes:
        raise InvalidValue("the product needs this size", place=f"sizes.{price.size}")
    return selection.sizes[price.size]


def _composed(sold: Sold, product: Product, selection: Selection) -> Iterator[OrderRecord]:
    for part in product.composed_of:
        count = selection.sizes.get(part.product, part.quantity)
        if count:
            for price in still(sold.product(part.product), "product").prices:
                yield _of_part(price, part, count, selection)


def _of_part(price: Price, part: Part, count: Decimal, selection: Selection) -> OrderRecord:
    """A price of a part, for so many of the part: its size, the selection's quantity or, of a flat price, one each."""
    if not price.counted:
        return OrderRecord(price=price) if count == ONE else OrderRecord(price=of_each(price), quantity=count)
    one = selection.quantity if price.size is None else _size(price.size, part, selection)
    return OrderRecord(price=price, quantity=ex.CONTEXT.multiply(one, count))


def _size(size: str, part: Part, selection: Selection) -> Decimal:
    """One part's own size, else the selection's, else the part's default."""
    for sizes, name in ((selection.sizes, f"{part.product}.{size}"), (selection.sizes, size), (part.defaults, size)):
        if name in sizes:
            return sizes[name]
    raise InvalidValue("the product needs this size", place=f"sizes.{size}")


def _sizes(sold: Sold, product: Product) -> Iterator[str]:
    """Every key that the product's sizes may have."""
    yield from (price.size for price in product.prices if price.size is not None)
    for part in product.composed_of:
        yield part.product
        for price in sold.product(part.product).prices:
            if price.size is not None:
                yield price.size
                yield f"{part.product}.{price.size}"


def _metered(sold: Sold, record: OrderRecord) -> OrderRecord:
    """The record with what the meter of its price counts."""
    if record.price.meter is None:
        return record
    meter = sold.meter(record.price.meter)
    return attrs.evolve(record, aggregation=meter.aggregation, field=meter.field)


def addon_record(sold: Sold, code: str, quantity: int) -> OrderRecord:
    """The record of an addon: its price and what it adds to a meter's allowance."""
    addon = still(sold.addon(code), "addon")
    record = OrderRecord(
        price=of_each(addon.price),
        quantity=quantity,
        addon=addon.code,
        meter=addon.meter,
        allowance=addon.quantity if addon.meter is not None else 0,
    )
    return _metered(sold, record)


def _included(sold: Sold, addon: Addon) -> OrderRecord:
    """What an addon gives where the plan has it in its price: a line of zero that says so, and the allowance."""
    price = attrs.evolve(addon.price, model=Flat(0), sum_of=(), description=f"{addon.name or addon.code} (included)")
    return _metered(
        sold,
        OrderRecord(price=price, meter=addon.meter, allowance=addon.quantity if addon.meter is not None else 0),
    )


def main_of(selection: Selection) -> str:
    """The code of the plan, product or service that a selection is of."""
    return selection.plan or selection.product or selection.service or ""


def addons_that_go(
    sold: Sold,
    selection: Selection | None,
    codes: tuple[str, ...],
    attached: tuple[str, ...] = (),
    place: str = "addons",
) -> None:
    """Raise ``NotAvailable`` where addons do not go with what is selected, with each other or with what is attached."""
    known = {addon.code: addon for addon in sold.addons}
    for code in dict.fromkeys(codes):
        addon = still(sold.addon(code), "addon")
        main = None if selection is None else main_of(selection)
        if main is not None and main in addon.included_with:
            raise NotAvailable(f"{main} includes it", place=place, value=code)
        if main is not None and not addon.goes_with(main):
            hint = f"sold with {', '.join(addon.available_with)}"
            raise NotAvailable(f"not sold with {main}", place=place, value=code, hint=hint)
        for other in (*codes, *attached):
            rules = known.get(other)
            if other in addon.excludes or (rules is not None and code in rules.excludes):
                raise NotAvailable(f"not together with {other}", place=place, value=code)
