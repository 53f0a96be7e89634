"""A store is shared by threads: nothing is lost, nothing is torn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from billcore.kernel.errors import Conflict
from billcore.ports import Operation, ReadTx, Store, Tx
from billcore.ports.tables import CREDIT, PRICE, VOUCHER
from billcore.testing.contracts.case import MAIN, StoreCase, add, customers, found, row

__all__ = ["Threads"]

R = TypeVar("R")

_THREADS = 6
_ROUNDS = 15


def _let_others_in() -> None:
    """Between what a transaction read and what it writes: a store that does not keep others out is found out."""
    time.sleep(0.000_5)


def _insist(store: Store, fn: Callable[[Tx], str], op: Operation | None = None) -> str:
    """Call until it is no conflict: a store without locks may give up for a while."""
    while True:
        try:
            return store.transact(MAIN, op, fn)
        except Conflict:
            _let_others_in()


def _together(fn: Callable[[int], R], count: int) -> list[R]:
    """The results of ``fn(0)``, ``fn(1)``, ... run by several threads."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(fn, range(count)))


def _remaining(tx: ReadTx, ids: Iterable[str]) -> list[int]:
    place = CREDIT.position("remaining")
    return [int((tx.get(CREDIT, (name,)) or ())[place] or 0) for name in ids]


class Threads(StoreCase):
    """Many threads, one store."""

    def test_no_update_is_lost(self, store: Store) -> None:
        """Each of many threads adds one to the same row: all count."""
        add(store, VOUCHER, row(VOUCHER, most=10**6))
        used, version = VOUCHER.position("used"), VOUCHER.position("version")

        def increment(tx: Tx) -> str:
            stored = list(tx.get(VOUCHER, ("x",)) or ())
            stored[used] = int(stored[used] or 0) + 1
            stored[version] = int(stored[version] or 0) + 1
            _let_others_in()
            tx.update(VOUCHER, [tuple(stored)])
            return str(stored[used])

        results = _together(lambda _: _insist(store, increment), _THREADS * _ROUNDS)
        assert sorted(map(int, results)) == list(range(1, _THREADS * _ROUNDS + 1))

    def test_no_number_is_given_twice(self, store: Store) -> None:
        """Numbers taken by many threads are all there, each once."""

        def fn(tx: Tx) -> str:
            first = tx.take_numbers("INV", 2)
            _let_others_in()
            return str(first)

        taken = _together(lambda _: int(_insist(store, fn)), _THREADS * _ROUNDS)

        assert sorted(taken) == list(range(1, 2 * _THREADS * _ROUNDS, 2))

    def test_an_operation_is_done_once_by_many(self, store: Store) -> None:
        """The same operation from many threads at once runs once, and all get its result."""

        def fn(tx: Tx) -> str:
            _let_others_in()
            tx.insert(PRICE, [row(PRICE, hash="p")])
            return "done"

        results = _together(lambda _: _insist(store, fn, Operation("k", "r")), _THREADS * 2)
        assert set(results) == {"done"}
        assert len(found(store, lambda tx: tx.find(PRICE, None))) == 1

    def test_a_read_sees_one_instant(self, store: Store) -> None:
        """While others move an amount to and fro, every read sees it whole."""
        customers(store, "ann")
        add(store, CREDIT, *(row(CREDIT, id=name, amount=10**6, remaining=500) for name in "ab"))
        version = CREDIT.position("version")

        def move(tx: Tx) -> str:
            a, b = _remaining(tx, "ab")
            next_version = int((tx.get(CREDIT, ("a",)) or ())[version] or 0) + 1
            for name, left in (("a", a - 1), ("b", b + 1)):
                _let_others_in()
                tx.update(CREDIT, [row(CREDIT, id=name, amount=10**6, remaining=left, version=next_version)])
            return ""

        def one(n: int) -> int:
            if n % 2:
                _insist(store, move)
                return 1_000
            return sum(store.read(MAIN, lambda tx: _remaining(tx, "ab")))

        assert set(_together(one, _THREADS * _ROUNDS)) == {1_000}

    def test_a_locked_customer_is_written_by_one_at_a_time(self, store: Store) -> None:
        """Lock first, then read, then write: what was read still holds, without a version."""
        customers(store, "ann", "bob")

        def fn(tx: Tx) -> str:
            tx.lock("bob", "ann")
            count = len(tx.find(PRICE, None))
            _let_others_in()
            tx.insert(PRICE, [row(PRICE, hash=f"{count:05d}")])
            return str(count)

        results = _together(lambda _: int(_insist(store, fn)), _THREADS * _ROUNDS)
        assert sorted(results) == list(range(_THREADS * _ROUNDS))

    def test_a_lock_of_nobody_is_no_error(self, store: Store) -> None:
        """A customer that is about to be made may be locked."""

        def fn(tx: Tx) -> str:
            tx.lock("nobody")
            tx.lock()
            return "locked"

        assert store.transact(MAIN, None, fn) == "locked"

    def test_a_failure_in_one_thread_leaves_the_others(self, store: Store) -> None:
        """A transaction that fails does not take others with it."""

        def one(n: int) -> bool:
            def fn(tx: Tx) -> str:
                tx.insert(PRICE, [row(PRICE, hash=str(n))])
                _let_others_in()
                if n % 3 == 0:
                    raise ZeroDivisionError
                return ""

            try:
                _insist(store, fn)
            except ZeroDivisionError:
                return False
            return True

        kept = sum(_together(one, 30))
        assert (kept, len(found(store, lambda tx: tx.find(PRICE, None)))) == (20, 20)
