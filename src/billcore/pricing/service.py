"""The service recipe: base fee + SLA surcharge + compute + storage + resources, expanded to plain prices.

The formula and its worked tables are requirements.md 5.3. From the prices on, nothing knows that they were a service.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs

from billcore.kernel import (
    HOUR,
    MONTH,
    ONE,
    ZERO,
    FrozenMap,
    InvalidValue,
    Number,
    PriceUnavailable,
    checked_id,
    number,
    of_kind,
)
from billcore.kernel import exact as ex
from billcore.pricing import fields
from billcore.pricing.component import Component
from billcore.pricing.entry import Entry, sold
from billcore.pricing.model.flat import Flat, PerUnit
from billcore.pricing.model.progressive import Bracket, Progressive, check_brackets
from billcore.pricing.price import Price, Timing
from billcore.pricing.product import unique_codes
from billcore.pricing.record import OrderRecord
from billcore.pricing.selection import Selection

__all__ = ["BillingUnit", "ComputePlan", "Per", "Resource", "Service", "SlaTier", "Storage"]


def _code(value: str) -> str:
    return checked_id(value, "code")


def _replicas(value: Number) -> Decimal:
    return fields.replicas(value)


def _surcharges(values: Mapping[str, Number]) -> Mapping[str, Decimal]:
    read = {}
    for tier, value in values.items():
        read[tier] = number(value, f"sla_surcharges.{tier}")
        if read[tier] < 0:
            raise InvalidValue("must not be negative", place=f"sla_surcharges.{tier}", value=str(read[tier]))
    return FrozenMap(read)


class BillingUnit(enum.Enum):
    """What ``minimum_units`` and the brackets count."""

    RAM_GIB = "ram_gib"
    VCPU = "vcpu"
    INSTANCE = "instance"
    USER = "user"


class Per(enum.Enum):
    """The time that a price is for."""

    HOUR = "hour"
    MONTH = "month"


@attrs.frozen(kw_only=True)
class SlaTier(Entry):
    """A service level: ``min_replicas`` raises the replica count, ``uptime`` is a percentage for people."""

    code: str = attrs.field(converter=_code)
    name: str = ""
    uptime: Decimal | None = attrs.field(default=None, converter=fields.uptime)
    min_replicas: Decimal = attrs.field(default=ONE, converter=_replicas)
    service_level: str | None = None


@attrs.frozen(kw_only=True)
class ComputePlan(Entry):
    """A size of one replica; ``price`` is for one replica and hour."""

    code: str = attrs.field(converter=_code)
    cpu: Decimal = attrs.field(converter=fields.cpu)
    ram_gib: Decimal = attrs.field(converter=fields.ram_gib)
    price: Decimal = attrs.field(converter=fields.price)


@attrs.frozen(kw_only=True)
class Storage(Entry):
    """Disk: ``price`` is for one GiB and hour (or month); ``per_replica`` multiplies by the replicas."""

    code: str = attrs.field(converter=_code)
    price: Decimal = attrs.field(converter=fields.price)
    per: Per = Per.HOUR
    per_replica: bool = True

    def __attrs_post_init__(self) -> None:
        of_kind(self.per, Per, "per")


@attrs.frozen(kw_only=True)
class Resource(Entry):
    """Something of a cloud provider, priced by the unit; under another provider it makes no line (R4-26)."""

    code: str = attrs.field(converter=_code)
    provider: str | None = None
    price: Decimal = attrs.field(converter=fields.price)
    unit: str | None = None
    per: Per = Per.MONTH

    def __attrs_post_init__(self) -> None:
        of_kind(self.per, Per, "per")


def _compute_plans(values: Iterable[ComputePlan]) -> tuple[ComputePlan, ...]:
    return tuple(values)


def _storage(values: Iterable[Storage]) -> tuple[Storage, ...]:
    return tuple(values)


def _brackets(values: Iterable[Bracket]) -> tuple[Bracket, ...]:
    return tuple(values)


def _resources(values: Iterable[Resource]) -> tuple[Resource, ...]:
    return tuple(values)


def _components(values: Iterable[Component]) -> tuple[Component, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class Service(Entry):
    """A managed service. A tier that ``sla_surcharges`` does not name is not offered; no tier at all costs nothing."""

    code: str = attrs.field(converter=_code)
    name: str = ""
    listed: bool = True
    currency: str | None = None
    base_fee: Decimal = attrs.field(default=ZERO, converter=fields.base_fee)
    sla_surcharges: Mapping[str, Decimal] = attrs.field(factory=FrozenMap, converter=_surcharges)
    billing_unit: BillingUnit = BillingUnit.RAM_GIB
    minimum_units: Decimal = attrs.field(default=ZERO, converter=fields.minimum_units)
    compute_plans: tuple[ComputePlan, ...] = attrs.field(default=(), converter=_compute_plans)
    storage: tuple[Storage, ...] = attrs.field(default=(), converter=_storage)
    discount_brackets: tuple[Bracket, ...] = attrs.field(default=(), converter=_brackets)
    resources: tuple[Resource, ...] = attrs.field(default=(), converter=_resources)
    components: tuple[Component, ...] = attrs.field(default=(), converter=_components)

    def __attrs_post_init__(self) -> None:
        of_kind(self.billing_unit, BillingUnit, "billing_unit")
        if self.discount_brackets:
            check_brackets(self.discount_brackets, "discount_brackets")
        for place in ("compute_plans", "storage", "resources", "components"):
            unique_codes(getattr(self, place), place)
        for index, plan in enumerate(self.compute_plans):
            if not self._units_of_one(plan):
                raise InvalidValue(
                    f"must not be zero where {self.billing_unit.value} is billed",
                    place=f"compute_plans[{index}].{'cpu' if self.billing_unit is BillingUnit.VCPU else 'ram_gib'}",
                )

    @property
    def priced(self) -> bool:
        """It has a price of its own: a service before its first synchronisation has none, and is not free."""
        rates = (self.compute_plans, self.storage, self.resources, self.base_fee)
        return any(rates) or any(self.sla_surcharges.values())

    def _units_of_one(self, plan: ComputePlan) -> Decimal:
        """u(P): billing units of one replica."""
        match self.billing_unit:
            case BillingUnit.RAM_GIB:
                return plan.ram_gib
            case BillingUnit.VCPU:
                return plan.cpu
            case BillingUnit.INSTANCE | BillingUnit.USER:
                return ONE

    def records(self, selection: Selection, tier: SlaTier | None) -> tuple[OrderRecord, ...]:
        """The prices and quantities of a selection of this service. Raises ``InvalidValue`` for what is not offered.

        Raises ``PriceUnavailable`` for a service that has no price at all: an SLA of 0.00 alone is no price (R4-36).
        """
        if not self.priced:
            raise PriceUnavailable("this service has no prices yet", place="service", value=self.code)
        replicas = max(selection.replicas, tier.min_replicas if tier else ONE)
        if selection.quantity != 1 and self.billing_unit is not BillingUnit.USER:
            raise InvalidValue("this service is sized by replicas", place="quantity", value=str(selection.quantity))
        if selection.storage is not None and not selection.storage_gib:
            raise InvalidValue("how much of this storage", place="storage_gib", value=str(selection.storage_gib))
        if selection.replicas != 1 and selection.compute_plan is None and not selection.storage_gib:
            raise InvalidValue("replicas of what", place="replicas", value=str(selection.replicas), hint="compute_plan")
        found = [self._record("base", self._title("base fee"), Flat(self.base_fee), ONE)] if self.base_fee else []
        if tier is not None:
            found.append(self._sla(tier))
        if selection.compute_plan is not None:
            found.append(self._compute(selection, replicas))
        if selection.storage_gib:
            found.append(self._stored(selection, replicas))
        return (*found, *self._extra(selection))

    def _title(self, what: str) -> str:
        return f"{self.name or self.code}: {what}"

    def _record(
        self,
        code: str,
        description: str,
        model: Flat | PerUnit | Progressive,
        quantity: Decimal,
        per: Per = Per.MONTH,
        unit: str | None = None,
    ) -> OrderRecord:
        price = Price(
            code=code,
            description=description,
            model=model,
            currency=self.currency,
            interval=MONTH,
            timing=Timing.ARREARS,
            per=HOUR if per is Per.HOUR else None,
            unit=unit,
        )
        return OrderRecord(price=price, quantity=quantity)

    def _sla(self, tier: SlaTier) -> OrderRecord:
        surcharge = self.sla_surcharges.get(tier.code)
        if surcharge is None:
            raise InvalidValue("this service does not offer the tier", place="sla_tier", value=tier.code)
        sold(tier, "sla_tier")
        return self._record("sla", self._title(f"SLA {tier.name or tier.code}"), Flat(surcharge), ONE)

    def _compute(self, selection: Selection, replicas: Decimal) -> OrderRecord:
        plan = next((plan for plan in self.compute_plans if plan.code == selection.compute_plan), None)
        if plan is None:
            raise InvalidValue("no such compute plan", place="compute_plan", value=selection.compute_plan)
        one = self._units_of_one(sold(plan, "compute_plan"))
        units = selection.quantity if self.billing_unit is BillingUnit.USER else ex.CONTEXT.multiply(one, replicas)
        model = Progressive(plan.price, one, self.minimum_units, self.discount_brackets or (Bracket(),))
        return self._record(
            "compute", self._title(f"compute {plan.code}"), model, units, Per.HOUR, self.billing_unit.value
        )

    def _stored(self, selection: Selection, replicas: Decimal) -> OrderRecord:
        named = [s for s in self.storage if s.code == selection.storage or (selection.storage is None and not s.stale)]
        if len(named) != 1:
            raise InvalidValue(
                "no such storage" if not named else "several storage prices",
                place="storage",
                value=selection.storage,
                hint="one of " + ", ".join(entry.code for entry in self.storage) if self.storage else None,
            )
        entry = sold(named[0], "storage")
        size = ex.CONTEXT.multiply(selection.storage_gib, replicas) if entry.per_replica else selection.storage_gib
        return self._record(
            "storage", self._title(f"storage {entry.code}"), PerUnit(entry.price), size, entry.per, "GiB"
        )

    def _extra(self, selection: Selection) -> list[OrderRecord]:
        known = {entry.code: entry for entry in self.resources}
        found = []
        for code, quantity in sorted(selection.resources.items()):
            entry = known.get(code)
            if entry is None:
                raise InvalidValue("no such resource", place=f"resources.{code}", value=code)
            if entry.provider in (None, selection.provider):
                sold(entry, f"resources.{code}")
                found.append(
                    self._record(
                        f"resource:{code}", self._title(code), PerUnit(entry.price), quantity, entry.per, entry.unit
                    )
                )
        return found
