"""Currencies of ISO 4217: how many decimal places an amount has, and when a code is money.

The table is ``billcore.kernel._iso4217``, where its sources stand. Withdrawn codes stay readable, since invoices in
them stay. Codes without a minor unit (XAU, XDR, XTS, XXX and the like) are not money here. Babel is for display only:
its digits differ from ISO 4217 for 13 active currencies.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import attrs

from billcore.kernel._iso4217 import NOT_MONEY, ROWS
from billcore.kernel.errors import InvalidValue, UnknownCurrency

__all__ = ["Currency", "active_codes", "currency", "is_active", "places"]


@attrs.frozen
class Currency:
    """One row of ISO 4217, valid in ``[valid_from, valid_to)``; None is "always so far".

    ``places`` is the number of decimal places of the minor unit (JPY 0, EUR 2, KWD 3). ``number`` is the code in three
    digits, which a withdrawn currency may share with its successor.
    """

    code: str
    places: int
    name: str
    number: str | None
    valid_from: date | None
    valid_to: date | None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _parsed(row: str) -> Currency:
    code, number, digits, name, start, end = row.split("|")
    return Currency(code, int(digits), name, number or None, _day(start), _day(end))


_TABLE: Final = {row.code: row for row in map(_parsed, ROWS.splitlines())}
_PLACES: Final = {row.code: row.places for row in _TABLE.values()}
_NOT_MONEY: Final = frozenset(NOT_MONEY.split())


def currency(code: str, at: date | None = None, *, place: str | None = None) -> Currency:
    """Look up an ISO 4217 code (three upper-case letters), active or withdrawn.

    Raises ``UnknownCurrency`` for a code that is not in the table and, if ``at`` is given, for one that is not in force
    on that day; ``InvalidValue`` if ``at`` is a datetime.
    """
    try:
        found = _TABLE[code]
    except (KeyError, TypeError):
        raise _unknown(code, place) from None
    if at is not None and not _in_force(found, at):
        message = f"currency not in force on {at}"
        raise UnknownCurrency(message, place=place, value=code, hint=_why_not(found, at))
    return found


def places(code: str) -> int:
    """Return the decimal places of the code's minor unit; one dict lookup. Raises ``UnknownCurrency``."""
    try:
        return _PLACES[code]
    except (KeyError, TypeError):
        raise _unknown(code) from None


def is_active(code: str, at: date) -> bool:
    """Tell whether the code is in force on that day. Raises as ``currency``: a misspelt code is an error, not "no"."""
    return _in_force(currency(code), at)


def active_codes(at: date) -> tuple[str, ...]:
    """List all codes in force on that day, sorted. Raises ``InvalidValue`` if ``at`` is a datetime."""
    return tuple(sorted(code for code, row in _TABLE.items() if _in_force(row, at)))


def _in_force(row: Currency, at: date) -> bool:
    if isinstance(at, datetime):
        message = "a date is asked for, not a datetime"
        raise InvalidValue(message, value=at, hint="write the local date: at.date()")
    return (row.valid_from is None or row.valid_from <= at) and (row.valid_to is None or at < row.valid_to)


def _why_not(row: Currency, at: date) -> str:
    if row.valid_to is not None and at >= row.valid_to:
        return f"withdrawn since {row.valid_to}"
    return f"valid from {row.valid_from}"


def _unknown(code: object, place: str | None = None) -> UnknownCurrency:
    hint = "an ISO 4217 code is asked for, such as 'EUR'"
    if isinstance(code, str) and code.upper() in _TABLE:
        hint = f"write upper case: {code.upper()!r}"
    elif isinstance(code, str) and code in _NOT_MONEY:
        hint = "ISO 4217 gives it no minor unit, so it is not money here"
    return UnknownCurrency(place=place, value=code, hint=hint)
