"""Availability that once carried SLAs and prices: collapsed to plans and offerings, the prices kept apart (R4-30)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs

from billcore.kernel import InputError, InvalidDocument, InvalidValue, MissingValue, Number, checked_id, number
from billcore.kernel import exact as ex
from billcore.lifecycle.backfill.tiers import decimal_gib
from billcore.pricing import ComputePlan, Service

__all__ = [
    "Collapsed",
    "OldAssignment",
    "OldPlan",
    "OldPrice",
    "PlanOffering",
    "collapse_availability",
    "with_old_prices",
]


def _service(value: str) -> str:
    return checked_id(value, "service")


def _compute_plan(value: str) -> str:
    return checked_id(value, "compute_plan")


def _offering(value: str) -> str:
    return checked_id(value, "offering")


def _sla(value: str) -> str:
    return checked_id(value, "sla")


def _product_id(value: str | None) -> str | None:
    return None if value is None else checked_id(value, "product_id")


def _price(value: Number) -> Decimal:
    amount = number(value, "price")
    if amount < 0:
        raise InvalidValue("must not be negative", place="price", value=str(amount))
    return amount


def _price_or_none(value: Number | None) -> Decimal | None:
    return None if value is None else _price(value)


def _gib(value: Number) -> Decimal:
    return decimal_gib(value, "ram_gib")


def _cpu(value: Number) -> Decimal:
    return number(value, "cpu")


@attrs.frozen(kw_only=True)
class OldAssignment:
    """A row of the older portal: a plan on an offering at one SLA, with its hourly price and the ERP's product."""

    service: str = attrs.field(converter=_service)
    compute_plan: str = attrs.field(converter=_compute_plan)
    offering: str = attrs.field(converter=_offering)
    sla: str = attrs.field(converter=_sla)
    price: Decimal | None = attrs.field(default=None, converter=_price_or_none)
    product_id: str | None = attrs.field(default=None, converter=_product_id)


@attrs.frozen(kw_only=True, order=True)
class PlanOffering:
    """A plan of a service can be had on an offering; what it costs stands elsewhere (R4-25)."""

    service: str = attrs.field(converter=_service)
    compute_plan: str = attrs.field(converter=_compute_plan)
    offering: str = attrs.field(converter=_offering)


@attrs.frozen(kw_only=True)
class OldPrice:
    """The hourly price that a plan of a service had at one SLA, and the ERP's product where it was known."""

    service: str = attrs.field(converter=_service)
    compute_plan: str = attrs.field(converter=_compute_plan)
    sla: str = attrs.field(converter=_sla)
    price: Decimal = attrs.field(converter=_price)
    product_id: str | None = attrs.field(default=None, converter=_product_id)


def _offerings(values: Iterable[PlanOffering]) -> tuple[PlanOffering, ...]:
    return tuple(dict.fromkeys(values))


def _old_prices(values: Iterable[OldPrice]) -> tuple[OldPrice, ...]:
    return tuple(dict.fromkeys(values))


@attrs.frozen(kw_only=True)
class Collapsed:
    """Availability without SLAs, and every price that the rows carried; each once, in the order first met."""

    availability: tuple[PlanOffering, ...] = attrs.field(default=(), converter=_offerings)
    prices: tuple[OldPrice, ...] = attrs.field(default=(), converter=_old_prices)


def collapse_availability(rows: Iterable[OldAssignment], there: Collapsed | None = None) -> Collapsed:
    """Rows that differ only by SLA become one availability; no price is lost, those of ``there`` stay (R4-30)."""
    kept, found = there or Collapsed(), tuple(rows)
    offered = [PlanOffering(service=row.service, compute_plan=row.compute_plan, offering=row.offering) for row in found]
    priced = [
        OldPrice(
            service=row.service,
            compute_plan=row.compute_plan,
            sla=row.sla,
            price=row.price,
            product_id=row.product_id,
        )
        for row in found
        if row.price is not None
    ]
    return Collapsed(availability=(*kept.availability, *offered), prices=(*kept.prices, *priced))


@attrs.frozen(kw_only=True)
class OldPlan:
    """The size of a compute plan: GiB as a number, or as a cluster writes it (``512Mi``)."""

    code: str = attrs.field(converter=_compute_plan)
    cpu: Decimal = attrs.field(converter=_cpu)
    ram_gib: Decimal = attrs.field(converter=_gib)


def with_old_prices(service: Service, prices: Iterable[OldPrice], plans: Iterable[OldPlan]) -> Service:
    """The service with a compute plan for each old price; plans that it has already, synchronised say, stay.

    A plan has one price, and the SLA a surcharge: where the old prices of a plan differ by SLA nobody can tell what is
    which, so that is a problem for people to decide. Raises ``InvalidDocument`` with all problems: several prices of
    one plan, prices whose plan has no known size.
    """
    sizes, there = {plan.code: plan for plan in plans}, {plan.code for plan in service.compute_plans}
    found: dict[str, list[OldPrice]] = {}
    for entry in prices:
        if entry.service == service.code and entry.compute_plan not in there:
            found.setdefault(entry.compute_plan, []).append(entry)
    problems: list[InputError] = []
    made = []
    for code, entries in found.items():
        place = f"services[{service.code!r}].compute_plans[{code!r}]"
        if len({entry.price for entry in entries}) > 1:
            problems.append(InvalidValue("several prices", place=f"{place}.price", value=_told(entries)))
        elif code not in sizes:
            problems.append(MissingValue("the size of this plan is not known", place=f"{place}.ram_gib"))
        else:
            size = sizes[code]
            made.append(ComputePlan(code=code, cpu=size.cpu, ram_gib=size.ram_gib, price=entries[0].price))
    if problems:
        raise InvalidDocument(tuple(problems), name=f"prices of {service.code}")
    return attrs.evolve(service, compute_plans=(*service.compute_plans, *made))


def _told(entries: Sequence[OldPrice]) -> str:
    return ", ".join(f"{entry.sla}: {ex.text(entry.price)}" for entry in entries)
