"""Money at rest: the ledger, stored value, and what documents say of themselves (M1 to M4, M8, M10, M11, V3)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from billcore.engine.verify.cells import cell, number_cell, row_place
from billcore.engine.verify.values import Kept, Values
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Found, Violation
from billcore.kernel import MOST_MINOR, InvalidNumber
from billcore.kernel import exact as ex
from billcore.ports import Row
from billcore.ports.tables import CREDIT, CUSTOMER, DOCUMENT, FACT, LINE, ONE_OFF, PAYMENT, POSTING, USAGE, Table
from billcore.settlement import Account, CreditKind, DocumentKind, net_lines, roots
from billcore.settlement.ledger import STORED

__all__ = [
    "check_m1",
    "check_m2",
    "check_m3",
    "check_m4",
    "check_m8",
    "check_m10",
    "check_m11",
    "check_v3",
    "posting",
]

_MONEY = {
    DOCUMENT: ("net", "tax", "total", "credited", "settled", "open"),
    LINE: ("minor", "tax"),
    PAYMENT: ("minor",),
    CREDIT: ("amount", "remaining"),
    POSTING: ("minor",),
}
_EXACT = {
    LINE: ("quantity", "exact", "rate_percent"),
    ONE_OFF: ("amount",),
    USAGE: ("value",),
}


def _not_canonical(written: object) -> bool:
    """The text is no number, or not as billcore writes it."""
    try:
        return ex.text(ex.parse(str(written))) != written
    except (ArithmeticError, ValueError, InvalidNumber):
        return True


def check_m1(view: AccountView) -> Found:
    """Every stored amount is an integer of minor units up to 10^15; every exact number is canonical text."""
    for table, rows in _rows(view):
        money = [(name, table.position(name)) for name in _MONEY.get(table, ())]
        texts = [(name, table.position(name)) for name in _EXACT.get(table, ())]
        for row in rows:
            for name, column in money:
                value = row[column]
                if type(value) is not int or abs(value) > MOST_MINOR:
                    yield Violation("M1", row_place(table, row, name), "not a bounded amount", str(value))
            for name, column in texts:
                if _not_canonical(row[column]):
                    yield Violation("M1", row_place(table, row, name), "not a canonical number", str(row[column]))
    for row in view.of(FACT):
        for written in _quantities(str(cell(FACT, row, "body"))):
            if _not_canonical(written):
                yield Violation("M1", row_place(FACT, row), "not a canonical number", str(written))


def _rows(view: AccountView) -> Iterator[tuple[Table, Iterable[Row]]]:
    yield LINE, view.line_rows()
    yield PAYMENT, view.payment_rows()
    yield USAGE, view.usage_rows()
    for table in (DOCUMENT, CREDIT, POSTING, ONE_OFF):
        yield table, view.of(table)


def _quantities(body: str) -> list[object]:
    """The quantities and allowances of an order's records."""
    try:
        records = json.loads(body).get("records", ())
        return [written for record in records for written in (record[1], record[4])]
    except (ValueError, LookupError, TypeError, AttributeError):
        return []  # what cannot be read is S10's


def posting(row: Row) -> tuple[str, str, str, int]:
    """A posting's entry, currency, account and amount."""
    entry, currency, account = (str(cell(POSTING, row, name)) for name in ("entry", "currency", "account"))
    return entry, currency, account, number_cell(POSTING, row, "minor")


def check_m2(view: AccountView) -> Found:
    """Every ledger entry has at least two postings, none of zero, that sum to zero in each currency."""
    sums: Counter[tuple[str, str]] = Counter()
    counts: Counter[str] = Counter()
    for row in view.of(POSTING):
        entry, currency, _, minor = posting(row)
        counts[entry] += 1
        sums[entry, currency] += minor
        if not minor:
            yield Violation("M2", f"{view.customer} {entry}", "a posting of zero")
    for (entry, currency), total in sums.items():
        if total:
            yield Violation("M2", f"{view.customer} {entry}", "the entry does not balance", f"{total} {currency}")
    for entry, count in counts.items():
        if count < 2:  # noqa: PLR2004 - double entry
            yield Violation("M2", f"{view.customer} {entry}", "one posting alone is no entry")


def check_m3(view: AccountView) -> Found:
    """The accounts of the ledger are what documents, payments and stored value come to, and all of them sum to zero."""
    if view.values is None:
        return
    booked: Counter[tuple[str, Account]] = Counter()
    for row in view.of(POSTING):
        _, currency, name, minor = posting(row)
        booked[currency, Account(name)] += minor
    expected = _expected(view.values)
    for currency in {found for found, _ in (*booked, *expected)}:
        total = sum(minor for (found, _), minor in booked.items() if found == currency)
        if total:
            yield Violation("M3", f"{view.customer} {currency}", "the accounts do not sum to zero", str(total))
        owed = booked[currency, Account.RECEIVABLE] + booked[currency, Account.WRITE_OFF]
        compared = [(Account.RECEIVABLE, owed)]
        compared += [
            (account, booked[currency, account])
            for account in (Account.BALANCE, Account.VOUCHER_CREDIT, Account.REVENUE, Account.TAX)
        ]
        for account, minor in compared:
            if minor != expected[currency, account]:
                yield Violation(
                    "M3",
                    f"{view.customer} {currency} {account.value}",
                    f"the ledger should have {expected[currency, account]}",
                    str(minor),
                )


def _expected(values: Values) -> Counter[tuple[str, Account]]:
    found: Counter[tuple[str, Account]] = Counter()
    openings = {kept.document.id for kept in values.kept if kept.document.kind is DocumentKind.OPENING}
    for kept in values.kept:
        currency = kept.document.currency
        if not kept.invoice.void:
            found[currency, Account.RECEIVABLE] += kept.total
            found[currency, Account.TAX] -= kept.tax
            if not openings & {kept.document.id, kept.document.corrects}:
                found[currency, Account.REVENUE] -= kept.net
        found[currency, Account.RECEIVABLE] -= kept.invoice.settled
    for credit in values.credits:
        found[credit.currency, STORED[credit.kind]] -= credit.remaining
    return found


def check_m4(view: AccountView) -> Found:
    """A document's net is the sum of its lines, its tax the sum of its rates, its total both; and so it is booked."""
    if view.values is None:
        return
    booked: Counter[str] = Counter()
    for row in view.of(POSTING):
        entry, _, account, minor = posting(row)
        booked[entry] += minor if account == Account.RECEIVABLE.value else 0
    for kept in view.values.kept:
        document = kept.document
        for name, stored, summed in (("net", kept.net, document.net), ("tax", kept.tax, document.tax)):
            if stored != summed:
                yield Violation("M4", kept.number, f"{name} should be {summed}", str(stored))
        if kept.total != kept.net + kept.tax:
            yield Violation("M4", kept.number, f"total should be {kept.net + kept.tax}", str(kept.total))
        entries = [("issue", kept.total), *([("void", -kept.total)] if kept.invoice.void else [])]
        for kind, asked in entries:
            if (found := booked[f"{document.id}:{kind}"]) != asked:
                yield Violation("M4", kept.number, f"its {kind} should be booked with {asked}", str(found))


def check_m8(view: AccountView) -> Found:
    """Documents, prices billed, credits and postings of a customer are in its one currency."""
    for customer in view.of(CUSTOMER):
        currency = cell(CUSTOMER, customer, "currency")
        for table in (DOCUMENT, CREDIT, POSTING):
            for row in view.of(table):
                if (found := cell(table, row, "currency")) != currency:
                    place = row_place(table, row, "currency")
                    yield Violation("M8", place, f"the customer's currency is {currency}", str(found))
    for kept, line in view.values.live_lines() if view.values is not None else ():
        price = view.snapshots.get(line.snapshot or "")
        if price is not None and price.currency != kept.document.currency:
            yield Violation("M8", f"{kept.number} {line.id}", "its price is in another currency", price.currency)


def check_m10(view: AccountView) -> Found:
    """Invoices and their lines, less discounts, never fall, notes and theirs never rise; no stored value is below 0."""
    if view.values is None:
        return
    root = roots(kept.document for kept in view.values.kept)
    for kept in view.values.kept:
        sign = -1 if kept.is_note else 1
        if sign * kept.total < 0:
            yield Violation("M10", kept.number, "a total of the wrong sign", str(kept.total))
        for line, minor in net_lines(kept.document, root):  # with the discounts under it
            if sign * minor < 0:
                yield Violation("M10", f"{kept.number} {line.id}", "an amount of the wrong sign", str(line.minor))
    for kind in CreditKind:
        left = sum(credit.remaining for credit in view.values.credits if credit.kind is kind)
        if left < 0:
            yield Violation("M10", f"{view.customer} {kind.value}", "stored value below zero", str(left))


def check_m11(view: AccountView) -> Found:
    """What is settled on a document is between zero and what is left of its total; a return is part of its payment."""
    if view.values is None:
        return
    for kept in view.values.kept:
        most = 0 if kept.is_note else kept.total - kept.credited
        if not 0 <= kept.settled <= most:
            yield Violation("M11", kept.number, f"settled should be 0 to {most}", str(kept.settled))
        yield from _returns(kept)


def _returns(kept: Kept) -> Found:
    left = {payment.id: payment.minor for payment in kept.invoice.payments if payment.reverses is None}
    sources = {payment.id: payment.source for payment in kept.invoice.payments}
    for payment in kept.invoice.payments:
        if payment.reverses is None:
            continue
        place = f"{kept.number} {payment.id}"
        if payment.reverses not in left:
            yield Violation("M11", place, "returns no payment of its document", payment.reverses)
            continue
        if payment.source is not sources[payment.reverses]:
            yield Violation("M11", place, "returned to another source than it was paid from", payment.source.value)
        left[payment.reverses] += payment.minor
        if left[payment.reverses] < 0:
            yield Violation("M11", place, "returns more than was paid", str(payment.minor))


def check_v3(view: AccountView) -> Found:
    """What remains of a credit is its amount less its payments, never below zero; and it burns as its kind does."""
    if view.values is None:
        return
    used: Counter[str] = Counter()
    for row in view.payment_rows():
        reference, minor = cell(PAYMENT, row, "reference"), number_cell(PAYMENT, row, "minor")
        if reference is not None and minor > 0:
            used[str(reference)] += minor
    for credit in view.values.credits:
        left = credit.amount - used[credit.id]
        if credit.remaining != left or left < 0:
            yield Violation("V3", f"{view.customer} {credit.id}", f"{left} should remain", str(credit.remaining))
        # Whatever writes a credit, it gives it no priority and no expiry yet, and voucher credit is what is granted.
        order = (credit.priority, credit.expires, credit.granted)
        if order != (0, None, credit.kind is CreditKind.VOUCHER):
            found = f"priority {credit.priority}, expires {credit.expires}, granted {credit.granted}"
            yield Violation("V3", f"{view.customer} {credit.id}", "it would burn in another order", found)
