"""``override``, which the type checker holds to: ``typing`` has it from Python 3.12 on only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import override
else:
    F = TypeVar("F")

    def override(method: F, /) -> F:
        """Mark a method that replaces one of a base class."""
        return method


__all__ = ["override"]
