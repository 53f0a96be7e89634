"""Moving in: what brings old data over may be run again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from billcore.testing.laws._broken import same

__all__ = ["backfill_is_rerunnable"]

T = TypeVar("T")


def backfill_is_rerunnable(step: Callable[[T], T], before: T) -> None:
    """Law: a backfill applied to its own result changes nothing, so one that died is simply run again (R4-36)."""
    once = step(before)
    same("a backfill is rerunnable", step(once), once, before=before)
