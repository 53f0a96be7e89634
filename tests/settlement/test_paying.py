"""Paying from vouchers and balances, worked by hand."""

from __future__ import annotations

from typing import Literal

import pytest

from billcore.kernel import Money
from billcore.ports.tables import CREDIT
from billcore.pricing import Selection
from billcore.settlement import Policy, Source, Strategy
from tests.shop import Shop, base, catalog, plan

JUNE, MID = "2026-06-01T00:00:00Z", "2026-06-16T00:00:00Z"
SOLD = catalog(plan("50", base(50)), plan("20", base(20)), plan("s", base(30)), plan("l", base(60)))


def shop_with(*codes: str, policy: Policy | None = None) -> Shop:
    """``acme`` has plans since 1 June, not yet billed."""
    shop = Shop.new(SOLD, JUNE, policy=policy)
    for code in codes:
        shop.billing.subscriptions.create("acme", Selection(plan=code), id=code)
    return shop


def give(shop: Shop, *, voucher: int = 0, balance: int = 0) -> None:
    """Voucher credit and prepaid balance."""
    if voucher:
        shop.billing.vouchers.issue("GIFT", Money(voucher, "CHF"))
        shop.billing.vouchers.redeem("acme", "gift")
    if balance:
        shop.billing.balances.top_up("acme", balance, "bank")


def held(shop: Shop) -> tuple[str, str]:
    """Voucher credit and balance."""
    standing = shop.billing.customers.standing("acme")
    return str(standing.voucher_credit), str(standing.balance)


def sources(shop: Shop, place: int = 0) -> list[tuple[Source, int]]:
    """What paid a document."""
    return [(payment.source, payment.minor) for payment in shop.documents()[place].payments]


@pytest.mark.parametrize(("balance", "left"), [(100, "80.00 CHF"), (25, "5.00 CHF")])
def test_a_voucher_and_a_balance_pay_together(balance: int, left: str) -> None:
    """B-05: 30 of voucher and 20 of the balance pay 50: of 100 are 80.00 left, of 25 are 5.00."""
    shop = shop_with("50")
    give(shop, voucher=30, balance=balance)
    shop.run(JUNE)

    assert sources(shop) == [(Source.VOUCHER, 3000), (Source.BALANCE, 2000)]
    assert held(shop) == ("0.00 CHF", left)
    assert shop.documents()[0].status.value == "paid"


def test_a_redeemed_voucher_pays_what_waits() -> None:
    """R2-14, H-05: voucher money comes by a voucher alone, and is spent first, even on what was open before."""
    shop = shop_with("20")
    shop.run(JUNE)
    give(shop, voucher=30, balance=10)

    assert sources(shop) == [(Source.VOUCHER, 2000)]
    assert held(shop) == ("10.00 CHF", "10.00 CHF")


def test_without_enough_nothing_changes() -> None:
    """R2-16: a voucher of 10 does not cover 20: the invoice stays open and the credit whole."""
    shop = shop_with("20")
    give(shop, voucher=10)

    assert shop.run(JUNE) == ["INV-000001 06-01: base 20.00 | due 20.00"]
    assert held(shop) == ("10.00 CHF", "0.00 CHF")


def test_partial_payment_is_a_policy() -> None:
    """R2-16: a strategy that pays in part takes the 10 and leaves 10.00 due."""
    shop = shop_with("20", policy=Policy(strategy=Strategy(partial=True)))
    give(shop, voucher=10)

    assert shop.run(JUNE) == ["INV-000001 06-01: base 20.00 | due 10.00"]


@pytest.mark.parametrize(
    ("order", "due", "left"), [("largest", [0, 2000], "10.00 CHF"), ("smallest", [5000, 0], "40.00 CHF")]
)
def test_open_invoices_are_paid_in_order_of_size(
    order: Literal["largest", "smallest"], due: list[int], left: str
) -> None:
    """R2-18: of 60, largest first pays 50 and leaves 20 open and 10; smallest first pays 20 and leaves 40."""
    shop = shop_with("50", policy=Policy(strategy=Strategy(invoices=order)))
    shop.billing.subscriptions.create("acme", Selection(plan="20", anchor="start"), at="2026-06-02T00:00:00Z")
    shop.run("2026-06-02T00:00:00Z")
    give(shop, balance=60)

    assert [one.open for one in shop.documents()] == due
    assert held(shop) == ("0.00 CHF", left)


def test_settling_again_moves_nothing() -> None:
    """H-04, H-06: each part at most its source, the parts the total; a second settlement does nothing."""
    shop = shop_with("50", "20", policy=Policy(settle=False))
    give(shop, voucher=30, balance=100)
    shop.run(JUNE)
    first = shop.billing.payments.settle("acme")

    assert sum(payment.minor for payment in first[0].payments) == first[0].document.total == 7000
    assert shop.billing.payments.settle("acme") == ()
    assert held(shop) == ("0.00 CHF", "60.00 CHF")


def test_what_was_paid_goes_back_last_payment_first() -> None:
    """Given back: of 30 paid by voucher (10) and balance (20), 15.00 returns to the balance, the last payment."""
    shop = shop_with("s")
    give(shop, voucher=10, balance=20)
    shop.run(JUNE)
    shop.at(MID).subscriptions.cancel("s", when="now", unused="give_back")

    assert shop.run(MID) == ["CN-000001 06-16: base -15.00"]
    assert held(shop) == ("0.00 CHF", "15.00 CHF")


def test_voucher_money_goes_back_to_voucher_credit() -> None:
    """Given back: 20 of 30 came by voucher, 10 from the balance: a credit of 25 returns the 10, then 15 of voucher."""
    shop = shop_with("s")
    give(shop, voucher=20, balance=10)
    shop.run(JUNE)
    shop.at(MID).invoices.credit("INV-000001", amount=25, reason="outage")

    assert held(shop) == ("15.00 CHF", "10.00 CHF")


def test_more_than_is_due_goes_to_the_balance() -> None:
    """60 recorded for 50: 10.00 are kept as balance, and no second payment is taken."""
    shop = shop_with("50")
    shop.run(JUNE)
    shop.billing.payments.record("INV-000001", 60, "bank-7")

    assert held(shop) == ("0.00 CHF", "10.00 CHF")
    assert shop.documents()[0].status.value == "paid"


@pytest.mark.parametrize(("settle", "left"), [(True, "20.00 CHF"), (False, "40.00 CHF")])
def test_a_surplus_pays_what_else_is_open(settle: bool, left: str) -> None:  # noqa: FBT001 - a parameter of a test
    """90 recorded for 50: of the 40.00 left 20.00 pay the other document, unless the policy settles nothing."""
    shop = shop_with("50", policy=Policy(settle=settle))
    shop.run(JUNE)
    shop.billing.invoices.add_item("acme", 20, "work")
    shop.billing.invoices.run(customer="acme", now=True)
    shop.billing.payments.record("INV-000001", 90, "bank-7")

    assert held(shop) == ("0.00 CHF", left)
    assert (shop.documents()[1].status.value == "paid") is settle
    assert shop.billing.verify() == ()


def test_amounts_are_exact_decimals() -> None:
    """B-16: 0.10 and 0.20 of balance pay 0.30, to the unit."""
    shop = Shop.new(catalog(plan("tiny", base("0.30"))), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="tiny"), id="one")
    for n, amount in enumerate(("0.10", "0.20")):
        shop.billing.balances.top_up("acme", amount, f"bank-{n}")

    assert shop.run(JUNE) == ["INV-000001 06-01: base 0.30"]
    assert held(shop) == ("0.00 CHF", "0.00 CHF")


def test_stored_value_that_is_not_used_is_not_written() -> None:
    """Of two top-ups the older pays three months: its row changes three times, the other one's never."""
    shop = Shop.new(catalog(plan("small", base(10))), "2026-01-01T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="small"), id="s")
    for reference in ("bank 1", "bank 2"):
        shop.billing.balances.top_up("acme", 100, reference)
        shop.clock.advance(seconds=1)
    for month in (1, 2, 3):
        shop.run(f"2026-0{month}-01T00:01:00Z")

    rows = shop.billing.session.read(lambda tx: tx.find(CREDIT, CREDIT.indexes[0], ("acme",)))
    places = [CREDIT.position(name) for name in ("reference", "remaining", "version")]
    assert sorted(tuple(row[place] for place in places) for row in rows) == [("bank 1", 7000, 4), ("bank 2", 10000, 1)]
