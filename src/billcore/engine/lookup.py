"""Finding documents by number or id, and lines by id or place."""

from __future__ import annotations

from billcore.engine.rows.documents import invoice_of
from billcore.kernel import NotFound
from billcore.ports import ReadTx, Row
from billcore.ports.tables import DOCUMENT, LINE, PAYMENT
from billcore.settlement import Document, Invoice, Line

__all__ = ["document_row_of", "invoice_at", "line_of_document"]


def document_row_of(tx: ReadTx, issuer: str, name: str) -> Row:
    """The row of a document by its number in the issuer's series, or by its id. Raises ``NotFound``."""
    rows = tx.find(DOCUMENT, DOCUMENT.indexes[0], (issuer, name), limit=1)
    row = rows[0] if rows else tx.get(DOCUMENT, (name,))
    if row is None:
        raise NotFound("no such document", place="document", value=name)
    return row


def invoice_at(tx: ReadTx, issuer: str, name: str) -> Invoice:
    """The document with its lines and payments."""
    row = document_row_of(tx, issuer, name)
    key = (row[0],)
    return invoice_of(row, tx.find(LINE, None, key), tx.find(PAYMENT, PAYMENT.indexes[0], key))


def line_of_document(document: Document, name: str | int) -> Line:
    """A line by its id, or by its place counted from 1. Raises ``NotFound``."""
    for place, line in enumerate(document.lines, 1):
        if name in (line.id, place, str(place)):
            return line
    raise NotFound("no such line", place="line", value=name)
