"""Usage counts once and sums exactly; balances."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billcore.kernel.errors import ConstraintViolated
from billcore.kernel.exact import Exact, text
from billcore.lifecycle import UsageTotal
from billcore.ports import Row, Store, Tx, Usage, Value
from billcore.ports.tables import POSTING, USAGE
from billcore.testing.contracts.case import MAIN, OTHER, StoreCase, add, customers, found, row, usage, write

__all__ = ["Balances", "UsageOnce", "UsageSums"]

_EVER = 2**62


def _record(store: Store, *rows: Row) -> Usage:
    """Record usage in a transaction of its own."""
    results: list[Usage] = []
    write(store, lambda tx: results.append(tx.record_usage(rows)))
    return results[-1]


def _total(store: Store, subscription: str | None = None, start: int = 0, end: int = _EVER) -> UsageTotal:
    return found(store, lambda tx: tx.usage_total("ann", "m", subscription, start, end))


def _sum(store: Store, *values: str) -> Exact:
    customers(store, "ann")
    _record(store, *(usage(f"u{n:06d}", value=value) for n, value in enumerate(values)))
    return _total(store).sum


def _booked(left: str, right: str, minor: int, **values: Value) -> list[Row]:
    """An entry that moves an amount to the account ``left``."""
    sides = ((left, minor), (right, -minor))
    return [row(POSTING, **{"n": n, "account": name, "minor": m, **values}) for n, (name, m) in enumerate(sides)]


class UsageOnce(StoreCase):
    """An event counts once, however often it is sent."""

    def test_new_usage_is_accepted(self, store: Store) -> None:
        """Rows that are not there are added and counted."""
        customers(store, "ann")

        assert _record(store, usage("u1"), usage("u2")) == Usage(2)
        assert len(found(store, lambda tx: tx.find(USAGE, None))) == 2

    def test_no_usage_is_no_error(self, store: Store) -> None:
        """An empty batch changes nothing."""
        assert _record(store) == Usage(0)

    def test_usage_sent_again_is_a_duplicate(self, store: Store) -> None:
        """The same (source, id) with the same request is named as a duplicate."""
        customers(store, "ann")
        _record(store, usage("u1"))

        assert _record(store, usage("u1"), usage("u2")) == Usage(1, duplicates=(("x", "u1"),))

    def test_other_usage_of_the_same_id_clashes(self, store: Store) -> None:
        """The same (source, id) with another request is named as a clash, and what was there stays."""
        customers(store, "ann")
        _record(store, usage("u1", value="1", request="r1"))

        assert _record(store, usage("u1", value="2", request="r2")) == Usage(0, clashes=(("x", "u1"),))
        assert _total(store) == UsageTotal(1, Decimal(1))

    def test_usage_repeats_within_a_batch(self, store: Store) -> None:
        """The first of a batch is there for the others; each is named as often as it comes, in its order."""
        customers(store, "ann")
        rows = [usage(name, request=request) for name, request in ("ar", "br", "ar", "bs", "ar", "cr")]

        assert _record(store, *rows) == Usage(3, duplicates=(("x", "a"), ("x", "a")), clashes=(("x", "b"),))

    def test_usage_is_named_by_its_source_too(self, store: Store) -> None:
        """The same id of another source is another event."""
        customers(store, "ann")

        assert _record(store, usage("u1", source="a"), usage("u1", source="b")) == Usage(2)

    def test_usage_is_the_tenants(self, store: Store) -> None:
        """The same event of another tenant is new."""
        for scope in (MAIN, OTHER):
            customers(store, "ann", scope=scope)
            assert write(store, lambda tx: tx.record_usage([usage("u1")]).accepted, scope) == "1"

    def test_a_large_batch_sent_again_is_all_duplicates(self, store: Store) -> None:
        """Of thousands, those that were there are told from those that were not."""
        customers(store, "ann")
        rows = [usage(f"u{n:05d}") for n in range(2_400)]
        _record(store, *rows[::2])

        again = _record(store, *rows)
        assert (again.accepted, again.clashes) == (1_200, ())
        assert again.duplicates == tuple(("x", str(each[1])) for each in rows[::2])

    def test_usage_of_nobody_is_refused(self, store: Store) -> None:
        """The customer must be there."""
        with pytest.raises(ConstraintViolated):
            _record(store, usage("u1"))

    @pytest.mark.parametrize(
        "value",
        ["", "x", "1e5", "NaN", "1,5", " 1", "1_0", "+1", "--1", "1.", ".5", "1.2.3", "٣", "1" * 16, "0." + "1" * 13],
    )
    def test_a_value_that_is_no_plain_number_is_refused(self, store: Store, value: Value) -> None:
        """At most 15 digits before and 12 behind the point: what is kept can be summed."""
        customers(store, "ann")

        with pytest.raises(ConstraintViolated):
            _record(store, usage("u1", value=value))


class UsageSums(StoreCase):
    """Sums are exact: never a float, never an overflow."""

    def test_no_usage_sums_to_zero(self, store: Store) -> None:
        """Nothing is zero, not null."""
        assert _total(store) == UsageTotal(0, Decimal(0))

    def test_ten_tenths_are_one(self, store: Store) -> None:
        """What floats get wrong first; and the sum is canonical."""
        assert text(_sum(store, *["0.1"] * 10)) == str(_total(store).sum) == "1"

    def test_large_and_small_are_added(self, store: Store) -> None:
        """27 digits stand beside each other."""
        assert _sum(store, "999999999999999", "0.000000000001") == Decimal("999999999999999.000000000001")

    def test_the_largest_values_do_not_overflow(self, store: Store) -> None:
        """12,000 times the largest value is beyond 64 bits of whole units, and exact."""
        assert text(_sum(store, *["999999999999999.999999999999"] * 12_000)) == "11999999999999999999.999999988"

    def test_negative_values_are_subtracted(self, store: Store) -> None:
        """A fraction below zero keeps its sign, also without whole units."""
        assert _sum(store, "-0.5", "-2.25", "1", "-0.000000000001") == Decimal("-1.750000000001")

    def test_opposite_values_are_zero(self, store: Store) -> None:
        """What is taken back is gone."""
        assert text(_sum(store, "123456789.987654321", "-123456789.987654321")) == "0"

    def test_twelve_places_are_summed(self, store: Store) -> None:
        """A thousand of the smallest unit."""
        assert _sum(store, *["0.000000000001"] * 1_000) == Decimal("0.000000001")

    def test_what_a_float_cannot_hold_is_summed(self, store: Store) -> None:
        """Neighbours of more than 15 digits stay apart."""
        assert _sum(store, "90071992547409.93", "-90071992547409.92") == Decimal("0.01")

    def test_ten_thousand_events_are_counted_and_summed(self, store: Store) -> None:
        """Many small ones."""
        assert _sum(store, *["0.0007"] * 10_000) == Decimal(7)
        assert _total(store).count == 10_000

    def test_a_window_is_half_open(self, store: Store) -> None:
        """An event at the start is in, one at the end is not."""
        customers(store, "ann")
        _record(store, *(usage(f"u{at}", time=at, value=str(10**at)) for at in range(5)))

        assert _total(store, start=1, end=3) == UsageTotal(2, Decimal(110))
        assert _total(store, start=3, end=3) == UsageTotal(0, Decimal(0))

    def test_a_subscription_has_its_own_events(self, store: Store) -> None:
        """Those that name it; without one, those that name none."""
        customers(store, "ann")
        names = [None, "s1", "s2", "s1"]
        _record(store, *(usage(f"u{n}", subscription=s, value=str(10**n)) for n, s in enumerate(names)))

        assert [_total(store, s).sum for s in (None, "s1", "s2", "s3")] == [1, 1010, 100, 0]

    def test_other_customers_and_meters_do_not_count(self, store: Store) -> None:
        """Neither another customer's events nor another meter's."""
        customers(store, "ann", "bob")
        _record(store, usage("u1"), usage("u2", customer="bob"), usage("u3", meter="other"))

        assert _total(store).count == 1

    def test_what_was_recorded_later_is_left_out(self, store: Store) -> None:
        """With ``known``, the total is what was known by then, that instant included."""
        customers(store, "ann")
        _record(store, *(usage(f"u{at}", recorded=at, value=str(10**at)) for at in range(4)))

        totals = found(store, lambda tx: [tx.usage_total("ann", "m", None, 0, _EVER, at).sum for at in (0, 2)])
        assert totals == [1, 111]

    def test_a_transaction_sums_its_own_usage(self, store: Store) -> None:
        """What was recorded in the same transaction counts."""
        customers(store, "ann")

        def fn(tx: Tx) -> object:
            tx.record_usage([usage("u1", value="2.5")])
            return tx.usage_total("ann", "m", None, 0, _EVER).sum

        assert write(store, fn) == "2.5"


class Balances(StoreCase):
    """What an account holds."""

    def test_no_postings_balance_to_zero(self, store: Store) -> None:
        """Of nobody, and of all."""
        assert found(store, lambda tx: [tx.balance(who, "cash", "EUR") for who in ("ann", None)]) == [0, 0]

    def test_a_balance_is_the_sum_of_its_postings(self, store: Store) -> None:
        """Of one customer, account and currency; of all customers if asked so."""
        customers(store, "ann", "bob")
        for who, amount in (("ann", 5), ("bob", 7)):
            add(store, POSTING, *_booked("cash", "sales", amount, customer=who, currency="EUR"))
        add(store, POSTING, *_booked("cash", "sales", 100, entry="f", currency="USD"))

        balances = found(store, lambda tx: [tx.balance(who, "cash", "EUR") for who in ("ann", "bob", "eve", None)])
        assert balances == [5, 7, 0, 12]

    def test_a_balance_may_be_longer_than_64_bits(self, store: Store) -> None:
        """Sums of the largest amounts are exact."""
        customers(store, "ann")
        most = 2**62
        for name in ("e", "f", "g"):
            add(store, POSTING, *_booked("up", "down", most, entry=name, currency="EUR"))

        balances = found(store, lambda tx: [tx.balance(None, name, "EUR") for name in ("up", "down")])
        assert balances == [3 * most, -3 * most]

    def test_a_balance_is_the_tenants(self, store: Store) -> None:
        """All customers are those of the tenant."""
        customers(store, "ann", scope=OTHER)
        add(store, POSTING, *_booked("cash", "sales", 5, currency="EUR"), scope=OTHER)

        assert [found(store, lambda tx: tx.balance(None, "cash", "EUR"), s) for s in (MAIN, OTHER)] == [0, 5]
