"""Splitting a whole number of units without losing one: largest remainder, ties to the earliest.

>>> allocate(100, [1, 1, 1])
(34, 33, 33)
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from billcore.kernel.errors import InvalidValue
from billcore.kernel.exact import Exact

__all__ = ["allocate"]


def allocate(units: int, weights: Sequence[Exact | int]) -> tuple[int, ...]:
    """Split ``units`` in proportion to ``weights`` (none negative, not all zero).

    The parts sum to ``units`` and each differs from its exact share by less than one (M5). Raises ``InvalidValue``.
    """
    scaled = _whole_numbers(weights)
    if min(scaled, default=0) < 0:
        raise InvalidValue("weights must not be negative", place="weights")
    whole = sum(scaled)
    if not whole:
        raise InvalidValue("somebody must have a weight", place="weights")
    size = abs(units)
    parts = [size * weight // whole for weight in scaled]
    if rest := size - sum(parts):
        by_remainder = sorted([(-(size * weight % whole), index) for index, weight in enumerate(scaled)])
        for _, index in by_remainder[:rest]:
            parts[index] += 1
    return tuple([-part for part in parts] if units < 0 else parts)


def _whole_numbers(weights: Sequence[Exact | int]) -> list[int]:
    """The weights times their common denominator."""
    if set(map(type, weights)) <= {int}:
        return list(weights)  # type: ignore[arg-type]  # just looked
    if any(isinstance(weight, float) for weight in weights):
        raise InvalidValue("a float is not exact", place="weights", value=list(weights))
    pairs = [weight.as_integer_ratio() for weight in weights]
    common = math.lcm(*(denominator for _, denominator in pairs))
    return [numerator * (common // denominator) for numerator, denominator in pairs]
