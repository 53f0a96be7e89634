"""The last step of a line's explanation: how its exact amount became whole minor units, with its rounding group."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import attrs

from billcore.kernel import Rounding, minor_units, places
from billcore.kernel import exact as ex
from billcore.pricing import About, Explanation, leaf
from billcore.settlement import Document, Invoice, Line, RoundingTerms

__all__ = ["EXACT", "rounded_with_group"]

EXACT = "exact amount"
"""The label of the node that has a line's exact amount."""


def rounded_with_group(tree: Explanation, document: Document, line: Line, live: Sequence[Invoice]) -> Explanation:
    """The line's amount over ``tree``, its exact one: rounded alone, or with what its group had before it.

    A line takes the rounded sum of its group, with it, less what the lines before it took; the group is told where it
    carries a rest. Where a unit of rounding went to another line, because this one could not take it, a part of its own
    says so.
    """
    digits = places(document.currency)
    amount = ex.scaled(line.minor, digits)
    about: dict[str, About] = {
        "document": document.number or document.id,
        "line": line.id,
        "currency": document.currency,
    }
    if line.snapshot:
        about["snapshot"] = line.snapshot
    before = _before(document, line, live)
    alone = [()] if any(_carries_nothing(lines, digits) for lines in before) else []
    ways = [_taken(tree, lines, digits, document.rounding.mode) for lines in (*alone, *before)]
    best = next((way for way in ways if way.value == amount), ways[0])
    if best.value != amount:
        moved = leaf("rounding moved within the group", ex.subtract(amount, best.value))
        best = Explanation("", amount, "sum", (best, moved))
    return attrs.evolve(best, label=line.description, about=about)


def _taken(tree: Explanation, before: Sequence[tuple[str, Line]], digits: int, mode: Rounding) -> Explanation:
    """What a line takes after others of its group."""

    def rounded(exact: Explanation) -> Explanation:
        value = ex.scaled(minor_units(exact.value, digits, mode), digits)
        return Explanation("rounded with the group", value, "round", (exact,), None, digits, mode)

    if not before:
        return rounded(tree)
    exact = tuple(leaf("billed on", one.exact, about={"document": name, "line": one.id}) for name, one in before)
    whole = ex.add(tree.value, ex.total(part.value for part in exact))
    all_of_it = rounded(Explanation("exact amounts of the group", whole, "sum", (*exact, tree)))
    minor = tuple(
        leaf("rounded on", ex.scaled(one.minor, digits), about={"document": name, "line": one.id})
        for name, one in before
    )
    value = ex.subtract(all_of_it.value, ex.total(part.value for part in minor))
    return Explanation("rounded with the group", value, "remainder", (all_of_it, *minor))


def _carries_nothing(before: Sequence[tuple[str, Line]], digits: int) -> bool:
    """The lines took what they are worth exactly: the next is rounded as if it were the first."""
    return all(not ex.compare(one.exact, ex.scaled(one.minor, digits)) for _, one in before)


def _before(document: Document, line: Line, live: Sequence[Invoice]) -> tuple[Sequence[tuple[str, Line]], ...]:
    """The lines of its group that may have come before: all that are known, or those of earlier instants alone.

    What one run wrote on a note and on an invoice has one instant; falls were rounded first.
    """
    if line.key is None or line.coupon is not None:  # a coupon is rounded over its document
        return ((),)
    own = [
        (document.number or document.id, one)
        for one in itertools.takewhile(lambda one: one.id != line.id, document.lines)
    ]
    others = [found.document for found in live if found.id != document.id]
    if document.rounding.whole_invoice:
        others = [one for one in others if document.corrects in (one.id, one.corrects) and document.corrects]
    earlier = [one for one in others if one.issued_at < document.issued_at]

    def grouped(documents: Sequence[Document]) -> list[tuple[str, Line]]:
        named = [(one.number or one.id, found) for one in documents for found in one.lines]
        return [(name, one) for name, one in (*named, *own) if _together(one, line, document.rounding)]

    all_of_them, strictly = grouped(others), grouped(earlier)
    return (all_of_them, strictly) if document.corrects is None else (strictly, all_of_them)


def _together(one: Line, other: Line, rounding: RoundingTerms) -> bool:
    if one.key is None or other.key is None or one.coupon is not None:
        return False
    return rounding.whole_invoice or one.key.group == other.key.group
