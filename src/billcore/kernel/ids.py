"""Ids: short texts that sort by time and cannot be guessed from each other.

An id is a prefix, an underscore and 26 characters of Crockford's base 32: 48 bits of the instant in milliseconds, then
80 bits of SHA-256 over what the id is derived from. So the same facts give the same id, in every worker.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import NewType

from billcore.kernel.errors import InvalidValue
from billcore.kernel.instant import micros

__all__ = [
    "CustomerId",
    "DocumentId",
    "OrderId",
    "SubscriptionId",
    "checked_id",
    "derive",
]

CustomerId = NewType("CustomerId", str)
SubscriptionId = NewType("SubscriptionId", str)
OrderId = NewType("OrderId", str)
DocumentId = NewType("DocumentId", str)

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _CROCKFORD for low in _CROCKFORD]
_SHIFTS = range(120, -1, -10)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,99}", re.ASCII)


def derive(prefix: str, at: dt.datetime, *parts: str | int) -> str:
    """The id of what ``parts`` name, at the instant ``at``: ``inv_`` and 26 characters."""
    named = "\x1f".join([prefix, *map(str, parts)]).encode()
    value = ((micros(at) // 1000) & (2**48 - 1)) << 80 | int.from_bytes(hashlib.sha256(named).digest()[:10], "big")
    digits = "".join([_PAIRS[value >> shift & 0x3FF] for shift in _SHIFTS])
    return f"{prefix}_{digits}"


def checked_id(value: str, place: str = "id") -> str:
    """An id or code from outside: 1 to 100 ASCII letters, digits and ``._:@/+-``, beginning with one of the first two.

    Raises ``InvalidValue``.
    """
    if type(value) is not str or not _ID.fullmatch(value):
        raise InvalidValue("not an id", place=place, value=value, hint="1 to 100 letters, digits and ._:@/+-")
    return value
