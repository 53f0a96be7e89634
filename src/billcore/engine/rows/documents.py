"""Documents, their lines and payments as rows."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from decimal import Decimal

from billcore.engine.rows.customers import maybe_text
from billcore.kernel import Period, compact, from_micros, micros, number
from billcore.kernel.exact import parse
from billcore.ports import Row
from billcore.ports.tables import DOCUMENT, LINE
from billcore.pricing import AppliedRate, Tax
from billcore.settlement import (
    ChargeKey,
    Document,
    DocumentKind,
    Invoice,
    Line,
    LineKind,
    Payment,
    RoundingTerms,
    Source,
)

__all__ = ["document_row", "invoice_of", "invoice_state", "issued_rows", "line_of", "payment_of", "payment_row"]


_CONTENT = len(LINE.names) - 5
"""What a line's content has at least: the row's columns but document, position, customer, rate_terms and coupon."""
_ABSENT = ((None, None), (None,), ())
"""What a row has behind a content of that much more: there is always a place for terms and coupon."""
_ROUNDING = DOCUMENT.position("rounding")


def invoice_state(invoice: Invoice) -> str:
    """The stored state: ``paid`` is never stored, it follows from the amounts."""
    if invoice.void:
        return "waived" if invoice.waived else "void"
    return "uncollectible" if invoice.uncollectible else "issued"


def document_row(invoice: Invoice, version: int, content_hash: str) -> Row:
    """A row of the document table."""
    document = invoice.document
    net, tax, settled, state = document.net, document.tax, invoice.settled, invoice_state(invoice)
    # What ``Invoice.open`` says, without summing the lines again: a run writes this row for every document.
    owing = state == "issued" and document.kind is not DocumentKind.CREDIT_NOTE
    return (
        *document.content(),
        compact(document.tax_content()),
        net,
        tax,
        net + tax,
        content_hash,
        state,
        invoice.credited,
        settled,
        net + tax - invoice.credited - settled if owing else 0,
        document.rounding.text,
        version,
    )


def issued_rows(invoice: Invoice) -> tuple[Row, list[Row]]:
    """The row of a new document, and those of its lines."""
    document = invoice.document
    contents = [line.content() for line in document.lines]
    name, customer = document.id, document.customer
    lines = [
        (name, position, customer, *content, *_ABSENT[len(content) - _CONTENT])
        for position, content in enumerate(contents, 1)
    ]
    return document_row(invoice, 1, document.content_hash(contents)), lines


def line_of(row: Row) -> Line:
    """The line of a row."""
    document, position, _, kind, description, price, start, end, quantity, exact, minor, code, percent, why = row[:14]
    tax, subscription, item, period_start, period_end, nth, corrects, reason, snapshot, terms, coupon = row[14:]
    key = None
    if item is not None:
        period = Period(from_micros(int(period_start or 0)), from_micros(int(period_end or 0)))
        key = ChargeKey(str(subscription), str(item), str(price), period, maybe_text(coupon))
    return Line(
        id=f"{document}-{position}",
        kind=LineKind(kind),
        description=str(description),
        price=str(price),
        part=Period(from_micros(int(start or 0)), from_micros(int(end or 0))),
        quantity=parse(str(quantity)),
        exact=parse(str(exact)),
        minor=int(minor or 0),
        rate=_rate(code, percent, why, terms),
        tax=int(tax or 0),
        key=key,
        nth=None if nth is None else int(nth),
        corrects=maybe_text(corrects),
        reason=maybe_text(reason),
        snapshot=maybe_text(snapshot),
        coupon=maybe_text(coupon),
    )


def _decimal_tax(row: list[object]) -> Tax:
    code, percent, base, amount, reason, *terms = row
    return Tax(
        str(code), _percent(percent), int(str(base)), int(str(amount)), maybe_text(reason), terms == ["inclusive"]
    )


@functools.lru_cache(maxsize=256)
def _percent(written: object) -> Decimal:
    return number(str(written))


@functools.lru_cache(maxsize=256)
def _rate(code: object, percent: object, why: object, terms: object) -> AppliedRate:
    """The rate of a line; a memo of a pure function, for the lines of a store have few."""
    return AppliedRate.stored(str(code), _percent(percent), maybe_text(why), maybe_text(terms))


def invoice_of(row: Row, lines: Iterable[Row], payments: Iterable[Row]) -> Invoice:
    """The document of a row with its lines, and what happened to it."""
    name, number, kind, customer, currency, issuer, date, sequence, issued_at, due_at, corrects, reason, taxes = row[
        :13
    ]
    state, credited = row[17], row[18]
    document = Document(
        id=str(name),
        number=str(number),
        kind=DocumentKind(kind),
        customer=str(customer),
        currency=str(currency),
        issuer=str(issuer),
        billing_date=from_micros(int(date or 0)),
        sequence=int(sequence or 0),
        issued_at=from_micros(int(issued_at or 0)),
        due_at=from_micros(int(due_at or 0)),
        lines=tuple(line_of(line) for line in lines),
        taxes=tuple(_decimal_tax(tax) for tax in json.loads(str(taxes))),
        corrects=maybe_text(corrects),
        reason=maybe_text(reason),
        rounding=RoundingTerms.stored(maybe_text(row[_ROUNDING])),
    )
    return Invoice(
        document=document,
        payments=tuple(payment_of(payment) for payment in payments),
        credited=int(credited or 0),
        void=state in ("void", "waived"),
        waived=state == "waived",
        uncollectible=state == "uncollectible",
    )


def payment_row(payment: Payment, customer: str) -> Row:
    """A row of the payment table."""
    return (
        payment.id,
        payment.document,
        payment.n,
        customer,
        payment.source.value,
        payment.minor,
        micros(payment.at),
        payment.reference,
        payment.reverses,
    )


def payment_of(row: Row) -> Payment:
    """The payment of a row."""
    name, document, n, _, source, minor, at, reference, reverses = row
    return Payment(
        id=str(name),
        document=str(document),
        n=int(n or 0),
        source=Source(source),
        minor=int(minor or 0),
        at=from_micros(int(at or 0)),
        reference=maybe_text(reference),
        reverses=maybe_text(reverses),
    )
