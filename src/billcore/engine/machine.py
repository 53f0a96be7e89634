"""The machine's clock and chance: the one place where billcore reads a time or draws an id."""

from __future__ import annotations

import datetime as dt
import uuid

from billcore.kernel import UTC

__all__ = ["RandomIds", "SystemClock"]


class SystemClock:
    """The clock of the machine."""

    def now(self) -> dt.datetime:
        """The instant."""
        return dt.datetime.now(tz=UTC)


class RandomIds:
    """Keys of 122 random bits."""

    def draw(self) -> str:
        """A text that was never drawn before."""
        return uuid.uuid4().hex
