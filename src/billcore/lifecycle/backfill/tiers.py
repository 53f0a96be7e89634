"""SLA tiers, discount brackets and sizes of an older portal (R4-32 to R4-35)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import attrs

from billcore.kernel import InvalidValue, NotFound, Number, checked_id, number
from billcore.pricing import Bracket, Service, SizingUnit, SlaTier, size_in

__all__ = [
    "NO_SLA",
    "OldInstance",
    "backfill_tiers",
    "copy_brackets",
    "decimal_gib",
    "offer_no_sla",
    "seed_tiers",
    "unknown_slas",
]

NO_SLA = SlaTier(code="nosla", name="No SLA", min_replicas=1, service_level="besteffort")
"""The tier of who bought none: best effort, one replica; every service offers it for nothing (R4-32)."""


def seed_tiers(tiers: Iterable[SlaTier], seeds: Iterable[SlaTier] = (NO_SLA,)) -> tuple[SlaTier, ...]:
    """The tiers with each seed whose code is not among them."""
    found = tuple(tiers)
    there = {tier.code for tier in found}
    return (*found, *(seed for seed in seeds if seed.code not in there))


def offer_no_sla(service: Service, tier: SlaTier = NO_SLA) -> Service:
    """The service with a surcharge of 0 for the tier, if it says nothing of it: a tier not named is not offered."""
    if tier.code in service.sla_surcharges:
        return service
    return attrs.evolve(service, sla_surcharges={tier.code: 0, **service.sla_surcharges})


def copy_brackets(services: Iterable[Service], brackets: Sequence[Bracket]) -> tuple[Service, ...]:
    """Each service with the brackets that once held for all; one that has its own keeps them (R4-34)."""
    return tuple(
        service if service.discount_brackets else attrs.evolve(service, discount_brackets=tuple(brackets))
        for service in services
    )


def decimal_gib(value: Number, place: str = "ram_gib") -> Decimal:
    """GiB as a decimal: a number keeps its value (4 is 4), text with a suffix is read as a quantity (R4-35).

    Raises ``InvalidNumber`` and ``InvalidValue``.
    """
    suffixed = isinstance(value, str) and value[-1:].isalpha()
    size = size_in(value, SizingUnit.GIB, place) if suffixed else number(value, place)
    if size < 0:
        raise InvalidValue("must not be negative", place=place, value=str(size))
    return number(size, place)


def _id(value: str) -> str:
    return checked_id(value, "id")


@attrs.frozen(kw_only=True)
class OldInstance:
    """An instance of the older portal: the SLA it was sold with, as that portal named it, and its tier here."""

    id: str = attrs.field(converter=_id)
    sla: str | None = None
    sla_tier: str | None = None


def backfill_tiers(
    instances: Iterable[OldInstance],
    mapping: Mapping[str, str],
    tiers: Iterable[SlaTier],
    default: SlaTier = NO_SLA,
) -> tuple[OldInstance, ...]:
    """Every instance with a tier: the one it has, else what ``mapping`` makes of its old SLA, else the default (R4-33).

    ``mapping`` reads ``{old SLA: tier code}``; ask ``unknown_slas`` first, for a default is a surcharge forgone. Raises
    ``NotFound`` where a tier is not among ``tiers``.
    """
    codes = {tier.code for tier in tiers}
    made = tuple(
        instance
        if instance.sla_tier is not None
        else attrs.evolve(instance, sla_tier=mapping.get(instance.sla or "", default.code))
        for instance in instances
    )
    for index, instance in enumerate(made):
        if instance.sla_tier not in codes:
            raise NotFound("no such SLA tier", place=f"instances[{index}].sla_tier", value=instance.sla_tier)
    return made


def unknown_slas(instances: Iterable[OldInstance], mapping: Mapping[str, str]) -> tuple[str, ...]:
    """Old SLAs that ``mapping`` does not name, of instances without a tier; each once, in the order met."""
    named = (instance.sla for instance in instances if instance.sla_tier is None)
    return tuple(dict.fromkeys(sla for sla in named if sla is not None and sla not in mapping))
