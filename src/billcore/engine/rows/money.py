"""Credits, vouchers, ledger entries, notices and exceptions as rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import attrs

from billcore.engine.rows.customers import maybe_instant, maybe_micros
from billcore.kernel import Money, from_micros, micros
from billcore.ports import Row
from billcore.settlement import Account, Credit, CreditKind, Entry, Posting, Voucher

__all__ = [
    "ExceptionItem",
    "Notice",
    "credit_of",
    "credit_row",
    "entry_of",
    "exception_of",
    "exception_row",
    "notice_of",
    "notice_row",
    "posting_rows",
    "voucher_of",
    "voucher_row",
]


def credit_row(credit: Credit, version: int) -> Row:
    """A row of the credit table."""
    return (
        credit.id,
        credit.customer,
        credit.kind.value,
        credit.currency,
        credit.amount,
        credit.remaining,
        micros(credit.created),
        credit.priority,
        maybe_micros(credit.expires),
        int(credit.granted),
        credit.reference,
        version,
    )


def credit_of(row: Row) -> Credit:
    """The credit of a row."""
    name, customer, kind, currency, amount, remaining, created, priority, expires, granted, reference, _ = row
    return Credit(
        id=str(name),
        customer=str(customer),
        kind=CreditKind(kind),
        currency=str(currency),
        amount=int(amount or 0),
        remaining=int(remaining or 0),
        created=from_micros(int(created or 0)),
        priority=int(priority or 0),
        expires=maybe_instant(expires),
        granted=bool(granted),
        reference=None if reference is None else str(reference),
    )


def posting_rows(entry: Entry) -> list[Row]:
    """The rows of an entry's postings."""
    return [
        (
            entry.customer,
            entry.id,
            n,
            micros(entry.at),
            entry.kind,
            entry.source,
            posting.account._value_,
            entry.currency,
            posting.minor,
        )
        for n, posting in enumerate(entry.postings)
    ]


def entry_of(rows: Sequence[Row]) -> Entry:
    """The entry of the rows of its postings, in their order."""
    customer, name, _, at, kind, source, _, currency, _ = rows[0]
    return Entry(
        id=str(name),
        at=from_micros(int(at or 0)),
        kind=str(kind),
        source=str(source),
        customer=str(customer),
        currency=str(currency),
        postings=tuple(Posting(Account(row[6]), int(row[8] or 0)) for row in rows),
    )


def voucher_row(voucher: Voucher, version: int) -> Row:
    """A row of the voucher table."""
    return (
        voucher.code,
        voucher.amount.minor,
        voucher.amount.currency,
        micros(voucher.issued),
        maybe_micros(voucher.expires),
        voucher.limit,
        voucher.used,
        version,
    )


def voucher_of(row: Row) -> Voucher:
    """The voucher of a row."""
    code, amount, currency, issued, expires, limit, used, _ = row
    return Voucher(
        code=str(code),
        amount=Money.of_minor(int(amount or 0), str(currency)),
        issued=from_micros(int(issued or 0)),
        expires=maybe_instant(expires),
        limit=int(limit or 0),
        used=int(used or 0),
    )


@attrs.frozen(kw_only=True)
class Notice:
    """Something that happened and that the host may want to tell: written with the fact it tells of."""

    customer: str
    seq: int
    kind: str
    at: dt.datetime
    body: str
    sent: dt.datetime | None = None


def notice_row(notice: Notice, version: int = 1) -> Row:
    """A row of the notice table."""
    return (
        notice.seq,
        notice.customer,
        notice.kind,
        micros(notice.at),
        notice.body,
        maybe_micros(notice.sent),
        version,
    )


def notice_of(row: Row) -> Notice:
    """The notice of a row."""
    seq, customer, kind, at, body, sent, _ = row
    return Notice(
        customer=str(customer),
        seq=int(seq or 0),
        kind=str(kind),
        at=from_micros(int(at or 0)),
        body=str(body),
        sent=maybe_instant(sent),
    )


@attrs.frozen(kw_only=True)
class ExceptionItem:
    """Why an account is parked: a broken invariant, or a decision that could not be made."""

    id: str
    customer: str
    kind: str
    why: str
    opened: dt.datetime
    resolved: dt.datetime | None = None
    resolution: str | None = None


def exception_row(item: ExceptionItem, version: int) -> Row:
    """A row of the exception table."""
    return (
        item.id,
        item.customer,
        item.kind,
        item.why,
        micros(item.opened),
        maybe_micros(item.resolved),
        item.resolution,
        version,
    )


def exception_of(row: Row) -> ExceptionItem:
    """The exception item of a row."""
    name, customer, kind, why, opened, resolved, resolution, _ = row
    return ExceptionItem(
        id=str(name),
        customer=str(customer),
        kind=str(kind),
        why=str(why),
        opened=from_micros(int(opened or 0)),
        resolved=maybe_instant(resolved),
        resolution=None if resolution is None else str(resolution),
    )
