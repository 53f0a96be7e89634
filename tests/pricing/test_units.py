"""Credits and own currencies: they cost what money would, and everything with them reads back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billcore.kernel import InvalidValue, Money, NotSupportedYet, UnknownCurrency, currency, is_listed, own_currency
from billcore.kernel import exact as ex
from billcore.kernel import places as places_of
from billcore.pricing import (
    Catalog,
    CreditUnit,
    Flat,
    Graduated,
    Grant,
    GrantKind,
    OwnCurrency,
    Package,
    PerUnit,
    PriceModel,
    StairStep,
    Tier,
    Volume,
    Wrapped,
    quote,
)
from billcore.pricing.model.wrapped import unwrapped, wrapped
from billcore.testing import laws
from billcore.testing.strategies import (
    own_currencies,
    price_models,
    quantities,
    selections,
    unit_catalogs,
)

UNIT = CreditUnit(code="credit", rate="0.0125")
UNITS = st.sampled_from(["0.3", "0.0125", "7", "0.00001"]).map(lambda rate: CreditUnit(code="credit", rate=rate))
"""Of few digits: their product with an amount is one that a price in money may have."""


def scaled(value: Any, rate: Decimal) -> Any:  # noqa: ANN401 - a model, a tier, or what they have
    """The model with every amount times the rate, so that it is in money."""
    if isinstance(value, Tier):
        return attrs.evolve(value, unit_amount=value.unit_amount * rate, flat_amount=value.flat_amount * rate)
    if isinstance(value, Wrapped):
        bounds = {name: bound * rate for name in ("minimum", "maximum") if (bound := getattr(value, name)) is not None}
        return attrs.evolve(value, model=scaled(value.model, rate), **bounds)
    if isinstance(value, Flat):
        return Flat(value.value * rate)
    if isinstance(value, Package):
        return attrs.evolve(value, amount=value.price * rate)
    if isinstance(value, PerUnit):
        return attrs.evolve(value, unit_amount=value.unit_amount * rate)
    return attrs.evolve(value, tiers=[scaled(tier, rate) for tier in value.tiers])


SCALED = (Flat, Package, PerUnit, Graduated, Volume, StairStep)


@given(price_models(kinds=SCALED) | price_models(kinds=[Wrapped]), quantities(), UNITS)
def test_credits_cost_what_the_same_price_in_money_does(model: PriceModel, quantity: Decimal, unit: CreditUnit) -> None:
    """Law: a price in credits is the price with every amount times the rate, before the one rounding.

    Step by step, and its explanation recomputes.
    """
    assume(isinstance(unwrapped(model), SCALED))
    credits_ = attrs.evolve(wrapped(model), credits=unit)
    want = scaled(wrapped(model), unit.rate).rate(quantity)

    assert not ex.compare(credits_.rate(quantity).amount, want.amount)
    assert [ex.text(step.amount) for step in credits_.rate(quantity).steps] == [ex.text(s.amount) for s in want.steps]
    laws.steps_sum_to_the_amount(credits_, [quantity])
    laws.rating_explains_itself(credits_, [quantity])


@given(st.data(), unit_catalogs())
def test_catalogs_with_units_read_back(data: st.DataObject, catalog: Catalog) -> None:
    """Law: a catalog with credits, an own currency and grants is the same from its document and from its archive.

    And what it sells is quoted in its currency.
    """
    laws.document_reads_back(catalog)
    laws.archive_reads_back(catalog)
    laws.quote_explains_itself(quote(catalog, data.draw(selections(catalog)), catalog.effective))


@given(own_currencies(), st.integers(-(10**14), 10**14))
def test_own_amounts_read_back(own: OwnCurrency, minor: int) -> None:
    """Law: an amount of an own currency is known by its code alone, and no code is of ISO 4217."""
    money = Money.of_minor(minor, own.currency)

    assert (money.minor, places_of(own.currency)) == (minor, own.places)
    assert eval(repr(money), {"Money": Money}) == money  # noqa: S307 - what ``repr`` promises
    assert currency(own.currency).name == own.code
    assert not is_listed(own.code)


@pytest.mark.parametrize(
    "code", ["EUR.2", "XAU.0", "DEM.2", "gem.0", "GEM.13", "GEM.00", "GEM.", ".0", "GEM", "A.0", 5]
)
def test_what_is_no_own_currency(code: object) -> None:
    """Codes of ISO 4217 in force, withdrawn or no money, small letters, places beyond 12 or written twice."""
    with pytest.raises(UnknownCurrency):
        currency(code)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    ("name", "places", "place"),
    [
        *((name, 2, "code") for name in ("EUR", "DEM", "XAU", "gem", "G", 5)),
        *(("GEM", digits, "places") for digits in (13, -1, "2", True)),
    ],
)
def test_what_cannot_be_one(name: Any, places: Any, place: str) -> None:  # noqa: ANN401 - wrong on purpose
    """One error that names the place."""
    with pytest.raises(InvalidValue) as caught:
        OwnCurrency(code=name, places=places)
    assert caught.value.place == place
    with pytest.raises(InvalidValue):
        own_currency(name, places)


def test_what_a_grant_refuses() -> None:
    """Kinds of a later version, nothing, what ends before it starts, priorities beyond a million."""
    given_: dict[str, Any] = {"kind": GrantKind.PROMOTIONAL, "amount": 5}
    for kind in set(GrantKind) - {GrantKind.PROMOTIONAL}:
        with pytest.raises(NotSupportedYet, match=kind.value):
            Grant(**{**given_, "kind": kind})
    for keys, place in (
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"priority": 10**7}, "priority"),
        ({"priority": 1.5}, "priority"),
        ({"applies_to": "base"}, "applies_to"),
        ({"effective": "2026-02-01T00:00:00Z", "expires": "2026-02-01T00:00:00Z"}, "expires"),
        ({"kind": "promotional"}, "kind"),
        ({"code": ""}, "code"),
        ({"unit": "a b"}, "unit"),
    ):
        with pytest.raises(InvalidValue) as caught:
            Grant(**{**given_, **keys})
        assert caught.value.place == place


def test_grants_of_a_catalog() -> None:
    """In its currency or an own one; credits come with wallets; no finer than the currency."""
    whole: dict[str, Any] = {"version": "1", "effective": "2026-01-01T00:00:00Z", "credit_units": [UNIT]}
    whole |= {"currency": "CHF", "currencies": [OwnCurrency(code="GEM")]}
    five = Grant(kind=GrantKind.PROMOTIONAL, amount=5)
    gems = attrs.evolve(five, code="gems", unit="GEM")
    sold = Catalog(**whole, grants=[five, gems])

    assert [str(one.money) for one in sold.grants] == ["5.00 CHF", "5 GEM"]
    laws.document_reads_back(sold)
    for keys, error, place in (
        ({"unit": "credit"}, NotSupportedYet, "grants[0].unit"),
        ({"unit": "RUBY"}, UnknownCurrency, "grants[0].unit"),
        ({"unit": "GEM", "amount": "0.5"}, InvalidValue, "grants[0].amount"),
        ({"amount": "5.001"}, InvalidValue, "grants[0].amount"),
        ({"amount": 10**14}, InvalidValue, "grants[0].amount"),
        ({"applies_to": ["gold"]}, InvalidValue, "grants[0].applies_to[0]"),
    ):
        with pytest.raises(error) as caught:
            Catalog(**whole, grants=[attrs.evolve(five, **keys)])
        assert caught.value.place == place
    with pytest.raises(InvalidValue, match="no currency"):
        Catalog(**{**whole, "currency": None}, grants=[five])
    with pytest.raises(InvalidValue, match="twice"):
        Catalog(**whole, grants=[five, five])


@pytest.mark.parametrize("places", [0, 6])
def test_places_of_credits_round_no_price(places: int) -> None:
    """0.4 credits at 2.00 are 0.80, however fine credits are: credits times rate; 0.80 buys 0.4 or none."""
    unit = CreditUnit(code="token", rate=2, places=places)
    model = Wrapped(model=Flat("0.4"), credits=unit)

    assert (model.rate(ex.ONE).amount, unit.worth("0.4", "CHF").digits) == (Decimal("0.8"), "0.80")
    assert unit.bought(Money("0.80", "CHF")) == (Decimal("0.4") if places else 0)
