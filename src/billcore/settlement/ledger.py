"""The ledger: every movement of money is one balanced entry, written once, never changed.

Amounts are whole minor units; a debit is positive, a credit negative, and an entry sums to zero (M2), so the sum over
all accounts is zero, always. A customer's accounts are its own; the house's have a customer only as counterpart.
"""

from __future__ import annotations

import datetime as dt
import enum

import attrs

from billcore.kernel import InvariantBroken
from billcore.settlement.credit import CreditKind
from billcore.settlement.document import Document, DocumentKind
from billcore.settlement.payment import Payment, Source

__all__ = [
    "STORED",
    "Account",
    "Entry",
    "Posting",
    "credit_granted",
    "document_issued",
    "document_voided",
    "paid",
    "returned",
]


class Account(enum.Enum):
    """The accounts: the first three are the customer's, the others the house's."""

    RECEIVABLE = "receivable"
    BALANCE = "balance"
    VOUCHER_CREDIT = "voucher_credit"
    REVENUE = "revenue"
    TAX = "tax"
    PROVIDER_CLEARING = "provider_clearing"
    BANK = "bank"
    VOUCHER_EXPENSE = "voucher_expense"
    WRITE_OFF = "write_off"
    OPENING = "opening"


STORED = {CreditKind.VOUCHER: Account.VOUCHER_CREDIT, CreditKind.BALANCE: Account.BALANCE}
_PAID_FROM = {
    Source.VOUCHER: Account.VOUCHER_CREDIT,
    Source.BALANCE: Account.BALANCE,
    Source.CARD: Account.PROVIDER_CLEARING,
    Source.RECORDED: Account.BANK,
}


@attrs.frozen
class Posting:
    """``minor`` units on an account: a debit above zero, a credit below."""

    account: Account
    minor: int


@attrs.frozen(kw_only=True)
class Entry:
    """One movement; its id names what it books, so booking it twice collides."""

    id: str
    at: dt.datetime
    kind: str
    source: str
    customer: str
    currency: str
    postings: tuple[Posting, ...]


def _entry(
    kind: str, source: str, at: dt.datetime, customer: str, currency: str, *moves: tuple[Account, int]
) -> Entry | None:
    postings = tuple([Posting(account, minor) for account, minor in moves if minor])
    if sum([posting.minor for posting in postings]):
        raise InvariantBroken("M2: an entry does not balance", value=source)
    if not postings:
        return None
    return Entry(
        id=f"{source}:{kind}",
        at=at,
        kind=kind,
        source=source,
        customer=customer,
        currency=currency,
        postings=postings,
    )


def _against(kind: DocumentKind) -> Account:
    return Account.OPENING if kind is DocumentKind.OPENING else Account.REVENUE


def document_issued(document: Document, corrects: DocumentKind | None = None) -> Entry | None:
    """An invoice or note: the customer owes (or less), revenue and tax rise (or fall). ``None`` for a total of zero.

    What an opening document says was earned elsewhere: it is booked against opening balances, and so is a note that
    ``corrects`` one.
    """
    net, tax = document.net, document.tax
    against = _against(corrects or document.kind)
    return _entry(
        "issue",
        document.id,
        document.billing_date,
        document.customer,
        document.currency,
        (Account.RECEIVABLE, net + tax),
        (against, -net),
        (Account.TAX, -tax),
    )


def document_voided(document: Document, at: dt.datetime) -> Entry | None:
    """A void document's booking, undone."""
    net, tax = document.net, document.tax
    against = _against(document.kind)
    return _entry(
        "void",
        document.id,
        at,
        document.customer,
        document.currency,
        (Account.RECEIVABLE, -net - tax),
        (against, net),
        (Account.TAX, tax),
    )


def paid(payment: Payment, customer: str, currency: str) -> Entry | None:
    """A payment: its source falls, and so does what the customer owes."""
    return _entry(
        "payment",
        payment.id,
        payment.at,
        customer,
        currency,
        (_PAID_FROM[payment.source], payment.minor),
        (Account.RECEIVABLE, -payment.minor),
    )


def returned(payment: Payment, customer: str, currency: str) -> Entry | None:
    """A payment given back (its minor units are negative): voucher money to voucher credit, all else to the balance."""
    stored = Account.VOUCHER_CREDIT if payment.source is Source.VOUCHER else Account.BALANCE
    return _entry(
        "return",
        payment.id,
        payment.at,
        customer,
        currency,
        (Account.RECEIVABLE, -payment.minor),
        (stored, payment.minor),
    )


def credit_granted(
    credit_id: str, kind: CreditKind, minor: int, at: dt.datetime, customer: str, currency: str, against: Account
) -> Entry | None:
    """Stored value rises: from the bank (a top-up), voucher expense (a voucher), or an opening balance."""
    return _entry("credit", credit_id, at, customer, currency, (against, minor), (STORED[kind], -minor))
