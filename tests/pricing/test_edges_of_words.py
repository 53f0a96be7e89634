"""Edges of what is said of prices that mutation testing found bare: words, lint, diffs, explanations."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from billcore.kernel import ONE, Rounding
from billcore.pricing import (
    Addon,
    Bracket,
    Catalog,
    Cell,
    Commitment,
    ComputePlan,
    Coupon,
    Event,
    Explanation,
    Finding,
    Flat,
    Graduated,
    Grant,
    GrantKind,
    Matrix,
    Meter,
    Per,
    Percentage,
    PerUnit,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    PriceModel,
    Resource,
    Selection,
    Service,
    SlaTier,
    Storage,
    SumShare,
    Tier,
    Wrapped,
    catalog_diff,
    catalog_prices,
    check_selection,
    entry_words,
    explain_rating,
    explain_sum,
    leaf,
    lint,
)
from billcore.pricing.bounds import telling_bounds
from tests.pricing.examples import EFFECTIVE, studio

EMPTY = Catalog(version="1", effective=EFFECTIVE, currency="CHF")
TIERS = [SlaTier(code="none"), SlaTier(code="gold", min_replicas=3)]


def used(model: PriceModel, **more: object) -> Catalog:
    """A plan with one price of usage."""
    price = Price(code="u", model=model, meter="m", cadence=PriceCadence.USAGE, **more)  # type: ignore[arg-type]  # its keywords
    plan = Plan(code="p", versions=[PlanVersion(version=1, prices=[price])])
    return attrs.evolve(EMPTY, meters=[Meter(code="m")], plans=[plan])


def test_an_addon_is_had_once() -> None:
    """Where nobody says how often."""
    sold = attrs.evolve(EMPTY, addons=[Addon(code="care", price=Price(code="care", model=PerUnit(5)))])

    assert [sold.addon_record("care").quantity, sold.addon_record("care", 2).quantity] == [1, 2]


def test_entries_in_words() -> None:
    """A grant with its name, its money and what it is for; a coupon's amount or percentage."""
    grant = Grant(code="g", kind=GrantKind.PROMOTIONAL, amount=5, unit="CHF", applies_to=["base"])

    assert entry_words(grant) == "5 CHF promotional, for base"
    assert entry_words(attrs.evolve(grant, name="Start", unit=None)) == "Start, 5 promotional, for base"
    assert entry_words(Coupon(code="c", amount=5)) == "5 off once"
    assert entry_words(Coupon(code="c", percent=5)) == "5 % off once"


@pytest.mark.parametrize(("amounts", "found"), [((0, 1), 0), ((2, 1, "1.5"), 1), ((1, 2, "1.5"), 1), ((3, 2, 1), 0)])
def test_a_later_tier_is_dearer(amounts: tuple[int | str, ...], found: int) -> None:
    """Than the one before it; free units first are an allowance."""
    tiers = [Tier(n if n < len(amounts) else None, amount) for n, amount in enumerate(amounts, 1)]

    assert len(lint(used(Graduated(tiers)))) == found


def test_sizes_are_compared_by_their_larger_side() -> None:
    """20 CPUs for twenty times one CPU's price are no other unit, however little memory they have."""
    sizes = [ComputePlan(code=f"p{n}", cpu=n, ram_gib=1, price=n) for n in (1, 1, 20)]
    sizes = [attrs.evolve(size, code=f"p{n}") for n, size in enumerate(sizes)]

    assert lint(attrs.evolve(EMPTY, services=[Service(code="s", compute_plans=sizes)])) == ()


def test_the_median_of_four_is_the_upper_one() -> None:
    """Two of 1 and two of 100: the two of 1 are off."""
    sizes = [ComputePlan(code=f"p{n}", cpu=1, ram_gib=1, price=price) for n, price in enumerate((1, 1, 100, 100))]
    found = lint(attrs.evolve(EMPTY, services=[Service(code="s", compute_plans=sizes)]))

    assert [one.place.rpartition("/")[2] for one in found] == ["p0", "p1"]


def test_what_a_selection_has_beside_its_plan() -> None:
    """A tier that the service does not offer, and a version that the plan does not have."""
    service = Service(code="db", base_fee=5, sla_surcharges={"none": 0})
    catalog = attrs.evolve(EMPTY, sla_tiers=TIERS, services=[service])

    assert check_selection(catalog, Selection(service="db", sla_tier="gold")) == (
        Finding("sla_tier", "the service does not offer it"),
    )
    assert check_selection(studio(), Selection(plan="studio", version=7)) == (Finding("version", "not in the catalog"),)
    assert check_selection(studio(), Selection(plan="studio", version=1)) == ()


def test_cells_that_read_alike_are_told_as_a_whole() -> None:
    """x/y beside z reads like x beside y/z: their names do not tell them apart."""

    def sold(amount: int) -> Catalog:
        values = [{"a": "x/y", "b": "z"}, {"a": "x", "b": "y/z"}]
        return used(Matrix(["a", "b"], [Cell(one, n * amount) for n, one in enumerate(values, 1)]))

    (difference,) = catalog_diff(sold(1), sold(2)).differences
    assert difference.place == "plans/p/versions/1/prices/u/model/cells"


def test_a_list_of_codes_is_told_as_a_whole() -> None:
    """One code for another."""
    prices = [Price(code=code, model=Flat(1)) for code in "ab"]
    sold = attrs.evolve(EMPTY, plans=[Plan(code="p", versions=[PlanVersion(version=1, prices=prices)])])
    coupons = [Coupon(code="c", percent=5, applies_to=[code]) for code in "ab"]
    before, after = (attrs.evolve(sold, coupons=[coupon]) for coupon in coupons)

    assert [one.words for one in catalog_diff(before, after).differences] == ["coupons/c/applies_to: [a] -> [b]"]


def test_a_price_of_many_tiers_is_told_at_twelve_quantities() -> None:
    """At most; the first ones."""

    def sold(step: int) -> Catalog:
        ends = [*range(1, 20), None]
        return used(Graduated([Tier(end, 1 + n * step) for n, end in enumerate(ends)]))

    assert len(catalog_diff(sold(1), sold(2)).costs) == 12
    assert len(catalog_prices(sold(1))) == 12


def test_a_bound_is_a_quantity_of_six_places() -> None:
    """A third of a unit is free: just beyond is 0.333334."""
    bounds = telling_bounds(Wrapped(model=PerUnit(1), included=1, unit_multiplier=3))

    assert Decimal("0.333334") in bounds


def test_an_explanation_says_its_kind_by_name() -> None:
    """A ninth value is no kind by accident."""
    node = Explanation("sum", ONE, "value", (), None, None, Rounding.HALF_UP, "", kind="number", about={"n": 1})

    assert (node.kind, node.about["n"]) == ("number", 1)
    with pytest.raises(TypeError, match="positional"):
        Explanation("sum", ONE, "value", (), None, None, Rounding.HALF_UP, "", "number")  # type: ignore[call-arg]  # the point


def test_a_node_keeps_its_id() -> None:
    """Under another label too; only who gives it another one changes it."""
    node = Explanation("sum", ONE, id="a")

    assert [node.told("total", {}).id, node.told("total", {}, id="b").id] == ["a", "b"]


def test_units_of_events_are_units() -> None:
    """Of what the events say, and not what was had of anything."""
    model = Matrix(["region"], [Cell({"region": "eu"}, 2)])
    tree = explain_rating(model.rate_events([Event(Decimal(3), {"region": "eu"})]), model=model)  # type: ignore[arg-type]  # it is converted

    assert [node.label for node in tree.children[0].children] == ["units", "unit amount"]


def test_a_whole_commitment_has_no_share() -> None:
    """Of a whole period it is told as it is, of a part as its share."""
    (price,) = attrs.evolve(used(PerUnit(1)), commitments=[Commitment(prices=["u"], amount=10)]).committed
    whole, half = (
        explain_sum(price, leaf("sum of prices", Decimal(0)), SumShare(places=2, part=part), Decimal(exact))
        for part, exact in (((1, 1), 10), ((1, 2), 5))
    )

    assert [node.label for node in whole.children[0].children] == ["committed amount"]
    assert [node.label for node in half.children[0].children] == ["share of the commitment"]


def test_what_each_part_of_a_service_costs() -> None:
    """Storage and resources by the month of an estimate, or as they are."""
    service = Service(
        code="db",
        base_fee=1,
        storage=[Storage(code="ssd", price="0.001"), Storage(code="hdd", price=2, per=Per.MONTH)],
        resources=[Resource(code="ip", price=3, per=Per.MONTH)],
    )
    costs = {one.place: one.after for one in catalog_prices(attrs.evolve(EMPTY, services=[service]))}

    assert costs == {
        "services/db/base_fee": 1,
        "services/db/storage/ssd": Decimal("0.73"),
        "services/db/storage/hdd": 2,
        "services/db/resources/ip": 3,
    }


def test_a_stale_commitment_costs_nobody_anything() -> None:
    """It is left out, the one behind it is not."""
    price = Price(code="base", model=Flat(10))
    plan = Plan(code="p", versions=[PlanVersion(version=1, prices=[price])])
    stale, fresh = (Commitment(prices=["base"], amount=n, stale=n == 20) for n in (20, 30))
    costs = catalog_prices(attrs.evolve(EMPTY, plans=[plan], commitments=[stale, fresh]))

    assert {one.after for one in costs if one.place.startswith("commitments")} == {30, 60}


def test_a_price_that_is_new_is_told_at_each_quantity() -> None:
    """Nothing before is in no proportion to anything."""
    sold = used(Graduated([Tier(10, 2), Tier(None, 1)]))
    before = attrs.evolve(sold, plans=[])

    assert [int(one.quantity) for one in catalog_diff(before, sold).costs] == [1, 10, 11, 20]


def test_replicas_are_whole() -> None:
    """Of 3 GiB each: the bracket that ends at 8 GiB begins after two of them."""
    plan = ComputePlan(code="m", cpu=3, ram_gib=3, price=1)
    service = Service(code="db", compute_plans=[plan], discount_brackets=[Bracket(8, 0), Bracket(None, 10)])
    costs = catalog_prices(attrs.evolve(EMPTY, services=[service]))

    assert [str(one.quantity) for one in costs if "compute" in one.place] == ["1", "2", "4"]


def test_a_fee_over_others_is_of_what_they_cost() -> None:
    """In their currency."""
    fee = Price(code="fee", model=Percentage(15), sum_of=["base"])
    plan = Plan(code="p", versions=[PlanVersion(version=1, prices=[Price(code="base", model=Flat(10)), fee])])

    assert [one.unit for one in catalog_prices(attrs.evolve(EMPTY, plans=[plan]))][-1] == "CHF of base"
