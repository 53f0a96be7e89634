"""Documents of two worlds, beside each other."""

from __future__ import annotations

import datetime as dt

import attrs

from billcore.settlement import Document

__all__ = ["comparable"]


def comparable(document: Document, *, number: bool = True) -> Document:
    """The document without what depends on the instant of the run; without its number where asked."""
    base = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    kept = document.number if number else None
    return attrs.evolve(document, issued_at=base, due_at=base, number=kept)
