"""``ReadTx`` and ``Tx`` over one DB-API cursor."""

# ruff: noqa: S608 - statements are put together out of our own names; every value is a parameter
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from billcore.adapters.rows import admitted, checked, picker, refused
from billcore.adapters.sql.dialect import Cursor, Dialect
from billcore.adapters.sql.statements import PREFIX, Shape, Statements, chunks, named
from billcore.adapters.unit import Unit, counted, writes
from billcore.kernel import exact as ex
from billcore.kernel.errors import Conflict, NotFound
from billcore.kernel.override import override
from billcore.lifecycle import UsageTotal
from billcore.ports.store import Scope, Usage
from billcore.ports.tables import POSTING, USAGE, Index, Row, Table, Value

__all__ = ["SqlRead", "SqlWrite", "Texts"]

# Sums stay exact: each is of numbers below 10**9 or 10**10, so nothing overflows before 9 * 10**8 rows.
_HALF = 10**6
_PLACES = 10**12
_MINOR = 10**9
_USAGE_SUM = (
    f"SELECT COUNT(*), SUM(whole / {_HALF}), SUM(whole % {_HALF}), SUM(frac / {_HALF}), SUM(frac % {_HALF})"
    f" FROM {PREFIX}usage WHERE tenant = ? AND customer = ? AND meter = ? AND time >= ? AND time < ?"
)
_BALANCE = (
    f"SELECT SUM(minor / {_MINOR}), SUM(minor % {_MINOR}) FROM {PREFIX}posting"
    " WHERE tenant = ? AND account = ? AND currency = ?"
)
_REQUESTS = f"SELECT source, id, request FROM {PREFIX}usage WHERE tenant = ? AND source = ? AND id IN (?"
_NUMBERS = (
    f"INSERT INTO {PREFIX}series (tenant, series, next) VALUES (?, ?, ?)"
    f" ON CONFLICT (tenant, series) DO UPDATE SET next = {PREFIX}series.next + ? RETURNING next"
)
_LAST = f"SELECT next - 1 FROM {PREFIX}series WHERE tenant = ? AND series = ?"
_REQUEST = USAGE.position("request")


class Texts:
    """The statements of every table in one dialect, made when first asked for; shared by all transactions."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._made: dict[str, Statements] = {}

    def of(self, table: Table) -> Statements:
        """The statements on a table."""
        made = self._made.get(table.name)
        if made is None:
            made = self._made[table.name] = Statements(self.dialect, table)
        return made


class SqlRead(Unit):
    """A ``ReadTx``."""

    def __init__(self, scope: Scope, cursor: Cursor, texts: Texts) -> None:
        super().__init__(scope)
        self._cursor = cursor
        self._texts = texts
        self._dialect = texts.dialect

    def get(self, table: Table, key: Row) -> Row | None:
        """The row of that key, or ``None``."""
        statements = self._texts.of(table)
        if self.scope.customer is None or not table.scoped:
            rows = self._rows(statements.get, (self.scope.tenant, *key), table)
        else:
            rows = self._rows(statements.get_own, (self.scope.tenant, *key, self.scope.customer), table)
        return rows[0] if rows else None

    def find(
        self,
        table: Table,
        index: Index | None,
        equal: Row = (),
        *,
        at_least: Value = None,
        at_most: Value = None,
        after: Row | None = None,
        limit: int | None = None,
        backwards: bool = False,
    ) -> Sequence[Row]:
        """Rows in the order of an index, as ``ReadTx.find`` says."""
        own = self._own(table)
        shape = Shape(
            equal=tuple(value is None for value in equal),
            at_least=at_least is not None,
            at_most=at_most is not None,
            after=None if after is None else tuple(value is None for value in after),
            own=bool(own),
            limited=limit is not None,
            backwards=backwards,
        )
        values = (*equal, at_least, at_most, *_behind(after or ()), *own, limit)
        present = [value for value in values if value is not None]
        return self._rows(self._texts.of(table).find(index, shape), (self.scope.tenant, *present), table)

    def find_many(self, table: Table, index: Index | None, first: Sequence[Value]) -> Sequence[Row]:
        """Rows whose first index column is one of ``first``."""
        own = self._own(table)
        found: list[Row] = []
        if None in first:
            found += self.find(table, index, (None,))
        values = sorted({value for value in first if value is not None})
        for part in chunks(values):
            text = self._texts.of(table).find_many(index, len(part), own=bool(own))
            found += self._rows(text, (self.scope.tenant, *part, *own), table)
        return found

    def usage_total(
        self, customer: str, meter: str, subscription: str | None, start: int, end: int, known: int | None = None
    ) -> UsageTotal:
        """The events of a window: counted, and summed as integers."""
        if self.scope.customer not in (None, customer):
            return UsageTotal()
        text = _USAGE_SUM + (" AND subscription IS NULL" if subscription is None else " AND subscription = ?")
        text += "" if known is None else " AND recorded <= ?"
        named_by = [value for value in (subscription, known) if value is not None]
        parameters = (self.scope.tenant, customer, meter, start, end, *named_by)
        count, *sums = (int(value or 0) for value in self._rows(self._dialect.spelled(text), parameters, USAGE)[0])
        if not count:
            return UsageTotal()
        units = (sums[0] * _HALF + sums[1]) * _PLACES + sums[2] * _HALF + sums[3]
        return UsageTotal(count, ex.ratio(ex.whole(units), _PLACES))

    def balance(self, customer: str | None, account: str, currency: str) -> int:
        """The sum of an account's postings."""
        own = self.scope.customer
        if own is not None and customer not in (None, own):
            return 0
        whose = [value for value in (own or customer,) if value is not None]
        text = self._dialect.spelled(_BALANCE + " AND customer = ?" * len(whose))
        high, low = self._rows(text, (self.scope.tenant, account, currency, *whose), POSTING)[0]
        return int(high or 0) * _MINOR + int(low or 0)

    def last_number(self, series: str) -> int:
        """The last number that was taken of a series; 0 where none was."""
        rows = self._rows(self._dialect.spelled(_LAST), (self.scope.tenant, series), POSTING)
        return int(rows[0][0] or 0) if rows else 0

    def _own(self, table: Table) -> tuple[str, ...]:
        return () if self.scope.customer is None or not table.scoped else (self.scope.customer,)

    def _rows(self, statement: str, parameters: Sequence[object], table: Table) -> list[Row]:
        self.ready()
        try:
            self._cursor.execute(statement, parameters)
            return self._cursor.fetchall()
        except self._dialect.errors as error:
            raise self._dialect.translated(error, table) from error


class SqlWrite(SqlRead):
    """A ``Tx``."""

    def __init__(self, scope: Scope, cursor: Cursor, texts: Texts) -> None:
        super().__init__(scope, cursor, texts)
        self._balanced: dict[str, Table] = {}

    def lock(self, *customers: str) -> None:
        """Nobody else writes these customers' rows until the end."""
        self.ready()
        self._dialect.lock(self._cursor, self.scope.tenant, customers)

    @writes
    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows."""
        rows = checked(table, rows)
        admitted(self.scope, table, rows)
        self._many(self._texts.of(table).insert, rows, table)

    @writes
    def insert_absent(self, table: Table, rows: Iterable[Row]) -> None:
        """Add the rows whose key is not there yet."""
        rows = checked(table, rows)
        admitted(self.scope, table, rows)
        self._many(self._texts.of(table).absent, rows, table)

    @writes
    def update(self, table: Table, rows: Iterable[Row]) -> None:
        """Replace rows by key and version."""
        if table.version is None:
            raise refused(table, "append-only")
        rows = checked(table, rows)
        admitted(self.scope, table, rows)
        own = self._own(table)
        statements = self._texts.of(table)
        changes, key = (picker([table.position(name) for name in names]) for names in (table.changes, table.key))
        version = table.position(table.version)
        tenant = self.scope.tenant
        parameters = [(*changes(row), tenant, *key(row), int(row[version] or 0) - 1, *own) for row in rows]
        changed = self._run(statements.update_own if own else statements.update, parameters, table)
        if changed != len(rows):
            gone = any(self.get(table, key(row)) is None for row in rows)
            raise NotFound(place=table.name) if gone else Conflict(place=table.name)

    @writes
    def record_usage(self, rows: Sequence[Row]) -> Usage:
        """Add usage rows that are not there yet."""
        rows = checked(USAGE, rows)
        admitted(self.scope, USAGE, rows)
        absent = self._texts.of(USAGE).absent
        self._cursor.execute("SAVEPOINT billcore_usage")
        if self._many(absent, rows, USAGE) == len(rows):
            self._cursor.execute("RELEASE billcore_usage")
            return Usage(len(rows))
        # Some were there: take all back, look which, and add the others.
        self._cursor.execute("ROLLBACK TO billcore_usage")
        self._cursor.execute("RELEASE billcore_usage")
        known = self._requests(rows)
        fresh: list[Row] = []
        repeated: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
        for row in rows:
            name = (str(row[0]), str(row[1]))
            if name not in known:
                known[name] = row[_REQUEST]
                fresh.append(row)
            else:
                repeated[known[name] == row[_REQUEST]].append(name)
        self._many(self._texts.of(USAGE).insert, fresh, USAGE)
        return Usage(len(fresh), tuple(repeated[True]), tuple(repeated[False]))

    def _requests(self, rows: Sequence[Row]) -> dict[tuple[str, str], Value]:
        """The requests of those that are there, by (source, id); a source at a time, as the key's index has them."""
        ids: dict[str, list[Value]] = defaultdict(list)
        for row in rows:
            ids[str(row[0])].append(row[1])
        found: list[Row] = []
        for source, names in ids.items():
            for part in chunks(names):
                text = self._dialect.spelled(_REQUESTS + ", ?" * (len(part) - 1) + ")")
                found += self._rows(text, (self.scope.tenant, source, *part), USAGE)
        return {(str(source), str(name)): request for source, name, request in found}

    @writes
    def take_numbers(self, series: str, count: int) -> int:
        """The first of ``count`` consecutive numbers."""
        counted(count)
        parameters = (self.scope.tenant, series, count + 1, count)
        after = self._rows(self._dialect.spelled(_NUMBERS), parameters, POSTING)[0][0]
        return int(after or 0) - count

    @override
    def finish(self) -> None:
        """Raise also if the rows of a ``balanced`` table are out of balance."""
        super().finish()
        for table in self._balanced.values():
            if self._rows(f"SELECT 1 FROM {named(table)}_unbalanced LIMIT 1", (), table):
                raise refused(table, "the balance of its rows at the commit")

    def _many(self, statement: str, rows: Sequence[Row], table: Table) -> int:
        if table.balanced:
            self._balanced[table.name] = table
        tenant = self.scope.tenant
        return self._run(statement, [(tenant, *row) for row in rows], table)

    def _run(self, statement: str, parameters: Sequence[Sequence[object]], table: Table) -> int:
        if not parameters:
            return 0
        try:
            self._cursor.executemany(statement, parameters)
        except self._dialect.errors as error:
            raise self._dialect.translated(error, table) from error
        return self._cursor.rowcount


def _behind(after: Row) -> Row:
    """The values of ``after`` as the statement wants them: those of each prefix, if one of them is null."""
    if None not in after:
        return after
    return tuple(value for last in range(len(after)) for value in after[: last + 1])
