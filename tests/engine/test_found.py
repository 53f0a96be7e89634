"""Faults that random lives and checkers found in the engine, each pinned by its story."""

import datetime as dt

import pytest

from billcore import Billing, Catalog, Flat, Plan, PlanVersion, Price, Selection
from billcore.engine.story import FixedClock
from billcore.kernel import InvalidValue, NotAllowed, instant
from billcore.pricing import Timing


def day(text: str) -> FixedClock:
    """A clock at midnight of a day, UTC."""
    return FixedClock(instant(f"{text}T00:00:00Z"))


def plan(code: str, amount: str, timing: Timing) -> Plan:
    """A plan of one flat price."""
    price = Price(code="base", model=Flat(amount), timing=timing)
    return Plan(code=code, versions=[PlanVersion(version=1, prices=[price])])


@pytest.fixture
def billing() -> Billing:
    """A customer of a plan in arrears, and a plan in advance to change to."""
    plans = [plan("late", "10", Timing.ARREARS), plan("early", "9.99", Timing.ADVANCE)]
    handle = Billing.in_memory(clock=day("2026-01-01"))
    handle.catalog.publish(Catalog(version="1", effective="2025-01-01T00:00:00Z", currency="CHF", plans=plans))
    handle.customers.create("acme", currency="CHF")
    handle.subscriptions.create("acme", Selection(plan="late"), id="s", at="2026-01-01T00:00:00Z")
    return handle


def changed(billing: Billing) -> Billing:
    """The plan in arrears gave way to the one in advance on 11 January, and both were billed by 1 February."""
    on_the_11th = billing.using(clock=day("2026-01-11"))
    on_the_11th.subscriptions.change("s", plan="early", when="now")
    on_the_11th.invoices.run()
    billing.using(clock=day("2026-02-01")).invoices.run()
    return billing


def test_lines_of_one_group_are_rounded_together_whenever_they_are_billed(billing: Billing) -> None:
    """Advance 21/31 of 9.99 is 6.77, arrears 10/31 of 10.00 then 3.22 (not 3.23): together round(9.9932...) = 9.99."""
    documents = changed(billing).invoices.list("acme").items
    january = [
        line
        for invoice in documents
        for line in invoice.document.lines
        if line.part.start < instant("2026-02-01T00:00:00Z")
    ]

    assert [line.minor for line in january] == [677, 322]
    assert billing.verify() == ()


def test_a_credit_before_its_invoices_billing_date_counts(billing: Billing) -> None:
    """A run into the future bills 1 February; a credit on 2 January has that date, and is given once."""
    changed(billing)
    early = billing.using(clock=day("2026-01-02"))
    note = early.invoices.credit("INV-000002", amount="8", reason="goodwill")

    assert note.document.billing_date == dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    with pytest.raises(InvalidValue, match=r"5\.21 CHF is left"):
        early.invoices.credit("INV-000002", amount="8", reason="again")
    with pytest.raises(NotAllowed, match="corrected"):
        early.invoices.void("INV-000002")
    assert billing.verify() == ()


def test_a_changed_quantity_is_what_the_next_change_starts_from(billing: Billing) -> None:
    """Five seats stay five when the plan changes, and the change is not put off as if seats had fallen."""
    billing.subscriptions.change("s", quantity=5, at="2026-01-05T00:00:00Z")
    after = billing.subscriptions.change("s", plan="early", when="now", at="2026-01-10T00:00:00Z")

    selection = after.orders[-1].selection
    assert selection is not None
    assert selection.quantity == 5
