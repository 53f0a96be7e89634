"""Rows are found by key and by index, in one order."""

from __future__ import annotations

import pytest

from billcore.kernel.errors import InvalidValue
from billcore.ports import Index, ReadTx, Store
from billcore.ports.tables import ACCOUNT, NOTICE, PRICE, USAGE
from billcore.testing.contracts.case import StoreCase, accounts, add, customers, found, prices, row, usage, write

__all__ = ["Finding", "Many"]

_DUE = ACCOUNT.indexes[0]
_SENT = NOTICE.indexes[0]
_TIMES = USAGE.indexes[0]


def _due(tx: ReadTx, **bounds: int | None) -> list[int | str | None]:
    place = ACCOUNT.position("next_due")
    return [each[place] for each in tx.find(ACCOUNT, _DUE, **bounds)]  # type: ignore[arg-type]  # bounds are keywords


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
        accounts(store, 3, 1, 2, 1)

        assert found(store, _due) == [1, 1, 2, 3]

    def test_ties_of_an_index_are_in_the_order_of_the_key(self, store: Store) -> None:
        """Rows alike in all columns of an index have one order all the same."""
        customers(store, "ann")
        rows = [usage(name, source=source, time=7) for source, name in ("b1", "a2", "a1")]
        write(store, lambda tx: tx.record_usage(rows))

        assert list(found(store, lambda tx: tx.find(USAGE, _TIMES))) == [rows[2], rows[1], rows[0]]

    def test_nulls_come_first(self, store: Store) -> None:
        """An account that is never due is before all others."""
        accounts(store, 3, None, -5, None)

        assert found(store, _due) == [None, None, -5, 3]

    def test_the_first_columns_may_be_given(self, store: Store) -> None:
        """Rows equal to the values of ``equal`` alone."""
        add(store, NOTICE, *(row(NOTICE, customer=name, seq=seq) for name in ("ann", "bob") for seq in (1, 2)))

        assert list(found(store, lambda tx: tx.find(NOTICE, None, ("bob",)))) == [
            row(NOTICE, customer="bob", seq=seq) for seq in (1, 2)
        ]

    def test_all_columns_may_be_given(self, store: Store) -> None:
        """``equal`` may name the whole index."""
        accounts(store, 1, 2, 1)

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
        accounts(store, 1, 2, 3, 4)

        assert found(store, lambda tx: _due(tx, at_least=low, at_most=high)) == expected

    @pytest.mark.parametrize("bounds", [{"at_least": -10}, {"at_most": 10}, {"at_least": -10, "at_most": 10}])
    def test_a_bound_leaves_out_nulls(self, store: Store, bounds: dict[str, int | None]) -> None:
        """What is never due is due neither before nor after an instant."""
        accounts(store, None, 1)

        assert found(store, lambda tx: _due(tx, **bounds)) == [1]

    def test_a_bound_follows_the_given_columns(self, store: Store) -> None:
        """Behind ``equal``, the next column is bounded; of the key as well."""
        add(store, NOTICE, *(row(NOTICE, customer=name, seq=seq) for name in ("ann", "bob") for seq in range(5)))

        rows = found(store, lambda tx: tx.find(NOTICE, None, ("ann",), at_least=1, at_most=2))
        assert list(rows) == [row(NOTICE, seq=seq) for seq in (1, 2)]

    def test_backwards_is_the_opposite_order(self, store: Store) -> None:
        """The last comes first, ties by the key as well, and nulls come last."""
        accounts(store, 3, None, 1, 3)

        rows = found(store, lambda tx: tx.find(ACCOUNT, _DUE, backwards=True))
        assert [each[0] for each in rows] == ["c3", "c0", "c2", "c1"]

    def test_a_limit_takes_the_last_rows_backwards(self, store: Store) -> None:
        """The newest row not after an instant is found without the others."""
        accounts(store, 1, 2, 3, 4, None)

        rows = found(store, lambda tx: tx.find(ACCOUNT, _DUE, at_most=3, limit=1, backwards=True))
        assert [each[0] for each in rows] == ["c2"]

    def test_backwards_finds_the_same_rows(self, store: Store) -> None:
        """``equal``, bounds and ``after`` choose the rows as they do forwards."""
        add(store, NOTICE, *(row(NOTICE, customer=name, seq=seq) for name in ("ann", "bob") for seq in range(6)))

        rows = found(
            store,
            lambda tx: tx.find(NOTICE, None, ("ann",), at_least=1, at_most=4, after=(2,), limit=5, backwards=True),
        )
        assert [each[0] for each in rows] == [4, 3]

    def test_an_index_that_is_not_declared_is_refused(self, store: Store) -> None:
        """A store never scans a table because nobody thought of an index."""
        with pytest.raises(InvalidValue):
            found(store, lambda tx: tx.find(PRICE, Index(("body",))))


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
        accounts(store, 2, 1, 3, 2)

        rows = found(store, lambda tx: tx.find_many(ACCOUNT, _DUE, [3, 2]))
        assert [each[0] for each in rows] == ["c0", "c3", "c2"]

    def test_many_are_found_by_the_first_column_of_a_key(self, store: Store) -> None:
        """A key of two columns is found by its first."""
        add(store, NOTICE, *(row(NOTICE, customer=name, seq=seq) for name in "abc" for seq in (2, 1)))

        rows = found(store, lambda tx: tx.find_many(NOTICE, None, ["c", "a"]))
        assert [(each[1], each[0]) for each in rows] == [("a", 1), ("a", 2), ("c", 1), ("c", 2)]

    def test_a_null_among_many_finds_nulls(self, store: Store) -> None:
        """Null is a value like others, and comes first."""
        accounts(store, 2, None, 1)

        rows = found(store, lambda tx: tx.find_many(ACCOUNT, _DUE, [2, None]))
        assert [each[0] for each in rows] == ["c1", "c0"]

    def test_more_values_than_a_statement_takes(self, store: Store) -> None:
        """Thousands of values are one question, and one order."""
        names = [f"{n:05d}" for n in range(0, 3_000, 2)]
        prices(store, *reversed(names))

        rows = found(store, lambda tx: tx.find_many(PRICE, None, [f"{n:05d}" for n in reversed(range(3_000))]))
        assert [each[0] for each in rows] == names
