"""Checks without a database say what SQLite says."""

import contextlib
import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billcore.adapters.conditions import condition
from billcore.kernel.errors import InvalidValue
from billcore.ports import Row, Table
from billcore.ports.tables import TABLES

COLUMNS = ("a", "b", "c")
WRITTEN = [
    "a = b",
    "a <> b OR c IS NULL",
    "NOT a < b",
    "NOT (a <= b AND b <= c)",
    "(a IS NULL) = (b IS NULL)",
    "a IN (1, 2) OR b NOT IN (c, 3)",
    "a + b - c >= -1",
    "a > 0 AND b > 0 OR c > 0",
    "a IS NOT NULL AND NOT b IS NULL",
]
CHECKS = [(table, name, written) for table in TABLES for name, written in table.checks]

values = st.none() | st.integers(-3, 3)


def sqlite_says(written: str, row: dict[str, object]) -> bool:
    """Whether a CHECK of this condition lets the row pass, asked of SQLite."""
    columns = ", ".join(f"? AS {name}" for name in row)
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        statement = f"SELECT ({written}) IS NOT 0 FROM (SELECT {columns})"  # noqa: S608 - our own conditions
        return bool(connection.execute(statement, tuple(row.values())).fetchone()[0])


@pytest.mark.parametrize("written", WRITTEN)
@given(a=values, b=values, c=values)
@example(a=None, b=None, c=None)
def test_a_condition_says_what_sqlite_says(written: str, a: int | None, b: int | None, c: int | None) -> None:
    """Three values of logic, precedence and arithmetic are SQL's."""
    row = (a, b, c)

    assert condition(written, COLUMNS)(row) == sqlite_says(written, dict(zip(COLUMNS, row, strict=True)))


@pytest.mark.parametrize(("table", "name", "written"), CHECKS, ids=lambda part: getattr(part, "name", str(part)))
@given(data=st.data())
def test_every_check_of_the_tables_is_read(table: Table, name: str, written: str, data: st.DataObject) -> None:
    """The checks that there are mean in memory what they mean in SQLite."""
    del name
    texts = st.sampled_from(["invoice", "credit_note", "issued", "void", "x"])
    kinds: dict[str, st.SearchStrategy[str | int]] = {"text": texts, "int": st.integers(-3, 3)}
    row: Row = tuple(
        data.draw(st.none() | kinds[column.kind] if column.null else kinds[column.kind]) for column in table.columns
    )

    assert condition(written, table.names)(row) == sqlite_says(written, dict(zip(table.names, row, strict=True)))


@pytest.mark.parametrize("written", ["", "a =", "a = d", "a LIKE 'x'", "a = b)", "(a", "a NOT b", "a IN 1", "a ? b"])
def test_what_is_not_of_the_grammar_is_refused(written: str) -> None:
    """A check that memory cannot read is an error when the store is made, not a check that is never made."""
    with pytest.raises(InvalidValue):
        condition(written, COLUMNS)


def test_a_quote_in_a_text_is_doubled() -> None:
    """Texts are SQL's."""
    assert condition("a = 'it''s'", ("a",))(("it's",))
