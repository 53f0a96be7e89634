"""Rows are found by key and by index, in one order, a page at a time."""

from __future__ import annotations

import pytest

from billcore.kernel.errors import InvalidValue
from billcore.ports import Index, ReadTx, Row, Store
from billcore.ports.tables import ACCOUNT, CATALOG, LINE, NOTICE, PRICE, USAGE
from billcore.testing.contracts.case import StoreCase, add, customers, found, prices, row, usage, with_parents, write

__all__ = ["Finding", "Many", "Paging", "Texts"]

_DUE = ACCOUNT.indexes[0]
_SENT = NOTICE.indexes[0]
_TIMES = USAGE.indexes[0]
_EFFECTIVE = CATALOG.indexes[0]

# One text after another as their code points have it; each differs from its neighbours in what a collation may ignore.
_SORTED = [
    "",
    " a",
    "10",
    "9",
    "A",
    "Z",
    "a",
    "a ",
    "a-b",
    "ab",
    "e\u0301",
    "z",
    "\u00df",
    "\u00e9",
    "\u0131",
    "\uff21",
    "\U0001f600",
]


def _accounts(store: Store, *due: int | None) -> None:
    """Accounts ``c0``, ``c1``, ... due at these instants."""
    names = [f"c{n}" for n in range(len(due))]
    customers(store, *names)
    add(store, ACCOUNT, *(row(ACCOUNT, customer=c, next_due=at) for c, at in zip(names, due, strict=True)))


def _due(tx: ReadTx, **bounds: int | None) -> list[int | str | None]:
    place = ACCOUNT.position("next_due")
    return [each[place] for each in tx.find(ACCOUNT, _DUE, **bounds)]  # type: ignore[arg-type]  # limit and bounds alike


class Finding(StoreCase):
    """One row, or rows in order."""

    def test_a_row_that_is_not_there_is_none(self, store: Store) -> None:
        """To ask for an absent key is no error."""
        assert found(store, lambda tx: tx.get(PRICE, ("p",))) is None

    def test_a_row_is_got_by_the_whole_key(self, store: Store) -> None:
        """A key of two columns names one row."""
        add(store, NOTICE, *(row(NOTICE, seq=seq, kind=f"k{seq}") for seq in (1, 2)))

        assert found(store, lambda tx: tx.get(NOTICE, ("ann", 2))) == row(NOTICE, seq=2, kind="k2")

    def test_nothing_is_found_in_an_empty_table(self, store: Store) -> None:
        """An empty answer is a sequence like others."""
        assert list(found(store, lambda tx: tx.find(PRICE, None))) == []

    def test_rows_are_in_the_order_of_the_key(self, store: Store) -> None:
        """However they were inserted."""
        prices(store, "c", "a", "d", "b")

        assert [each[0] for each in found(store, lambda tx: tx.find(PRICE, None))] == ["a", "b", "c", "d"]

    def test_integers_are_in_the_order_of_numbers(self, store: Store) -> None:
        """9 comes before 10, and negative ones first."""
        add(store, NOTICE, *(row(NOTICE, seq=seq) for seq in (10, 9, -1, 0)))

        assert [each[0] for each in found(store, lambda tx: tx.find(NOTICE, None, ("ann",)))] == [-1, 0, 9, 10]

    def test_rows_are_in_the_order_of_the_index(self, store: Store) -> None:
        """First by its first column, then by the next."""
        _accounts(store, 3, 1, 2, 1)

        assert found(store, _due) == [1, 1, 2, 3]

    def test_ties_of_an_index_are_in_the_order_of_the_key(self, store: Store) -> None:
        """Rows alike in all columns of an index have one order all the same."""
        customers(store, "ann")
        rows = [usage(name, source=source, time=7) for source, name in ("b1", "a2", "a1")]
        write(store, lambda tx: tx.record_usage(rows))

        assert list(found(store, lambda tx: tx.find(USAGE, _TIMES))) == [rows[2], rows[1], rows[0]]

    def test_nulls_come_first(self, store: Store) -> None:
        """An account that is never due is before all others."""
        _accounts(store, 3, None, -5, None)

        assert found(store, _due) == [None, None, -5, 3]

    def test_the_first_columns_may_be_given(self, store: Store) -> None:
        """Rows equal to the values of ``equal`` alone."""
        add(store, NOTICE, *(row(NOTICE, customer=name, seq=seq) for name in ("ann", "bob") for seq in (1, 2)))

        assert list(found(store, lambda tx: tx.find(NOTICE, None, ("bob",)))) == [
            row(NOTICE, customer="bob", seq=seq) for seq in (1, 2)
        ]

    def test_all_columns_may_be_given(self, store: Store) -> None:
        """``equal`` may name the whole index."""
        _accounts(store, 1, 2, 1)

        assert [each[0] for each in found(store, lambda tx: tx.find(ACCOUNT, _DUE, (1, "c2")))] == ["c2"]

    def test_a_null_finds_nulls(self, store: Store) -> None:
        """Notices that were not sent are found by a null, and only they."""
        add(store, NOTICE, *(row(NOTICE, seq=seq, sent=sent) for seq, sent in ((1, None), (2, 0), (3, None))))

        rows = found(store, lambda tx: tx.find(NOTICE, _SENT, (None,)))
        assert [each[0] for each in rows] == [1, 3]

    @pytest.mark.parametrize(
        ("low", "high", "expected"),
        [(2, None, [2, 3, 4]), (None, 3, [1, 2, 3]), (2, 3, [2, 3]), (3, 2, []), (5, None, []), (2, 2, [2])],
    )
    def test_bounds_are_inclusive(self, store: Store, low: int | None, high: int | None, expected: list[int]) -> None:
        """``at_least`` and ``at_most`` take their own value in."""
        _accounts(store, 1, 2, 3, 4)

        assert found(store, lambda tx: _due(tx, at_least=low, at_most=high)) == expected

    @pytest.mark.parametrize("bounds", [{"at_least": -10}, {"at_most": 10}, {"at_least": -10, "at_most": 10}])
    def test_a_bound_leaves_out_nulls(self, store: Store, bounds: dict[str, int | None]) -> None:
        """What is never due is due neither before nor after an instant."""
        _accounts(store, None, 1)

        assert found(store, lambda tx: _due(tx, **bounds)) == [1]

    def test_a_bound_follows_the_given_columns(self, store: Store) -> None:
        """Behind ``equal``, the next column is bounded; of the key as well."""
        add(store, NOTICE, *(row(NOTICE, customer=name, seq=seq) for name in ("ann", "bob") for seq in range(5)))

        rows = found(store, lambda tx: tx.find(NOTICE, None, ("ann",), at_least=1, at_most=2))
        assert list(rows) == [row(NOTICE, seq=seq) for seq in (1, 2)]

    def test_an_index_that_is_not_declared_is_refused(self, store: Store) -> None:
        """A store never scans a table because nobody thought of an index."""
        with pytest.raises(InvalidValue):
            found(store, lambda tx: tx.find(PRICE, Index(("body",))))


class Paging(StoreCase):
    """A limit, and on from the last row."""

    @pytest.mark.parametrize(("limit", "expected"), [(0, 0), (1, 1), (3, 3), (9, 3)])
    def test_a_limit_is_kept(self, store: Store, limit: int, expected: int) -> None:
        """At most so many rows, the first ones."""
        _accounts(store, 1, 2, 3)

        assert found(store, lambda tx: _due(tx, limit=limit)) == [1, 2, 3][:expected]

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 20])
    def test_pages_have_every_row_once(self, store: Store, size: int) -> None:
        """Page by page behind the last row gives what one call gives, whatever the ties."""
        customers(store, "ann")
        rows = [usage(f"u{n % 7}", source=f"s{n}", time=n % 3) for n in range(15)]
        write(store, lambda tx: tx.record_usage(rows))
        place = [USAGE.position(name) for name in ("time", "source", "id")]

        pages: list[Row] = []
        after: Row | None = None
        while page := found(store, lambda tx, a=after: tx.find(USAGE, _TIMES, ("ann", "m"), after=a, limit=size)):
            assert len(page) <= size
            pages += page
            after = tuple(page[-1][column] for column in place)
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
        _accounts(store, 1, 1, 2, 2)

        rows = found(store, lambda tx: tx.find(ACCOUNT, _DUE, after=(1,)))
        assert [each[0] for each in rows] == ["c2", "c3"]

    def test_a_page_goes_on_behind_a_null(self, store: Store) -> None:
        """Behind a row with a null come the other nulls, then the rest."""
        _accounts(store, None, 5, None, None)

        rows = found(store, lambda tx: tx.find(ACCOUNT, _DUE, after=(None, "c2")))
        assert [each[0] for each in rows] == ["c3", "c1"]

    def test_a_null_behind_equal_values_is_paged(self, store: Store) -> None:
        """In an index with several columns that may be null, every row comes once."""
        for parent, rows in with_parents(LINE)[:-1]:
            add(store, parent, *rows)
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
        while page := found(store, lambda tx, a=after: tx.find(LINE, index, ("ann",), after=a, limit=1)):
            paged += page
            after = tuple(page[-1][column] for column in columns)
        assert paged == [lines[n] for n in (0, 5, 1, 3, 2, 6, 4)]

    def test_bounds_and_pages_go_together(self, store: Store) -> None:
        """``after`` moves within the bounds."""
        _accounts(store, 1, 2, 3, 4)

        rows = found(store, lambda tx: tx.find(ACCOUNT, _DUE, at_least=1, at_most=3, after=(2, "c1"), limit=5))
        assert [each[0] for each in rows] == ["c2"]

    def test_behind_the_last_row_is_nothing(self, store: Store) -> None:
        """The last page is empty."""
        prices(store, "a")

        assert list(found(store, lambda tx: tx.find(PRICE, None, after=("a",), limit=5))) == []

    def test_ten_thousand_rows_are_kept_and_paged(self, store: Store) -> None:
        """A long table loses nothing."""
        prices(store, *(f"{n:05d}" for n in range(10_000)))

        last, pages = "", 0
        while page := found(store, lambda tx, a=last: tx.find(PRICE, None, after=(a,), limit=1_000)):
            last, pages = str(page[-1][0]), pages + len(page)
        assert (pages, last) == (10_000, "09999")


class Many(StoreCase):
    """Rows of many keys at once."""

    def test_rows_of_many_keys_are_in_order(self, store: Store) -> None:
        """Of the values asked for, in the order of the key; those that are not there are left out."""
        prices(store, *"dbcae")

        rows = found(store, lambda tx: tx.find_many(PRICE, None, ["e", "a", "nobody", "c"]))
        assert [each[0] for each in rows] == ["a", "c", "e"]

    def test_a_value_counts_once(self, store: Store) -> None:
        """To ask twice for a value is to ask once."""
        prices(store, "a")

        assert len(found(store, lambda tx: tx.find_many(PRICE, None, ["a", "a"]))) == 1

    def test_no_values_find_nothing(self, store: Store) -> None:
        """An empty list is not a wildcard."""
        prices(store, "a")

        assert list(found(store, lambda tx: tx.find_many(PRICE, None, []))) == []

    def test_many_are_found_by_an_index(self, store: Store) -> None:
        """All rows of each value, in the order of the index."""
        _accounts(store, 2, 1, 3, 2)

        rows = found(store, lambda tx: tx.find_many(ACCOUNT, _DUE, [3, 2]))
        assert [each[0] for each in rows] == ["c0", "c3", "c2"]

    def test_many_are_found_by_the_first_column_of_a_key(self, store: Store) -> None:
        """A key of two columns is found by its first."""
        add(store, NOTICE, *(row(NOTICE, customer=name, seq=seq) for name in "abc" for seq in (2, 1)))

        rows = found(store, lambda tx: tx.find_many(NOTICE, None, ["c", "a"]))
        assert [(each[1], each[0]) for each in rows] == [("a", 1), ("a", 2), ("c", 1), ("c", 2)]

    def test_a_null_among_many_finds_nulls(self, store: Store) -> None:
        """Null is a value like others, and comes first."""
        _accounts(store, 2, None, 1)

        rows = found(store, lambda tx: tx.find_many(ACCOUNT, _DUE, [2, None]))
        assert [each[0] for each in rows] == ["c1", "c0"]

    def test_more_values_than_a_statement_takes(self, store: Store) -> None:
        """Thousands of values are one question, and one order."""
        names = [f"{n:05d}" for n in range(0, 3_000, 2)]
        prices(store, *reversed(names))

        rows = found(store, lambda tx: tx.find_many(PRICE, None, [f"{n:05d}" for n in reversed(range(3_000))]))
        assert [each[0] for each in rows] == names


class Texts(StoreCase):
    """Texts are equal if their code points are, and sorted by them."""

    def test_texts_are_in_the_order_of_their_code_points(self, store: Store) -> None:
        """No language's order, and none that ignores case, accents or spaces."""
        prices(store, *reversed(_SORTED))

        assert [each[0] for each in found(store, lambda tx: tx.find(PRICE, None))] == _SORTED

    @pytest.mark.parametrize("text", _SORTED)
    def test_a_text_finds_itself_alone(self, store: Store, text: str) -> None:
        """``a`` is not ``A``, composed is not decomposed, and a trailing space counts."""
        prices(store, *_SORTED)

        assert [each[0] for each in found(store, lambda tx: tx.find(PRICE, None, (text,)))] == [text]

    def test_bounds_of_texts_follow_the_same_order(self, store: Store) -> None:
        """A range of texts is a part of that order."""
        prices(store, *_SORTED)

        rows = found(store, lambda tx: tx.find(PRICE, None, at_least="A", at_most="a-b"))
        assert [each[0] for each in rows] == ["A", "Z", "a", "a ", "a-b"]

    def test_numerals_are_sorted_as_texts(self, store: Store) -> None:
        """A text of digits is no number: ``"10"`` is before ``"9"`` and is not ``"010"``."""
        prices(store, "9", "10", "010")

        assert [each[0] for each in found(store, lambda tx: tx.find(PRICE, None))] == ["010", "10", "9"]

    def test_the_empty_text_is_not_null(self, store: Store) -> None:
        """A column that may be null keeps an empty text as one."""
        customers(store, "ann")
        add(store, ACCOUNT, row(ACCOUNT, parked=""))

        assert found(store, lambda tx: tx.get(ACCOUNT, ("ann",))) == row(ACCOUNT, parked="")

    @pytest.mark.parametrize("text", ["x" * 1_000_000, "\u6f22\U0001f600" * 50_000, "'; DROP TABLE x; --", "\t\r\n\x1f"])
    def test_a_text_is_kept_as_it_is(self, store: Store, text: str) -> None:
        """However long, and whatever it says."""
        add(store, PRICE, row(PRICE, body=text))

        assert found(store, lambda tx: tx.get(PRICE, ("x",))) == row(PRICE, body=text)

    def test_an_index_of_texts_is_in_the_same_order(self, store: Store) -> None:
        """Behind equal first columns too."""
        add(store, CATALOG, *(row(CATALOG, version=text, effective=1) for text in reversed(_SORTED)))

        assert [each[0] for each in found(store, lambda tx: tx.find(CATALOG, _EFFECTIVE, (1,)))] == _SORTED
