"""Applying credit notes and stored value: what is paid, what goes back, and what the ledger says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import attrs

from billcore.kernel import derive
from billcore.settlement.account import Policy
from billcore.settlement.credit import Credit, CreditKind
from billcore.settlement.document import Document, DocumentKind, Invoice
from billcore.settlement.ledger import Entry, document_issued, paid, returned
from billcore.settlement.payment import Payment, Source
from billcore.settlement.strategy import plan

__all__ = ["Payout", "pay"]


@attrs.define
class Payout:
    """What happened to money: invoices as they stand now, payments made or returned, their credits, entries."""

    named: dt.datetime
    invoices: dict[str, Invoice] = attrs.field(factory=dict)
    payments: list[Payment] = attrs.field(factory=list)
    credits: dict[str, Credit] = attrs.field(factory=dict)
    entries: list[Entry] = attrs.field(factory=list)

    def book(self, entry: Entry | None) -> None:
        """Keep an entry, if there is one."""
        if entry is not None:
            self.entries.append(entry)


def pay(
    documents: Sequence[Document],
    corrected: Mapping[str, Invoice],
    credits: Iterable[Credit],
    waiting: Iterable[Invoice],
    policy: Policy,
    at: dt.datetime,
    named: dt.datetime | None = None,
) -> Payout:
    """Book new documents; notes first lower what is due, then return what was paid; then settle, if the policy says so.

    Money that notes return to the balance pays the invoice of the same instant first, in part if need be. ``named`` is
    the instant in the ids of payments: the billing date in a run, else ``at``.
    """
    payout = Payout(named=named or at)
    back: list[Credit] = []
    for document in documents:
        payout.invoices[document.id] = Invoice(document=document)
        if document.corrects is None:
            payout.book(document_issued(document))
            continue
        invoice = payout.invoices.get(document.corrects) or corrected[document.corrects]
        payout.book(document_issued(document, invoice.document.kind))
        back += _apply_note(payout, document, invoice, at)
    held = {credit.id: credit for credit in credits}
    for document in documents:
        if document.kind is DocumentKind.INVOICE:
            for credit in back:
                _use(
                    payout,
                    document.id,
                    credit.id,
                    min(payout.credits[credit.id].remaining, _open(payout, document)),
                    at,
                )
    held.update(payout.credits)
    if policy.settle and any(credit.usable(at) for credit in held.values()):
        known = {invoice.id: invoice for invoice in waiting}
        known.update(payout.invoices)
        for use in plan(list(known.values()), list(held.values()), policy.strategy, at).uses:
            payout.invoices.setdefault(use.invoice, known[use.invoice])
            payout.credits.setdefault(use.credit, held[use.credit])
            _use(payout, use.invoice, use.credit, use.minor, at)
    return payout


def _open(payout: Payout, document: Document) -> int:
    return payout.invoices[document.id].open


def _apply_note(payout: Payout, note: Document, invoice: Invoice, at: dt.datetime) -> list[Credit]:
    """Lower what is due on the invoice; give back what was paid beyond it, last payment first."""
    amount = -note.total
    excess = max(0, amount - invoice.open)
    invoice = attrs.evolve(invoice, credited=invoice.credited + amount)
    back = []
    for payment in reversed([payment for payment in invoice.payments if payment.minor > 0]):
        left = payment.minor + sum(other.minor for other in invoice.payments if other.reverses == payment.id)
        part = min(excess, left)
        if part <= 0:
            continue
        excess -= part
        reversal = Payment(
            id=derive("pay", payout.named, note.id, payment.id),
            document=invoice.id,
            n=len(invoice.payments),
            source=payment.source,
            minor=-part,
            at=at,
            reference=note.id,
            reverses=payment.id,
        )
        credit = _credit(reversal, note, payout.named, at)
        payout.payments.append(reversal)
        payout.credits[credit.id] = credit
        payout.book(returned(reversal, note.customer, note.currency))
        invoice = attrs.evolve(invoice, payments=(*invoice.payments, reversal))
        if credit.kind is CreditKind.BALANCE:
            back.append(credit)
    payout.invoices[invoice.id] = invoice
    return back


def _credit(reversal: Payment, note: Document, named: dt.datetime, at: dt.datetime) -> Credit:
    return Credit(
        id=derive("crd", named, reversal.id),
        customer=note.customer,
        kind=CreditKind.VOUCHER if reversal.source is Source.VOUCHER else CreditKind.BALANCE,
        currency=note.currency,
        amount=-reversal.minor,
        remaining=-reversal.minor,
        created=at,
        granted=reversal.source is Source.VOUCHER,
        reference=note.id,
    )


def _use(payout: Payout, invoice_id: str, credit_id: str, minor: int, at: dt.datetime) -> None:
    if minor <= 0:
        return
    credit, invoice = payout.credits[credit_id], payout.invoices[invoice_id]
    payment = Payment(
        id=derive("pay", payout.named, invoice_id, credit_id, len(invoice.payments)),
        document=invoice_id,
        n=len(invoice.payments),
        source=credit.kind.source,
        minor=minor,
        at=at,
        reference=credit_id,
    )
    payout.payments.append(payment)
    payout.credits[credit_id] = attrs.evolve(credit, remaining=credit.remaining - minor)
    payout.invoices[invoice_id] = attrs.evolve(invoice, payments=(*invoice.payments, payment))
    payout.book(paid(payment, invoice.document.customer, invoice.document.currency))
