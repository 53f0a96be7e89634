"""Validators of fields that hold no number: texts, flags and parts. Each refuses another kind and names its field.

A text that no store can keep, or a flag of "no", would be found out when it is billed, or never.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import attrs

from billcore.kernel import NOT_TEXT, FrozenMap, InvalidValue, of_kind

__all__ = ["flag", "key_of", "of", "plain", "table", "text", "text_or_none"]

T = TypeVar("T")
_LONGEST = 10_000
_TABLES = (dict, FrozenMap)


def text(_: object, field: attrs.Attribute[str], value: str) -> None:
    """A text of at most 10,000 characters, of control characters only tabs and line breaks; it may be empty."""
    of_kind(value, str, key_of(field))
    if value:
        plain(value, key_of(field))


def plain(value: str, place: str) -> str:
    """The text itself. Raises ``InvalidValue`` for one that is too long, or that no store can keep."""
    if len(value) > _LONGEST or NOT_TEXT.search(value):
        hint = "at most 10,000 characters, of control characters only tabs and line breaks"
        raise InvalidValue("not a text", place=place, value=value, hint=hint)
    return value


def text_or_none(instance: object, field: attrs.Attribute[str | None], value: str | None) -> None:
    """The same, or nothing."""
    if value is not None:
        text(instance, field, value)  # type: ignore[arg-type]  # a field of text that may be absent


def flag(_: object, field: attrs.Attribute[bool], value: object) -> None:
    """True or false, not what passes for it."""
    if type(value) is not bool:
        of_kind(value, bool, key_of(field))


def of(kind: type[T]) -> Callable[[object, attrs.Attribute[T], T], None]:
    """A value of that kind."""

    def check(_: object, field: attrs.Attribute[T], value: T) -> None:
        of_kind(value, kind, key_of(field))

    return check


def table(values: Mapping[str, T], place: str) -> Mapping[str, T]:
    """A table whose keys are texts. Raises ``InvalidValue``."""
    if type(values) not in _TABLES:
        of_kind(values, Mapping, place)
    for key in values:
        if type(key) is not str or len(key) > _LONGEST or NOT_TEXT.search(key):
            raise InvalidValue("not a text", place=place, value=key, hint="a key is a text")
    return values


def key_of(field: attrs.Attribute[T]) -> str:
    """What callers and documents call the field: ``from`` for ``from_``, an alias before the name."""
    return (field.alias or field.name).rstrip("_")
