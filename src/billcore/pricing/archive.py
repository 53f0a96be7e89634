"""Archive: what a catalog sells, and selections, as text that says what it is, for stores; and a price's hash (P4).

Unlike the documents that people write, every value carries its own kind, so reading needs no schema; the names are a
wire format of their own, and renaming a class changes none of them. A field that has its default is left out: a later
version may add fields, and old prices keep their text and their hash. A default itself never changes.

A price model of one's own takes part under the name it gives itself (``archived_as``); see ``own_model``.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar, cast

import attrs

from billcore.kernel import INTERVALS, DayAnchor, Interval, InvalidValue, NotFound, Rounding, instant, rfc3339
from billcore.kernel import exact as ex
from billcore.pricing.availability import Availability
from billcore.pricing.catalog import Catalog
from billcore.pricing.commitment import Commitment, Overage, TrueUp
from billcore.pricing.component import Component
from billcore.pricing.coupon import Coupon, CouponDuration
from billcore.pricing.credit_unit import CreditUnit
from billcore.pricing.discount import Stacking
from billcore.pricing.grant import Grant, GrantKind
from billcore.pricing.model.flat import Flat, PerUnit
from billcore.pricing.model.matrix import Cell, Matrix
from billcore.pricing.model.own import own_model, own_name
from billcore.pricing.model.package import Package, PackageRound
from billcore.pricing.model.percentage import Dynamic, GraduatedPercentage, Percentage, PercentTier
from billcore.pricing.model.progressive import Bracket, Progressive
from billcore.pricing.model.tiered import Graduated, StairStep, Volume
from billcore.pricing.model.wrapped import UnitRound, Wrapped
from billcore.pricing.own_currency import OwnCurrency
from billcore.pricing.plan import Phase, Plan, PlanStatus, PlanVersion
from billcore.pricing.price import OnChange, OnEnd, Price, PriceCadence, Proration, Timing
from billcore.pricing.product import Addon, Aggregation, Meter, MeterPrice, Part, Product
from billcore.pricing.selection import Selection
from billcore.pricing.service import Service
from billcore.pricing.sized import ComputePlan, Resource, SlaTier, Storage
from billcore.pricing.sizing import SizingUnit
from billcore.pricing.tax_rates import TaxRate
from billcore.pricing.tier import Tier
from billcore.pricing.units import BillingUnit, Per

__all__ = ["archive", "price_hash", "unarchive"]

T = TypeVar("T", Catalog, Coupon, Grant, Selection, Price)

_NAMES: dict[type, str] = {
    Addon: "addon",
    Aggregation: "aggregation",
    Availability: "availability",
    BillingUnit: "billing_unit",
    Bracket: "bracket",
    Cell: "cell",
    Catalog: "catalog",
    Commitment: "commitment",
    Component: "component",
    ComputePlan: "compute_plan",
    Coupon: "coupon",
    CouponDuration: "coupon_duration",
    CreditUnit: "credit_unit",
    DayAnchor: "day_anchor",
    Dynamic: "dynamic",
    Flat: "flat",
    Graduated: "graduated",
    Grant: "grant",
    GrantKind: "grant_kind",
    GraduatedPercentage: "graduated_percentage",
    Interval: "interval",
    Matrix: "matrix",
    Meter: "meter",
    MeterPrice: "meter_price",
    OnChange: "on_change",
    OnEnd: "on_end",
    Overage: "overage",
    OwnCurrency: "own_currency",
    Package: "package",
    PackageRound: "package_round",
    Per: "per",
    Part: "part",
    PerUnit: "per_unit",
    PercentTier: "percent_tier",
    Percentage: "percentage",
    Phase: "phase",
    Plan: "plan",
    PlanStatus: "plan_status",
    PlanVersion: "plan_version",
    Price: "price",
    PriceCadence: "price_cadence",
    Product: "product",
    Progressive: "progressive",
    Proration: "proration",
    Resource: "resource",
    Rounding: "rounding",
    Selection: "selection",
    Service: "service",
    SizingUnit: "sizing_unit",
    SlaTier: "sla_tier",
    Stacking: "stacking",
    StairStep: "stair_step",
    Storage: "storage",
    TaxRate: "tax_rate",
    Tier: "tier",
    TrueUp: "true_up",
    Timing: "timing",
    UnitRound: "unit_round",
    Volume: "volume",
    Wrapped: "wrapped",
}
_KINDS = {name: kind for kind, name in _NAMES.items()}
_OWN = "own:"
_NOTHING = object()


def archive(value: Catalog | Coupon | Grant | Selection | Price) -> str:
    """The value as canonical JSON text.

    Raises ``InvalidValue`` for a price model of one's own that has no name to be read back by.
    """
    return json.dumps(_write(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@functools.lru_cache(maxsize=4_096)
def price_hash(price: Price) -> str:
    """SHA-256 of the price's archived text; every line keeps it."""
    return hashlib.sha256(archive(price).encode()).hexdigest()


def unarchive(text: str, kind: type[T]) -> T:
    """The value of that kind that ``archive`` wrote. Raises ``InvalidValue`` for any other text."""
    name = _NAMES[kind].replace("_", " ")
    try:
        value = _read(json.loads(text))
    except NotFound:
        raise
    except (InvalidValue, LookupError, TypeError, ValueError, RecursionError) as error:
        raise InvalidValue(f"not an archived {name}", place="archive", value=text) from error
    if not isinstance(value, kind):
        raise InvalidValue(f"not an archived {name}", place="archive", value=text)
    return value


def _write(value: object) -> object:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal() | dt.date() | Interval(name=str()):
            return _plain(value)
        case tuple() | list():
            return [_write(item) for item in value]
        case Mapping():
            return {"map": {key: _write(item) for key, item in value.items()}}
        case enum.Enum():
            return {"is": _name(value), "value": value.value}
        case _:
            name, kind = _name(value), cast("type", type(value))
            fields = _defaults(kind)
            found = ((key, getattr(value, attribute), default) for key, attribute, default in fields)
            return {"is": name, "with": {key: _write(item) for key, item, default in found if item != default}}


def _plain(value: Decimal | dt.date | Interval) -> dict[str, str | None]:
    match value:
        case Decimal():
            return {"number": ex.text(value)}
        case dt.datetime():
            return {"instant": rfc3339(value)}
        case dt.date():
            return {"date": value.isoformat()}
        case Interval():
            return {"interval": value.name}


_PLAIN: Mapping[str, Callable[[str], object]] = {
    "number": ex.parse,
    "instant": instant,
    "date": dt.date.fromisoformat,
    "interval": INTERVALS.__getitem__,
}


def _name(value: object) -> str:
    name = _NAMES.get(type(value))
    return _OWN + own_name(type(value)) if name is None else name


def _kind(name: str) -> Callable[..., object]:
    return own_model(name.removeprefix(_OWN)) if name.startswith(_OWN) else _KINDS[name]


@functools.cache
def _defaults(kind: type) -> tuple[tuple[str, str, object], ...]:
    """Each field's key, attribute and default."""
    return tuple((str(field.alias), field.name, _default(field)) for field in attrs.fields(kind) if field.init)


def _default(field: attrs.Attribute[object]) -> object:
    made = getattr(field.default, "factory", None)
    if made is not None:
        return made()
    return _NOTHING if field.default is attrs.NOTHING else field.default


def _read(data: object) -> object:
    match data:
        case list():
            return [_read(item) for item in data]
        case {"is": str(name), "value": found}:
            return _kind(name)(found)
        case {"is": str(name), "with": dict(found)}:
            return _kind(name)(**{key: _read(item) for key, item in found.items()})
        case {"map": dict(items)}:
            return {key: _read(item) for key, item in items.items()}
        case dict():
            ((name, text),) = data.items()
            return _PLAIN[name](text)
        case _:
            return data
