"""Catalogs: defaults of currency, references that hold, versions, addons."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import DAY, MONTH, YEAR, Interval, InvalidValue, NotFound, instant
from billcore.pricing import (
    Addon,
    Catalog,
    Flat,
    Meter,
    Overage,
    PerUnit,
    Phase,
    Plan,
    PlanStatus,
    PlanVersion,
    Price,
    PriceCadence,
    PriceModel,
    Product,
    Selection,
    TrueUp,
    period_of,
    price_hash,
)
from billcore.testing.strategies import catalogs, currencies, plans, price_models, selections
from tests.pricing.examples import EFFECTIVE, studio

OPTIONAL = st.none() | currencies()
OFFERS = catalogs().flatmap(lambda catalog: st.tuples(st.just(catalog), selections(catalog)))


def price(code: str = "p", currency: str | None = None) -> Price:
    """A flat price."""
    return Price(code=code, model=Flat(1), currency=currency)


def plan_of(price: Price, currency: str | None) -> Plan:
    """A plan of one price."""
    return Plan(code="plan", currency=currency, versions=[PlanVersion(version=1, prices=[price])])


@given(OPTIONAL, OPTIONAL, OPTIONAL)
def test_the_nearest_currency_wins(own: str | None, of_plan: str | None, of_catalog: str | None) -> None:
    """Law: a price has its own currency, else its plan's, else the catalog's; without any the catalog is refused."""

    def built() -> Catalog:
        return Catalog(
            version="1", effective=EFFECTIVE, currency=of_catalog, plans=[plan_of(price(currency=own), of_plan)]
        )

    expected = own or of_plan or of_catalog
    if expected is None:
        with pytest.raises(InvalidValue, match=r"^plans\[0\]\.versions\[0\]\.prices\[0\]\.currency: no currency"):
            built()
    else:
        assert built().plan_version("plan").prices[0].currency == expected


@given(OFFERS)
def test_a_selection_expands_to_priced_records(case: tuple[Catalog, Selection]) -> None:
    """Law: every selection expands to records of distinct prices, all in one currency, the addons' last."""
    catalog, selection = case

    records = catalog.records(selection)

    assert {record.price.currency for record in records} == {catalog.currency}
    assert len({record.price.code for record in records}) == len(records)
    from_addons = [record.addon is not None for record in records]
    assert from_addons == sorted(from_addons)
    bought = {record.addon for record in records if not isinstance(record.price.model, TrueUp | Overage)} - {None}
    assert bought == set(selection.addons)


@given(plans(), currencies(), currencies(), price_models(metered=False))
def test_a_catalog_change_touches_no_record(plan: Plan, first: str, then: str, model: PriceModel) -> None:
    """Law: a later catalog, of other prices or currency, changes no record taken from an earlier one (H-08)."""
    meters = [Meter(code=code) for code in ("requests", "traffic")]
    changed = attrs.evolve(plan, versions=[PlanVersion(version=1, prices=[Price(code="changed", model=model)])])
    selection = Selection(plan=plan.code)

    early = Catalog(version="1", effective=EFFECTIVE, currency=first, meters=meters, plans=[plan])
    records = early.records(selection)
    hashes = [price_hash(record.price) for record in records]
    late = Catalog(version="2", effective=EFFECTIVE, currency=then, meters=meters, plans=[plan])

    assert {record.price.currency for record in late.records(selection)} == {then}
    assert attrs.evolve(late, plans=[changed]).records(selection)[0].price.code == "changed"
    assert [price_hash(record.price) for record in records] == hashes
    assert early.records(selection) == records


def test_only_the_active_version_is_sold() -> None:
    """R3-12: the active version is the default; a draft or retired one is refused when named."""
    versions = [
        PlanVersion(version=1, status=PlanStatus.RETIRED, prices=[price("old")]),
        PlanVersion(version=2, prices=[price("now")]),
        PlanVersion(version=3, status=PlanStatus.DRAFT, prices=[price("soon")]),
    ]
    catalog = Catalog(version="1", effective=EFFECTIVE, currency="EUR", plans=[Plan(code="plan", versions=versions)])

    assert catalog.plan_version("plan").version == 2
    assert catalog.records(Selection(plan="plan", version=2))[0].price.code == "now"
    for number, status in ((1, "retired"), (3, "draft")):
        with pytest.raises(InvalidValue, match=rf"^version: a {status} version is not sold \(got {number}\)"):
            catalog.records(Selection(plan="plan", version=number))
    with pytest.raises(NotFound, match=r"^version: plan .* has no such version"):
        catalog.records(Selection(plan="plan", version=9))


def test_a_plan_without_an_active_version_is_not_sold() -> None:
    """A plan that has drafts only cannot be subscribed to."""
    draft = PlanVersion(version=1, status=PlanStatus.DRAFT, prices=[price()])
    catalog = Catalog(version="1", effective=EFFECTIVE, currency="EUR", plans=[Plan(code="plan", versions=[draft])])

    with pytest.raises(NotFound, match=r"^plan: the plan has no active version"):
        catalog.records(Selection(plan="plan"))


def test_an_addon_brings_its_allowance() -> None:
    """An addon's record has its price, how many, and what it adds to its meter's allowance."""
    record = studio().addon_record("storage_50gb", 2)

    assert (record.price.code, record.addon, record.meter) == ("storage_50gb", "storage_50gb", "gb")
    assert record.quantity == 2
    assert record.allowance == 50


@pytest.mark.parametrize("what", ["plan", "product", "service", "addon", "meter", "sla_tier"])
def test_what_is_not_in_the_catalog_is_not_found(what: str) -> None:
    """Asking a catalog for a code it does not have is ``NotFound`` with kind and code."""
    with pytest.raises(NotFound, match=rf"^{what}: no such {what} in the catalog \(got 'gold'[;)]"):
        getattr(studio(), what)("gold")


@pytest.mark.parametrize(
    ("cadences", "interval"),
    [
        ([("usage", DAY), ("recurring", YEAR), ("recurring", MONTH)], YEAR),
        ([("once", DAY), ("usage", YEAR)], YEAR),
        ([("once", DAY)], MONTH),
        ([], MONTH),
    ],
)
def test_a_plans_period(cadences: list[tuple[str, Interval]], interval: Interval) -> None:
    """A plan's period is its first recurring price's interval, else its first usage price's, else a month."""
    prices = tuple(
        attrs.evolve(
            price(f"p{n}"),
            cadence=PriceCadence(cadence),
            interval=every,
            meter="m" if cadence == "usage" else None,
        )
        for n, (cadence, every) in enumerate(cadences)
    )

    assert period_of(prices) == interval


def test_an_addon_may_not_share_a_code_with_its_plan() -> None:
    """Two prices of one code would share keys and rounding, so a selection that brings both is refused."""
    catalog = Catalog(
        version="1",
        effective=EFFECTIVE,
        currency="EUR",
        plans=[plan_of(price("same"), None)],
        addons=[Addon(code="addon", price=price("same"))],
    )

    with pytest.raises(InvalidValue, match=r"^selection\[1\]\.code: a code stands twice \(got 'same'\)"):
        catalog.records(Selection(plan="plan", addons=["addon"]))


def test_a_catalog_is_in_force_from_an_instant() -> None:
    """The instant from which a catalog holds is kept in UTC."""
    catalog = Catalog(version="1", effective="2026-01-01T01:00:00+01:00")

    assert catalog.effective == instant(EFFECTIVE)
    assert Product(code="p", prices=[price()]).prices[0].currency is None


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("plans", "plans[0].versions[0].prices[0].size"),
        ("phases", "plans[0].versions[0].phases[0].prices[0].size"),
        ("addons", "addons[0].price.size"),
    ],
)
def test_only_prices_of_products_have_sizes(where: str, place: str) -> None:
    """A plan with one could not be sold, an addon's would be ignored: refused with its place, as is one of usage."""
    sized = Price(code="disk", model=PerUnit(1), size="gb", currency="CHF")
    phased = PlanVersion(
        version=1, prices=[price("p", "CHF")], phases=[Phase(code="intro", length=MONTH, prices=[sized])]
    )
    lists: dict[str, dict[str, Any]] = {
        "plans": {"plans": [plan_of(sized, None)]},
        "phases": {"plans": [Plan(code="plan", versions=[phased])]},
        "addons": {"addons": [Addon(code="a", price=sized)]},
    }
    with pytest.raises(InvalidValue, match="only prices of products have sizes") as refused:
        Catalog(version="1", effective=EFFECTIVE, **lists[where])
    assert refused.value.place == place

    with pytest.raises(InvalidValue, match=r"^size: the quantity of usage is what was used"):
        attrs.evolve(sized, cadence=PriceCadence.USAGE, meter="gb")
