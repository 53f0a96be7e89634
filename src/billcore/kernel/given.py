"""What callers hand in: values of the right kind, and texts that every store and every page can take."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import TypeVar

from billcore.kernel.errors import InvalidValue

__all__ = ["NOT_TEXT", "all_of_kind", "checked_country", "checked_text", "nearest", "of_kind", "text_or_none"]

T = TypeVar("T")

_LONGEST = 1_000
_LONGEST_NAME, _MOST_NAMES, _FEW = 100, 1_000, 10
_COUNTRY = re.compile("[A-Z]{2}", re.ASCII)
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What no store and no page can take: control characters but tabs and line breaks, and halves of surrogate pairs."""


def of_kind(value: object, kind: type | UnionType, place: str) -> None:
    """Refuse what has another type: the text of a choice, say, which no branch would ever match."""
    if not isinstance(value, kind):
        kinds = kind.__args__ if isinstance(kind, UnionType) else (kind,)
        names = " or ".join("None" if one is NoneType else one.__name__ for one in kinds)
        raise InvalidValue("wrong kind of value", place=place, value=value, hint=f"{names} is asked for")


def all_of_kind(values: Iterable[T], kind: type[T], place: str) -> tuple[T, ...]:
    """The entries of a list, in order, each of its kind. Raises ``InvalidValue`` at the first that is not."""
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise InvalidValue("wrong kind of value", place=place, value=values, hint=f"a list of {kind.__name__}")
    found = tuple(values)
    for index, value in enumerate(found):
        if not isinstance(value, kind):
            of_kind(value, kind, f"{place}[{index}]")
    return found


def nearest(value: object, known: Iterable[str]) -> str | None:
    """A hint for a name that is not known: the one that it looks like, ``studio-chf?``, or all where they are few."""
    names = sorted(set(known))
    if not names or len(names) > _MOST_NAMES:
        return None
    near = difflib.get_close_matches(str(value)[:_LONGEST_NAME], names, n=1)
    return f"{near[0]}?" if near else f"one of {', '.join(names)}" if len(names) <= _FEW else None


def checked_text(value: object, place: str) -> str:
    """A text that people read: 1 to 1,000 characters, of control characters only tabs and line breaks.

    Raises ``InvalidValue``.
    """
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or NOT_TEXT.search(value):
        hint = "1 to 1,000 characters, of control characters only tabs and line breaks"
        raise InvalidValue("not a text", place=place, value=value, hint=hint)
    return value


def text_or_none(value: object, place: str) -> str | None:
    """The same, where none may be given."""
    return None if value is None else checked_text(value, place)


def checked_country(value: object, place: str | None = "country") -> str:
    """An ISO 3166 country code: two capital letters. Raises ``InvalidValue``."""
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value):
        hint = 'two capital letters, like "CH"'
        raise InvalidValue("not an ISO 3166 country code", place=place, value=value, hint=hint)
    return value
