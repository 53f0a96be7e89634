"""Values to plain data that reads back to the same value: decimals as text, only what differs from its default."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import attrs
import cattrs
from cattrs.gen import make_dict_unstructure_fn, override

from billcore.adapters.serialization.story import SELECTION_KEYS
from billcore.adapters.serialization.values import WRAPPERS, model_type
from billcore.kernel import Interval, rfc3339
from billcore.kernel.exact import text
from billcore.ports.steps import Change, SelectionChange, Step, Subscribe
from billcore.pricing import CreditUnit, Flat, Price, PriceModel, Wrapped, credits_of
from billcore.pricing.said import key_of

__all__ = ["register_writers"]

Writer = Callable[[Any], Any]


def register_writers(converter: cattrs.Converter) -> Writer:
    """Teach a converter to write what it reads; the answer writes any value of a document."""

    def write(value: object) -> object:
        match value:
            case None | bool() | int() | str():
                return value
            case tuple() | list():
                return [write(item) for item in value]
            case Mapping():
                return {key: write(item) for key, item in value.items()}
            case PriceModel() if type(value) not in (Wrapped, CreditUnit):  # a unit has a rate of another kind
                return {"type": model_type(value), **converter.unstructure(value, unstructure_as=type(value))}
            case _:
                return converter.unstructure(value, unstructure_as=type(value))

    def of_class(kind: type[Any]) -> Writer:
        base = _class_writer(kind, converter, write)
        if issubclass(kind, Step):
            return lambda value: _step(value, base(value))
        if issubclass(kind, Price):
            return lambda value: _priced(value, base(value))
        return base

    converter.register_unstructure_hook_factory(lambda kind: isinstance(kind, type) and attrs.has(kind), of_class)
    # An enumeration of texts is text to ``match``; its value is written all the same.
    converter.register_unstructure_hook(enum.Enum, lambda value: value.value)
    converter.register_unstructure_hook(Decimal, text)
    converter.register_unstructure_hook(dt.date, lambda value: value.isoformat())
    converter.register_unstructure_hook(dt.datetime, rfc3339)
    converter.register_unstructure_hook(Interval, _interval)
    converter.register_unstructure_hook(SelectionChange, lambda value: write(value.keys))
    converter.register_unstructure_hook(Wrapped, lambda value: _wrapped(value, write))
    return write


def _class_writer(kind: type[Any], converter: cattrs.Converter, write: Writer) -> Writer:
    overrides = {
        field.name: override(rename=key_of(field), unstruct_hook=write) for field in attrs.fields(kind) if field.init
    }
    return make_dict_unstructure_fn(kind, converter, _cattrs_omit_if_default=True, **overrides)  # type: ignore[arg-type]  # keywords of cattrs


def _priced(price: Price, data: dict[str, object]) -> dict[str, object]:
    """A price in credits says so by its currency, which its catalog reads again."""
    unit = credits_of(price.model)
    return data if unit is None else {**data, "currency": unit.code}


def _interval(value: Interval) -> object:
    return value.name or {unit: n for unit, n in attrs.asdict(value).items() if n}


def _wrapped(value: Wrapped, write: Writer) -> dict[str, object]:
    around = {key: getattr(value, key) for key in WRAPPERS}
    if value.credits is not None and all(around[key] == getattr(_PLAIN, key) for key in WRAPPERS):
        bare: dict[str, object] = write(value.model)
        return bare
    unusual = {key: entry for key, entry in around.items() if entry != getattr(_PLAIN, key)}
    # One wrapper at least, so that a wrapped model reads back as one.
    return {**write(value.model), **write(unusual or {"unit_multiplier": value.unit_multiplier})}


_PLAIN = Wrapped(model=Flat(0))


def _step(step: Step, data: dict[str, object]) -> dict[str, object]:
    """The action's name first; what belongs in the step moves out of its selection."""
    if not isinstance(step, (Subscribe, Change)):
        return {"do": step.do, **data}
    selection = data.pop("selection", {})
    inner = dict(selection) if isinstance(selection, Mapping) else {}
    outer = {key: inner.pop(key) for key in SELECTION_KEYS[type(step)] if key in inner}
    return {"do": step.do, **data, **outer, **({"selection": inner} if inner else {})}
