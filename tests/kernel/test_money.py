"""Money: exact amounts of one currency, and their minor units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billcore.kernel import CurrencyMismatch, InvalidValue, Money, Rounding, places
from billcore.kernel import exact as ex
from billcore.testing.strategies import currencies, exacts, moneys, roundings
from tests.kernel.test_exact import small_context


@given(currencies().flatmap(lambda code: st.tuples(moneys(currency=code), moneys(currency=code))))
def test_adding_is_undone_by_subtracting(pair: tuple[Money, Money]) -> None:
    """Law: a + b - b is a, a + b is b + a, and a - a is nothing (H-14)."""
    a, b = pair

    assert a + b - b == a
    assert a + b == b + a
    assert a - a == Money.zero(a.currency)
    assert Money.zero(a.currency) - a == -a
    assert Money.total([a, b, -a], a.currency) == b


@given(moneys(), moneys())
def test_two_currencies_never_mix(a: Money, b: Money) -> None:
    """Law: amounts of two currencies are not added, subtracted or ordered; they are not equal (X-13)."""
    assume(a.currency != b.currency)

    for mix in (lambda: a + b, lambda: a - b, lambda: a < b, lambda: a <= b, lambda: a > b, lambda: a >= b):
        with pytest.raises(CurrencyMismatch, match=f"{a.currency} and {b.currency}"):
            mix()
    assert a != b


@given(currencies(), st.integers(-(10**11), 10**11))
def test_minor_units_round_trip(code: str, units: int) -> None:
    """Law: money of n minor units has n minor units, in currencies of 0, 2, 3 and 4 places."""
    money = Money.of_minor(units, code)

    assert money.minor == units
    assert Money(money.amount, code) == money
    assert money.amount * 10 ** places(code) == units


@given(exacts(), currencies(), roundings())
def test_rounded_money_has_minor_units(exact: ex.Exact, code: str, mode: Rounding) -> None:
    """Law: any exact amount rounds to whole minor units, at most half a unit away (X-01)."""
    money = Money.rounded(exact, code, mode)

    assert Money.of_minor(money.minor, code) == money
    assert 2 * abs(ex.fraction(money.amount) - ex.fraction(exact)) * 10 ** places(code) <= 1


@given(moneys(), moneys(currency="USD"), st.integers(-1000, 1000))
def test_the_threads_context_does_not_touch_money(a: Money, b: Money, times: int) -> None:
    """Law: money is added, multiplied, rounded and shown alike under any decimal context."""

    def everything() -> list[object]:
        return [a.minor, str(a), repr(a), b + b, b - b * 3, -b, b * times, a * Decimal("1.25"), b < b + b, bool(a)]

    expected = everything()
    with small_context():
        got = everything()

    assert got == expected


@given(moneys(), st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(any))
def test_splitting_money_loses_nothing(money: Money, weights: list[int]) -> None:
    """Law: the parts of an amount add up to it."""
    assert Money.total(money.allocate(weights), money.currency) == money


@pytest.mark.parametrize(("written", "cents"), [("0.29", 29), ("1.15", 115), ("0.57", 57), ("19.99", 1999)])
def test_cents_are_exact(written: str, cents: int) -> None:
    """B-26: 0.29, 1.15 and 0.57 are 29, 115 and 57 cents, which ``int(x * 100)`` on floats misses by one."""
    assert Money(written, "USD").minor == cents
    assert Money.rounded(Decimal(written), "USD") == Money(written, "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("20", "USD", "20.00 USD"),
        ("500", "JPY", "500 JPY"),
        ("1.5", "KWD", "1.500 KWD"),
        ("0.0000004", "USD", "0.0000004 USD"),
        ("-0.05", "CHF", "-0.05 CHF"),
    ],
)
def test_money_is_shown_with_its_decimals(amount: str, currency: str, shown: str) -> None:
    """Text shows the currency's decimals, and more only where the amount has more."""
    money = Money(amount, currency)

    assert (str(money), repr(money)) == (shown, "Money('{}', '{}')".format(*shown.split()))


def test_money_finer_than_a_cent_has_no_minor_units() -> None:
    """An amount finer than its currency is exact money, but no integer of cents can be had from it."""
    with pytest.raises(InvalidValue, match=r"finer than the minor unit .*Money\.rounded"):
        _ = Money("0.005", "USD").minor


def test_a_half_is_rounded_by_the_mode() -> None:
    """Half up goes away from zero on both sides; half even to the even neighbour (X-02)."""
    halves = [Decimal("0.125"), Decimal("-0.125"), Decimal("0.135")]

    up = [Money.rounded(half, "EUR").minor for half in halves]
    even = [Money.rounded(half, "EUR", Rounding.HALF_EVEN).minor for half in halves]

    assert (up, even) == ([13, -13, 14], [12, -12, 14])


def test_money_is_false_only_when_it_is_nothing() -> None:
    """``bool`` tells whether there is any amount, of either sign."""
    assert [bool(Money(amount, "EUR")) for amount in ("0", "0.00", "0.01", "-1")] == [False, False, True, True]


@pytest.mark.parametrize("other", [1, 1.5, "1", Decimal(1), None])
def test_money_is_not_a_number(other: object) -> None:
    """A bare number is not added to, subtracted from or compared with money."""
    money = Money(1, "EUR")

    for sign in ("__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"):
        assert getattr(money, sign)(other) is NotImplemented
    assert money != other


@pytest.mark.parametrize("times", [1.5, True, "2", None])
def test_money_is_multiplied_by_exact_numbers_only(times: object) -> None:
    """A float, a boolean or a text is not a factor of money; a ``Decimal`` and an ``int`` are."""
    money: Any = Money(2, "EUR")

    assert money.__mul__(times) is NotImplemented
    assert 2 * Money("1.25", "EUR") == Money("1.25", "EUR") * Decimal(2) == Money("2.50", "EUR")
