"""Edges of catalogs, taxes and coupons that mutation testing found bare."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs
import pytest

from billcore.kernel import InvalidNumber, InvalidValue, Rounding, StaleCatalogEntry, SyncAborted
from billcore.pricing import (
    AppliedRate,
    Availability,
    Catalog,
    Commitment,
    ComputePlan,
    Coupon,
    Flat,
    Plan,
    PlanStatus,
    PlanVersion,
    Price,
    Resource,
    Selection,
    Service,
    SlaTier,
    Stacking,
    TaxRate,
    ValuePath,
    entries,
    merged,
    plan_catalog,
    stale_by_age,
)
from billcore.pricing.said import table
from billcore.pricing.stacking import HeldCoupon, exact_offs, paper_offs, stacked
from tests.pricing.feeds import FIRST, SECOND, shop, synced


def test_what_comes_first_on_one_line_comes_first() -> None:
    """Half off the second line, then 10.00 off both: of 10.00 and 5.00, though the first line has the amount alone."""
    half, ten = HeldCoupon(Coupon(code="HALF", percent=50)), HeldCoupon(Coupon(code="TEN", amount=10))
    offs = paper_offs([(1000, ((ten,),)), (1000, ((half,), (ten,)))], {ten.pot: 1000}, Rounding.HALF_UP)

    assert [[minor for _, minor in line] for line in offs] == [[667], [500, 333]]


def test_nothing_may_go_stale_where_that_is_asked() -> None:
    """A feed that leaves an entry out is not believed; one that adds some is."""
    base = synced(shop("a", "b"))

    with pytest.raises(SyncAborted):
        merged(base, shop("a"), "portal", SECOND, most_stale=0)
    assert merged(base, shop("a", "b", "c"), "portal", SECOND, most_stale=0).counts == (1, 0, 2, 0)


def test_a_rate_has_places_that_can_be_stored() -> None:
    """What is longer than any store reads again is refused."""
    assert AppliedRate("vat", Decimal("8.1")).percent == Decimal("8.1")
    with pytest.raises(InvalidNumber, match=r"^percent: too many digits"):
        AppliedRate("vat", Decimal("1e-60"))
    assert AppliedRate("vat", Decimal("1e-12")).percent == Decimal("1e-12")
    with pytest.raises(InvalidNumber, match=r"^percent: more than 12 digits"):
        AppliedRate("vat", Decimal("1e-13"))


def test_where_something_is_offered_tells_it_apart() -> None:
    """In one place, in another, or anywhere: three entries."""
    plan = ComputePlan(code="small", cpu=1, ram_gib=1, price=1)
    db = Service(code="db", base_fee=1, compute_plans=[plan])
    places = [Availability(service="db", compute_plan="small", offering=where) for where in ("eu", "us", None)]
    catalog = Catalog(version="1", effective=FIRST, currency="CHF", services=[db], availability=places)
    names = [place for place, _ in entries(catalog) if place.startswith("availability/")]

    assert names == [f"availability/db:small@{where}" for where in ("eu", "us", "anywhere")]


def test_keys_of_ten_thousand_characters() -> None:
    """Are the longest."""
    assert table({"k" * 10_000: 1}, "configuration")
    with pytest.raises(InvalidValue, match=r"^configuration: not a text"):
        table({"k" * 10_001: 1}, "configuration")


def test_a_stale_resource_is_not_sold() -> None:
    """Its place in the selection is told."""
    resource = Resource(code="ip", price=1)
    service = Service(code="db", base_fee=1, resources=[attrs.evolve(resource, stale=True)])
    catalog = Catalog(version="1", effective=FIRST, currency="CHF", services=[service])

    with pytest.raises(StaleCatalogEntry, match=r"^resources\.ip: "):
        catalog.records(Selection(service="db", resources={"ip": 1}))


def test_percentages_of_more_than_all_take_all() -> None:
    """Two of 60 %, added up: 10.00 are taken, half by each."""
    pair = tuple(HeldCoupon(Coupon(code=code, percent=60, stacking=Stacking.ADDITIVE)) for code in ("A", "B"))

    assert exact_offs(stacked(pair), Decimal(10), {}) == {"A": 5, "B": 5}


def test_the_best_percentage_is_the_highest() -> None:
    """Whichever was applied first."""
    low, high = (
        Coupon(code=code, percent=percent, stacking=Stacking.BEST) for code, percent in (("LOW", 10), ("HIGH", 20))
    )

    for first, second in ((low, high), (high, low)):
        held = [HeldCoupon(first, order=0), HeldCoupon(second, order=1)]
        assert [[one.code for one in group] for group in stacked(held)] == [["HIGH"]]


def test_a_percentage_is_rounded_once_over_the_periods_of_a_document() -> None:
    """A tenth of five cents, twice, is one cent; an amount is one of each period."""
    tenth, cent = Coupon(code="TENTH", percent=10), Coupon(code="CENT", amount="0.01")
    lines = [(5, ((HeldCoupon(tenth, slot=slot),),)) for slot in (0, 1)]
    amounts = [HeldCoupon(cent, slot=slot) for slot in (0, 1)]

    assert sum(minor for line in paper_offs(lines, {}) for _, minor in line) == 1
    found = paper_offs([(5, ((one,),)) for one in amounts], {one.pot: 1 for one in amounts})
    assert found == ((("CENT", 1),), (("CENT", 1),))


def test_a_published_version_that_is_gone_is_warned_of() -> None:
    """A draft that is gone is not, and a plan that is gone neither: it is no more sold."""
    price = Price(code="base", model=Flat(1))
    one, two, draft = (
        PlanVersion(version=n, status=status, prices=[price])
        for n, status in enumerate((PlanStatus.RETIRED, PlanStatus.ACTIVE, PlanStatus.DRAFT), 1)
    )

    def sold(*versions: PlanVersion) -> Catalog:
        plans = [Plan(code="p", versions=versions)] if versions else []
        return Catalog(version="1", effective=FIRST, currency="CHF", plans=plans)

    assert [one.split(";")[0] for one in plan_catalog(sold(one, two, draft), sold(two)).warnings] == [
        "plans/p/versions/1: a published version is gone"
    ]
    assert plan_catalog(sold(one, two, draft), sold()).warnings == ()


def test_a_feed_names_an_entry_once() -> None:
    """A stale commitment and a fresh one to the same price are two of one name."""
    price = Price(code="base", model=Flat(10))
    plan = Plan(code="p", versions=[PlanVersion(version=1, prices=[price])])
    feed = Catalog(version="1", effective=FIRST, currency="CHF", plans=[plan])
    commitments = [Commitment(prices=["base"], amount=5, stale=stale) for stale in (True, False)]

    with pytest.raises(SyncAborted, match=r"^commitments/base: the source names an entry twice"):
        merged(None, attrs.evolve(feed, commitments=commitments), "portal", SECOND)


def test_a_list_that_is_all_stale_may_stay_away() -> None:
    """What the source has not named for long, or never named, it need not name now."""
    tiers = attrs.evolve(shop("a", "b"), sla_tiers=[SlaTier(code="gold")])
    by_hand = attrs.evolve(shop("a", "b"), sla_tiers=[SlaTier(code="mine")])
    gone = synced(tiers, shop("a", "b"), most_stale=100)

    assert merged(gone, shop("a", "b"), "portal", SECOND).counts == (0, 0, 2, 0)
    assert merged(by_hand, shop("a", "b"), "portal", SECOND).counts == (0, 2, 0, 0)
    with pytest.raises(SyncAborted, match=r"^sla_tiers: the source names none of a list that it had"):
        merged(synced(tiers), shop("a", "b"), "portal", SECOND)


def test_only_what_was_fresh_can_go_stale() -> None:
    """Of four services two are stale already: one of the two others is half of them."""
    base = synced(shop("a", "b", "c", "d"), shop("a", "b"))

    with pytest.raises(SyncAborted, match=r"^2 of 2 entries would go stale"):
        merged(base, shop("e"), "portal", SECOND)
    assert merged(base, shop("a"), "portal", SECOND).counts == (0, 0, 1, 1)
    with pytest.raises(SyncAborted, match=r"^1 of 2 entries would go stale"):
        merged(base, shop("a"), "portal", SECOND, most_stale=49)


def test_parts_age_with_what_they_are_of() -> None:
    """A service that has one list of two ages with it."""
    small = ComputePlan(code="small", cpu=1, ram_gib=1, price=1)
    feed = attrs.evolve(shop(), services=[Service(code="db", base_fee=1, compute_plans=[small])])
    (service,) = stale_by_age(synced(feed), SECOND, dt.timedelta(hours=1)).services

    assert (service.stale, service.compute_plans[0].stale) == (True, True)


def test_texts_of_ten_thousand_characters() -> None:
    """Are the longest."""
    assert len(Plan(code="p", name="x" * 10_000, versions=[]).name) == 10_000
    with pytest.raises(InvalidValue, match=r"^name: not a text"):
        Plan(code="p", name="x" * 10_001, versions=[])


def test_a_feed_retires_the_version_that_it_replaces_and_no_draft() -> None:
    """Of a plan by hand: its active version gives way, its draft stays; a retired one of the feed changes nothing."""
    price = Price(code="base", model=Flat(10))
    active, draft, retired = PlanStatus.ACTIVE, PlanStatus.DRAFT, PlanStatus.RETIRED

    def sold(*versions: tuple[int, PlanStatus]) -> Catalog:
        made = [PlanVersion(version=n, status=status, prices=[price]) for n, status in versions]
        return Catalog(version="1", effective=FIRST, currency="CHF", plans=[Plan(code="p", versions=made)])

    found = merged(sold((1, active), (5, draft)), sold((2, retired), (3, active)), "portal", SECOND).catalog
    statuses = {one.version: one.status for one in found.plans[0].versions}
    kept = merged(sold((1, active)), sold((2, draft)), "portal", SECOND).catalog

    assert statuses == {1: retired, 2: retired, 3: active, 5: draft}
    assert {one.version: one.status for one in kept.plans[0].versions} == {1: active, 2: draft}


def test_a_plan_that_is_named_no_more_keeps_its_versions() -> None:
    """It goes stale with them, and what was active was."""
    plans = [
        Plan(code=code, versions=[PlanVersion(version=1, prices=[Price(code="base", model=Flat(10))])]) for code in "ab"
    ]
    feeds = [attrs.evolve(shop(), plans=found) for found in (plans, plans[:1])]
    (gone,) = [plan for plan in synced(*feeds).plans if plan.code == "b"]

    assert (gone.stale, gone.versions[0].stale, gone.versions[0].status) == (True, True, PlanStatus.ACTIVE)


def test_an_amount_without_a_pot_takes_nothing() -> None:
    """It is used up."""
    held = HeldCoupon(Coupon(code="TEN", amount=10))

    assert paper_offs([(1000, ((held,),))], {}) == ((),)


def test_a_rate_of_several_is_of_plain_ones() -> None:
    """One of them that is inclusive is refused, and one alone is itself, inclusive or not."""
    plain, inclusive = (AppliedRate(code, Decimal(5), inclusive=code == "in") for code in ("on", "in"))

    with pytest.raises(InvalidValue, match=r"^parts: only plain rates go together"):
        AppliedRate("both", Decimal(10), parts=(plain, inclusive))
    with pytest.raises(InvalidValue, match=r"^parts\[1\]: only plain rates go together"):
        AppliedRate.together([plain, inclusive])
    assert AppliedRate.together([inclusive]) == inclusive


def test_tax_rates_are_told_apart_by_their_beginning() -> None:
    """From a date, or ever."""
    rates = [
        TaxRate(code="std", country="CH", percent=8, to="2026-01-01"),
        TaxRate(code="std", country="CH", percent=9, from_="2026-01-01"),
    ]
    catalog = Catalog(version="1", effective=FIRST, currency="CHF", tax_rates=rates)

    assert [place for place, _ in entries(catalog)] == [
        "tax_rates/std:CH:standard@ever",
        "tax_rates/std:CH:standard@2026-01-01",
    ]


def test_a_path_of_64_steps() -> None:
    """Is the longest."""
    path = ".".join(["a"] * 64)

    assert len(ValuePath.parse(path).factors[0]) == 64
    with pytest.raises(InvalidValue, match="more than 64 steps"):
        ValuePath.parse(f"{path}.a")
