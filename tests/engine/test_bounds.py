"""Amounts beyond what may be stored (M1), and rows that no longer read: refused at the door, or one account parked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from billcore.adapters.sql import open_sqlite
from billcore.engine import Billing
from billcore.engine.verify import verify
from billcore.kernel import MOST_MINOR, InvalidValue, Money
from billcore.lifecycle import Opening
from billcore.ports import Scope
from billcore.pricing import Coupon, CouponDuration, PerUnit, Selection
from billcore.settlement import Policy
from billcore.testing import ManualClock
from tests.shop import Shop, base, catalog, plan

MOST = Money.of_minor(MOST_MINOR, "CHF")
MORE = Money.of_minor(MOST_MINOR + 1, "CHF")

DOORS: dict[str, Callable[[Billing, Money], object]] = {
    "an item": lambda billing, amount: billing.invoices.add_item("acme", amount, "thing"),
    "a top-up": lambda billing, amount: billing.balances.top_up("acme", amount, "bank"),
    "a payment": lambda billing, amount: billing.payments.record("OPN-000001", amount, "bank"),
    "a voucher": lambda billing, amount: billing.vouchers.issue("V", amount),
    "what is owed": lambda billing, amount: opened(billing, Opening(receivable=amount.amount)),
    "what is had": lambda billing, amount: opened(billing, Opening(balance=amount.amount)),
    "what was given": lambda billing, amount: opened(billing, Opening(voucher_credit=amount.amount)),
}


def opened(billing: Billing, opening: Opening) -> object:
    """Another customer, who brings something."""
    return billing.customers.create("zeta", currency="CHF", opening=opening)


@pytest.fixture
def shop() -> Shop:
    """A shop whose customer owes a franc."""
    return Shop.new(catalog(plan("vm", base(PerUnit("1")))), "2026-01-01T00:00:00Z", opening=Opening(receivable="1"))


@pytest.mark.parametrize("door", DOORS)
def test_an_amount_beyond_the_bound_is_refused_at_the_door(shop: Shop, door: str) -> None:
    """10^15 minor units are taken and verify; one more is refused, and changes nothing."""
    with pytest.raises(InvalidValue, match="more than an amount may be"):
        DOORS[door](shop.billing, MORE)
    DOORS[door](shop.billing, MOST)
    shop.at("2026-01-02T00:00:00Z").invoices.run()

    assert shop.billing.exceptions.list() == ()
    assert shop.billing.verify() == ()


def test_a_document_beyond_the_bound_parks_its_account(shop: Shop) -> None:
    """Two items of half the bound and one unit: the account waits with M1, nothing is written, the other is billed."""
    shop.billing.customers.create("zeta", currency="CHF")
    shop.billing.subscriptions.create("acme", Selection(plan="vm", quantity=99_999_999_999_999), id="s")
    shop.billing.subscriptions.create("zeta", Selection(plan="vm", quantity=9_999_999_999_999), id="z")
    shop.billing.invoices.run()

    (item,) = shop.billing.exceptions.list()
    assert (item.customer, item.kind) == ("acme", "invariant_broken")
    assert item.why.startswith("acme: M1: ")
    assert [one.document.kind.value for one in shop.documents()] == ["opening"]
    assert str(shop.billing.invoices.list("zeta").items[0].total) == "9999999999999.00 CHF"
    assert shop.billing.verify() == ()


@pytest.mark.parametrize(("price", "parked"), [("10000000000000.00", 0), ("10000000000000.01", 1)])
def test_a_line_beyond_the_bound_parks_its_account(price: str, parked: int) -> None:
    """A line of the bound less 100 % is billed; of one unit more it is not stored, though its document is 0.00."""
    free = Coupon(code="FREE", percent=100, duration=CouponDuration.FOREVER)
    shop = Shop.new(attrs.evolve(catalog(plan("vm", base(price))), coupons=[free]), "2026-01-01T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="vm", coupon="FREE"), id="s")
    shop.billing.invoices.run()

    assert [one.why.partition(" minor")[0] for one in shop.billing.exceptions.list()] == [
        "acme: M1: an amount beyond 10^15"
    ] * parked
    assert len(shop.documents()) == 1 - parked
    assert shop.billing.verify() == ()


CORRUPT = {
    "a fact": ("UPDATE billcore_fact SET body = '{}' WHERE customer = 'b'", "KeyError"),
    "a profile": ("UPDATE billcore_customer SET profiles = 'x' WHERE customer = 'b'", "JSONDecodeError"),
    "marks": ("UPDATE billcore_account SET marks = 'x' WHERE customer = 'b'", "JSONDecodeError"),
    "a credit": ("UPDATE billcore_credit SET kind = 'gold' WHERE customer = 'b'", "ValueError"),
    "an anchor": ("UPDATE billcore_fact SET body = '[]' WHERE customer = 'b'", "KeyError"),
}


@pytest.mark.parametrize("what", CORRUPT)
def test_what_cannot_be_read_parks_its_account_alone(tmp_path: Path, what: str) -> None:
    """Somebody else broke a row of b's: b is parked with what reading it raised, a and c are billed, once."""
    clock, path = ManualClock("2026-01-01T00:00:00Z"), tmp_path / "bills.db"
    sql, kind = CORRUPT[what]
    with Billing.open(path, clock=clock) as billing:
        billing.catalog.publish(catalog(plan("vm", base(30))))
        for name in "abc":
            billing.customers.create(name, currency="CHF", opening=Opening(balance="5"))
            billing.subscriptions.create(name, Selection(plan="vm"), id=f"s-{name}")
    raw = sqlite3.connect(path)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute(sql)
    raw.commit()
    raw.close()

    with Billing.open(path, clock=clock) as billing:
        report = billing.invoices.run()
        assert (report.invoices, report.parked) == (2, ("b",))
        assert billing.invoices.run().parked == ()
        (item,) = billing.exceptions.list()
        assert (item.customer, item.kind) == ("b", kind)
    store = open_sqlite(path)
    assert {one.invariant for one in verify(store, Scope("main"), Policy())} == {"S10"}
    store.close()
