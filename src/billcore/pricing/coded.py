"""Converters of fields that hold codes, and of those that say when an entry holds: each names its field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from billcore.kernel import checked_id, instant, several


def code(value: str) -> str:
    """The field ``code``, read and checked."""
    return checked_id(value, "code")


def codes(values: Iterable[str], place: str) -> tuple[str, ...]:
    """Codes in the order given. Raises ``InvalidValue``, for a single text too."""
    return tuple(checked_id(value, place) for value in several(values, str, place, "codes"))


def known(values: Iterable[str]) -> tuple[str, ...]:
    """Codes that were checked where they were written down."""
    return tuple(values)


def applies_to(values: Iterable[str]) -> tuple[str, ...]:
    """The field ``applies_to``, read and checked."""
    return codes(values, "applies_to")


def starts(value: dt.datetime | str | None) -> dt.datetime | None:
    """The field ``starts``, read and checked."""
    return None if value is None else instant(value, "starts")


def effective(value: dt.datetime | str | None) -> dt.datetime | None:
    """The field ``effective``, read and checked."""
    return None if value is None else instant(value, "effective")


def expires(value: dt.datetime | str | None) -> dt.datetime | None:
    """The field ``expires``, read and checked."""
    return None if value is None else instant(value, "expires")
