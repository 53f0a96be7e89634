"""Explanations of ratings: every price model, with its quantity, windows, events and shares, recomputes."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import HOUR
from billcore.kernel import exact as ex
from billcore.pricing import (
    Allowance,
    Bracket,
    Branches,
    Cell,
    Event,
    EventModel,
    Explanation,
    Graduated,
    Matrix,
    Package,
    Percentage,
    PerUnit,
    PriceModel,
    Progressive,
    Rating,
    Tier,
    UnitRound,
    Volume,
    Wrapped,
    explain_rating,
    leaf,
)
from billcore.pricing.model.wrapped import wrapped
from billcore.testing import laws
from billcore.testing.strategies import events, price_models, quantities

BY_QUANTITY = price_models(metered=False) | price_models(kinds=[Wrapped], metered=False)


@given(price_models(metered=False) | price_models(kinds=[Wrapped], metered=False), quantities(max_value=3_000))
def test_a_rating_explains_itself(model: PriceModel, quantity: Decimal) -> None:
    """Law: the explanation of any rating recomputes to its exact amount, and no two nodes have one id (M4)."""
    laws.rating_explains_itself(model, [quantity, ex.negate(quantity), 0])


@given(BY_QUANTITY, quantities(max_value=3_000))
def test_an_explanation_is_one_value(model: PriceModel, quantity: Decimal) -> None:
    """Law: parts made as they are read are the parts made at once: equal, hashed and numbered alike, read or not."""
    rating = model.rate(quantity)

    def made() -> Explanation:
        return explain_rating(rating, model=model, quantity=quantity)

    laws.explanation_is_one_value(made)
    tree = made().numbered()
    assert pickle.loads(pickle.dumps(tree)) == tree  # noqa: S301 - its own
    assert repr(made()) == repr(made())


@given(price_models(kinds=[Wrapped], metered=False), quantities(), quantities(), st.integers(0, 31))
def test_every_quantity_explains_itself(model: PriceModel, quantity: Decimal, extra: Decimal, days: int) -> None:
    """Law: with a share of the free units, and what addons give, the tree still recomputes, quantity and all."""
    assert isinstance(model, Wrapped)
    allowance = Allowance((days, 31), extra)
    rating = model.rate(quantity, allowance.share, extra)
    tree = explain_rating(rating, model=model, quantity=quantity, allowance=allowance).numbered()

    laws.explanation_recomputes(tree)
    assert tree.value == rating.amount


@given(price_models(), events())
def test_events_explain_themselves(model: PriceModel, found: list[Event]) -> None:
    """Law: what was rated event by event recomputes; the model only helps to tell it."""
    _explains_itself((model if isinstance(model, EventModel) else wrapped(model)).rate_events(found), model)


@given(BY_QUANTITY, st.lists(quantities(max_value=50), max_size=4))
def test_windows_explain_themselves(model: PriceModel, windows: list[Decimal]) -> None:
    """Law: what was rated window by window recomputes."""
    _explains_itself(wrapped(model).rate_windows(windows), model)


def _explains_itself(rating: Rating, model: PriceModel) -> None:
    tree = explain_rating(rating, model=model).numbered()

    laws.explanation_recomputes(tree)
    assert tree.value == rating.amount


def told(model: PriceModel, quantity: str) -> list[str]:
    """The tree, a node a line, without its root: id, value and operation."""
    number = Decimal(quantity)
    tree = explain_rating(model.rate(number), model=model, quantity=number).numbered("x")
    return [f"{node.id} {ex.text(node.value)} {node.operation}" for node in list(tree.walk())[1:]]


def test_brackets_are_one_fraction() -> None:
    """5.3 item 4: 12 GiB are 8 at the full price and 4 at 10 % less; the unit price is 0.0500 by 4, never rounded."""
    model = Progressive("0.0500", 4, brackets=[Bracket(8, 0), Bracket(32, 10), Bracket(None, 20)])

    assert told(model, "12") == [
        "x.bracket-1 0.1 product",
        "x.bracket-1.units 8 value",
        "x.bracket-1.unit-amount 0.0125 ratio",
        "x.bracket-1.unit-amount.price-of-units 0.05 value",
        "x.bracket-1.unit-amount.for-units 4 value",
        "x.bracket-2 0.045 product",
        "x.bracket-2.units 4 remainder",
        "x.bracket-2.units.quantity-had 12 value",
        "x.bracket-2.units.lower-bound 8 value",
        "x.bracket-2.unit-amount 0.0125 ratio",
        "x.bracket-2.unit-amount.price-of-units 0.05 value",
        "x.bracket-2.unit-amount.for-units 4 value",
        "x.bracket-2.after-discount 0.9 value",
    ]


def test_tiers_are_told_with_their_bounds() -> None:
    """Units of a tier are what is above its lower bound, at most up to its upper one; packages are begun."""
    tiers = Graduated([Tier(10, "1"), Tier(30, "0.5", package_size=4), Tier(None, "0.25")])

    assert told(tiers, "10") == [
        "x.tier-1 10 product",
        "x.tier-1.quantity-had 10 value",
        "x.tier-1.unit-amount 1 value",
    ]
    assert told(tiers, "40") == [
        "x.tier-1 10 product",
        "x.tier-1.units 10 value",
        "x.tier-1.unit-amount 1 value",
        "x.packages-of-tier-2 2.5 product",
        "x.packages-of-tier-2.packages 5 round",
        "x.packages-of-tier-2.packages.in-packages 5 ratio",
        "x.packages-of-tier-2.packages.in-packages.units 20 remainder",
        "x.packages-of-tier-2.packages.in-packages.units.upper-bound 30 value",
        "x.packages-of-tier-2.packages.in-packages.units.lower-bound 10 value",
        "x.packages-of-tier-2.packages.in-packages.package-size 4 value",
        "x.packages-of-tier-2.unit-amount 0.5 value",
        "x.tier-3 2.5 product",
        "x.tier-3.units 10 remainder",
        "x.tier-3.units.quantity-had 40 value",
        "x.tier-3.units.lower-bound 30 value",
        "x.tier-3.unit-amount 0.25 value",
    ]


def test_the_tier_that_holds_all_is_told_with_all() -> None:
    """25 units, all in the second tier, are 6.25 packages of 4, so 7."""
    assert told(Volume([Tier(10, "1"), Tier(None, "0.5", package_size=4)]), "25") == [
        "x.packages-of-tier-2 3.5 product",
        "x.packages-of-tier-2.packages 7 round",
        "x.packages-of-tier-2.packages.in-packages 6.25 ratio",
        "x.packages-of-tier-2.packages.in-packages.quantity-had 25 value",
        "x.packages-of-tier-2.packages.in-packages.package-size 4 value",
        "x.packages-of-tier-2.unit-amount 0.5 value",
    ]


def test_no_units_are_left_without_being_less_than_none() -> None:
    """Ten units and half a unit more, of which ten are included: nothing and a half; nine are at least none."""
    model = Wrapped(model=PerUnit(1), included=10)

    assert [node.split()[0] for node in told(model, "10")] == [node.split()[0] for node in told(model, "10.5")]
    assert "x.units.at-least" not in {node.split()[0] for node in told(model, "10")}
    assert "x.units.at-least 0 most" in told(model, "9")


def test_a_minimum_of_units_goes_by_the_share() -> None:
    """Ten a month are five in half of it."""
    model = Wrapped(model=PerUnit(1), minimum_quantity=10)
    allowance = Allowance((15, 30))
    tree = explain_rating(
        model.rate(Decimal(3), allowance.share), model=model, quantity=Decimal(3), allowance=allowance
    )

    assert [(node.label, ex.text(node.value)) for node in tree.walk() if node.kind == "quantity"] == [
        ("at least", "5"),
        ("quantity had", "3"),
        ("minimum units", "5"),
    ]


def test_packages_are_counted_and_rounded() -> None:
    """250 units in packages of 100 are 2.5, so 3."""
    assert told(Package(100, "2.50"), "250") == [
        "x.packages 7.5 product",
        "x.packages.packages 3 round",
        "x.packages.packages.in-packages 2.5 ratio",
        "x.packages.packages.in-packages.quantity-had 250 value",
        "x.packages.packages.in-packages.package-size 100 value",
        "x.packages.unit-amount 2.5 value",
    ]


def test_included_units_come_off_what_is_counted() -> None:
    """1,500 tokens are 2 begun thousands; one is free."""
    model = Wrapped(model=Volume([Tier(None, "0.30")]), unit_divisor=1_000, unit_round=UnitRound(), included=1)

    assert told(model, "1500") == [
        "x.tier-1 0.3 product",
        "x.tier-1.units-beyond-the-free-ones 1 remainder",
        "x.tier-1.units-beyond-the-free-ones.rounded-units 2 round",
        "x.tier-1.units-beyond-the-free-ones.rounded-units.divided 1.5 ratio",
        "x.tier-1.units-beyond-the-free-ones.rounded-units.divided.quantity-had 1500 value",
        "x.tier-1.units-beyond-the-free-ones.rounded-units.divided.divisor 1000 value",
        "x.tier-1.units-beyond-the-free-ones.included-units 1 value",
        "x.tier-1.unit-amount 0.3 value",
    ]


def test_an_id_stays_when_others_come() -> None:
    """The second tier has its id whether the first has a flat amount or not, and whatever the quantity."""

    def second(flat: str, quantity: int) -> Explanation | None:
        model = Graduated([Tier(10, "1.00", flat), Tier(None, "0.50")])
        tree = explain_rating(model.rate(Decimal(quantity)), model=model).numbered("x")
        return next((node for node in tree.walk() if node.id == "x.tier-2"), None)

    found = (second("0", 14), second("5", 14), second("5", 20))
    assert [node.value for node in found if node] == [2, 2, 5]
    assert second("5", 10) is None


def test_a_label_that_looks_like_a_double_has_an_id_of_its_own() -> None:
    """A label twice, and a part that is called what its double would be."""
    parts = (leaf("a", 1), leaf("a", 2), leaf("a 2", 3), leaf("a", 4))
    tree = Explanation("all", Decimal(10), "sum", parts).numbered()

    assert [node.id for node in tree.children] == ["all.a", "all.a-2", "all.a-2-2", "all.a-3"]
    assert [part.id for part in parts] == ["", "", "", ""]


def test_parts_are_made_once_and_only_when_read() -> None:
    """The root alone asks for nothing; reading twice asks once, and numbering asks for new nodes."""
    asked: list[str] = []

    def parts() -> tuple[Explanation, ...]:
        asked.append("parts")
        return (leaf("one", 1), leaf("two", 2))

    tree = Explanation("sum", Decimal(3), "sum", Branches(parts))
    numbered = tree.numbered()
    assert not asked
    assert tree.recompute() == tree.recompute() == 3
    assert asked == ["parts"]
    assert [node.id for node in numbered.children] == ["sum.one", "sum.two"]
    assert [node.id for node in tree.children] == ["", ""]
    assert asked == ["parts", "parts"]


@pytest.mark.parametrize("name", ["free", "included", "minimum"])
def test_a_cell_may_have_the_name_of_a_step(name: str) -> None:
    """An event in the class "free" that is not free is part of the sum."""
    model = Matrix(["class"], [Cell({"class": name}, "0.10")])
    rating = model.rate_events([Event(Decimal(3), {"class": name})])  # type: ignore[arg-type]  # any mapping
    tree = explain_rating(rating, model=model)

    assert [(node.label, node.value) for node in tree.children] == [("cell", Decimal("0.3"))]
    assert explain_rating(rating).recompute() == tree.recompute() == Decimal("0.30")


def test_a_percentage_is_told_as_one() -> None:
    """2.9 % of 100.00 and 0.30: the rate is a share that is read in percent."""
    rating = Percentage("2.9", fixed_amount="0.30").rate_events([Event(Decimal(100))])
    tree = explain_rating(rating, model=Percentage("2.9", fixed_amount="0.30"))
    rate = tree.find("rate")

    assert tree.recompute() == Decimal("3.20")
    assert rate is not None
    assert (rate.kind, rate.value) == ("percent", Decimal("0.029"))


def test_windows_of_packages_are_told_by_their_count() -> None:
    """Five units in each of two hours are a package each; ten units in all would be one."""
    model = Wrapped(model=Package(10, "2.00"), per_window=HOUR)
    tree = explain_rating(model.rate_windows([Decimal(5), Decimal(5)]), model=model)

    assert [(node.label, node.value) for node in tree.walk()][1:] == [
        ("packages", Decimal(4)),
        ("units", Decimal(2)),
        ("unit amount", Decimal(2)),
    ]
    assert tree.recompute() == 4


@pytest.mark.parametrize(
    ("model", "quantity", "floors"),
    [
        (Progressive(1, minimum_units=5), "5", 0),
        (Progressive(1, minimum_units=5), "4", 1),
        (Wrapped(model=PerUnit(1), minimum_quantity=5), "5", 0),
        (Wrapped(model=PerUnit(1), minimum_quantity=5), "4", 1),
    ],
)
def test_a_minimum_that_is_met_is_not_told(model: PriceModel, quantity: str, floors: int) -> None:
    """At the minimum the units are those had; one below it is raised, and the tree says so."""
    assert len([line for line in told(model, quantity) if line.endswith(" most")]) == floors
