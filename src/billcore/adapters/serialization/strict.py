"""The strict converter: plain data to frozen values, and every problem of a document at once.

Nothing is coerced: a bool is not an integer, text is not a number unless a number is asked for, 5.9 is not 5. Unknown
keys, missing keys, wrong types and what a class refuses all become ``InputError`` with the place; the errors of a table
travel outwards together in one ``InvalidDocument``, each level putting its own name before the places.
"""

from __future__ import annotations

import difflib
import enum
import functools
import itertools
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeVar

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, override

from billcore.adapters.serialization.later import LATER_KEYS, LATER_VALUES
from billcore.adapters.serialization.problems import (
    MOST_PROBLEMS,
    brief,
    collect,
    inside,
    refuse,
    relative,
    step_into,
    table,
)
from billcore.adapters.serialization.scalars import CHECKS, SCALARS, read_text
from billcore.kernel import DayAnchor, InputError, Interval, InvalidValue, NotSupportedYet
from billcore.pricing import Selection
from billcore.pricing.said import key_of

__all__ = ["Field", "Hook", "fields_of", "strict_converter", "unknown_keys"]

T = TypeVar("T")
Hook = Callable[[Any], Any]
"""Plain data to a value; raises ``InputError`` with places inside the value."""

_MOST_HINTS = 20
_LONGEST_KEY = 80


@attrs.frozen
class Field:
    """One key of a class's table: the attribute behind it, its declared type, and what reads it."""

    key: str
    attribute: attrs.Attribute[object]
    kind: object
    read: Hook

    @property
    def required(self) -> bool:
        """The key may not be absent."""
        return self.attribute.default is attrs.NOTHING


def fields_of(kind: type[attrs.AttrsInstance], converter: cattrs.Converter) -> dict[str, Field]:
    """What the table of a class may hold, by key."""
    hints = typing.get_type_hints(kind)
    found = {}
    for attribute in attrs.fields(kind):
        if attribute.init:
            key, declared = key_of(attribute), hints[attribute.name]
            found[key] = Field(key, attribute, declared, _field_hook(key, attribute, declared, converter))
    return found


def _field_hook(key: str, attribute: attrs.Attribute[Any], declared: Any, converter: cattrs.Converter) -> Hook:  # noqa: ANN401 - a type as cattrs hands it
    by_type = converter.get_structure_hook(declared)
    check = CHECKS.get(key)
    convert: Any = attribute.converter

    def read(value: object) -> Any:  # noqa: ANN401 - whatever the field holds
        found = by_type(value, declared)
        try:
            if check is not None and found is not None:
                check(found)
            # Converters run here too, so that two wrong numbers of one table are two problems.
            return found if convert is None else convert(found)
        except InputError as error:
            raise relative(error, key) from None

    return read


# Values that name themselves in their errors: inside a document their place is wherever they stand.
_OWN_NAMES: Mapping[type[Any], str] = {Selection: "selection", Interval: "interval", DayAnchor: "anchor"}

# Keys that are taken for another one, which is the hint for a wrong value of theirs.
_MEANT: Mapping[type[Any], Mapping[str, str]] = {Selection: {"storage": "storage_gib?"}}


def _ignoring_type(read: Hook) -> Callable[[Any, Any], Any]:
    return lambda value, _: read(value)


def _class_hook(kind: type[Any], converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    fields = fields_of(kind, converter)
    overrides = {
        field.attribute.name: override(rename=key, struct_hook=_ignoring_type(field.read))
        for key, field in fields.items()
    }
    build = make_dict_structure_fn(kind, converter, _cattrs_detailed_validation=True, **overrides)  # type: ignore[arg-type]  # keywords of cattrs
    keys = {field.attribute.name: key for key, field in fields.items()}

    def structure(value: object, _: object) -> Any:  # noqa: ANN401 - an instance of ``kind``
        if isinstance(value, kind):
            return value
        data = table(value)
        problems = list(itertools.islice(unknown_keys(kind, data, fields), MOST_PROBLEMS + 1))
        result = None
        try:
            result = build({key: data[key] for key in fields if key in data}, kind)
        except cattrs.ClassValidationError as group:
            problems.extend(_problems(group, keys, _OWN_NAMES.get(kind, ""), _MEANT.get(kind, {})))
        refuse(problems)
        return result

    return structure


def _problems(
    group: cattrs.ClassValidationError, keys: Mapping[str, str], own: str, meant: Mapping[str, str]
) -> Iterator[InputError]:
    for error in group.exceptions:
        notes = getattr(error, "__notes__", ())
        name = next((note.name for note in notes if isinstance(note, cattrs.AttributeValidationNote)), None)
        place = "" if name is None else step_into(keys[name])
        if isinstance(error, InputError):
            error.hint = error.hint or meant.get(name or "")
            yield from inside(place, error if name is not None else relative(error, own))
        elif isinstance(error, KeyError) and name is not None:
            yield InvalidValue("missing", place=place)
        else:
            raise error


def unknown_keys(
    kind: type[attrs.AttrsInstance], data: Mapping[str, object], known: Mapping[str, Field]
) -> Iterator[InputError]:
    """A problem for each key that the class's table does not have: of a later version, or of none."""
    later = LATER_KEYS.get(kind, frozenset())
    strangers = (key for key in data if key not in known)
    for count, key in enumerate(strangers):
        if key in later:
            yield NotSupportedYet(place=step_into(key), value=brief(data[key]))
            continue
        near = difflib.get_close_matches(str(key)[:_LONGEST_KEY], known, n=1) if count < _MOST_HINTS else []
        yield InvalidValue("unknown key", place=step_into(key), hint=f"{near[0]}?" if near else None)


def _choice_hook(kind: Any, _: cattrs.Converter) -> Callable[[Any, Any], Any]:  # noqa: ANN401 - a type as cattrs hands it
    choices: dict[object, Any] = (
        {name: name for name in typing.get_args(kind)}
        if typing.get_origin(kind) is Literal
        else {member.value: member for member in kind}
    )
    later = LATER_VALUES.get(kind, frozenset())

    def choose(value: object, _: object) -> Any:  # noqa: ANN401 - one of the choices
        if type(value) is str:
            if value in later:
                raise NotSupportedYet(value=value)
            if value in choices:
                return choices[value]
        names = ", ".join(str(name) for name in choices if name not in later)
        raise InvalidValue("not one of the choices", value=brief(value), hint=f"one of {names}")

    return choose


def _tuple_hook(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:  # noqa: ANN401 - a type as cattrs hands it
    (item,) = (argument for argument in typing.get_args(kind) if argument is not Ellipsis)
    read = converter.get_structure_hook(item)

    def structure(value: object, _: object) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise InvalidValue("not a list", value=brief(value))
        problems: list[InputError] = []
        found = []
        for index, entry in enumerate(value):
            found.append(collect(problems, f"[{index}]", lambda entry=entry: read(entry, item)))  # type: ignore[misc]  # a default binds the loop's value
            if len(problems) > MOST_PROBLEMS:
                break
        refuse(problems)
        return tuple(found)

    return structure


def _mapping_hook(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:  # noqa: ANN401 - a type as cattrs hands it
    _, item = typing.get_args(kind)
    read = converter.get_structure_hook(item)

    def structure(value: object, _: object) -> dict[str, Any]:
        problems: list[InputError] = []
        found = {}
        for key, entry in table(value).items():
            place = step_into(key)
            collect(problems, place, functools.partial(read_text, key, None))
            found[key] = collect(problems, place, functools.partial(read, entry, item))
            if len(problems) > MOST_PROBLEMS:
                break
        refuse(problems)
        return found

    return structure


def _is_choice(kind: Any) -> bool:  # noqa: ANN401 - a type as cattrs hands it
    return typing.get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, enum.Enum))


def _is_tuple(kind: Any) -> bool:  # noqa: ANN401 - a type as cattrs hands it
    return typing.get_origin(kind) is tuple


def _is_mapping(kind: Any) -> bool:  # noqa: ANN401 - a type as cattrs hands it
    origin = typing.get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _is_class(kind: Any) -> bool:  # noqa: ANN401 - a type as cattrs hands it
    return isinstance(kind, type) and attrs.has(kind)


def strict_converter() -> cattrs.Converter:
    """A converter that knows scalars, lists, tables, choices and attrs classes; callers add what has its own form."""
    converter = cattrs.Converter(detailed_validation=True)
    for kind, hook in SCALARS.items():
        converter.register_structure_hook(kind, hook)
    # Plain data stays what it is; a hook on ``object`` itself would be everybody's.
    converter.register_structure_hook_func(lambda kind: kind is object, lambda value, _: value)
    for predicate, factory in (
        (_is_class, _class_hook),
        (_is_choice, _choice_hook),
        (_is_tuple, _tuple_hook),
        (_is_mapping, _mapping_hook),
    ):
        converter.register_structure_hook_factory(predicate, factory)
    return converter
