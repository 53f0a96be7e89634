"""Pages of a list: keyset paging, stable while others write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from billcore.kernel import InvalidValue, of_kind
from billcore.ports import Index, ReadTx, Row, Table

__all__ = ["Page", "checked_limit", "checked_page", "paged"]

T = TypeVar("T")
_MOST = 1_000


@attrs.frozen
class Page(Generic[T]):
    """``items`` in order; ``cursor`` asks for the next page, ``None`` at the end."""

    items: tuple[T, ...]
    cursor: str | None = None


def checked_limit(limit: int) -> int:
    """How many items a page may have. Raises ``InvalidValue``."""
    if type(limit) is not int or not 1 <= limit <= _MOST:
        raise InvalidValue("a page has 1 to 1,000 items", place="limit", value=limit)
    return limit


def checked_page(cursor: str | None, limit: int) -> None:
    """Refuse what asks for no page. Raises ``InvalidValue``."""
    of_kind(cursor, str | None, "cursor")
    checked_limit(limit)


def paged(
    tx: ReadTx,
    table: Table,
    index: Index | None,
    equal: Row,
    cursor: str | None,
    limit: int,
    name: Callable[[Row], str],
    make: Callable[[Row], T],
) -> Page[T]:
    """A page of the rows whose next column is a text: by it, behind the cursor."""
    checked_page(cursor, limit)
    rows = tx.find(table, index, equal, after=None if cursor is None else (cursor,), limit=limit + 1)
    more = len(rows) > limit
    shown = rows[:limit]
    return Page(tuple(make(row) for row in shown), name(shown[-1]) if more else None)
