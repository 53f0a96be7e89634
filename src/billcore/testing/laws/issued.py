"""What was issued: signs, numbers, corrections, and all invariants at once. These laws only read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from billcore.engine import Billing
from billcore.pricing import Tax, TaxRounding
from billcore.settlement import Document, Invoice, LineKind, net_falls, net_lines, root_of, roots
from billcore.testing.laws._broken import broken, same
from billcore.testing.laws.reading import customers, documents

__all__ = [
    "books_are_sound",
    "invoices_only_add_and_notes_only_lower",
    "notes_never_exceed_their_invoice",
    "numbers_have_no_gap",
    "taxes_are_right",
]


def books_are_sound(billing: Billing) -> None:
    """Law: all numbered invariants hold on everything that is stored (``billing.verify()``)."""
    found = billing.verify()
    if found:
        raise AssertionError("\n  ".join(["the books are sound:", *map(str, found)]))


def invoices_only_add_and_notes_only_lower(billing: Billing) -> None:
    """Law: no line of an invoice is negative but its discounts, none of a note positive but what falls with a discount.

    Each falling line names one of that invoice, or of an earlier note of it, and says why it falls (M10, I3).
    """
    law = "invoices only add and notes only lower"
    for customer in customers(billing):
        found = documents(billing, customer)
        lines: dict[str, set[str]] = defaultdict(set)
        for one in found:
            lines[one.document.corrects or one.id] |= {line.id for line in one.document.lines}
        for one in found:
            corrects = one.document.corrects
            if not one.document.lines:
                raise broken(law, number=one.number, lines=0)
            for line in one.document.lines:
                if line.kind is LineKind.DISCOUNT:
                    right = corrects is None and line.minor <= 0 == line.tax and line.exact < 0
                    right = right and line.corrects in lines[one.id] and line.coupon is not None
                elif corrects is None:
                    right = line.minor >= 0 <= line.tax and line.exact >= 0
                else:
                    named = line.corrects in lines[corrects] and bool(line.reason)
                    falls = line.minor <= 0 >= line.tax and line.exact <= 0
                    right = named and (falls or (line.coupon is not None and not line.tax))
                if not right:
                    raise broken(law, number=one.number, corrects=corrects, line=line)


def notes_never_exceed_their_invoice(billing: Billing) -> None:
    """Law: notes of an invoice never exceed it, line by line and rate by rate, tax included (I3).

    Note by note, in the order of issue, the tax given back is the share of what is given back, rounded (of each rate,
    or of each line where the invoice was made so); so they add up to the invoice, to the last unit, where every line is
    given back. A note of goodwill may be issued before one of an earlier billing date.
    """
    for customer in customers(billing):
        found = sorted(documents(billing, customer), key=lambda one: (len(one.number or ""), one.number or ""))
        notes: dict[str | None, list[Invoice]] = defaultdict(list)
        for note in found:
            notes[note.document.corrects].append(note)
        for one in found:
            if one.id in notes:
                _within(one, notes[one.id], by_line=one.document.rounding.tax is TaxRounding.LINE)


def _within(one: Invoice, notes: Sequence[Invoice], *, by_line: bool) -> None:
    law = "notes never exceed their invoice"
    numbers = [note.number for note in notes]
    root = roots([one.document, *(note.document for note in notes)])
    left: dict[str, int] = defaultdict(int)
    for line in one.document.lines:
        left[root.get(line.id, line.id)] += line.minor
    for line in (line for note in notes for line in note.document.lines):
        left[root.get(line.id, line.corrects or "")] += line.minor
    if min(left.values()) < 0:
        raise broken(law, number=one.number, notes=numbers, left=left)
    credited = -sum(note.document.total for note in notes)
    same(law, one.credited, credited, number=one.number, notes=numbers)
    if credited > one.document.total or (not any(left.values()) and credited != one.document.total):
        raise broken(law, number=one.number, notes=numbers, credited=credited, total=one.document.total)
    if by_line:
        _line_taxes_within(law, one, notes)
    for tax in one.document.taxes:
        _tax_within(law, one, tax, notes, by_line=by_line)


def _gross(tax: Tax) -> int:
    """What a rate is a share of: the base, with the tax where prices include it."""
    return tax.base + tax.amount if tax.inclusive else tax.base


def _tax_within(law: str, one: Invoice, tax: Tax, notes: Sequence[Invoice], *, by_line: bool) -> None:
    whole = _gross(tax)
    base, amount = 0, 0
    for given in (other for note in notes for other in note.document.taxes):
        if (given.code, given.percent, given.inclusive) != (tax.code, tax.percent, tax.inclusive):
            continue
        base, amount = base + _gross(given), amount + given.amount
        off = abs(2 * (amount * whole - tax.amount * base))
        if off > whole and not by_line:  # half a unit at most, each time
            raise broken(law, number=one.number, rate=tax.code, tax=tax, base=base, amount=amount)
    if base + whole < 0 or amount + tax.amount < 0:
        raise broken(law, number=one.number, rate=tax.code, tax=tax, base=base, amount=amount)


def _line_taxes_within(law: str, one: Invoice, notes: Sequence[Invoice]) -> None:
    """Line by line the tax given back is the share of what is given back; what coupons have of a line counts on it."""
    shared = {part for line in one.document.lines for part in line.rate.parts}
    about = roots([one.document, *(note.document for note in notes)])
    for line, net in net_lines(one.document):
        if line.rate.parts or line.rate in shared:  # given back by rate: a line keeps only the sum of its taxes
            continue
        minor, tax = 0, 0
        for note in notes:
            for given, fallen in zip(note.document.lines, net_falls(note.document.lines, about), strict=True):
                if root_of(given, about) == line.id:
                    minor, tax = minor + fallen, tax + given.tax
            if abs(2 * (tax * net - line.tax * minor)) > net or tax + line.tax < 0:
                raise broken(law, number=one.number, line=line.id, given=minor, tax=tax, of=line.tax)


def taxes_are_right(billing: Billing) -> None:
    """Law: every document is net and tax, to the unit, and no tax is silently zero (BR-CO-14, BR-CO-15, R0-21).

    The nets of the lines add up to the document's; what prices include of tax is taken out of them, so that line by
    line net and tax are the price; and a tax of zero says why.
    """
    law = "taxes are right"
    for one in documents(billing):
        found = one.document
        lines = found.lines
        same(law, found.net, sum(line.net for line in lines), number=one.number, of="nets")
        same(law, found.tax, sum(line.tax for line in lines), number=one.number, of="taxes")
        same(law, found.total, found.net + found.tax, number=one.number, of="total")
        same(law, found.net, _plain_base(found), number=one.number, of="bases")
        on_top = sum(line.tax for line in lines if not line.rate.inclusive)
        same(law, found.total, sum(line.minor for line in lines) + on_top, number=one.number, of="prices")
        for tax in found.taxes:
            if not tax.amount and not tax.reason:
                raise broken(law, number=one.number, tax=tax)


def _plain_base(document: Document) -> int:
    """The bases of all rates; what several rates tax is counted once."""
    if any(line.rate.parts for line in document.lines):
        return document.net
    return sum(tax.base for tax in document.taxes)


def numbers_have_no_gap(billing: Billing) -> None:
    """Law: each series counts 1, 2, 3 without a gap; a series is one issuer's documents of one kind (I2).

    Needs a handle that sees everybody.
    """
    series: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in documents(billing):
        series[one.document.issuer, one.document.kind.value].append(one.number or "")
    for name, numbers in series.items():
        got = sorted(numbers, key=lambda number: (len(number), number))
        prefix = got[0].rpartition("-")[0]
        same("numbers have no gap", got, [f"{prefix}-{n:06d}" for n in range(1, len(got) + 1)], series=name)
