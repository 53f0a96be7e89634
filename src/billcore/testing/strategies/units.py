"""Strategies of credit units, own currencies, grants, and catalogs that have them."""

from __future__ import annotations

import string
from decimal import Decimal

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn as Draw
from hypothesis.strategies import SearchStrategy as Strategy

from billcore.kernel import is_listed
from billcore.pricing import (
    Availability,
    Catalog,
    CreditUnit,
    Grant,
    GrantKind,
    MeterPrice,
    OwnCurrency,
    PerUnit,
    PlanVersion,
    Price,
    PriceCadence,
)
from billcore.testing.strategies.sold import catalogs
from billcore.testing.strategies.values import amounts

__all__ = ["credit_units", "grants", "own_currencies", "unit_catalogs", "whole_catalogs"]


def credit_units(*, code: str = "credit") -> Strategy[CreditUnit]:
    """Credit units of a code. Shrinks to one without places that is worth a millionth."""
    rates = st.just(Decimal("0.000001")) | amounts(min_value=Decimal("0.0001"), max_value=1_000, places=6)
    return st.builds(CreditUnit, code=st.just(code), places=st.integers(0, 12), rate=rates)


def own_currencies() -> Strategy[OwnCurrency]:
    """Currencies that ISO 4217 does not have. Shrinks to AA, without places."""
    names = st.text(string.ascii_uppercase, min_size=2, max_size=6).filter(lambda name: not is_listed(name))
    return st.builds(OwnCurrency, code=names, places=st.integers(0, 6))


@st.composite
def _grants(draw: Draw, code: str, places: int) -> Grant:
    starts = draw(st.none() | st.sampled_from(("2026-01-01T00:00:00Z", "2026-02-15T12:00:00Z")))
    ends = draw(st.none() | st.sampled_from(("2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z")))
    return Grant(
        code=code,
        name=draw(st.sampled_from(("", "Welcome"))),
        kind=GrantKind.PROMOTIONAL,
        amount=draw(amounts(min_value=1, max_value=10_000, places=places)),
        priority=draw(st.integers(-2, 2)),
        effective=starts,
        expires=ends,
    )


def grants(*, code: str = "grant", places: int = 2) -> Strategy[Grant]:
    """Promotional credit of the catalog's currency. Shrinks to 1, for ever, for all."""
    return _grants(code, places)


@st.composite
def _unit_catalogs(draw: Draw) -> Catalog:
    own, unit = draw(own_currencies()), draw(credit_units())
    found = draw(catalogs(currency="EUR"))
    money = draw(st.sampled_from((own.code, "EUR", "JPY")))

    def priced(price: Price) -> Price:
        return attrs.evolve(price, currency=unit.code if draw(st.booleans()) else money)

    def version(one: PlanVersion) -> PlanVersion:
        phases = [attrs.evolve(phase, prices=list(map(priced, phase.prices))) for phase in one.phases]
        return attrs.evolve(one, prices=list(map(priced, one.prices)), phases=phases)

    return attrs.evolve(
        found,
        currency=money,
        services=[attrs.evolve(one, currency=money) for one in found.services],
        products=[attrs.evolve(one, prices=list(map(priced, one.prices))) for one in found.products],
        plans=[attrs.evolve(one, versions=list(map(version, one.versions))) for one in found.plans],
        addons=[attrs.evolve(one, price=priced(one.price)) for one in found.addons],
        credit_units=[unit],
        currencies=[own],
        grants=draw(st.lists(grants(places=0), max_size=1)),
    )


@st.composite
def _whole_catalogs(draw: Draw) -> Catalog:
    found = draw(catalogs())
    sizes = [(service.code, plan.code) for service in found.services for plan in service.compute_plans]
    rows = [Availability(service=service, compute_plan=plan) for service, plan in sizes]
    far = [Availability(service=service, compute_plan=plan, offering="alpha") for service, plan in sizes[:1]]
    outside = [
        MeterPrice(meter=meter.code, price=_outside(meter.code, draw(amounts(max_value=10))), from_="2026-01-01", to=to)
        for meter in found.meters
        for to in draw(st.lists(st.sampled_from((None, "2027-01-01")), max_size=1))
    ]
    return attrs.evolve(found, availability=[*rows, *far] if draw(st.booleans()) else [], meter_prices=outside)


def _outside(meter: str, amount: Decimal) -> Price:
    return Price(code=f"{meter}-outside", model=PerUnit(amount), cadence=PriceCadence.USAGE, meter=meter)


def whole_catalogs() -> Strategy[Catalog]:
    """Catalogs that have every list: usage outside plans and what is offered where too.

    Shrinks to one plan and one product that cost nothing, in euro.
    """
    return _whole_catalogs()


def unit_catalogs() -> Strategy[Catalog]:
    """Catalogs in euro, yen or a currency of their own, with prices in credits and a grant.

    Shrinks to one plan and one product that cost nothing.
    """
    return _unit_catalogs()
