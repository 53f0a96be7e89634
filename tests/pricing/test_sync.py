"""What a sync makes of a catalog: entries meet by their keys, nothing is lost, and little is not believed."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from hypothesis import given, settings

from billcore.kernel import InvalidValue, StaleCatalogEntry, SyncAborted, instant
from billcore.pricing import (
    Addon,
    Catalog,
    Commitment,
    ComputePlan,
    Coupon,
    CreditUnit,
    Finding,
    Flat,
    Grant,
    GrantKind,
    OwnCurrency,
    Part,
    Plan,
    PlanStatus,
    PlanVersion,
    Price,
    Product,
    Selection,
    Service,
    SyncChange,
    TaxRate,
    check_selection,
    find_rate,
    merged,
    price_hash,
    quote,
    stale_by_age,
)
from billcore.testing import laws
from billcore.testing.strategies import catalogs
from tests.pricing.examples import EFFECTIVE, servala
from tests.pricing.feeds import FIRST, SECOND, THIRD, entry, shop, synced


@settings(max_examples=25)
@given(catalogs(currency="CHF"), catalogs(currency="CHF"))
def test_the_laws_of_a_sync(had: Catalog, feed: Catalog) -> None:
    """R4-02, R4-07, H-11: nothing is lost; the same feed again is unchanged; over what was synced or is by hand."""
    for base in (had, merged(None, had, "law", FIRST).catalog):
        laws.sync_loses_nothing(base, feed, SECOND)
        laws.sync_twice_is_unchanged(base, feed, SECOND)
    laws.sync_twice_is_unchanged(None, feed, SECOND)


def giving(percent: int, fee: str, *, more: bool = False) -> Catalog:
    """A plan with what goes beside it: a coupon, a commitment, a grant, a credit unit and a currency of its own."""
    price = Price(code="base", model=Flat("9.00"))
    return Catalog(
        version="feed",
        effective=EFFECTIVE,
        currency="CHF",
        plans=[Plan(code="team", versions=[PlanVersion(version=1, prices=[price])])],
        coupons=[Coupon(code="START", percent=percent), *([Coupon(code="NEW", percent=5)] if more else [])],
        commitments=[Commitment(prices=["base"], amount=fee)],
        grants=[Grant(code="welcome", kind=GrantKind.PROMOTIONAL, amount=fee)],
        credit_units=[CreditUnit(code="token", rate=fee)],
        currencies=[OwnCurrency(code="GEM")],
    )


def test_what_is_given_comes_with_a_sync() -> None:
    """R4-01: coupons, commitments, grants, credit units and own currencies are created, updated and unchanged."""
    base = synced(giving(20, "50"))

    done = merged(base, giving(25, "60", more=True), "portal", SECOND)

    assert {place: change.value for place, change in done.changes.items()} == {
        "plans/team": "unchanged",
        "plans/team/versions/1": "unchanged",
        "coupons/START": "updated",
        "coupons/NEW": "created",
        "commitments/base": "updated",
        "grants/welcome": "updated",
        "credit_units/token": "updated",
        "currencies/GEM": "unchanged",
    }
    assert str(done.catalog.coupon("START").percent) == "25"
    assert merged(done.catalog, giving(25, "60", more=True), "portal", THIRD).counts == (0, 0, 8, 0)


def test_what_is_given_no_more_is_stale() -> None:
    """R4-02, R4-05: a coupon or grant that the feed lacks stays and is refused; a commitment commits nobody new."""
    plan = giving(20, "50").plans
    feed = Catalog(version="feed", effective=EFFECTIVE, currency="CHF", plans=plan)

    done = merged(synced(giving(20, "50")), feed, "portal", SECOND, most_stale=100)

    assert done.counts == (0, 0, 2, 5)
    assert done.catalog.coupon("START").stale
    assert done.catalog.grant("welcome").stale
    assert [record.price.code for record in done.catalog.records(Selection(plan="team"))] == ["base"]
    with pytest.raises(StaleCatalogEntry, match=r"^coupon: its source sells it no more \(got 'START'\)"):
        quote(done.catalog, Selection(plan="team", coupon="START"), THIRD)


def test_a_commitment_over_other_prices_is_another() -> None:
    """Its key are its prices: the old one is stale, and stands in nobody's way."""
    both = [Price(code="base", model=Flat("9.00")), Price(code="more", model=Flat("1.00"))]
    plan = Plan(code="team", versions=[PlanVersion(version=1, prices=both)])

    def over(*prices: str) -> Catalog:
        return attrs.evolve(giving(20, "50"), plans=[plan], commitments=[Commitment(prices=prices, amount=50)])

    done = merged(synced(over("base")), over("base", "more"), "portal", SECOND)

    assert done.named(SyncChange.CREATED) == ("commitments/base+more",)
    assert done.named(SyncChange.STALE) == ("commitments/base",)
    assert [price.sum_of for price in done.catalog.committed] == [("base", "more")]


def test_what_an_order_keeps_says_nothing_of_syncs() -> None:
    """The snapshots of a true-up and of a price in credits are the same by hand and from a source."""
    by_hand = attrs.evolve(
        giving(20, "50"), addons=[Addon(code="calls", price=Price(code="c", model=Flat(1), currency="token"))]
    )
    selection = Selection(plan="team", addons=["calls"])

    kept = [
        [price_hash(record.price) for record in catalog.records(selection)] for catalog in (by_hand, synced(by_hand))
    ]

    assert len(kept[0]) == 3
    assert kept[0] == kept[1]


def test_new_changed_and_same() -> None:
    """R4-01: a new, a changed and a same entry count 1/1/1, and all are stamped and fresh."""
    base = synced(shop("changed", "same"))
    feed = shop("same", "new")
    feed = attrs.evolve(feed, services=[*feed.services, Service(code="changed", base_fee="6.00")])

    done = merged(base, feed, "portal", SECOND)

    assert done.counts == (1, 1, 1, 0)
    assert done.named(next(iter(done.changes.values()))) == ("services/same",)
    for service in done.catalog.services:
        assert (service.stale, service.source, service.last_synced_at) == (False, "portal", SECOND)
    assert (done.catalog.version, done.catalog.effective) == ("sync:2026-02-02T00:00:00Z", SECOND)


def test_what_is_missing_is_stale() -> None:
    """R4-02: a feed without X leaves X in place, stale, its last_synced_at as it was."""
    gone = entry(synced(shop("x", "y", "z"), shop("y", "z")), "services/x")

    assert (gone.stale, gone.last_synced_at) == (True, FIRST)


def test_what_returns_is_fresh_again() -> None:
    """R4-03: a stale entry that reappears is fresh, under the code that it had."""
    found = synced(shop("x", "y"), shop("y"), shop("y", "x"))

    assert [service.code for service in found.services] == ["y", "x"]
    assert entry(found, "services/x").stale is False
    assert entry(found, "services/x").last_synced_at == THIRD


@pytest.mark.parametrize(
    ("feed", "says"),
    [
        (Catalog(version="feed", effective=EFFECTIVE), "names nothing at all"),
        (attrs.evolve(shop(), products=[Product(code="p", prices=[])]), "services: .*none of a list"),
        (shop("a"), "3 of 4 entries would go stale"),
    ],
    ids=["empty", "a list gone", "mass staleness"],
)
def test_a_feed_that_says_too_little(feed: Catalog, says: str) -> None:
    """R4-04: an empty or partial feed is ``SyncAborted``."""
    with pytest.raises(SyncAborted, match=says):
        merged(synced(shop("a", "b", "c", "d")), feed, "portal", SECOND)


def test_how_much_may_go_stale_is_said() -> None:
    """Half of it by default; who closes a shop says so."""
    base = synced(shop("a", "b", "c", "d"))

    assert merged(base, shop("a", "b"), "portal", SECOND).counts == (0, 0, 2, 2)
    assert merged(base, shop("a"), "portal", SECOND, most_stale=75).counts == (0, 0, 1, 3)
    with pytest.raises(InvalidValue, match=r"^most_stale: a percentage"):
        merged(base, shop("a"), "portal", SECOND, most_stale=101)


def test_hand_written_entries_and_other_sources_stay() -> None:
    """What no source named, or another one, never goes stale by this source's silence; nor may it be taken over."""
    by_hand = attrs.evolve(shop("own"), services=[Service(code="own", base_fee="1.00")])
    first = merged(by_hand, shop("a"), "portal", FIRST).catalog

    both = merged(first, shop("b"), "website", SECOND).catalog

    assert [(s.code, s.source, s.stale) for s in both.services] == [
        ("b", "website", False),
        ("a", "portal", False),
        ("own", None, False),
    ]
    with pytest.raises(SyncAborted, match=r"^services/a: this entry belongs to another source"):
        merged(both, shop("a", "b"), "website", THIRD)
    assert merged(both, shop("a", "own"), "portal", THIRD).counts == (0, 1, 1, 0)


def test_a_new_version_retires_the_one_that_the_feed_left_out() -> None:
    """A plan has one active version: the feed's. The other one is stale and retired, and its prices stay."""

    def plans(number: int, amount: str) -> Catalog:
        version = PlanVersion(version=number, prices=[Price(code="base", model=Flat(amount))])
        plan = Plan(code="team", versions=[version])
        return Catalog(version="feed", effective=EFFECTIVE, currency="CHF", plans=[plan])

    plan = synced(plans(1, "9.00"), plans(2, "12.00")).plan("team")

    assert [(v.version, v.status, v.stale) for v in plan.versions] == [
        (2, PlanStatus.ACTIVE, False),
        (1, PlanStatus.RETIRED, True),
    ]


def test_a_version_by_hand_gives_way_to_the_one_of_a_feed() -> None:
    """One active version a plan: the feed's, if it sells one; it is not stale, for nobody took it away."""
    prices = [Price(code="base", model=Flat(9))]

    def plan(number: int, status: PlanStatus) -> Catalog:
        version = PlanVersion(version=number, status=status, prices=prices)
        plans = [Plan(code="team", versions=[version])]
        return Catalog(version="feed", effective=EFFECTIVE, currency="CHF", plans=plans)

    by_hand = plan(1, PlanStatus.ACTIVE)
    for status, left in ((PlanStatus.ACTIVE, PlanStatus.RETIRED), (PlanStatus.DRAFT, PlanStatus.ACTIVE)):
        (team,) = merged(by_hand, plan(2, status), "portal", SECOND).catalog.plans
        assert [(one.version, one.status, one.stale) for one in team.versions] == [(2, status, False), (1, left, False)]


def test_the_greatest_age_is_a_span_of_time() -> None:
    """None, a number and less than nothing are refused; of no age at all, what was named before now is stale."""
    base = synced(shop("a"))

    for wrong in (5, dt.timedelta(seconds=-1)):
        with pytest.raises(InvalidValue, match=r"^max_age: "):
            stale_by_age(base, SECOND, wrong)  # type: ignore[arg-type]  # that is what is refused
    assert stale_by_age(base, SECOND, dt.timedelta()).services[0].stale
    assert not stale_by_age(base, FIRST, dt.timedelta()).services[0].stale


def test_nobody_new_buys_what_is_stale() -> None:
    """R4-05, R4-06: a stale entry is refused to new orders at its place, and can still be looked at."""
    feed = servala()
    less = attrs.evolve(feed.services[0], compute_plans=[feed.services[0].compute_plans[0]])
    found = synced(feed, attrs.evolve(feed, services=[less]))

    assert found.service("postgresql").compute_plans[1].stale
    assert found.records(Selection(service="postgresql", compute_plan="small"))
    with pytest.raises(StaleCatalogEntry, match=r"^compute_plan: its source sells it no more \(got 'odd'\)"):
        found.records(Selection(service="postgresql", compute_plan="odd"))


def test_every_kind_of_entry_can_go_stale() -> None:
    """R4-06: a service, tier, disk, resource, plan, version, product or addon."""
    catalog = stale_by_age(synced(servala()), THIRD, dt.timedelta(hours=1))

    for selection in ({"compute_plan": "small"}, {"storage_gib": 5}, {"sla_tier": "24x7", "storage_gib": 5}):
        with pytest.raises(StaleCatalogEntry, match=r"^service: "):
            catalog.records(Selection(service="postgresql", **selection))


def test_nobody_new_buys_what_is_stale_within_something_else() -> None:
    """R4-06, R4-28: a supporting service, its plan, a part: refused at their places, and told of who has them."""
    size = ComputePlan(code="c", cpu=1, ram_gib=1, price=1)
    base = attrs.evolve(
        shop("kc", "db"),
        services=[Service(code="kc", base_fee=1, supporting=["db"]), Service(code="db", compute_plans=[size])],
        products=[
            Product(code="ip", prices=[Price(code="ip", model=Flat(1))]),
            Product(code="vm", prices=[Price(code="vm", model=Flat(1))]),
            Product(code="set", composed_of=[Part(product="vm"), Part(product="ip")]),
        ],
    )
    (keycloak, db), (ip, vm, whole) = base.services, base.products
    with_db, with_ip = Selection(service="kc", supporting={"db": "c"}), Selection(product="set")
    old_size = attrs.evolve(db, compute_plans=[attrs.evolve(size, stale=True)])
    cases = (
        (attrs.evolve(base, services=[keycloak, attrs.evolve(db, stale=True)]), with_db, "supporting.db"),
        (attrs.evolve(base, services=[keycloak, old_size]), with_db, "supporting.db"),
        (attrs.evolve(base, products=[attrs.evolve(ip, stale=True), vm, whole]), with_ip, "sizes.ip"),
    )

    for catalog, selection, place in cases:
        assert base.records(selection)
        assert check_selection(base, selection) == ()
        with pytest.raises(StaleCatalogEntry, match=rf"^({place}|product): its source sells it no more"):
            catalog.records(selection)
        assert check_selection(catalog, selection) == (Finding(place, "rests on a stale entry"),)
    assert check_selection(cases[2][0], Selection(product="set", sizes={"ip": 0})) == ()
    gone = Selection(service="kc", supporting={"dc": "c"})
    assert check_selection(base, gone) == (Finding("supporting.dc", "not in the catalog"),)


def test_stale_by_age() -> None:
    """R4-09: last synced longer ago than max_age is stale; at the age itself it is not, and by hand it never is."""
    base = merged(shop("own"), shop("a"), "portal", FIRST).catalog

    for age, stale in ((dt.timedelta(days=1), False), (dt.timedelta(hours=23), True)):
        seen = stale_by_age(base, SECOND, age)
        assert entry(seen, "services/a").stale is stale
        assert entry(seen, "services/own").stale is False
    assert entry(base, "services/a").stale is False


def test_a_fresh_tax_rate_goes_before_a_stale_one() -> None:
    """A rate that the source replaced does not overlap the new one; without a new one it stays in force."""

    def rates(percent: str, since: str | None) -> Catalog:
        rate = TaxRate(code="vat", country="CH", percent=percent, from_=since)
        return attrs.evolve(shop("a"), tax_rates=[rate])

    found = synced(rates("7.7", None), rates("8.1", "2024-01-01"))

    assert [(rate.percent, rate.stale) for rate in found.tax_rates] == [
        (found.tax_rates[0].percent, False),
        (found.tax_rates[1].percent, True),
    ]
    assert str(found.tax_rates[0].percent) == "8.1"
    for order in (found.tax_rates, found.tax_rates[::-1]):
        on = [find_rate(order, "CH", "standard", dt.date.fromisoformat(day)) for day in ("2023-12-31", "2024-01-01")]
        assert [str(rate.percent) for rate in on] == ["7.7", "8.1"]


def test_what_does_not_fit_what_is_there_is_told() -> None:
    """A rate of the feed over one written by hand: two rates at one time."""
    by_hand = attrs.evolve(shop("a"), tax_rates=[TaxRate(code="own", country="CH", percent="8.1")])
    feed = attrs.evolve(shop("a"), tax_rates=[TaxRate(code="vat", country="CH", percent="7.7")])

    with pytest.raises(SyncAborted, match=r"^tax_rates\[1\]: .*two rates at one time"):
        merged(by_hand, feed, "portal", FIRST)


def test_a_compute_plan_is_counted_apart_from_its_service() -> None:
    """A new size changes nothing of its service; a feed from the future is in force when it says."""
    base = synced(attrs.evolve(servala(), effective="2026-01-01T00:00:00Z"))
    service = servala().services[0]
    more = [*service.compute_plans, ComputePlan(code="huge", cpu=8, ram_gib=32, price="0.4")]
    feed = attrs.evolve(
        servala(), effective="2026-03-01T00:00:00Z", services=[attrs.evolve(service, compute_plans=more)]
    )

    done = merged(base, feed, "portal", SECOND)

    assert done.counts == (1, 0, 8, 0)
    assert done.catalog.effective == instant("2026-03-01T00:00:00Z")


def test_a_list_may_empty_where_all_may_go() -> None:
    """A feed that names no service any more, where it has products: with 100 percent the last service is stale."""
    product = Product(code="vm", prices=[Price(code="vm", model=Flat(1))])
    feed = Catalog(version="feed", effective=EFFECTIVE, currency="CHF", products=[product])

    assert entry(synced(shop("db"), feed, most_stale=100), "services/db").stale
    with pytest.raises(SyncAborted, match="none of a list that it had"):
        synced(shop("db"), feed, most_stale=99)
