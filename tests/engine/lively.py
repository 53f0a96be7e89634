"""A small lively database: three customers, half a year, a little of everything, and its books in order."""

from __future__ import annotations

from decimal import Decimal

from billcore.engine import Billing
from billcore.kernel import CustomerId, Money, instant
from billcore.lifecycle import Opening, UsageEvent
from billcore.pricing import (
    Addon,
    Catalog,
    Coupon,
    Flat,
    Graduated,
    Grant,
    GrantKind,
    Meter,
    PerUnit,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    Selection,
    TaxRate,
    Tier,
    Wrapped,
)
from billcore.testing import ManualClock

__all__ = ["START", "live"]

START = instant("2026-01-01T00:00:00Z")


def _catalog() -> Catalog:
    traffic = Price(
        code="traffic",
        model=Wrapped(model=Graduated([Tier(10, "0.333"), Tier(None, "0.111")]), included=2),
        cadence=PriceCadence.USAGE,
        meter="gb",
    )
    plans = {
        "small": [Price(code="base", model=PerUnit("9.99")), traffic],
        "large": [Price(code="base", model=PerUnit("25.01")), traffic, _once()],
    }
    return Catalog(
        version="2026-01",
        effective="2025-12-01T00:00:00Z",
        currency="CHF",
        meters=[Meter(code="gb")],
        plans=[Plan(code=code, versions=[PlanVersion(version=1, prices=prices)]) for code, prices in plans.items()],
        addons=[Addon(code="disk", price=Price(code="disk", model=Flat("3.335")))],
        coupons=[Coupon(code="TENTH", percent=10), Coupon(code="ONE", amount=1, limit=5)],
        grants=[Grant(code="HELLO", kind=GrantKind.PROMOTIONAL, amount=3, priority=1, expires="2027-01-01T00:00:00Z")],
        tax_rates=[TaxRate(code="vat", country="CH", percent="8.1")],
    )


def _once() -> Price:
    return Price(code="setup", model=Flat("5.00"), cadence=PriceCadence.ONCE)


def live(billing: Billing, clock: ManualClock) -> None:
    """Live from January to June of 2026."""
    billing.catalog.publish(_catalog())
    billing.customers.create("acme", currency="CHF", timezone="Europe/Zurich", country="CH", key="c1")
    billing.customers.create("omega", currency="CHF", opening=Opening(receivable="40", balance="15"), key="c2")
    billing.customers.create("zeta", currency="CHF", country="CH", key="c3")
    billing.vouchers.issue("WELCOME", Money("5.00", "CHF"), limit=3, key="v1")
    billing.subscriptions.create("acme", Selection(plan="small", quantity=3), id="acme-1", at=START, key="s1")
    billing.subscriptions.create("zeta", Selection(plan="large"), id="zeta-1", at=START, key="s2")
    billing.subscriptions.create("zeta", Selection(plan="small", anchor="start"), id="zeta-2", at=START, key="s3")
    billing.invoices.run()
    clock.set("2026-01-17T09:30:00Z")
    billing.usage.record([_event("u1", "acme", "7.25"), _event("u2", "acme", "12.125"), _event("u3", "zeta", "4")])
    billing.subscriptions.change("acme-1", plan="large", key="s4")
    billing.subscriptions.attach_addon("zeta-1", "disk", key="s5")
    billing.invoices.run()
    billing.vouchers.redeem("acme", "welcome", key="v2")
    billing.vouchers.redeem("zeta", "welcome", key="v3")
    clock.set("2026-02-02T08:00:00Z")
    billing.invoices.run()
    billing.usage.record([_event("u4", "acme", "3.5"), _event("u5", "zeta", "1", subscription="zeta-2")])
    billing.invoices.add_item("zeta", "12.345", "work", at="2026-02-10T00:00:00Z", id="item-1", key="i1")
    billing.balances.top_up("acme", "60.00", "bank 1", key="t1")
    clock.set("2026-03-05T08:00:00Z")
    billing.invoices.run()
    paid = [one for one in billing.invoices.list("zeta").items if one.open > 0]
    billing.payments.record(str(paid[0].number), paid[0].due, "bank 2", key="p1")
    billing.invoices.credit(str(paid[0].number), line=1, amount="2.00", reason="an outage", key="n1")
    billing.invoices.void(str(paid[1].number), key="n2")
    billing.invoices.void(str(paid[2].number), rebill=False, key="n3")
    clock.set("2026-03-20T00:00:00Z")
    billing.subscriptions.change("zeta-2", quantity=2, when="now", at="2026-03-10T00:00:00Z", key="s6")
    billing.subscriptions.cancel("zeta-1", when="now", unused="give_back", key="s7")
    billing.notices.relay(lambda _: None, limit=4)
    clock.set("2026-06-04T00:00:00Z")
    billing.invoices.run()
    billing.payments.settle("acme", key="p2")
    billing.customers.create("tau", currency="CHF", country="CH", key="c4")
    billing.subscriptions.create("tau", Selection(plan="small", coupon="TENTH"), id="tau-1", key="s8")
    billing.coupons.apply("tau", "ONE", key="a1")
    billing.grants.give("tau", amount=2, applies_to=["small"], at="2026-06-01T00:00:00Z", id="gift", key="g1")
    billing.grants.give("tau", "HELLO", at="2026-06-01T00:00:00Z", id="hello", key="g2")
    billing.invoices.run(customer="tau")
    billing.grants.revoke("tau", "hello", key="g3")


def _event(name: str, customer: str, value: str, subscription: str | None = None) -> UsageEvent:
    time = instant("2026-01-12T00:00:00Z")
    return UsageEvent(
        id=name,
        source="lively",
        customer=CustomerId(customer),
        meter="gb",
        time=time,
        value=Decimal(value),
        subscription=subscription,
    )
