"""Documents for people: an invoice as text and as HTML, in the customer's language, made from the document alone."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterable, Iterator, Mapping

import attrs

from billcore.adapters import formatting
from billcore.adapters.wording import committed, word
from billcore.kernel import FrozenMap
from billcore.lifecycle import Profile
from billcore.pricing import REVERSE_CHARGE, Tax
from billcore.settlement import DocumentKind, Invoice, Line, LineNote

__all__ = ["STYLE", "invoice_html", "invoice_text"]

_LAST = dt.timedelta(microseconds=1)  # people read the last day of a period, not the first after it
_NO_NOTES: Mapping[str, LineNote] = FrozenMap()


@attrs.frozen
class _View:
    """A document as rows of text in a language."""

    invoice: Invoice
    profile: Profile
    corrects: str | None = None
    notes: Mapping[str, LineNote] = _NO_NOTES

    def label(self, name: str) -> str:
        return word(name, self.profile.locale)

    def money(self, minor: int) -> str:
        document = self.invoice.document
        return formatting.money(document.money(minor).amount, document.currency, self.profile.locale)

    @property
    def title(self) -> str:
        document = self.invoice.document
        return f"{self.label(document.kind.value)} {document.number or ''}".strip()

    @property
    def state(self) -> str:
        """What stands below the title of a document that counts no more."""
        return self.label("void") if self.invoice.void else ""

    def head(self) -> list[tuple[str, str]]:
        document, profile = self.invoice.document, self.profile
        found = [
            (self.label("date"), formatting.date(document.issued_at, profile.timezone, profile.locale)),
            (self.label("customer"), ", ".join([profile.name or document.customer, *profile.address])),
        ]
        if document.kind is not DocumentKind.CREDIT_NOTE:
            found.insert(1, (self.label("due"), formatting.date(document.due_at, profile.timezone, profile.locale)))
        if profile.tax_id:
            found.append((self.label("tax_id"), profile.tax_id))
        if self.corrects:
            found.append((self.label("corrects"), self.corrects))
        return found

    def row(self, line: Line) -> tuple[str, str, str, str]:
        profile = self.profile
        start = formatting.date(line.part.start, profile.timezone, profile.locale)
        end = formatting.date(line.part.end - _LAST, profile.timezone, profile.locale)
        why = f" ({self.label(line.reason)})" if line.reason else ""
        note = self.notes.get(line.id)
        return (
            self.described(line, note) + why,
            start if line.part.empty or start == end else f"{start} - {end}",
            "" if note is not None and note.over_money else formatting.quantity(line.quantity, profile.locale),
            self.money(line.minor),
        )

    def described(self, line: Line, note: LineNote | None) -> str:
        """What the line is, in the customer's language as far as it is not the seller's own words."""
        if (line.price, line.description) == ("opening", "Opening balance"):  # on its credit notes too
            return self.label("opening")
        return committed(None if note is None else note.committed, line.description, self.profile.locale)

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """The lines, each with what is to be told of it below."""
        for line in self.invoice.document.lines:
            yield self.row(line)
            note = self.notes.get(line.id)
            if note is not None and note.documents:
                amount, documents = self.money(note.before), ", ".join(note.documents)
                told = word("billed already", self.profile.locale, amount=amount, documents=documents)
                yield (f"  {told}", "", "", "")

    def totals(self) -> list[tuple[str, str]]:
        """What stands below the lines: their sum, what is added to it, and what the total has of tax already."""
        invoice, document = self.invoice, self.invoice.document
        inside = [tax for tax in document.taxes if tax.inclusive]
        added = [tax for tax in document.taxes if not tax.inclusive]
        found: list[tuple[str, str]] = []
        if added or not inside:
            found.append((self.label("subtotal"), self.money(sum(line.minor for line in document.lines))))
        found += [self.taxed("tax", tax) for tax in added]
        found.append((self.label("total"), self.money(document.total)))
        if inside:
            found += [
                (self.label("of it net"), self.money(document.net)),
                *(self.taxed("of it tax", t) for t in inside),
            ]
        if invoice.credited:
            found.append((self.label("credited"), self.money(-invoice.credited)))
        if invoice.settled:
            found.append((self.label("paid"), self.money(-invoice.settled)))
        if document.kind is not DocumentKind.CREDIT_NOTE:
            found.append((self.label("open"), self.money(invoice.open)))
        return found

    def taxed(self, word: str, tax: Tax) -> tuple[str, str]:
        """The row of a tax."""
        notes = ", ".join(self.tax_notes(tax))
        name = f"{self.label(word)} {formatting.percent(tax.percent, self.profile.locale)}"
        return (name + (f" ({notes})" if notes else ""), self.money(tax.amount))

    def tax_notes(self, tax: Tax) -> Iterator[str]:
        """What the law wants said beside a tax: why it is zero, and the code of that."""
        if tax.reason is not None:
            yield self.label(tax.reason)
            if tax.code == REVERSE_CHARGE.code:
                yield tax.code

    def columns(self) -> tuple[str, str, str, str]:
        return (self.label("description"), self.label("period"), self.label("quantity"), self.label("amount"))


def invoice_text(
    invoice: Invoice, profile: Profile, corrects: str | None = None, notes: Mapping[str, LineNote] = _NO_NOTES
) -> str:
    """The document as plain text; ``corrects`` is the number of the invoice that a note corrects.

    ``notes`` are what ``billing.invoices.notes`` tells of its lines: what was billed before, and what is over money.
    """
    view = _View(invoice, profile, corrects, notes)
    rows = [view.columns(), *view.rows()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    body = [
        f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}" for row in rows
    ]
    width = len(body[0])
    heads = [f"{name}: {value}" for name, value in view.head()]
    totals = [f"{name}  {value:>{widths[3]}}".rjust(width) for name, value in view.totals()]
    state = [view.state] if view.state else []
    return "\n".join([view.title, *state, *heads, "", body[0], "-" * width, *body[1:], "-" * width, *totals]) + "\n"


STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:50rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%;margin:2rem 0}th,td{padding:.4rem .6rem;text-align:left}"
    "thead th{border-bottom:2px solid #1a1a1a}tbody td{border-bottom:1px solid #ddd}.n{text-align:right;"
    "font-variant-numeric:tabular-nums;white-space:nowrap}dt{float:left;clear:left;width:9rem;color:#555}dd{margin:0}"
)


def invoice_html(
    invoice: Invoice, profile: Profile, corrects: str | None = None, notes: Mapping[str, LineNote] = _NO_NOTES
) -> str:
    """The document as one HTML page without scripts or outside references; every text is escaped.

    It tells what ``invoice_text`` tells.
    """
    view = _View(invoice, profile, corrects, notes)
    title = html.escape(view.title)
    language = html.escape(formatting.known_locale(profile.locale).replace("_", "-"))
    state = f"<p><strong>{html.escape(view.state)}</strong></p>" if view.state else ""
    heads = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in view.head())
    lines = "".join(_cells(row, "td") for row in view.rows())
    totals = "".join(
        f'<tr><td colspan="3">{html.escape(name)}</td><td class="n">{html.escape(value)}</td></tr>'
        for name, value in view.totals()
    )
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>{state}<dl>{heads}</dl>"
        f"<table><thead>{_cells(view.columns(), 'th')}</thead><tbody>{lines}</tbody><tfoot>{totals}</tfoot></table>"
        "</body></html>\n"
    )


def _cells(row: Iterable[str], tag: str) -> str:
    cells = [
        f'<{tag} class="n">{html.escape(cell)}</{tag}>' if column > 1 else f"<{tag}>{html.escape(cell)}</{tag}>"
        for column, cell in enumerate(row)
    ]
    return f"<tr>{''.join(cells)}</tr>"
