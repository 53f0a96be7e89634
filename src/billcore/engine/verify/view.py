"""What the checkers of an account see: its rows, and the values that they were written from.

Everything is read in the transaction of one page of customers; usage events are paged on demand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from billcore.engine.accounts import Loaded, load_many, usage_lookup
from billcore.engine.rows.documents import invoice_of
from billcore.engine.rows.money import credit_of
from billcore.kernel import BillcoreError, Period
from billcore.lifecycle import Life, life, occurrences
from billcore.ports import ReadTx, Row
from billcore.ports.tables import (
    ACCOUNT,
    CREDIT,
    CUSTOMER,
    DOCUMENT,
    EXCEPTION,
    FACT,
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
    Billed,
    Charge,
    ChargeKey,
    Credit,
    Document,
    DocumentKind,
    Invoice,
    Line,
    Policy,
    UsageLookup,
    charge,
    one_off_charge,
    touches,
)

__all__ = ["UNREADABLE", "AccountView", "Kept", "Values", "cell", "key_place", "number_cell", "row_place", "whole"]

UNREADABLE = (BillcoreError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError)
"""What turning rows into values may raise where somebody else wrote them."""

_USAGE_PAGE = 1_000
_BY_CUSTOMER: tuple[tuple[Table, Index | None], ...] = (
    (CUSTOMER, None),
    (ACCOUNT, None),
    (SUBSCRIPTION, SUBSCRIPTION.indexes[0]),
    (FACT, FACT.indexes[0]),
    (ONE_OFF, ONE_OFF.indexes[0]),
    (DOCUMENT, DOCUMENT.indexes[1]),
    (CREDIT, CREDIT.indexes[0]),
    (POSTING, None),
    (NOTICE, None),
    (EXCEPTION, EXCEPTION.indexes[0]),
)


def whole(value: Value) -> int:
    """An integer column."""
    return value if isinstance(value, int) else 0


def cell(table: Table, row: Row, name: str) -> Value:
    """The value of a row's column."""
    return row[table.position(name)]


def number_cell(table: Table, row: Row, name: str) -> int:
    """The integer of a row's column."""
    return whole(row[table.position(name)])


def row_place(table: Table, row: Row, name: str = "") -> str:
    """Where a row is: its table and key, and a column of it."""
    return " ".join([table.name, *map(str, table.key_of(row)), *([name] if name else [])])


def key_place(customer: str, key: ChargeKey) -> str:
    """Where a charge key is: its customer, then its parts."""
    return f"{customer} {key.subscription or 'item'} {key.item} {key.price} {key.period}"


@attrs.frozen(kw_only=True)
class Kept:
    """A document as it was issued, beside what its row says of it."""

    invoice: Invoice
    net: int
    tax: int
    total: int
    hash: str
    state: str
    credited: int
    settled: int

    @classmethod
    def of(cls, row: Row, lines: Iterable[Row], payments: Iterable[Row]) -> Kept:
        """The document of these rows."""
        return cls(
            invoice=invoice_of(row, lines, payments),
            net=number_cell(DOCUMENT, row, "net"),
            tax=number_cell(DOCUMENT, row, "tax"),
            total=number_cell(DOCUMENT, row, "total"),
            hash=str(cell(DOCUMENT, row, "hash")),
            state=str(cell(DOCUMENT, row, "state")),
            credited=number_cell(DOCUMENT, row, "credited"),
            settled=number_cell(DOCUMENT, row, "settled"),
        )

    @property
    def document(self) -> Document:
        """What was issued."""
        return self.invoice.document

    @property
    def number(self) -> str:
        """Its number, which names it in a violation."""
        return str(self.document.number)

    @property
    def is_note(self) -> bool:
        """It falls."""
        return self.document.kind is DocumentKind.CREDIT_NOTE

    @property
    def dead(self) -> bool:
        """Void, and to be billed again."""
        return self.invoice.void and not self.invoice.waived


@attrs.frozen(kw_only=True)
class Values:
    """The values of an account's rows, and what its facts ask for by its last run."""

    loaded: Loaded
    kept: tuple[Kept, ...]
    credits: tuple[Credit, ...]
    lives: Mapping[str, Life]
    billed: Billed
    wanted: Mapping[ChargeKey, Charge]
    usage: UsageLookup
    tx: ReadTx
    policy: Policy

    @property
    def customer(self) -> str:
        """The customer's id."""
        return self.loaded.account.customer

    @property
    def until(self) -> dt.datetime | None:
        """The last billing date that was processed."""
        return self.loaded.state.last_run

    def pending(self, period: Period) -> bool:
        """A fact that no run has seen yet may change what the period costs."""
        until, marks = self.until, self.loaded.state.marks
        return until is not None and bool(marks) and marks[0] <= until and touches(period, marks[0])

    def live_lines(self) -> Iterator[tuple[Kept, Line]]:
        """The lines of documents that count."""
        return ((kept, line) for kept in self.kept if not kept.dead for line in kept.document.lines)


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
        loads = _loads(tx, customers, snapshots)
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
            view.read(loads.get(name))
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
        """The account's usage events, a page at a time."""
        index, after = USAGE.indexes[0], None
        while found := self.tx.find(USAGE, index, (self.customer,), after=after, limit=_USAGE_PAGE):
            yield from found
            last = found[-1]
            after = tuple(cell(USAGE, last, name) for name in ("meter", "time", *USAGE.key))

    def read(self, loaded: Loaded | None) -> None:
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
            found = loaded or next(iter(load_many(self.tx, [self.customer], one_offs=True)))
            if not self.unreadable:
                self.values = _values(self.tx, self.policy, found, kept, held)
        except StopIteration:
            self.unreadable.append((self.customer, "there is no account"))
        except UNREADABLE as error:
            self.unreadable.append((self.customer, f"{type(error).__name__}: {error}"))


def _by_document(table: Table, rows: Iterable[Row]) -> dict[Value, list[Row]]:
    found: dict[Value, list[Row]] = {}
    place = table.position("document")
    for row in rows:
        found.setdefault(row[place], []).append(row)
    return found


def _loads(tx: ReadTx, customers: Sequence[str], snapshots: dict[str, Price]) -> dict[str, Loaded]:
    """The accounts read together; none where one of them cannot be read, so that each is then tried alone."""
    try:
        found = load_many(tx, customers, one_offs=True, snapshots=snapshots)
    except UNREADABLE:
        return {}
    return {loaded.account.customer: loaded for loaded in found}


def _charges(lives: Iterable[Life], usage: UsageLookup, until: dt.datetime) -> Iterator[Charge]:
    """Every charge that was due by an instant, since the beginning."""
    for one in lives:
        for item in one.items:
            for occurrence in occurrences(one, item):
                if occurrence.due > until:
                    break
                if (found := charge(one, occurrence, usage)) is not None:
                    yield found


def _values(tx: ReadTx, policy: Policy, loaded: Loaded, kept: Sequence[Kept], held: Sequence[Credit]) -> Values:
    facts, until = loaded.facts, loaded.state.last_run
    facts.customer.profile(facts.customer.created)  # a customer has one, always
    usage = usage_lookup(tx, facts)
    lives: dict[str, Life] = {}
    wanted: dict[ChargeKey, Charge] = {}
    if until is not None:
        lives = {one.id: life(one, facts.customer, until) for one in facts.subscriptions}
        wanted = {charged.key: charged for charged in _charges(lives.values(), usage, until)}
        wanted |= {one.key: one for one in map(one_off_charge, facts.one_offs) if one.due <= until}
    return Values(
        loaded=loaded,
        kept=tuple(kept),
        credits=tuple(held),
        lives=lives,
        billed=Billed.of(one.invoice for one in kept),
        wanted=wanted,
        usage=usage,
        tx=tx,
        policy=policy,
    )
