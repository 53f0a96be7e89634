"""How a broken law is told: its sentence, then the values on which it does not hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from billcore.kernel import Exact, Number, number, rfc3339

__all__ = ["broken", "exactly", "same"]


def broken(law: str, **values: object) -> AssertionError:
    """The error to raise: it names the law, and each value on a line of its own.

    It is raised, not asserted, so that a law holds under ``python -O`` too.
    """
    return AssertionError("\n  ".join([f"{law}:", *(f"{name} = {_shown(value)}" for name, value in values.items())]))


def same(law: str, got: object, want: object, **values: object) -> None:
    """Raise unless the two are equal."""
    if got != want:
        raise broken(law, got=got, want=want, **values)


def exactly(value: Exact | Number) -> Exact:
    """A quantity as a caller writes it, exact."""
    return number(value) if isinstance(value, int | str) else value


def _shown(value: object) -> str:
    match value:
        case dt.datetime():
            return rfc3339(value)
        case Decimal():
            return f"{value:f}"
        case str():
            return repr(value)
        case _:
            return str(value)
