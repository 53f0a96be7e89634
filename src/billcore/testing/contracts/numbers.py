"""Numbers of a series: from 1, without a gap."""

from __future__ import annotations

import pytest

from billcore.kernel.errors import Conflict, InvalidValue
from billcore.ports import Store, Tx
from billcore.testing.contracts.case import MAIN, OTHER, StoreCase, found, write

__all__ = ["Numbers"]


def _taken(store: Store, count: int) -> int:
    return int(write(store, lambda tx: tx.take_numbers("INV", count)))


class Numbers(StoreCase):
    """Numbers of a series: from 1, without a gap."""

    def test_numbers_begin_with_one_and_follow_each_other(self, store: Store) -> None:
        """A range at a time, in one transaction or several."""
        taken = [_taken(store, count) for count in (1, 3, 1)]

        assert taken == [1, 2, 5]

    def test_numbers_follow_within_a_transaction(self, store: Store) -> None:
        """The second range begins where the first ends."""
        assert write(store, lambda tx: [tx.take_numbers("INV", 2) for _ in range(3)]) == "[1, 3, 5]"

    def test_a_rollback_gives_numbers_back(self, store: Store) -> None:
        """A failed transaction leaves no gap, whether or not it took the first number."""

        def failing(tx: Tx) -> str:
            tx.take_numbers("INV", 5)
            tx.take_numbers("INV", 5)
            raise ZeroDivisionError

        for expected in ("1", "2"):
            with pytest.raises(ZeroDivisionError):
                store.transact(MAIN, None, failing)
            assert write(store, lambda tx: tx.take_numbers("INV", 1)) == expected

    def test_a_rerun_leaves_no_gap(self, store: Store) -> None:
        """Numbers of the run that met a conflict are given back."""
        runs: list[int] = []

        def fn(tx: Tx) -> str:
            runs.append(tx.take_numbers("INV", 1))
            if len(runs) == 1:
                raise Conflict
            return ""

        store.transact(MAIN, None, fn)
        assert runs == [1, 1]

    def test_the_last_number_is_told(self, store: Store) -> None:
        """None was taken at first; asking takes none, and another series or tenant has its own."""
        before = found(store, lambda tx: tx.last_number("INV"))
        write(store, lambda tx: tx.take_numbers("INV", 7))

        assert before == 0
        assert [found(store, lambda tx: tx.last_number("INV")) for _ in range(2)] == [7, 7]
        assert found(store, lambda tx: tx.last_number("CN")) == 0
        assert found(store, lambda tx: tx.last_number("INV"), OTHER) == 0
        assert write(store, lambda tx: [tx.take_numbers("INV", 1), tx.last_number("INV")]) == "[8, 8]"

    def test_each_series_has_its_own_numbers(self, store: Store) -> None:
        """Invoices do not use up the numbers of credit notes."""
        write(store, lambda tx: tx.take_numbers("INV", 7))

        assert write(store, lambda tx: tx.take_numbers("CN", 1)) == "1"

    def test_each_tenant_has_its_own_numbers(self, store: Store) -> None:
        """The same series of another tenant begins with one."""
        write(store, lambda tx: tx.take_numbers("INV", 7))

        assert write(store, lambda tx: tx.take_numbers("INV", 1), OTHER) == "1"

    @pytest.mark.parametrize("count", [0, -1])
    def test_fewer_than_one_number_is_refused(self, store: Store, count: int) -> None:
        """Nobody gives numbers back."""
        with pytest.raises(InvalidValue):
            write(store, lambda tx: tx.take_numbers("INV", count))
