"""What coupons leave of lines: the line that each line of a coupon is about, and what a document's lines come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from billcore.settlement.document import Document, DocumentKind, Line, LineKind

__all__ = ["discount_of", "net_falls", "net_lines", "root_of", "roots"]


def roots(documents: Iterable[Document]) -> dict[str, str]:
    """The line that each line of a coupon lowers, or gives back of, by id; invoices may stand behind their notes.

    A line that takes a discount back on a later invoice adds there by itself: it has no other root.
    """
    found: dict[str, str] = {}
    for document in sorted(documents, key=lambda one: one.kind is DocumentKind.CREDIT_NOTE):
        note = document.kind is DocumentKind.CREDIT_NOTE
        for line in document.lines:
            if line.coupon is not None and line.corrects is not None and (note or line.kind is LineKind.DISCOUNT):
                found[line.id] = found.get(line.corrects, line.corrects)
    return found


def discount_of(document: Document) -> int:
    """What coupons take off an invoice's lines, in minor units, above zero."""
    return -sum(line.minor for line in document.lines if line.kind is LineKind.DISCOUNT)


def root_of(line: Line, root: Mapping[str, str]) -> str | None:
    """The line of the invoice that a line of a note is about."""
    if line.coupon is None or line.corrects is None:
        return line.corrects
    return root.get(line.corrects, line.corrects)


def net_falls(lines: Sequence[Line], root: Mapping[str, str]) -> list[int]:
    """What falls by each line of a note, in minor units: what coupons have of it counts on the first of its root."""
    if not any(line.coupon for line in lines):
        return [line.minor for line in lines]
    return _merged([(root_of(line, root), line.minor) for line in lines])


def net_lines(document: Document, root: Mapping[str, str] | None = None) -> list[tuple[Line, int]]:
    """A document's lines with what coupons leave of each, in minor units: theirs counts on the line it is about.

    ``root`` is needed for a note, whose lines are about those of its invoice; an invoice's is its own.
    """
    about = roots((document,)) if root is None else root
    if document.kind is DocumentKind.CREDIT_NOTE:
        return list(zip(document.lines, net_falls(document.lines, about), strict=True))
    if not any(line.coupon for line in document.lines):
        return [(line, line.minor) for line in document.lines]
    nets = _merged([(about.get(line.id, line.id), line.minor) for line in document.lines])
    return list(zip(document.lines, nets, strict=True))


def _merged(lines: Sequence[tuple[str | None, int]]) -> list[int]:
    """Amounts of one name on its first place, nothing on its others."""
    first: dict[str | None, int] = {}
    minors = [0] * len(lines)
    for place, (name, minor) in enumerate(lines):
        minors[first.setdefault(name, place)] += minor
    return minors
