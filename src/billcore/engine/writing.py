"""Writing what a run decided: numbers taken last, then every row, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import attrs

from billcore.engine.rows.customers import AccountRow, account_row
from billcore.engine.rows.documents import document_row, issued_rows, payment_row
from billcore.engine.rows.money import Notice, credit_row, notice_row, posting_rows
from billcore.kernel import compact, micros
from billcore.ports import Row, Tx
from billcore.ports.tables import ACCOUNT, CREDIT, DOCUMENT, LINE, NOTICE, PAYMENT, POSTING
from billcore.settlement import Document, DocumentKind, Invoice, Payout

__all__ = ["SERIES", "Batch", "notice", "number_of", "write_payout"]

SERIES = {DocumentKind.INVOICE: "INV", DocumentKind.CREDIT_NOTE: "CN", DocumentKind.OPENING: "OPN"}
_NOTICE_BITS = 32  # so many notices of one decision that they never run into those of the next


def number_of(kind: DocumentKind, ordinal: int) -> str:
    """The shape of a number: INV-000001."""
    return f"{SERIES[kind]}-{ordinal:06d}"


@attrs.define
class Batch:
    """What several customers' decisions write together; ``flush`` takes the numbers and writes all of it.

    ``versions`` are the stored versions of documents and credits that a decision changes.
    """

    payouts: list[tuple[AccountRow, Sequence[Document], Payout, dict[str, int]]] = attrs.field(factory=list)
    quiet: list[AccountRow] = attrs.field(factory=list)

    def add(self, account: AccountRow, documents: Sequence[Document], payout: Payout, versions: dict[str, int]) -> None:
        """One customer's decision: its account as it will stand, new documents, and what was paid."""
        if documents or payout.payments:
            self.payouts.append((account, documents, payout, versions))
        else:
            self.quiet.append(account)

    def flush(self, tx: Tx, at: dt.datetime) -> list[Invoice]:
        """Number the documents in order, write everything, and return the new documents as they stand."""
        numbers = self._numbers(tx)
        rows = _Rows()
        made: list[Invoice] = []
        for account, documents, payout, versions in self.payouts:
            new = {document.id: document.numbered(next(numbers[document.kind])) for document in documents}
            made += rows.payout(account, new, payout, versions, at)
        rows.accounts += [account_row(account) for account in self.quiet]
        rows.write(tx)
        return made

    def _numbers(self, tx: Tx) -> dict[DocumentKind, Iterator[str]]:
        counts: dict[DocumentKind, int] = {}
        issuer = ""
        for _, documents, _, _ in self.payouts:
            for document in documents:
                issuer = document.issuer
                counts[document.kind] = counts.get(document.kind, 0) + 1
        ranges = {kind: tx.take_numbers(f"{issuer}:{kind.value}", count) for kind, count in counts.items()}
        return {kind: _shape(kind, first) for kind, first in ranges.items()}


def _shape(kind: DocumentKind, first: int) -> Iterator[str]:
    while True:
        yield number_of(kind, first)
        first += 1


@attrs.define
class _Rows:
    documents: list[Row] = attrs.field(factory=list)
    lines: list[Row] = attrs.field(factory=list)
    changed: list[Row] = attrs.field(factory=list)
    payments: list[Row] = attrs.field(factory=list)
    credits: list[Row] = attrs.field(factory=list)
    used: list[Row] = attrs.field(factory=list)
    postings: list[Row] = attrs.field(factory=list)
    notices: list[Row] = attrs.field(factory=list)
    accounts: list[Row] = attrs.field(factory=list)

    def payout(
        self,
        account: AccountRow | None,
        new: dict[str, Document],
        payout: Payout,
        versions: dict[str, int],
        at: dt.datetime,
    ) -> list[Invoice]:
        """The rows of one customer's documents and payments."""
        made = []
        customer = ""
        for name, invoice in payout.invoices.items():
            customer = invoice.document.customer
            document = new.get(name)
            if document is None:
                self.changed.append(document_row(invoice, versions[name] + 1, ""))
                continue
            issued = attrs.evolve(invoice, document=document)
            made.append(issued)
            row, lines = issued_rows(issued)
            self.documents.append(row)
            self.lines += lines
        self.payments += [payment_row(payment, customer) for payment in payout.payments]
        for name, credit in payout.credits.items():
            if name in versions:
                self.used.append(credit_row(credit, versions[name] + 1))
            elif credit.amount:
                self.credits.append(credit_row(credit, 1))
        for entry in payout.entries:
            self.postings += posting_rows(entry)
        if account is not None:
            self.accounts.append(account_row(account))
            self.notices += _notices(account, made, payout, at)
        return made

    def write(self, tx: Tx) -> None:
        """Write the rows, parents first."""
        for table, rows in (
            (DOCUMENT, self.documents),
            (LINE, self.lines),
            (PAYMENT, self.payments),
            (CREDIT, self.credits),
            (POSTING, self.postings),
            (NOTICE, self.notices),
        ):
            if rows:
                tx.insert(table, rows)
        for table, rows in ((DOCUMENT, self.changed), (CREDIT, self.used), (ACCOUNT, self.accounts)):
            if rows:
                tx.update(table, rows)


def _notices(account: AccountRow, made: Sequence[Invoice], payout: Payout, at: dt.datetime) -> list[Row]:
    """What the host may want to tell: each document issued, each document paid. Ordered by the account's version."""
    told = [
        (f"{invoice.document.kind.value}.issued", invoice.document.id, invoice.document.number or "")
        for invoice in made
    ]
    if payout.payments:
        paid = {payment.document for payment in payout.payments if payment.minor > 0}
        told += [
            ("invoice.paid", name, "") for name, invoice in payout.invoices.items() if name in paid and not invoice.open
        ]
    return [
        notice(account, kind, {"document": document, "number": number}, at, n)
        for n, (kind, document, number) in enumerate(told)
    ]


def notice(account: AccountRow, kind: str, facts: dict[str, str], at: dt.datetime, n: int = 0) -> Row:
    """The row of the n-th notice that goes with an account as it is written."""
    seq, body = (account.version << _NOTICE_BITS) + n, compact({**facts, "at": micros(at)})
    return notice_row(Notice(customer=account.customer, seq=seq, kind=kind, at=at, body=body))


def write_payout(
    tx: Tx,
    account: AccountRow,
    documents: Sequence[Document],
    payout: Payout,
    versions: dict[str, int],
    at: dt.datetime,
) -> list[Invoice]:
    """Write one customer's documents and payments, and its account."""
    batch = Batch()
    batch.payouts.append((account, documents, payout, versions))
    return batch.flush(tx, at)
