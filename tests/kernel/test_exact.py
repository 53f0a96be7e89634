"""Exact numbers: what is read, what is refused, and arithmetic that never rounds."""

from __future__ import annotations

import decimal
import math
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billcore.kernel import Exact, InvalidNumber, number
from billcore.kernel import exact as ex
from billcore.testing.strategies import amounts, exacts

DIGITS = set("0123456789")
# What people, spreadsheets and attackers write where a number is asked for.
NUMBER_LIKE = st.text("0123456789.-+eE_, NaInf\u0661\uff11/", max_size=45)


@contextmanager
def small_context() -> Iterator[None]:
    """A host's decimal context of 6 digits that traps whatever it can."""
    with decimal.localcontext() as context:
        context.prec = 6
        context.traps = dict.fromkeys(context.traps, True)
        yield


def is_plain(text: str) -> bool:
    """The accepted form, told without a regular expression: at most 15 digits before and 12 after the point."""
    whole, point, places = text.removeprefix("-").partition(".")
    if not (DIGITS.issuperset(whole) and DIGITS.issuperset(places)):
        return False
    return 1 <= len(whole) <= 15 and (whole == "0" or whole[0] != "0") and (bool(point) <= len(places) <= 12)


@given(NUMBER_LIKE | st.text() | st.binary().map(lambda raw: raw.decode(errors="replace")))
@example("1e5")
@example("1_000")
@example("19.99\n")
@example("\u0661")
@example("-0.0")
@example("9" * 16)
def test_any_text_is_a_number_or_refused(text: str) -> None:
    """Law: the parser is total: text in the plain form is that number, every other text is ``InvalidNumber``."""
    if is_plain(text):
        assert Fraction(number(text)) == Fraction(text)
        return
    with pytest.raises(InvalidNumber) as caught:
        number(text, "price")
    assert caught.value.place == "price"


@given(st.decimals() | st.integers().map(Decimal) | amounts(places=12))
@example(Decimal("1E+400000"))
@example(Decimal("1E-400000"))
@example(Decimal("sNaN"))
@example(Decimal("-0.00"))
def test_any_decimal_is_a_canonical_number_or_refused(value: Decimal) -> None:
    """Law: a ``Decimal`` is read as an equal number in canonical form, or it is ``InvalidNumber``."""
    try:
        read = number(value)
    except InvalidNumber:
        return

    assert read == value
    sign, digits, exponent = read.as_tuple()
    assert isinstance(exponent, int)
    assert exponent == 0 or (exponent < 0 and digits[-1] != 0)
    assert sign == (read < 0)


@given(exacts())
def test_text_and_parse_round_trip(value: ex.Exact) -> None:
    """Law: what ``text`` writes, ``parse`` reads as the same number of the same type."""
    read = ex.parse(ex.text(value))

    assert (type(read), read) == (type(value), value)


@given(exacts(), exacts())
def test_arithmetic_is_that_of_fractions(a: ex.Exact, b: ex.Exact) -> None:
    """Law: sums, differences, products and ratios are those of ``Fraction``, a ``Decimal`` exactly where one ends."""
    x, y = Fraction(a), Fraction(b)

    expected = [(ex.add(a, b), x + y), (ex.subtract(a, b), x - y), (ex.multiply(a, b), x * y), (ex.negate(a), -x)]
    if y:
        expected.append((ex.ratio(a, b), x / y))
    for got, wanted in expected:
        assert Fraction(got) == wanted
        assert isinstance(got, Decimal) == ends(wanted)
    assert ex.compare(a, b) == (x > y) - (x < y)


def ends(value: Fraction) -> bool:
    """Its decimal expansion ends: the denominator divides a power of ten."""
    return pow(10, value.denominator.bit_length(), value.denominator) == 0


@given(exacts(), exacts(), amounts(max_value=10**14, places=12))
def test_the_threads_context_changes_nothing(a: ex.Exact, b: ex.Exact, plain: Decimal) -> None:
    """Law: no result depends on the thread's decimal context, be it of 6 digits and full of traps."""

    def everything() -> list[object]:
        done: list[ex.Exact] = [ex.add(a, b), ex.subtract(a, b), ex.multiply(a, b), ex.negate(a), ex.total([a, b, a])]
        if b:
            done.append(ex.ratio(a, b, 7))
        return [done, [ex.text(value) for value in done], ex.compare(a, b), number(plain), number(str(ex.text(plain)))]

    expected = everything()
    with small_context():
        got = everything()

    assert got == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("0.10", "0.1"),
        ("100", "100"),
        ("1200.00", "1200"),
        ("-3.50", "-3.5"),
        ("999999999999999.999999999999", "999999999999999.999999999999"),
    ],
)
def test_numbers_are_canonical(written: str, read: str) -> None:
    """A number keeps its value and loses trailing zeros, exponent and a minus sign on zero."""
    assert str(number(written)) == read
    assert str(number(Decimal(written))) == read


def test_a_price_finer_than_a_cent_is_read() -> None:
    """A price of 0.0000004 a request is kept to the last digit."""
    assert ex.text(number("0.0000004")) == "0.0000004"


def test_tenths_add_up() -> None:
    """B-16: 0.1 + 0.2 is 0.3, exactly."""
    assert ex.add(number("0.1"), number("0.2")) == Decimal("0.3")


def test_a_ratio_that_does_not_end_stays_a_fraction() -> None:
    """A third is kept as ``1/3``, and times three it is a plain number again."""
    third = ex.ratio(Decimal(1), 3)

    assert ex.text(third) == "1/3"
    assert ex.text(ex.multiply(third, Decimal(3))) == "1"


@pytest.mark.parametrize("written", ["", "1/0", "1/03", "+1", "1e3", "NaN", "1.", ".5", "00", "1/2/3", "9" * 1_001])
def test_what_text_never_writes_is_refused(written: str) -> None:
    """A stored number that ``text`` cannot have written is ``InvalidNumber`` with its place."""
    with pytest.raises(InvalidNumber, match=r"^exact: not a canonical number"):
        ex.parse(written, "exact")


def test_a_result_that_would_need_rounding_raises() -> None:
    """Arithmetic refuses rather than rounds: a product beyond the constant context's digits is an error."""
    huge = ex.scaled(10**900 + 1, 900)
    with pytest.raises(decimal.Inexact):
        ex.multiply(huge, huge)


@given(exacts())
def test_floor_and_ceiling_are_the_whole_numbers_around(value: Exact) -> None:
    """Also below zero, of a fraction without end and in a host's context of few digits."""
    with small_context():
        low, high = ex.floor(value), ex.ceiling(value)

    assert low == low.to_integral_value()
    assert [int(low), int(high)] == [math.floor(ex.fraction(value)), math.ceil(ex.fraction(value))]
    assert ex.negate(high) == ex.floor(ex.negate(value))
    assert "-0" not in (str(low), str(high))


@given(st.fractions() | st.decimals(-1_000_000, 1_000_000, places=6).map(Fraction))
def test_equal_numbers_have_one_text(value: Fraction) -> None:
    """Law: a number that a decimal can hold is written as one, whatever holds it: what is stored follows no memo."""
    written = ex.text(value)

    assert ex.parse(written) == value
    assert ("/" in written) == isinstance(ex.ratio(ex.whole(value.numerator), value.denominator), Fraction)
