"""Rounding and splitting: no unit is lost, none is made."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import Exact, Group, Rounding, allocate, minor_units, round_to
from billcore.kernel import exact as ex
from billcore.testing import laws
from billcore.testing.strategies import exacts, roundings

MODES = roundings()
PLACES = st.sampled_from((0, 2, 3, 4))
HALVES = st.integers(-(10**6), 10**6).map(lambda n: Decimal(2 * n + 1) / 200)
WEIGHTS = st.integers(0, 1000) | exacts().map(lambda value: max(value, ex.negate(value)))


@given(exacts(), PLACES, MODES)
def test_rounding_goes_to_the_nearest_unit(value: Exact, places: int, mode: Rounding) -> None:
    """Law: rounding gives the nearest unit; a half goes away from zero or to the even one; signs mirror."""
    exact = ex.fraction(value) * 10**places

    got = minor_units(value, places, mode)

    if abs(got - exact) == Fraction(1, 2):
        assert got % 2 == 0 if mode is Rounding.HALF_EVEN else abs(got) > abs(exact)
    else:
        assert abs(got - exact) < Fraction(1, 2)
    assert minor_units(ex.negate(value), places, mode) == -got


@given(st.integers(-(10**6), 10**6).map(lambda n: Decimal(2 * n + 1) / 2), MODES)
def test_exact_halves_follow_the_mode(half: Decimal, mode: Rounding) -> None:
    """Law: an exact half goes away from zero by half up, to the even neighbour by half even."""
    below, above = int(abs(half)), int(abs(half)) + 1
    expected = above if mode is Rounding.HALF_UP else below + below % 2

    assert abs(minor_units(half, 0, mode)) == expected


@given(exacts(), PLACES)
def test_up_and_down_leave_no_rest(value: Exact, places: int) -> None:
    """Law: up is the least whole number of units that is not less, away from zero; down the most that is not more."""
    exact = abs(ex.fraction(value) * 10**places)

    up, down = (abs(minor_units(value, places, mode)) for mode in (Rounding.UP, Rounding.DOWN))

    assert down <= exact <= up < exact + 1
    assert down > exact - 1
    assert minor_units(value, places, Rounding.UP) * ex.fraction(value) >= 0


@given(st.lists(exacts(), min_size=1, max_size=8), PLACES, MODES)
def test_the_lines_of_a_group_add_up(parts: list[Exact], places: int, mode: Rounding) -> None:
    """Law: the rounded lines of a group sum to its rounded whole after every line, in both modes (M6)."""
    laws.rounded_parts_add_up(parts, places, mode)


@given(exacts() | HALVES, st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any), MODES)
def test_a_price_cut_into_parts_adds_up_to_the_price(price: Exact, weights: list[int], mode: Rounding) -> None:
    """Law: a price cut anywhere into parts, each rounded in its group, adds up to the rounded price."""
    group = Group(2, mode)

    cut = [group.take(ex.ratio(price, sum(weights), weight)) for weight in weights]

    assert sum(cut) == minor_units(price, 2, mode)


@given(st.integers(-(10**12), 10**12), st.lists(WEIGHTS, min_size=1).filter(any))
def test_allocation_loses_no_unit(units: int, weights: list[Exact | int]) -> None:
    """Law: parts sum to the whole, each within one unit of its exact share, and no weight gets nothing (M5)."""
    parts = allocate(units, weights)

    whole = sum((Fraction(weight) for weight in weights), Fraction(0))
    assert sum(parts) == units
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - units * Fraction(weight) / whole) < 1
        assert weight or not part


@given(st.integers(0, 10**6), st.integers(1, 50))
def test_ties_go_to_the_earliest(units: int, many: int) -> None:
    """Law: among equal weights the units left over go to the first, one each."""
    share, left = divmod(units, many)

    assert allocate(units, [1] * many) == (share + 1,) * left + (share,) * (many - left)


def test_ten_francs_in_three_lines() -> None:
    """A third of 10.00 rounded three times in one group is 3.33, 3.34, 3.33: ten francs, not 9.99."""
    group = Group(places=2)

    assert [group.take(Fraction(10, 3)) for _ in range(3)] == [333, 334, 333]


def test_a_difference_fits_into_its_group() -> None:
    """A later fall of a group takes back exactly what its rounded lines had too much."""
    group = Group(places=2)
    lines = [group.take(Decimal("0.004")), group.take(Decimal("0.004")), group.take(Decimal("-0.008"))]

    assert lines == [0, 1, -1]


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("19.995", 2, "20.00"),
        ("12345", -2, "12300"),
        ("-12350", -2, "-12400"),
        ("0.5", 0, "1"),
    ],
)
def test_numbers_round_to_places(value: str, places: int, rounded: str) -> None:
    """Places after the point, or tens and hundreds before it, half away from zero."""
    assert round_to(Decimal(value), places) == Decimal(rounded)


@pytest.mark.parametrize(
    ("units", "weights", "parts"),
    [
        (100, [1, 1, 1], (34, 33, 33)),
        (-100, [1, 1, 1], (-34, -33, -33)),
        (5, [Decimal("0.5"), Fraction(1, 3), 0], (3, 2, 0)),
        (0, [3, 4], (0, 0)),
        (7, [0, 1], (0, 7)),
    ],
)
def test_units_are_split_by_largest_remainder(units: int, weights: list[Exact | int], parts: tuple[int, ...]) -> None:
    """The units left over go to the largest remainders, by any exact weights, for both signs."""
    assert allocate(units, weights) == parts
