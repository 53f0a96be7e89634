"""Choices that callers make by a word."""

from __future__ import annotations

from billcore.kernel import InvalidValue

__all__ = ["choice", "chosen"]


def choice(value: str | None, place: str, allowed: tuple[str, ...]) -> str | None:
    """One of the words, or nothing: billcore chooses. Raises ``InvalidValue``."""
    return None if value is None else chosen(value, place, allowed)


def chosen(value: str, place: str, allowed: tuple[str, ...]) -> str:
    """One of the words; nothing is none of them. Raises ``InvalidValue``."""
    if type(value) is not str or value not in allowed:
        raise InvalidValue("must be " + " or ".join(allowed), place=place, value=value)
    return value
