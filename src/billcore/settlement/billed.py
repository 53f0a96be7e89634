"""What has been billed: the lines of runs on live documents, by key, with what is left of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs

from billcore.kernel import ZERO, Exact, Period
from billcore.kernel import exact as ex
from billcore.settlement.document import Document, DocumentKind, Invoice, Line
from billcore.settlement.key import ChargeKey

__all__ = ["Billed", "BilledLine"]


@attrs.define
class BilledLine:
    """A line that was billed under a key, with what is left of it after the credits that name it."""

    line: Line
    document: Document
    waived: bool
    exact_left: Exact
    minor_left: int


@attrs.define
class Billed:
    """Earlier documents of a customer, as far as a difference needs them.

    Built from the invoices (with their lines) that hold a key in question and all notes that correct them.
    """

    entries: dict[ChargeKey, list[BilledLine]] = attrs.field(factory=dict)
    goodwill: dict[ChargeKey, Exact] = attrs.field(factory=dict)
    counts: dict[ChargeKey, int] = attrs.field(factory=dict)
    sums: dict[ChargeKey, Exact] = attrs.field(factory=dict)
    groups: dict[tuple[str, str, Period], tuple[Exact, int]] = attrs.field(factory=dict)
    latest: dict[ChargeKey, dt.datetime] = attrs.field(factory=dict)
    invoices: dict[str, Invoice] = attrs.field(factory=dict)
    notes: dict[str, list[Document]] = attrs.field(factory=dict)

    @classmethod
    def of(cls, invoices: Iterable[Invoice]) -> Billed:
        """Read documents in the order of issue; void ones only count lines, so that ordinals never repeat."""
        billed = cls()
        by_line: dict[str, BilledLine] = {}
        ordered = sorted(invoices, key=lambda i: (i.document.billing_date, i.document.sequence))
        for invoice in sorted(ordered, key=lambda i: i.document.kind is DocumentKind.CREDIT_NOTE):
            billed.invoices[invoice.id] = invoice
            document = invoice.document
            dead = invoice.void and not invoice.waived
            if document.corrects is not None and not invoice.void:
                billed.notes.setdefault(document.corrects, []).append(document)
            for line in document.lines:
                if line.key is not None:
                    billed.counts[line.key] = billed.counts.get(line.key, 0) + 1
                if not dead:
                    billed._read(line, invoice, by_line)
        return billed

    def _read(self, line: Line, invoice: Invoice, by_line: dict[str, BilledLine]) -> None:
        key, document = line.key, invoice.document
        if key is not None:
            self._count(key, line, document.billing_date)
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
                entry.exact_left, entry.minor_left = ZERO, 0
            by_line[line.id] = entry
            self.entries.setdefault(key, []).append(entry)
        elif document.kind is not DocumentKind.CREDIT_NOTE:
            by_line[line.id] = BilledLine(line, document, invoice.waived, line.exact, line.minor)

    def _count(self, key: ChargeKey, line: Line, date: dt.datetime) -> None:
        self.sums[key] = ex.add(self.sums.get(key, ZERO), line.exact)
        exact, minor = self.groups.get(key.group, (ZERO, 0))
        self.groups[key.group] = (ex.add(exact, line.exact), minor + line.minor)
        self.latest[key] = max(date, self.latest.get(key, date))

    def _forgive(self, key: ChargeKey, exact: Exact) -> None:
        self.goodwill[key] = ex.add(self.goodwill.get(key, ZERO), exact)

    def sum(self, key: ChargeKey) -> Exact:
        """The exact amount billed under the key."""
        return self.sums.get(key, ZERO)

    def floor(self, key: ChargeKey) -> Exact:
        """What the key is never billed down below: goodwill on its lines, and what was waived."""
        return self.goodwill.get(key, ZERO)

    def whole(self, document: Document | None) -> tuple[Exact, int]:
        """The exact and the rounded sum of an invoice's lines of runs, its notes included; zero of a new one."""
        if document is None:
            return (ZERO, 0)
        lines = [line for one in (document, *self.notes.get(document.id, ())) for line in one.lines if line.key]
        return (ex.total([line.exact for line in lines]), sum(line.minor for line in lines))
