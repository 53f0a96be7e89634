"""Texts are equal if their code points are, and sorted by them."""

from __future__ import annotations

import pytest

from billcore.ports import Store
from billcore.ports.tables import ACCOUNT, CATALOG, PRICE
from billcore.testing.contracts.case import StoreCase, add, customers, found, prices, row

__all__ = ["Texts"]

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

    @pytest.mark.parametrize(
        "text", ["x" * 1_000_000, "\u6f22\U0001f600" * 50_000, "'; DROP TABLE x; --", "\t\r\n\x1f"]
    )
    def test_a_text_is_kept_as_it_is(self, store: Store, text: str) -> None:
        """However long, and whatever it says."""
        add(store, PRICE, row(PRICE, body=text))

        assert found(store, lambda tx: tx.get(PRICE, ("x",))) == row(PRICE, body=text)

    def test_an_index_of_texts_is_in_the_same_order(self, store: Store) -> None:
        """Behind equal first columns too."""
        add(store, CATALOG, *(row(CATALOG, version=text, effective=1) for text in reversed(_SORTED)))

        assert [each[0] for each in found(store, lambda tx: tx.find(CATALOG, _EFFECTIVE, (1,)))] == _SORTED
