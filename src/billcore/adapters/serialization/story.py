"""Steps of a scenario: plain data to the class of their action.

A subscription's plan, service or product and what belongs to it may stand in the step or in its ``selection``; a value
has them in one ``Selection``.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import cattrs

from billcore.adapters.serialization.problems import brief, collect, refuse, step_into, table
from billcore.adapters.serialization.strict import Field, fields_of, unknown_keys
from billcore.kernel import InputError, InvalidValue, NotSupportedYet
from billcore.ports.steps import (
    ACTIONS,
    LATER_ACTIONS,
    Change,
    ScenarioStep,
    SelectionChange,
    Step,
    Subscribe,
    UsageStep,
)
from billcore.pricing import Catalog, Selection

__all__ = ["SELECTION_KEYS", "register_story"]

SELECTION_KEYS: Mapping[type[Step], tuple[str, ...]] = {
    Subscribe: (
        "service",
        "plan",
        "version",
        "product",
        "sizes",
        "quantity",
        "addons",
        "anchor",
        "configuration",
        "coupon",
    ),
    Change: ("service", "plan", "version", "product", "sizes", "quantity", "configuration"),
}
"""Keys of a selection that may stand in the step itself, by action."""


def register_story(converter: cattrs.Converter) -> None:
    """Teach a converter steps, and catalogs that may be named by text."""
    converter.register_structure_hook(SelectionChange, functools.partial(_read_change_keys, converter))
    converter.register_structure_hook(ScenarioStep, lambda value, _: _read_step(value, converter))
    for kind in (Catalog | str, Catalog | str | None):
        converter.register_structure_hook(kind, lambda value, kind: _read_catalog(value, kind, converter))


def _read_step(value: object, converter: cattrs.Converter) -> ScenarioStep:
    data = dict(table(value))
    action = data.pop("do", None)
    if action is None:
        raise InvalidValue("missing", place="do", hint=f"one of {', '.join(ACTIONS)}")
    if isinstance(action, str) and action in LATER_ACTIONS:
        raise NotSupportedYet(place="do", value=action)
    kind = ACTIONS.get(action) if isinstance(action, str) else None
    if kind is None:
        raise InvalidValue("no such action", place="do", value=brief(action), hint=f"one of {', '.join(ACTIONS)}")
    if kind is UsageStep:
        data = _with_defaults(data)
    if kind not in SELECTION_KEYS:
        return converter.structure(data, kind)
    return _read_with_selection(data, kind, converter)


def _read_with_selection(data: dict[str, object], kind: type[Any], converter: cattrs.Converter) -> ScenarioStep:
    problems: list[InputError] = []
    moved = {key: data.pop(key) for key in SELECTION_KEYS[kind] if key in data}
    inner = data.get("selection", {})
    if isinstance(inner, Mapping):
        twice = sorted(moved.keys() & inner.keys())
        problems.extend(InvalidValue("stands in the step and in its selection", place=key) for key in twice)
        if moved or kind is Subscribe or "selection" in data:
            data["selection"] = {**inner, **moved}
    step = collect(problems, "", functools.partial(converter.structure, data, kind))
    for problem in problems:
        head, _, key = (problem.place or "").partition(".")
        if head == "selection" and key.split(".")[0].split("[")[0] in moved:
            problem.place = key
    refuse(problems)
    return step  # type: ignore[return-value]  # it is one, where no problem was refused


def _read_change_keys(converter: cattrs.Converter, value: object, _: object) -> SelectionChange:
    """Only the keys that are named, each read as a selection's; whether they fit together is seen at the change."""
    if isinstance(value, SelectionChange):
        return value
    data, fields = table(value), _selection_fields(converter)
    problems: list[InputError] = list(unknown_keys(Selection, data, fields))
    keys = {
        field.attribute.name: collect(problems, step_into(key), functools.partial(field.read, data[key]))
        for key, field in fields.items()
        if key in data
    }
    refuse(problems)
    return SelectionChange(keys)


@functools.cache
def _selection_fields(converter: cattrs.Converter) -> dict[str, Field]:
    return fields_of(Selection, converter)


def _with_defaults(data: dict[str, object]) -> dict[str, object]:
    """Events of a step need no ``source`` (then ``scenario``) and no ``time`` (then the step's)."""
    events = data.get("events")
    if not isinstance(events, list):
        return data
    usual = {"source": "scenario"}
    if (time := data.get("effective", data.get("at"))) is not None:
        usual["time"] = time  # type: ignore[assignment]  # a converter reads it
    return {**data, "events": [{**usual, **event} if isinstance(event, Mapping) else event for event in events]}


def _read_catalog(value: object, kind: object, converter: cattrs.Converter) -> Catalog | str | None:
    if value is None and kind == Catalog | str | None:
        return None
    if isinstance(value, str):
        return converter.structure(value, str)
    if isinstance(value, (Mapping, Catalog)):
        return converter.structure(value, Catalog)
    raise InvalidValue("neither a catalog nor its path", value=brief(value))
