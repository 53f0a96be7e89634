"""Which other documents counted when one was issued, and how they rounded: what explaining and verifying start from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from billcore.engine.rows.money import notice_of
from billcore.kernel import Rounding, micros
from billcore.ports import ReadTx
from billcore.ports.tables import NOTICE, POSTING
from billcore.settlement import Billed, ChargeKey, Document, Invoice

__all__ = ["counted_then", "mode_then", "voided_by"]


def counted_then(tx: ReadTx, found: Invoice, document: Document) -> bool:
    """The other document was issued before this one, or with it, and was live then.

    Of one instant, runs go by billing date, and what was asked for by hand comes before its billing.
    """
    other = found.document
    by_hand = all(line.key is None for line in other.lines)
    order = other.billing_date <= document.billing_date or by_hand
    earlier = other.issued_at < document.issued_at or (other.issued_at == document.issued_at and order)
    live = not found.void or found.waived or other.id == document.id or not voided_by(tx, found, document.issued_at)
    return earlier and live


def mode_then(live: Iterable[Invoice], document: Document, key: ChargeKey) -> Rounding:
    """How the key rounded what it is over, by the documents that counted then, this one among them."""
    return Billed.of((*live, Invoice(document=document))).mode(key, document.rounding.mode)


def voided_by(tx: ReadTx, found: Invoice, at: dt.datetime) -> bool:
    """It was void by then; one of 0.00 left no entry, but the notice that tells of it."""
    if not found.void:
        return False
    customer = found.document.customer
    row = tx.get(POSTING, (customer, f"{found.id}:void", 0))
    if row is not None:
        return int(row[3] or 0) <= micros(at)
    told = map(notice_of, tx.find(NOTICE, None, (customer,)))
    return any(one.kind.endswith(".voided") and found.id in one.body and one.at <= at for one in told)
