"""A source does not change the currency of what was there, nor what a credit of the house is worth."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from billcore.kernel import MONTH, SyncAborted
from billcore.pricing import (
    Addon,
    Catalog,
    CreditUnit,
    Flat,
    Grant,
    GrantKind,
    Meter,
    MeterPrice,
    OwnCurrency,
    Phase,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    Product,
    Service,
    SyncChange,
    Wrapped,
    merged,
)
from tests.pricing.examples import EFFECTIVE
from tests.pricing.feeds import FIRST, SECOND, THIRD, shop, synced


def priced(currency: str, **more: object) -> Catalog:
    """Everything that has a price, in one currency."""
    price = Price(code="p", model=Flat("9.00"))
    used = Price(code="u", model=Flat(1), cadence=PriceCadence.USAGE, meter="m")
    version = PlanVersion(version=1, prices=[price], phases=[Phase(code="intro", length=MONTH, prices=[price])])
    parts: dict[str, Any] = {
        "meters": [Meter(code="m")],
        "services": [Service(code="vpn", base_fee=5)],
        "products": [Product(code="vm", prices=[price])],
        "plans": [Plan(code="team", versions=[version])],
        "addons": [Addon(code="more", price=price)],
        "meter_prices": [MeterPrice(meter="m", price=used)],
        "grants": [Grant(code="hello", kind=GrantKind.PROMOTIONAL, amount=5)],
    }
    return Catalog(version="feed", effective=EFFECTIVE, currency=currency, **{**parts, **more})


def test_a_source_that_changes_a_currency_changes_nothing() -> None:
    """The catalog's, and that of each price: what was in francs is not in euro from one night to the next."""
    base = synced(priced("CHF"))

    with pytest.raises(SyncAborted) as told:
        merged(base, priced("EUR"), "portal", SECOND)
    assert str(told.value) == (
        "currency: the source changes the currency, and 7 more (got 'CHF -> EUR'; publish the catalog by hand where it"
        " is meant)"
    )
    assert merged(base, priced("CHF"), "portal", SECOND).counts == (0, 0, 8, 0)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("services", "services/vpn"),
        ("products", "products/vm/prices/p"),
        ("plans", "plans/team/versions/1/prices/p"),
        ("addons", "addons/more"),
        ("meter_prices", "meter_prices/m@ever"),
        ("grants", "grants/hello"),
    ],
)
def test_one_price_in_another_currency(name: str, place: str) -> None:
    """Each alone is refused, with its place; over what is by hand and what is stale too."""
    euro = priced("CHF", **{name: getattr(priced("EUR"), name)})

    for base in (priced("CHF"), synced(priced("CHF")), synced(priced("CHF"), shop("a"), most_stale=100)):
        with pytest.raises(SyncAborted, match=rf"^{place}: the source changes the currency") as told:
            merged(base, euro, "portal", THIRD, most_stale=100)
        assert "CHF -> EUR" in str(told.value)


def test_a_meter_may_be_sold_in_another_currency_too() -> None:
    """Usage outside plans has a price in each currency: the one in euro comes beside that in francs."""
    francs, euros = (priced(code).meter_prices[0] for code in ("CHF", "EUR"))
    both = priced("CHF", meter_prices=[francs, euros])

    done = merged(synced(priced("CHF")), both, "portal", SECOND)

    assert done.named(SyncChange.CREATED) == ("meter_prices/m:EUR@ever",)
    assert merged(done.catalog, priced("CHF"), "portal", THIRD).named(SyncChange.STALE) == ("meter_prices/m:EUR@ever",)


def test_other_units_are_other_currencies() -> None:
    """Francs that become credits, and a currency of the house's own with other places."""
    token = {"credit_units": [CreditUnit(code="token", rate=1)], "currencies": [OwnCurrency(code="GEM")]}
    in_tokens = [Addon(code="more", price=Price(code="p", model=Flat("9.00"), currency="token"))]

    with pytest.raises(SyncAborted, match=r"^addons/more: .*'CHF -> token \(CHF\)'"):
        merged(synced(priced("CHF", **token)), priced("CHF", **token, addons=in_tokens), "portal", SECOND)
    finer = {**token, "currencies": [OwnCurrency(code="GEM", places=2)]}
    with pytest.raises(SyncAborted, match=r"^currencies/GEM: .*'GEM.0 -> GEM.2'"):
        merged(synced(priced("CHF", **token)), priced("CHF", **finer), "portal", SECOND)


def test_a_new_price_may_be_in_any_currency() -> None:
    """Nothing was in francs that is now in euro; a source without a currency of its own leaves the catalog's."""
    service = attrs.evolve(shop("b").services[0], currency="EUR")
    feed = Catalog(version="feed", effective=EFFECTIVE, services=[*shop("a").services, service])

    done = merged(synced(shop("a")), feed, "portal", SECOND)

    assert done.counts == (1, 0, 1, 0)
    assert done.catalog.currency == "CHF"


TOKEN = CreditUnit(code="token", rate="0.5")


def test_a_price_in_credits_stays_in_the_currency_that_it_says() -> None:
    """What was written by hand in euro, in a catalog that says no currency, is in euro beside a feed in francs too."""
    both = Addon(code="more", price=Price(code="p", model=Wrapped(model=Flat(10), credits=TOKEN), currency="EUR"))
    by_hand = Catalog(version="1", effective=EFFECTIVE, credit_units=[TOKEN], addons=[both])

    found = merged(by_hand, shop("a"), "portal", FIRST).catalog

    assert found.currency == "CHF"
    assert found.addons == by_hand.addons == (both,)


def test_a_feed_does_not_say_what_a_credit_of_the_house_is_worth() -> None:
    """It would re-rate what is written by hand in these credits, and tell nothing of it."""
    feed = attrs.evolve(shop("a"), credit_units=[attrs.evolve(TOKEN, rate="50")])

    with pytest.raises(SyncAborted, match=r"^credit_units/token: a credit is worth more or less \(got '0\.5 -> 50'"):
        merged(attrs.evolve(shop("mine"), credit_units=[TOKEN]), feed, "portal", FIRST)


def test_the_first_feed_may_be_in_a_currency_of_its_own() -> None:
    """There is no catalog before it that could know the currency."""
    gems = attrs.evolve(shop("a"), currency="GEM", currencies=[OwnCurrency(code="GEM")])

    assert merged(None, gems, "portal", FIRST).catalog.currency == "GEM.0"


def test_how_many_currencies_a_source_changes() -> None:
    """One is told by its place; of two the first, and that there is one more."""
    products = [Product(code=f"vm{n}", prices=[Price(code="p", model=Flat(9), currency="CHF")]) for n in range(3)]
    base = synced(attrs.evolve(shop(), products=products))

    for count, told in (
        (1, r"the source changes the currency \("),
        (2, "the source changes the currency, and 1 more "),
    ):
        moved = [attrs.evolve(one, prices=[attrs.evolve(one.prices[0], currency="EUR")]) for one in products[:count]]
        with pytest.raises(SyncAborted, match=rf"^products/vm0/prices/p: {told}"):
            merged(base, attrs.evolve(shop(), products=[*moved, *products[count:]]), "portal", SECOND)
