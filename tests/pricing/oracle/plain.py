"""Plain documents, and the numbers in them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

Doc: TypeAlias = Mapping[str, Any]
"""A document as it is read from TOML or JSON."""
Number: TypeAlias = int | str | Decimal | Fraction

ZERO, ONE = Fraction(0), Fraction(1)


def num(doc: Doc, key: str, default: Number = 0) -> Fraction:
    """The number under a key; absent or null is the default."""
    found = doc.get(key)
    return Fraction(default if found is None else found)


def maybe(doc: Doc, key: str) -> Fraction | None:
    """The number under a key; ``None`` where it is absent or null."""
    found = doc.get(key)
    return None if found is None else Fraction(found)
