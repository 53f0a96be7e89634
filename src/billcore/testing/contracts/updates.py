"""What may change changes by one version at a time; entries sum to zero when a transaction ends."""

from __future__ import annotations

import pytest

from billcore.kernel.errors import Conflict, ConstraintViolated, NotFound
from billcore.ports import Store, Tx
from billcore.ports.tables import ACCOUNT, CREDIT, CUSTOMER, ONE_OFF, POSTING
from billcore.testing.contracts.case import StoreCase, add, customers, entry, found, refuses, row, write

__all__ = ["Balance", "Updates"]


class Updates(StoreCase):
    """Versions grow by one, and what never changes never changes."""

    def test_an_update_replaces_what_may_change(self, store: Store) -> None:
        """The columns of ``changes`` are written."""
        customers(store, "ann")
        write(store, lambda tx: tx.update(CUSTOMER, [row(CUSTOMER, profiles="new", closed=7, version=2)]))

        assert found(store, lambda tx: tx.get(CUSTOMER, ("ann",))) == row(CUSTOMER, profiles="new", closed=7, version=2)

    def test_an_update_leaves_what_may_not_change(self, store: Store) -> None:
        """Other columns stay as they were, whatever the row says."""
        customers(store, "ann")
        write(store, lambda tx: tx.update(CUSTOMER, [row(CUSTOMER, currency="JPY", created=9, version=2)]))

        assert found(store, lambda tx: tx.get(CUSTOMER, ("ann",))) == row(CUSTOMER, version=2)

    @pytest.mark.parametrize("version", [0, 1, 3])
    def test_another_version_is_a_conflict(self, store: Store, version: int) -> None:
        """Each row's version is one more than the stored one's; else nothing is written."""
        customers(store, "ann")

        with pytest.raises(Conflict):
            write(store, lambda tx: tx.update(CUSTOMER, [row(CUSTOMER, profiles="new", version=version)]))
        assert found(store, lambda tx: tx.get(CUSTOMER, ("ann",))) == row(CUSTOMER)

    def test_one_stale_row_refuses_all(self, store: Store) -> None:
        """An update of many is one: a stale row among them leaves all as they were."""
        customers(store, "ann", "bob")
        rows = [row(CUSTOMER, customer="ann", version=2), row(CUSTOMER, customer="bob", version=5)]

        with pytest.raises(Conflict):
            write(store, lambda tx: tx.update(CUSTOMER, rows))
        assert found(store, lambda tx: tx.get(CUSTOMER, ("ann",))) == row(CUSTOMER)

    def test_a_row_that_is_not_there_is_not_found(self, store: Store) -> None:
        """To update is not to insert."""
        with pytest.raises(NotFound):
            write(store, lambda tx: tx.update(CUSTOMER, [row(CUSTOMER, version=2)]))

    def test_a_row_is_updated_twice_in_a_transaction(self, store: Store) -> None:
        """The second update builds on the first."""
        customers(store, "ann")

        def fn(tx: Tx) -> None:
            for version in (2, 3):
                tx.update(CUSTOMER, [row(CUSTOMER, version=version)])

        write(store, fn)
        assert found(store, lambda tx: tx.get(CUSTOMER, ("ann",))) == row(CUSTOMER, version=3)

    def test_an_updated_row_is_found_where_it_is_now(self, store: Store) -> None:
        """Indexes follow an update."""
        customers(store, "ann")
        add(store, ACCOUNT, row(ACCOUNT, next_due=5))
        write(store, lambda tx: tx.update(ACCOUNT, [row(ACCOUNT, next_due=9, version=2)]))

        due = found(store, lambda tx: [len(tx.find(ACCOUNT, ACCOUNT.indexes[0], (at,))) for at in (5, 9)])
        assert due == [0, 1]

    def test_an_update_keeps_the_checks(self, store: Store) -> None:
        """A credit never goes below zero."""
        customers(store, "ann")
        add(store, CREDIT, row(CREDIT, amount=5, remaining=5))

        with pytest.raises(ConstraintViolated):
            write(store, lambda tx: tx.update(CREDIT, [row(CREDIT, amount=5, remaining=-1, version=2)]))
        assert found(store, lambda tx: tx.get(CREDIT, ("x",))) == row(CREDIT, amount=5, remaining=5)

    def test_an_append_only_table_is_never_updated(self, store: Store) -> None:
        """A fact stays as it was written."""
        customers(store, "ann")
        add(store, ONE_OFF, row(ONE_OFF))

        with pytest.raises(ConstraintViolated):
            write(store, lambda tx: tx.update(ONE_OFF, [row(ONE_OFF, amount="2")]))


class Balance(StoreCase):
    """Entries sum to zero when a transaction ends."""

    def test_a_one_sided_entry_is_refused(self, store: Store) -> None:
        """Postings of an entry that do not sum to zero are not committed."""
        customers(store, "ann")

        refuses(store, POSTING, *entry("e", 5, -4))

    def test_an_entry_is_judged_at_the_end(self, store: Store) -> None:
        """Its sides may be written one after the other."""
        customers(store, "ann")

        def fn(tx: Tx) -> None:
            for each in entry("e", 5, -3, -2):
                tx.insert(POSTING, [each])

        write(store, fn)
        assert len(found(store, lambda tx: tx.find(POSTING, None))) == 3

    def test_currencies_are_balanced_each(self, store: Store) -> None:
        """Five euros do not balance five dollars."""
        customers(store, "ann")
        two = [entry("e", 5, currency="EUR")[0], entry("e", 0, -5, currency="USD")[1]]

        refuses(store, POSTING, *two)

    def test_entries_are_balanced_each(self, store: Store) -> None:
        """One entry does not make up for another."""
        customers(store, "ann")

        refuses(store, POSTING, *entry("e", 5), *entry("f", -5))

    def test_what_follows_an_entry_is_balanced_too(self, store: Store) -> None:
        """Postings added to an entry later sum to zero by themselves."""
        customers(store, "ann")
        add(store, POSTING, *entry("e", 5, -5))

        refuses(store, POSTING, *entry("e", 0, 0, 1)[2:])
