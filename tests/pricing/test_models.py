"""Price models: what every one of them promises, and their worked examples."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.adapters.serialization import price_model_to
from billcore.kernel import Exact
from billcore.kernel import exact as ex
from billcore.pricing import (
    Flat,
    Graduated,
    Package,
    PackageRound,
    PerUnit,
    PriceModel,
    Progressive,
    Rating,
    StairStep,
    Step,
    Tier,
    Volume,
    Wrapped,
    amount_of,
)
from billcore.testing import laws
from billcore.testing.strategies import amounts, exacts, price_models, quantities, tiers
from tests.kernel.test_exact import small_context
from tests.pricing.oracle import models as oracle

ANY_QUANTITY = quantities(max_value=3_000) | exacts(max_value=3_000)
RISING = price_models(kinds=[PerUnit, Package, Progressive]) | tiers().map(Graduated)
STEP = Decimal("0.001")


def bounds_of(model: PriceModel) -> list[Decimal]:
    """The quantities at which something changes."""
    match model:
        case Graduated() | Volume() | StairStep():
            return [tier.up_to for tier in model.tiers if tier.up_to is not None]
        case Progressive():
            return [model.minimum_units, *(b.up_to for b in model.brackets if b.up_to is not None)]
        case Package():
            return [model.package_size, model.package_size * 7]
        case Wrapped():
            return [(bound + model.included) for bound in bounds_of(model.model)]
        case _:
            return []


def interesting(model: PriceModel) -> st.SearchStrategy[list[Exact]]:
    """A few quantities of any kind, in order, with every bound of the model and a thousandth to each side of it."""
    near = [bound + by for bound in bounds_of(model) for by in (Decimal(0), STEP, -STEP)]
    always: list[Exact] = [Decimal(0), Decimal(-7), *near]
    return st.lists(ANY_QUANTITY, min_size=3, max_size=3).map(lambda drawn: sorted([*drawn, *always]))


def with_quantities(models: st.SearchStrategy[PriceModel]) -> st.SearchStrategy[tuple[PriceModel, list[Exact]]]:
    """Each model with the quantities that are interesting for it."""
    return models.flatmap(lambda model: st.tuples(st.just(model), interesting(model)))


ANY_MODEL = with_quantities(price_models() | price_models(kinds=[Wrapped]))


@given(ANY_MODEL)
def test_models_cost_what_the_format_says(case: tuple[PriceModel, list[Exact]]) -> None:
    """Law: every model costs exactly what an oracle in fractions, written from FORMATS.md, says."""
    model, several = case

    for quantity in several:
        assert ex.fraction(amount_of(model, quantity)) == oracle.cost(price_model_to(model), ex.fraction(quantity))


@given(ANY_MODEL)
def test_no_model_costs_less_than_nothing(case: tuple[PriceModel, list[Exact]]) -> None:
    """Law: no quantity, negative ones included, costs less than nothing; a negative one costs what zero costs."""
    laws.no_quantity_costs_less_than_nothing(*case)


@given(with_quantities(RISING))
def test_more_never_costs_less(case: tuple[PriceModel, list[Exact]]) -> None:
    """Law: per unit, graduated, whole packages and progressive brackets never fall as the quantity grows."""
    laws.more_never_costs_less(*case)


@given(tiers(flat_amounts=False).map(Graduated))
def test_graduated_prices_have_no_cliff(model: Graduated) -> None:
    """Law: without flat amounts, a thousandth more than a bound costs a thousandth at the next tier's price."""
    for tier, following in zip(model.tiers, model.tiers[1:], strict=False):
        assert tier.up_to is not None
        beyond = ex.subtract(model.amount(tier.up_to + STEP / 100), model.amount(tier.up_to))
        assert beyond == STEP / 100 * following.unit_amount


@given(ANY_MODEL)
def test_the_breakdown_has_the_amount(case: tuple[PriceModel, list[Exact]]) -> None:
    """Law: ``rate`` and ``amount`` agree, exactly."""
    laws.rate_agrees_with_amount(*case)


@given(ANY_MODEL)
def test_the_steps_sum_to_the_amount(case: tuple[PriceModel, list[Exact]]) -> None:
    """Law: the steps of a rating sum to its amount, and each is quantity x unit amount + flat amount."""
    laws.steps_sum_to_the_amount(*case)


@given(ANY_MODEL)
def test_the_threads_context_does_not_touch_a_price(case: tuple[PriceModel, list[Exact]]) -> None:
    """Law: a price rates alike under any decimal context."""
    model, several = case
    expected = [model.rate(quantity) for quantity in several]
    with small_context():
        got = [model.rate(quantity) for quantity in several]
        amounts_alone = [amount_of(model, quantity) for quantity in several]

    assert got == expected
    assert amounts_alone == [rating.amount for rating in expected]


@given(tiers(), quantities(max_value=3_000))
def test_a_price_built_in_a_small_context_is_the_same(table: list[Tier], quantity: Decimal) -> None:
    """Law: what is computed ahead when a price is defined does not depend on the thread's context either."""
    expected = Graduated(table).rate(quantity)
    with small_context():
        got = Graduated(table).rate(quantity)

    assert got == expected


@given(
    price_models(kinds=[Flat, PerUnit, Graduated, Volume]),
    quantities(max_value=500),
    amounts(max_value=1_000),
    amounts(max_value=1_000),
)
def test_a_wrapper_bounds_the_amount(model: PriceModel, quantity: Decimal, included: Decimal, bound: Decimal) -> None:
    """Law: included units come off first, then the amount is raised to the minimum and cut to the maximum."""
    free = Wrapped(model=model, included=included).amount(quantity)

    assert free == amount_of(model, max(quantity - included, Decimal(0)))
    assert Wrapped(model=model, included=included, minimum=bound).amount(quantity) == max(free, bound)
    assert Wrapped(model=model, included=included, maximum=bound).amount(quantity) == min(free, bound)


TIERS = [Tier(10, "1.00", "5.00"), Tier(20, "0.50"), Tier(None, "0.25", "2.00")]


@pytest.mark.parametrize(
    ("make", "costs"),
    [
        (Graduated, {"0": "0", "10": "15", "10.5": "15.25", "20": "20", "21": "22.25"}),
        (Volume, {"0": "0", "10": "15", "10.5": "5.25", "20": "10", "21": "7.25"}),
        (lambda tiers: Graduated(tiers, flat_on_zero=True), {"0": "5", "-3": "5", "1": "6"}),
        (lambda tiers: Volume(tiers, flat_on_zero=True), {"0": "5", "-3": "5", "1": "6"}),
    ],
)
def test_tiers_price_units_or_all(make: Callable[[list[Tier]], PriceModel], costs: dict[str, str]) -> None:
    """A bound belongs to its tier; no usage enters no tier, unless the first flat amount is due all the same (D01)."""
    assert {q: str(ex.text(amount_of(make(TIERS), Decimal(q)))) for q in costs} == costs


def test_a_breakdown_is_read_tier_by_tier() -> None:
    """The steps of a graduated price name each tier entered, with its units, price and flat amount."""
    rating = Graduated(TIERS).rate(Decimal(12))

    assert rating == Rating(
        Decimal("16.00"),
        Decimal(12),
        (
            Step("tier 1", Decimal(10), Decimal("1.00"), Decimal("5.00"), Decimal("15.00")),
            Step("tier 2", Decimal(2), Decimal("0.50"), Decimal(0), Decimal("1.00")),
        ),
    )


@pytest.mark.parametrize(("quantity", "up", "down"), [("0", 0, 0), ("1", 1, 0), ("1000", 1, 1), ("1000.001", 2, 1)])
def test_packages_are_whole(quantity: str, up: int, down: int) -> None:
    """A begun package counts whole, or not at all; an exact one counts once."""
    counts = [Package(1000, "2.50", how).packages(Decimal(quantity)) for how in PackageRound]

    assert counts == [up, down]


def test_unit_factors() -> None:
    """R3-16: 500,000 tokens at one cent a thousand cost 5.00."""
    price = Wrapped(model=PerUnit("0.01"), unit_multiplier="0.001")

    assert price.amount(Decimal(500_000)) == Decimal("5.00")


def test_included_units_are_counted_in_the_prices_unit() -> None:
    """Included units come off after the multiplier and are a step of the breakdown without an amount."""
    price = Wrapped(model=PerUnit("0.01"), unit_multiplier="0.001", included=100)

    assert price.rate(Decimal(600_000)) == Rating(
        Decimal(5),
        Decimal(500),
        (Step("included", Decimal(100)), Step("units", Decimal(500), Decimal("0.01"), Decimal(0), Decimal(5))),
    )


def test_a_minimum_and_a_maximum_show_what_they_moved() -> None:
    """A minimum adds a step with what was missing, a maximum one with what was too much."""
    price = Wrapped(model=PerUnit(1), minimum=10, maximum=20)

    moved = [[(step.name, step.amount) for step in price.rate(Decimal(q)).steps][1:] for q in (4, 15, 26)]

    assert moved == [[("minimum", Decimal(6))], [], [("maximum", Decimal(-6))]]


def test_a_share_scales_the_wrapper_and_not_the_tiers() -> None:
    """For half a period half of included, minimum and maximum hold, while tiers stay as they are."""
    price = Wrapped(model=Graduated([Tier(10, 1), Tier(None, 2)]), included=10, minimum=8, maximum=30)

    amounts_of_half = [price.rate(Decimal(q), (1, 2)).amount for q in (5, 8, 16, 40)]

    assert amounts_of_half == [Decimal(4), Decimal(4), Decimal(12), Decimal(15)]


def test_a_third_of_what_is_included_is_exact() -> None:
    """A share of included units that does not end is a fraction, and so is the amount; nothing is rounded."""
    price = Wrapped(model=PerUnit(1), included=10)

    assert price.rate(Decimal(10), (1, 3)).amount == Fraction(20, 3)


def test_a_price_of_ones_own() -> None:
    """A host's frozen value with ``rate`` is a price model like any other, wrapped ones included."""

    class Squares:
        def rate(self, quantity: Exact) -> Rating:
            return Rating(ex.multiply(quantity, quantity), quantity)

    assert amount_of(Squares(), Decimal(3)) == 9
    assert amount_of(Wrapped(model=Squares(), included=1), Decimal(3)) == 4
