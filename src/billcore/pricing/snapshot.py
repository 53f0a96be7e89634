"""Snapshots: a price as plain data, for ever readable, and the hash that proves it unchanged (P4).

The names written here are a wire format of their own: renaming a class changes none of them.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billcore.kernel import INTERVALS, Interval, InvalidValue, canonical, fingerprint
from billcore.kernel import exact as ex
from billcore.pricing.model.flat import Flat, PerUnit
from billcore.pricing.model.package import Package, PackageRound
from billcore.pricing.model.progressive import Bracket, Progressive
from billcore.pricing.model.tiered import Graduated, StairStep, Tier, Volume
from billcore.pricing.model.wrapped import Wrapped
from billcore.pricing.price import OnChange, OnEnd, Price, PriceCadence, Proration, Timing
from billcore.pricing.rating import PriceModel

__all__ = ["price_from_snapshot", "price_hash", "price_snapshot"]

_TIERED: dict[str, type[Graduated | Volume | StairStep]] = {
    "graduated": Graduated,
    "volume": Volume,
    "stair_step": StairStep,
}


@functools.lru_cache(maxsize=4_096)
def price_snapshot(price: Price) -> str:
    """The price as canonical JSON text. Raises ``InvalidValue`` for a model that billcore did not define."""
    return canonical(_price(price)).decode()


@functools.lru_cache(maxsize=4_096)
def price_hash(price: Price) -> str:
    """SHA-256 of the snapshot's canonical bytes; every line keeps it."""
    return fingerprint(_price(price))


@functools.lru_cache(maxsize=4_096)
def price_from_snapshot(text: str) -> Price:
    """The price that ``price_snapshot`` wrote. Raises ``InvalidValue`` for anything else."""
    try:
        return _read_price(json.loads(text))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidValue("not a price snapshot", place="snapshot", value=text) from error


def _read_price(data: Mapping[str, Any]) -> Price:
    return Price(
        code=data["code"],
        model=_read_model(data["model"]),
        cadence=PriceCadence(data["cadence"]),
        currency=data["currency"],
        description=data["description"],
        interval=_read_interval(*data["interval"]),
        timing=None if data["timing"] is None else Timing(data["timing"]),
        per=None if data["per"] is None else _read_interval(*data["per"]),
        meter=data["meter"],
        unit=data["unit"],
        size=data["size"],
        tax_category=data["tax_category"],
        proration=Proration(data["proration"]),
        on_change=OnChange(data["on_change"]),
        on_end=OnEnd(data["on_end"]),
    )


def _price(price: Price) -> dict[str, object]:
    return {
        "code": price.code,
        "model": _model(price.model),
        "cadence": price.cadence.value,
        "currency": price.currency,
        "description": price.description,
        "interval": _interval(price.interval),
        "timing": None if price.timing is None else price.timing.value,
        "per": None if price.per is None else _interval(price.per),
        "meter": price.meter,
        "unit": price.unit,
        "size": price.size,
        "tax_category": price.tax_category,
        "proration": price.proration.value,
        "on_change": price.on_change.value,
        "on_end": price.on_end.value,
    }


def _read_interval(months: int, days: int, seconds: int) -> Interval:
    """The named interval where there is one: prices then share it, and comparing is by identity."""
    made = Interval(months, days, seconds)
    return next((known for known in INTERVALS.values() if known == made), made)


def _interval(interval: Interval) -> list[int]:
    return [interval.months, interval.days, interval.seconds]


def _model(model: PriceModel) -> dict[str, object]:
    match model:
        case Flat():
            return {"type": "flat", "amount": model.value}
        case PerUnit():
            return {"type": "per_unit", "unit_amount": model.unit_amount}
        case Graduated() | Volume() | StairStep():
            name = next(name for name, kind in _TIERED.items() if isinstance(model, kind))
            tiers = [
                {"up_to": t.up_to, "unit_amount": t.unit_amount, "flat_amount": t.flat_amount} for t in model.tiers
            ]
            return {"type": name, "tiers": tiers, "flat_on_zero": model.flat_on_zero}
        case Package():
            return {
                "type": "package",
                "package_size": model.package_size,
                "amount": model.price,
                "round": model.round.value,
            }
        case Progressive():
            brackets = [{"up_to": b.up_to, "percent": b.percent} for b in model.brackets]
            return {
                "type": "progressive",
                "amount": model.price,
                "units": model.units,
                "minimum_units": model.minimum_units,
                "brackets": brackets,
            }
        case Wrapped():
            return {
                **_model(model.model),
                "unit_multiplier": model.unit_multiplier,
                "included": model.included,
                "minimum": model.minimum,
                "maximum": model.maximum,
            }
        case _:
            raise InvalidValue("a price model of one's own has no snapshot", place="model", value=type(model).__name__)


def _number(text: object) -> Decimal:
    found = ex.parse(str(text))
    if not isinstance(found, Decimal):
        raise InvalidValue("a price has plain numbers", place="model", value=str(text))
    return found


def _maybe(text: object) -> Decimal | None:
    return None if text is None else _number(text)


def _read_model(data: Mapping[str, object]) -> PriceModel:
    inner = _read_inner(data)
    if "unit_multiplier" not in data:
        return inner
    return Wrapped(
        model=inner,
        unit_multiplier=_number(data["unit_multiplier"]),
        included=_number(data["included"]),
        minimum=_maybe(data["minimum"]),
        maximum=_maybe(data["maximum"]),
    )


def _rows(data: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    rows = data[key]
    if not isinstance(rows, list):
        raise InvalidValue("not a list", place=f"model.{key}", value=rows)
    return rows


def _read_inner(data: Mapping[str, object]) -> PriceModel:
    match data["type"]:
        case "flat":
            return Flat(_number(data["amount"]))
        case "per_unit":
            return PerUnit(_number(data["unit_amount"]))
        case "graduated" | "volume" | "stair_step" as name:
            tiers = [
                Tier(_maybe(row["up_to"]), _number(row["unit_amount"]), _number(row["flat_amount"]))
                for row in _rows(data, "tiers")
            ]
            return _TIERED[name](tiers, bool(data["flat_on_zero"]))
        case "package":
            return Package(_number(data["package_size"]), _number(data["amount"]), PackageRound(data["round"]))
        case "progressive":
            brackets = [Bracket(_maybe(row["up_to"]), _number(row["percent"])) for row in _rows(data, "brackets")]
            return Progressive(
                _number(data["amount"]), _number(data["units"]), _number(data["minimum_units"]), brackets
            )
        case _:
            raise InvalidValue("unknown price model", place="model.type", value=data["type"])
