"""Splitting a whole number of units without losing one: largest remainder, ties to the earliest.

>>> allocate(100, [1, 1, 1])
(34, 33, 33)
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from billcore.kernel.errors import InvalidValue
from billcore.kernel.exact import Exact, fraction

__all__ = ["allocate"]


def allocate(units: int, weights: Sequence[Exact | int]) -> tuple[int, ...]:
    """Split ``units`` in proportion to ``weights`` (none negative, not all zero).

    The parts sum to ``units`` and each differs from its exact share by less than one (M5). Raises ``InvalidValue``.
    """
    if any(isinstance(weight, float) for weight in weights):
        raise InvalidValue("a float is not exact", place="weights", value=list(weights))
    if any(weight < 0 for weight in weights):
        raise InvalidValue("weights must not be negative", place="weights")
    exact = [Fraction(weight) if isinstance(weight, int) else fraction(weight) for weight in weights]
    whole = sum(exact, Fraction(0))
    if not whole:
        raise InvalidValue("somebody must have a weight", place="weights")
    sign = -1 if units < 0 else 1
    shares = [abs(units) * weight / whole for weight in exact]
    parts = [share.numerator // share.denominator for share in shares]
    rest = abs(units) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - shares[index], index))
    for index in by_remainder[:rest]:
        parts[index] += 1
    return tuple(sign * part for part in parts)
