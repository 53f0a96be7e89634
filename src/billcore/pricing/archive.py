"""Archive: catalogs and selections as text that says what it is, for stores.

Unlike the documents that people write, every value carries its own kind, so reading needs no schema; the names are a
wire format of their own, and renaming a class changes none of them.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections.abc import Mapping
from decimal import Decimal

import attrs

from billcore.kernel import DayAnchor, Interval, InvalidValue, instant, rfc3339
from billcore.kernel import exact as ex
from billcore.pricing.catalog import Catalog
from billcore.pricing.model.flat import Flat, PerUnit
from billcore.pricing.model.package import Package, PackageRound
from billcore.pricing.model.progressive import Bracket, Progressive
from billcore.pricing.model.tiered import Graduated, StairStep, Volume
from billcore.pricing.model.wrapped import Wrapped
from billcore.pricing.price import OnChange, OnEnd, Price, PriceCadence, Proration, Timing
from billcore.pricing.product import Addon, Aggregation, Meter, Plan, PlanStatus, PlanVersion, Product
from billcore.pricing.selection import Selection
from billcore.pricing.service import BillingUnit, ComputePlan, Per, Resource, Service, SlaTier, Storage
from billcore.pricing.tax import TaxRate
from billcore.pricing.tier import Tier

__all__ = ["archive", "unarchive"]

_NAMES: dict[type, str] = {
    Addon: "addon",
    Aggregation: "aggregation",
    BillingUnit: "billing_unit",
    Bracket: "bracket",
    Catalog: "catalog",
    ComputePlan: "compute_plan",
    DayAnchor: "day_anchor",
    Flat: "flat",
    Graduated: "graduated",
    Interval: "interval",
    Meter: "meter",
    OnChange: "on_change",
    OnEnd: "on_end",
    Package: "package",
    PackageRound: "package_round",
    Per: "per",
    PerUnit: "per_unit",
    Plan: "plan",
    PlanStatus: "plan_status",
    PlanVersion: "plan_version",
    Price: "price",
    PriceCadence: "price_cadence",
    Product: "product",
    Progressive: "progressive",
    Proration: "proration",
    Resource: "resource",
    Selection: "selection",
    Service: "service",
    SlaTier: "sla_tier",
    StairStep: "stair_step",
    Storage: "storage",
    TaxRate: "tax_rate",
    Tier: "tier",
    Timing: "timing",
    Volume: "volume",
    Wrapped: "wrapped",
}
_KINDS = {name: kind for kind, name in _NAMES.items()}


def archive(value: Catalog | Selection) -> str:
    """The value as JSON text. Raises ``InvalidValue`` for a price model that billcore did not define."""
    return json.dumps(_write(value), ensure_ascii=False, separators=(",", ":"))


def unarchive(text: str) -> Catalog | Selection:
    """The value that ``archive`` wrote."""
    value = _read(json.loads(text))
    if not isinstance(value, (Catalog, Selection)):
        raise InvalidValue("not an archived catalog or selection", value=text)
    return value


def _write(value: object) -> object:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return {"number": ex.text(value)}
        case dt.datetime():
            return {"instant": rfc3339(value)}
        case dt.date():
            return {"date": value.isoformat()}
        case tuple() | list():
            return [_write(item) for item in value]
        case Mapping():
            return {"map": {key: _write(item) for key, item in value.items()}}
        case enum.Enum():
            return {"is": _name(value), "value": value.value}
        case _:
            kind: type = type(value)
            fields = attrs.fields(kind) if attrs.has(kind) else ()
            written = {f.alias: _write(getattr(value, f.name)) for f in fields if f.init}
            return {"is": _name(value), "with": written}


def _name(value: object) -> str:
    name = _NAMES.get(type(value))
    if name is None:
        raise InvalidValue("a price model of one's own cannot be stored", value=type(value).__name__)
    return name


def _read(data: object) -> object:
    match data:
        case list():
            return [_read(item) for item in data]
        case {"number": str(text)}:
            return ex.parse(text)
        case {"instant": str(text)}:
            return instant(text)
        case {"date": str(text)}:
            return dt.date.fromisoformat(text)
        case {"map": dict(items)}:
            return {key: _read(item) for key, item in items.items()}
        case {"is": str(name), "value": found}:
            return _KINDS[name](found)
        case {"is": str(name), "with": dict(found)}:
            return _KINDS[name](**{key: _read(item) for key, item in found.items()})
        case _:
            return data
