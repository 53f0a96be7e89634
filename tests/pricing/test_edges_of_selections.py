"""Edges of what is selected, taken off and named that mutation testing found bare."""

from __future__ import annotations

import itertools
from decimal import Decimal

import attrs
import pytest

from billcore.kernel import (
    ZERO,
    Interval,
    InvalidValue,
    NotAvailable,
    Rounding,
    StaleCatalogEntry,
    SyncAborted,
    instant,
    nearest,
)
from billcore.pricing import (
    Addon,
    Availability,
    Catalog,
    ComputePlan,
    Discount,
    Flat,
    Graduated,
    Meter,
    MeterPrice,
    Part,
    Percentage,
    PerUnit,
    Phase,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    PriceModel,
    Product,
    Rating,
    Selection,
    Service,
    Step,
    Tier,
    Wrapped,
    catalog_diff,
    cluster_quantity,
    explain_rating,
    merged,
    options,
    phase_starts,
)
from billcore.pricing.discount import take_off
from tests.pricing.feeds import FIRST, SECOND, shop, synced

EMPTY = Catalog(version="1", effective=FIRST, currency="CHF")
BASE = Price(code="base", model=Flat(9))


def plan(*prices: Price, stale: bool = False) -> Plan:
    """A plan of these prices."""
    return Plan(code="pro", versions=[PlanVersion(version=1, prices=prices)], stale=stale)


def test_an_included_addon_has_a_code_of_its_own() -> None:
    """It brings a line to the plan's: two of one code could not be told apart."""
    addon = Addon(code="care", price=Price(code="base", model=Flat(5)), included_with=["pro"])

    with pytest.raises(InvalidValue, match="a code stands twice"):
        attrs.evolve(EMPTY, plans=[plan(BASE)], addons=[addon]).records(Selection(plan="pro"))


def test_an_addon_gives_no_units_of_events() -> None:
    """What is priced event by event has no units that could come off."""
    paid = Price(code="paid", model=Percentage(3), cadence=PriceCadence.USAGE, meter="paid")
    addon = Addon(code="more", price=Price(code="more", model=Flat(5)), meter="paid", quantity=10)
    sold = attrs.evolve(EMPTY, meters=[Meter(code="paid")], plans=[plan(BASE, paid)], addons=[addon])

    with pytest.raises(InvalidValue, match=r"^addons: it gives units of a meter that is priced event by event"):
        sold.records(Selection(plan="pro", addons=["more"]))


def test_a_sized_product_beside_a_flat_price_has_no_quantity() -> None:
    """The size says how much of the one, and the other is had once."""
    ram = Price(code="ram", model=PerUnit(1), size="ram")
    sold = attrs.evolve(EMPTY, products=[Product(code="vm", prices=[ram, BASE])])

    with pytest.raises(InvalidValue, match=r"^quantity: nothing of it is priced by quantity"):
        sold.records(Selection(product="vm", sizes={"ram": 4}, quantity=2))


def test_where_plans_are_offered_says_nothing_of_a_service_without_one() -> None:
    """A service is sold without a compute plan, though the catalog says where plans of it are offered."""
    small = ComputePlan(code="small", cpu=1, ram_gib=1, price=1)
    rows = [Availability(service="db", compute_plan="small", offering="eu")]
    sold = attrs.evolve(EMPTY, services=[Service(code="db", base_fee=1, compute_plans=[small])], availability=rows)

    assert [record.price.code for record in sold.records(Selection(service="db"))] == ["base"]


def test_a_stale_plan_is_not_sold_though_its_version_is_fresh() -> None:
    """The plan's place is told."""
    with pytest.raises(StaleCatalogEntry, match=r"^plan: "):
        attrs.evolve(EMPTY, plans=[plan(BASE, stale=True)]).records(Selection(plan="pro"))


def test_nothing_is_taken_off_nothing() -> None:
    """Lines of zero have nothing to take off, so the discount is not there."""
    assert take_off([ZERO, ZERO], [Discount(code="all", percent=100)], Rounding.HALF_UP) == []


def test_what_is_all_free_is_told_as_one_amount() -> None:
    """Steps of free units alone make no sum; how many they are stands beside the amount."""
    tree = explain_rating(Rating(ZERO, ZERO, (Step("included", Decimal(5)), Step("free", Decimal(1)))))

    assert (tree.operation, tree.children) == ("value", ())
    assert {name: str(value) for name, value in tree.about.items()} == {"included": "6"}


def test_ten_names_are_few() -> None:
    """Where nothing looks alike all are told, if they are ten at most."""
    names = [f"name-{letter}" for letter in "abcdefghij"]

    assert nearest("?", names) == f"one of {', '.join(names)}"
    assert nearest("?", [*names, "name-k"]) is None


def test_half_of_a_source_may_go_stale() -> None:
    """Fifty of a hundred are believed, one more is not."""
    codes = [f"s{n:03}" for n in range(100)]
    base = synced(shop(*codes))

    assert merged(base, shop(*codes[:50]), "portal", SECOND).counts == (0, 0, 50, 50)
    with pytest.raises(SyncAborted, match=r"^51 of 100 entries would go stale"):
        merged(base, shop(*codes[:49]), "portal", SECOND)


def test_another_model_is_told_by_what_it_says() -> None:
    """Its fields, but those that say nothing; of tiers those that differ, by where they end."""
    tiered = Graduated([Tier(10, 1), Tier(None, "0.5", 1)])
    models: list[PriceModel] = [
        PerUnit(1),
        Wrapped(model=PerUnit(1), included=2),
        tiered,
        Graduated([Tier(10, 1), Tier(None, "0.5", 2)]),
    ]
    catalogs = [attrs.evolve(EMPTY, plans=[plan(Price(code="base", model=model))]) for model in models]
    place = "plans/pro/versions/1/prices/base/model"
    words = [
        [one.words for one in catalog_diff(before, after).differences] for before, after in itertools.pairwise(catalogs)
    ]

    wrapped = "Wrapped (model PerUnit (unit_amount 1), unit_multiplier 1, unit_divisor 1, included 2)"
    graduated = "Graduated (tiers [Tier (up_to 10, unit_amount 1), Tier (unit_amount 0.5, flat_amount 1)])"
    assert words == [
        [f"{place}: PerUnit (unit_amount 1) -> {wrapped}"],
        [f"{place}: {wrapped} -> {graduated}"],
        [f"{place}/tiers/beyond/flat_amount: 1 -> 2"],
    ]


def test_a_service_that_is_not_listed_has_no_options() -> None:
    """Where none of its plans is offered either."""
    hidden = Service(code="db", base_fee=1, listed=False)

    with pytest.raises(NotAvailable, match=r"^service: this service is not sold by itself"):
        options(attrs.evolve(EMPTY, services=[hidden]), "db", EMPTY.effective)
    assert options(attrs.evolve(EMPTY, services=[attrs.evolve(hidden, listed=True)]), "db", EMPTY.effective) == ()


def test_phases_follow_each_other() -> None:
    """Ten days, then twenty: the first ends on the 11th, the second on the 31st."""
    ten, twenty = (Phase(code=f"d{days}", length=Interval(days=days), prices=[BASE]) for days in (10, 20))
    ends = phase_starts([ten, twenty], instant("2026-01-01T00:00:00Z"), "UTC")

    assert [end.isoformat()[:10] for end in ends] == ["2026-01-11", "2026-01-31"]


def test_a_price_of_a_meter_is_one_of_that_meter() -> None:
    """Another meter's, or no price at all, is told with its place; so is a date that is none."""
    price = Price(code="gb", model=PerUnit(1), cadence=PriceCadence.USAGE, meter="gb")

    with pytest.raises(InvalidValue, match=r"^price\.meter: its price is of another meter"):
        MeterPrice(meter="calls", price=price)
    with pytest.raises(InvalidValue, match=r"^price: wrong kind of value"):
        MeterPrice(meter="gb", price="gb")  # type: ignore[arg-type]  # the point
    for day, told in (("2026-02-30", "not a date"), (EMPTY.effective, "a local date is asked for")):
        with pytest.raises(InvalidValue, match=rf"^from: {told}"):
            MeterPrice(meter="gb", price=price, from_=day)


def test_a_parts_sizes_are_not_negative() -> None:
    """Nothing is a size, less is none."""
    assert Part(product="disk", defaults={"gb": 0}).defaults == {"gb": 0}
    assert Part(product="disk", defaults={"gb": "0.5"}).defaults == {"gb": Decimal("0.5")}
    with pytest.raises(InvalidValue, match=r"^defaults\.gb: must not be negative"):
        Part(product="disk", defaults={"gb": -1})


def test_a_storage_is_a_text_that_can_be_kept() -> None:
    """No control characters, and no number of gibibytes."""
    assert Selection(service="db", storage="ssd", storage_gib=5).storage == "ssd"
    with pytest.raises(InvalidValue, match=r"^storage: not a text"):
        Selection(service="db", storage="ssd\x00")
    with pytest.raises(InvalidValue, match=r"^storage: not text .*storage_gib\?"):
        Selection(service="db", storage=5)  # type: ignore[arg-type]  # the point


def test_a_service_has_a_price_for_its_base_fee() -> None:
    """Where it has one."""
    service = Service(code="db", base_fee=5, sla_surcharges={"gold": 1})

    assert [(code, price.code) for code, price in service.prices] == [("", "base"), ("gold", "sla")]
    assert [code for code, _ in attrs.evolve(service, base_fee=0).prices] == ["gold"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("500u", "0.0005"),
        ("1n", "0.000000001"),
        ("3n", "0.000000003"),
        ("250m", "0.25"),
        ("2k", "2000"),
        ("1Ki", "1024"),
    ],
)
def test_small_and_large_quantities_of_a_cluster(written: str, read: str) -> None:
    """Each suffix is worth what it says."""
    assert cluster_quantity(written) == Decimal(read)
