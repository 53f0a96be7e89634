"""Making documents of lines: ids, taxes, due dates; one credit note for each invoice that falls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from billcore.kernel import Rounding, add_days, allocate, derive, micros, minor_units
from billcore.kernel import exact as ex
from billcore.lifecycle import Customer
from billcore.pricing import AppliedRate, Tax, Taxes, TaxRounding, lines_by_rate, tax_over, why_zero
from billcore.settlement.account import Policy
from billcore.settlement.billed import Billed
from billcore.settlement.document import Document, DocumentKind, Line, LineKind
from billcore.settlement.moves import Fall, Off, Rise
from billcore.settlement.nets import net_falls, net_lines, root_of, roots
from billcore.settlement.rounding_terms import RoundingTerms

__all__ = ["Issue", "credit_note", "credit_notes", "invoice", "note_tax", "note_taxes", "opening"]

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
        rounding: RoundingTerms,
        corrects: str | None = None,
        reason: str | None = None,
    ) -> Document:
        """The document; ``name`` is its id, ``rounding`` what it is made under."""
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
            rounding=rounding,
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


def invoice(issue: Issue, rises: Sequence[Rise], sequence: int, policy: Policy) -> Document:
    """An invoice of lines that add, each with its discounts under it.

    Taxed on what coupons leave, once a rate over the document and spread back, or line by line; a discount has no tax
    of its own.
    """
    taxes = tax_over(
        [(rise.rate, rise.net if rise.offs else rise.minor) for rise in rises], policy.rounding, policy.tax
    )
    name = issue.name(DocumentKind.INVOICE, sequence)
    lines: list[Line] = []
    for rise, tax in zip(rises, taxes.lines, strict=True):
        line = rise.line(f"{name}-{len(lines) + 1}", tax)
        lines.append(line)
        if rise.offs:
            lines += [_off(line, off, f"{name}-{len(lines) + place}") for place, off in enumerate(rise.offs, 1)]
    return issue.document(DocumentKind.INVOICE, name, sequence, lines, taxes.rates, policy.rounding_terms)


def _off(line: Line, off: Off, name: str) -> Line:
    """The line of a discount, under the line that it lowers."""
    return attrs.evolve(
        line,
        id=name,
        kind=LineKind.DISCOUNT,
        description=off.description,
        exact=ex.negate(off.exact),
        minor=-off.minor,
        tax=0,
        key=off.key,
        nth=off.nth,
        corrects=line.id,
        reason=None,
        coupon=off.coupon,
    )


def credit_notes(issue: Issue, falls: Sequence[Fall], billed: Billed, sequence: int) -> list[Document]:
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
) -> Document:
    """A note of lines that fall, which correct lines of an invoice; its tax is that of ``note_taxes``.

    It is rounded as the invoice was, whatever the house does by now. ``earlier`` are the notes that correct the same
    invoice already (D25).
    """
    taxes = note_taxes(lines, corrected, earlier)
    name = issue.name(DocumentKind.CREDIT_NOTE, sequence)
    named, rounding = _named(name, lines, taxes.lines), corrected.rounding
    return issue.document(DocumentKind.CREDIT_NOTE, name, sequence, named, taxes.rates, rounding, corrected.id, reason)


def note_taxes(lines: Sequence[Line], corrected: Document, earlier: Sequence[Document]) -> Taxes:
    """The tax of a note is the invoice's by cumulative rounding, in its ways: the last note takes the exact rest.

    That is of each rate, or of each line where tax is rounded so; what coupons give back counts on the line they
    lowered. A rate that stands beside others on a line goes by rate, for an invoice does not keep each line's part of
    each.
    """
    mode, rounding = corrected.rounding.mode, corrected.rounding.tax
    taxes, spread = [], [0] * len(lines)
    shared = {part for line in corrected.lines for part in line.rate.parts}
    about = roots([corrected, *earlier])
    falling = net_falls(lines, about)
    for rate, places in lines_by_rate([line.rate for line in lines]).items():
        gross = sum(lines[place].minor for place in places)
        if rounding is TaxRounding.LINE and rate not in shared:
            found = [(lines[place], falling[place]) for place in places]
            parts = tuple(_line_taxes(found, corrected, earlier, about, mode))
            amount = sum(parts)
        else:
            amount = note_tax(rate, gross, corrected, earlier, mode)
            parts = allocate(amount, [-falling[place] for place in places]) if amount else ()
        base = gross - amount if rate.inclusive else gross
        taxes.append(
            Tax(rate.code, rate.percent, base, amount, None if amount else why_zero(rate, gross), rate.inclusive)
        )
        for place, part in zip(places, parts, strict=False):
            spread[place] += part
    return Taxes(tuple(taxes), tuple(spread))


def _line_taxes(
    lines: Sequence[tuple[Line, int]],
    corrected: Document,
    earlier: Sequence[Document],
    about: Mapping[str, str],
    mode: Rounding,
) -> list[int]:
    """The tax of each line, given with what falls by it: its share of the tax of the line that it corrects.

    Of that, earlier lines took some.
    """
    billed = {line.id: (line, minor) for line, minor in net_lines(corrected)}
    taken: dict[str | None, tuple[int, int]] = {}
    for line, fallen in (
        found for note in earlier for found in zip(note.lines, net_falls(note.lines, about), strict=True)
    ):
        name = root_of(line, about)
        minor, tax = taken.get(name, (0, 0))
        taken[name] = minor + fallen, tax + line.tax
    found = []
    for line, fallen in lines:
        name = root_of(line, about)
        whole, net = billed[name or ""]
        minor, tax = taken.get(name, (0, 0))
        so_far = minor + fallen
        due = minor_units(ex.ratio(ex.whole(whole.tax), net, so_far), 0, mode) if net else 0
        taken[name] = so_far, due
        found.append(due - tax)
    return found


def note_tax(rate: AppliedRate, base: int, corrected: Document, earlier: Sequence[Document], mode: Rounding) -> int:
    """The tax of a rate on a note: the invoice's for all that fell so far, rounded, less that of earlier notes.

    ``base`` is what falls: with the tax, where the rate is inclusive.
    """

    def of(document: Document) -> tuple[int, int]:
        kind = (rate.code, rate.percent, rate.inclusive)
        found = [tax for tax in document.taxes if (tax.code, tax.percent, tax.inclusive) == kind]
        amount = sum(tax.amount for tax in found)
        return sum(tax.base for tax in found) + (amount if rate.inclusive else 0), amount

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
    return issue.document(DocumentKind.OPENING, name, sequence, [named], taxes, RoundingTerms())
