"""Catalogs from files: one document, or a folder of them that together are one."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import attrs

from billcore.adapters.serialization import LIMIT, catalog_from, load_json, load_toml
from billcore.kernel import InputError, InvalidDocument, InvalidValue, SyncAborted, checked_id
from billcore.ports import Feed
from billcore.pricing import Catalog

__all__ = ["DirectorySource", "FileSource", "aborted", "given_name", "load"]

_SUFFIXES = (".toml", ".json")
_HEADS = ("format", "version", "effective", "currency")
_ROW = re.compile(r"(\w+)\[(\d+)\](.*)", re.DOTALL)
_NO_ID = re.compile(r"[^A-Za-z0-9._:-]", re.ASCII)


def _path(value: str | os.PathLike[str]) -> Path:
    return Path(value)


def given_name(value: str | None) -> str | None:
    """The name that a caller gives a source, checked."""
    return None if value is None else checked_id(value, "name")


@attrs.frozen
class FileSource:
    """One ``.toml`` or ``.json`` file of a catalog. ``name`` is what its entries say they come from."""

    path: Path = attrs.field(converter=_path)
    _named: str | None = attrs.field(default=None, kw_only=True, alias="name", converter=given_name)
    limit: int = attrs.field(default=LIMIT, kw_only=True)

    @property
    def name(self) -> str:
        """``file:`` and the file's name, unless another was given."""
        return self._named or _safe(f"file:{self.path.name}")

    def fetch(self, known: str | None) -> Feed | None:
        """The catalog of the file, or ``None`` if its bytes are those of ``known``. Raises ``SyncAborted``."""
        body = _bytes(self.path, self.limit, self.name)
        tag = _tag([body])
        if tag == known:
            return None
        try:
            return Feed(catalog_from(load(body, self.path.name, self.limit), name=self.path.name), tag)
        except InputError as error:
            raise aborted(error, self.name) from error


@attrs.frozen
class DirectorySource:
    """A folder whose ``.toml`` and ``.json`` files are one catalog: their lists are joined, by the names of the files.

    Version, effective instant and currency may stand in one file or in several that agree. Folders inside it and files
    that begin with a dot are passed over.
    """

    path: Path = attrs.field(converter=_path)
    _named: str | None = attrs.field(default=None, kw_only=True, alias="name", converter=given_name)
    limit: int = attrs.field(default=LIMIT, kw_only=True)

    @property
    def name(self) -> str:
        """``folder:`` and the folder's name, unless another was given."""
        return self._named or _safe(f"folder:{self.path.resolve().name}")

    def fetch(self, known: str | None) -> Feed | None:
        """The catalog of the folder, or ``None`` if its files are those of ``known``. Raises ``SyncAborted``."""
        try:
            paths = sorted(path for path in self.path.iterdir() if _belongs(path))
        except OSError as error:
            raise SyncAborted(f"the folder cannot be read: {error.strerror}", value=self.name) from error
        if not paths:
            raise SyncAborted("the folder has no catalog", value=self.name)
        bodies: dict[str, bytes] = {}
        for path in paths:
            bodies[path.name] = _bytes(path, self.limit - sum(map(len, bodies.values())), self.name)
        tag = _tag(part for name, body in bodies.items() for part in (name.encode(errors="surrogateescape"), body))
        if tag == known:
            return None
        try:
            return Feed(_joined({name: _named(body, name, self.limit) for name, body in bodies.items()}), tag)
        except InputError as error:
            raise aborted(error, self.name) from error


def _safe(name: str) -> str:
    """A name of characters that an id has; a path has any."""
    return _NO_ID.sub("-", name)[:100]


def _belongs(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES and not path.name.startswith(".") and path.is_file()


def _bytes(path: Path, limit: int, source: str) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        raise SyncAborted(f"{path.name} cannot be read: {error.strerror}", value=source) from error
    if len(body) > limit:
        raise SyncAborted("larger than it may be", place=path.name, value=source)
    return body


def _tag(parts: Iterable[bytes]) -> str:
    """SHA-256 of the parts, each after its length, so that a byte that moves from one to the next is seen."""
    made = hashlib.sha256()
    for part in parts:
        made.update(b"%d:" % len(part))
        made.update(part)
    return made.hexdigest()


def load(body: bytes, name: str, limit: int) -> dict[str, object]:
    """The plain data of a document by the suffix of its name. Raises ``InvalidDocument``."""
    read = load_toml if name.lower().endswith(".toml") else load_json
    return read(body, name=name, limit=limit)


def aborted(error: InputError, source: str) -> SyncAborted:
    """The error of a source whose document is not right, with all of its problems."""
    problems = error.problems if isinstance(error, InvalidDocument) else (error,)
    if len(problems) > 1:
        told = "".join(f"\n  {problem}" for problem in problems)
        return SyncAborted(f"not a right catalog, {len(problems)} problems:{told}", place=source)
    (only,) = problems
    return SyncAborted(f"not a right catalog: {only.text}", place=only.place, value=only.value, hint=source)


def _named(body: bytes, name: str, limit: int) -> dict[str, object]:
    """One of several documents; what is wrong with it is told with its name."""
    try:
        return load(body, name, limit)
    except InvalidDocument as error:
        for problem in error.problems:
            problem.place = f"{name}: {problem.place}" if problem.place else name
        raise


def _joined(documents: Mapping[str, Mapping[str, object]]) -> Catalog:
    heads: dict[str, object] = {}
    rows: dict[str, list[object]] = {}
    origins: dict[str, list[tuple[str, int]]] = {}
    for name, document in documents.items():
        for key, value in document.items():
            if key not in _HEADS and isinstance(value, list):
                rows.setdefault(key, []).extend(value)
                origins.setdefault(key, []).extend((name, index) for index in range(len(value)))
            elif heads.setdefault(key, value) != value:
                raise InvalidValue("two files say different things", place=f"{name}: {key}", value=str(value))
    try:
        return catalog_from({**heads, **rows})
    except InvalidDocument as error:
        for problem in error.problems:
            problem.place = _origin(problem.place, origins)
        raise


def _origin(place: str | None, origins: Mapping[str, list[tuple[str, int]]]) -> str | None:
    """The place in the file that it came from: ``vpn.toml: services[0].code``."""
    found = _ROW.match(place or "")
    if found is None or found[1] not in origins:
        return place
    name, index = origins[found[1]][int(found[2])]
    return f"{name}: {found[1]}[{index}]{found[3]}"
