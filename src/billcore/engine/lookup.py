"""Finding accounts to change, documents by number or id, and lines by id or place; keeping ids apart."""

from __future__ import annotations

from billcore.engine.accounts import load
from billcore.engine.reading import Loaded
from billcore.engine.rows.documents import invoice_of
from billcore.kernel import AlreadyExists, ConstraintViolated, NotFound, of_kind
from billcore.ports import ReadTx, Row, Tx
from billcore.ports.tables import DOCUMENT, LINE, PAYMENT, Table
from billcore.settlement import Document, Invoice, Line

__all__ = ["document_row_of", "insert_new", "invoice_at", "line_of_document", "locked"]


def locked(tx: Tx, customer: str) -> Loaded:
    """The account of a customer whom nobody else writes until the end. Raises ``NotFound``."""
    of_kind(customer, str, "customer")
    tx.lock(customer)
    return load(tx, customer)


def document_row_of(tx: ReadTx, issuer: str, name: str) -> Row:
    """The row of a document by its number in the issuer's series, or by its id. Raises ``NotFound``."""
    of_kind(name, str, "document")
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
    of_kind(name, str | int, "line")
    for place, line in enumerate(document.lines, 1):
        if name in (line.id, place, str(place)):
            return line
    raise NotFound("no such line", place="line", value=name)


def insert_new(tx: Tx, table: Table, row: Row, what: str) -> None:
    """Insert a row whose id the caller may have chosen.

    Raises ``AlreadyExists`` where the id is taken, in the same words if it is by a customer that this scope hides.
    """
    taken = AlreadyExists(f"{what} with this id exists", place="id", value=row[0])
    if tx.get(table, (row[0],)) is not None:
        raise taken
    try:
        tx.insert(table, [row])
    except ConstraintViolated as error:
        raise taken from error
