"""What a checker says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import attrs

from billcore.kernel.override import override

__all__ = ["Found", "Violation"]


@attrs.frozen
class Violation:
    """An invariant that does not hold: its id, where, what is wrong, and the value found there."""

    invariant: str
    place: str
    message: str
    value: str | None = None

    @override
    def __str__(self) -> str:
        found = "" if self.value is None else f" (got {self.value})"
        return f"{self.invariant} {self.place}: {self.message}{found}"


Found: TypeAlias = Iterator[Violation]
