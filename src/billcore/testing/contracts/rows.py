"""Rows come back as they went in; nothing but texts and integers is kept."""

from __future__ import annotations

import pytest

from billcore.ports import Row, Store, Table, Tx, Value
from billcore.ports.tables import ACCOUNT, CUSTOMER, PRICE, TABLES, VOUCHER
from billcore.testing.contracts.case import (
    StoreCase,
    add,
    customers,
    found,
    parents,
    refuses,
    row,
    with_parents,
    write,
)

__all__ = ["Rows"]

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


class Rows(StoreCase):
    """Texts and integers are kept as they are; nothing else is kept."""

    @pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
    def test_a_row_comes_back_as_it_went_in(self, store: Store, table: Table) -> None:
        """Every table keeps its rows, in the order of its columns."""
        parents(store, table)
        rows = with_parents(table)[-1][1]
        add(store, table, *rows)

        assert list(found(store, lambda tx: tx.find(table, None))) == list(rows)

    def test_no_rows_are_no_error(self, store: Store) -> None:
        """To write nothing does nothing."""

        def fn(tx: Tx) -> None:
            tx.insert(PRICE, [])
            tx.insert_absent(PRICE, [])
            tx.update(CUSTOMER, [])

        write(store, fn)
        assert list(found(store, lambda tx: tx.find(PRICE, None))) == []

    def test_rows_may_come_from_a_generator(self, store: Store) -> None:
        """Any iterable of rows is written, once."""
        write(store, lambda tx: tx.insert(PRICE, (row(PRICE, hash=name) for name in "ab")))

        assert len(found(store, lambda tx: tx.find(PRICE, None))) == 2

    @pytest.mark.parametrize("value", [_SMALLEST, -1, 0, 2**53 + 1, _LARGEST])
    def test_integers_of_64_bits_are_kept(self, store: Store, value: int) -> None:
        """The extremes too, and what a float would round."""
        add(store, VOUCHER, row(VOUCHER, amount=value))

        assert found(store, lambda tx: tx.get(VOUCHER, ("x",))) == row(VOUCHER, amount=value)

    @pytest.mark.parametrize("value", [_SMALLEST - 1, _LARGEST + 1, 10**30])
    def test_longer_integers_are_refused(self, store: Store, value: int) -> None:
        """Nothing wraps around or becomes a float."""
        refuses(store, VOUCHER, row(VOUCHER, amount=value))

    @pytest.mark.parametrize("value", ["1", "", True, 1.0, None, b"1"])
    def test_what_is_no_integer_is_refused_as_one(self, store: Store, value: Value) -> None:
        """Neither a numeral nor a boolean nor a float is converted, and null is refused where it is not allowed."""
        refuses(store, VOUCHER, row(VOUCHER, amount=value))

    @pytest.mark.parametrize("value", [1, True, 1.5, None, b"x"])
    def test_what_is_no_text_is_refused_as_one(self, store: Store, value: Value) -> None:
        """No number is converted to text, and null is refused where it is not allowed."""
        refuses(store, PRICE, row(PRICE, body=value))

    def test_null_is_kept_where_it_is_allowed(self, store: Store) -> None:
        """Null comes back as null, and is neither zero nor the empty text."""
        customers(store, "ann", "bob")
        rows = [row(ACCOUNT, next_due=None, parked=None), row(ACCOUNT, customer="bob", next_due=0, parked="")]
        add(store, ACCOUNT, *rows)

        assert list(found(store, lambda tx: tx.find(ACCOUNT, None))) == rows

    @pytest.mark.parametrize("text", ["a\0b", "\0", "\ud800", "a\udfff"])
    def test_text_that_not_every_store_keeps_is_refused(self, store: Store, text: str) -> None:
        """NUL and lone surrogates are refused by all, so that rows move from any store to any other."""
        refuses(store, PRICE, row(PRICE, body=text))

    @pytest.mark.parametrize("values", [("x",), ("x", "x", "x"), ()])
    def test_a_row_of_another_length_is_refused(self, store: Store, values: Row) -> None:
        """A row has a value for each column."""
        refuses(store, PRICE, values)
