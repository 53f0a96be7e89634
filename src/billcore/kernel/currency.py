"""Currencies: how many decimal places an amount has, and when a code is money.

A code is of ISO 4217, or of a house's own currency. An own code carries its places (``GEM.0``, ``MILE.2``), so that
an amount is readable for ever, without the catalog that once named it; people are shown ``GEM``.

The table is ``billcore.kernel._iso4217``, where its sources stand. Withdrawn codes stay readable, since invoices in
them stay. Codes without a minor unit (XAU, XDR, XTS, XXX and the like) are not money here. Babel is for display only:
its digits differ from ISO 4217 for 13 active currencies.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

import attrs

from billcore.kernel._iso4217 import NOT_MONEY, ROWS
from billcore.kernel.errors import InvalidValue, UnknownCurrency

__all__ = ["Currency", "active_codes", "currency", "currency_name", "is_active", "is_listed", "own_currency", "places"]


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
_OWN: Final = re.compile(r"([A-Z]{2,20})\.(0|[1-9]|1[0-2])", re.ASCII)
_OWN_NAME: Final = re.compile(r"[A-Z]{2,20}", re.ASCII)
_MOST_PLACES: Final = 12


def currency(code: str, at: date | None = None, *, place: str | None = None) -> Currency:
    """Look up an ISO 4217 code (three upper-case letters), active or withdrawn, or an own one with its places.

    Raises ``UnknownCurrency`` for a code that is not in the table and, if ``at`` is given, for one that is not in force
    on that day; ``InvalidValue`` if ``at`` is a datetime.
    """
    try:
        found = _TABLE[code]
    except (KeyError, TypeError):
        found = _own(code, place)
    if at is not None and not _in_force(found, at):
        message = f"currency not in force on {at}"
        raise UnknownCurrency(message, place=place, value=code, hint=_why_not(found, at))
    return found


def places(code: str) -> int:
    """Return the decimal places of the code's minor unit; one dict lookup. Raises ``UnknownCurrency``."""
    try:
        return _PLACES[code]
    except (KeyError, TypeError):
        return _own(code, None).places


def own_currency(name: str, places: int) -> str:
    """The code of a house's own currency: its name, 2 to 20 capital letters, and its places, 0 to 12.

    Raises ``InvalidValue`` for a name of ISO 4217, in force or not.

    >>> own_currency("GEM", 0)
    'GEM.0'
    """
    if type(name) is not str or not _OWN_NAME.fullmatch(name):
        raise InvalidValue("not a name of a currency", place="code", value=name, hint="2 to 20 letters from A to Z")
    if is_listed(name):
        raise InvalidValue("ISO 4217 has this code", place="code", value=name)
    if type(places) is not int or not 0 <= places <= _MOST_PLACES:
        raise InvalidValue("places are 0 to 12", place="places", value=places)
    return f"{name}.{places}"


def is_listed(code: str) -> bool:
    """Tell whether ISO 4217 has the code: in force or withdrawn, money or not."""
    return code in _TABLE or code in _NOT_MONEY


def currency_name(code: str) -> str:
    """What people are shown of a code: an own one without its places. Total: of other text, what is before a dot."""
    return code.partition(".")[0]


def _own(code: object, place: str | None) -> Currency:
    """The own currency of that code. Raises ``UnknownCurrency``."""
    found = _OWN.fullmatch(code) if isinstance(code, str) else None
    if found is None or is_listed(found[1]):
        raise _unknown(code, place)
    return Currency(found[0], int(found[2]), found[1], None, None, None)


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
    elif isinstance(code, str) and _OWN.fullmatch(code):
        hint = "ISO 4217 has this code: write it without places"
    return UnknownCurrency(place=place, value=code, hint=hint)
