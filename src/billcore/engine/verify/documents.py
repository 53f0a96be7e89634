"""Documents: tax, rounding, hashes, corrections and states (M5, M6, I1 to I5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import attrs

from billcore.engine.verify.cells import cell
from billcore.engine.verify.values import Kept
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Found, Violation
from billcore.engine.writing import number_of
from billcore.kernel import ZERO, Exact, Rounding, minor_units, places
from billcore.kernel import exact as ex
from billcore.ports.tables import POSTING
from billcore.pricing import AppliedRate, Tax, Taxes, TaxRounding, lines_by_rate, tax_over
from billcore.settlement import (
    Account,
    Document,
    DocumentKind,
    Line,
    net_lines,
    note_taxes,
    roots,
)

__all__ = ["check_i1", "check_i2", "check_i3", "check_i4", "check_i5", "check_m5", "check_m6"]

_STATES = ("issued", "void", "waived", "uncollectible")


def check_m5(view: AccountView) -> Found:
    """Tax is rounded once a rate over the document, or a line; a note's with those before it; a zero has its reason."""
    every = view.values.kept if view.values is not None else ()
    root = roots(kept.document for kept in every)
    for kept in every:
        document, nets = kept.document, net_lines(kept.document, root)
        by_rate = lines_by_rate([line.rate for line in document.lines])
        if len(by_rate) != len(document.taxes):
            yield Violation("M5", kept.number, f"{len(by_rate)} rates on its lines", str(len(document.taxes)))
            continue
        for (rate, where), tax in zip(by_rate.items(), document.taxes, strict=True):
            yield from _unlike(kept, rate, [nets[place] for place in where], tax)
        if document.kind is DocumentKind.INVOICE:
            lines = [(line.rate, minor) for line, minor in nets]
            how = document.rounding
            yield from _untaxed(kept, tax_over(lines, how.mode, how.tax))
    yield from _wrong_notes(view)


def _unlike(kept: Kept, rate: AppliedRate, nets: Sequence[tuple[Line, int]], tax: Tax) -> Found:
    """Where the tax of a rate is not that of the lines which it stands for."""
    place, lines = f"{kept.number} {rate.code}", [line for line, _ in nets]
    base = sum(line.minor for line in lines) - (tax.amount if rate.inclusive else 0)
    if (tax.code, tax.percent, tax.base, tax.inclusive) != (rate.code, rate.percent, base, rate.inclusive):
        found = f"{tax.base} at {tax.percent}"
        yield Violation("M5", place, f"the base should be {base} at {rate.percent}", found)
    if not tax.amount and not tax.reason:
        yield Violation("M5", place, "a tax of zero has a reason", str(tax.reason))
    if any(line.rate.parts for line in lines):
        return  # a line of several rates keeps the sum of its taxes: the document's is looked at as a whole
    spread = sum(line.tax for line in lines)
    if tax.amount != spread:
        yield Violation("M5", place, f"its lines have a tax of {spread}", str(tax.amount))
    if kept.document.rounding.tax is TaxRounding.RATE:
        yield from _unfair(kept, nets, tax.amount)


def _untaxed(kept: Kept, asked: Taxes) -> Found:
    """Where the taxes of a document and its lines are not those that are asked for."""
    document = kept.document
    if asked.total != document.tax:
        yield Violation("M5", kept.number, f"its rates ask for a tax of {asked.total}", str(document.tax))
    spread = sum(line.tax for line in document.lines)
    if spread != document.tax and any(line.rate.parts for line in document.lines):
        yield Violation("M5", kept.number, f"its lines have a tax of {spread}", str(document.tax))
    if document.rounding.tax is TaxRounding.LINE:
        for line, due in zip(document.lines, asked.lines, strict=True):
            if line.tax != due:
                yield Violation("M5", f"{kept.number} {line.id}", f"its tax should be {due}", str(line.tax))


def _wrong_notes(view: AccountView) -> Found:
    """Credit notes, in the order of their numbers, which is that of their issue, with another tax than they ask for."""
    kept = {one.document.id: one for one in view.values.kept} if view.values is not None else {}
    before: dict[str, list[Document]] = {}
    for one in sorted((one for one in kept.values() if one.is_note), key=lambda one: _rank(one.number)):
        corrected = kept.get(one.document.corrects or "")
        if corrected is None:
            continue  # T1 says so
        if (how := one.document.rounding) != corrected.document.rounding:
            yield Violation("M5", one.number, "not rounded as the invoice it corrects", how.text)
        earlier = before.setdefault(corrected.document.id, [])
        asked = note_taxes(one.document.lines, corrected.document, earlier)
        for tax, due in zip(one.document.taxes, asked.rates, strict=False):  # as many, or it was told before
            if tax.amount != due.amount:
                yield Violation("M5", f"{one.number} {tax.code}", f"the tax should be {due.amount}", str(tax.amount))
        earlier.append(one.document)


def _unfair(kept: Kept, lines: Sequence[tuple[Line, int]], amount: int) -> Found:
    """Lines whose part differs from their exact share by a unit or more."""
    base = sum(abs(minor) for _, minor in lines)
    for line, minor in lines:
        share = Fraction(amount * abs(minor), base) if base else Fraction(0)
        if abs(line.tax - share) >= 1:
            yield Violation("M5", f"{kept.number} {line.id}", "its tax is not its share", str(line.tax))


@attrs.define
class _Group:
    """A rounding group: its sums, in what ways it was rounded, what is left of its lines, and how many are void."""

    exact: Exact = ZERO
    minor: int = 0
    modes: set[Rounding] = attrs.field(factory=set)
    left: int = 0
    dead: int = 0

    def add(self, kept: Kept, line: Line) -> None:
        """Count a line of a run, or what is left of one after goodwill."""
        if line.key is None:
            self.left += line.minor
        elif kept.dead:
            self.dead += 1
        else:
            self.exact, self.minor = ex.add(self.exact, line.exact), self.minor + line.minor
            self.modes.add(kept.document.rounding.mode)
            self.left += 0 if kept.invoice.waived else line.minor


def check_m6(view: AccountView) -> Found:
    """In every rounding group the amounts sum to the rounded exact sum, but for units that goodwill gave back."""
    values = view.values
    if values is None:
        return
    digits = places(values.loaded.facts.customer.currency)
    for name, group in _groups(values.kept).items():
        rounded = {minor_units(group.exact, digits, mode) for mode in group.modes}
        # What a void document leaves of its group is put right by the group's next line: until then within its lines.
        off = abs(group.minor - ex.fraction(group.exact) * 10**digits)
        loose = group.dead and off <= Fraction(1, 2) + group.dead
        # What was forgiven may be more where nothing is left of any line to take it from, and only there.
        forgiven = not group.left and group.minor > min(rounded, default=group.minor)
        if group.modes and group.minor not in rounded and not forgiven and not loose:
            place = f"{view.customer} {' '.join(map(str, name))}"
            yield Violation("M6", place, f"the group should sum to {max(rounded)}", str(group.minor))


def _groups(every: Sequence[Kept]) -> dict[tuple[object, ...], _Group]:
    """The rounding groups of an account: an invoice with its notes where it was made so, else lines of one price."""
    named: dict[str | None, tuple[object, ...]] = {}
    found: dict[tuple[object, ...], _Group] = {}
    for kept in sorted(every, key=lambda kept: kept.is_note):
        document = kept.document
        for line in document.lines:
            if line.coupon is not None:
                continue
            if line.key is not None:
                whole = document.rounding.whole_invoice
                named[line.id] = (document.corrects or document.id,) if whole else line.key.group
            name = named.get(line.id, named.get(line.corrects))
            if name is not None:
                found.setdefault(name, _Group()).add(kept, line)
    return found


def check_i1(view: AccountView) -> Found:
    """An issued document never changes: its content has the hash that it had at issue."""
    for kept in view.values.kept if view.values is not None else ():
        if (found := kept.document.content_hash()) != kept.hash:
            yield Violation("I1", kept.number, f"the content's hash is {found}", kept.hash)


def check_i2(view: AccountView) -> Found:
    """Numbers are unique, contiguous and in order of issue in their series, which goes on behind the last."""
    last: dict[object, str] = {}
    for kept in view.values.kept if view.values is not None else ():
        document = kept.document
        name = (document.kind, document.issuer, document.currency, document.billing_date)
        # Documents come by billing date and sequence, and sequence counts the documents of a date as they are issued.
        if name in last and _rank(kept.number) <= _rank(last[name]):
            yield Violation("I2", kept.number, "numbered before one that was issued earlier", last[name])
        last[name] = kept.number
        if not _shaped(kept):
            yield Violation("I2", kept.number, "not a number of its series", document.kind.value)


def _rank(number: str) -> tuple[int, str]:
    return (len(number), number)


def _shaped(kept: Kept) -> bool:
    digits = kept.number.rpartition("-")[2]
    return digits.isdecimal() and kept.number == number_of(kept.document.kind, int(digits))


def check_i3(view: AccountView) -> Found:
    """Credit notes never exceed what they correct: neither the invoice, tax included, nor any of its lines."""
    if view.values is None:
        return
    notes: dict[str | None, list[Kept]] = {}
    for kept in view.values.kept:
        if kept.is_note:
            notes.setdefault(kept.document.corrects, []).append(kept)
    for kept in view.values.kept:
        if not kept.is_note:
            yield from _beyond(kept, notes.pop(kept.document.id, ()))
    for name, found in notes.items():
        for note in found:
            yield Violation("I3", note.number, "corrects no invoice of its customer", name)


def _beyond(kept: Kept, notes: Sequence[Kept]) -> Found:
    """What notes of one invoice credit beyond it."""
    root = roots([kept.document, *(note.document for note in notes)])
    left: Counter[str] = Counter()
    for line in kept.document.lines:
        left[root.get(line.id, line.id)] += line.minor
    total = kept.total
    for note in notes:
        total += note.total
        if total < 0:
            yield Violation("I3", note.number, f"credits {kept.number} beyond its total", str(-note.total))
        for line in note.document.lines:
            corrected, place = line.corrects or "", f"{note.number} {line.id}"
            name = root.get(line.id, corrected)
            if name not in left:
                yield Violation("I3", place, f"corrects no line of {kept.number}", line.corrects)
                continue
            left[name] += line.minor
        for name in [name for name, minor in left.items() if minor < 0]:
            yield Violation("I3", note.number, f"credits {name} beyond its amount", str(left.pop(name)))


def check_i4(view: AccountView) -> Found:
    """A document's state fits it: a void one is neither paid nor corrected, a note never void, a loss booked as one."""
    if view.values is None:
        return
    corrected = {kept.document.corrects for kept in view.values.kept}
    off = {
        cell(POSTING, row, "source")
        for row in view.of(POSTING)
        if cell(POSTING, row, "account") == Account.WRITE_OFF.value
    }
    for kept in view.values.kept:
        if kept.state not in _STATES:
            yield Violation("I4", kept.number, "not a state", kept.state)
        elif kept.is_note and kept.state != "issued":
            yield Violation("I4", kept.number, "a credit note stays issued", kept.state)
        elif kept.invoice.void and (kept.invoice.payments or kept.document.id in corrected):
            yield Violation("I4", kept.number, "void, but paid or corrected", kept.state)
        elif kept.invoice.uncollectible and kept.document.id not in off:
            yield Violation("I4", kept.number, "written off, but not booked so", kept.state)


def check_i5(view: AccountView) -> Found:
    """What a document says was paid and credited is the sum of its payments and credit notes, and open is the rest."""
    if view.values is None:
        return
    credited: Counter[str] = Counter()
    for kept in view.values.kept:
        if kept.document.corrects is not None and not kept.invoice.void:
            credited[kept.document.corrects] -= kept.document.total
    for kept in view.values.kept:
        noted = credited[kept.document.id]
        found = (
            ("settled", kept.settled, kept.invoice.settled),
            ("credited", kept.credited, noted),
            ("open", kept.open, kept.invoice.open),
        )
        for name, stored, summed in found:
            if stored != summed:
                yield Violation("I5", kept.number, f"{name} should be {summed}", str(stored))
