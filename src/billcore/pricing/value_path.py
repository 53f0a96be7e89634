"""Value paths: where in a configuration tree a size stands. A tiny language, read whole or refused; nothing runs.

    path   = steps { "*" steps }          several are multiplied: the disk of each of so many instances
    steps  = name { "." name | "[" index "]" | '["' key '"]' }
    name   = a letter or "_", then letters, digits, "_" and "-"

>>> path = ValuePath.parse("spec.parameters.size.disk * spec.parameters.instances")
>>> path.find({"spec": {"parameters": {"size": {"disk": "50Gi"}, "instances": 3}}})
('50Gi', 3)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

import attrs

from billcore.kernel import InvalidValue, MissingValue, Number, override

__all__ = ["ValuePath"]

Step: TypeAlias = str | int

_LONGEST = 500
_MOST_STEPS = 64
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_STEP = re.compile(
    r'\.(?P<name>[A-Za-z_][A-Za-z0-9_-]*)|\[(?P<index>0|[1-9][0-9]{0,8})\]|\["(?P<key>[^"\\]+)"\]', re.ASCII
)
_TIMES = re.compile(r" *\* *")


@attrs.frozen
class ValuePath:
    """One or more places in a tree, to be multiplied; ``str`` writes the path that reads back to it."""

    factors: tuple[tuple[Step, ...], ...]

    @classmethod
    def parse(cls, text: str, place: str = "value_path") -> ValuePath:
        """Read a path. Raises ``InvalidValue`` with the character at which it stops being one."""
        if type(text) is not str or not 0 < len(text) <= _LONGEST or not text.isprintable():
            raise InvalidValue(
                "not a value path", place=place, value=text, hint=f"1 to {_LONGEST} printable characters"
            )
        factors, at = [], 0
        while True:
            steps, at = _steps(text, at, place)
            factors.append(steps)
            if at == len(text):
                return cls(tuple(factors))
            times = _TIMES.match(text, at)
            if times is None:
                raise _stops(text, at, '".", "[" or "*"', place)
            at = times.end()

    def find(self, tree: Mapping[str, object]) -> tuple[Number, ...]:
        """What stands at each place. Raises ``MissingValue`` with the path, ``InvalidValue`` for what is no size."""
        return tuple(_found(tree, steps) for steps in self.factors)

    @override
    def __str__(self) -> str:
        return " * ".join(_written(steps) for steps in self.factors)


def _steps(text: str, at: int, place: str) -> tuple[tuple[Step, ...], int]:
    first = _NAME.match(text, at)
    if first is None:
        raise _stops(text, at, "a name", place)
    steps: list[Step] = [first[0]]
    at = first.end()
    while at < len(text) and text[at] in ".[":
        step = _STEP.match(text, at)
        if step is None:
            raise _stops(text, at, 'a name, "[0]" or ["key"]', place)
        steps.append(int(step["index"]) if step["index"] else step["name"] or step["key"])
        at = step.end()
    if len(steps) > _MOST_STEPS:
        raise InvalidValue(f"more than {_MOST_STEPS} steps", place=place, value=text)
    return tuple(steps), at


def _stops(text: str, at: int, wanted: str, place: str) -> InvalidValue:
    return InvalidValue(f"{wanted} is asked for at character {at + 1}", place=place, value=text)


def _found(tree: Mapping[str, object], steps: tuple[Step, ...]) -> Number:
    here: object = tree
    for depth, step in enumerate(steps):
        here = _into(here, step)
        if here is None:
            stands = _written(steps[:depth]) if depth else None
            raise MissingValue(place=_written(steps), hint=f"nothing below {stands}" if stands else None)
    if isinstance(here, bool) or not isinstance(here, (str, int, Decimal, float)):
        kind = "a table" if isinstance(here, Mapping) else "a list" if isinstance(here, Sequence) else str(here).lower()
        raise InvalidValue("not a size", place=_written(steps), value=kind, hint="text or a number is asked for")
    return here  # type: ignore[return-value]  # a float goes on to where it is refused, with the hint what to write


def _into(here: object, step: Step) -> object:
    if isinstance(step, str):
        return here.get(step) if isinstance(here, Mapping) else None
    listed = isinstance(here, Sequence) and not isinstance(here, str)
    return here[step] if listed and step < len(here) else None  # type: ignore[index,arg-type]  # a sequence


def _written(steps: tuple[Step, ...]) -> str:
    written = ""
    for step in steps:
        match step:
            case int():
                written += f"[{step}]"
            case _ if _NAME.fullmatch(step):
                written += f".{step}" if written else step
            case _:
                written += f'["{step}"]'
    return written
