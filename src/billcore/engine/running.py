"""The billing run: billing date by billing date, customers by id, a batch a transaction.

A batch reads its customers' rows together and decides them one by one; one that cannot be read, or whose decision
raises, gets an exception item instead of an invoice. A batch that the store refuses is rolled back and done again
customer by customer; the refused one is parked.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import attrs

from billcore.engine.accounts import billed_since, invoices_of, rescheduled
from billcore.engine.catalogs import rates_at
from billcore.engine.grants import promotional_at
from billcore.engine.metering import Metered
from billcore.engine.parking import park
from billcore.engine.reading import UNREADABLE, Accounts, Loaded
from billcore.engine.session import Session
from billcore.engine.writing import Batch
from billcore.kernel import BillcoreError, ConstraintViolated, Money, StoreError, from_micros, micros
from billcore.ports import ReadTx, Row, Tx
from billcore.ports.tables import ACCOUNT, DOCUMENT
from billcore.pricing import Price, TaxTable
from billcore.settlement import Bill, Billed, Funds, Invoice, amounts_since, decide, interim_since, shared_since

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["BATCH", "RunReport", "Runner", "decide_account", "versions_of"]

BATCH = 500
"""Customers in a transaction: one commit costs as much as billing one of them."""

_S = TypeVar("_S")
_T = TypeVar("_T")
_DUE, _PARKED = ACCOUNT.position("next_due"), ACCOUNT.position("parked")


@attrs.frozen
class RunReport:
    """What a run did: documents issued, their totals by currency (minor units), and the customers parked."""

    invoices: int = 0
    credit_notes: int = 0
    totals: tuple[tuple[str, int], ...] = ()
    parked: tuple[str, ...] = ()
    billing_dates: int = 0

    def money(self) -> tuple[Money, ...]:
        """The totals as money, credit notes taken off."""
        return tuple(Money.of_minor(minor, currency) for currency, minor in self.totals)

    def plus(self, other: RunReport) -> RunReport:
        """Both together."""
        totals = dict(self.totals)
        for currency, minor in other.totals:
            totals[currency] = totals.get(currency, 0) + minor
        return RunReport(
            self.invoices + other.invoices,
            self.credit_notes + other.credit_notes,
            tuple(sorted(totals.items())),
            (*self.parked, *other.parked),
            self.billing_dates + other.billing_dates,
        )


def _report(made: Sequence[Invoice], parked: Sequence[str]) -> RunReport:
    totals: dict[str, int] = {}
    notes = 0
    for invoice in made:
        document = invoice.document
        totals[document.currency] = totals.get(document.currency, 0) + document.total
        notes += document.corrects is not None
    return RunReport(len(made) - notes, notes, tuple(sorted(totals.items())), tuple(parked))


def _is_due(row: Row | None, date: dt.datetime) -> bool:
    """The account of a row is billed at a date: it is due then, and not parked."""
    return row is not None and row[_DUE] == micros(date) and row[_PARKED] is None


def decide_account(
    tx: ReadTx,
    session: Session,
    loaded: Loaded,
    date: dt.datetime,
    at: dt.datetime,
    rates: TaxTable,
    funds: Funds | None = None,
) -> Bill:
    """Decide one account at one billing date from what the store holds; nothing is written."""
    state = loaded.state
    mark = state.marks[0] if state.marks and (state.marks[0] <= date or state.is_late(date)) else None
    since = [
        instant
        for instant in (
            mark,
            shared_since(loaded.facts, state.last_run),
            interim_since(loaded.facts, state.last_run),
            _amounts_since(loaded, mark),
        )
        if instant is not None
    ]
    billed = billed_since(tx, loaded.account.customer, min(since, default=None))
    bill = decide(
        loaded.facts,
        state,
        date,
        at,
        billed=billed,
        usage=Metered(tx, loaded.facts),
        rates=rates,
        taxes=session.taxes,
        policy=session.policy,
        sequence=_sequence(tx, loaded, date),
        funds=funds or Funds(),
        promotional=promotional_at(tx, loaded.facts, date) if loaded.facts.grants else (),
    )
    moved = rescheduled(loaded.facts, bill.state, lambda: _with(tx, loaded, bill), date, bill.lives)
    return Bill(documents=bill.documents, payout=bill.payout, state=moved, lives=bill.lives)


def _amounts_since(loaded: Loaded, mark: dt.datetime | None) -> dt.datetime | None:
    """From when on earlier lines may have used up what coupons could take off now."""
    facts, last = loaded.facts, loaded.state.last_run
    if not facts.coupons or last is None:
        return None
    return amounts_since(facts, last if mark is None else min(mark, last))


def _with(tx: ReadTx, loaded: Loaded, bill: Bill) -> Billed:
    """What is billed once this bill is written."""
    before = {invoice.id: invoice for invoice in invoices_of(tx, loaded.account.customer)}
    return Billed.of({**before, **bill.payout.invoices}.values())


def _sequence(tx: ReadTx, loaded: Loaded, date: dt.datetime) -> int:
    """The first free sequence of a billing date; nothing is read where no document can be there yet."""
    latest = loaded.state.latest
    if latest is None or latest < date:
        return 0
    when = micros(date)
    rows = tx.find(DOCUMENT, DOCUMENT.indexes[1], (loaded.account.customer, when))
    return max((int(row[7] or 0) for row in rows), default=-1) + 1


def versions_of(tx: ReadTx, names: Sequence[str]) -> dict[str, int]:
    """The stored versions of documents."""
    return {str(row[0]): int(row[-1] or 0) for row in tx.find_many(DOCUMENT, None, names)}


@attrs.define
class Runner:
    """A run of a session up to a billing date, which is inclusive; a strict one raises instead of parking."""

    session: Session
    until: dt.datetime
    at: dt.datetime
    customer: str | None = None
    batch: int = BATCH
    progress: Callable[[RunReport], None] | None = None
    snapshots: dict[str, Price] = attrs.field(factory=dict)
    strict: bool = False

    def run(self, executor: Executor | None = None) -> RunReport:
        """Bill and settle everything that is due; with an executor, batches of customers run side by side."""
        report = RunReport()
        while (date := self._next_date()) is not None:
            report = report.plus(self._date(date, executor))
            report = attrs.evolve(report, billing_dates=report.billing_dates + 1)
        return report

    def _next_date(self) -> dt.datetime | None:
        def first(tx: ReadTx) -> int | None:
            if self.customer is not None:
                row = tx.get(ACCOUNT, (self.customer,))
                rows = [row] if row is not None and row[3] is not None and int(row[3]) <= micros(self.until) else []
            else:
                rows = list(tx.find(ACCOUNT, ACCOUNT.indexes[0], (), at_most=micros(self.until), limit=1))
            return int(rows[0][3] or 0) if rows else None

        return None if (found := self.session.read(first)) is None else from_micros(found)

    def _date(self, date: dt.datetime, executor: Executor | None) -> RunReport:
        chunks = self._chunks(date)
        report = RunReport()
        results: Iterable[RunReport]
        if executor is None:
            results = (self._chunk(date, chunk) for chunk in chunks)
        else:  # progress is told here; a worker of a process pool has a store, a session and snapshots of its own
            worker = attrs.evolve(self, progress=None, snapshots={})
            results = executor.map(worker._chunk, itertools.repeat(date), chunks)  # noqa: SLF001 - our own
        for part in results:
            report = report.plus(part)
            if self.progress is not None:
                self.progress(part)
        return report

    def _chunks(self, date: dt.datetime) -> Iterator[tuple[str, ...]]:
        """The customers due at a date, by id, a page at a time; a page is read before the one before it is billed."""
        if self.customer is not None:
            yield (self.customer,)
            return
        last = ""
        while True:
            names = self.session.read(lambda tx, last=last: self._page(tx, date, last))  # type: ignore[misc]  # a default binds the loop's value
            if not names:
                return
            yield names
            last = names[-1]

    def _page(self, tx: ReadTx, date: dt.datetime, last: str) -> tuple[str, ...]:
        rows = tx.find(ACCOUNT, ACCOUNT.indexes[0], (micros(date),), after=(last,), limit=self.batch)
        return tuple(str(row[0]) for row in rows)

    def _chunk(self, date: dt.datetime, customers: tuple[str, ...]) -> RunReport:
        try:
            return self._transact(date, customers)
        except ConstraintViolated as error:
            if len(customers) == 1:
                return self._park(customers[0], error)
        report = RunReport()
        for customer in customers:
            report = report.plus(self._chunk(date, (customer,)))
        return report

    def _transact(self, date: dt.datetime, customers: tuple[str, ...]) -> RunReport:
        done: list[RunReport] = []

        def work(tx: Tx) -> str:
            tx.lock(*customers)
            done[:] = [self.bill(tx, date, customers)]
            return ""

        self.session.store.transact(self.session.scope, None, work)
        return done[0]

    def bill(self, tx: Tx, date: dt.datetime, customers: Sequence[str]) -> RunReport:
        """Bill these customers at a date inside a transaction; those that are not due at it any more are left out.

        First all are read, then all are decided: doing one thing many times is a tenth faster than taking turns.
        """
        accounts = Accounts.read(tx, customers, self.snapshots, funds=self.session.policy.settle, run=True)
        due = [name for name in customers if _is_due(accounts.accounts.get(name), date)]
        parked: list[str] = []

        def each(work: Callable[[_T], _S], found: Iterable[tuple[str, _T]]) -> Iterator[tuple[str, _S]]:
            """What comes of each customer; those for whom the work raises are parked."""
            for name, value in found:
                try:
                    yield name, work(value)
                except StoreError:
                    raise
                except UNREADABLE as error:
                    if self.strict:
                        raise
                    park(tx, name, error, self.at)
                    parked.append(name)

        def read(name: str) -> tuple[Loaded, Funds]:
            return accounts.account(name), accounts.funds(name, self.at)

        rates, batch = rates_at(tx, date), Batch()

        def decided(read: tuple[Loaded, Funds]) -> None:
            loaded, funds = read
            bill = decide_account(tx, self.session, loaded, date, self.at, rates, funds)
            versions = accounts.versions(loaded.account.customer) if bill.payout.credits else {}
            new = [document.id for document in bill.documents]
            if old := [other for other in bill.payout.invoices if other not in new]:
                versions |= versions_of(tx, old)
            batch.add(loaded.account.next(bill.state), bill.documents, bill.payout, versions)

        for _ in each(decided, list(each(read, zip(due, due, strict=True)))):
            pass
        return _report(batch.flush(tx, self.at), parked)

    def _park(self, customer: str, error: BillcoreError) -> RunReport:
        def work(tx: Tx) -> str:
            tx.lock(customer)
            park(tx, customer, error, self.at)
            return ""

        self.session.store.transact(self.session.scope, None, work)
        return RunReport(parked=(customer,))
