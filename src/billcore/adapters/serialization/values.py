"""Values that documents write in a form of their own: intervals, anchors and price models.

``{"type": "per_unit", "unit_amount": "0.01", "included": "100"}`` is a ``PerUnit`` in a ``Wrapped``: wrappers stand
flat beside the model's own keys, and any one of them makes a wrapper.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from decimal import Decimal

import attrs
import cattrs

from billcore.adapters.serialization.problems import brief, collect, refuse, table
from billcore.kernel import INTERVALS, Anchor, DayAnchor, InputError, Interval, InvalidValue, instant
from billcore.pricing import (
    Dynamic,
    Flat,
    Graduated,
    GraduatedPercentage,
    Matrix,
    Package,
    Percentage,
    PerUnit,
    PriceModel,
    Progressive,
    StairStep,
    Volume,
    Wrapped,
)
from billcore.pricing.said import key_of

__all__ = ["MODELS", "WRAPPERS", "model_type", "read_anchor", "read_interval", "read_model", "register_values"]

MODELS: Mapping[str, type[PriceModel]] = {
    "flat": Flat,
    "per_unit": PerUnit,
    "graduated": Graduated,
    "volume": Volume,
    "stair_step": StairStep,
    "package": Package,
    "percentage": Percentage,
    "graduated_percentage": GraduatedPercentage,
    "progressive": Progressive,
    "matrix": Matrix,
    "dynamic": Dynamic,
}
"""Price models by their ``type``."""

WRAPPERS = tuple(key_of(field) for field in attrs.fields(Wrapped) if field.name not in ("model", "credits"))
"""Keys that wrap a model; credits are said by the price's currency."""

_UNKNOWN = Flat(Decimal(0))


def register_values(converter: cattrs.Converter) -> None:
    """Teach a converter these forms."""
    converter.register_structure_hook_func(
        lambda kind: kind is PriceModel, lambda value, _: read_model(value, converter)
    )
    class_hook = converter.get_structure_hook(Interval)
    converter.register_structure_hook(Interval, lambda value, _: read_interval(value, class_hook))
    for kind in (Anchor, Anchor | None):
        converter.register_structure_hook(kind, lambda value, kind: read_anchor(value, kind, converter))


def read_interval(value: object, class_hook: Callable[[object, type[Interval]], Interval]) -> Interval:
    """``month`` and the like, ``{"months": 1}``, ``{"days": 7}``, ``{"seconds": 60}`` or ``{"years": 1}``."""
    if isinstance(value, Interval):
        return value
    if isinstance(value, str):
        if value not in INTERVALS:
            raise InvalidValue("no such interval", value=value, hint=f"one of {', '.join(INTERVALS)}")
        return INTERVALS[value]
    data = table(value)
    if list(data) == ["years"] and type(years := data["years"]) is int:
        data = {"months": years * 12}
    if len(data) != 1:
        raise InvalidValue("an interval has one of months, days, seconds and years", value=brief(value))
    return class_hook(data, Interval)


def read_anchor(value: object, kind: object, converter: cattrs.Converter) -> Anchor | None:
    """``calendar``, ``start``, ``{"day": 15}`` or an instant."""
    if value is None and kind == Anchor | None:
        return None
    if value in ("calendar", "start"):
        return value
    if isinstance(value, (Mapping, DayAnchor)):
        return converter.structure(value, DayAnchor)
    if isinstance(value, (dt.datetime, str)):
        try:
            return instant(value)
        except InputError as error:
            raise InvalidValue("not an anchor", value=brief(value), hint=_ANCHOR_HINT) from error
    raise InvalidValue("not an anchor", value=brief(value), hint=_ANCHOR_HINT)


_ANCHOR_HINT = '"calendar", "start", {day = 15} or an instant'


def read_model(value: object, converter: cattrs.Converter) -> PriceModel:
    """A price model by its ``type``, in a ``Wrapped`` if a wrapper stands beside it."""
    # A protocol is asked last: looking for its methods costs more than reading the table.
    if not isinstance(value, Mapping) and isinstance(value, PriceModel):
        return value
    data = table(value)
    if "type" not in data:
        raise InvalidValue("missing", place="type", hint=f"one of {', '.join(MODELS)}")
    name = data["type"]
    if not isinstance(name, str) or name not in MODELS:
        raise InvalidValue("no such price model", place="type", value=brief(name), hint=f"one of {', '.join(MODELS)}")
    problems: list[InputError] = []
    own = {key: entry for key, entry in data.items() if key != "type" and key not in WRAPPERS}
    around = {key: data[key] for key in WRAPPERS if key in data}
    model: PriceModel | None = collect(problems, "", functools.partial(converter.structure, own, MODELS[name]))
    if around:
        wrapped = {"model": model or _UNKNOWN, **around}
        model = collect(problems, "", functools.partial(converter.structure, wrapped, Wrapped))
    refuse(problems)
    return model or _UNKNOWN


def model_type(model: PriceModel) -> str:
    """The ``type`` of a model. Raises ``InvalidValue`` for a model of one's own, which no document can name."""
    for name, kind in MODELS.items():
        if type(model) is kind:
            return name
    raise InvalidValue("a price model of one's own has no document", place="model", value=type(model).__name__)
