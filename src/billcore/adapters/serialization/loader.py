"""Files and bytes to plain data: TOML and JSON, bounded before any work is done.

Plain data is dicts, lists, text, integers, booleans, ``Decimal``, dates and instants, and ``None``; never a float. A
number outside the accepted form (an exponent, NaN, 100 digits) is kept as ``Unreadable`` text, so that the reader of
the document can name its place. Everything wrong is an ``InvalidDocument``.

>>> load_toml("price = 0.10")
{'price': Decimal('0.10')}
>>> load_json('{"price": 1e5}')
{'price': Unreadable(text='1e5')}
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import attrs

from billcore.kernel import InputError, InvalidDocument, InvalidNumber, InvalidValue

__all__ = ["DEEPEST", "LIMIT", "Unreadable", "load_json", "load_toml", "parse_json", "read_bytes", "read_document"]

LIMIT = 16 * 1024 * 1024
"""The largest document that is read, in bytes."""
DEEPEST = 32
"""How deep tables and lists may nest."""

_LONGEST_INTEGER = 20
_LONGEST_WORD = 400
_PLAIN = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,30})?", re.ASCII)
_BOM = b"\xef\xbb\xbf"
# Strings are taken whole, ended or not, and the end is a token: a scan that began again after every failure would be
# quadratic.
_JSON_TOKEN = re.compile(r'[^"\[\]{}]*+("(?:[^"\\]++|\\.)*+"?|[\[\]{}]|\Z)', re.DOTALL)
_TOML_TOKEN = re.compile(
    r"""
    (?: [^"'\#\[\]{}.=,\n0-9A-Za-z_]++ | [0-9A-Za-z_]{1,400}+(?![0-9A-Za-z_]) )*+
    ( \"\"\"(?:[^"\\]++|\\.|"(?!""))*+(?:\"\"\")?
    | '''(?:[^']++|'(?!''))*+(?:''')?
    | "(?:[^"\\\n]++|\\.)*+"?
    | '[^'\n]*+'?
    | \#[^\n]*+
    | [\[\]{}.=,\n]
    | [0-9A-Za-z_]{401}
    | \Z )
    """,
    re.DOTALL | re.VERBOSE,
)


@attrs.frozen
class Unreadable:
    """A number of a document in a form that billcore does not read; ``text`` is what was written, cut to 80."""

    text: str


class _Repeated(dict[str, object]):
    """A JSON object in which the key ``again`` stands twice."""

    def __init__(self, data: dict[str, object], again: str) -> None:
        super().__init__(data)
        self.again = again


def read_document(path: str | os.PathLike[str], *, limit: int = LIMIT) -> dict[str, object]:
    """The plain data of a ``.toml`` or ``.json`` file. Raises ``InvalidDocument``."""
    name = os.fspath(path)
    match Path(name).suffix.lower():
        case ".toml":
            return load_toml(read_bytes(path, limit=limit), name=name, limit=limit)
        case ".json":
            return load_json(read_bytes(path, limit=limit), name=name, limit=limit)
        case suffix:
            raise _refused(InvalidValue("neither .toml nor .json", place=name, value=suffix), name)


def read_bytes(path: str | os.PathLike[str], *, limit: int = LIMIT) -> bytes:
    """A file's bytes; one over the limit is refused unread. Raises ``InvalidDocument``."""
    name = os.fspath(path)
    try:
        with Path(name).open("rb") as file:
            if os.fstat(file.fileno()).st_size > limit:
                raise _too_large(limit, name)
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise _refused(InvalidValue("cannot read the file", place=name, hint=why), name) from None
    if len(data) > limit:
        raise _too_large(limit, name)
    return data


def load_toml(source: str | bytes, *, name: str | None = None, limit: int = LIMIT) -> dict[str, object]:
    """The plain data of TOML text. Raises ``InvalidDocument``."""
    text = _text(source, name, limit)
    _scan_toml(text, name)
    try:
        data = tomllib.loads(text, parse_float=_toml_float)
    except ValueError as error:
        raise _refused(InvalidValue(f"not TOML: {error}"), name) from None
    if _too_deep(data):
        raise _nested(name)
    return data


def load_json(source: str | bytes, *, name: str | None = None, limit: int = LIMIT) -> dict[str, object]:
    """The plain data of JSON text whose root is an object. Raises ``InvalidDocument``."""
    data = parse_json(_text(source, name, limit), name=name)
    if not isinstance(data, dict):
        raise _refused(InvalidValue("a document is an object", value=type(data).__name__), name)
    return data


def parse_json(text: str, *, name: str | None = None) -> object:
    """The plain data of any JSON text; a key that stands twice is refused. Raises ``InvalidDocument``."""
    _scan_json(text, name)
    repeated: list[_Repeated] = []

    def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
        data = dict(pairs)
        if len(data) == len(pairs):
            return data
        seen: set[str] = set()
        again = [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]  # ``add`` answers nothing, which is false
        repeated.append(_Repeated(data, again[0]))
        return repeated[-1]

    try:
        data: object = json.loads(
            text, parse_float=_number, parse_int=_integer, parse_constant=_number, object_pairs_hook=_object
        )
    except ValueError as error:
        raise _refused(InvalidValue(f"not JSON: {error}"), name) from None
    if repeated:
        problems = tuple(InvalidValue("a key stands twice", place=place) for place in _repetitions(data))
        raise InvalidDocument(problems, name=name)
    return data


def _text(source: str | bytes, name: str | None, limit: int) -> str:
    if isinstance(source, str):
        if len(source) > limit:
            raise _too_large(limit, name)
        return source
    if len(source) > limit:
        raise _too_large(limit, name)
    if source.startswith(_BOM):
        raise _refused(InvalidValue("a byte order mark", hint="save it as UTF-8 without one"), name)
    try:
        return source.decode()
    except UnicodeDecodeError as error:
        raise _refused(InvalidValue("not UTF-8", place=f"byte {error.start}"), name) from None


def _integer(text: str) -> int | Unreadable:
    return int(text) if len(text) <= _LONGEST_INTEGER else Unreadable(text[:80])


def _number(text: str) -> Decimal | Unreadable:
    return Decimal(text) if _PLAIN.fullmatch(text) else Unreadable(text[:80])


def _toml_float(text: str) -> Decimal | Unreadable:
    """TOML writes underscores between digits and a plus sign; they say nothing about the number."""
    return _number(text.replace("_", "").removeprefix("+"))


def _scan_json(text: str, name: str | None) -> None:
    depth = 0
    for found in _JSON_TOKEN.finditer(text):
        mark = found[1]
        if mark in ("[", "{"):
            depth += 1
            if depth > DEEPEST:
                raise _nested(name)
        elif mark in ("]", "}"):
            depth -= 1


def _scan_toml(text: str, name: str | None) -> None:
    """Refuse what would make ``tomllib`` recurse or count for long: nesting, endless dotted keys and numbers."""
    depth = dots = 0
    for found in _TOML_TOKEN.finditer(text):
        mark = found[1]
        if mark == ".":
            dots += 1
        elif mark in ("[", "{"):
            depth, dots = depth + 1, 0
        elif mark in ("]", "}"):
            depth, dots = depth - 1, 0
        elif mark in ("=", ",", "\n"):
            dots = 0
        elif mark[:1].isalnum() or mark[:1] == "_":
            problem = InvalidNumber(f"a bare word or number of more than {_LONGEST_WORD} characters", value=mark[:80])
            raise _refused(problem, name)
        if depth > DEEPEST or dots > DEEPEST:
            raise _nested(name)


def _too_deep(data: object) -> bool:
    """Dotted keys and table headers nest without brackets, so the result is looked at too; without recursion."""
    level = [data]
    for _ in range(DEEPEST + 1):
        level = [item for found in level for item in _items(found)]
    return bool(level)


def _items(data: object) -> Iterator[object]:
    values = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return (value for value in values if isinstance(value, (dict, list)))


def _repetitions(data: object, place: str = "") -> Iterator[str]:
    """The places of keys that stand twice; the depth is bounded already."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _repetitions(item, f"{place}[{index}]")
    elif isinstance(data, dict):
        dot = "." if place else ""
        if isinstance(data, _Repeated):
            yield f"{place}{dot}{data.again[:80]}"
        for key, item in data.items():
            yield from _repetitions(item, f"{place}{dot}{key[:80]}")


def _refused(problem: InputError, name: str | None) -> InvalidDocument:
    return InvalidDocument((problem,), name=name)


def _too_large(limit: int, name: str | None) -> InvalidDocument:
    return _refused(InvalidValue(f"larger than {limit} bytes"), name)


def _nested(name: str | None) -> InvalidDocument:
    return _refused(InvalidValue(f"nested over {DEEPEST}"), name)
