"""What the ledger's entries book: a fact that is there, as it was (S8)."""

from __future__ import annotations

from collections.abc import Collection

from billcore.engine.rows.documents import payment_of
from billcore.engine.verify.cells import cell
from billcore.engine.verify.ledger import posting
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Found, Violation
from billcore.ports.tables import CREDIT, DOCUMENT, PAYMENT, POSTING
from billcore.settlement import Source, paid, returned

__all__ = ["check_s8"]

_SOURCES = {"issue": DOCUMENT, "void": DOCUMENT, "payment": PAYMENT, "return": PAYMENT, "credit": CREDIT}


def check_s8(view: AccountView) -> Found:
    """Every ledger entry books one fact that is there, once, and every payment is booked as it was made."""
    there: dict[str, set[object]] = {
        DOCUMENT.name: {cell(DOCUMENT, row, "id") for row in view.of(DOCUMENT)},
        PAYMENT.name: {cell(PAYMENT, row, "id") for row in view.payment_rows()},
        CREDIT.name: {cell(CREDIT, row, "id") for row in view.of(CREDIT)},
    }
    names = ("entry", "kind", "source")
    entries = {tuple(str(cell(POSTING, row, name)) for name in names) for row in view.of(POSTING)}
    for entry, kind, source in sorted(entries):
        place = f"{view.customer} {entry}"
        if entry != f"{source}:{kind}":
            yield Violation("S8", place, "an entry is named by what it books", f"{source}:{kind}")
        elif kind not in _SOURCES or source not in there[_SOURCES[kind].name]:
            yield Violation("S8", place, "books what is not there", source)
    booked = {source for _, kind, source in entries if kind in ("payment", "return")}
    for payment in sorted(map(str, there[PAYMENT.name])):
        if payment not in booked:
            yield Violation("S8", f"{view.customer} {payment}", "the payment is not booked")
    yield from _booked_otherwise(view, booked)


def _booked_otherwise(view: AccountView, booked: Collection[str]) -> Found:
    """Payments whose entry moves another amount, or from or to another account than their source's."""
    moved: dict[str, list[tuple[str, int]]] = {}
    for row in view.of(POSTING):
        entry, _, account, minor = posting(row)
        moved.setdefault(entry, []).append((account, minor))
    sources = {source.value for source in Source}
    for row in view.payment_rows():
        if cell(PAYMENT, row, "id") not in booked or cell(PAYMENT, row, "source") not in sources:
            continue  # said already, and S10's
        payment = payment_of(row)
        booking = (paid if payment.minor > 0 else returned)(payment, view.customer, "")
        asked = [] if booking is None else [(one.account.value, one.minor) for one in booking.postings]
        found = moved.get(f"{payment.id}:payment" if payment.minor > 0 else f"{payment.id}:return", [])
        if sorted(found) != sorted(asked):
            place = f"{view.customer} {payment.id}"
            yield Violation("S8", place, f"booked otherwise than a payment from {payment.source.value}", str(found))
