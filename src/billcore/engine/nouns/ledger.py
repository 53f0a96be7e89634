"""``billing.ledger``."""

from __future__ import annotations

from itertools import groupby

import attrs

from billcore.engine.accounts import load_customer
from billcore.engine.nouns.page import Page, checked_page
from billcore.engine.rows.money import entry_of
from billcore.engine.session import Session
from billcore.ports import ReadTx, Row
from billcore.ports.tables import POSTING
from billcore.settlement import Entry

__all__ = ["Ledger"]

_ROWS = 1_000
_ENTRY = POSTING.position("entry")


@attrs.frozen
class Ledger:
    """The ledger: what billing moved, to be read and exported."""

    session: Session

    def list(self, customer: str, *, cursor: str | None = None, limit: int = 100) -> Page[Entry]:
        """The entries of a customer by their ids, each whole with its postings, a page at a time.

        Entries never change and none goes; a later one may have an id between those that were read. Raises
        ``NotFound``, ``InvalidValue``.
        """
        checked_page(cursor, limit)
        return self.session.read(lambda tx: _page(tx, customer, cursor, limit))


def _page(tx: ReadTx, customer: str, cursor: str | None, limit: int) -> Page[Entry]:
    load_customer(tx, customer)
    after: Row | None = None if cursor is None else (cursor,)
    rows: list[Row] = []
    more = True
    while more and len({row[_ENTRY] for row in rows}) <= limit:
        found = tx.find(POSTING, None, (customer,), after=after, limit=_ROWS)
        rows += found
        more = len(found) == _ROWS
        after = (rows[-1][_ENTRY], rows[-1][_ENTRY + 1]) if rows else None
    entries = [entry_of(list(part)) for _, part in groupby(rows, key=lambda row: row[_ENTRY])]
    shown = tuple(entries[:limit])
    return Page(shown, shown[-1].id if len(entries) > limit else None)
