"""What a service is sized by: service levels, compute plans, storage and resources of a provider."""

from __future__ import annotations

from decimal import Decimal

import attrs

from billcore.kernel import ONE, Number, of_kind
from billcore.pricing import coded, fields, said
from billcore.pricing.entry import Entry
from billcore.pricing.units import Per

__all__ = ["ComputePlan", "Resource", "SlaTier", "Storage"]


def _replicas(value: Number) -> Decimal:
    return fields.replicas(value)


@attrs.frozen(kw_only=True)
class SlaTier(Entry):
    """A service level: ``min_replicas`` raises the replica count, ``uptime`` is a percentage for people."""

    code: str = attrs.field(converter=coded.code)
    name: str = attrs.field(default="", validator=said.text)
    uptime: Decimal | None = attrs.field(default=None, converter=fields.uptime)
    min_replicas: Decimal = attrs.field(default=ONE, converter=_replicas)
    service_level: str | None = attrs.field(default=None, validator=said.text_or_none)


@attrs.frozen(kw_only=True)
class ComputePlan(Entry):
    """A size of one replica; ``price`` is for one replica and hour."""

    code: str = attrs.field(converter=coded.code)
    cpu: Decimal = attrs.field(converter=fields.cpu)
    ram_gib: Decimal = attrs.field(converter=fields.ram_gib)
    price: Decimal = attrs.field(converter=fields.price)


@attrs.frozen(kw_only=True)
class Storage(Entry):
    """Disk: ``price`` is for one GiB and hour (or month); ``per_replica`` multiplies by the replicas."""

    code: str = attrs.field(converter=coded.code)
    price: Decimal = attrs.field(converter=fields.price)
    per: Per = Per.HOUR
    per_replica: bool = attrs.field(default=True, validator=said.flag)

    def __attrs_post_init__(self) -> None:
        of_kind(self.per, Per, "per")


@attrs.frozen(kw_only=True)
class Resource(Entry):
    """Something of a cloud provider, priced by the unit; under another provider it makes no line (R4-26)."""

    code: str = attrs.field(converter=coded.code)
    provider: str | None = attrs.field(default=None, validator=said.text_or_none)
    price: Decimal = attrs.field(converter=fields.price)
    unit: str | None = attrs.field(default=None, validator=said.text_or_none)
    per: Per = Per.MONTH

    def __attrs_post_init__(self) -> None:
        of_kind(self.per, Per, "per")
