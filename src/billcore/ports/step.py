"""What every step of a scenario has; ``billcore.ports.steps`` has the actions."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import attrs

from billcore.kernel import InvalidValue, instant

__all__ = ["Step"]


def _at(value: dt.datetime | str) -> dt.datetime:
    return instant(value, "at")


def _effective(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "effective")


@attrs.frozen(kw_only=True)
class Step:
    """What every step has: ``at``, when it is recorded, and ``effective``, from when it holds (default ``at``).

    A step that is refused is recorded as an error and the story goes on, unless ``must_succeed``; one that succeeds
    though it ``must_fail`` ends the story too.
    """

    do: ClassVar[str] = ""

    at: dt.datetime = attrs.field(converter=_at)
    effective: dt.datetime | None = attrs.field(default=None, converter=_effective)
    must_fail: bool = False
    must_succeed: bool = attrs.field(default=False)

    @must_succeed.validator
    def _not_both(self, _attribute: object, value: bool) -> None:  # noqa: FBT001 - attrs calls it so
        if self.must_fail and value:
            raise InvalidValue("a step cannot both fail and succeed", place="must_fail")

    @property
    def holds_from(self) -> dt.datetime:
        """``effective``, or ``at`` where the step does not say."""
        return self.effective or self.at
