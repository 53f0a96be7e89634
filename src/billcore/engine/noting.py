"""What a reader must be told beside the lines of a document: read from snapshots and from what was billed before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from billcore.engine.accounts import invoices_of
from billcore.engine.lookup import invoice_at
from billcore.engine.on_paper import counted_then
from billcore.engine.reading import snapshots
from billcore.engine.session import Session
from billcore.ports import ReadTx
from billcore.settlement import Document, DocumentKind, Line, LineNote, note_of

__all__ = ["notes_of"]


def notes_of(tx: ReadTx, session: Session, number: str) -> Mapping[str, LineNote]:
    """The notes of a document's lines, by the line's id. Raises ``NotFound``."""
    document = invoice_at(tx, session.policy.issuer, number).document
    price = snapshots(tx)
    again = document.kind is DocumentKind.INVOICE and any(_again(line) for line in document.lines)
    earlier = list(_before(tx, document)) if again else []
    found: dict[str, LineNote] = {}
    for line in document.lines:
        same = [(name, one) for name, one in earlier if _again(line) and one.key == line.key]
        names = tuple(dict.fromkeys(name for name, _ in same))
        bought = None if line.snapshot is None else price(line.snapshot)
        note = note_of(line, bought, sum(one.minor for _, one in same), names)
        if note is not None:
            found[line.id] = note
    return found


def _again(line: Line) -> bool:
    """Something else was billed under its key, and it is no discount."""
    return line.key is not None and line.coupon is None and bool(line.nth)


def _before(tx: ReadTx, document: Document) -> Iterator[tuple[str, Line]]:
    """The lines of other documents that counted when this one was issued, each with its document's number."""
    for found in invoices_of(tx, document.customer):
        if found.id != document.id and counted_then(tx, found, document):
            yield from ((found.number or found.id, line) for line in found.document.lines if line.coupon is None)
