"""What the checkers of an account see: its rows, and the values that they were written from.

Everything is read in the transaction of one page of customers; usage events are paged on demand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from billcore.engine.metering import usage_rows
from billcore.engine.reading import Accounts
from billcore.engine.rows.money import credit_of
from billcore.engine.verify.cells import cell
from billcore.engine.verify.values import UNREADABLE, Kept, Values, values_of
from billcore.ports import ReadTx, Row
from billcore.ports.tables import (
    ACCOUNT,
    COUPON_FACT,
    CREDIT,
    CUSTOMER,
    DOCUMENT,
    EXCEPTION,
    FACT,
    GRANT_FACT,
    LINE,
    NOTICE,
    ONE_OFF,
    PAYMENT,
    POSTING,
    SUBSCRIPTION,
    USAGE,
    Index,
    Table,
    Value,
)
from billcore.pricing import Price
from billcore.settlement import (
    Policy,
)

__all__ = ["AccountView"]

_BY_CUSTOMER: tuple[tuple[Table, Index | None], ...] = (
    (CUSTOMER, None),
    (ACCOUNT, None),
    (SUBSCRIPTION, SUBSCRIPTION.indexes[0]),
    (FACT, FACT.indexes[0]),
    (ONE_OFF, ONE_OFF.indexes[0]),
    (COUPON_FACT, COUPON_FACT.indexes[0]),
    (GRANT_FACT, GRANT_FACT.indexes[0]),
    (DOCUMENT, DOCUMENT.indexes[1]),
    (CREDIT, CREDIT.indexes[0]),
    (POSTING, None),
    (NOTICE, None),
    (EXCEPTION, EXCEPTION.indexes[0]),
)


@attrs.define(kw_only=True, eq=False)
class AccountView:
    """One account: ``rows`` by table; ``values``, or why they cannot be read."""

    tx: ReadTx
    policy: Policy
    customer: str
    rows: Mapping[str, Sequence[Row]]
    lines: Mapping[Value, Sequence[Row]]
    payments: Mapping[Value, Sequence[Row]]
    snapshots: dict[str, Price]
    values: Values | None = None
    unreadable: list[tuple[str, str]] = attrs.field(factory=list)

    @classmethod
    def page(
        cls, tx: ReadTx, policy: Policy, customers: Sequence[str], snapshots: dict[str, Price]
    ) -> Iterator[AccountView]:
        """The views of a page of customers, their rows read together."""
        rows: dict[str, dict[str, list[Row]]] = {name: {} for name in customers}
        for table, index in _BY_CUSTOMER:
            for row in tx.find_many(table, index, customers):
                rows[str(row[table.position("customer")])].setdefault(table.name, []).append(row)
        documents = [row[0] for found in rows.values() for row in found.get(DOCUMENT.name, ())]
        lines = _by_document(LINE, tx.find_many(LINE, None, documents))
        payments = _by_document(PAYMENT, tx.find_many(PAYMENT, PAYMENT.indexes[0], documents))
        accounts = Accounts.read(tx, customers, snapshots)
        for name in customers:
            view = cls(
                tx=tx,
                policy=policy,
                customer=name,
                rows=rows[name],
                lines=lines,
                payments=payments,
                snapshots=snapshots,
            )
            view.read(accounts)
            yield view

    def of(self, table: Table) -> Sequence[Row]:
        """The account's rows of a table that has a customer."""
        return self.rows.get(table.name, ())

    def line_rows(self) -> Iterator[Row]:
        """The lines of the account's documents."""
        return (line for row in self.of(DOCUMENT) for line in self.lines.get(row[0], ()))

    def payment_rows(self) -> Iterator[Row]:
        """The payments of the account's documents."""
        return (payment for row in self.of(DOCUMENT) for payment in self.payments.get(row[0], ()))

    def usage_rows(self) -> Iterator[Row]:
        """The account's usage events, those of a meter and a subscription at a time."""
        after: tuple[str, str | None] | None = None
        while found := self.tx.find(USAGE, USAGE.indexes[0], (self.customer,), after=after, limit=1):
            meter, subscription = str(cell(USAGE, found[0], "meter")), cell(USAGE, found[0], "subscription")
            after = meter, None if subscription is None else str(subscription)
            yield from usage_rows(self.tx, self.customer, *after)

    def read(self, accounts: Accounts) -> None:
        """Turn the rows into values; what cannot be read is noted, and then there are none."""
        kept, held = [], []
        for row in self.of(DOCUMENT):
            try:
                kept.append(Kept.of(row, self.lines.get(row[0], ()), self.payments.get(row[0], ())))
            except UNREADABLE as error:
                self.unreadable.append((str(cell(DOCUMENT, row, "number")), str(error)))
        for row in self.of(CREDIT):
            try:
                held.append(credit_of(row))
            except UNREADABLE as error:
                self.unreadable.append((str(row[0]), str(error)))
        try:
            found = accounts.account(self.customer)
            if not self.unreadable:
                self.values = values_of(self.tx, self.policy, found, kept, held)
        except UNREADABLE as error:
            self.unreadable.append((self.customer, f"{type(error).__name__}: {error}"))


def _by_document(table: Table, rows: Iterable[Row]) -> dict[Value, list[Row]]:
    found: dict[Value, list[Row]] = {}
    place = table.position("document")
    for row in rows:
        found.setdefault(row[place], []).append(row)
    return found
