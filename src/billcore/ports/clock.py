"""Time and ids from outside: the core has neither."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

__all__ = ["Clock", "Ids"]


class Clock(Protocol):
    """Where the shell reads the time."""

    def now(self) -> dt.datetime:
        """The instant, aware."""
        ...


class Ids(Protocol):
    """Where the shell draws a key for a call that came without one."""

    def draw(self) -> str:
        """A text that was never drawn before: at least 122 random bits."""
        ...
