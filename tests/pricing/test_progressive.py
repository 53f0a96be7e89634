"""Progressive brackets: the laws of E(U), H-03 of requirements.md, and the vectors of 5.3."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import Exact, InvalidValue, Money
from billcore.kernel import exact as ex
from billcore.pricing import Bracket, Progressive
from billcore.testing.strategies import amounts, brackets, quantities

UNITS = quantities(max_value=3_000)
BRACKETS = [Bracket(8, 0), Bracket(32, 10), Bracket(None, 20)]


def effective(table: list[Bracket], units: Exact) -> Exact:
    """E(U) of the brackets."""
    return Progressive(1, brackets=table).effective(units)


@given(brackets(), UNITS)
def test_effective_units_are_never_more_than_the_units(table: list[Bracket], units: Decimal) -> None:
    """Law: E(0) = 0 and 0 <= E(U) <= U (H-03)."""
    assert effective(table, Decimal(0)) == 0
    assert 0 <= effective(table, units) <= units


@given(brackets(), UNITS, amounts(max_value=100, places=3))
def test_effective_units_grow_without_a_jump(table: list[Bracket], units: Decimal, more: Decimal) -> None:
    """Law: E is non-decreasing and continuous: more units add at least nothing and at most themselves (H-03)."""
    grown = ex.subtract(effective(table, units + more), effective(table, units))

    assert 0 <= grown <= more


@given(brackets(ascending=True), st.lists(UNITS.filter(bool), min_size=2, max_size=2).map(sorted))
def test_with_ascending_discounts_more_is_cheaper_each(table: list[Bracket], pair: list[Decimal]) -> None:
    """Law: where discounts ascend, the average price never rises with the units (H-03)."""
    few, many = pair

    assert ex.multiply(effective(table, many), few) <= ex.multiply(effective(table, few), many)


@given(brackets(), UNITS, amounts(min_value=Decimal("0.001"), max_value=1_500, places=3))
def test_splitting_a_bracket_changes_nothing(table: list[Bracket], units: Decimal, cut: Decimal) -> None:
    """Law: a bracket cut in two at any point, each part with its percent, gives the same E (H-03)."""
    split: list[Bracket] = []
    for bracket in table:
        above = split[-1].up_to or Decimal(0) if split else Decimal(0)
        if above < cut and (bracket.up_to is None or cut < bracket.up_to):
            split.append(Bracket(cut, bracket.percent))
        split.append(bracket)

    assert effective(split, units) == effective(table, units)


@given(brackets(), amounts(max_value=50), UNITS)
def test_fewer_units_than_the_minimum_cost_the_minimum(table: list[Bracket], least: Decimal, units: Decimal) -> None:
    """Law: below the minimum units the price is that of the minimum, from there on that of the units (R4-14)."""
    with_minimum, without = Progressive("0.05", 4, least, table), Progressive("0.05", 4, 0, table)

    assert with_minimum.amount(units) == without.amount(max(units, least))


@pytest.mark.parametrize(
    ("units", "counted"),
    [
        *[("0", "0"), ("0.5", "0.5"), ("8", "8"), ("8.5", "8.45"), ("12", "11.6")],
        *[("32", "29.6"), ("40", "36"), ("100", "84"), ("18", "17")],
    ],
)
def test_effective_units_of_the_worked_example(units: str, counted: str) -> None:
    """R4-12: the vectors of 5.3: bracket by bracket, ``(above, up_to]``, fractional units allowed."""
    assert effective(BRACKETS, Decimal(units)) == Decimal(counted)


def test_units_that_do_not_divide_the_price_stay_one_fraction() -> None:
    """5.3 item 5: three replicas of 6 GiB at 0.0500 an hour for 730 hours are 103.42, rounded once at the end."""
    hourly = Progressive("0.0500", 6, 0, BRACKETS).amount(Decimal(18))

    assert ex.text(hourly) == "17/120"
    assert Money.rounded(ex.multiply(hourly, Decimal(730)), "CHF") == Money("103.42", "CHF")


@pytest.mark.parametrize(("minimum", "month"), [(0, "5.84"), (1, "11.68")])
def test_minimum_units(minimum: int, month: str) -> None:
    """R4-14: 512 MiB at 0.0080 an hour are 5.84 a month, with one GiB at least 11.68."""
    hourly = Progressive("0.0080", "0.5", minimum).amount(Decimal("0.5"))

    assert ex.multiply(hourly, Decimal(730)) == Decimal(month)


def test_half_a_gibibyte_is_exact() -> None:
    """R4-15: fractional units are exact decimals, priced as such."""
    assert Progressive("0.0300", "1.5").amount(Decimal("0.5")) == Decimal("0.01")


@pytest.mark.parametrize(
    ("table", "place", "message"),
    [
        ([Bracket(10, 0), Bracket(None, 5, above=12)], r"brackets\[1\]\.above", "must be 10"),
        ([Bracket(10, 0), Bracket(None, 5, above=8)], r"brackets\[1\]\.above", "must be 10"),
        ([Bracket(10, 0, above=1), Bracket(None, 5)], r"brackets\[0\]\.above", "must be 0"),
        ([Bracket(10, 0), Bracket(10, 5), Bracket()], r"brackets\[1\]\.up_to", "bounds must rise"),
        ([Bracket(None, 0), Bracket(None, 5)], r"brackets\[0\]\.up_to", "only the last may be open"),
        ([Bracket(10, 0)], r"brackets\[0\]\.up_to", "the last must be open"),
    ],
)
def test_brackets_are_contiguous(table: list[Bracket], place: str, message: str) -> None:
    """R4-13: a gap, an overlap, a start above zero or an end that is not open is refused with its place."""
    with pytest.raises(InvalidValue, match=rf"^{place}: {message}"):
        Progressive(1, brackets=table)


def test_a_bound_that_is_repeated_is_no_part_of_a_bracket() -> None:
    """Brackets that say where they begin equal those that leave it out."""
    assert [Bracket(8, 0, above=0), Bracket(None, 10, above=8)] == [Bracket(8, 0), Bracket(None, 10)]
