"""SQLite never sums usage as floats."""

import contextlib
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billcore.adapters.sql import open_sqlite
from billcore.kernel.exact import parse, text, total
from billcore.ports import Tx
from billcore.ports.tables import CUSTOMER, USAGE
from billcore.testing.contracts.case import MAIN, row, usage
from tests.adapters.sqlite_rows import column, database, fill, put

values = st.decimals(
    min_value=-(10**15) + 1, max_value=10**15 - 1, places=12, allow_nan=False, allow_infinity=False
).map(lambda value: text(parse(format(value, "f"))))


def test_what_sqlite_would_sum_as_floats_is_wrong() -> None:
    """The trap is real: the same rows summed by their text are a float, and not the sum."""
    with contextlib.closing(database()) as connection:
        fill(connection, CUSTOMER)
        put(connection, USAGE, *(usage(f"u{n}", value="0.1") for n in range(10)))

        assert column(connection, "SELECT SUM(value) = 1.0 FROM billcore_usage") == [0]
        assert column(connection, "SELECT SUM(frac) FROM billcore_usage") == [10**12]
        assert column(connection, "SELECT typeof(SUM(frac)) FROM billcore_usage") == ["integer"]


@given(st.lists(values, max_size=20))
def test_the_parts_of_each_value_are_exact(written: list[str]) -> None:
    """Whole units and 10**-12ths of each row make up its value."""
    with contextlib.closing(database()) as connection:
        fill(connection, CUSTOMER)
        put(connection, USAGE, *(usage(f"u{n:02d}", value=value) for n, value in enumerate(written)))
        rows = connection.execute("SELECT value, whole, frac FROM billcore_usage")

        assert all(Decimal(value) * 10**12 == whole * 10**12 + frac for value, whole, frac in rows)


@given(st.lists(values, max_size=20))
def test_sums_are_those_of_exact_numbers(written: list[str]) -> None:
    """The sum of any values is what the kernel says."""
    with contextlib.closing(open_sqlite(":memory:")) as store:

        def fn(tx: Tx) -> str:
            tx.insert(CUSTOMER, [row(CUSTOMER)])
            tx.record_usage([usage(f"u{n}", value=value) for n, value in enumerate(written)])
            return text(tx.usage_total("ann", "m", None, 0, 1).sum)

        assert store.transact(MAIN, None, fn) == text(total([parse(value) for value in written]))
