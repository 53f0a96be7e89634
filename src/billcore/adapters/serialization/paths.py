"""Paths in a scenario: catalogs that it names are read, files of usage are joined to its folder."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from billcore.adapters.serialization.problems import collect
from billcore.kernel import InputError
from billcore.pricing import Catalog

__all__ = ["Resolver"]

_UNREAD = "unread"
"""Stands for a catalog whose problems are told already."""


@attrs.define
class Resolver:
    """Puts catalogs where a scenario's plain data has paths and versions; the problems of catalogs go to ``problems``.

    Without ``base_dir`` no file is opened. A file is read once, and its problems are told where it is first named.
    """

    base_dir: Path | None
    read_file: Callable[[Path], Catalog]
    read_inline: Callable[[object], Catalog]
    problems: list[InputError]
    _files: dict[str, Catalog | None] = attrs.field(init=False, factory=dict)
    _versions: dict[str, Catalog] = attrs.field(init=False, factory=dict)

    def resolved(self, data: Mapping[str, object]) -> dict[str, object]:
        """The plain data, resolved as far as it can be."""
        found = dict(data)
        if "catalog" in found:
            found["catalog"] = self._catalog(found["catalog"], "catalog")
        if isinstance(further := found.get("catalogs"), list):
            entries = [self._catalog(entry, f"catalogs[{index}]") for index, entry in enumerate(further)]
            self._versions = {entry.version: entry for entry in entries if isinstance(entry, Catalog)}
            found["catalogs"] = entries
        if isinstance(steps := found.get("steps"), list):
            found["steps"] = [self._step(step, f"steps[{index}]") for index, step in enumerate(steps)]
        return found

    def _catalog(self, value: object, place: str) -> object:
        if isinstance(value, Mapping):
            return collect(self.problems, place, functools.partial(self.read_inline, value)) or _UNREAD
        if not isinstance(value, str) or self.base_dir is None:
            return value
        if value not in self._files:
            read = functools.partial(self.read_file, self.base_dir / value)
            self._files[value] = collect(self.problems, place, read)
        return self._files[value] or _UNREAD

    def _step(self, value: object, place: str) -> object:
        if not isinstance(value, Mapping):
            return value
        match value:
            case {"do": "publish", "catalog": str(version)} if version in self._versions:
                return {**value, "catalog": self._versions[version]}
            case {"do": "publish", "catalog": named}:
                return {**value, "catalog": self._catalog(named, f"{place}.catalog")}
            case {"do": "usage", "file": str(path)} if self.base_dir is not None:
                return {**value, "file": str(self.base_dir / path)}
            case _:
                return value
