"""A limit, and on from the last row."""

from __future__ import annotations

import pytest

from billcore.ports import Row, Store
from billcore.ports.tables import ACCOUNT, LINE, PRICE, USAGE
from billcore.testing.contracts.case import (
    StoreCase,
    accounts,
    add,
    customers,
    found,
    page,
    parents,
    prices,
    row,
    usage,
    write,
)

__all__ = ["Paging"]

_DUE = ACCOUNT.indexes[0]
_TIMES = USAGE.indexes[0]


class Paging(StoreCase):
    """A limit, and on from the last row."""

    @pytest.mark.parametrize(("limit", "expected"), [(0, 0), (1, 1), (3, 3), (9, 3)])
    def test_a_limit_is_kept(self, store: Store, limit: int, expected: int) -> None:
        """At most so many rows, the first ones."""
        accounts(store, 1, 2, 3)

        names = [each[0] for each in page(store, ACCOUNT, _DUE, after=None, limit=limit)]
        assert names == ["c0", "c1", "c2"][:expected]

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 20])
    def test_pages_have_every_row_once(self, store: Store, size: int) -> None:
        """Page by page behind the last row gives what one call gives, whatever the ties."""
        customers(store, "ann")
        events = [usage(f"u{n % 7}", source=f"s{n}", time=n % 3) for n in range(15)]
        write(store, lambda tx: tx.record_usage(events))
        place = [USAGE.position(name) for name in ("subscription", "time", "source", "id")]

        pages: list[Row] = []
        after: Row | None = None
        while rows := page(store, USAGE, _TIMES, ("ann", "m"), after=after, limit=size):
            assert len(rows) <= size
            pages += rows
            after = tuple(rows[-1][column] for column in place)
        assert pages == list(found(store, lambda tx: tx.find(USAGE, _TIMES)))

    def test_a_page_follows_by_the_key(self, store: Store) -> None:
        """Without an index ``after`` is the key of the last row."""
        prices(store, *"abcd")

        assert [each[0] for each in found(store, lambda tx: tx.find(PRICE, None, after=("b",)))] == ["c", "d"]

    def test_a_page_may_follow_a_row_that_is_not_there(self, store: Store) -> None:
        """``after`` is a place, not a row."""
        prices(store, *"abd")

        assert [each[0] for each in found(store, lambda tx: tx.find(PRICE, None, after=("c",)))] == ["d"]

    def test_a_short_place_is_behind_all_that_begin_with_it(self, store: Store) -> None:
        """``after`` the first column alone skips its ties."""
        accounts(store, 1, 1, 2, 2)

        rows = found(store, lambda tx: tx.find(ACCOUNT, _DUE, after=(1,)))
        assert [each[0] for each in rows] == ["c2", "c3"]

    def test_a_page_goes_on_behind_a_null(self, store: Store) -> None:
        """Behind a row with a null come the other nulls, then the rest."""
        accounts(store, None, 5, None, None)

        rows = found(store, lambda tx: tx.find(ACCOUNT, _DUE, after=(None, "c2")))
        assert [each[0] for each in rows] == ["c3", "c1"]

    def test_a_null_behind_equal_values_is_paged(self, store: Store) -> None:
        """In an index with several columns that may be null, every row comes once."""
        parents(store, LINE)
        values: list[tuple[str | None, int | None]] = [
            (None, None), ("s", None), ("s", 1), ("s", None), ("t", None), (None, 2), ("s", 2),
        ]  # fmt: skip
        lines = [
            row(LINE, document="x", position=n, subscription=s, period_end=end) for n, (s, end) in enumerate(values)
        ]
        add(store, LINE, *lines)
        index = LINE.indexes[0]
        columns = [LINE.position(name) for name in (*index.columns[1:], "document", "position")]

        paged: list[Row] = []
        after: Row | None = None
        while rows := page(store, LINE, index, ("ann",), after=after, limit=1):
            paged += rows
            after = tuple(rows[-1][column] for column in columns)
        assert paged == [lines[n] for n in (0, 5, 1, 3, 2, 6, 4)]

    def test_bounds_and_pages_go_together(self, store: Store) -> None:
        """``after`` moves within the bounds."""
        accounts(store, 1, 2, 3, 4)

        rows = found(store, lambda tx: tx.find(ACCOUNT, _DUE, at_least=1, at_most=3, after=(2, "c1"), limit=5))
        assert [each[0] for each in rows] == ["c2"]

    def test_behind_the_last_row_is_nothing(self, store: Store) -> None:
        """The last page is empty."""
        prices(store, "a")

        assert list(found(store, lambda tx: tx.find(PRICE, None, after=("a",), limit=5))) == []

    def test_ten_thousand_rows_are_kept_and_paged(self, store: Store) -> None:
        """A long table loses nothing."""
        prices(store, *(f"{n:05d}" for n in range(10_000)))

        last, count = "", 0
        while rows := page(store, PRICE, None, after=(last,), limit=1_000):
            last, count = str(rows[-1][0]), count + len(rows)
        assert (count, last) == (10_000, "09999")
