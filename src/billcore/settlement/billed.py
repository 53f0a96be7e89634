"""What has been billed: the lines of runs on live documents, by key, with what is left of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs

from billcore.kernel import ZERO, Exact, Period, Rounding
from billcore.kernel import exact as ex
from billcore.settlement.document import Document, DocumentKind, Invoice, Line, LineKind
from billcore.settlement.key import ChargeKey

__all__ = ["Billed", "BilledLine", "BilledOff"]


@attrs.define
class BilledLine:
    """A line that was billed under a key, with what is left of it after the credits that name it."""

    line: Line
    document: Document
    waived: bool
    exact_left: Exact
    minor_left: int


@attrs.define
class BilledOff:
    """What a coupon took off a line, with what is left of it after what was given back; above zero."""

    line: Line
    document: Document
    exact_left: Exact
    minor_left: int


@attrs.define
class Billed:
    """Earlier documents of a customer, as far as a difference needs them.

    Built from the invoices (with their lines) that hold a key in question and all notes that correct them. ``offs`` are
    what coupons took off a line, by its id; ``given`` what a percentage took off in all, and ``lifted`` the lines that
    took it back later, by its key; ``waived`` what documents that are void and not billed again have of a key.
    """

    entries: dict[ChargeKey, list[BilledLine]] = attrs.field(factory=dict)
    goodwill: dict[ChargeKey, Exact] = attrs.field(factory=dict)
    counts: dict[ChargeKey, int] = attrs.field(factory=dict)
    sums: dict[ChargeKey, Exact] = attrs.field(factory=dict)
    groups: dict[tuple[str, str, Period], tuple[Exact, int]] = attrs.field(factory=dict)
    latest: dict[ChargeKey, dt.datetime] = attrs.field(factory=dict)
    invoices: dict[str, Invoice] = attrs.field(factory=dict)
    notes: dict[str, list[Document]] = attrs.field(factory=dict)
    offs: dict[str, list[BilledOff]] = attrs.field(factory=dict)
    given: dict[ChargeKey, tuple[Exact, int]] = attrs.field(factory=dict)
    lifted: dict[ChargeKey, list[BilledLine]] = attrs.field(factory=dict)
    waived: dict[ChargeKey, Exact] = attrs.field(factory=dict)
    dated: dict[dt.datetime, Document] = attrs.field(factory=dict)

    @classmethod
    def of(cls, invoices: Iterable[Invoice]) -> Billed:
        """Read documents in the order of issue; void ones only count lines, so that ordinals never repeat."""
        billed = cls()
        by_line: dict[str, BilledLine] = {}
        by_off: dict[str, BilledOff] = {}
        ordered = sorted(invoices, key=lambda i: (i.document.billing_date, i.document.sequence))
        for invoice in sorted(ordered, key=lambda i: i.document.kind is DocumentKind.CREDIT_NOTE):
            billed.invoices[invoice.id] = invoice
            document = invoice.document
            dead = invoice.void and not invoice.waived
            if not dead and document.kind is DocumentKind.INVOICE:
                billed.dated.setdefault(document.billing_date, document)
            if document.corrects is not None and not invoice.void:
                billed.notes.setdefault(document.corrects, []).append(document)
            for line in document.lines:
                if line.key is not None:
                    key = line.key.charge
                    billed.counts[key] = billed.counts.get(key, 0) + 1
                if not dead and line.coupon is not None:
                    billed._read_off(line, invoice, by_line, by_off)
                elif not dead:
                    billed._read(line, invoice, by_line)
        return billed

    def _read(self, line: Line, invoice: Invoice, by_line: dict[str, BilledLine]) -> None:
        key, document = line.key, invoice.document
        if key is not None:
            self._count(key, line, document)
        named = by_line.get(line.corrects) if line.corrects is not None else None
        if named is not None and document.kind is DocumentKind.CREDIT_NOTE:
            named.exact_left = ex.add(named.exact_left, line.exact)
            named.minor_left += line.minor
            if key is None and named.line.key is not None:
                self._forgive(named.line.key, ex.negate(line.exact))
        elif key is not None:
            entry = BilledLine(line, document, invoice.waived, line.exact, line.minor)
            if invoice.waived:
                self._forgive(key, line.exact)
                self.waived[key] = ex.add(self.waived.get(key, ZERO), line.exact)
                entry.exact_left, entry.minor_left = ZERO, 0
            by_line[line.id] = entry
            self.entries.setdefault(key, []).append(entry)
        elif document.kind is not DocumentKind.CREDIT_NOTE:
            by_line[line.id] = BilledLine(line, document, invoice.waived, line.exact, line.minor)

    def _read_off(
        self, line: Line, invoice: Invoice, by_line: dict[str, BilledLine], by_off: dict[str, BilledOff]
    ) -> None:
        """A line of a coupon: it takes something off a line, or gives back of what was taken off."""
        document, key, named = invoice.document, line.key, line.corrects or ""
        if key is not None:
            exact, minor = self.given.get(key, (ZERO, 0))
            self.given[key] = (ex.subtract(exact, line.exact), minor - line.minor)
            self.latest[key.charge] = max(document.billing_date, self.latest.get(key.charge, document.billing_date))
        if document.kind is not DocumentKind.CREDIT_NOTE and line.kind is not LineKind.DISCOUNT:
            if key is not None:
                entry = BilledLine(line, document, invoice.waived, line.exact, line.minor)
                self.lifted.setdefault(key, []).append(entry)
                by_line[line.id] = entry
        elif named in by_off:
            by_off[named].exact_left = ex.subtract(by_off[named].exact_left, line.exact)
            by_off[named].minor_left -= line.minor
        elif (base := by_line.get(named)) is not None and base.line.coupon is not None:
            base.exact_left = ex.add(base.exact_left, line.exact)
            base.minor_left += line.minor
        elif base is not None:
            kept = ZERO if invoice.waived else ex.negate(line.exact)
            by_off[line.id] = off = BilledOff(line, document, kept, 0 if invoice.waived else -line.minor)
            self.offs.setdefault(base.line.id, []).append(off)

    def _count(self, key: ChargeKey, line: Line, document: Document) -> None:
        date = document.billing_date
        self.sums[key] = ex.add(self.sums.get(key, ZERO), line.exact)
        self.latest[key] = max(date, self.latest.get(key, date))
        if not document.rounding.whole_invoice:  # where it is, the invoice is the group
            exact, minor = self.groups.get(key.group, (ZERO, 0))
            self.groups[key.group] = (ex.add(exact, line.exact), minor + line.minor)

    def _forgive(self, key: ChargeKey, exact: Exact) -> None:
        self.goodwill[key] = ex.add(self.goodwill.get(key, ZERO), exact)

    def sum(self, key: ChargeKey) -> Exact:
        """The exact amount billed under the key."""
        return self.sums.get(key, ZERO)

    def mode(self, key: ChargeKey, otherwise: Rounding) -> Rounding:
        """How the key rounds what it is over: as the first document does that has it, or was made at its period's end.

        A line that came to nothing then is on no document. Where there is neither, as a new one would.
        """
        lines = self.entries.get(key)
        first = lines[0].document if lines else None
        last = self.dated.get(key.period.end)
        if last is None or (first is not None and first.billing_date <= last.billing_date):
            return otherwise if first is None else first.rounding.mode
        return last.rounding.mode

    def floor(self, key: ChargeKey) -> Exact:
        """What the key is never billed down below: goodwill on its lines, and what was waived."""
        return self.goodwill.get(key, ZERO)

    def whole(self, document: Document | None) -> tuple[Exact, int]:
        """The exact and the rounded sum of an invoice's lines of runs, its notes included; zero of a new one."""
        if document is None:
            return (ZERO, 0)
        notes = self.notes.get(document.id, ())
        lines = [line for one in (document, *notes) for line in one.lines if line.key and line.coupon is None]
        return (ex.total([line.exact for line in lines]), sum(line.minor for line in lines))
