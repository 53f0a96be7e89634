"""What a reader must be told beside a line, because neither the line nor its document says it."""

from __future__ import annotations

import attrs

from billcore.pricing import CommittedKind, Price, committed_as
from billcore.settlement.document import Line

__all__ = ["LineNote", "note_of"]


@attrs.frozen(kw_only=True)
class LineNote:
    """``committed`` says which line of a commitment it is; ``over_money`` that its quantity is a sum of money.

    ``before`` is what ``documents`` (their numbers) billed under its key before, in minor units.
    """

    committed: CommittedKind | None = None
    over_money: bool = False
    before: int = 0
    documents: tuple[str, ...] = ()


def note_of(line: Line, price: Price | None, before: int = 0, documents: tuple[str, ...] = ()) -> LineNote | None:
    """The note of a line of this price, if there is something to tell."""
    over_money = price is not None and bool(price.sum_of)
    committed = None if price is None or line.coupon is not None else committed_as(price.model)
    if not over_money and not documents:
        return None
    return LineNote(committed=committed, over_money=over_money, before=before, documents=documents)
