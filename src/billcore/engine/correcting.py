"""Correcting what was issued: voiding a document, and credits of the house's own will."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from billcore.engine.accounts import invoices_of, load, save_account
from billcore.engine.lookup import invoice_at, line_of_document
from billcore.engine.rows.customers import account_row
from billcore.engine.rows.documents import document_row
from billcore.engine.rows.money import posting_rows
from billcore.engine.running import versions_of
from billcore.engine.session import Call, Session
from billcore.engine.writing import notice, write_payout
from billcore.kernel import InvalidValue, Money, NotAllowed, Number, allocate
from billcore.ports import Tx
from billcore.ports.tables import ACCOUNT, DOCUMENT, NOTICE, POSTING
from billcore.settlement import (
    Billed,
    Document,
    DocumentKind,
    Invoice,
    Issue,
    Line,
    LineKind,
    credit_note,
    document_voided,
    pay,
    roots,
)

__all__ = ["credit_document", "void_document"]


def void_document(tx: Tx, call: Call, session: Session, number: str, *, rebill: bool, reason: str | None) -> str:
    """Void an issued document; its booking is undone, its billing date reopened unless it is waived, and it is told."""
    found = invoice_at(tx, session.policy.issuer, number)
    customer = found.document.customer
    tx.lock(customer)
    found = invoice_at(tx, session.policy.issuer, number)
    others = invoices_of(tx, customer, found.document.billing_date)
    _may_void(found, others)
    document = found.document
    changed = attrs.evolve(found, void=True, waived=not rebill)
    row = tx.get(DOCUMENT, (document.id,))
    tx.update(DOCUMENT, [document_row(changed, int(row[-1] or 0) + 1 if row else 1, "")])
    entry = document_voided(document, call.now)
    tx.insert(POSTING, posting_rows(entry) if entry else [])
    loaded = load(tx, customer)
    keyed = [line.key.period.start for line in document.lines if line.key is not None]
    if rebill and keyed:
        state = loaded.state.reopen(document.billing_date)
        save_account(tx, loaded, loaded.facts, min(keyed), state=state)
    else:
        tx.update(ACCOUNT, [account_row(loaded.account.next(loaded.state))])
    told = {"document": document.id, "number": document.number or "", "reason": reason or ""}
    written = loaded.account.next(loaded.state)
    tx.insert(NOTICE, [notice(written, f"{document.kind.value}.voided", told, call.now)])
    return document.id


def _may_void(invoice: Invoice, others: list[Invoice]) -> None:
    number = invoice.number
    if invoice.void:
        raise NotAllowed("it is void already", place="document", value=number)
    if invoice.document.kind is DocumentKind.CREDIT_NOTE:
        raise NotAllowed("a credit note is not voided", place="document", value=number, hint="bill an item instead")
    if invoice.uncollectible:
        raise NotAllowed("a document that was written off cannot be voided", place="document", value=number)
    if invoice.payments:  # one of 0.00, all of it taken off by a coupon or a grant, counts as paid and has none
        raise NotAllowed("a paid document cannot be voided", place="document", value=number, hint="credit it")
    if any(other.document.corrects == invoice.id and not other.void for other in others):
        raise NotAllowed(
            "a corrected document cannot be voided", place="document", value=number, hint="credit the rest"
        )


def credit_document(
    tx: Tx,
    call: Call,
    session: Session,
    number: str,
    line: str | int | None,
    amount: Money | Number | None,
    reason: str,
) -> str:
    """Issue a credit note of the call's instant: of what is left of the document or line, or of an amount of it."""
    found = invoice_at(tx, session.policy.issuer, number)
    customer = found.document.customer
    tx.lock(customer)
    found = invoice_at(tx, session.policy.issuer, number)
    document = found.document
    if found.void or document.kind is DocumentKind.CREDIT_NOTE:
        raise NotAllowed("only a live invoice is credited", place="document", value=number)
    loaded = load(tx, customer)
    others = invoices_of(tx, customer, document.billing_date)
    notes = [o.document for o in others if o.document.corrects == document.id and not o.void]
    chosen = _creditable(document) if line is None else (_not_a_discount(line_of_document(document, line)),)
    root = roots([document, *notes])
    left = [max(0, _left(one, [document, *notes], root)) for one in chosen]
    value = sum(left) if amount is None else _minor(amount, document.currency)
    if not 0 < value <= sum(left):
        raise InvalidValue(
            "more than is left, or nothing",
            place="amount",
            value=str(Money.of_minor(value, document.currency)),
            hint=f"{Money.of_minor(sum(left), document.currency)} is left",
        )
    lines = [
        _goodwill(one, part, document.currency, reason)
        for one, part in zip(chosen, allocate(value, left), strict=True)
        if part
    ]
    # The instant of the call; never before the invoice, so that what corrects a document is found behind it.
    date = max(call.now, document.billing_date)
    sequence = 1 + max((o.document.sequence for o in others if o.document.billing_date == date), default=-1)
    issue = Issue(loaded.facts.customer, session.policy.issuer, date, call.now)
    note = credit_note(issue, lines, document, notes, sequence, reason)
    payout = pay([note], Billed.of(others).invoices, (), (), attrs.evolve(session.policy, settle=False), call.now)
    state = attrs.evolve(loaded.state, latest=max(loaded.state.latest or date, date))
    account = loaded.account.next(state)
    write_payout(tx, account, [note], payout, versions_of(tx, [document.id]), call.now)
    return note.id


def _creditable(document: Document) -> tuple[Line, ...]:
    """The lines that can be credited: what a coupon took off goes back with the line it lowers."""
    return tuple(line for line in document.lines if line.kind is not LineKind.DISCOUNT)


def _not_a_discount(line: Line) -> Line:
    if line.kind is LineKind.DISCOUNT:
        raise InvalidValue("a discount is not credited", place="line", value=line.id, hint=f"credit {line.corrects}")
    return line


def _left(line: Line, documents: Sequence[Document], root: Mapping[str, str]) -> int:
    """What is left of a line after its discounts and what was credited, in minor units."""
    every = (other for document in documents for other in document.lines)
    return sum(other.minor for other in every if line.id in (other.id, root.get(other.id, other.corrects)))


def _minor(amount: Money | Number, currency: str) -> int:
    value = amount if isinstance(amount, Money) else Money(amount, currency)
    return (value + Money.zero(currency)).minor


def _goodwill(line: Line, minor: int, currency: str, reason: str) -> Line:
    return attrs.evolve(
        line,
        id="",
        kind=LineKind.ADJUSTMENT,
        exact=Money.of_minor(-minor, currency).amount,
        minor=-minor,
        tax=0,
        key=None,
        nth=None,
        corrects=line.id,
        reason=reason,
    )
