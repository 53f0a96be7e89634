"""A decomposed service, part by part (FORMATS.md, ``services``; requirements.md 5.3)."""

from __future__ import annotations

from fractions import Fraction

from tests.pricing.oracle.models import effective
from tests.pricing.oracle.plain import ONE, ZERO, Doc, num

__all__ = ["Parts", "parts_of"]

Parts = dict[str, tuple[Fraction, str]]
"""What each part costs, for an ``hour`` or a ``month``."""


def _entry(entries: list[Doc], code: str | None) -> Doc:
    """The entry of that code; the only one where none is named."""
    (found,) = [entry for entry in entries if code is None or entry["code"] == code]
    return found


def parts_of(catalog: Doc, selection: Doc) -> Parts:
    """The base fee + surcharge + compute + storage + resources."""
    service = _entry(catalog["services"], selection["service"])
    replicas = num(selection, "replicas", 1)
    parts: Parts = {"base": (num(service, "base_fee"), "month")}
    if (tier := selection.get("sla_tier")) is not None:
        replicas = max(replicas, num(_entry(catalog["sla_tiers"], tier), "min_replicas", 1))
        parts["sla"] = (Fraction(service["sla_surcharges"][tier]), "month")
    if selection.get("compute_plan") is not None:
        plan = _entry(service["compute_plans"], selection["compute_plan"])
        parts["compute"] = (_compute(service, plan, selection, replicas), "hour")
    if stored := num(selection, "storage_gib"):
        disk = _entry(service["storage"], selection.get("storage"))
        times = replicas if disk.get("per_replica", True) else ONE
        parts["storage"] = (stored * num(disk, "price") * times, disk.get("per", "hour"))
    for code, quantity in selection.get("resources", {}).items():
        resource = _entry(service["resources"], code)
        # Of another provider, it makes no line (R4-26).
        if resource.get("provider") in (None, selection.get("provider")):
            parts[f"resource:{code}"] = (Fraction(quantity) * num(resource, "price"), resource.get("per", "month"))
    return parts


def _compute(service: Doc, plan: Doc, selection: Doc, replicas: Fraction) -> Fraction:
    """The hourly price x E(U) / u(P), where U = max(minimum units, u(P) x replicas)."""
    match service.get("billing_unit", "ram_gib"):
        case "ram_gib":
            one, units = num(plan, "ram_gib"), num(plan, "ram_gib") * replicas
        case "vcpu":
            one, units = num(plan, "cpu"), num(plan, "cpu") * replicas
        case "instance":
            one, units = ONE, replicas
        case _:
            one, units = ONE, num(selection, "quantity", 1)
    counted = max(num(service, "minimum_units"), units, ZERO)
    brackets = service.get("discount_brackets") or [{}]
    return num(plan, "price") * effective(brackets, counted) / one
