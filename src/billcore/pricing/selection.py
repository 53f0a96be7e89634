"""Selection: what a customer would like to have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs

from billcore.kernel import (
    ONE,
    Anchor,
    FrozenMap,
    InvalidValue,
    Number,
    checked_anchor,
    checked_id,
    instant,
    number,
    of_kind,
    several,
    zone,
)
from billcore.pricing import fields, said

__all__ = ["HOURS_PER_MONTH", "Selection"]

HOURS_PER_MONTH = Decimal(730)
"""8,760 hours of a year by 12: what estimates count for a month."""


def _codes(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(checked_id(code, "addons") for code in several(codes, str, "addons", "codes"))


def _numbers(place: str, values: Mapping[str, Number]) -> Mapping[str, Decimal]:
    read = {key: number(value, f"{place}.{key}") for key, value in said.table(values, place).items()}
    for key, value in read.items():
        if value < 0:
            raise InvalidValue("must not be negative", place=f"{place}.{key}", value=str(value))
    return FrozenMap(read)


def _sizes(values: Mapping[str, Number]) -> Mapping[str, Decimal]:
    return _numbers("sizes", values)


def _resources(values: Mapping[str, Number]) -> Mapping[str, Decimal]:
    return _numbers("resources", values)


def _usage(values: Mapping[str, Number]) -> Mapping[str, Decimal]:
    return _numbers("usage", values)


def _configuration(values: Mapping[str, str]) -> Mapping[str, str]:
    found = said.table(values, "configuration")
    return FrozenMap({key: said.plain(str(value), f"configuration.{key}") for key, value in found.items()})


def _supporting(values: Mapping[str, str]) -> Mapping[str, str]:
    found = said.table(values, "supporting")
    return FrozenMap({key: checked_id(value, f"supporting.{key}") for key, value in found.items()})


def _coupon(value: str | None) -> str | None:
    return None if value is None else checked_id(value, "coupon")


def _starts_on(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "starts_on")


def _anchor(value: Anchor | None) -> Anchor | None:
    return None if value is None else checked_anchor(value)


@attrs.frozen(kw_only=True)
class Selection:
    """One of ``service``, ``plan`` and ``product``, with what belongs to it.

    ``quantity`` is seats of a plan or product (users of a service that bills by user). ``storage`` chooses among
    several storage prices, ``supporting`` the compute plans of services that are billed within this one. ``sizes`` of a
    composed product override its defaults (``cpu``, or ``vm.cpu`` of one part, or ``vm`` for how many of the part).
    ``configuration`` is kept with the order and not priced. ``usage`` (by meter) and ``hours`` (of a month; ``None``:
    those of the policy) are expectations, for quotes only. ``coupon`` is applied as it is subscribed to.
    """

    service: str | None = attrs.field(default=None, validator=said.text_or_none)
    compute_plan: str | None = attrs.field(default=None, validator=said.text_or_none)
    sla_tier: str | None = attrs.field(default=None, validator=said.text_or_none)
    replicas: Decimal = attrs.field(default=ONE, converter=fields.replicas)
    storage_gib: Decimal = attrs.field(default=Decimal(0), converter=fields.storage_gib)
    storage: str | None = None
    provider: str | None = attrs.field(default=None, validator=said.text_or_none)
    resources: Mapping[str, Decimal] = attrs.field(factory=FrozenMap, converter=_resources)
    supporting: Mapping[str, str] = attrs.field(factory=FrozenMap, converter=_supporting)
    plan: str | None = attrs.field(default=None, validator=said.text_or_none)
    version: int | None = None
    product: str | None = attrs.field(default=None, validator=said.text_or_none)
    sizes: Mapping[str, Decimal] = attrs.field(factory=FrozenMap, converter=_sizes)
    addons: tuple[str, ...] = attrs.field(default=(), converter=_codes)
    quantity: Decimal = attrs.field(default=ONE, converter=fields.quantity)
    configuration: Mapping[str, str] = attrs.field(factory=FrozenMap, converter=_configuration)
    starts_on: dt.datetime | None = attrs.field(default=None, converter=_starts_on)
    anchor: Anchor | None = attrs.field(default=None, converter=_anchor)
    timezone: str = "UTC"
    country: str | None = attrs.field(default=None, converter=fields.country_or_none)
    usage: Mapping[str, Decimal] = attrs.field(factory=FrozenMap, converter=_usage)
    hours: Decimal | None = attrs.field(default=None, converter=fields.hours_or_none)
    coupon: str | None = attrs.field(default=None, converter=_coupon)

    def __attrs_post_init__(self) -> None:
        of_kind(self.version, int | None, "version")
        named = [name for name in ("service", "plan", "product") if getattr(self, name) is not None]
        if len(named) != 1:
            raise InvalidValue("select one service, plan or product", place="selection", value=named)
        zone(self.timezone, "timezone")
        if self.storage is not None:
            if not isinstance(self.storage, str):
                raise InvalidValue("not text", place="storage", value=self.storage, hint="storage_gib?")
            said.plain(self.storage, "storage")
        self._only("service", ("compute_plan", "sla_tier", "storage", "provider"))
        if self.service is None and (self.storage_gib or self.resources or self.supporting or self.replicas != 1):
            raise InvalidValue("replicas, storage and resources belong to a service", place="selection")
        self._only("plan", ("version",))
        if self.product is None and self.sizes:
            raise InvalidValue("sizes belong to a product", place="sizes")

    def _only(self, owner: str, names: tuple[str, ...]) -> None:
        if getattr(self, owner) is not None:
            return
        for name in names:
            if (value := getattr(self, name)) is not None:
                raise InvalidValue(f"belongs to a {owner}", place=name, value=value)
