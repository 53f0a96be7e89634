"""An operation happens once."""

from __future__ import annotations

import pytest

from billcore.kernel.errors import IdempotencyMismatch
from billcore.ports import Operation, Scope, Store, Tx
from billcore.ports.tables import PRICE
from billcore.testing.contracts.case import ANN, MAIN, OTHER, StoreCase, found, row, write

__all__ = ["Operations"]


def _done(store: Store, key: str, result: str, scope: Scope = MAIN) -> str:
    """Do an operation that writes nothing."""
    return store.transact(scope, Operation(key, "r"), lambda _: result)


class Operations(StoreCase):
    """Once."""

    def test_an_operation_is_done_once(self, store: Store) -> None:
        """The same key and request runs nothing and returns the first text."""
        calls: list[int] = []

        def fn(_: Tx) -> str:
            calls.append(1)
            return f"result {len(calls)}"

        results = [store.transact(MAIN, Operation("k", "r"), fn) for _ in range(3)]
        assert (results, len(calls)) == (["result 1"] * 3, 1)

    def test_a_key_of_another_request_is_a_mismatch(self, store: Store) -> None:
        """A key names one request for ever; another one runs nothing."""

        def fn(tx: Tx) -> str:
            tx.insert(PRICE, [row(PRICE)])
            return "second"

        write(store, lambda _: "first", key="k")
        with pytest.raises(IdempotencyMismatch):
            store.transact(MAIN, Operation("k", "another"), fn)
        assert list(found(store, lambda tx: tx.find(PRICE, None))) == []

    def test_a_failed_operation_was_not_done(self, store: Store) -> None:
        """After an exception the same key runs."""

        def fn(_: Tx) -> str:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.transact(MAIN, Operation("k", "r"), fn)
        assert store.transact(MAIN, Operation("k", "another"), lambda _: "ran") == "ran"

    def test_without_an_operation_each_call_runs(self, store: Store) -> None:
        """``None`` is not a key."""
        results = iter(["first", "second"])

        assert [store.transact(MAIN, None, lambda _: next(results)) for _ in range(2)] == ["first", "second"]

    def test_a_result_is_kept_as_it_is(self, store: Store) -> None:
        """Line ends, quotes, other scripts and 100,000 characters come back."""
        result = "é\r\n'\"\\ 漢字 😀 " * 8_000
        write(store, lambda _: result, key="k")

        assert write(store, lambda _: "other", key="k") == result

    def test_an_empty_result_is_a_result(self, store: Store) -> None:
        """An operation that returned an empty text was done."""
        write(store, lambda _: "", key="k")

        assert store.transact(MAIN, Operation("k", "r"), lambda _: "ran again") == ""

    def test_tenants_have_their_own_keys(self, store: Store) -> None:
        """The same key of another tenant is another operation."""
        assert [_done(store, "k", scope.tenant, scope) for scope in (MAIN, OTHER)] == ["main", "other"]

    def test_a_customer_has_its_own_keys(self, store: Store) -> None:
        """A key under a customer's scope is not the tenant's."""
        assert [_done(store, "k", str(scope.customer), scope) for scope in (MAIN, ANN)] == ["None", "ann"]

    def test_recorded_gives_results_by_key(self, store: Store) -> None:
        """Operations that were never done are absent."""
        write(store, lambda _: "one", key="k1")

        assert dict(store.recorded(MAIN, ["k1", "k2"])) == {"k1": "one"}

    def test_recorded_of_no_keys_is_empty(self, store: Store) -> None:
        """No key, no result."""
        assert dict(store.recorded(MAIN, [])) == {}

    def test_recorded_takes_many_keys(self, store: Store) -> None:
        """More keys than a statement has parameters are looked up all the same."""
        for n in range(5):
            _done(store, f"k{n * 300}", "done")

        assert len(store.recorded(MAIN, [f"k{n}" for n in range(1_500)])) == 5

    def test_recorded_sees_its_scope_alone(self, store: Store) -> None:
        """Neither another tenant's operations nor a customer's."""
        for scope in (OTHER, ANN):
            write(store, lambda _: "foreign", scope, key="k")

        assert dict(store.recorded(MAIN, ["k"])) == {}
