"""A scope sees its own rows; what is foreign is answered like what is not there."""

from __future__ import annotations

import pytest

from billcore.kernel.errors import NotFound
from billcore.lifecycle import UsageTotal
from billcore.ports import Row, Scope, Store, Tx
from billcore.ports.tables import ACCOUNT, CATALOG, CREDIT, CUSTOMER, NOTICE, POSTING, USAGE
from billcore.testing.contracts.case import (
    ANN,
    BOB,
    MAIN,
    OTHER,
    StoreCase,
    add,
    customers,
    entry,
    found,
    row,
    usage,
    write,
)

__all__ = ["CustomerScope", "TenantScope"]


def _names(store: Store, scope: Scope) -> list[object]:
    return [each[0] for each in found(store, lambda tx: tx.find(CUSTOMER, None), scope)]


class TenantScope(StoreCase):
    """Tenants share nothing."""

    def test_rows_of_another_tenant_are_absent(self, store: Store) -> None:
        """Neither got nor found."""
        customers(store, "ann")

        assert found(store, lambda tx: tx.get(CUSTOMER, ("ann",)), OTHER) is None
        assert _names(store, OTHER) == []
        assert list(found(store, lambda tx: tx.find_many(CUSTOMER, None, ["ann"]), OTHER)) == []

    def test_a_row_of_another_tenant_is_not_updated(self, store: Store) -> None:
        """It is not found, and stays as it was."""
        customers(store, "ann")

        with pytest.raises(NotFound):
            write(store, lambda tx: tx.update(CUSTOMER, [row(CUSTOMER, version=2)]), OTHER)
        assert found(store, lambda tx: tx.get(CUSTOMER, ("ann",))) == row(CUSTOMER)

    def test_usage_of_another_tenant_does_not_count(self, store: Store) -> None:
        """A total is the tenant's."""
        customers(store, "ann")
        write(store, lambda tx: tx.record_usage([usage("u1")]))

        assert found(store, lambda tx: tx.usage_total("ann", "m", None, 0, 9), OTHER) == UsageTotal()

    def test_a_tenants_name_is_no_prefix(self, store: Store) -> None:
        """Tenants whose names begin alike, or differ in case, are strangers."""
        customers(store, "ann")

        assert [_names(store, Scope(name)) for name in ("main2", "mai", "Main")] == [[], [], []]


class CustomerScope(StoreCase):
    """A customer's scope sees that customer alone."""

    def test_a_customer_sees_its_own_rows(self, store: Store) -> None:
        """Got, found, found among many."""
        customers(store, "ann", "bob")

        assert found(store, lambda tx: tx.get(CUSTOMER, ("ann",)), ANN) == row(CUSTOMER)
        assert _names(store, ANN) == ["ann"]
        rows = found(store, lambda tx: tx.find_many(CUSTOMER, None, ["bob", "ann"]), ANN)
        assert list(rows) == [row(CUSTOMER)]

    def test_a_row_of_another_customer_is_absent(self, store: Store) -> None:
        """As one that is not there."""
        customers(store, "bob")

        assert found(store, lambda tx: tx.get(CUSTOMER, ("bob",)), ANN) is None
        assert list(found(store, lambda tx: tx.find(CUSTOMER, None, ("bob",)), ANN)) == []

    def test_a_page_is_filled_with_own_rows(self, store: Store) -> None:
        """Foreign rows do not use up the limit."""
        names = ["aaa", "ann", "bob"]
        customers(store, *names)
        add(store, ACCOUNT, *(row(ACCOUNT, customer=name, next_due=n) for n, name in enumerate(names)))

        rows = found(store, lambda tx: tx.find(ACCOUNT, ACCOUNT.indexes[0], limit=1), ANN)
        assert [each[0] for each in rows] == ["ann"]

    def test_a_foreign_row_is_not_inserted(self, store: Store) -> None:
        """Nothing is written for another customer."""
        customers(store, "ann", "bob")
        mixed = [row(CREDIT, id="c1"), row(CREDIT, id="c2", customer="bob")]

        for insert in (lambda tx: tx.insert(CREDIT, mixed), lambda tx: tx.insert_absent(CREDIT, mixed)):
            with pytest.raises(NotFound):
                write(store, insert, ANN)
        assert list(found(store, lambda tx: tx.find(CREDIT, None))) == []

    @pytest.mark.parametrize("owner", ["ann", "bob"])
    def test_a_foreign_row_is_not_updated(self, store: Store, owner: str) -> None:
        """Not found, whether the row says whose it is or says it is one's own."""
        customers(store, "ann", "bob")
        add(store, CREDIT, row(CREDIT, id="c1", customer="bob"))

        with pytest.raises(NotFound):
            write(store, lambda tx: tx.update(CREDIT, [row(CREDIT, id="c1", customer=owner, version=2)]), ANN)
        assert found(store, lambda tx: tx.get(CREDIT, ("c1",))) == row(CREDIT, id="c1", customer="bob")

    def test_own_rows_are_written(self, store: Store) -> None:
        """A customer's scope is enough to insert and to update what is its own."""
        customers(store, "ann")

        def fn(tx: Tx) -> None:
            tx.insert(CREDIT, [row(CREDIT)])
            tx.insert_absent(NOTICE, [row(NOTICE)])
            tx.update(CUSTOMER, [row(CUSTOMER, version=2)])
            tx.update(CREDIT, [row(CREDIT, version=2)])

        write(store, fn, ANN)
        assert found(store, lambda tx: tx.get(CREDIT, ("x",))) == row(CREDIT, version=2)

    def test_foreign_usage_is_not_recorded(self, store: Store) -> None:
        """Not even where it would be a duplicate."""
        customers(store, "ann", "bob")
        foreign: list[Row] = [usage("u1", customer="bob")]
        write(store, lambda tx: tx.record_usage(foreign))

        with pytest.raises(NotFound):
            write(store, lambda tx: tx.record_usage(foreign), ANN)

    def test_usage_and_balance_of_others_are_zero(self, store: Store) -> None:
        """Totals of another customer are those of one who is not there."""
        customers(store, "ann", "bob")
        write(store, lambda tx: tx.record_usage([usage("u1", customer="bob")]))
        add(store, POSTING, *entry("e", 5, -5, customer="bob"))

        assert found(store, lambda tx: tx.usage_total("bob", "m", None, 0, 9), ANN) == UsageTotal()
        assert found(store, lambda tx: tx.balance("bob", "x", "x"), ANN) == 0

    def test_all_customers_are_oneself(self, store: Store) -> None:
        """The balance of all customers is, under a customer's scope, its own."""
        customers(store, "ann", "bob")
        for name, amount in (("ann", 5), ("bob", 7)):
            one, two = entry("e", amount, -amount, customer=name)
            add(store, POSTING, one, tuple("other" if column == "account" else value
                                           for column, value in zip(POSTING.names, two, strict=True)))  # fmt: skip

        assert found(store, lambda tx: tx.balance(None, "x", "x"), BOB) == 7

    def test_what_belongs_to_no_customer_is_seen(self, store: Store) -> None:
        """A table without a customer is the tenant's: catalogs are read under every scope."""
        add(store, CATALOG, row(CATALOG))

        assert found(store, lambda tx: tx.get(CATALOG, ("x",)), ANN) == row(CATALOG)

    def test_a_customer_of_another_tenant_is_another(self, store: Store) -> None:
        """The same id in two tenants are two customers."""
        customers(store, "ann")
        write(store, lambda tx: tx.record_usage([usage("u1")]))

        assert _names(store, Scope("other", "ann")) == []
        assert list(found(store, lambda tx: tx.find(USAGE, None), Scope("other", "ann"))) == []

    def test_an_operation_of_the_tenant_still_sees_all(self, store: Store) -> None:
        """A customer's scope leaves nothing behind that narrows the next call."""
        customers(store, "ann", "bob")
        found(store, lambda tx: tx.find(CUSTOMER, None), ANN)

        assert _names(store, MAIN) == ["ann", "bob"]
