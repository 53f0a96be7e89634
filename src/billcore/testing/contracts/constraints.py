"""Rows come back as they went in, and the constraints of a table refuse what breaks an invariant."""

from __future__ import annotations

import pytest

from billcore.kernel.errors import Conflict, ConstraintViolated, NotFound
from billcore.ports import Row, Store, Table, Tx, Value
from billcore.ports.tables import (
    ACCOUNT,
    CREDIT,
    CUSTOMER,
    DOCUMENT,
    LINE,
    NOTICE,
    ONE_OFF,
    PAYMENT,
    POSTING,
    PRICE,
    REDEMPTION,
    SUBSCRIPTION,
    TABLES,
    VOUCHER,
)
from billcore.testing.contracts.case import (
    MAIN,
    OTHER,
    StoreCase,
    add,
    customers,
    entry,
    found,
    prices,
    row,
    with_parents,
    write,
)

__all__ = ["Balance", "Constraints", "Rows", "Updates"]

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1

# (table, columns that break a check of it)
_BROKEN: list[tuple[Table, dict[str, Value]]] = [
    (DOCUMENT, {"net": 1, "tax": 1, "total": 3}),
    (DOCUMENT, {"net": -1, "total": -1}),
    (DOCUMENT, {"kind": "credit_note", "net": 1, "total": 1}),
    (DOCUMENT, {"net": 5, "total": 5, "settled": 4, "credited": 2}),
    (DOCUMENT, {"settled": -1}),
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
]


def _refuses(store: Store, table: Table, *rows: Row) -> None:
    """The rows are refused, the error names the table, and nothing of them stays."""
    before = found(store, lambda tx: tx.find(table, None))
    with pytest.raises(ConstraintViolated) as caught:
        add(store, table, *rows)
    assert caught.value.place == table.name
    assert found(store, lambda tx: tx.find(table, None)) == before


def _parents(store: Store, table: Table) -> None:
    for parent, rows in with_parents(table)[:-1]:
        add(store, parent, *rows)


class Rows(StoreCase):
    """Texts and integers are kept as they are; nothing else is kept."""

    @pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
    def test_a_row_comes_back_as_it_went_in(self, store: Store, table: Table) -> None:
        """Every table keeps its rows, in the order of its columns."""
        _parents(store, table)
        rows = with_parents(table)[-1][1]
        add(store, table, *rows)

        assert list(found(store, lambda tx: tx.find(table, None))) == list(rows)

    def test_no_rows_are_no_error(self, store: Store) -> None:
        """To write nothing does nothing."""
        write(store, lambda tx: (tx.insert(PRICE, []), tx.insert_absent(PRICE, []), tx.update(CUSTOMER, [])))

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
        _refuses(store, VOUCHER, row(VOUCHER, amount=value))

    @pytest.mark.parametrize("value", ["1", "", True, 1.0, None, b"1"])
    def test_what_is_no_integer_is_refused_as_one(self, store: Store, value: Value) -> None:
        """Neither a numeral nor a boolean nor a float is converted, and null is refused where it is not allowed."""
        _refuses(store, VOUCHER, row(VOUCHER, amount=value))

    @pytest.mark.parametrize("value", [1, True, 1.5, None, b"x"])
    def test_what_is_no_text_is_refused_as_one(self, store: Store, value: Value) -> None:
        """No number is converted to text, and null is refused where it is not allowed."""
        _refuses(store, PRICE, row(PRICE, body=value))

    def test_null_is_kept_where_it_is_allowed(self, store: Store) -> None:
        """Null comes back as null, and is neither zero nor the empty text."""
        customers(store, "ann", "bob")
        rows = [row(ACCOUNT, next_due=None, parked=None), row(ACCOUNT, customer="bob", next_due=0, parked="")]
        add(store, ACCOUNT, *rows)

        assert list(found(store, lambda tx: tx.find(ACCOUNT, None))) == rows

    @pytest.mark.parametrize("text", ["a\0b", "\0", "\ud800", "a\udfff"])
    def test_text_that_not_every_store_keeps_is_refused(self, store: Store, text: str) -> None:
        """NUL and lone surrogates are refused by all, so that rows move from any store to any other."""
        _refuses(store, PRICE, row(PRICE, body=text))

    @pytest.mark.parametrize("values", [("x",), ("x", "x", "x"), ()])
    def test_a_row_of_another_length_is_refused(self, store: Store, values: Row) -> None:
        """A row has a value for each column."""
        _refuses(store, PRICE, values)


class Constraints(StoreCase):
    """Keys, unique indexes, checks, references."""

    def test_a_key_is_taken_once(self, store: Store) -> None:
        """A second row of a key is refused, whatever else it holds."""
        prices(store, "p")

        _refuses(store, PRICE, row(PRICE, hash="p", body="other"))

    def test_a_key_is_taken_once_in_one_call(self, store: Store) -> None:
        """Two rows of a key in one ``insert`` are refused, both."""
        _refuses(store, PRICE, row(PRICE, hash="p"), row(PRICE, hash="p"))

    def test_a_key_of_two_columns_is_taken_as_a_whole(self, store: Store) -> None:
        """Rows that share a part of the key stand beside each other."""
        add(store, NOTICE, *(row(NOTICE, customer=name, seq=seq) for name in ("ann", "bob") for seq in (1, 2)))

        _refuses(store, NOTICE, row(NOTICE, customer="bob", seq=1))

    def test_a_key_is_the_tenants(self, store: Store) -> None:
        """The same key of another tenant is another row."""
        for scope in (MAIN, OTHER):
            add(store, PRICE, row(PRICE, hash="p", body=scope.tenant), scope=scope)

        assert [found(store, lambda tx: tx.get(PRICE, ("p",)), s) for s in (MAIN, OTHER)] == [
            row(PRICE, hash="p", body="main"),
            row(PRICE, hash="p", body="other"),
        ]

    def test_a_unique_index_refuses(self, store: Store) -> None:
        """Two documents of an issuer never have one number."""
        _parents(store, DOCUMENT)
        add(store, DOCUMENT, row(DOCUMENT, id="d1", number="INV-1"))

        _refuses(store, DOCUMENT, row(DOCUMENT, id="d2", number="INV-1", sequence=1))

    def test_a_unique_index_refuses_within_one_call(self, store: Store) -> None:
        """Two rows of one ``insert`` collide as well."""
        _parents(store, DOCUMENT)

        _refuses(store, DOCUMENT, *(row(DOCUMENT, id=name, number="INV-1", sequence=n) for n, name in enumerate("ab")))

    def test_a_unique_index_is_the_tenants(self, store: Store) -> None:
        """Another tenant may use the same number."""
        for scope in (MAIN, OTHER):
            customers(store, "ann", scope=scope)
            add(store, DOCUMENT, row(DOCUMENT, number="INV-1"), scope=scope)

    def test_nulls_never_collide(self, store: Store) -> None:
        """Lines without a charge key are not the same line."""
        _parents(store, LINE)
        add(store, LINE, *(row(LINE, document="x", position=n) for n in range(3)))

        assert len(found(store, lambda tx: tx.find(LINE, None))) == 3

    def test_one_charge_is_billed_once(self, store: Store) -> None:
        """The same charge key and ordinal is refused on another line: two runs collide here."""
        _parents(store, LINE)
        key: dict[str, Value] = {
            "subscription": "s",
            "item": "o",
            "price": "p",
            "period_start": 1,
            "period_end": 2,
            "nth": 1,
        }
        add(store, LINE, row(LINE, document="x", position=1, **key))

        _refuses(store, LINE, row(LINE, document="x", position=2, **key))

    @pytest.mark.parametrize(("table", "values"), _BROKEN, ids=lambda part: getattr(part, "name", ""))
    def test_a_broken_invariant_is_refused(self, store: Store, table: Table, values: dict[str, Value]) -> None:
        """What a check of the table calls false is not kept."""
        _parents(store, table)

        _refuses(store, table, row(table, **values))

    def test_a_check_lets_pass_what_is_unknown(self, store: Store) -> None:
        """A voucher without a limit is used as often as one likes: null is not false."""
        add(store, VOUCHER, row(VOUCHER, most=None, used=10**6))

    def test_a_reference_to_nothing_is_refused(self, store: Store) -> None:
        """No account without its customer."""
        _refuses(store, ACCOUNT, row(ACCOUNT))

    def test_a_null_reference_names_nothing(self, store: Store) -> None:
        """A document that corrects none needs none; one that corrects another needs it."""
        _parents(store, DOCUMENT)
        add(store, DOCUMENT, row(DOCUMENT, id="d1"))
        add(store, DOCUMENT, row(DOCUMENT, id="d2", number="2", sequence=1, corrects="d1"))

        _refuses(store, DOCUMENT, row(DOCUMENT, id="d3", number="3", sequence=2, corrects="d9"))

    def test_a_reference_stays_within_its_tenant(self, store: Store) -> None:
        """A customer of another tenant is not there."""
        customers(store, "ann", scope=OTHER)

        _refuses(store, ACCOUNT, row(ACCOUNT))

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

    def test_insert_absent_keeps_the_other_constraints(self, store: Store) -> None:
        """Only a taken key is passed over; a unique index, a check and a reference refuse."""
        _parents(store, DOCUMENT)
        add(store, DOCUMENT, row(DOCUMENT, id="d1"))
        rows = [row(DOCUMENT, id="d2"), row(DOCUMENT, id="d2", state="paid"), row(DOCUMENT, id="d2", customer="nobody")]

        for each in rows:
            with pytest.raises(ConstraintViolated):
                write(store, lambda tx, each=each: tx.insert_absent(DOCUMENT, [each]))


class Updates(StoreCase):
    """Versions grow by one, and what never changes never changes."""

    def test_an_update_replaces_what_may_change(self, store: Store) -> None:
        """The columns of ``changes`` are written."""
        customers(store, "ann")
        write(store, lambda tx: tx.update(CUSTOMER, [row(CUSTOMER, profiles="new", closed=7, version=2)]))

        assert found(store, lambda tx: tx.get(CUSTOMER, ("ann",))) == row(
            CUSTOMER, profiles="new", closed=7, version=2
        )

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
        write(store, lambda tx: [tx.update(CUSTOMER, [row(CUSTOMER, version=version)]) for version in (2, 3)])

        assert found(store, lambda tx: tx.get(CUSTOMER, ("ann",))) == row(CUSTOMER, version=3)

    def test_an_updated_row_is_found_where_it_is_now(self, store: Store) -> None:
        """Indexes follow an update."""
        customers(store, "ann")
        add(store, ACCOUNT, row(ACCOUNT, next_due=5))
        write(store, lambda tx: tx.update(ACCOUNT, [row(ACCOUNT, next_due=9, version=2)]))

        due = [found(store, lambda tx, at=at: len(tx.find(ACCOUNT, ACCOUNT.indexes[0], (at,)))) for at in (5, 9)]
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

        _refuses(store, POSTING, *entry("e", 5, -4))

    def test_an_entry_is_judged_at_the_end(self, store: Store) -> None:
        """Its sides may be written one after the other."""
        customers(store, "ann")
        write(store, lambda tx: [tx.insert(POSTING, [each]) for each in entry("e", 5, -3, -2)])

        assert len(found(store, lambda tx: tx.find(POSTING, None))) == 3

    def test_currencies_are_balanced_each(self, store: Store) -> None:
        """Five euros do not balance five dollars."""
        customers(store, "ann")
        two = [entry("e", 5, currency="EUR")[0], entry("e", 0, -5, currency="USD")[1]]

        _refuses(store, POSTING, *two)

    def test_entries_are_balanced_each(self, store: Store) -> None:
        """One entry does not make up for another."""
        customers(store, "ann")

        _refuses(store, POSTING, *entry("e", 5), *entry("f", -5))

    def test_what_follows_an_entry_is_balanced_too(self, store: Store) -> None:
        """Postings added to an entry later sum to zero by themselves."""
        customers(store, "ann")
        add(store, POSTING, *entry("e", 5, -5))

        _refuses(store, POSTING, *entry("e", 0, 0, 1)[2:])
