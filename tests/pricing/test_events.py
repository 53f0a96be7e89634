"""Prices that look at the events themselves, and windows: laws and worked examples."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billcore.adapters.serialization import price_model_to
from billcore.kernel import DAY, HOUR, Exact, FrozenMap, InvalidValue
from billcore.kernel import exact as ex
from billcore.pricing import (
    Cell,
    Event,
    EventModel,
    Flat,
    Graduated,
    Matrix,
    Percentage,
    PerUnit,
    PriceModel,
    Tier,
    UnitRound,
    Wrapped,
    explain_rating,
)
from billcore.testing.strategies import events, price_models, quantities
from tests.pricing.oracle import models as oracle

BY_EVENT = price_models(kinds=[Percentage, Matrix])


@given(BY_EVENT | price_models(kinds=[Wrapped]), events())
def test_events_cost_what_the_formats_say(model: PriceModel, found: list[Event]) -> None:
    """Law: a price by event is the sum that FORMATS.md describes, event by event, exactly."""
    assert isinstance(model, EventModel)
    rating = model.rate_events(found)

    told = [(ex.fraction(event.value), event.properties) for event in found]
    assert ex.fraction(rating.amount) == oracle.by_event(price_model_to(model), told)
    assert ex.total(step.amount for step in rating.steps) == rating.amount
    assert explain_rating(rating).recompute() == rating.amount


@given(BY_EVENT, st.lists(quantities(max_value=1_000), max_size=4))
def test_splitting_an_event_never_pays(model: EventModel, values: list[Decimal]) -> None:
    """Law: no event costs less than nothing, and one more event never lowers the sum."""
    amounts = [model.rate_events([Event(value) for value in values[:count]]).amount for count in range(len(values) + 1)]

    assert amounts == sorted(amounts)
    assert amounts[0] == 0


@given(price_models(kinds=[Wrapped], metered=False), st.lists(quantities()))
@example(Wrapped(model=Graduated([Tier(None, "0.1", 1)], flat_on_zero=True)), [Decimal(0), Decimal(1)])
def test_windows_are_rated_alone(model: PriceModel, windows: list[Decimal]) -> None:
    """Law: before the bounds, the amount of several windows is the sum of their amounts; steps sum to it."""
    assert isinstance(model, Wrapped)
    free = Wrapped(
        model=model.model,
        unit_multiplier=model.unit_multiplier,
        unit_divisor=model.unit_divisor,
        unit_round=model.unit_round,
        included=model.included,
        minimum_quantity=model.minimum_quantity,
    )
    together = free.rate_windows(windows)

    assert together.amount == ex.total(free.rate(window).amount for window in windows)
    assert ex.total(step.amount for step in together.steps) == together.amount
    assert explain_rating(together).recompute() == together.amount
    bounded: Exact = together.amount
    bounded = bounded if model.minimum is None else max(bounded, model.minimum)
    bounded = bounded if model.maximum is None else min(bounded, model.maximum)
    assert model.rate_windows(windows).amount == bounded


def fees(*values: int) -> list[Event]:
    """Events of these amounts."""
    return [Event(Decimal(value)) for value in values]


@pytest.mark.parametrize(
    ("more", "amount"),
    [({}, "16.142"), ({"fixed_amount": 2}, "18.691"), ({"free_events": 2}, "12"), ({"free_amount": 30}, "13.794")],
)
def test_a_card_fee(more: dict[str, int], amount: str) -> None:
    """2.99 % of 10, 80 and 10,000, each at least 1.75 and at most 12; what is free comes off before that."""
    fee = Percentage("2.99", event_minimum="1.75", event_maximum=12, **more)

    assert fee.rate_events(fees(10, 80, 10_000)).amount == Decimal(amount)


def test_free_events_end_before_the_free_amount() -> None:
    """Three free events of 400 in all, the free amount of 500 is not used up: 1.3 % of 400 and 2.00 are 7.20."""
    fee = Percentage("1.3", fixed_amount=2, free_events=3, free_amount=500)
    rating = fee.rate_events(fees(50, 100, 250, 400))

    assert rating.quantity == 800
    assert [(step.name, step.quantity, step.amount) for step in rating.steps] == [
        ("free", Decimal(400), Decimal(0)),
        ("percentage", Decimal(400), Decimal("5.2")),
        ("fixed", Decimal(1), Decimal(2)),
    ]


def test_calls_by_region_and_class() -> None:
    """3 hot calls in the EU at 0.10, 5 cold ones at 0.02, and 4 elsewhere at 0.30: 1.60."""
    cells = [Cell({"region": "eu", "class": "hot"}, "0.10"), Cell({"region": "eu", "class": "cold"}, "0.02")]
    price = Matrix(["region", "class"], cells, "0.30")
    told = [("eu", "hot", 3), ("eu", "cold", 5), ("us", "hot", 4)]
    found = [Event(Decimal(n), FrozenMap({"region": region, "class": kind})) for region, kind, n in told]

    rating = price.rate_events(found)

    assert [(step.name, step.amount) for step in rating.steps] == [
        ("eu/hot", Decimal("0.3")),
        ("eu/cold", Decimal("0.1")),
        ("default", Decimal("1.2")),
    ]


def test_an_event_without_a_cell_is_told() -> None:
    """Where there is no default, an event that no cell prices is an error that says what the event has."""
    price = Matrix(["region"], [Cell({"region": "eu"}, 1)])

    with pytest.raises(InvalidValue, match=r"^cells: no cell for this event, and no default \(got .*us"):
        price.rate_events([Event(Decimal(1), FrozenMap({"region": "us"}))])


def test_tiers_start_anew_in_each_window() -> None:
    """9 and 15 calls in two hours, 10 at 0.10 and the rest at 0.05: 0.90 and 1.25 are 2.15; the day's sum is 1.70."""
    price = Wrapped(model=Graduated([Tier(10, "0.1"), Tier(None, "0.05")]), per_window=HOUR)

    assert price.rate_windows([Decimal(9), Decimal(15)]).amount == Decimal("2.15")
    assert price.model.rate(Decimal(24)).amount == Decimal("1.70")


@pytest.mark.parametrize("more", [{"included": 1}, {"unit_divisor": 10}, {"per_window": DAY}])
def test_nothing_is_taken_off_events(more: dict[str, object]) -> None:
    """Included units of a price by event would have to come off some event: refused, with the place."""
    with pytest.raises(InvalidValue, match=rf"^{next(iter(more))}: a price by event takes its events as they are"):
        Wrapped(model=Percentage(1), **more)  # type: ignore[arg-type]  # the point


def test_a_minimum_is_for_the_end() -> None:
    """An interim bill has no minimum yet, and the maximum already."""
    price = Wrapped(model=PerUnit(1), minimum=10, maximum=20, interim=True)

    assert [price.so_far.rate(Decimal(q)).amount for q in (3, 30)] == [3, 20]
    assert price.rate(Decimal(3)).amount == 10


def test_units_are_divided_and_rounded_first() -> None:
    """1,400 tokens by 1,000, rounded up, less 0.5 free: 1.5 at 10.00."""
    price = Wrapped(model=PerUnit(10), unit_divisor=1_000, unit_round=UnitRound(), included="0.5")
    assert price.rate(Decimal(1_400)).amount == 15
    assert Fraction(1, 3) == ex.fraction(Wrapped(model=PerUnit(1), unit_divisor=3).rate(Decimal(1)).amount)
    assert Wrapped(model=Flat(5)).rate_events(fees(1, 2)).amount == 5
