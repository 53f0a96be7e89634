"""Documents: tax, rounding, hashes, corrections and states (M5, M6, I1 to I5)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from billcore.engine.verify.view import AccountView, Kept, Values
from billcore.engine.verify.violation import Found, Violation
from billcore.engine.writing import number_of
from billcore.kernel import ZERO, Exact, minor_units, places
from billcore.kernel import exact as ex
from billcore.pricing import AppliedRate, tax_over
from billcore.settlement import DocumentKind, Line

__all__ = ["check_i1", "check_i2", "check_i3", "check_i4", "check_i5", "check_m5", "check_m6"]

_STATES = ("issued", "void", "waived", "uncollectible")


def check_m5(view: AccountView) -> Found:
    """The tax of each rate is rounded once over the document and spread over its lines without losing a unit."""
    for kept in view.values.kept if view.values is not None else ():
        document = kept.document
        by_rate: dict[AppliedRate, list[Line]] = {}
        for line in document.lines:
            by_rate.setdefault(line.rate, []).append(line)
        if len(by_rate) != len(document.taxes):
            yield Violation("M5", kept.number, f"{len(by_rate)} rates on its lines", str(len(document.taxes)))
            continue
        for (rate, lines), tax in zip(by_rate.items(), document.taxes, strict=True):
            place = f"{kept.number} {rate.code}"
            base, spread = sum(line.minor for line in lines), sum(line.tax for line in lines)
            if (tax.code, tax.percent, tax.base) != (rate.code, rate.percent, base):
                yield Violation("M5", place, f"the base should be {base} at {rate.percent}", f"{tax.base} at {tax.percent}")
            if tax.amount != spread:
                yield Violation("M5", place, f"its lines have a tax of {spread}", str(tax.amount))
            yield from _unfair(kept, lines, tax.amount)
        if document.kind is DocumentKind.INVOICE:
            asked = tax_over([(line.rate, line.minor) for line in document.lines], view.policy.rounding).total
            if asked != document.tax:
                yield Violation("M5", kept.number, f"its rates ask for a tax of {asked}", str(document.tax))


def _unfair(kept: Kept, lines: Sequence[Line], amount: int) -> Found:
    """Lines whose part differs from their exact share by a unit or more."""
    base = sum(abs(line.minor) for line in lines)
    for line in lines:
        if abs(line.tax - (Fraction(amount * abs(line.minor), base) if base else 0)) >= 1:
            yield Violation("M5", f"{kept.number} {line.id}", "its tax is not its share", str(line.tax))


def check_m6(view: AccountView) -> Found:
    """In every rounding group the amounts sum to the rounded exact sum."""
    values = view.values
    if values is None:
        return
    digits = places(values.loaded.facts.customer.currency)
    exact: dict[object, Exact] = {}
    minor: Counter[object] = Counter()
    dead: Counter[object] = Counter()
    for kept in values.kept:
        for line in kept.document.lines:
            if line.key is None:
                continue
            name = _run(kept) if view.policy.whole_invoice else line.key.group
            dead[name] += kept.dead
            if not kept.dead:
                exact[name] = ex.add(exact.get(name, ZERO), line.exact)
                minor[name] += line.minor
    several = _runs_twice(values) if view.policy.whole_invoice else frozenset()
    for name, whole in exact.items():
        rounded = minor_units(whole, digits, view.policy.rounding)
        # What a void document leaves of its group is put right by the group's next line: until then within its lines.
        loose = abs(minor[name] - ex.fraction(whole) * 10**digits) <= Fraction(1, 2) + dead[name]
        if minor[name] != rounded and not (dead[name] and loose) and name not in several:
            place = f"{view.customer} {' '.join(map(str, name if isinstance(name, tuple) else (name,)))}"
            yield Violation("M6", place, f"the group should sum to {rounded}", str(minor[name]))


def _run(kept: Kept) -> tuple[dt.datetime, dt.datetime]:
    return (kept.document.billing_date, kept.document.issued_at)


def _runs_twice(values: Values) -> frozenset[object]:
    """Billing dates that one instant billed more than once: each time was a group of its own."""
    counts = Counter(_run(kept) for kept in values.kept if kept.document.kind is DocumentKind.INVOICE)
    return frozenset(name for name, count in counts.items() if count > 1)


def check_i1(view: AccountView) -> Found:
    """An issued document never changes: its content has the hash that it had at issue."""
    for kept in view.values.kept if view.values is not None else ():
        if (found := kept.document.content_hash()) != kept.hash:
            yield Violation("I1", kept.number, f"the content's hash is {found}", kept.hash)


def check_i2(view: AccountView) -> Found:
    """Numbers are unique and contiguous in their series, and increase with the order of issue."""
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
    by_id = {kept.document.id: kept for kept in view.values.kept}
    lines = {line.id: (kept, line) for kept in by_id.values() if not kept.is_note for line in kept.document.lines}
    credited: Counter[str] = Counter()
    fallen: Counter[str] = Counter()
    for kept in view.values.kept:
        corrects = kept.document.corrects
        if not kept.is_note:
            continue
        if corrects not in by_id or by_id[corrects].is_note:
            yield Violation("I3", kept.number, "corrects no invoice of its customer", corrects)
            continue
        credited[corrects] -= kept.total
        for line in kept.document.lines:
            named = lines.get(line.corrects or "")
            if named is None or named[0].document.id != corrects:
                yield Violation("I3", f"{kept.number} {line.id}", "corrects no line of its invoice", line.corrects)
            else:
                fallen[named[1].id] -= line.minor
    for name, minor in credited.items():
        if minor > by_id[name].total:
            yield Violation("I3", by_id[name].number, f"credited beyond its total of {by_id[name].total}", str(minor))
    for name, minor in fallen.items():
        kept, line = lines[name]
        if minor > line.minor:
            yield Violation("I3", f"{kept.number} {name}", f"credited beyond its amount of {line.minor}", str(minor))


def check_i4(view: AccountView) -> Found:
    """A document's state is one that its kind may have: a void one is neither paid nor corrected, a note never void."""
    if view.values is None:
        return
    corrected = {kept.document.corrects for kept in view.values.kept}
    for kept in view.values.kept:
        if kept.state not in _STATES:
            yield Violation("I4", kept.number, "not a state", kept.state)
        elif kept.is_note and kept.state != "issued":
            yield Violation("I4", kept.number, "a credit note stays issued", kept.state)
        elif kept.invoice.void and (kept.invoice.payments or kept.document.id in corrected):
            yield Violation("I4", kept.number, "void, but paid or corrected", kept.state)


def check_i5(view: AccountView) -> Found:
    """What a document says was paid and credited is the sum of its payments and of its credit notes."""
    if view.values is None:
        return
    credited: Counter[str] = Counter()
    for kept in view.values.kept:
        if kept.document.corrects is not None and not kept.invoice.void:
            credited[kept.document.corrects] -= kept.document.total
    for kept in view.values.kept:
        found = (("settled", kept.settled, kept.invoice.settled), ("credited", kept.credited, credited[kept.document.id]))
        for name, stored, summed in found:
            if stored != summed:
                yield Violation("I5", kept.number, f"{name} should be {summed}", str(stored))
