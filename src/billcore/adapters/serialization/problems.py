"""Problems of a document: what an error shows, where it stands, and how many travel together."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TypeVar

from billcore.adapters.serialization.loader import Unreadable
from billcore.kernel import InputError, InvalidDocument, InvalidValue

__all__ = ["MOST_PROBLEMS", "brief", "collect", "inside", "refuse", "relative", "step_into", "table"]

T = TypeVar("T")

MOST_PROBLEMS = 1_000
"""So many problems of one document are told; a file of other people's data could have millions."""

_LONGEST_SHOWN = 80
_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)


def brief(value: object) -> object:
    """What an error shows of a value: itself if it is small, else its kind."""
    match value:
        case None:
            return "null"
        case Unreadable():
            return value.text
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
        case int() if abs(value) >= 10**_LONGEST_SHOWN:
            return "an integer of many digits"
        case Decimal():
            return str(value)
        case dt.date():
            return value.isoformat()
        case _:
            return value


def table(value: object) -> Mapping[str, object]:
    """``value`` itself if it has keys. Raises ``InvalidValue``."""
    if not isinstance(value, Mapping):
        raise InvalidValue("not a table", value=brief(value))
    return value


def step_into(key: object) -> str:
    """A key as a part of a place: itself, or quoted where it is not a bare word."""
    return key if isinstance(key, str) and _KEY.fullmatch(key) else f"[{str(key)[:_LONGEST_SHOWN]!r}]"


def inside(place: str, error: InputError) -> Iterator[InputError]:
    """The problems of an error raised inside ``place``, seen from outside."""
    found = error.problems if isinstance(error, InvalidDocument) else (error,)
    for problem in found:
        problem.__dict__.pop("__notes__", None)
        if place:
            problem.at(place)
        yield problem


def collect(problems: list[InputError], place: str, read: Callable[[], T]) -> T | None:
    """``read()``, or ``None`` with its problems added to the list, ``place`` before their own."""
    try:
        return read()
    except InputError as error:
        problems.extend(inside(place, error))
        return None


def refuse(problems: list[InputError]) -> None:
    """Raise all problems at once, if there are any; after 1,000 only that there are more."""
    if len(problems) > MOST_PROBLEMS:
        raise InvalidDocument((*problems[:MOST_PROBLEMS], InvalidValue("there are more problems")))
    if problems:
        raise InvalidDocument(tuple(problems))


def relative(error: InputError, key: str) -> InputError:
    """The error without ``key`` at the head of its place: a class names its own field, and so does who calls it."""
    place = error.place or ""
    if place == key or place.startswith((f"{key}.", f"{key}[")):
        error.place = place[len(key) :].removeprefix(".") or None
    return error
