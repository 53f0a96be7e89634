"""What differs between two catalogs, in words and in money; and what a catalog says and seldom means."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given, settings

from billcore.adapters.differences import cost_words, diff_text
from billcore.kernel import InvalidValue, NotFound
from billcore.pricing import (
    Bracket,
    Catalog,
    ComputePlan,
    Flat,
    Graduated,
    Meter,
    MeterPrice,
    PerUnit,
    Plan,
    PlanStatus,
    PlanVersion,
    Price,
    PriceCadence,
    Selection,
    Service,
    SlaTier,
    Tier,
    catalog_diff,
    check_selection,
    lint,
    plan_catalog,
)
from billcore.testing import laws
from billcore.testing.strategies import catalogs, whole_catalogs
from tests.pricing.examples import EFFECTIVE, servala, studio, usage


def team(price: Price, *, number: int = 1, **more: object) -> Catalog:
    """A catalog of one plan with one price."""
    plan = Plan(code="team", versions=[PlanVersion(version=number, prices=[price])])
    return attrs.evolve(Catalog(version=str(number), effective=EFFECTIVE, currency="CHF", plans=[plan]), **more)  # type: ignore[arg-type]  # keywords of Catalog


@settings(max_examples=25)
@given(catalogs() | whole_catalogs(), catalogs() | whole_catalogs())
def test_a_diff_tells_every_difference(before: Catalog, after: Catalog) -> None:
    """Law: empty exactly if the same is sold; a catalog never differs from itself."""
    laws.diff_tells_every_difference(before, after)
    laws.diff_tells_every_difference(before, attrs.evolve(before, version="2", plans=before.plans[::-1]))


def test_in_words_and_in_money() -> None:
    """A dearer tier is told where it stands, and what it costs just beyond the bound and far beyond."""

    def seats(last: str) -> Catalog:
        return team(Price(code="seats", model=Graduated([Tier(10, "9.00"), Tier(None, last)])))

    text = diff_text(catalog_diff(seats("6.00"), seats("7.50")))

    assert text == (
        "plans/team/versions/1/prices/seats/model/tiers/beyond/unit_amount: 6 -> 7.5\n\nin money:\n"
        "  plans/team/seats, 11 x a month: 96 -> 97.5 CHF (+1.6 %)\n"
        "  plans/team/seats, 20 x a month: 150 -> 165 CHF (+10.0 %)"
    )


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (team(Price(code="a", model=Flat(5))), team(Price(code="b", model=Flat(5))), {"a: removed", "b: new"}),
        (
            team(Price(code="a", model=Flat(5))),
            team(Price(code="a", model=Flat(5), currency="EUR")),
            {"a/currency: CHF -> EUR"},
        ),
        (servala(), attrs.evolve(servala(), services=[]), {"services/postgresql: removed: PostgreSQL"}),
        (studio(), attrs.evolve(studio(), addons=()), {"addons/storage_50gb: removed"}),
    ],
    ids=["a price", "a currency", "a service", "an addon"],
)
def test_the_words(before: Catalog, after: Catalog, words: set[str]) -> None:
    """Each difference is a line that ends so."""
    told = [difference.words for difference in catalog_diff(before, after).differences]

    assert len(told) == len(words)
    assert all(any(line.endswith(word) for line in told) for word in words), told


def test_a_new_version_is_told_by_what_a_customer_pays() -> None:
    """The money of a plan is that of its active version, whatever its number."""
    old, new = (Price(code="base", model=Flat(amount)) for amount in ("20.00", "25.00"))
    retired = PlanVersion(version=1, status=PlanStatus.RETIRED, prices=[old])
    plan = Plan(code="team", versions=[retired, PlanVersion(version=2, prices=[new])])

    diff = catalog_diff(team(old), attrs.evolve(team(new), plans=[plan]))

    assert [cost_words(cost) for cost in diff.costs] == ["plans/team/base, 1 x a month: 20 -> 25 CHF (+25.0 %)"]


def test_a_service_in_money() -> None:
    """A size is told for a month of 730 hours: 0.05 an hour is 36.50, 0.06 is 43.80."""
    service = servala().services[0]
    sizes = [ComputePlan(code="small", cpu=1, ram_gib=4, price="0.06"), service.compute_plans[1]]
    after = attrs.evolve(servala(), services=[attrs.evolve(service, compute_plans=sizes, base_fee="25.00")])

    assert [cost_words(cost) for cost in catalog_diff(servala(), after).costs] == [
        "services/postgresql/base_fee, 1 x a month: 20 -> 25 CHF (+25.0 %)",
        "services/postgresql/compute_plans/small, 1 x a month of 730 h: 36.5 -> 43.8 CHF (+20.0 %)",
    ]


def test_nothing_was_sold_before() -> None:
    """Against no catalog everything is new, and costs what it costs."""
    diff = catalog_diff(None, team(Price(code="base", model=Flat("9.00"))))

    assert diff.before is None
    assert [cost_words(cost) for cost in diff.costs] == ["plans/team/base, 1 x a month: new at 9 CHF"]
    assert diff_text(catalog_diff(studio(), studio())) == "no difference"


def test_the_hash_of_a_plan_is_that_of_both_catalogs() -> None:
    """Another base or another content is another hash; the same is the same."""
    one, other = team(Price(code="base", model=Flat(1))), team(Price(code="base", model=Flat(2)), number=2)

    hashes = {plan_catalog(base, new).hash for base in (None, one) for new in (one, other) for _ in range(2)}

    assert len(hashes) == 4


def test_a_published_version_that_is_rewritten_is_warned_of() -> None:
    """Prices of a version that was sold, in place: allowed, and said. A draft may change."""
    before, after = team(Price(code="base", model=Flat(1))), team(Price(code="base", model=Flat(2)))
    draft = PlanVersion(version=1, status=PlanStatus.DRAFT, prices=[])
    drafted = attrs.evolve(before, plans=[Plan(code="team", versions=[draft])])

    assert plan_catalog(before, after).warnings == (
        "plans/team/versions/1: a published version has other prices; give the new prices a new version",
    )
    assert plan_catalog(drafted, after).warnings == ()
    assert len(plan_catalog(before, drafted).warnings) == 1
    assert plan_catalog(before, before).warnings == ()


def test_lint() -> None:
    """What only looks right is found at its place."""
    sizes = [ComputePlan(code=f"s{n}", cpu=n, ram_gib=n, price=f"0.0{n}") for n in (1, 2, 3)]
    cents = ComputePlan(code="s4", cpu=4, ram_gib=4, price="4.00")
    catalog = Catalog(
        version="1",
        effective=EFFECTIVE,
        currency="CHF",
        meters=[Meter(code="gb"), Meter(code="unused")],
        sla_tiers=[SlaTier(code="gold")],
        services=[
            Service(code="vpn"),
            Service(code="db", compute_plans=[*sizes, cents], discount_brackets=[Bracket(8, 20), Bracket(None, 10)]),
        ],
        plans=[
            Plan(code="Team", versions=[PlanVersion(version=1, status=PlanStatus.DRAFT, prices=[])]),
            Plan(
                code="team",
                versions=[
                    PlanVersion(version=1, prices=[usage_graduated()]),
                ],
            ),
        ],
    )

    assert [(one.place, one.message.partition(":")[0]) for one in lint(catalog)] == [
        ("plans/Team", "nobody can buy it"),
        ("meters/unused", "no price counts it"),
        ("sla_tiers/gold", "no service offers it"),
        ("plans/Team", "another code differs in capitals alone"),
        ("plans/team", "another code differs in capitals alone"),
        ("plans[1].versions[0].prices[0]", "a later tier is dearer than the one before"),
        ("services/vpn", "it has nothing to sell"),
        ("services/db/discount_brackets", "a later bracket gives a lower discount"),
        ("services/db/compute_plans/s4", "its price is ten times off the others"),
    ]
    assert lint(studio()) == ()


def test_a_plan_of_drafts_is_told_apart() -> None:
    """Nobody can buy any of them; of some there is a draft to publish."""
    plans = [
        Plan(code=str(n), versions=[PlanVersion(version=v, status=one, prices=[]) for v, one in enumerate(had, 1)])
        for n, had in enumerate([[PlanStatus.DRAFT], [PlanStatus.RETIRED], [PlanStatus.RETIRED, PlanStatus.DRAFT]])
    ]

    assert [one.message for one in lint(Catalog(version="1", effective=EFFECTIVE, currency="CHF", plans=plans))] == [
        "nobody can buy it: it has no active version, but a draft",
        "nobody can buy it: it has no active version",
        "nobody can buy it: it has no active version, but a draft",
    ]


@pytest.mark.parametrize(
    ("rates", "found"),
    [
        (["100", "100", "1000"], []),
        (["100", "100", "1001"], ["p2"]),
        (["1000", "1000", "100"], []),
        (["1000", "1000", "99"], ["p2"]),
        (["1000", "1"], []),
    ],
)
def test_a_price_ten_times_off(rates: list[str], found: list[str]) -> None:
    """Of three sizes or more, one that costs over ten times the others a unit, or under a tenth."""
    sizes = [ComputePlan(code=f"p{n}", cpu=1, ram_gib=1, price=rate) for n, rate in enumerate(rates)]
    catalog = Catalog(
        version="1", effective=EFFECTIVE, currency="CHF", services=[Service(code="s", compute_plans=sizes)]
    )

    assert [one.place.rpartition("/")[2] for one in lint(catalog)] == found


def test_tiers_of_one_price_do_not_rise() -> None:
    """Two tiers that differ in their flat amount alone are no mistake."""
    price = Price(code="seats", model=Graduated([Tier(10, "5.00", "1.00"), Tier(None, "5.00")]))

    assert lint(team(price)) == ()


@pytest.mark.parametrize(("unit", "shown"), [("GiB", "GiB"), (None, "gb")])
def test_usage_is_told_by_its_unit_or_its_meter(unit: str | None, shown: str) -> None:
    """What a unit costs is said of the unit that the price names."""

    def sold(amount: str) -> Catalog:
        price = Price(code="p", model=PerUnit(amount), cadence=PriceCadence.USAGE, meter="gb", unit=unit)
        plan = Plan(code="team", versions=[PlanVersion(version=1, prices=[price])])
        return Catalog(version=amount, effective=EFFECTIVE, currency="CHF", meters=[Meter(code="gb")], plans=[plan])

    assert {cost.unit for cost in catalog_diff(sold("1.00"), sold("2.00")).costs} == {shown}


def test_a_draft_does_not_hide_the_version_after_it() -> None:
    """Version 1 was never published; version 2 was, and is rewritten."""

    def sold(amount: str) -> Catalog:
        prices = [Price(code="base", model=Flat(amount))]
        versions = [
            PlanVersion(version=1, status=PlanStatus.DRAFT, prices=prices),
            PlanVersion(version=2, prices=prices),
        ]
        return Catalog(
            version=amount, effective=EFFECTIVE, currency="CHF", plans=[Plan(code="team", versions=versions)]
        )

    (warning,) = plan_catalog(sold("1"), sold("2")).warnings
    assert warning.startswith("plans/team/versions/2: a published version has other prices")


def usage_graduated() -> Price:
    """More costs more a unit; what is free before is an allowance."""
    tiers = [Tier(1, 0), Tier(10, "0.10"), Tier(None, "0.20")]
    return attrs.evolve(usage("gb", "gb", PerUnit(1)), model=Graduated(tiers))


def test_prices_of_meters_outside_any_plan() -> None:
    """R3-22: 2 c from 01-01 and 3 c from 05-01: usage on 04-30 costs 2 c, and on 05-01 3 c."""
    rates = [
        MeterPrice(meter="gb", price=usage("gb", "gb", PerUnit("0.02")), from_="2026-01-01", to="2026-05-01"),
        MeterPrice(meter="gb", price=usage("gb", "gb", PerUnit("0.03")), from_="2026-05-01"),
    ]
    catalog = attrs.evolve(studio(), meter_prices=rates)
    days = [rate.from_ for rate in rates]

    assert [rate.price.currency for rate in catalog.meter_prices] == ["AUD", "AUD"]
    for day, unit in (("2026-04-30", "0.02"), ("2026-05-01", "0.03")):
        on = attrs.evolve(rates[0], from_=day, to=None).from_
        assert on is not None
        assert catalog.meter_price("gb", on, "AUD") == attrs.evolve(usage("gb", "gb", PerUnit(unit)), currency="AUD")
    with pytest.raises(InvalidValue, match=r"^meter_prices\[1\]: two prices of a meter at one time"):
        attrs.evolve(catalog, meter_prices=[rates[0], attrs.evolve(rates[1], from_="2026-04-30")])
    with pytest.raises(InvalidValue, match=r"^meter_prices\[0\].price.meter: no such meter"):
        attrs.evolve(catalog, meters=[Meter(code="tokens"), Meter(code="gb")][:1], plans=(), addons=())
    with pytest.raises(NotFound, match="no price of this meter outside plans"):
        attrs.evolve(catalog, meter_prices=rates[1:]).meter_price("gb", days[0] or pytest.fail("it has a day"), "AUD")


def test_what_somebody_has_and_the_catalog_lacks() -> None:
    """R4-28: named by its place in the selection; without an SLA tier too, where the service has tiers."""
    service = servala().services[0]
    old = attrs.evolve(service.compute_plans[1], stale=True)
    catalog = attrs.evolve(servala(), services=[attrs.evolve(service, compute_plans=[old])])
    have = Selection(service="postgresql", compute_plan="odd", storage_gib=5, storage="hdd")

    assert [(one.place, one.message) for one in check_selection(catalog, have)] == [
        ("compute_plan", "rests on a stale entry"),
        ("storage", "not in the catalog"),
        ("sla_tier", "it has no SLA tier"),
    ]
    fine = Selection(service="postgresql", compute_plan="small", sla_tier="none")
    assert check_selection(servala(), fine) == ()
    assert check_selection(studio(), Selection(plan="studio", addons=["storage_50gb"])) == ()
    assert len(check_selection(studio(), Selection(plan="gone", addons=["gone"]))) == 2
