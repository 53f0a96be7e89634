"""``billing.invoices``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from billcore.engine.accounts import invoices_of, load, load_customer, save_account
from billcore.engine.correcting import credit_document, void_document
from billcore.engine.explaining import explain_line
from billcore.engine.lookup import document_row_of, insert_new, invoice_at, locked
from billcore.engine.noting import notes_of
from billcore.engine.nouns.page import Page, checked_page, paged
from billcore.engine.reading import Loaded, invoices_in
from billcore.engine.rows.customers import AccountRow, account_row
from billcore.engine.rows.facts import one_off_row
from billcore.engine.running import BATCH, Runner, RunReport
from billcore.engine.session import Call, Session
from billcore.kernel import (
    InvalidValue,
    Money,
    NotAllowed,
    NotFound,
    Number,
    bounded,
    checked_text,
    from_micros,
    instant,
    micros,
    of_kind,
    text_or_none,
)
from billcore.lifecycle import OneOff, life
from billcore.ports import ReadTx, Row, Tx
from billcore.ports.tables import ACCOUNT, DOCUMENT, ONE_OFF
from billcore.pricing import Explanation
from billcore.settlement import Invoice, LineNote, interim_since, is_open

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["Invoices"]


class _PreviewDone(Exception):
    def __init__(self, invoices: list[Invoice]) -> None:
        self.invoices = invoices


@attrs.frozen
class Invoices:
    """Invoices, credit notes and opening documents: preview, run, get, list, add items, void, credit, explain."""

    session: Session

    def preview(
        self, customer: str, *, until: dt.datetime | str | None = None, at: dt.datetime | str | None = None
    ) -> tuple[Invoice, ...]:
        """What a run up to ``until`` (default now) would issue, line for line, without numbers.

        It is the run, in a transaction that is undone. Raises what the run would park the account for, and
        ``NotAllowed`` where it is parked.
        """
        last = self.session.now() if until is None else instant(until, "until")
        when = max(last, self.session.now()) if at is None else instant(at, "at")

        def work(tx: Tx) -> str:
            _not_parked(locked(tx, customer).account)
            before = {invoice.id for invoice in invoices_of(tx, customer)}
            runner = Runner(self.session, last, when, customer, strict=True)
            while True:
                row = tx.get(ACCOUNT, (customer,))
                if row is None or row[3] is None or int(row[3]) > micros(last):
                    break
                runner.bill(tx, from_micros(int(row[3])), (customer,))
            raise _PreviewDone([invoice for invoice in invoices_of(tx, customer) if invoice.id not in before])

        try:
            self.session.store.transact(self.session.scope, None, work)
        except _PreviewDone as done:
            return tuple(attrs.evolve(one, document=attrs.evolve(one.document, number=None)) for one in done.invoices)
        raise InvalidValue("a preview must not be saved")

    def run(
        self,
        *,
        until: dt.datetime | str | None = None,
        at: dt.datetime | str | None = None,
        customer: str | None = None,
        now: bool = False,
        batch: int = BATCH,
        executor: Executor | None = None,
        progress: Callable[[RunReport], None] | None = None,
    ) -> RunReport:
        """Bill and settle everything due by ``until`` (inclusive, default now); done again it adds nothing.

        ``at`` is the run's instant: the documents' ``issued_at``. With ``customer`` and ``now``, what waits for that
        customer's next billing date is billed on its latest one, with the next sequence; where a price says ``interim``
        and its period is open, ``until`` is a billing date.
        """
        of_kind(customer, str | None, "customer")
        last = self.session.now() if until is None else instant(until, "until")
        when = self.session.now() if at is None else instant(at, "at")
        if type(batch) is not int or batch < 1:
            raise InvalidValue("a batch has 1 customer or more", place="batch", value=batch)
        if now:
            if customer is None:
                raise InvalidValue("billing now is for one customer", place="customer")
            self._reopen(customer, last)
        return Runner(self.session, last, when, customer, batch, progress).run(executor)

    def _reopen(self, customer: str, date: dt.datetime) -> None:
        def work(tx: Tx) -> str:
            loaded = locked(tx, customer)
            state = loaded.state
            if (state.last_run is None or date > state.last_run) and _open(loaded, date):
                state = state.reopen(date)
            elif state.last_run is not None:
                state = state.reopen(state.last_run)
            else:  # nothing was ever billed: what holds by then makes a date, but none that is due already is skipped
                if state.marks and state.marks[0] <= date:
                    due = state.marks[0] if state.next_due is None else min(state.next_due, state.marks[0])
                    state = state.due(due)
                    tx.update(ACCOUNT, [account_row(loaded.account.next(state))])
                return ""
            save_account(tx, loaded, loaded.facts, state=state)
            return ""

        self.session.store.transact(self.session.scope, None, work)

    def get(self, number: str) -> Invoice:
        """The document of that number (or id), with its lines and payments. Raises ``NotFound``."""
        return self.session.read(lambda tx: invoice_at(tx, self.session.policy.issuer, number))

    def list(self, customer: str | None = None, *, cursor: str | None = None, limit: int = 100) -> Page[Invoice]:
        """A customer's documents by billing date, or everybody's by id (kind, then billing date), a page at a time."""
        checked_page(cursor, limit)

        def everybody(tx: ReadTx) -> Page[Invoice]:
            rows = paged(tx, DOCUMENT, None, (), cursor, limit, lambda row: str(row[0]), lambda row: row)
            return Page(tuple(invoices_in(tx, rows.items)), rows.cursor)

        def work(tx: ReadTx) -> Page[Invoice]:
            if customer is None:
                return everybody(tx)
            load_customer(tx, customer)
            after = None if cursor is None else _behind(tx, customer, cursor)
            rows = tx.find(DOCUMENT, DOCUMENT.indexes[1], (customer,), after=after, limit=limit + 1)
            shown = tuple(invoices_in(tx, rows[:limit]))
            return Page(shown, shown[-1].id if len(rows) > limit else None)

        return self.session.read(work)

    def add_item(
        self,
        customer: str,
        amount: Money | Number,
        description: str,
        *,
        at: dt.datetime | str | None = None,
        tax_category: str = "standard",
        id: str | None = None,
        key: str | None = None,
    ) -> OneOff:
        """Owe an amount once; it is billed on the customer's next billing date, or on its own where none will come."""
        when = None if at is None else instant(at, "at")

        def work(tx: Tx, call: Call) -> str:
            loaded = locked(tx, customer)
            currency = loaded.facts.customer.currency
            value = amount if isinstance(amount, Money) else Money(amount, currency)
            item = OneOff(
                id=call.id("itm") if id is None else id,
                customer=loaded.facts.customer.id,
                at=when or call.now,
                recorded=call.now,
                amount=bounded(value + Money.zero(currency), "amount").amount,
                description=description,
                tax_category=tax_category,
            )
            insert_new(tx, ONE_OFF, one_off_row(item), "an item")
            facts = attrs.evolve(loaded.facts, one_offs=(*loaded.facts.one_offs, item))
            save_account(tx, loaded, facts, item.at)
            return item.id

        request = [customer, amount, description, when, tax_category, id]
        name = self.session.write("invoices.add_item", request, key, work)
        found = self.session.read(lambda tx: load(tx, customer)).facts.one_offs
        return next(item for item in found if item.id == name)

    def void(self, number: str, *, rebill: bool = True, reason: str | None = None, key: str | None = None) -> Invoice:
        """Void a document: it keeps its number, its keys are free and its billing date is done again by the next run.

        With ``rebill=False`` what it billed is waived. A notice tells of it, with the reason. Raises ``NotAllowed``
        where it is paid or corrected.
        """
        text_or_none(reason, "reason")

        def work(tx: Tx, call: Call) -> str:
            return void_document(tx, call, self.session, number, rebill=rebill, reason=reason)

        return self.get(self.session.write("invoices.void", [number, rebill, reason], key, work))

    def credit(
        self,
        number: str,
        *,
        line: str | int | None = None,
        amount: Money | Number | None = None,
        reason: str,
        key: str | None = None,
    ) -> Invoice:
        """Credit a document of the house's own will: the whole, a line, or an amount (net) of either.

        The answer is the credit note. What is credited so is not taken back by a run, nor given back twice.
        """
        checked_text(reason, "reason")

        def work(tx: Tx, call: Call) -> str:
            return credit_document(tx, call, self.session, number, line, amount, reason)

        return self.get(self.session.write("invoices.credit", [number, line, amount, reason], key, work))

    def notes(self, number: str) -> Mapping[str, LineNote]:
        """What a reader must be told beside the lines of a document, by the line's id; most lines have no note.

        What was billed before for the same (usage that is billed early, or was late), and what is over money.
        ``invoice_text`` and ``invoice_html`` show it. Raises ``NotFound``.
        """
        return self.session.read(lambda tx: notes_of(tx, self.session, number))

    def explain(self, number: str, line: str | int) -> Explanation:
        """Why a line has its amount: a tree recomputed from snapshot and facts, and checked against the line."""

        def work(tx: ReadTx) -> Explanation:
            document_row_of(tx, self.session.policy.issuer, number)
            return explain_line(tx, self.session, number, line)

        return self.session.read(work)


def _open(loaded: Loaded, date: dt.datetime) -> bool:
    """Something may be billed at ``date`` before its period ends: then that is a billing date when it is asked for."""
    if interim_since(loaded.facts, date) is None:
        return False
    return any(is_open(life(one, loaded.facts.customer, date), date) for one in loaded.facts.subscriptions)


def _behind(tx: ReadTx, customer: str, cursor: str) -> Row:
    """The place of a document among its customer's, by billing date. Raises ``NotFound``."""
    row = tx.get(DOCUMENT, (cursor,))
    if row is None or row[3] != customer:
        raise NotFound("no such cursor", place="cursor", value=cursor)
    return (row[6], row[7], row[4], row[5])


def _not_parked(account: AccountRow) -> None:
    if account.parked is not None:
        hint = "an exception item says why; resolve it"
        raise NotAllowed("the account is parked", place="customer", value=account.parked, hint=hint)
