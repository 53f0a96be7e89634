"""Reading the files that commands name: catalogs, stories, selections, usage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from billcore.adapters.serialization import (
    catalog_from,
    kind_of,
    read_document,
    read_usage,
    scenario_from,
    selection_from,
)
from billcore.kernel import InputError, InvalidDocument
from billcore.lifecycle import UsageEvent
from billcore.ports.scenario import Scenario
from billcore.pricing import Catalog, Selection

__all__ = ["holds_usage", "read_any", "read_catalog", "read_selection", "usage_records"]

_BEGINNING = 4096
_SELECTED = frozenset({"service", "plan", "product"})


def holds_usage(path: Path) -> bool:
    """It is a usage file: by its suffix, or JSON that is an array (of CloudEvents, or of records)."""
    suffix = path.suffix.lower()
    if suffix != ".json":
        return suffix in (".csv", ".jsonl", ".ndjson")
    try:
        with path.open("rb") as file:
            return file.read(_BEGINNING).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    except OSError:
        return False


def read_any(path: Path) -> Catalog | Scenario | Selection:
    """The catalog, story or selection of a file. Raises ``InvalidDocument`` with all problems."""
    data = read_document(path)
    if "format" not in data and not _SELECTED.isdisjoint(data):
        return selection_from(data, name=str(path))
    if kind_of(data, name=str(path)) == "catalog":
        return catalog_from(data, name=str(path))
    return scenario_from(data, path.parent, name=str(path))


def read_catalog(path: Path) -> Catalog:
    """The catalog of a file."""
    return catalog_from(read_document(path), name=str(path))


def read_selection(path: Path) -> Selection:
    """The selection of a file."""
    return selection_from(read_document(path), name=str(path))


def usage_records(path: Path) -> Iterator[UsageEvent]:
    """The records of a usage file; its problems are collected and raised together at the end of the file."""
    problems: list[InputError] = []
    for found in read_usage(path):
        if isinstance(found, InputError):
            problems.append(found)
        else:
            yield found
    if problems:
        raise InvalidDocument(tuple(problems), name=str(path))
