"""SQLite's tables, indexes and triggers, generated from ``ports.tables``.

Every key, index, foreign key and series begins with the tenant, so that a reference across tenants cannot be stored.
What a statement by somebody else could break is refused by the database itself: rows that are never changed or deleted,
versions that only grow by one, checks, and entries that do not sum to zero when a transaction is committed.
"""

# ruff: noqa: S608 - statements are put together out of our own names; every value is a parameter
from __future__ import annotations

from collections.abc import Iterator, Sequence

from billcore.adapters.sql.statements import PREFIX, named
from billcore.ports.tables import USAGE, Column, Index, Table

__all__ = ["sqlite_schema"]

_OPERATION = f"""\
CREATE TABLE {PREFIX}operation (
    tenant TEXT NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (tenant, scope, key)
) STRICT"""

_SERIES = f"""\
CREATE TABLE {PREFIX}series (
    tenant TEXT NOT NULL,
    series TEXT NOT NULL,
    next INTEGER NOT NULL CHECK (next > 1),
    PRIMARY KEY (tenant, series)
) STRICT, WITHOUT ROWID"""

# A table that is always empty: a deferred reference to it is an assertion about the commit.
_NEVER = f"CREATE TABLE {PREFIX}never (id INTEGER PRIMARY KEY CHECK (0)) STRICT"

# Usage is summed as two integers, never as a float: what is before the point, and the 12 digits behind it.
_USAGE_COLUMNS = (
    "whole INTEGER NOT NULL GENERATED ALWAYS AS (CAST(value AS INTEGER)) STORED",
    (
        "frac INTEGER NOT NULL GENERATED ALWAYS AS (CAST(iif(value GLOB '-*', '-', '')"
        " || substr(substr(value, instr(value || '.', '.') + 1) || '000000000000', 1, 12) AS INTEGER)) STORED"
    ),
)
# Wider than what ``rows.checked`` admits, by a point without digits before it; but all it admits is summed exactly.
_USAGE_CHECK = (
    "CONSTRAINT M1 CHECK (value GLOB '*[0-9]' AND value NOT GLOB '*[^-.0-9]*' AND value NOT GLOB '?*-*'"
    " AND value NOT GLOB '*.*.*' AND whole / 1000000000000000 = 0 AND length(value) - instr(value || '.', '.') <= 12)"
)


def sqlite_schema(tables: Sequence[Table]) -> tuple[str, ...]:
    """The statements that make an empty database ours."""
    return tuple(_made(tables))


def _made(tables: Sequence[Table]) -> Iterator[str]:
    by_name = {table.name: table for table in tables}
    yield _NEVER
    yield _OPERATION
    yield from _append_only(f"{PREFIX}operation")
    yield _SERIES
    yield _refusal(f"{PREFIX}series", "shrink", "UPDATE", "series only grow", when="NEW.next <= OLD.next")
    yield _refusal(f"{PREFIX}series", "fixed", "UPDATE OF tenant, series", "these columns never change")
    yield _refusal(f"{PREFIX}series", "delete", "DELETE", "rows are never deleted")
    for table in tables:
        yield _table(table, by_name)
        yield from (_index(table, index) for index in table.indexes)
        yield from _triggers(table)
        if table.balanced:
            yield from _balance(table)


def _table(table: Table, by_name: dict[str, Table]) -> str:
    parts = ["tenant TEXT NOT NULL", *map(_column, table.columns)]
    parts += _USAGE_COLUMNS if table.name == USAGE.name else ()
    parts.append(f"PRIMARY KEY (tenant, {', '.join(table.key)})")
    parts += [_USAGE_CHECK] if table.name == USAGE.name else []
    parts += [f"CONSTRAINT {name} CHECK ({condition})" for name, condition in table.checks]
    parts += [
        f"FOREIGN KEY (tenant, {', '.join(columns)}) REFERENCES {PREFIX}{parent} (tenant, {', '.join(key)})"
        for columns, parent in table.references
        for key in (by_name[parent].key,)
    ]
    return f"CREATE TABLE {named(table)} (\n    " + ",\n    ".join(parts) + f"\n) STRICT{_layout(table)}"


def _column(column: Column) -> str:
    return f"{column.name} {'TEXT' if column.kind == 'text' else 'INTEGER'}{'' if column.null else ' NOT NULL'}"


def _layout(table: Table) -> str:
    return ", WITHOUT ROWID" if table.name in _ONE_TREE else ""


# Short rows by their key: one tree instead of two, and 5 % of the file saved. Not for lines and documents: their rows
# are long and their ids random within a run, so that one tree made them a fifth slower to write (30,000 documents).
_ONE_TREE = frozenset({"account", "notice", "posting", "redemption", "voucher"})


def _index(table: Table, index: Index) -> str:
    name = f"{named(table)}_by_{'_'.join(index.columns)}"
    unique = "UNIQUE " if index.unique else ""
    return f"CREATE {unique}INDEX {name} ON {named(table)} (tenant, {', '.join(index.columns)})"


def _triggers(table: Table) -> Iterator[str]:
    name = named(table)
    if table.version is None:
        yield from _append_only(name)
        return
    fixed = ", ".join(["tenant", *(column for column in table.names if column not in table.changes)])
    grown = f"NEW.{table.version} <> OLD.{table.version} + 1"
    yield _refusal(name, "fixed", f"UPDATE OF {fixed}", "these columns never change")
    yield _refusal(name, "version", "UPDATE", "a version grows by one", when=grown)
    yield _refusal(name, "delete", "DELETE", "rows are never deleted")


def _append_only(name: str) -> Iterator[str]:
    yield _refusal(name, "update", "UPDATE", "append-only")
    yield _refusal(name, "delete", "DELETE", "append-only")


def _refusal(table: str, what: str, event: str, message: str, when: str = "") -> str:
    condition = f" WHEN {when}" if when else ""
    return (
        f"CREATE TRIGGER {table}_no_{what} BEFORE {event} ON {table}{condition}\n"
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def _balance(table: Table) -> Iterator[str]:
    """A table of what does not sum to zero yet: its rows refer to what is never there, which a commit refuses."""
    *group, amount = table.balanced
    name, rest = named(table), f"{named(table)}_unbalanced"
    key = ", ".join(["tenant", *group])
    types = ",\n    ".join(f"{column} TEXT NOT NULL" for column in ["tenant", *group])
    new = ", ".join(f"NEW.{column}" for column in ["tenant", *group])
    yield (
        f"CREATE TABLE {rest} (\n    {types},\n    {amount} INTEGER NOT NULL,\n"
        f"    never INTEGER NOT NULL DEFAULT 1 REFERENCES {PREFIX}never (id) DEFERRABLE INITIALLY DEFERRED,\n"
        f"    PRIMARY KEY ({key})\n) STRICT, WITHOUT ROWID"
    )
    same = " AND ".join(f"{column} = NEW.{column}" for column in ["tenant", *group])
    yield (
        f"CREATE TRIGGER {name}_balance AFTER INSERT ON {name}\nBEGIN\n"
        f"    INSERT INTO {rest} ({key}, {amount}) VALUES ({new}, NEW.{amount})\n"
        f"        ON CONFLICT ({key}) DO UPDATE SET {amount} = {amount} + excluded.{amount};\n"
        f"    DELETE FROM {rest} WHERE {same} AND {amount} = 0;\nEND"
    )
