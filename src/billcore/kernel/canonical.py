"""Canonical bytes of a value, for the hashes of snapshots and documents.

Equal values give equal bytes, in every process and version: JSON with sorted keys, no spaces, exact numbers and
instants as text.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import attrs

from billcore.kernel.errors import InvalidValue
from billcore.kernel.exact import text
from billcore.kernel.instant import rfc3339

__all__ = ["canonical", "compact", "fingerprint"]

compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
"""JSON of plain values on one line, without spaces, in the order that they have."""


def canonical(value: object) -> bytes:
    """The bytes. Raises ``InvalidValue`` for a value that has no canonical form (a float, a set, a lone surrogate)."""
    written = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return written.encode()
    except UnicodeEncodeError as error:
        raise InvalidValue("text that is not Unicode", value=written[error.start : error.end]) from None


def fingerprint(value: object) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def plain(value: object) -> object:
    """The value as dicts, lists, text, integers, booleans and nulls. Frozen classes carry their name as ``type``."""
    match value:
        case None | bool() | int() | str() if not isinstance(value, enum.Enum):
            return value
        case enum.Enum():
            return plain(value.value)
        case Decimal() | Fraction():
            return text(value)
        case dt.datetime():
            return rfc3339(value)
        case dt.date():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case tuple() | list():
            return [plain(item) for item in value]
        case _:
            return _fields(value)


def _fields(value: object) -> dict[str, object]:
    kind: type = type(value)
    if attrs.has(kind):
        return {
            "type": kind.__name__,
            **{field.name: plain(getattr(value, field.name)) for field in attrs.fields(kind) if field.init},
        }
    raise InvalidValue("no canonical form", value=type(value).__name__)
