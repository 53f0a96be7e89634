"""``verify`` finds what a run that decides wrongly has written: documents that agree with themselves alone.

A run is made wrong by one step of the decision that does another thing; everything else is the real one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from decimal import Decimal

import attrs
import pytest

from billcore.kernel import exact as ex
from billcore.pricing import Meter, PerUnit, Price, PriceCadence, Selection, Wrapped
from billcore.settlement import Credit
from billcore.settlement.promotion import promote
from tests.shop import Shop, base, catalog, plan

WANTED = sys.modules["billcore.settlement.wanted"]
DECIDE = sys.modules["billcore.settlement.decide"]  # the package has a function of that name


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
        return attrs.evolve(
            found, rating=attrs.evolve(found.rating, amount=ex.multiply(found.rating.amount, Decimal(2)))
        )

    shop = _traffic(interim=interim)
    with monkeypatch.context() as wrong:
        wrong.setattr(WANTED, "used", twice)
        shop.at("2026-01-10T00:00:00Z" if interim else "2026-02-01T00:00:00Z")
        shop.billing.invoices.run(customer="acme", now=True)

    assert "gb 14.00" in shop.rows()[-1]
    assert _broken(shop) == ({"P5"} if interim else {"P2", "P5"})


def _kept(credits: Sequence[Credit]) -> Sequence[Credit]:
    return credits[:0]


def _halved(credits: Sequence[Credit]) -> Sequence[Credit]:
    return [attrs.evolve(one, remaining=one.remaining // 2) for one in credits]


def _turned(credits: Sequence[Credit]) -> Sequence[Credit]:
    return [attrs.evolve(one, priority=-one.priority) for one in credits]


def _unbound(credits: Sequence[Credit]) -> Sequence[Credit]:
    return [attrs.evolve(one, restricted_to=()) for one in credits]


@pytest.mark.parametrize("wrong", [_kept, _halved, _turned, _unbound])
def test_grants_used_otherwise_than_in_turn(
    monkeypatch: pytest.MonkeyPatch, wrong: Callable[[Sequence[Credit]], Sequence[Credit]]
) -> None:
    """7.00 for the plan first, then 5.00 for all: of 10.00 and 4.00 0.86 and 1.14 are left, or V6 is broken."""

    def run(change: Callable[[Sequence[Credit]], Sequence[Credit]], *broken: str) -> list[str]:
        shop = Shop.new(catalog(plan("small", base(10))), "2026-01-01T00:00:00Z")
        shop.billing.subscriptions.create("acme", Selection(plan="small"), id="s")
        shop.billing.invoices.add_item("acme", 4, "work")
        shop.billing.grants.give("acme", amount=5, id="all", priority=2)
        shop.billing.grants.give("acme", amount=7, id="plan", priority=1, applies_to=["small"])
        with monkeypatch.context() as patch:
            patch.setattr(DECIDE, "promote", lambda moved, held, *more: promote(moved, change(held), *more))
            found = shop.run("2026-01-01T00:01:00Z")
        assert _broken(shop) == set(broken)
        return found

    right = ["INV-000001 01-01: base 10.00, base -7.00, base -2.14, item 4.00, item -2.86 | due 2.00"]
    assert run(tuple) == right
    assert run(wrong, "V6") != right


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
