"""Documents: invoices, credit notes and opening balances, and the state beside them.

An issued document never changes; what happens to it later (payments, credit notes, voiding) is kept beside it, and its
status is a function of that. Amounts are whole minor units of the document's currency: ``minor`` on a line is the
rounded amount, ``exact`` the unrounded one in major units; both include the tax where the line's rate is inclusive. On
a credit note lines and totals are negative: they fall.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from collections.abc import Sequence

import attrs

from billcore.kernel import Exact, Money, Period, compact, micros
from billcore.kernel.exact import text
from billcore.pricing import AppliedRate, Tax
from billcore.settlement.key import ChargeKey
from billcore.settlement.payment import Payment
from billcore.settlement.rounding_terms import RoundingTerms

__all__ = [
    "Document",
    "DocumentKind",
    "Invoice",
    "InvoiceStatus",
    "Line",
    "LineKind",
]


class DocumentKind(enum.Enum):
    """What a document is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    OPENING = "opening"


class LineKind(enum.Enum):
    """What a line is: of a new key, a difference of an old one, one-off, or what a coupon takes off."""

    CHARGE = "charge"
    ADJUSTMENT = "adjustment"
    ITEM = "item"
    DISCOUNT = "discount"


class InvoiceStatus(enum.Enum):
    """The state of an issued document; overdue is a view, a draft is a preview."""

    ISSUED = "issued"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


@attrs.frozen(kw_only=True)
class Line:
    """One line; ``part`` is the stretch it is for, ``quantity`` what was rated.

    ``key`` and ``nth`` (its ordinal within the key) are set on lines of runs; a goodwill credit has neither, nor a
    ``coupon``'s amount. ``corrects`` is the line that it corrects or lowers; ``snapshot`` is the hash of the price.
    """

    id: str
    kind: LineKind
    description: str
    price: str
    part: Period
    quantity: Exact
    exact: Exact
    minor: int
    rate: AppliedRate
    tax: int = 0
    key: ChargeKey | None = None
    nth: int | None = None
    corrects: str | None = None
    reason: str | None = None
    snapshot: str | None = None
    coupon: str | None = None

    @property
    def net(self) -> int:
        """The amount without tax, in minor units."""
        return self.minor - self.tax if self.rate.inclusive else self.minor

    def content(self) -> tuple[str | int | None, ...]:
        """Everything on the line but its place, as plain values: for hashes and stores. Its rate's terms are last."""
        key = self.key
        named = (
            (None, None, None, None)
            if key is None
            else (key.subscription, key.item, micros(key.period.start), micros(key.period.end))
        )
        return (
            self.kind._value_,  # in Python 3.11 ``value`` is a function, and a run asks it of every line
            self.description,
            self.price,
            micros(self.part.start),
            micros(self.part.end),
            text(self.quantity),
            text(self.exact),
            self.minor,
            self.rate.code,
            text(self.rate.percent),
            self.rate.reason,
            self.tax,
            *named,
            self.nth,
            self.corrects,
            self.reason,
            self.snapshot,
            *(self.rate.terms if self.coupon is None else (*(self.rate.terms or (None,)), self.coupon)),
        )

    @property
    def subscription(self) -> str | None:
        """The subscription it is for, if any."""
        return (self.key.subscription or None) if self.key is not None else None


@attrs.frozen(kw_only=True)
class Document:
    """What was issued: immutable. ``number`` is absent on previews and drafts alone.

    ``billing_date`` is the boundary that made it due, ``issued_at`` the instant of the run; ``sequence`` counts the
    documents of one payer, currency, issuer and billing date. ``corrects`` is the id of the invoice a note corrects,
    ``rounding`` how its amounts and taxes were rounded.
    """

    id: str
    number: str | None
    kind: DocumentKind
    customer: str
    currency: str
    issuer: str
    billing_date: dt.datetime
    sequence: int
    issued_at: dt.datetime
    due_at: dt.datetime
    lines: tuple[Line, ...]
    taxes: tuple[Tax, ...]
    corrects: str | None = None
    reason: str | None = None
    rounding: RoundingTerms = attrs.field(default=RoundingTerms())
    net: int = attrs.field(init=False, eq=False, repr=False)
    """The sum of the lines without the tax that is included in them, in minor units."""
    tax: int = attrs.field(init=False, eq=False, repr=False)
    """The tax of all rates, in minor units."""

    @net.default
    def _net(self) -> int:
        included = sum([tax.amount for tax in self.taxes if tax.inclusive])
        return sum([line.minor for line in self.lines]) - included

    @tax.default
    def _tax(self) -> int:
        return sum([tax.amount for tax in self.taxes])

    @property
    def total(self) -> int:
        """Net and tax, in minor units."""
        return self.net + self.tax

    def numbered(self, number: str) -> Document:
        """The document with its number. Spelled out, as ``evolve`` takes half as long again, and a run numbers all."""
        return Document(
            id=self.id,
            number=number,
            kind=self.kind,
            customer=self.customer,
            currency=self.currency,
            issuer=self.issuer,
            billing_date=self.billing_date,
            sequence=self.sequence,
            issued_at=self.issued_at,
            due_at=self.due_at,
            lines=self.lines,
            taxes=self.taxes,
            corrects=self.corrects,
            reason=self.reason,
            rounding=self.rounding,
        )

    def money(self, minor: int) -> Money:
        """Minor units as money of the document's currency."""
        return Money.of_minor(minor, self.currency)

    def content(self) -> tuple[str | int | None, ...]:
        """Everything but lines and taxes, as plain values."""
        return (
            self.id,
            self.number,
            self.kind._value_,
            self.customer,
            self.currency,
            self.issuer,
            micros(self.billing_date),
            self.sequence,
            micros(self.issued_at),
            micros(self.due_at),
            self.corrects,
            self.reason,
        )

    def tax_content(self) -> list[tuple[str | int | None, ...]]:
        """The taxes as plain values; an inclusive one says so last."""
        return [
            (tax.code, text(tax.percent), tax.base, tax.amount, tax.reason, *(("inclusive",) if tax.inclusive else ()))
            for tax in self.taxes
        ]

    def content_hash(self, lines: Sequence[Sequence[object]] | None = None) -> str:
        """SHA-256 over the whole content; what ``verify`` holds an issued document to (I1).

        ``lines`` are their contents, where one has them already.
        """
        contents = [line.content() for line in self.lines] if lines is None else lines
        content = [*self.content(), contents, self.tax_content()]
        if (rounding := self.rounding.text) is not None:  # what is not default alone, so that older hashes stay
            content.append(rounding)
        return hashlib.sha256(compact(content).encode()).hexdigest()


@attrs.frozen(kw_only=True)
class Invoice:
    """A document and what happened to it since.

    ``credited`` is the sum of its live credit notes (positive, minor units); ``waived`` says that it was voided without
    billing again.
    """

    document: Document
    payments: tuple[Payment, ...] = ()
    credited: int = 0
    void: bool = False
    waived: bool = False
    uncollectible: bool = False

    @property
    def id(self) -> str:
        """The document's id."""
        return self.document.id

    @property
    def number(self) -> str | None:
        """The document's number."""
        return self.document.number

    @property
    def settled(self) -> int:
        """What payments cover, in minor units."""
        return sum(payment.minor for payment in self.payments)

    @property
    def open(self) -> int:
        """What is left to pay, in minor units; nothing on a credit note or a void document."""
        if self.void or self.uncollectible or self.document.kind is DocumentKind.CREDIT_NOTE:
            return 0
        return self.document.total - self.credited - self.settled

    @property
    def due(self) -> Money:
        """What is left to pay."""
        return self.document.money(self.open)

    @property
    def total(self) -> Money:
        """The document's total with tax."""
        return self.document.money(self.document.total)

    @property
    def paid(self) -> Money:
        """What payments cover."""
        return self.document.money(self.settled)

    @property
    def status(self) -> InvoiceStatus:
        """Paid when payments and credit notes cover it (I5); a credit note stays issued."""
        if self.void:
            return InvoiceStatus.VOID
        if self.uncollectible:
            return InvoiceStatus.UNCOLLECTIBLE
        if self.document.kind is not DocumentKind.CREDIT_NOTE and self.open == 0:
            return InvoiceStatus.PAID
        return InvoiceStatus.ISSUED

    def overdue(self, at: dt.datetime) -> bool:
        """Something is left to pay and the due date has passed."""
        return self.open > 0 and self.document.due_at < at
