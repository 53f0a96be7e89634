"""Results as plain data: documents, quotes and explanations in the form that FORMATS names, decimals as text."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

from billcore.kernel import Money, Period, rfc3339
from billcore.kernel import exact as ex
from billcore.pricing import About, Explanation, Quote, QuotePhase, QuoteTotal, Tax
from billcore.settlement import DocumentKind, Invoice, Line, Payment, discount_of

__all__ = ["explanation_to", "invoice_to", "notice_to", "quote_to", "standing_to"]


def invoice_to(invoice: Invoice, corrects: str | None = None) -> dict[str, object]:
    """A document as a scenario's result has it; ``corrects`` is the number of the invoice that a note corrects."""
    document = invoice.document

    def amount(minor: int) -> str:
        return document.money(minor).digits

    return {
        "number": document.number,
        "id": document.id,
        "kind": document.kind.value,
        "customer": document.customer,
        "currency": document.currency,
        "billing_date": rfc3339(document.billing_date),
        "issued_at": rfc3339(document.issued_at),
        "due_at": rfc3339(document.due_at),
        "status": invoice.status.value,
        "corrects": corrects,
        "reason": document.reason,
        "lines": [_line(line, amount(line.minor)) for line in document.lines],
        "subtotal": amount(document.net + discount_of(document)),
        "discount": amount(discount_of(document)),
        "tax": amount(document.tax),
        "total": amount(document.total),
        "paid": amount(invoice.settled),
        "credited": amount(invoice.credited),
        "due": amount(invoice.open if document.kind is not DocumentKind.CREDIT_NOTE else 0),
        "taxes": [_tax(tax, amount) for tax in document.taxes],
        "payments": [_payment(payment, amount(payment.minor)) for payment in invoice.payments],
    }


def _tax(tax: Tax, amount: Callable[[int], str]) -> dict[str, object]:
    return {
        "code": tax.code,
        "percent": ex.text(tax.percent),
        "base": amount(tax.base),
        "amount": amount(tax.amount),
        "reason": tax.reason,
        "inclusive": tax.inclusive,
    }


def _line(line: Line, amount: str) -> dict[str, object]:
    return {
        "id": line.id,
        "subscription": line.subscription,
        "price": line.price,
        "kind": line.kind.value,
        "description": line.description,
        "start": rfc3339(line.part.start),
        "end": rfc3339(line.part.end),
        "quantity": ex.text(line.quantity),
        "amount": amount,
        "exact": ex.text(line.exact),
        "tax_rate": ex.text(line.rate.percent),
        "tax_inclusive": line.rate.inclusive,
        "corrects": line.corrects,
        "reason": line.reason,
        **({} if line.coupon is None else {"coupon": line.coupon}),
    }


def _payment(payment: Payment, amount: str) -> dict[str, object]:
    at: dt.datetime = payment.at
    return {"source": payment.source.value, "id": payment.id, "amount": amount, "at": rfc3339(at)}


def quote_to(quote: Quote) -> dict[str, object]:
    """A quote: its lines, and the four totals, each with tax apart; of a plan with phases what recurs later."""
    return {
        "catalog": quote.catalog,
        "currency": quote.currency,
        "lines": [
            {
                "price": line.price,
                "kind": "charge",
                "description": line.description,
                "cadence": line.cadence.value,
                "quantity": ex.text(line.quantity),
                "amount": line.amount.digits,
                "exact": ex.text(line.exact),
                **({} if line.assumes is None else {"assumes": line.assumes}),
            }
            for line in quote.lines
        ],
        "recurring": _total(quote.recurring),
        "first_invoice": _total(quote.first_invoice),
        "usage": _total(quote.usage),
        "all_in": _total(quote.all_in),
        **({"phases": [_phase(phase) for phase in quote.phases]} if quote.phases else {}),
    }


def _phase(phase: QuotePhase) -> dict[str, object]:
    return {"code": phase.code, "starts": rfc3339(phase.starts), "recurring": _total(phase.recurring)}


def _total(total: QuoteTotal) -> dict[str, object]:
    discount = {"discount": total.discount.digits} if total.off else {}

    def amount(minor: int) -> str:
        return Money.of_minor(minor, total.net.currency).digits

    return {
        **discount,
        "net": total.net.digits,
        "tax": total.tax.digits,
        "total": total.total.digits,
        "taxes": [_tax(tax, amount) for tax in total.taxes],
    }


def standing_to(balance: Money, voucher_credit: Money, receivable: Money) -> dict[str, object]:
    """Where a customer's money stands, as a scenario's result has it."""
    return {"balance": balance.digits, "voucher_credit": voucher_credit.digits, "receivable": receivable.digits}


def notice_to(at: dt.datetime, customer: str, kind: str, body: str) -> dict[str, object]:
    """A notice as a scenario's result has it; what its body tells of stands beside it."""
    told: dict[str, object] = json.loads(body)
    return {**told, "at": rfc3339(at), "customer": customer, "kind": kind}


def explanation_to(tree: Explanation) -> dict[str, object]:
    """An explanation as nested data: enough to show it, and to work it out again."""
    rounding = {"places": tree.places, "mode": tree.mode.value} if tree.operation == "round" else None
    return {
        "id": tree.id,
        "label": tree.label,
        "value": ex.text(tree.value),
        "kind": tree.kind,
        "operation": tree.operation,
        "rounding": rounding,
        "about": {name: _fact(value) for name, value in tree.about.items()},
        "note": tree.note,
        "children": [explanation_to(child) for child in tree.children],
    }


def _fact(value: About) -> object:
    match value:
        case Period():
            return {"start": rfc3339(value.start), "end": rfc3339(value.end)}
        case dt.datetime():
            return rfc3339(value)
        case str() | int():
            return value
        case _:
            return ex.text(value)
