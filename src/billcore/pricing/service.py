"""The service recipe: base fee + SLA surcharge + compute + storage + resources, expanded to plain prices.

The formula and its worked tables are requirements.md 5.3. From the prices on, nothing knows that they were a service.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

import attrs

from billcore.kernel import (
    HOUR,
    MONTH,
    ONE,
    ZERO,
    FrozenMap,
    InvalidValue,
    NotAvailable,
    Number,
    PriceUnavailable,
    checked_id,
    nearest,
    number,
    of_kind,
    several,
)
from billcore.kernel import exact as ex
from billcore.pricing import coded, fields, said
from billcore.pricing.component import Component
from billcore.pricing.entry import Entry, sold
from billcore.pricing.model.flat import Flat, PerUnit
from billcore.pricing.model.progressive import Bracket, Progressive, check_brackets
from billcore.pricing.price import Price, Timing
from billcore.pricing.product import unique_codes
from billcore.pricing.record import OrderRecord
from billcore.pricing.selection import Selection
from billcore.pricing.sized import ComputePlan, Resource, SlaTier, Storage
from billcore.pricing.units import BillingUnit, Per

__all__ = ["Service"]


def _surcharges(values: Mapping[str, Number]) -> Mapping[str, Decimal]:
    read = {}
    for tier, value in said.table(values, "sla_surcharges").items():
        read[tier] = number(value, f"sla_surcharges.{tier}")
        if read[tier] < 0:
            raise InvalidValue("must not be negative", place=f"sla_surcharges.{tier}", value=str(read[tier]))
    return FrozenMap(read)


def _compute_plans(values: Iterable[ComputePlan]) -> tuple[ComputePlan, ...]:
    return several(values, ComputePlan, "compute_plans")


def _storage(values: Iterable[Storage]) -> tuple[Storage, ...]:
    return several(values, Storage, "storage")


def _brackets(values: Iterable[Bracket]) -> tuple[Bracket, ...]:
    return several(values, Bracket, "discount_brackets")


def _resources(values: Iterable[Resource]) -> tuple[Resource, ...]:
    return several(values, Resource, "resources")


def _components(values: Iterable[Component]) -> tuple[Component, ...]:
    return several(values, Component, "components")


def _supporting(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(checked_id(value, "supporting") for value in several(values, str, "supporting", "codes"))


@attrs.frozen(kw_only=True)
class Service(Entry):
    """A managed service. A tier that ``sla_surcharges`` does not name is not offered; no tier at all costs nothing.

    One that is not ``listed`` is not sold by itself. ``supporting`` are codes of services billed within this one: a
    selection says which of their plans it takes, and they make no line (R4-08).
    """

    code: str = attrs.field(converter=coded.code)
    name: str = attrs.field(default="", validator=said.text)
    listed: bool = attrs.field(default=True, validator=said.flag)
    currency: str | None = attrs.field(default=None, validator=said.text_or_none)
    base_fee: Decimal = attrs.field(default=ZERO, converter=fields.base_fee)
    sla_surcharges: Mapping[str, Decimal] = attrs.field(factory=FrozenMap, converter=_surcharges)
    billing_unit: BillingUnit = BillingUnit.RAM_GIB
    minimum_units: Decimal = attrs.field(default=ZERO, converter=fields.minimum_units)
    compute_plans: tuple[ComputePlan, ...] = attrs.field(default=(), converter=_compute_plans)
    storage: tuple[Storage, ...] = attrs.field(default=(), converter=_storage)
    discount_brackets: tuple[Bracket, ...] = attrs.field(default=(), converter=_brackets)
    resources: tuple[Resource, ...] = attrs.field(default=(), converter=_resources)
    components: tuple[Component, ...] = attrs.field(default=(), converter=_components)
    supporting: tuple[str, ...] = attrs.field(default=(), converter=_supporting)

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

    @functools.cached_property
    def _made(self) -> dict[tuple[str, object], Price]:
        """The prices made so far: they follow from the service alone, and a price page quotes them again and again."""
        return {}

    def replicas(self, asked: Decimal, tier: SlaTier | None) -> Decimal:
        """How many replicas there are: those asked for, at least as many as the tier has (R4-11)."""
        return asked if tier is None else max(asked, tier.min_replicas)

    def compute(self, code: str, place: str = "compute_plan") -> ComputePlan:
        """The compute plan of that code. Raises ``InvalidValue``."""
        for plan in self.compute_plans:
            if plan.code == code:
                return plan
        hint = nearest(code, (plan.code for plan in self.compute_plans))
        raise InvalidValue("no such compute plan", place=place, value=code, hint=hint)

    def records(self, selection: Selection, tier: SlaTier | None) -> tuple[OrderRecord, ...]:
        """The prices and quantities of a selection of this service.

        Raises ``InvalidValue`` for what it does not have, ``NotAvailable`` for what it has and does not offer, and
        ``PriceUnavailable`` for a service that has no price at all: an SLA of 0.00 alone is no price (R4-36).
        """
        if not self.priced:
            raise PriceUnavailable("this service has no prices yet", place="service", value=self.code)
        replicas = self.replicas(selection.replicas, tier)
        if selection.quantity != ONE and self.billing_unit is not BillingUnit.USER:
            raise InvalidValue("this service is sized by replicas", place="quantity", value=str(selection.quantity))
        if selection.storage is not None and not selection.storage_gib:
            raise InvalidValue("how much of this storage", place="storage_gib", value=str(selection.storage_gib))
        if selection.replicas != ONE and selection.compute_plan is None and not selection.storage_gib:
            raise InvalidValue("replicas of what", place="replicas", value=str(selection.replicas), hint="compute_plan")
        found = []
        if self.base_fee:
            found.append(OrderRecord(price=self._base))
        if tier is not None:
            found.append(self._sla(tier))
        if selection.compute_plan is not None:
            found.append(self._compute(selection, replicas))
        if selection.storage_gib:
            found.append(self._stored(selection, replicas))
        return (*found, *self._extra(selection))

    @property
    def prices(self) -> tuple[tuple[str, Price], ...]:
        """Every price with the code of its plan, tier, storage or resource, whoever can buy it now."""
        return (
            *([("", self._base)] if self.base_fee else []),
            *((code, self._tier(code, code)) for code in self.sla_surcharges),
            *((plan.code, price) for plan, price in self.plan_prices),
            *((entry.code, self._disk(entry)) for entry in self.storage),
            *((entry.code, self._resource(entry)) for entry in self.resources),
        )

    @property
    def plan_prices(self) -> tuple[tuple[ComputePlan, Price], ...]:
        """Each compute plan with its price, of one billing unit and more."""
        return tuple((plan, self._plan(plan)) for plan in self.compute_plans)

    @property
    def price_codes(self) -> frozenset[str]:
        """The codes of the prices that selections of it expand to."""
        found = {"base", "sla", "compute", "storage"}
        return frozenset(found | {f"resource:{entry.code}" for entry in self.resources})

    @property
    def _base(self) -> Price:
        return self._price("base", None, lambda: self._made_of("base", "base fee", Flat(self.base_fee)))

    def _price(self, part: str, entry: object, make: Callable[[], Price]) -> Price:
        found = self._made.get((part, entry))
        return self._made.setdefault((part, entry), make()) if found is None else found

    def _made_of(
        self,
        code: str,
        what: str,
        model: Flat | PerUnit | Progressive,
        per: Per = Per.MONTH,
        unit: str | None = None,
    ) -> Price:
        return Price(
            code=code,
            description=f"{self.name or self.code}: {what}",
            model=model,
            currency=self.currency,
            interval=MONTH,
            timing=Timing.ARREARS,
            per=HOUR if per is Per.HOUR else None,
            unit=unit,
        )

    def _sla(self, tier: SlaTier) -> OrderRecord:
        if tier.code not in self.sla_surcharges:
            raise NotAvailable("this service does not offer the tier", place="sla_tier", value=tier.code)
        return OrderRecord(price=self._tier(tier.code, sold(tier, "sla_tier").name or tier.code))

    def _tier(self, code: str, name: str) -> Price:
        surcharge = Flat(self.sla_surcharges[code])
        return self._price("sla", (code, name), lambda: self._made_of("sla", f"SLA {name}", surcharge))

    def _compute(self, selection: Selection, replicas: Decimal) -> OrderRecord:
        plan = sold(self.compute(selection.compute_plan or ""), "compute_plan")
        users = self.billing_unit is BillingUnit.USER
        units = selection.quantity if users else ex.CONTEXT.multiply(self._units_of_one(plan), replicas)
        return OrderRecord(price=self._plan(plan), quantity=units)

    def _plan(self, plan: ComputePlan) -> Price:
        def made() -> Price:
            brackets = self.discount_brackets or (Bracket(),)
            model = Progressive(plan.price, self._units_of_one(plan), self.minimum_units, brackets)
            return self._made_of("compute", f"compute {plan.code}", model, Per.HOUR, self.billing_unit.value)

        return self._price("compute", plan.code, made)

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
        return OrderRecord(price=self._disk(entry), quantity=size)

    def _disk(self, entry: Storage) -> Price:
        def made() -> Price:
            return self._made_of("storage", f"storage {entry.code}", PerUnit(entry.price), entry.per, "GiB")

        return self._price("storage", entry.code, made)

    def _extra(self, selection: Selection) -> list[OrderRecord]:
        if not selection.resources:
            return []
        known = {entry.code: entry for entry in self.resources}
        found = []
        for code, quantity in sorted(selection.resources.items()):
            entry = known.get(code)
            if entry is None:
                raise InvalidValue("no such resource", place=f"resources.{code}", value=code)
            if entry.provider in (None, selection.provider):
                sold(entry, f"resources.{code}")
                found.append(OrderRecord(price=self._resource(entry), quantity=quantity))
        return found

    def _resource(self, entry: Resource) -> Price:
        return self._price(
            "resource",
            entry.code,
            lambda: self._made_of(f"resource:{entry.code}", entry.code, PerUnit(entry.price), entry.per, entry.unit),
        )
