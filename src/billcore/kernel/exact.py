"""Exact numbers: the one home of arithmetic on amounts and quantities.

An exact number is a ``Decimal`` where it ends and a ``Fraction`` where it does not; both are finite. Their ``text`` is
canonical: no exponent, no trailing zeros, never minus zero, which a product may be. The functions here do not look at
the thread's decimal context: they use one constant context that refuses to round.

>>> add(Decimal("0.1"), Decimal("0.2"))
Decimal('0.3')
>>> text(ratio(Decimal("10"), 3))
'10/3'
>>> text(multiply(ratio(Decimal("10"), 3), Decimal("0.3")))
'1'
"""

from __future__ import annotations

import decimal
import functools
import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from billcore.kernel.errors import InvalidNumber, shown

__all__ = [
    "ONE",
    "ZERO",
    "Exact",
    "Number",
    "add",
    "ceiling",
    "compare",
    "exponent",
    "floor",
    "fraction",
    "multiply",
    "negate",
    "number",
    "parse",
    "ratio",
    "scaled",
    "subtract",
    "text",
    "total",
    "whole",
]

Exact: TypeAlias = Decimal | Fraction
Number: TypeAlias = Decimal | int | str
"""What callers may write where an amount or a quantity is asked for. Never a float."""

ZERO = Decimal(0)
ONE = Decimal(1)

# Wide enough for any product of a few bounded inputs; a result that would not fit raises instead of rounding.
CONTEXT = decimal.Context(
    prec=1_000,
    rounding=decimal.ROUND_HALF_UP,
    Emin=-999_999,
    Emax=999_999,
    traps=[decimal.Inexact, decimal.InvalidOperation, decimal.Overflow, decimal.DivisionByZero, decimal.FloatOperation],
)

# reliability.md X2: bounded, ASCII, no exponent, NaN, infinity, underscore or full-width digit.
_PATTERN = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?", re.ASCII)
# What the core itself writes may be longer than what it accepts from outside, but is still bounded.
_CANONICAL = re.compile(r"-?(0|[1-9][0-9]{0,399})(\.[0-9]{1,399}|/[1-9][0-9]{0,399})?", re.ASCII)
_WHOLE_BOUND = 10**15
_MOST_DIGITS = 15
_MOST_PLACES = 12
_LONGEST = 40
_LONGEST_CANONICAL = 1_000


def number(value: Number, place: str | None = None) -> Decimal:
    """Read a number from outside: ``Decimal``, ``int`` or text in plain form.

    At most 15 digits before and 12 after the point. Raises ``InvalidNumber`` for everything else, floats and
    booleans included.
    """
    if isinstance(value, str):
        if len(value) > _LONGEST or not _PATTERN.fullmatch(value):
            raise InvalidNumber(place=place, value=value, hint='write it like "19.99"')
        return _canonical(Decimal(value))
    if isinstance(value, Decimal):
        return _bounded(value, place)
    if type(value) is int:
        if abs(value) >= _WHOLE_BOUND:
            raise InvalidNumber("more than 15 digits before the point", place=place)
        return Decimal(value)
    if isinstance(value, float):
        raise InvalidNumber("a float is not exact", place=place, value=value, hint=f'write Decimal("{value}")')
    raise InvalidNumber(place=place, value=value, hint="give a Decimal, an int or a string")


def _bounded(value: Decimal, place: str | None) -> Decimal:
    sign, digits, places = value.as_tuple()
    if (
        type(value) is Decimal and places == 0 and not sign and len(digits) <= _MOST_DIGITS
    ):  # a whole number, which needs no second look
        return value
    if not value.is_finite():
        raise InvalidNumber(place=place, value=str(value))
    if value and (value.adjusted() >= _MOST_DIGITS or exponent(value) < -_LONGEST):
        raise InvalidNumber("too many digits", place=place, value=shown(value))
    clean = _canonical(value)
    if exponent(clean) < -_MOST_PLACES:
        raise InvalidNumber("more than 12 digits after the point", place=place, value=shown(value))
    return clean


def _canonical(value: Decimal) -> Decimal:
    """The same number without trailing zeros, exponent or minus sign on zero."""
    if not value:
        return ZERO
    clean = value.normalize(CONTEXT)
    return clean if exponent(clean) <= 0 else clean.quantize(ONE, context=CONTEXT)


def exponent(value: Decimal) -> int:
    """The power of ten of the last digit: -2 for 19.99. ``value`` is finite."""
    return int(value.as_tuple().exponent)


def add(a: Exact, b: Exact) -> Exact:
    """``a + b``, exactly."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return CONTEXT.add(a, b)
    return _settled(fraction(a) + fraction(b))


def subtract(a: Exact, b: Exact) -> Exact:
    """``a - b``, exactly."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return CONTEXT.subtract(a, b)
    return _settled(fraction(a) - fraction(b))


def multiply(a: Exact, b: Exact) -> Exact:
    """``a * b``, exactly."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return CONTEXT.multiply(a, b)
    return _settled(fraction(a) * fraction(b))


def ratio(value: Exact, over: Exact | int, times: int = 1) -> Exact:
    """``value * times / over``, exactly: the one division there is. ``over`` is not zero."""
    if times == over:
        return value
    (n, d), (over_n, over_d) = value.as_integer_ratio(), over.as_integer_ratio()
    return _settled(Fraction(n * times * over_d, d * over_n))


def whole(value: int) -> Decimal:
    """An integer as an exact number."""
    return Decimal(value)


def total(values: Iterable[Exact]) -> Exact:
    """The sum; zero of nothing."""
    result: Exact = ZERO
    for value in values:
        result = add(result, value)
    return result


def compare(a: Exact, b: Exact) -> int:
    """-1, 0 or 1 as ``a`` is less than, equal to or greater than ``b``."""
    difference = subtract(a, b)
    return (difference > 0) - (difference < 0)


def fraction(value: Exact) -> Fraction:
    """The number as a ``Fraction``."""
    return value if isinstance(value, Fraction) else Fraction(value)


def _settled(value: Fraction) -> Exact:
    """A ``Decimal`` if the expansion ends, else the ``Fraction`` itself."""
    rest = value.denominator
    if rest == 1:
        return Decimal(value.numerator)
    twos = (rest & -rest).bit_length() - 1
    rest >>= twos
    fives = 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    if rest != 1:
        return value
    places = max(twos, fives)
    return scaled(value.numerator * 10**places // value.denominator, places)


def floor(value: Exact) -> Decimal:
    """The largest whole number that is not above ``value``: ``floor(ratio(units, 12))`` are full dozens.

    >>> floor(ratio(Decimal(25), 12)), floor(Decimal("-0.5"))
    (Decimal('2'), Decimal('-1'))
    """
    n, d = value.as_integer_ratio()
    return Decimal(n // d)


def ceiling(value: Exact) -> Decimal:
    """The smallest whole number that is not below ``value``: begun dozens.

    >>> ceiling(ratio(Decimal(25), 12)), ceiling(Decimal("-0.5"))
    (Decimal('3'), Decimal('0'))
    """
    n, d = value.as_integer_ratio()
    return Decimal(-(-n // d))


def scaled(units: int, places: int) -> Decimal:
    """``units`` of ``10**-places``: 1999 at 2 places is ``Decimal("19.99")``."""
    return Decimal(units).scaleb(-places, CONTEXT)


def negate(value: Exact) -> Exact:
    """``-value``; the operator would round a ``Decimal`` to the thread's context."""
    return -value if isinstance(value, Fraction) else _canonical(value.copy_negate())


@functools.lru_cache(maxsize=65_536)
def text(value: Exact) -> str:
    """Canonical text: plain decimal digits, or ``n/d`` where a decimal does not end. Equal numbers have one text."""
    settled = _settled(value) if isinstance(value, Fraction) else _canonical(value)
    return f"{settled.numerator}/{settled.denominator}" if isinstance(settled, Fraction) else format(settled, "f")


def parse(written: str, place: str | None = None) -> Exact:
    """Read what ``text`` wrote. Raises ``InvalidNumber``."""
    if len(written) > _LONGEST_CANONICAL or not _CANONICAL.fullmatch(written):
        raise InvalidNumber("not a canonical number", place=place, value=written)
    if "/" in written:
        return _settled(Fraction(written))
    return _canonical(CONTEXT.create_decimal(written))
