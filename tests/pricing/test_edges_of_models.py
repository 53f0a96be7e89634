"""Edges of price models that mutation testing found bare: each is one value beside a bound."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from billcore.kernel import ONE, ZERO, Exact, InvalidValue
from billcore.pricing import (
    Cell,
    Coupon,
    EachEvent,
    Event,
    Matrix,
    OrderRecord,
    PerUnit,
    Price,
    Product,
    Rating,
    StairStep,
    Step,
    Tier,
    Wrapped,
    coupon_minor,
)
from billcore.pricing.model.asked import rating_by


def test_events_at_their_minimum() -> None:
    """At it nothing is raised, below it the rest; of no events there is none, and all that was seen is summed."""
    model = EachEvent(PerUnit(1), 5)
    at, below = (model.rate_events([Event(Decimal(value))]) for value in (5, 3))

    assert [step.name for step in at.steps] == ["units"]
    assert [(step.name, str(step.amount)) for step in below.steps] == [("units", "3"), ("event minimum", "2")]
    assert model.rate(Decimal(0)).amount == 0
    assert model.rate_events([Event(Decimal(value)) for value in (5, 3)]).quantity == 8
    assert model.rate_events([]).quantity == 0


def test_a_cell_has_texts_and_a_matrix_different_names() -> None:
    """Each is told with its place, and so is a second cell for the same values."""
    with pytest.raises(InvalidValue, match=r"^values\.region: a property is text"):
        Cell({"region": 1}, 1)  # type: ignore[dict-item]  # the point
    for names in ([], ["region", "region"]):
        with pytest.raises(InvalidValue, match=r"^dimensions: dimensions are one or more different names"):
            Matrix(names, [])
    with pytest.raises(InvalidValue, match=r"^cells\[1\]\.values: two cells for the same values"):
        Matrix(["region"], [Cell({"region": "eu"}, 1), Cell({"region": "eu"}, 2)])


def test_what_each_event_is_priced_by_is_a_model() -> None:
    """Anything else is told."""
    with pytest.raises(InvalidValue, match=r"^model: wrong kind of value"):
        EachEvent("flat", 5)  # type: ignore[arg-type]  # the point


def test_a_stair_step_has_no_packages() -> None:
    """Its tiers have an amount each; at nothing it is the first one's, if nothing is asked for that."""
    model = StairStep([Tier(10, flat_amount=5), Tier(None, flat_amount=8)])

    assert (model.rate(ZERO).amount, model.rate(ZERO).steps) == (model.amount(ZERO), ())
    with pytest.raises(InvalidValue, match=r"^tiers\[1\]\.package_size: a stair step has no packages"):
        StairStep([Tier(10, flat_amount=5), Tier(None, flat_amount=8, package_size=5)])


def test_what_is_billed_of_a_quantity() -> None:
    """All of it but what is included; of half a period half of that."""
    model = Wrapped(model=PerUnit(1), included=2)

    assert [model.billed(Decimal(5)), model.billed(Decimal(5), (1, 2)), model.billed(ONE)] == [3, 4, 0]


def test_each_window_has_its_part() -> None:
    """Two windows and one part of them are a mistake."""
    model = Wrapped(model=PerUnit(1), included=2)

    assert model.rate_windows([Decimal(5), Decimal(5)], parts=[(1, 1), (1, 2)]).amount == 7
    with pytest.raises(ValueError, match="shorter"):
        model.rate_windows([Decimal(5), Decimal(5)], parts=[(1, 1)])


def test_a_percentage_has_no_minor_units() -> None:
    """An amount has; what is finer is refused."""
    assert coupon_minor(Coupon(code="c", percent=5), "CHF") == 0
    assert coupon_minor(Coupon(code="c", amount=5), "CHF") == 500
    with pytest.raises(InvalidValue, match=r"^coupon: its amount is"):
        coupon_minor(Coupon(code="c", amount="0.001"), "CHF")


def test_a_customer_may_have_one_at_least() -> None:
    """None at all is no product."""
    assert Product(code="vm", max_per_customer=1).max_per_customer == 1
    with pytest.raises(InvalidValue, match=r"^max_per_customer: must be at least 1"):
        Product(code="vm", max_per_customer=0)


@attrs.frozen
class Counts:
    """A model of a host's own that answers with a quantity of its own."""

    quantity: Exact

    def rate(self, quantity: Exact) -> Rating:
        """One for all."""
        return Rating(ONE, self.quantity, (Step("units", quantity, ONE, ZERO, ONE),))


def test_a_quantity_that_is_answered_is_exact() -> None:
    """As the amount is."""
    assert rating_by(Counts(ONE), ONE).quantity == 1
    with pytest.raises(InvalidValue, match="the price model answers no exact quantity"):
        rating_by(Counts(0.5), ONE)  # type: ignore[arg-type]  # the point


def test_at_its_minimum_or_maximum_nothing_is_added() -> None:
    """Five units at 1.00 with a minimum and a maximum of 5.00; four are raised by 1.00, six lowered."""
    model = Wrapped(model=PerUnit(1), minimum=5, maximum=5)
    steps = [[step.name for step in model.rate(Decimal(units)).steps] for units in (5, 4, 6)]

    assert steps == [["units"], ["units", "minimum"], ["units", "maximum"]]


def test_a_record_keeps_its_configuration_as_it_is() -> None:
    """A table that changes later changes no order; records are values, and so keys."""
    table = {"node": "a"}
    record = OrderRecord(price=Price(code="base", model=PerUnit(1)), quantity=1, configuration=table)
    table["node"] = "b"

    assert record.configuration == {"node": "a"}
    assert len({record, attrs.evolve(record, quantity=1)}) == 1
