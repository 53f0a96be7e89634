"""A seeded portal: customers with one subscription of six prices each, written straight into a store."""

from __future__ import annotations

import datetime as dt
import random

import attrs

from billcore import (
    Billing,
    Catalog,
    Flat,
    Graduated,
    Package,
    PerUnit,
    Plan,
    PlanVersion,
    Price,
    Selection,
    TaxRate,
    Tier,
    Volume,
)
from billcore.engine.rows.customers import AccountRow, account_row, customer_row
from billcore.engine.rows.facts import fact_row, price_rows
from billcore.kernel import CustomerId, OrderId, SubscriptionId, Timeline, instant, micros
from billcore.lifecycle import Customer, Order, Profile
from billcore.ports import Tx
from billcore.ports.tables import ACCOUNT, CUSTOMER, FACT, PRICE, SUBSCRIPTION
from billcore.pricing import PriceModel, Timing
from billcore.settlement import AccountState

__all__ = ["END", "START", "fill"]

START = instant("2025-12-31T23:00:00Z")
"""Midnight on 1 January 2026 in Zurich: the first month is a whole one."""
END = instant("2026-01-31T23:00:00Z")
_TIERS = (Tier(10, "1"), Tier(100, "0.5"), Tier(1000, "0.25"), Tier(None, "0.0000004"))


@attrs.frozen
class _Clock:
    instant: dt.datetime

    def now(self) -> dt.datetime:
        return self.instant


def fill(billing: Billing, customers: int) -> None:
    """Write the catalog and so many customers, 1,000 a transaction, from a seed."""
    draw = random.Random(11)
    billing.using(clock=_Clock(START)).catalog.publish(_catalog())
    selections = [Selection(plan="six", quantity=quantity) for quantity in range(1, 51)]
    records = [_catalog().records(selection) for selection in selections]
    session = billing.session
    for first in range(0, customers, 1_000):
        chosen = [draw.randrange(50) for _ in range(min(1_000, customers - first))]

        def work(tx: Tx, first: int = first, chosen: list[int] = chosen) -> str:
            made = [_customer(first + n, selections[i], records[i]) for n, i in enumerate(chosen)]
            tx.insert_absent(PRICE, price_rows(records[0]))
            tx.insert(CUSTOMER, [customer_row(customer, 1) for customer, _ in made])
            state = AccountState(next_due=END)
            tx.insert(ACCOUNT, [account_row(AccountRow(customer=customer.id, state=state)) for customer, _ in made])
            tx.insert(SUBSCRIPTION, [(order.subscription, customer.id, micros(START), 1) for customer, order in made])
            tx.insert(FACT, [fact_row(order, customer.id) for customer, order in made])
            return ""

        session.store.transact(session.scope, None, work)


def _customer(n: int, selection: Selection, records: object) -> tuple[Customer, Order]:
    profile = Profile(timezone="Europe/Zurich", country="CH", locale="de_CH")
    customer = Customer(
        id=CustomerId(f"c{n:07d}"), currency="CHF", created=START, profiles=Timeline.starting(START, profile)
    )
    order = Order(
        id=OrderId(f"ord_{n:07d}"),
        subscription=SubscriptionId(f"s{n:07d}"),
        at=START,
        recorded=START,
        records=records,  # type: ignore[arg-type]  # the records of the selection
        selection=selection,
    )
    return customer, order


def _catalog() -> Catalog:
    models: dict[str, PriceModel] = {
        "base": Flat("49.90"),
        "seats": PerUnit("7.50"),
        "requests": Graduated(_TIERS),
        "backups": Package(10, "3"),
        "traffic": Volume(_TIERS),
        "events": PerUnit("0.0000004"),
    }
    prices = [Price(code=code, model=model, timing=Timing.ARREARS) for code, model in models.items()]
    return Catalog(
        version="1",
        effective="2025-01-01T00:00:00Z",
        currency="CHF",
        plans=[Plan(code="six", versions=[PlanVersion(version=1, prices=prices)])],
        tax_rates=[TaxRate(code="ch", country="CH", percent="8.1")],
    )
