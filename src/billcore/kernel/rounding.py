"""Rounding: the one place where precision is given up.

Rounding is *cumulative*: lines that belong together keep their exact amounts, and each is rounded so that the sum of
the rounded ones is the rounded sum so far. A price cut into parts adds up to the price, always.

>>> from fractions import Fraction
>>> group = Group(places=2)
>>> [group.take(Fraction(10, 3)) for _ in range(3)]
[333, 334, 333]
"""

from __future__ import annotations

import enum
from decimal import Decimal

import attrs

from billcore.kernel.exact import ZERO, Exact, add, ratio, scaled

__all__ = ["Group", "Rounding", "minor_units", "round_to"]

_POWERS = tuple(10**n for n in range(64))


class Rounding(enum.Enum):
    """What happens to an exact half; ``UP`` and ``DOWN`` do the same with any rest."""

    HALF_UP = "half_up"
    """Away from zero: 0.125 is 0.13, -0.125 is -0.13. The default, as at six of the seven peers (D17)."""
    HALF_EVEN = "half_even"
    """To the even neighbour: 0.125 is 0.12."""
    UP = "up"
    """Away from zero: 0.121 is 0.13."""
    DOWN = "down"
    """Towards zero: 0.129 is 0.12."""


def minor_units(value: Exact, places: int, mode: Rounding = Rounding.HALF_UP) -> int:
    """``value`` in whole minor units of a currency with so many decimal places."""
    numerator: int
    denominator: int
    numerator, denominator = value.as_integer_ratio()
    numerator *= _POWERS[places]
    if denominator == 1:
        return numerator
    whole, rest = divmod(abs(numerator), denominator)
    twice = 2 * rest
    if mode is Rounding.UP or mode is Rounding.DOWN:
        whole += bool(rest) and mode is Rounding.UP
    elif twice > denominator or (twice == denominator and (mode is Rounding.HALF_UP or whole % 2 == 1)):
        whole += 1
    return whole if numerator >= 0 else -whole


def round_to(value: Exact, places: int, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """``value`` rounded to so many places (negative: tens)."""
    if places < 0:
        return Decimal(minor_units(ratio(value, _POWERS[-places]), 0, mode) * _POWERS[-places])
    return scaled(minor_units(value, places, mode), places)


@attrs.define
class Group:
    """A rounding group being filled, in the order of billing.

    ``exact`` and ``minor`` are the sums so far, ``places`` the decimal places of the currency.
    """

    places: int
    mode: Rounding = Rounding.HALF_UP
    exact: Exact = ZERO
    minor: int = 0

    def take(self, exact: Exact) -> int:
        """The minor units of the next line: rounded sum with it, less what the lines so far have."""
        self.exact = add(self.exact, exact) if self.exact else exact
        amount = minor_units(self.exact, self.places, self.mode) - self.minor
        self.minor += amount
        return amount
