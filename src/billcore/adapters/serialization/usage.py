r"""Usage files as a stream of records: CSV, JSON Lines, and CloudEvents 1.0 as lines or as one JSON array.

A reader never stops at a wrong record: it yields its problems, with the line, and goes on. Only a CSV header that is
wrong ends it. Memory is that of one record, at most 64 KiB.

>>> import io
>>> text = b"id,source,customer,meter,time,value\n1,app,acme,requests,2026-05-01T00:00:00Z,1e3\n"
>>> for found in usage_from_csv(io.BytesIO(text)):
...     print(found)
line 2.value: not a plain decimal number (got '1e3'; write it like "19.99")
"""

from __future__ import annotations

import csv
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, TypeAlias

import attrs

from billcore.adapters.serialization.documents import converter
from billcore.adapters.serialization.loader import parse_json
from billcore.adapters.serialization.problems import inside, refuse, table
from billcore.adapters.serialization.records import LONGEST_RECORD, elements, lines
from billcore.adapters.serialization.usage_rows import (
    CLOUD_EVENT_PLACES,
    header_problems,
    row_of,
    row_of_cloud_event,
)
from billcore.kernel import InputError, InvalidDocument, InvalidValue
from billcore.lifecycle import UsageEvent

__all__ = ["Found", "read_usage", "usage_from_csv", "usage_from_json"]

Found: TypeAlias = UsageEvent | InputError
"""A record, or one problem of a record that could not be read."""

_BOM = b"\xef\xbb\xbf"
_KEYS = frozenset(field.name for field in attrs.fields(UsageEvent))
_NEEDED = frozenset(field.name for field in attrs.fields(UsageEvent) if field.default is attrs.NOTHING)


def read_usage(path: str | os.PathLike[str]) -> Iterator[Found]:
    """The records of a ``.csv``, ``.jsonl``, ``.ndjson`` or ``.json`` file, and its problems by line.

    Raises ``InvalidDocument`` at the first record if the file cannot be opened or is of another kind.
    """
    name = os.fspath(path)
    suffix = Path(name).suffix.lower()
    read = _READERS.get(suffix)
    if read is None:
        problem = InvalidValue("not a usage file", place=name, value=suffix, hint=f"one of {', '.join(_READERS)}")
        raise InvalidDocument((problem,), name=name)
    try:
        with Path(name).open("rb") as file:
            yield from read(file)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise InvalidDocument((InvalidValue("cannot read the file", place=name, hint=why),), name=name) from None


def usage_from_csv(file: IO[bytes]) -> Iterator[Found]:
    """The records of CSV bytes: a header with the columns of the formats, in any order, then a record a line.

    ``properties`` holds a JSON object, or each property has a column of its own, ``properties.region``.
    """
    header: list[str] | None = None
    for number, record in _csv_records(file):
        place = f"line {number}"
        try:
            cells = _cells(record)
            if header is None:
                refuse(list(header_problems(cells)))
                header = cells
            elif cells:
                yield _record(row_of(header, cells))
        except InputError as error:
            yield from inside(place, error)
            if header is None:
                return
    if header is None:
        yield InvalidValue("no header", place="line 1")


def usage_from_json(file: IO[bytes]) -> Iterator[Found]:
    """The records of JSON bytes: one array, or an object a line; each a record's own keys or a CloudEvent.

    The place of a problem is its line, or its index in the array. ``file`` can seek.
    """
    _skip_mark(file)
    start = file.tell()
    in_array = file.read(LONGEST_RECORD).lstrip().startswith(b"[")
    file.seek(start)
    numbered = ((f"line {number}", line) for number, line in lines(file))
    for place, record in elements(file) if in_array else numbered:
        try:
            if isinstance(record, InputError):
                raise record
            if in_array or record.strip():
                yield _of_json(record)
        except InputError as error:
            yield from inside(place, error)


_READERS: Mapping[str, Callable[[IO[bytes]], Iterator[Found]]] = {
    ".csv": usage_from_csv,
    ".jsonl": usage_from_json,
    ".ndjson": usage_from_json,
    ".json": usage_from_json,
}


def _skip_mark(file: IO[bytes]) -> None:
    start = file.tell()
    if file.read(len(_BOM)) != _BOM:
        file.seek(start)


def _csv_records(file: IO[bytes]) -> Iterator[tuple[int, bytes | InputError]]:
    """Lines of a CSV file, joined where a quoted cell goes over several.

    A quote that does not end within the limit costs its own line only: reading goes on at the next.
    """
    _skip_mark(file)
    source = lines(file)
    waiting: deque[tuple[int, bytes | InputError]] = deque()
    while entry := waiting.popleft() if waiting else next(source, None):
        number, line = entry
        if isinstance(line, InputError):
            yield number, line
            continue
        parts, taken, size, is_open = [line], list[tuple[int, bytes | InputError]](), len(line), line.count(b'"') % 2
        while is_open:
            more = waiting.popleft() if waiting else next(source, None)
            taken += [more] if more else []
            if more is None or isinstance(more[1], InputError) or size + len(more[1]) > LONGEST_RECORD:
                break
            parts.append(more[1])
            size += len(more[1])
            is_open ^= more[1].count(b'"') % 2
        if is_open:
            waiting.extendleft(reversed(taken))
            yield number, InvalidValue("a quote that does not end")
        else:
            yield number, b"".join(parts)


def _cells(record: bytes | InputError) -> list[str]:
    if isinstance(record, InputError):
        raise record
    try:
        return next(csv.reader([_decoded(record).rstrip("\r\n")], strict=True), [])
    except csv.Error as error:
        raise InvalidValue(f"not CSV: {error}") from None


def _decoded(record: bytes) -> str:
    try:
        return record.decode()
    except UnicodeDecodeError:
        raise InvalidValue("not UTF-8") from None


def _of_json(record: bytes) -> UsageEvent:
    data = table(parse_json(_decoded(record)))
    if "specversion" not in data:
        return _record(data)
    try:
        return _record(row_of_cloud_event(data))
    except InvalidDocument as error:
        for problem in error.problems:
            head, dot, rest = (problem.place or "").partition(".")
            problem.place = f"{CLOUD_EVENT_PLACES.get(head, head)}{dot}{rest}"
        raise


def _record(row: Mapping[str, Any]) -> UsageEvent:
    """The record; where something is wrong, it is read again by the strict converter, which tells all of it."""
    if row.keys() <= _KEYS and row.keys() >= _NEEDED and isinstance(row.get("properties", {}), Mapping):
        try:
            return UsageEvent(**row)
        except InputError:
            pass
    return converter().structure(row, UsageEvent)
