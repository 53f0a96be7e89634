"""The tree under test: its modules and its public packages."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType

import attrs

import billcore

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "billcore"
CORE = ("kernel", "pricing", "lifecycle", "settlement")


@attrs.frozen(slots=False)
class Source:
    """The text of one module, and its place below ``src/billcore`` with forward slashes."""

    place: str
    text: str

    @property
    def package(self) -> str:
        """The top package the module is in: ``pricing`` for ``pricing/model/flat.py``."""
        return self.place.split("/")[0]

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed module."""
        return ast.parse(self.text, self.place)

    def within(self, *places: str) -> bool:
        """Whether the module is one of these files, or below one of these folders."""
        return any(self.place == place or self.place.startswith(f"{place}/") for place in places)


def sources() -> Iterator[Source]:
    """Every module of billcore."""
    for path in sorted(SRC.rglob("*.py")):
        yield Source(path.relative_to(SRC).as_posix(), path.read_text(encoding="utf-8"))


def packages() -> Iterator[ModuleType]:
    """Every package of billcore that has a door: its ``__init__`` declares ``__all__``."""
    for found in [billcore, *map(importlib.import_module, _package_names())]:
        if hasattr(found, "__all__"):
            yield found


def _package_names() -> Iterator[str]:
    for found in pkgutil.walk_packages(billcore.__path__, "billcore."):
        if found.ispkg:
            yield found.name
