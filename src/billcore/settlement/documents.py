"""Making documents of lines: ids, taxes, due dates; one credit note for each invoice that falls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import attrs

from billcore.kernel import Rounding, add_days, allocate, derive, micros, minor_units
from billcore.kernel import exact as ex
from billcore.lifecycle import Customer
from billcore.pricing import AppliedRate, Tax, tax_over
from billcore.settlement.billed import Billed
from billcore.settlement.difference import Fall, Rise
from billcore.settlement.document import Document, DocumentKind, Line

__all__ = ["Issue", "credit_note", "credit_notes", "invoice", "note_tax"]

_PREFIX = {DocumentKind.INVOICE: "inv", DocumentKind.CREDIT_NOTE: "cn", DocumentKind.OPENING: "opn"}


@attrs.frozen
class Issue:
    """Who is billed by whom, for which billing date, at which instant."""

    customer: Customer
    issuer: str
    date: dt.datetime
    at: dt.datetime

    def document(
        self,
        kind: DocumentKind,
        name: str,
        sequence: int,
        lines: Sequence[Line],
        taxes: Sequence[Tax],
        corrects: str | None = None,
        reason: str | None = None,
    ) -> Document:
        """The document; ``name`` is its id."""
        customer = self.customer
        profile = customer.profile(self.date)
        return Document(
            id=name,
            number=None,
            kind=kind,
            customer=customer.id,
            currency=customer.currency,
            issuer=self.issuer,
            billing_date=self.date,
            sequence=sequence,
            issued_at=self.at,
            due_at=add_days(self.at, profile.terms, profile.timezone),
            lines=tuple(lines),
            taxes=tuple(taxes),
            corrects=corrects,
            reason=reason,
        )

    def name(self, kind: DocumentKind, sequence: int) -> str:
        """The id of a document: from payer, currency, issuer, billing date and sequence.

        A line's is this, a hyphen and its place.
        """
        customer = self.customer
        return derive(
            _PREFIX[kind], self.date, customer.id, customer.currency, self.issuer, micros(self.date), sequence
        )


def _named(name: str, lines: Sequence[Line], taxes: Sequence[int]) -> list[Line]:
    return [
        attrs.evolve(line, id=f"{name}-{position}", tax=tax)
        for position, (line, tax) in enumerate(zip(lines, taxes, strict=True), 1)
    ]


def invoice(issue: Issue, rises: Sequence[Rise], sequence: int, mode: Rounding) -> Document:
    """An invoice of lines that add: taxed once a rate over the document, spread back to the lines."""
    taxes = tax_over([(rise.rate, rise.minor) for rise in rises], mode)
    name = issue.name(DocumentKind.INVOICE, sequence)
    lines = [
        rise.line(f"{name}-{position}", tax)
        for position, (rise, tax) in enumerate(zip(rises, taxes.lines, strict=True), 1)
    ]
    return issue.document(DocumentKind.INVOICE, name, sequence, lines, taxes.rates)


def credit_notes(issue: Issue, falls: Sequence[Fall], billed: Billed, sequence: int, mode: Rounding) -> list[Document]:
    """One note for each invoice that falls, in the order in which they do."""
    by_document: dict[str, list[Fall]] = {}
    for fall in falls:
        by_document.setdefault(fall.document.id, []).append(fall)
    return [
        credit_note(
            issue,
            [fall.line for fall in found],
            found[0].document,
            billed.notes.get(found[0].document.id, []),
            sequence + index,
            found[0].line.reason,
            mode,
        )
        for index, found in enumerate(by_document.values())
    ]


def credit_note(
    issue: Issue,
    lines: Sequence[Line],
    corrected: Document,
    earlier: Sequence[Document],
    sequence: int,
    reason: str | None,
    mode: Rounding,
) -> Document:
    """A note of lines that fall; its tax is the invoice's by cumulative rounding: the last takes the exact rest.

    ``earlier`` are the notes that correct the same invoice already (D25).
    """
    by_rate: dict[AppliedRate, list[int]] = {}
    for index, line in enumerate(lines):
        by_rate.setdefault(line.rate, []).append(index)
    taxes, spread = [], [0] * len(lines)
    for rate, indexes in by_rate.items():
        base = sum(lines[index].minor for index in indexes)
        amount = note_tax(rate, base, corrected, earlier, mode)
        taxes.append(Tax(rate.code, rate.percent, base, amount, rate.reason if not amount else None))
        if amount:
            for index, part in zip(indexes, allocate(amount, [-lines[i].minor for i in indexes]), strict=True):
                spread[index] = part
    name = issue.name(DocumentKind.CREDIT_NOTE, sequence)
    named = _named(name, lines, spread)
    return issue.document(DocumentKind.CREDIT_NOTE, name, sequence, named, taxes, corrected.id, reason)


def note_tax(rate: AppliedRate, base: int, corrected: Document, earlier: Sequence[Document], mode: Rounding) -> int:
    """The tax of a rate on a note: the invoice's for all that fell so far, rounded, less that of earlier notes."""

    def of(document: Document) -> tuple[int, int]:
        found = [tax for tax in document.taxes if (tax.code, tax.percent) == (rate.code, rate.percent)]
        return sum(tax.base for tax in found), sum(tax.amount for tax in found)

    whole, tax = of(corrected)
    before = [of(note) for note in earlier]
    if not whole:
        return 0
    so_far = sum(part for part, _ in before) + base
    return minor_units(ex.ratio(ex.whole(tax), whole, so_far), 0, mode) - sum(part for _, part in before)


def opening(issue: Issue, minor: int, sequence: int, line: Line) -> Document:
    """What a customer from another system owes, as a document of its own that payments settle."""
    name = issue.name(DocumentKind.OPENING, sequence)
    named = attrs.evolve(line, id=f"{name}-1", minor=minor)
    taxes = [Tax("none", Decimal(0), minor, 0, "opening balance")]
    return issue.document(DocumentKind.OPENING, name, sequence, [named], taxes)
