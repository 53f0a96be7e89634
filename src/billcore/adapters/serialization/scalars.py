"""Strict readers of single values: text, numbers, instants, dates; nothing is coerced."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import cast

from billcore.adapters.serialization.loader import Unreadable
from billcore.adapters.serialization.problems import brief
from billcore.kernel import (
    NOT_TEXT,
    InvalidInstant,
    InvalidNumber,
    InvalidValue,
    checked_country,
    instant,
    number,
    zone,
)
from billcore.pricing import checked_currency

__all__ = ["CHECKS", "SCALARS", "read_text"]

_LONGEST_TEXT = 10_000
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def read_text(value: object, _: object) -> str:
    """Text of at most 10,000 characters without control characters. Raises ``InvalidValue``."""
    if type(value) is not str:
        raise InvalidValue("not text", value=brief(value))
    if len(value) > _LONGEST_TEXT:
        raise InvalidValue(f"longer than {_LONGEST_TEXT} characters", value=value)
    if NOT_TEXT.search(value):
        raise InvalidValue("a control character in text", value=value)
    return value


def _bool(value: object, _: object) -> bool:
    if type(value) is not bool:
        raise InvalidValue("neither true nor false", value=brief(value))
    return value


def _int(value: object, _: object) -> int:
    if type(value) is not int:
        raise InvalidValue("not an integer", value=brief(value))
    if abs(value) >= 2**63:
        raise InvalidNumber("an integer beyond 64 bits", value=brief(value))
    return value


def _decimal(value: object, _: object) -> Decimal:
    if isinstance(value, Unreadable):
        raise InvalidNumber(value=value.text, hint='write it like "19.99"')
    if type(value) not in (Decimal, int, str, float):
        raise InvalidNumber(value=brief(value), hint="give a number, or text like 19.99")
    return number(cast("Decimal", value))


def _instant(value: object, _: object) -> dt.datetime:
    if not isinstance(value, (dt.datetime, str)):
        raise InvalidInstant(value=brief(value), hint='write it like "2026-05-20T00:00:00Z"')
    return instant(value)


def _date(value: object, _: object) -> dt.date:
    if type(value) is dt.date:
        return value
    if type(value) is str and _DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise InvalidValue("not a date", value=brief(value), hint='write it like "2026-05-20"')


def _known_currency(value: str) -> None:
    # A catalog may give other words a meaning; who has no catalog checks again.
    checked_currency(value)


def _known_zone(value: str) -> None:
    zone(value)


def _country(value: str) -> None:
    checked_country(value, None)


CHECKS: Mapping[str, Callable[[str], None]] = {
    "currency": _known_currency,
    "timezone": _known_zone,
    "country": _country,
}
"""What else the value of a key must be, wherever the key stands."""

SCALARS: Mapping[type[object], Callable[[object, object], object]] = {
    str: read_text,
    bool: _bool,
    int: _int,
    Decimal: _decimal,
    dt.datetime: _instant,
    dt.date: _date,
}
"""Readers by type."""
