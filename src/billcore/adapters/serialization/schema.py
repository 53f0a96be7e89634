"""JSON Schema 2020-12 of the documents, made from the classes that read them.

It says which keys there are, which are needed, and what form a value has; what values must have to do with each other
(rising tiers, known meters) only reading the document tells. Keys of later versions are not in it.
"""

from __future__ import annotations

import datetime as dt
import enum
import inspect
import json
import re
import typing
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any, Literal

import attrs

from billcore.adapters.serialization.documents import CATALOG, SCENARIO
from billcore.adapters.serialization.later import LATER_VALUES
from billcore.adapters.serialization.story import SELECTION_KEYS
from billcore.adapters.serialization.values import MODELS, WRAPPERS
from billcore.kernel import INTERVALS, Anchor, DayAnchor, Interval, InvalidValue
from billcore.lifecycle import UsageEvent
from billcore.ports.scenario import Scenario
from billcore.ports.steps import ACTIONS, Change, ScenarioStep, SelectionChange, Step, Subscribe, UsageStep
from billcore.pricing import Catalog, Price, PriceModel, Selection, Wrapped
from billcore.pricing.said import key_of

__all__ = ["SCHEMAS", "schema", "schema_text"]

Schema = dict[str, Any]

SCHEMAS: Mapping[str, type[attrs.AttrsInstance]] = {
    "catalog": Catalog,
    "scenario": Scenario,
    "selection": Selection,
    "price": Price,
    "usage": UsageEvent,
}
"""The documents that have a schema; ``usage`` is one record of a JSON Lines file."""

_NUMBER: Schema = {
    "description": "A decimal: a number, or text, which keeps every digit whatever reads it.",
    "anyOf": [
        {"type": "string", "pattern": r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$"},
        {"type": "number"},
    ],
}
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
_SCALARS: Mapping[object, Schema] = {
    str: {"type": "string", "maxLength": 10_000},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    object: {},
    dt.datetime: {
        "type": "string",
        "format": "date-time",
        "pattern": _INSTANT,
    },
    dt.date: {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
}
_FORMATS: Mapping[type[Any], str] = {Catalog: CATALOG, Scenario: SCENARIO}


def schema(name: str) -> Schema:
    """The schema of ``catalog``, ``scenario``, ``selection``, ``price`` or ``usage``. Raises ``InvalidValue``."""
    if name not in SCHEMAS:
        raise InvalidValue("no such schema", place="name", value=name, hint=f"one of {', '.join(SCHEMAS)}")
    made = _Schemas()
    root = made.of_type(SCHEMAS[name])
    kind = SCHEMAS[name]
    if kind in _FORMATS:
        # At the head of a file the format is needed; a catalog inside a scenario may leave it out.
        root = {"allOf": [root], "required": ["format"], "properties": {"format": {"const": _FORMATS[kind]}}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:billcore:{name}:1",
        "title": f"billcore {name}",
        **root,
        "$defs": made.defs,
    }


def schema_text(name: str) -> str:
    """The schema as the file that an editor reads; it is shipped beside this module, in ``schemas``."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


class _Schemas:
    """Schemas by type; classes become definitions that others refer to."""

    def __init__(self) -> None:
        self.defs: dict[str, Schema] = {}

    def of_type(self, kind: Any) -> Schema:  # noqa: ANN401 - any annotation
        """The schema of a declared type."""
        if kind in _SCALARS:
            return _SCALARS[kind]
        for known, make in self._special():
            if kind is known or kind == known:
                return make()
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is Literal:
            return _choices(arguments, kind)
        if origin is tuple:
            return {"type": "array", "items": self.of_type(arguments[0])}
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of_type(arguments[1])}
        if arguments:
            return {"anyOf": [{"type": "null"} if item is type(None) else self.of_type(item) for item in arguments]}
        if issubclass(kind, enum.Enum):
            return _choices([member.value for member in kind], kind)
        return self._ref(kind.__name__, lambda: self._of_class(kind))

    def _special(self) -> tuple[tuple[object, Callable[[], Schema]], ...]:
        return (
            (Decimal, lambda: self._ref("Number", lambda: _NUMBER)),
            (Interval, lambda: self._ref("Interval", _interval)),
            (Anchor, lambda: self._ref("Anchor", self._anchor)),
            (Anchor | None, lambda: {"anyOf": [self.of_type(Anchor), {"type": "null"}]}),
            (PriceModel, lambda: self._ref("PriceModel", self._models)),
            (ScenarioStep, lambda: self._ref("Step", self._steps)),
            (SelectionChange, lambda: self._ref("SelectionChange", lambda: self._table(Selection, required=()))),
        )

    def _ref(self, name: str, make: Callable[[], Schema]) -> Schema:
        if name not in self.defs:
            self.defs[name] = {}
            self.defs[name] = make()
        return {"$ref": f"#/$defs/{name}"}

    def _properties(self, kind: type[Any], *, only: Collection[str] | None = None) -> dict[str, Schema]:
        hints = typing.get_type_hints(kind)
        wanted = [field for field in attrs.fields(kind) if field.init and (only is None or key_of(field) in only)]
        return {key_of(field): self.of_type(hints[field.name]) for field in wanted}

    def _table(self, kind: type[Any], *, required: tuple[str, ...] | None = None, **more: Schema) -> Schema:
        needed = [key_of(field) for field in attrs.fields(kind) if field.init and field.default is attrs.NOTHING]
        wanted = [*more, *(needed if required is None else required)]
        return {
            "description": _first_line(kind),
            "type": "object",
            "properties": {**more, **self._properties(kind)},
            **({"required": wanted} if wanted else {}),
            "additionalProperties": False,
        }

    def _of_class(self, kind: type[Any]) -> Schema:
        made = self._table(kind)
        if kind in _FORMATS:
            made["properties"] = {"format": {"const": _FORMATS[kind]}, **made["properties"]}
        return made

    def _anchor(self) -> Schema:
        return {
            "anyOf": [{"enum": ["calendar", "start"]}, self.of_type(DayAnchor), self.of_type(dt.datetime)],
        }

    def _models(self) -> Schema:
        wrappers = self._properties(Wrapped, only=WRAPPERS)
        made = []
        for name, kind in MODELS.items():
            table = self._table(kind, type={"const": name})
            table["properties"] |= wrappers
            made.append(self._ref(kind.__name__, lambda table=table: table))  # type: ignore[misc]  # a default binds the loop's value
        return {"anyOf": made}

    def _steps(self) -> Schema:
        return {"anyOf": [self._ref(kind.__name__, lambda kind=kind: self._step(kind)) for kind in ACTIONS.values()]}  # type: ignore[misc]  # a default binds the loop's value

    def _step(self, kind: type[Step]) -> Schema:
        made = self._table(kind, do={"const": kind.do})
        if kind is UsageStep:
            event = self._ref("StepEvent", lambda: self._table(UsageEvent, required=("id", "customer", "meter")))
            made["properties"]["events"] = {"type": "array", "items": event}
        if kind in (Subscribe, Change):
            chosen = self._properties(Selection)
            moved = {key: chosen[key] for key in SELECTION_KEYS[kind]}
            own = self._ref("SelectionChange", lambda: self._table(Selection, required=()))
            made["properties"] = {**moved, **made["properties"], "selection": own}
            made["required"] = [key for key in made["required"] if key != "selection"]
        return made


def _choices(names: Any, kind: object) -> Schema:  # noqa: ANN401 - a type as cattrs hands it
    later = LATER_VALUES.get(kind, frozenset())
    return {"enum": [name for name in names if name not in later]}


def _interval() -> Schema:
    def one(unit: str) -> Schema:
        properties = {unit: {"type": "integer", "minimum": 1}}
        return {"type": "object", "properties": properties, "required": [unit], "additionalProperties": False}

    return {
        "description": "The length of a billing period.",
        "anyOf": [{"enum": list(INTERVALS)}, *(one(unit) for unit in ("months", "days", "seconds", "years"))],
    }


def _first_line(kind: type[Any]) -> str:
    text = (inspect.getdoc(kind) or "").partition("\n\n")[0]
    return re.sub(r"\s+", " ", text.replace("``", "`"))
