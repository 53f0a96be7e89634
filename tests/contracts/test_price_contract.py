"""The contract of price models: our own keep it, and each promise is broken by a model that does not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import ClassVar, cast

import attrs
import pytest

from billcore.kernel import Exact, InvalidValue, NotFound
from billcore.kernel import exact as ex
from billcore.pricing import (
    Bracket,
    Dynamic,
    Flat,
    Graduated,
    GraduatedPercentage,
    Matrix,
    Package,
    Percentage,
    PercentTier,
    PerUnit,
    Price,
    PriceModel,
    Progressive,
    Rating,
    StairStep,
    Step,
    Tier,
    Volume,
    Wrapped,
    archive,
    unarchive,
)
from billcore.testing.contracts import PriceContract
from tests.contracts.own_prices import Greedy, Surge

TIERS = [Tier(10, "1.00"), Tier(None, "0.50", "3")]
OURS: list[PriceModel] = [
    Flat("9.90"),
    PerUnit("0.0125"),
    Graduated(TIERS),
    Volume(TIERS),
    StairStep([Tier(10, 0, 5), Tier(None, 0, 8)]),
    Package(10, "2.50"),
    Progressive("0.05", 6, 1, [Bracket(8, 0), Bracket(None, 10)]),
    GraduatedPercentage([PercentTier(100, 3), PercentTier(None, 2)]),
    Dynamic("1.1"),
    Percentage("2.9", fixed_amount="0.30"),
    Matrix(["region"], [], "0.10"),
    Wrapped(model=Graduated(TIERS), included=3, minimum=2, unit_divisor=3),
    Surge(Decimal("0.10"), Decimal(10)),
    Greedy(Decimal("0.10")),
]


class TestOurs(PriceContract):
    """Every model of billcore, and two of one's own."""

    @pytest.fixture(params=OURS, ids=lambda model: type(model).__name__, autouse=True, scope="class")
    @classmethod
    def model(cls, request: pytest.FixtureRequest) -> None:
        """The model under test."""
        cls._made = request.param

    _made: ClassVar[PriceModel]

    def make_model(self) -> PriceModel:
        """The one of this round."""
        return self._made


@attrs.frozen
class Broken(PriceModel):
    """A model that is right but for what one promise asks for."""

    archived_as: ClassVar[str] = "tests.broken"

    how: str

    def rate(self, quantity: Exact) -> Rating:
        """A unit costs one, wrongly."""
        units = max(quantity, ex.ZERO)
        amounts: dict[str, Callable[[], Exact]] = {
            "negative": lambda: ex.subtract(units, Decimal(1)),
            "context": lambda: units * Decimal("1.23456789") if isinstance(units, Decimal) else units,
            "float": lambda: cast("Decimal", float(units)),
            "below": lambda: quantity if quantity > 0 else ex.negate(quantity),
        }
        amount = amounts.get(self.how, lambda: units)()
        stepped = ex.ZERO if self.how == "steps" else amount
        counted = ex.ZERO if self.how == "short" else amount
        return Rating(amount, units, (Step("units", counted, ex.ONE, ex.ZERO, stepped),))


@attrs.define
class Loose(PriceModel):
    """It can be changed."""

    archived_as: ClassVar[str] = "tests.loose"

    def rate(self, quantity: Exact) -> Rating:
        """Free."""
        return Rating(ex.ONE, quantity, (Step("all", amount=ex.ONE, flat_amount=ex.ONE),))


@attrs.define(eq=False)
class Thing:
    """It is no value, and has no name."""

    amount: Decimal = Decimal(1)

    def rate(self, quantity: Exact) -> Rating:
        """One."""
        return Rating(self.amount, quantity, (Step("all", amount=self.amount, flat_amount=self.amount),))


def contract(model: Callable[[], PriceModel]) -> PriceContract:
    """The contract over a model."""

    class Under(PriceContract):
        def make_model(self) -> PriceModel:
            return model()

    return Under()


@pytest.mark.parametrize(
    ("model", "promise"),
    [
        (lambda: Broken("float"), "test_amounts_are_exact"),
        (lambda: Broken("context"), "test_a_quantity_has_one_amount"),
        (lambda: Broken("steps"), "test_the_steps_come_to_the_amount"),
        (lambda: Broken("negative"), "test_nothing_costs_less_than_nothing"),
        (lambda: Broken("below"), "test_nothing_costs_less_than_nothing"),
        (lambda: Broken("short"), "test_a_rating_explains_itself"),
        (Thing, "test_it_is_a_value"),
        (Thing, "test_it_is_frozen"),
        (Loose, "test_it_is_a_value"),
        (Thing, "test_it_is_kept"),
        (Thing, "test_it_is_quoted_as_it_is_billed"),
        (lambda: Flat(0), "test_it_is_a_price_model"),
    ],
)
def test_a_promise_that_is_broken_is_found(model: Callable[[], PriceModel], promise: str) -> None:
    """Each promise fails for a model that breaks it."""
    found = contract(model)

    with pytest.raises((AssertionError, TypeError, InvalidValue, pytest.fail.Exception)):
        getattr(found, promise)()


def test_a_model_without_a_name_is_priced_and_not_stored() -> None:
    """It prices and quotes; what says why it cannot be sold names the class and what to write."""
    price = Price(code="p", model=Thing())

    assert price.model.rate(ex.ONE).amount == 1
    with pytest.raises(InvalidValue, match=r"^model: .*without a name \(got 'Thing'; archived_as"):
        archive(price)


def test_a_price_of_an_unknown_model_is_not_found() -> None:
    """A program that has not defined the class is told which one, not that the archive is broken."""
    written = archive(Price(code="p", model=Surge(Decimal(1), Decimal(2)))).replace("tests.surge", "tests.nobody")

    with pytest.raises(NotFound, match=r"^model: .*'tests.nobody'; import its module first"):
        unarchive(written, Price)


def test_a_name_belongs_to_one_class() -> None:
    """A class whose name a newer one has taken could not be read back, so it is not written."""

    @attrs.frozen
    class First(PriceModel):
        archived_as: ClassVar[str] = "tests.twice"

        def rate(self, quantity: Exact) -> Rating:
            return Rating(ex.ONE, quantity)

    first = Price(code="p", model=First())
    written = archive(first)

    @attrs.frozen
    class Second(PriceModel):
        archived_as: ClassVar[str] = "tests.twice"

        def rate(self, quantity: Exact) -> Rating:
            return Rating(ex.ZERO, quantity)

    with pytest.raises(InvalidValue, match=r"^model: it could not be read back"):
        archive(first)
    assert unarchive(written, Price).model == Second()
