"""Snapshots and archives: what was sold, readable for ever and provably unchanged."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from hypothesis import given

from billcore.kernel import Exact, InvalidValue
from billcore.pricing import (
    Bracket,
    Catalog,
    Flat,
    Graduated,
    Price,
    Progressive,
    Rating,
    Selection,
    Tier,
    Wrapped,
    archive,
    price_hash,
    unarchive,
)
from billcore.testing import laws
from billcore.testing.strategies import catalogs, prices, quantities, selections
from tests.kernel.test_exact import small_context

GOLDEN = Price(
    code="llm",
    model=Wrapped(model=Graduated([Tier(10, "0.10"), Tier(None, "0.05", 1)]), included=5, maximum="99.90"),
    currency="EUR",
)


@given(prices(currency="CHF"))
def test_snapshots_round_trip(price: Price) -> None:
    """Law: a price read from its snapshot equals it, and has the same snapshot and hash."""
    laws.price_survives_its_snapshot(price)


@given(prices(code="a"), prices(code="b", currency="CHF"))
def test_hashes_tell_prices_apart(a: Price, b: Price) -> None:
    """Law: two prices have one hash exactly if they are equal, whatever one thing they differ in."""
    for name in attrs.fields_dict(Price):
        try:
            other = attrs.evolve(a, **{name: getattr(b, name)})
        except InvalidValue:
            continue
        laws.equal_prices_have_one_hash(a, other)


@given(prices(), quantities(max_value=1_000))
def test_a_snapshot_costs_what_the_price_costs(price: Price, quantity: Decimal) -> None:
    """Law: for every quantity, the price of a snapshot rates as the price did when it was bought."""
    with small_context():
        laws.price_survives_its_snapshot(price, [quantity])


@given(catalogs())
def test_catalogs_round_trip(catalog: Catalog) -> None:
    """Law: a catalog read from its archive is equal, price for price, and archives to the same text."""
    laws.archive_reads_back(catalog)


@given(catalogs().flatmap(selections))
def test_selections_round_trip(selection: Selection) -> None:
    """Law: a selection read from its archive is equal."""
    laws.archive_reads_back(selection)


def test_the_hash_is_stable() -> None:
    """The snapshot of a price and its hash are written down: orders of any age must keep theirs."""
    assert archive(GOLDEN) == (
        '{"is":"price","with":{"code":"llm","currency":"EUR","model":{"is":"wrapped","with":'
        '{"included":{"number":"5"},"maximum":{"number":"99.9"},"model":{"is":"graduated","with":{"tiers":['
        '{"is":"tier","with":{"unit_amount":{"number":"0.1"},"up_to":{"number":"10"}}},'
        '{"is":"tier","with":{"flat_amount":{"number":"1"},"unit_amount":{"number":"0.05"}}}]}}}}}}'
    )
    assert price_hash(GOLDEN) == "2837eaa7cefba7f0fa0b957be4c6620ea6d5d23dc12daa2c7fca18a7ae74e096"


@pytest.mark.parametrize(
    "change",
    [{"code": "x"}, {"description": "x"}, {"currency": "CHF"}, {"tax_category": "reduced"}, {"model": Flat(1)}],
    ids=lambda change: next(iter(change)),
)
def test_any_change_changes_the_hash(change: dict[str, object]) -> None:
    """A price that differs in anything has another hash, so a line can prove what it was priced by."""
    assert price_hash(attrs.evolve(GOLDEN, **change)) != price_hash(GOLDEN)  # type: ignore[arg-type]  # fields of it


def test_how_a_number_was_written_does_not_matter() -> None:
    """7.5 and 7.50 are one price with one hash, and so are brackets with and without their beginning."""
    assert price_hash(Price(code="p", model=Flat("7.50"))) == price_hash(Price(code="p", model=Flat("7.5")))
    told = Progressive(1, brackets=[Bracket(8, 0, above=0), Bracket(None, 5, above=8)])
    untold = Progressive(1, brackets=[Bracket(8, 0), Bracket(None, 5)])
    assert price_hash(Price(code="p", model=told)) == price_hash(Price(code="p", model=untold))


def test_a_model_of_ones_own_without_a_name_has_no_snapshot() -> None:
    """A price model that says no name to be kept by cannot be ordered, and the error says so."""

    class Own:
        def rate(self, quantity: Exact) -> Rating:
            return Rating(Decimal(1), quantity)

    with pytest.raises(InvalidValue, match=r"^model: .* cannot be stored without a name \(got 'Own'; "):
        archive(Price(code="p", model=Own()))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"code": 1}', archive(GOLDEN).replace("usage", "x")[:-9]])
def test_a_damaged_snapshot_is_refused(text: str) -> None:
    """Stored text that is no snapshot is one clear error."""
    with pytest.raises(InvalidValue, match=r"^archive: not an archived price"):
        unarchive(text, Price)
