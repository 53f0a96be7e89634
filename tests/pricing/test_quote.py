"""Quotes: what a selection would cost, line by line, and why."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import DAY, DayAnchor, InvalidValue, Money, NotFound, Rounding, instant
from billcore.kernel import exact as ex
from billcore.pricing import (
    Catalog,
    Cell,
    Flat,
    Graduated,
    Matrix,
    Meter,
    Percentage,
    PerUnit,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    PriceModel,
    Product,
    Quote,
    Selection,
    Tier,
    Wrapped,
    charge,
    quote,
)
from billcore.testing import laws
from billcore.testing.strategies import catalogs, roundings, selections
from tests.kernel.test_exact import small_context
from tests.pricing.examples import EFFECTIVE, studio

NOW = instant("2026-05-20T00:00:00Z")
STUDIO = Selection(
    plan="studio",
    addons=["storage_50gb"],
    starts_on="2026-05-20T00:00:00Z",
    usage={"tokens": 1_500_000, "gb": 200},
)
OFFERS = catalogs().flatmap(lambda catalog: st.tuples(st.just(catalog), selections(catalog)))


@given(OFFERS, roundings())
def test_explanations_recompute(case: tuple[Catalog, Selection], mode: Rounding) -> None:
    """Law: the tree of every line, folded again from its leaves, gives the line's exact and rounded amounts."""
    laws.quote_explains_itself(quote(*case, NOW, mode), mode)


@given(OFFERS)
def test_totals_are_sums_of_rounded_lines(case: tuple[Catalog, Selection]) -> None:
    """Law: recurring and usage are the sums of their rounded lines, and all-in is both (R3-14)."""
    laws.quote_totals_are_sums_of_its_lines(quote(*case, NOW))


@given(OFFERS)
def test_a_first_invoice_is_at_most_a_period(case: tuple[Catalog, Selection]) -> None:
    """Law: the first invoice has no line dearer than its full period's; without a start it is the full period."""
    catalog, selection = case
    offer, whole = quote(catalog, selection, NOW), quote(catalog, attrs.evolve(selection, starts_on=None), NOW)

    assert whole.first_invoice == whole.recurring
    if all(record.price.per is None and not record.price.sum_of for record in offer.records):
        assert offer.first_invoice.net <= offer.recurring.net


@given(OFFERS)
def test_a_quote_does_not_depend_on_the_threads_context(case: tuple[Catalog, Selection]) -> None:
    """Law: the same catalog and selection give an equal quote, under any decimal context."""
    expected = quote(*case, NOW)
    charge._shared.cache_clear()
    with small_context():
        got = quote(*case, NOW)

    assert got == expected


def amounts_of(offer: Quote) -> dict[str, str]:
    """Each line as text."""
    return {line.price: str(line.amount) for line in offer.lines}


def test_studio_with_storage() -> None:
    """R3-13: 57.50 recurring, 22.25 for the first part, 6.00 of usage, 63.50 all in."""
    offer = quote(studio(), STUDIO, NOW)

    assert amounts_of(offer) == {
        "studio": "50.00 AUD",
        "llm": "5.00 AUD",
        "spaces": "1.00 AUD",
        "storage_50gb": "7.50 AUD",
    }
    assert offer.recurring.net == Money("57.50", "AUD")
    assert offer.first_invoice.net == Money("22.25", "AUD")
    assert offer.usage.net == Money("6.00", "AUD")
    assert offer.all_in.net == Money("63.50", "AUD")


def test_lines_round_one_by_one() -> None:
    """R3-14: 19.35 and 2.90 are 22.25; rounding their exact sum would give 22.26."""
    offer = quote(studio(), STUDIO, NOW)

    assert Money.rounded(ex.ratio(Decimal("57.50"), 31, 12), "AUD") == Money("22.26", "AUD")
    assert offer.first_invoice.net == Money("19.35", "AUD") + Money("2.90", "AUD")


@pytest.mark.parametrize(("gb", "line"), [(150, "0.00 AUD"), (151, "0.02 AUD"), (0, "0.00 AUD")])
def test_an_addon_extends_the_allowance(gb: int, line: str) -> None:
    """100 GB of the plan and 50 of the addon are free; the next one is not."""
    offer = quote(studio(), attrs.evolve(STUDIO, usage={"gb": gb}), NOW)

    assert amounts_of(offer)["spaces"] == line


def test_an_addon_twice_counts_twice() -> None:
    """An addon priced by the unit and named twice is one record of two: its price and its allowance are doubled."""
    catalog = studio()
    addon = attrs.evolve(catalog.addons[0], price=Price(code="storage_50gb", model=PerUnit("7.50")))
    catalog = attrs.evolve(catalog, addons=[addon])

    offer = quote(catalog, attrs.evolve(STUDIO, addons=["storage_50gb"] * 2, usage={"gb": 201}), NOW)

    assert (amounts_of(offer)["storage_50gb"], amounts_of(offer)["spaces"]) == ("15.00 AUD", "0.02 AUD")


@pytest.mark.parametrize(
    ("price", "line"),
    [
        (Price(code="a", model=Flat("7.50")), "15.00 AUD"),
        (Price(code="a", model=Wrapped(model=Flat("7.50"), minimum=10)), "20.00 AUD"),
        (Price(code="a", model=Wrapped(model=Flat("7.50"), maximum=5)), "10.00 AUD"),
        (Price(code="a", model=Wrapped(model=Flat("7.50")), cadence=PriceCadence.ONCE), "15.00 AUD"),
        (Price(code="a", model=Flat("7.50"), cadence=PriceCadence.USAGE, meter="gb"), "7.50 AUD"),
    ],
)
def test_a_flat_addon_twice_costs_twice(price: Price, line: str) -> None:
    """A flat addon costs so much each, with the bounds around it; for usage it is had once, whatever was used."""
    catalog = studio()
    catalog = attrs.evolve(catalog, addons=[attrs.evolve(catalog.addons[0], price=price, meter=None)])

    offer = quote(catalog, attrs.evolve(STUDIO, addons=["storage_50gb"] * 2, usage={"gb": 150}), NOW)

    assert amounts_of(offer)["a"] == line


def test_tax_stands_apart() -> None:
    """Each total has its own tax: GST of 10 % on 57.50 is 5.75, and all in 63.50 becomes 69.85."""
    offer = quote(studio(), attrs.evolve(STUDIO, country="AU"), NOW)

    assert (offer.recurring.tax, offer.all_in.total) == (Money("5.75", "AUD"), Money("69.85", "AUD"))


def test_without_a_rate_tax_is_zero_and_says_so() -> None:
    """A country without a rate is taxed zero with the reason; no country at all has no tax to show."""
    offer = quote(studio(), attrs.evolve(STUDIO, country="NZ"), NOW)

    assert [(tax.amount, tax.reason) for tax in offer.recurring.taxes] == [(0, "no rate")]
    assert quote(studio(), STUDIO, NOW).recurring.taxes == ()


@pytest.mark.parametrize(
    ("anchor", "first"),
    [("calendar", "22.25"), ("start", "57.50"), (DayAnchor(25), "9.58"), (DayAnchor(20), "57.50")],
)
def test_the_first_invoice_depends_on_the_anchor(anchor: DayAnchor, first: str) -> None:
    """A stub is prorated over the period that would have ended with it; from one's own anchor it is whole."""
    offer = quote(studio(), attrs.evolve(STUDIO, anchor=anchor), NOW)

    assert offer.first_invoice.net == Money(first, "AUD")


def test_sizes_of_a_product() -> None:
    """A price of a product may take its quantity from a named size; the others go by the quantity."""
    vm = Product(
        code="vm",
        prices=[
            Price(code="ram", model=PerUnit(3), size="ram_gib"),
            Price(code="licence", model=PerUnit(10)),
            Price(code="setup", model=Flat(99), cadence=PriceCadence.ONCE),
        ],
    )
    catalog = Catalog(version="1", effective=EFFECTIVE, currency="CHF", products=[vm])

    offer = quote(catalog, Selection(product="vm", quantity=2, sizes={"ram_gib": "0.5"}), NOW)

    assert amounts_of(offer) == {"ram": "1.50 CHF", "licence": "20.00 CHF", "setup": "99.00 CHF"}
    assert offer.recurring.net == Money("21.50", "CHF")


def test_an_explanation_reads_from_the_line_down() -> None:
    """The tree begins with the rounded line and ends with the numbers of the price."""
    tree = quote(studio(), STUDIO, NOW).explain("llm")

    rated = tree.children[0]
    assert (tree.operation, tree.about["price"], rated.about["included"]) == ("round", "llm", 1_000)
    assert [node.label for node in rated.children[0].children] == ["units beyond the free ones", "unit amount"]


def test_a_price_that_is_not_in_the_quote_has_no_explanation() -> None:
    """Asking why for a price that the quote does not have is ``NotFound``."""
    with pytest.raises(NotFound, match=r"^price: .*'gold'"):
        quote(studio(), STUDIO, NOW).explain("gold")


@pytest.mark.parametrize(
    ("model", "used", "amount", "assumes"),
    [
        (Wrapped(model=Graduated([Tier(10, 1), Tier(None, "0.5")]), per_window=DAY), 300, "155.00", "one day"),
        (Percentage("2.9", fixed_amount="0.30"), 10_000, "290.30", "one event"),
        (Percentage("2.9", fixed_amount="0.30"), 0, "0.00", None),
        (PerUnit(1), 300, "300.00", None),
    ],
)
def test_usage_by_event_or_window_is_an_estimate_that_says_so(
    model: PriceModel, used: int, amount: str, assumes: str | None
) -> None:
    """A quantity does not say how it is spread: it is quoted as one event or window, and the line says it."""
    (line,) = quote(metering(model), Selection(plan="p", usage={"m": used}), NOW).lines

    assert (line.amount.digits, line.assumes) == (amount, assumes)


def test_events_that_no_quantity_tells_cannot_be_quoted() -> None:
    """A matrix without a default needs to know the events: said of the usage asked for, not of an event nobody sent."""
    model = Matrix(["region"], [Cell({"region": "eu"}, 1)])

    assert quote(metering(model), Selection(plan="p"), NOW).all_in.net.amount == 0
    with pytest.raises(
        InvalidValue, match=r"^usage\.m: priced by what its events are: a quantity alone cannot be quoted"
    ):
        quote(metering(model), Selection(plan="p", usage={"m": 3}), NOW)


def metering(model: PriceModel) -> Catalog:
    """A plan of one metered price."""
    price = Price(code="u", model=model, cadence=PriceCadence.USAGE, meter="m")
    plan = Plan(code="p", versions=[PlanVersion(version=1, prices=[price])])
    return Catalog(version="1", effective=EFFECTIVE, currency="CHF", meters=[Meter(code="m")], plans=[plan])
