"""``verify`` finds what a run that decides wrongly has written: documents that agree with themselves alone.

A run is made wrong by one step of the decision that does another thing; everything else is the real one.
"""

from __future__ import annotations

import sys

import attrs
import pytest

from billcore.kernel import exact as ex
from billcore.pricing import Meter, PerUnit, Price, PriceCadence, Selection, Wrapped
from tests.shop import Shop, base, catalog, plan

WANTED = sys.modules["billcore.settlement.wanted"]  # the package has a function of that name


def _traffic(*, interim: bool) -> Shop:
    """``acme`` used 7 GB at 1.00 on 5 January, and its month costs 1.00 besides."""
    gb = Price(code="gb", model=Wrapped(model=PerUnit(1), interim=interim), cadence=PriceCadence.USAGE, meter="gb")
    shop = Shop.new(catalog(plan("u", gb, base(1)), meters=[Meter(code="gb")]), "2026-01-01T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="u"), id="s")
    shop.use("1", "2026-01-05T00:00:00Z", 7)
    return shop


def _broken(shop: Shop) -> set[str]:
    """The invariants that do not hold."""
    return {found.invariant for found in shop.billing.verify()}


@pytest.mark.parametrize("interim", [False, True])
def test_usage_billed_twice_over(monkeypatch: pytest.MonkeyPatch, *, interim: bool) -> None:
    """14.00 billed for 7 GB break P5, in a period that is open too, where nothing is given back before its end (P2)."""
    rated = WANTED.used

    def twice(*asked: object) -> object:
        found = rated(*asked)
        if found is None:
            return None
        return attrs.evolve(found, rating=attrs.evolve(found.rating, amount=ex.multiply(found.rating.amount, 2)))

    shop = _traffic(interim=interim)
    with monkeypatch.context() as wrong:
        wrong.setattr(WANTED, "used", twice)
        shop.at("2026-01-10T00:00:00Z" if interim else "2026-02-01T00:00:00Z")
        shop.billing.invoices.run(customer="acme", now=True)

    assert "gb 14.00" in shop.rows()[-1]
    assert _broken(shop) == ({"P5"} if interim else {"P2", "P5"})


def test_usage_taken_back_in_an_open_period() -> None:
    """7.00 billed early; 3 GB are taken back: the note waits for the period's end, and nothing is wrong until then."""
    shop = _traffic(interim=True)
    shop.at("2026-01-10T00:00:00Z").invoices.run(customer="acme", now=True)
    shop.use("2", "2026-01-06T00:00:00Z", -3)
    shop.at("2026-01-12T00:00:00Z").invoices.run(customer="acme", now=True)

    assert shop.rows() == ["INV-000001 01-01: base 1.00 | due 1.00", "INV-000002 01-10: gb 7.00 | due 7.00"]
    assert shop.billing.verify() == ()
    assert shop.run("2026-02-01T00:00:00Z") == [
        "CN-000001 02-01: gb -3.00",
        "INV-000003 02-01: base 1.00 | due 1.00",
    ]
    assert shop.billing.verify() == ()
