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

__all__ = ["USAGE_SUFFIXES", "read_any", "read_catalog", "read_selection", "usage_records"]

USAGE_SUFFIXES = (".csv", ".jsonl", ".ndjson")


def read_any(path: Path) -> Catalog | Scenario | Selection:
    """The catalog, story or selection of a file. Raises ``InvalidDocument`` with all problems."""
    data = read_document(path)
    if "format" not in data:
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
