"""A transaction happens whole or not at all, and again on a conflict."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest

from billcore.kernel.errors import Conflict, ConstraintViolated, NotAllowed
from billcore.ports import ReadTx, Store, Tx
from billcore.ports.tables import ACCOUNT, CUSTOMER, DOCUMENT, PRICE, USAGE
from billcore.testing.contracts.case import (
    MAIN,
    StoreCase,
    add,
    customers,
    found,
    prices,
    row,
    usage,
    write,
)

__all__ = ["Atomicity", "Reruns"]


class _BoomError(Exception):
    """What a failing ``fn`` raises."""


def _count(store: Store) -> int:
    return len(found(store, lambda tx: tx.find(PRICE, None)))


class Atomicity(StoreCase):
    """All or nothing."""

    def test_a_transaction_returns_the_text_of_fn(self, store: Store) -> None:
        """What ``fn`` returns comes back."""
        assert store.transact(MAIN, None, lambda _: "done") == "done"

    def test_what_was_written_is_read(self, store: Store) -> None:
        """A row is there after its transaction."""
        prices(store, "p")

        assert found(store, lambda tx: tx.get(PRICE, ("p",))) == row(PRICE, hash="p")

    def test_a_transaction_reads_its_own_writes(self, store: Store) -> None:
        """Within ``fn`` a row is found as soon as it is inserted."""

        def fn(tx: Tx) -> object:
            tx.insert(PRICE, [row(PRICE, hash="p")])
            return tx.get(PRICE, ("p",)), len(tx.find(PRICE, None))

        assert write(store, fn) == str((row(PRICE, hash="p"), 1))

    def test_an_exception_is_raised_as_it_is(self, store: Store) -> None:
        """The caller sees the very exception of ``fn``."""
        error = _BoomError("boom")

        def fn(_: Tx) -> str:
            raise error

        with pytest.raises(_BoomError) as caught:
            store.transact(MAIN, None, fn)
        assert caught.value is error

    def test_an_exception_takes_inserts_back(self, store: Store) -> None:
        """Nothing that a failing ``fn`` inserted is there."""

        def fn(tx: Tx) -> str:
            tx.insert(PRICE, [row(PRICE, hash=str(n)) for n in range(100)])
            tx.insert_absent(PRICE, [row(PRICE, hash="absent")])
            raise _BoomError

        with pytest.raises(_BoomError):
            store.transact(MAIN, None, fn)
        assert _count(store) == 0

    def test_an_exception_takes_updates_back(self, store: Store) -> None:
        """A row that a failing ``fn`` updated, twice, is as it was, and found where it was."""
        customers(store, "ann")
        add(store, ACCOUNT, row(ACCOUNT, next_due=5))

        def fn(tx: Tx) -> str:
            tx.update(ACCOUNT, [row(ACCOUNT, next_due=6, version=2)])
            tx.update(ACCOUNT, [row(ACCOUNT, next_due=7, version=3)])
            raise _BoomError

        with pytest.raises(_BoomError):
            store.transact(MAIN, None, fn)
        rows = found(store, lambda tx: tx.find(ACCOUNT, ACCOUNT.indexes[0], (5,)))
        assert list(rows) == [row(ACCOUNT, next_due=5)]

    def test_an_exception_gives_unique_values_back(self, store: Store) -> None:
        """The number of a document that was never kept is free for another one."""
        customers(store, "ann")

        def fn(tx: Tx) -> str:
            tx.insert(DOCUMENT, [row(DOCUMENT, id="lost", number="INV-1")])
            raise _BoomError

        with pytest.raises(_BoomError):
            store.transact(MAIN, None, fn)
        add(store, DOCUMENT, row(DOCUMENT, id="kept", number="INV-1"))
        assert [each[0] for each in found(store, lambda tx: tx.find(DOCUMENT, None))] == ["kept"]

    def test_an_exception_takes_usage_back(self, store: Store) -> None:
        """Usage of a failing ``fn`` was never there: recorded again it is new."""
        customers(store, "ann")

        def fn(tx: Tx) -> str:
            tx.record_usage([usage("u")])
            raise _BoomError

        with pytest.raises(_BoomError):
            store.transact(MAIN, None, fn)
        assert write(store, lambda tx: tx.record_usage([usage("u")]).accepted) == "1"

    def test_an_interrupt_takes_everything_back(self, store: Store) -> None:
        """What is no ``Exception`` undoes as well, and the store goes on."""

        def fn(tx: Tx) -> str:
            tx.insert(PRICE, [row(PRICE, hash="p")])
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store.transact(MAIN, None, fn)
        prices(store, "q")
        assert _count(store) == 1

    def test_a_refused_write_takes_the_others_back(self, store: Store) -> None:
        """A refused row leaves nothing of its transaction."""

        def fn(tx: Tx) -> None:
            tx.insert(PRICE, [row(PRICE, hash="p")])
            tx.insert(PRICE, [row(PRICE, hash="q"), row(PRICE, hash="p")])

        with pytest.raises(ConstraintViolated):
            write(store, fn)
        assert _count(store) == 0

    def test_a_refused_write_cannot_be_swallowed(self, store: Store) -> None:
        """``fn`` may catch a refusal; the transaction is lost all the same, and says why."""

        def fn(tx: Tx) -> None:
            tx.insert(PRICE, [row(PRICE, hash="p")])
            with contextlib.suppress(ConstraintViolated):
                tx.insert(PRICE, [row(PRICE, hash="p")])

        with pytest.raises(ConstraintViolated):
            write(store, fn)
        assert _count(store) == 0

    def test_nothing_is_written_after_a_refused_write(self, store: Store) -> None:
        """In a lost transaction the next write is refused with the same error."""

        def fn(tx: Tx) -> None:
            with contextlib.suppress(ConstraintViolated):
                tx.insert(PRICE, [("too", "many", "columns")])
            tx.insert(PRICE, [row(PRICE, hash="p")])

        with pytest.raises(ConstraintViolated):
            write(store, fn)
        assert _count(store) == 0

    def test_a_read_returns_what_fn_returns(self, store: Store) -> None:
        """``read`` hands the value of ``fn`` on."""
        assert store.read(MAIN, lambda _: {"any": "value"}) == {"any": "value"}

    def test_a_failing_read_leaves_the_store_usable(self, store: Store) -> None:
        """An exception in ``read`` is raised as it is, and the next call works."""

        def fn(_: ReadTx) -> str:
            raise _BoomError

        with pytest.raises(_BoomError):
            store.read(MAIN, fn)
        prices(store, "p")
        assert _count(store) == 1


class Reruns(StoreCase):
    """Again, and never within."""

    def test_a_conflict_is_run_again(self, store: Store) -> None:
        """A ``Conflict`` within ``fn`` runs it once more, on a clean slate."""
        seen: list[int] = []

        def fn(tx: Tx) -> str:
            seen.append(len(tx.find(PRICE, None)))
            tx.insert(PRICE, [row(PRICE, hash="p")])
            if len(seen) < 3:
                raise Conflict
            return "done"

        assert (store.transact(MAIN, None, fn), seen, _count(store)) == ("done", [0, 0, 0], 1)

    def test_a_lasting_conflict_is_raised(self, store: Store) -> None:
        """The store gives up after a bounded number of runs."""
        runs: list[int] = []

        def fn(_: Tx) -> str:
            runs.append(1)
            raise Conflict

        with pytest.raises(Conflict):
            store.transact(MAIN, None, fn)
        assert 2 <= len(runs) <= 10

    def test_a_store_is_not_called_from_within_itself(self, store: Store) -> None:
        """Every call of a store within ``fn`` is refused, whichever kind either is."""
        inner: list[Callable[[ReadTx], str]] = [
            lambda _: store.transact(MAIN, None, lambda _: ""),
            lambda _: store.read(MAIN, lambda _: ""),
            lambda _: str(store.recorded(MAIN, ["k"])),
        ]
        for call in inner:
            with pytest.raises(NotAllowed):
                store.transact(MAIN, None, call)
            with pytest.raises(NotAllowed):
                store.read(MAIN, call)
        assert write(store, lambda _: "usable") == "usable"

    def test_a_transaction_is_not_used_after_its_end(self, store: Store) -> None:
        """A ``tx`` that outlives its ``fn`` neither reads nor writes."""
        kept: list[Tx] = []
        write(store, kept.append)

        with pytest.raises(NotAllowed):
            kept[0].get(PRICE, ("p",))
        with pytest.raises(NotAllowed):
            kept[0].insert(PRICE, [row(PRICE)])
        assert _count(store) == 0

    def test_a_failed_transaction_is_not_used_after_its_end(self, store: Store) -> None:
        """Nor does one whose ``fn`` raised."""
        kept: list[Tx] = []

        def fn(tx: Tx) -> str:
            kept.append(tx)
            raise _BoomError

        with pytest.raises(_BoomError):
            store.transact(MAIN, None, fn)
        with pytest.raises(NotAllowed):
            kept[0].insert(PRICE, [row(PRICE)])

    def test_a_view_is_not_used_after_its_end(self, store: Store) -> None:
        """What ``read`` hands to ``fn`` ends with it."""
        view = store.read(MAIN, lambda tx: tx)

        with pytest.raises(NotAllowed):
            view.find(CUSTOMER, None)
        with pytest.raises(NotAllowed):
            view.find_many(USAGE, None, ["x"])
