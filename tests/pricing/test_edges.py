"""Edges of pricing that mutation testing found bare: each is one value beside a bound."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from billcore.kernel import HOUR, MONTH, ONE, YEAR, ZERO, Exact, InvalidValue, Period, Rounding, instant
from billcore.pricing import (
    Addon,
    Catalog,
    Cell,
    Commitment,
    Coupon,
    CreditUnit,
    Discount,
    Flat,
    Matrix,
    Part,
    Percentage,
    PerUnit,
    Phase,
    Plan,
    PlanVersion,
    Price,
    Product,
    Rating,
    Selection,
    Service,
    StairStep,
    Step,
    Tier,
    UnitRound,
    Wrapped,
    archive,
    discounted,
    explain_rating,
    quote,
    recurring_amount,
    unarchive,
)
from billcore.pricing.discount import take_off
from billcore.pricing.model.asked import rating_by

EMPTY = Catalog(version="1", effective="2020-01-01T00:00:00Z", currency="CHF")


def test_a_cap_cuts_what_is_above_it() -> None:
    """At 200.00 of lines a cap of 150.00 cuts 50.00; at 120.00 nothing."""
    year = Commitment(prices=["calls"], amount=100, cap=150)

    assert [year.over(covered, 2).cut for covered in (20_000, 15_000, 12_000, 0)] == [5_000, 0, 0, 0]


@pytest.mark.parametrize("off", [{}, {"percent": 10, "amount": 5}])
def test_a_coupon_takes_a_percentage_or_an_amount(off: dict[str, int]) -> None:
    """Neither and both are refused."""
    with pytest.raises(InvalidValue, match="a percentage or an amount"):
        Coupon(code="c", **off)  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize("places", [-1, 13, True, "2"])
def test_places_of_a_credit_unit(places: object) -> None:
    """A whole number from 0 to 12; 0 where none is said."""
    with pytest.raises(InvalidValue, match=r"^places: places are 0 to 12"):
        CreditUnit(code="token", rate="0.01", places=places)  # type: ignore[arg-type]  # the point
    assert CreditUnit(code="token", rate="0.01").places == 0
    assert [CreditUnit(code="token", rate="0.01", places=n).places for n in (0, 12)] == [0, 12]


def test_the_narrowest_discount_goes_first() -> None:
    """Half of one line of 10.00, then 10.00 off the rest of both: 15.00 in all; the other way round 12.50."""
    half, ten = Discount(code="half", percent=50, lines=frozenset({0})), Discount(code="ten", amount=1_000)

    for order in ([half, ten], [ten, half]):
        assert sum(used.total for used in discounted([1_000, 1_000], order).used) == 1_500


@pytest.mark.parametrize("values", [{"region": "eu", "class": "gold"}, {"class": "gold"}])
def test_a_cell_has_the_dimensions_of_its_matrix(values: dict[str, str]) -> None:
    """One more, or another one, is refused with its place."""
    with pytest.raises(InvalidValue, match=r"^cells\[0\].values: a cell names every dimension"):
        Matrix(["region"], [Cell(values, 1)])


def test_an_addon_without_a_meter_gives_no_units() -> None:
    """Its quantity is nobody's allowance."""
    price = Price(code="support", model=Flat(5))
    plan = Plan(code="team", versions=[PlanVersion(version=1, prices=[Price(code="base", model=Flat(1))])])
    sold = Catalog(
        version="1",
        effective="2026-01-01T00:00:00Z",
        currency="CHF",
        plans=[plan],
        addons=[Addon(code="support", price=price, quantity=7)],
    )

    assert [record.allowance for record in sold.records(Selection(plan="team", addons=["support"]))] == [0, 0]


def test_an_archive_keeps_letters_as_they_are() -> None:
    """Its text, and so every hash, has the letters themselves and no escapes."""
    price = Price(code="base", model=Flat(1), description="Zürich")

    assert '"Zürich"' in archive(price)
    assert unarchive(archive(price), Price) == price


def test_a_stair_step_is_named_after_its_tier() -> None:
    """The first is tier 1, the next tier 2."""
    model = StairStep([Tier(10, flat_amount=5), Tier(None, flat_amount=8)])

    assert [model.rate(Decimal(units)).steps[0].name for units in (10, 11)] == ["tier 1", "tier 2"]


def test_an_events_minimum_is_not_above_its_maximum() -> None:
    """Equal they may be; one more is refused with its place."""
    assert Percentage("1", event_minimum=2, event_maximum=2).event_minimum == 2
    with pytest.raises(InvalidValue, match=r"^event_minimum: the minimum is above the maximum"):
        Percentage("1", event_minimum=3, event_maximum=2)


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"places": -1}, "places"),
        ({"places": 13}, "places"),
        ({"places": True}, "places"),
        ({"mode": Rounding.HALF_EVEN}, "mode"),
    ],
)
def test_how_units_are_rounded(keys: dict[str, object], place: str) -> None:
    """To 0 to 12 places, up, down or half up; nothing else."""
    assert UnitRound(places=12, mode=Rounding.HALF_UP).places == 12
    with pytest.raises(InvalidValue, match=rf"^{place}: "):
        UnitRound(**keys)  # type: ignore[arg-type]  # the point


def test_nothing_used_needs_no_cell() -> None:
    """A matrix without a default prices no event at nothing; one unit without a cell is an error."""
    model = Matrix(["region"], [Cell({"region": "eu"}, 1)])

    assert model.rate(Decimal(0)).amount == 0
    with pytest.raises(InvalidValue, match="no cell for this event"):
        model.rate(Decimal(1))


def test_what_is_free_of_a_percentage_is_named() -> None:
    """After the rate everything is said by its name: a second number is no fee by accident."""
    with pytest.raises(TypeError, match="positional"):
        Percentage("1", "1")  # type: ignore[call-arg]  # the point


def test_a_flat_price_takes_no_size() -> None:
    """It has no quantity for the size to give."""
    with pytest.raises(InvalidValue, match=r"^size: a flat price has no quantity"):
        Price(code="setup", model=Flat(5), size="gib")


def test_prices_of_a_version_have_codes_of_their_own() -> None:
    """Two of one code are refused where the second stands."""
    with pytest.raises(InvalidValue, match=r"^prices\[1\].code: a code stands twice"):
        PlanVersion(version=1, prices=[Price(code="base", model=Flat(1)), Price(code="base", model=Flat(2))])


def test_nothing_had_costs_nothing() -> None:
    """A period of which no part was had."""
    whole = Period("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")

    assert recurring_amount(Price(code="base", model=Flat(5)), (), whole, "UTC") == 0


def test_a_quotes_period_is_its_plans() -> None:
    """A year with no addon and with a monthly one."""
    year = Price(code="base", model=Flat(100), interval=YEAR)
    plan = Plan(code="team", versions=[PlanVersion(version=1, prices=[year])])
    sold = Catalog(
        version="1",
        effective="2026-01-01T00:00:00Z",
        currency="CHF",
        plans=[plan],
        addons=[Addon(code="support", price=Price(code="support", model=Flat(5)))],
    )
    at = instant("2026-01-01T00:00:00Z")

    for addons in ([], ["support"]):
        assert quote(sold, Selection(plan="team", addons=addons), at).interval == YEAR


def test_a_service_with_a_surcharge_alone_is_priced() -> None:
    """One tier costs something, though another is free; with nothing but free tiers it has no price yet."""
    assert Service(code="s", sla_surcharges={"none": 0, "gold": 5}).priced
    assert not Service(code="s", sla_surcharges={"none": 0}).priced


def test_a_part_needs_its_size_too() -> None:
    """It has no default, and the selection says none."""
    disk = Product(code="disk", prices=[Price(code="disk", model=PerUnit(1), size="gb")])
    sold = attrs.evolve(EMPTY, products=[disk, Product(code="rack", composed_of=[Part(product="disk")])])

    with pytest.raises(InvalidValue, match=r"^sizes\.gb: the product needs this size"):
        sold.records(Selection(product="rack"))
    (record,) = sold.records(Selection(product="rack", sizes={"gb": 3}))
    assert record.quantity == 3


def test_an_included_addon_without_a_meter_gives_no_units() -> None:
    """It is a line of zero, and nothing else."""
    care = Addon(code="care", price=Price(code="care", model=Flat(5)), included_with=["pro"])
    pro = Plan(code="pro", versions=[PlanVersion(version=1, prices=[Price(code="base", model=Flat(9))])])
    sold = attrs.evolve(EMPTY, plans=[pro], addons=[care])

    assert [str(one.allowance) for one in sold.records(Selection(plan="pro"))] == ["0", "0"]


def test_the_last_unit_is_taken_off_too() -> None:
    """A line of one minor unit less all of it."""
    assert take_off([ONE], [Discount(code="all", percent=100)], Rounding.HALF_UP)[0].lines == (1,)


def test_a_quantity_of_nothing_is_told_as_it_is() -> None:
    """Below nothing it is at least none; nothing is nothing."""
    for model in (PerUnit(1), Wrapped(model=PerUnit(1), unit_multiplier=2)):
        for quantity, least in ((Decimal(0), False), (Decimal(-1), True)):
            tree = explain_rating(model.rate(quantity), model=model, quantity=quantity)
            assert any(node.label == "at least" for node in tree.walk()) is least


def test_a_step_of_nobodys_name_is_a_step() -> None:
    """A model of a host's own may call it as it likes; what is known has its own word."""
    for name, label in (("surge", "step"), ("free", "free"), ("minimum", "minimum")):
        rating = Rating(Decimal(3), ONE, (Step(name, ONE, Decimal(3), Decimal(0), Decimal(3)),))
        assert [child.label for child in explain_rating(rating).children] == [label]


@attrs.frozen
class Answers:
    """A model of a host's own that always answers one amount."""

    found: Exact

    def rate(self, quantity: Exact) -> Rating:
        """The amount as one step."""
        return Rating(self.found, quantity, (Step("units", quantity, self.found, ZERO, self.found),))


@pytest.mark.parametrize("found", ["1e99", "9e99", "0", "0e-200", "1e-100", f"{10**100 - 1}/7", f"1/{10**100 - 1}"])
def test_an_amount_of_a_hundred_digits_is_one(found: str) -> None:
    """A model of one's own may answer as much."""
    value = Fraction(found) if "/" in found else Decimal(found)

    assert rating_by(Answers(value), ONE).amount == value


@pytest.mark.parametrize("found", ["1e100", "1e-101", f"{10**100}/7", f"1/{10**100}"])
def test_an_amount_of_more_digits_is_none(found: str) -> None:
    """No store could keep it."""
    value = Fraction(found) if "/" in found else Decimal(found)

    with pytest.raises(InvalidValue, match="the price model answers no exact amount"):
        rating_by(Answers(value), ONE)


def test_cells_are_cells() -> None:
    """Anything else is told with its place."""
    with pytest.raises(InvalidValue, match=r"^cells\[0\]: wrong kind of value"):
        Matrix(dimensions=["region"], cells=[{"region": "eu"}])  # type: ignore[list-item]  # that is what is refused


def test_a_code_stands_once_in_a_phase_and_among_phases() -> None:
    """Two prices, or two phases, of one code could not be told apart."""
    price = Price(code="base", model=Flat(1))
    phase = Phase(code="intro", length=MONTH, prices=[price])

    with pytest.raises(InvalidValue, match=r"^prices\[1\]\.code: a code stands twice"):
        Phase(code="intro", length=MONTH, prices=[price, price])
    with pytest.raises(InvalidValue, match=r"^phases\[1\]\.code: a code stands twice"):
        PlanVersion(version=1, prices=[price], phases=[phase, phase])


def test_phases_are_of_months_or_days_with_prices_around_them() -> None:
    """A phase of hours, one without prices, and a version that ends with its phases are refused."""
    price = Price(code="base", model=Flat(1))
    phase = Phase(code="intro", length=MONTH, prices=[price])

    with pytest.raises(InvalidValue, match=r"^length: a phase lasts whole months or days"):
        Phase(code="intro", length=HOUR, prices=[price])
    with pytest.raises(InvalidValue, match=r"^prices: a phase has prices"):
        Phase(code="intro", length=MONTH, prices=[])
    with pytest.raises(InvalidValue, match=r"^prices: phases are followed by prices"):
        PlanVersion(version=1, prices=[], phases=[phase])
