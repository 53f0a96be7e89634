"""Accounts read together: the rows of many at once, each account made of its rows when it is asked for.

So a batch holds few values at a time, and what cannot be read is the trouble of its own account alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import attrs

from billcore.engine.rows.coupons import coupons_of
from billcore.engine.rows.customers import AccountRow, account_of, customer_of
from billcore.engine.rows.documents import invoice_of
from billcore.engine.rows.facts import fact_of, one_off_of, price_of, subscription_of
from billcore.engine.rows.grants import grants_of
from billcore.engine.rows.money import credit_of
from billcore.kernel import BillcoreError, NotFound
from billcore.ports import ReadTx, Row
from billcore.ports.tables import (
    ACCOUNT,
    COUPON_FACT,
    CREDIT,
    CUSTOMER,
    DOCUMENT,
    FACT,
    GRANT_FACT,
    LINE,
    ONE_OFF,
    PAYMENT,
    PRICE,
    SUBSCRIPTION,
    Index,
    Table,
)
from billcore.pricing import Price
from billcore.settlement import AccountFacts, AccountState, Funds, Invoice

__all__ = ["UNREADABLE", "Accounts", "Loaded", "invoices_in", "snapshots"]

UNREADABLE = (BillcoreError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError)
"""What turning rows into values, or deciding on these, may raise where somebody else wrote them."""

_NOTHING = Funds()
_MARKS = ACCOUNT.position("marks")


@attrs.frozen
class Loaded:
    """An account and all that is written down about its customer."""

    account: AccountRow
    facts: AccountFacts

    @property
    def state(self) -> AccountState:
        """What runs have done."""
        return self.account.state


def snapshots(tx: ReadTx, known: dict[str, Price] | None = None) -> Callable[[str], Price]:
    """Price snapshots by hash; ``known`` keeps them over calls. One that is missing raises ``NotFound``."""
    found = {} if known is None else known

    def snapshot(name: str) -> Price:
        price = found.get(name)
        if price is None:
            row = tx.get(PRICE, (name,))
            if row is None:
                raise NotFound("a price snapshot is missing", place="price", value=name)
            price = found[name] = price_of(str(row[1]))
        return price

    return snapshot


def _grouped(rows: Sequence[Row], place: int) -> dict[object, list[Row]]:
    found: dict[object, list[Row]] = {}
    for row in rows:
        found.setdefault(row[place], []).append(row)
    return found


def invoices_in(tx: ReadTx, rows: Sequence[Row]) -> list[Invoice]:
    """The documents of rows, with lines and payments."""
    names = [row[0] for row in rows]
    lines = _grouped(tx.find_many(LINE, None, names), 0)
    payments = _grouped(tx.find_many(PAYMENT, PAYMENT.indexes[0], names), 1)
    return [invoice_of(row, lines.get(row[0], ()), payments.get(row[0], ())) for row in rows]


@attrs.frozen
class Accounts:
    """The rows of some accounts, by customer (facts by subscription)."""

    tx: ReadTx
    accounts: Mapping[object, Row]
    customers: Mapping[object, Row]
    subscriptions: Mapping[object, Sequence[Row]]
    facts: Mapping[object, Sequence[Row]]
    one_offs: Mapping[object, Sequence[Row]]
    coupons: Mapping[object, Sequence[Row]]
    grants: Mapping[object, Sequence[Row]]
    credits: Mapping[object, Sequence[Row]]
    price: Callable[[str], Price]

    @classmethod
    def read(
        cls,
        tx: ReadTx,
        names: Sequence[str],
        known: dict[str, Price] | None = None,
        *,
        funds: bool = False,
        run: bool = False,
    ) -> Accounts:
        """Read the rows; ``known`` keeps price snapshots over calls, ``funds`` reads what could be paid with.

        A run reads one-off items of accounts with marks alone: billing one always leaves a mark.
        """

        def of(table: Table, index: Index | None, place: int, names: Sequence[str] = names) -> dict[object, list[Row]]:
            return _grouped(tx.find_many(table, index, names), place) if names else {}

        accounts: dict[object, Row] = {row[0]: row for row in tx.find_many(ACCOUNT, None, names)}
        marked = [name for name in names if name in accounts and accounts[name][_MARKS] != "[]"]
        return cls(
            tx=tx,
            accounts=accounts,
            customers={row[0]: row for row in tx.find_many(CUSTOMER, None, names)},
            subscriptions=of(SUBSCRIPTION, SUBSCRIPTION.indexes[0], 1),
            facts=of(FACT, FACT.indexes[0], 0),
            one_offs=of(ONE_OFF, ONE_OFF.indexes[0], 1, marked if run else names),
            coupons=of(COUPON_FACT, COUPON_FACT.indexes[0], 1),
            grants=of(GRANT_FACT, GRANT_FACT.indexes[0], 1),
            credits=of(CREDIT, CREDIT.indexes[0], 1) if funds else {},
            price=snapshots(tx, known),
        )

    def account(self, name: str) -> Loaded:
        """One account. Raises ``NotFound``, and any of ``UNREADABLE``."""
        if name not in self.accounts:
            raise NotFound("no such customer", place="customer", value=name)
        return Loaded(
            account_of(self.accounts[name]),
            AccountFacts(
                customer=customer_of(self.customers[name]),
                subscriptions=tuple(
                    subscription_of(row, [fact_of(fact, self.price) for fact in self.facts.get(row[0], ())])
                    for row in self.subscriptions.get(name, ())
                ),
                one_offs=tuple(one_off_of(row) for row in self.one_offs.get(name, ())),
                coupons=coupons_of(self.coupons[name]) if name in self.coupons else (),
                grants=grants_of(self.grants[name]) if name in self.grants else (),
            ),
        )

    def funds(self, name: str, at: dt.datetime) -> Funds:
        """What a customer could pay with and has open; empty where there is nothing to pay with."""
        usable = [credit for row in self.credits.get(name, ()) if (credit := credit_of(row)).usable(at)]
        if not usable:
            return _NOTHING
        waiting = self.tx.find(DOCUMENT, DOCUMENT.indexes[2], (name,), at_least=1)
        return Funds(tuple(usable), tuple(invoices_in(self.tx, waiting)))

    def versions(self, name: str) -> dict[str, int]:
        """The stored versions of a customer's credits, by id."""
        return {str(row[0]): int(row[-1] or 0) for row in self.credits.get(name, ())}
