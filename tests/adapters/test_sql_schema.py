"""S11: each invariant that the schema declares refuses a raw statement that would break it."""

import contextlib
import sqlite3
from collections.abc import Iterator

import pytest

from billcore.ports import Row, Table, Value
from billcore.ports.tables import ACCOUNT, CREDIT, CUSTOMER, DOCUMENT, LINE, PAYMENT, POSTING, TABLES, USAGE, VOUCHER
from billcore.testing.contracts.case import entry, row, usage
from billcore.testing.contracts.constraints import BROKEN
from tests.adapters.sqlite_rows import column, database, fill, parents, put

APPEND_ONLY = [table for table in TABLES if table.version is None]
CHANGING = [table for table in TABLES if table.version is not None]
FIXED = [(table, name) for table in CHANGING for name in table.names if name not in table.changes]


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A database in memory with our tables."""
    with contextlib.closing(database()) as connection:
        yield connection


def refused(connection: sqlite3.Connection, statement: str, says: str) -> None:
    """The statement fails for this reason."""
    with pytest.raises(sqlite3.IntegrityError, match=says):
        connection.execute(statement)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_row_is_deleted(connection: sqlite3.Connection, table: Table) -> None:
    """Every table refuses DELETE."""
    fill(connection, table)

    refused(connection, f"DELETE FROM billcore_{table.name}", "append-only|never deleted")  # noqa: S608 - our own names


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)
def test_what_was_written_stays(connection: sqlite3.Connection, table: Table) -> None:
    """Append-only tables refuse UPDATE, of the tenant too."""
    fill(connection, table)
    for name in ("tenant", *table.names):
        refused(connection, f"UPDATE billcore_{table.name} SET {name} = {name}", "append-only")  # noqa: S608 - as above


@pytest.mark.parametrize(("table", "name"), FIXED, ids=lambda part: getattr(part, "name", part))
def test_columns_that_never_change_never_change(connection: sqlite3.Connection, table: Table, name: str) -> None:
    """Other tables refuse UPDATE of a column that is not one of their changes."""
    fill(connection, table)

    refused(
        connection,
        f"UPDATE billcore_{table.name} SET {name} = {name}, version = version + 1",  # noqa: S608 - as above
        "never change",
    )


@pytest.mark.parametrize("table", CHANGING, ids=lambda table: table.name)
@pytest.mark.parametrize("version", ["version", "version + 2", "version - 1"])
def test_versions_grow_by_one(connection: sqlite3.Connection, table: Table, version: str) -> None:
    """S4: a change without its version, or with another, is refused."""
    fill(connection, table)

    refused(connection, f"UPDATE billcore_{table.name} SET version = {version}", "grows by one")  # noqa: S608 - as above


@pytest.mark.parametrize("table", CHANGING, ids=lambda table: table.name)
def test_a_replaced_row_is_a_deleted_one(connection: sqlite3.Connection, table: Table) -> None:
    """On our connections a REPLACE meets the trigger against deletion."""
    fill(connection, table)

    refused(
        connection,
        f"REPLACE INTO billcore_{table.name} SELECT * FROM billcore_{table.name}",  # noqa: S608 - as above
        "never deleted",
    )


@pytest.mark.parametrize(("table", "values"), BROKEN, ids=lambda part: getattr(part, "name", ""))
def test_a_broken_invariant_is_refused(connection: sqlite3.Connection, table: Table, values: dict[str, Value]) -> None:
    """What a check calls false is refused when it is inserted."""
    parents(connection, table)

    with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"):
        put(connection, table, row(table, **values))


@pytest.mark.parametrize(
    ("table", "values", "change"),
    [
        (DOCUMENT, {"net": 5, "total": 5, "open": 5}, "settled = 6, open = -1"),
        (DOCUMENT, {"net": 5, "total": 5, "open": 5}, "credited = -1, open = 6"),
        (DOCUMENT, {"net": 5, "total": 5, "open": 5}, "settled = 5"),
        (DOCUMENT, {}, "state = 'paid'"),
        (CREDIT, {"amount": 5, "remaining": 5}, "remaining = 6"),
        (CREDIT, {"amount": 5, "remaining": 5}, "remaining = -1"),
        (VOUCHER, {"most": 1}, "used = 2"),
    ],
)
def test_a_change_that_breaks_an_invariant_is_refused(
    connection: sqlite3.Connection, table: Table, values: dict[str, Value], change: str
) -> None:
    """What a check calls false is refused when it is updated."""
    parents(connection, table)
    put(connection, table, row(table, **values))

    statement = f"UPDATE billcore_{table.name} SET {change}, version = version + 1"  # noqa: S608 - as above
    refused(connection, statement, "CHECK constraint failed")


@pytest.mark.parametrize("rows", [entry("e", 5), entry("e", 5, -4), entry("e", 5) + entry("f", -5)])
def test_an_entry_that_does_not_sum_to_zero_is_not_committed(connection: sqlite3.Connection, rows: list[Row]) -> None:
    """M2: the database itself refuses the commit."""
    fill(connection, CUSTOMER)

    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        put(connection, POSTING, *rows)
    assert column(connection, "SELECT COUNT(*) FROM billcore_posting") == [0]


def test_what_balanced_entries_leave_behind_is_nothing(connection: sqlite3.Connection) -> None:
    """M2: the table of what is out of balance is empty after each commit."""
    fill(connection, POSTING)

    assert column(connection, "SELECT COUNT(*) FROM billcore_posting_unbalanced") == [0]


@pytest.mark.parametrize(
    "value", ["", "x", "1e5", "NaN", "1,5", " 1", "+1", "--1", "1-", "1.", "1.2.3", "1" * 16, "0." + "1" * 13, "-"]
)
def test_a_usage_value_that_cannot_be_summed_is_refused(connection: sqlite3.Connection, value: str) -> None:
    """M1: what is no plain number of 15 and 12 digits is not kept."""
    fill(connection, CUSTOMER)

    with pytest.raises(sqlite3.IntegrityError, match="M1"):
        put(connection, USAGE, usage("u", value=value))


@pytest.mark.parametrize("value", ["0", "-0.5", "9" * 15 + "." + "9" * 12, "-" + "9" * 15 + "." + "9" * 12, "12.5"])
def test_a_usage_value_that_can_be_summed_is_kept(connection: sqlite3.Connection, value: str) -> None:
    """M1: the longest numbers are."""
    fill(connection, CUSTOMER)
    put(connection, USAGE, usage("u", value=value))

    assert column(connection, "SELECT value FROM billcore_usage") == [value]


def test_the_parts_of_a_usage_value_cannot_be_written(connection: sqlite3.Connection) -> None:
    """M1: what is summed is computed from the text, and can be nothing else."""
    with pytest.raises(sqlite3.OperationalError, match="generated column"):
        connection.execute("INSERT INTO billcore_usage (whole) VALUES (1)")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_key_is_taken_once(connection: sqlite3.Connection, table: Table) -> None:
    """A second row of a key is refused."""
    fill(connection, table)

    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        fill(connection, table)


def test_an_invoice_number_is_taken_once(connection: sqlite3.Connection) -> None:
    """I2: two documents of an issuer never have one number."""
    fill(connection, DOCUMENT)

    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE.*number"):
        put(connection, DOCUMENT, row(DOCUMENT, id="d2", sequence=1))


def test_a_charge_is_billed_once(connection: sqlite3.Connection) -> None:
    """P2: two lines of one charge key and ordinal collide."""
    parents(connection, LINE)
    key: dict[str, Value] = {
        "subscription": "s",
        "item": "o",
        "price": "p",
        "period_start": 1,
        "period_end": 2,
        "nth": 1,
    }
    put(connection, LINE, row(LINE, document="x", position=1, **key))

    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE.*nth"):
        put(connection, LINE, row(LINE, document="x", position=2, **key))


@pytest.mark.parametrize("table", [t for t in TABLES if t.references], ids=lambda table: table.name)
def test_a_reference_to_another_tenant_is_refused(connection: sqlite3.Connection, table: Table) -> None:
    """T1: what a row refers to is its tenant's."""
    parents(connection, table)

    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        put(connection, table, row(table), tenant="other")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_everything_begins_with_the_tenant(connection: sqlite3.Connection, table: Table) -> None:
    """T1: the tenant is the first column of every key, index and reference."""
    name = f"billcore_{table.name}"
    indexes = column(connection, "SELECT name FROM pragma_index_list(?)", (name,))
    firsts = [column(connection, "SELECT name FROM pragma_index_info(?)", (index,))[0] for index in indexes]
    references = column(connection, 'SELECT "from" FROM pragma_foreign_key_list(?) WHERE seq = 0', (name,))

    assert set(firsts + references) == {"tenant"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_tables_are_strict(connection: sqlite3.Connection, table: Table) -> None:
    """M1: an integer column keeps no float and no text."""
    statement = "SELECT strict FROM pragma_table_list WHERE name = ?"

    assert column(connection, statement, (f"billcore_{table.name}",)) == [1]


def test_a_float_is_refused_as_money(connection: sqlite3.Connection) -> None:
    """M1: half a cent is not kept."""
    parents(connection, PAYMENT)

    with pytest.raises(sqlite3.IntegrityError, match="cannot store REAL"):
        put(connection, PAYMENT, row(PAYMENT, minor=0.5))  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize("change", ["next = next", "next = 1", "series = 'CN', next = 9", "tenant = 'x', next = 9"])
def test_a_series_only_grows(connection: sqlite3.Connection, change: str) -> None:
    """I2: no number is given again."""
    connection.execute("INSERT INTO billcore_series VALUES ('main', 'INV', 5)")

    refused(connection, f"UPDATE billcore_series SET {change}", "only grow|never change")  # noqa: S608 - as above


def test_a_series_begins_with_one(connection: sqlite3.Connection) -> None:
    """I2: the first number is 1, so that the next is never less than 2."""
    refused(connection, "INSERT INTO billcore_series VALUES ('main', 'INV', 1)", "CHECK")


def test_a_series_is_not_deleted(connection: sqlite3.Connection) -> None:
    """I2: nor begun again."""
    connection.execute("INSERT INTO billcore_series VALUES ('main', 'INV', 5)")

    refused(connection, "DELETE FROM billcore_series", "never deleted")


@pytest.mark.parametrize("statement", ["UPDATE billcore_operation SET result = 'y'", "DELETE FROM billcore_operation"])
def test_the_operation_log_is_append_only(connection: sqlite3.Connection, statement: str) -> None:
    """S3: what was answered once is answered for ever."""
    connection.execute("INSERT INTO billcore_operation VALUES ('main', '', 'k', 'r', 'x')")

    refused(connection, statement, "append-only")


def test_an_operation_is_logged_once(connection: sqlite3.Connection) -> None:
    """S3: a key has one request and one result."""
    connection.execute("INSERT INTO billcore_operation VALUES ('main', '', 'k', 'r', 'x')")

    refused(connection, "INSERT INTO billcore_operation VALUES ('main', '', 'k', 's', 'y')", "UNIQUE")


def test_an_assertion_about_commits_cannot_be_satisfied(connection: sqlite3.Connection) -> None:
    """M2: nobody can put there what out-of-balance rows refer to."""
    refused(connection, "INSERT INTO billcore_never VALUES (1)", "CHECK")


@pytest.mark.parametrize("index", [index for table in TABLES for index in table.indexes], ids=lambda i: str(i.columns))
def test_every_declared_index_is_there(connection: sqlite3.Connection, index: object) -> None:
    """A find by a declared index never scans."""
    columns = ["tenant", *getattr(index, "columns", ())]
    indexes = column(connection, "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    made = [column(connection, "SELECT name FROM pragma_index_info(?)", (name,)) for name in indexes]

    assert columns in made


def test_accounts_that_are_due_are_found_by_their_index(connection: sqlite3.Connection) -> None:
    """A run pages through an index: SQLite neither scans nor sorts."""
    assert ACCOUNT.indexes[0].columns == ("next_due", "customer")
    statement = (
        "EXPLAIN QUERY PLAN SELECT * FROM billcore_account WHERE tenant = ? AND next_due <= ?"
        " AND (next_due, customer) > (?, ?) ORDER BY next_due, customer LIMIT ?"
    )
    plan = " ".join(str(step[3]) for step in connection.execute(statement, ("main", 5, 1, "c", 10)))

    assert "billcore_account_by_next_due_customer" in plan
    assert "TEMP B-TREE" not in plan
