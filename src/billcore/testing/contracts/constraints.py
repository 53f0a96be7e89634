"""Keys, unique indexes, checks and references refuse what breaks an invariant."""

from __future__ import annotations

import pytest

from billcore.kernel.errors import ConstraintViolated
from billcore.ports import Store, Table, Tx, Value
from billcore.ports.tables import (
    ACCOUNT,
    COUPON,
    COUPON_FACT,
    CREDIT,
    CUSTOMER,
    DOCUMENT,
    GRANT_FACT,
    LINE,
    NOTICE,
    PAYMENT,
    POSTING,
    PRICE,
    REDEMPTION,
    SUBSCRIPTION,
    VOUCHER,
)
from billcore.testing.contracts.case import (
    MAIN,
    OTHER,
    StoreCase,
    add,
    customers,
    found,
    parents,
    prices,
    refuses,
    row,
    write,
)

__all__ = ["BROKEN", "Constraints"]

# (table, columns that break a check of it)
BROKEN: list[tuple[Table, dict[str, Value]]] = [
    (DOCUMENT, {"net": 1, "tax": 1, "total": 3}),
    (DOCUMENT, {"net": -1, "total": -1}),
    (DOCUMENT, {"kind": "credit_note", "net": 1, "total": 1}),
    (DOCUMENT, {"net": 5, "total": 5, "settled": 4, "credited": 2, "open": -1}),
    (DOCUMENT, {"settled": -1, "open": 1}),
    (DOCUMENT, {"net": 5, "total": 5, "settled": 2, "open": 5}),
    (DOCUMENT, {"net": 5, "total": 5, "state": "void", "open": 5}),
    (DOCUMENT, {"state": "paid"}),
    (LINE, {"part_start": 2, "part_end": 1}),
    (LINE, {"nth": 1}),
    (LINE, {"item": "ord"}),
    (PAYMENT, {"minor": 0}),
    (PAYMENT, {"minor": 1, "reverses": "pay"}),
    (CREDIT, {"amount": 1, "remaining": 2}),
    (CREDIT, {"remaining": -1}),
    (POSTING, {"minor": 0}),
    (VOUCHER, {"most": 1, "used": 2}),
    (VOUCHER, {"used": -1}),
    (REDEMPTION, {"slot": 0}),
    (COUPON, {"used": 0}),
    (COUPON, {"used": 2, "most": 1}),
    (COUPON_FACT, {"slot": 0}),
    (COUPON_FACT, {"kind": "removed"}),
    (GRANT_FACT, {"amount": 0}),
    (GRANT_FACT, {"given": "y"}),
    (GRANT_FACT, {"kind": "revoked"}),
    (LINE, {"kind": "discount", "minor": 1, "coupon": "a", "corrects": "x-1"}),
    (LINE, {"kind": "discount", "coupon": "a"}),
]


class Constraints(StoreCase):
    """Keys, unique indexes, checks, references."""

    def test_a_key_is_taken_once(self, store: Store) -> None:
        """A second row of a key is refused, whatever else it holds."""
        prices(store, "p")

        refuses(store, PRICE, row(PRICE, hash="p", body="other"))

    def test_a_key_is_taken_once_in_one_call(self, store: Store) -> None:
        """Two rows of a key in one ``insert`` are refused, both."""
        refuses(store, PRICE, row(PRICE, hash="p"), row(PRICE, hash="p"))

    def test_a_key_of_two_columns_is_taken_as_a_whole(self, store: Store) -> None:
        """Rows that share a part of the key stand beside each other."""
        add(store, NOTICE, *(row(NOTICE, customer=name, seq=seq) for name in ("ann", "bob") for seq in (1, 2)))

        refuses(store, NOTICE, row(NOTICE, customer="bob", seq=1))

    def test_a_key_is_the_tenants(self, store: Store) -> None:
        """The same key of another tenant is another row."""
        for scope in (MAIN, OTHER):
            add(store, PRICE, row(PRICE, hash="p", body=scope.tenant), scope=scope)

        assert [found(store, lambda tx: tx.get(PRICE, ("p",)), s) for s in (MAIN, OTHER)] == [
            row(PRICE, hash="p", body="main"),
            row(PRICE, hash="p", body="other"),
        ]

    def test_a_unique_indexrefuses(self, store: Store) -> None:
        """Two documents of an issuer never have one number."""
        parents(store, DOCUMENT)
        add(store, DOCUMENT, row(DOCUMENT, id="d1", number="INV-1"))

        refuses(store, DOCUMENT, row(DOCUMENT, id="d2", number="INV-1", sequence=1))

    def test_a_unique_index_refuses_within_one_call(self, store: Store) -> None:
        """Two rows of one ``insert`` collide as well."""
        parents(store, DOCUMENT)

        refuses(store, DOCUMENT, *(row(DOCUMENT, id=name, number="INV-1", sequence=n) for n, name in enumerate("ab")))

    def test_a_unique_index_is_the_tenants(self, store: Store) -> None:
        """Another tenant may use the same number."""
        for scope in (MAIN, OTHER):
            customers(store, "ann", scope=scope)
            add(store, DOCUMENT, row(DOCUMENT, number="INV-1"), scope=scope)

    def test_nulls_never_collide(self, store: Store) -> None:
        """Lines without a charge key are not the same line."""
        parents(store, LINE)
        add(store, LINE, *(row(LINE, document="x", position=n) for n in range(3)))

        assert len(found(store, lambda tx: tx.find(LINE, None))) == 3

    def test_one_charge_is_billed_once(self, store: Store) -> None:
        """The same charge key and ordinal is refused on another line: two runs collide here."""
        parents(store, LINE)
        key: dict[str, Value] = {
            "subscription": "s",
            "item": "o",
            "price": "p",
            "period_start": 1,
            "period_end": 2,
            "nth": 1,
        }
        add(store, LINE, row(LINE, document="x", position=1, **key))

        refuses(store, LINE, row(LINE, document="x", position=2, **key))

    @pytest.mark.parametrize(("table", "values"), BROKEN, ids=lambda part: getattr(part, "name", ""))
    def test_a_broken_invariant_is_refused(self, store: Store, table: Table, values: dict[str, Value]) -> None:
        """What a check of the table calls false is not kept."""
        parents(store, table)

        refuses(store, table, row(table, **values))

    def test_a_reference_to_nothing_is_refused(self, store: Store) -> None:
        """No account without its customer."""
        refuses(store, ACCOUNT, row(ACCOUNT))

    def test_a_null_reference_names_nothing(self, store: Store) -> None:
        """A document that corrects none needs none; one that corrects another needs it."""
        parents(store, DOCUMENT)
        add(store, DOCUMENT, row(DOCUMENT, id="d1"))
        add(store, DOCUMENT, row(DOCUMENT, id="d2", number="2", sequence=1, corrects="d1"))

        refuses(store, DOCUMENT, row(DOCUMENT, id="d3", number="3", sequence=2, corrects="d9"))

    def test_a_reference_stays_within_its_tenant(self, store: Store) -> None:
        """A customer of another tenant is not there."""
        customers(store, "ann", scope=OTHER)

        refuses(store, ACCOUNT, row(ACCOUNT))

    def test_a_reference_to_a_row_of_the_same_transaction_holds(self, store: Store) -> None:
        """Parent first, then child, in one transaction."""

        def fn(tx: Tx) -> None:
            tx.insert(CUSTOMER, [row(CUSTOMER)])
            tx.insert(SUBSCRIPTION, [row(SUBSCRIPTION)])

        write(store, fn)
        assert found(store, lambda tx: tx.get(SUBSCRIPTION, ("x",))) == row(SUBSCRIPTION)

    def test_insert_absent_adds_what_is_not_there(self, store: Store) -> None:
        """The row that is there stays as it is; of two in one call the first is kept."""
        prices(store, "p")
        rows = [row(PRICE, hash=name, body=body) for name, body in ("p2", "q3", "q4")]
        write(store, lambda tx: tx.insert_absent(PRICE, rows))

        kept = [row(PRICE, hash="p"), row(PRICE, hash="q", body="3")]
        assert list(found(store, lambda tx: tx.find(PRICE, None))) == kept

    @pytest.mark.parametrize("values", [{}, {"number": "2", "state": "paid"}, {"number": "2", "customer": "nobody"}])
    def test_insert_absent_keeps_the_other_constraints(self, store: Store, values: dict[str, Value]) -> None:
        """Only a taken key is passed over; a unique index, a check and a reference refuse."""
        parents(store, DOCUMENT)
        add(store, DOCUMENT, row(DOCUMENT, id="d1"))
        broken = row(DOCUMENT, id="d2", **values)

        with pytest.raises(ConstraintViolated):
            write(store, lambda tx: tx.insert_absent(DOCUMENT, [broken]))
