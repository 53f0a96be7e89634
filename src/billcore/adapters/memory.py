"""The store of tests, stories and first steps: everything in dictionaries, the meaning of the contract.

One lock serialises all calls; a transaction writes in place and keeps a journal by which an exception undoes it.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NoReturn, TypeVar

from billcore.adapters.rows import admitted, checked, picker, refused, visible
from billcore.adapters.shelf import Shelf
from billcore.adapters.unit import Unit, again, alone, counted, done_before, writes
from billcore.kernel import exact as ex
from billcore.kernel.errors import Conflict, NotFound, StoreError
from billcore.kernel.override import override
from billcore.ports.store import Operation, ReadTx, Scope, Tx, Usage
from billcore.ports.tables import POSTING, TABLES, USAGE, Index, Row, Table, Value

if TYPE_CHECKING:
    from billcore.lifecycle import UsageTotal

__all__ = ["MemoryStore"]

R = TypeVar("R")

_USAGE_INDEX = USAGE.indexes[0]
_VALUE, _RECORDED, _REQUEST = map(USAGE.position, ("value", "recorded", "request"))
_ACCOUNT, _CURRENCY, _MINOR = map(POSTING.position, ("account", "currency", "minor"))


class MemoryStore:
    """A ``Store`` that forgets everything when it is dropped. May be shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shelves = {table.name: Shelf(table) for table in TABLES}
        self._series: dict[tuple[str, str], int] = {}
        self._log: dict[tuple[str, str | None, str], tuple[str, str]] = {}

    @override
    def __reduce__(self) -> NoReturn:
        raise StoreError("a store in memory stays in its process", hint="use a store in a file or a database")

    def transact(self, scope: Scope, op: Operation | None, fn: Callable[[Tx], str]) -> str:
        """Run ``fn`` in one read-write transaction; its text, or the stored text of an operation done before."""
        with alone():
            return again(lambda: self._attempt(scope, op, fn))

    def _attempt(self, scope: Scope, op: Operation | None, fn: Callable[[Tx], str]) -> str:
        with self._lock:
            name = None if op is None else (scope.tenant, scope.customer, op.key)
            stored = None if op is None or name is None else done_before(op, self._log.get(name))
            if stored is not None:
                return stored
            tx = _MemoryTx(scope, self._shelves, self._series)
            try:
                result = fn(tx)
                tx.finish()
            except BaseException:
                tx.undo()
                raise
            finally:
                tx.end()
            if op is not None and name is not None:
                self._log[name] = (op.request, result)
            return result

    def read(self, scope: Scope, fn: Callable[[ReadTx], R]) -> R:
        """Run ``fn`` on a consistent view: nobody writes meanwhile."""
        with alone(), self._lock:
            view = _MemoryView(scope, self._shelves, self._series)
            try:
                return fn(view)
            finally:
                view.end()

    def recorded(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, str]:
        """The stored results of operations, by key; those never done are absent."""
        with alone(), self._lock:
            found = {key: self._log.get((scope.tenant, scope.customer, key)) for key in keys}
            return {key: stored[1] for key, stored in found.items() if stored is not None}

    def close(self) -> None:
        """Nothing is held."""


class _MemoryView(Unit):
    """A ``ReadTx``."""

    def __init__(self, scope: Scope, shelves: Mapping[str, Shelf], series: dict[tuple[str, str], int]) -> None:
        super().__init__(scope)
        self._shelves = shelves
        self._series = series

    def get(self, table: Table, key: Row) -> Row | None:
        self.ready()
        row = self._shelves[table.name].rows.get((self.scope.tenant, *key))
        return row if row is not None and visible(self.scope, table, row) else None

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
        self.ready()
        shelf, bounds = self._shelves[table.name], (at_least, at_most)
        found = shelf.find(self.scope.tenant, index, equal, bounds, after, backwards=backwards)
        return list(islice((row for row in found if visible(self.scope, table, row)), limit))

    def find_many(self, table: Table, index: Index | None, first: Sequence[Value]) -> Sequence[Row]:
        values = sorted(set(first), key=lambda value: (value is not None, value))
        return [row for value in values for row in self.find(table, index, (value,))]

    def usage_total(
        self, customer: str, meter: str, subscription: str | None, start: int, end: int, known: int | None = None
    ) -> UsageTotal:
        rows = self.find(USAGE, _USAGE_INDEX, (customer, meter, subscription), at_least=start, at_most=end - 1)
        values = [ex.parse(str(row[_VALUE])) for row in rows if known is None or int(row[_RECORDED] or 0) <= known]
        # By way of the text, so that the sum is canonical: ten times 0.1 is 1, not 1.0.
        from billcore.lifecycle import UsageTotal

        return UsageTotal(len(values), ex.parse(ex.text(ex.total(values))))

    def balance(self, customer: str | None, account: str, currency: str) -> int:
        rows = self.find(POSTING, None, () if customer is None else (customer,))
        return sum(int(row[_MINOR] or 0) for row in rows if (row[_ACCOUNT], row[_CURRENCY]) == (account, currency))

    def last_number(self, series: str) -> int:
        self.ready()
        return self._series.get((self.scope.tenant, series), 1) - 1


class _MemoryTx(_MemoryView):
    """A ``Tx``: each write is made at once and noted in a journal."""

    def __init__(self, scope: Scope, shelves: Mapping[str, Shelf], series: dict[tuple[str, str], int]) -> None:
        super().__init__(scope, shelves, series)
        self._journal: list[Callable[[], object]] = []
        self._sums: dict[tuple[Value, ...], int] = defaultdict(int)

    def lock(self, *_customers: str) -> None:
        """Nothing to do: the store's lock is held."""
        self.ready()

    @writes
    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        rows = checked(table, rows)
        admitted(self.scope, table, rows)
        shelf = self._shelves[table.name]
        for row in rows:
            shelf.check(row)
            if shelf.key(self.scope.tenant, row) in shelf.rows:
                raise refused(table, "its key")
            self._put(shelf, row)

    @writes
    def insert_absent(self, table: Table, rows: Iterable[Row]) -> None:
        rows = checked(table, rows)
        admitted(self.scope, table, rows)
        shelf = self._shelves[table.name]
        for row in rows:
            shelf.check(row)
            if shelf.key(self.scope.tenant, row) not in shelf.rows:
                self._put(shelf, row)

    @writes
    def update(self, table: Table, rows: Iterable[Row]) -> None:
        if table.version is None:
            raise refused(table, "append-only")
        rows = checked(table, rows)
        admitted(self.scope, table, rows)
        shelf = self._shelves[table.name]
        if any(self.get(table, table.key_of(row)) is None for row in rows):
            raise NotFound(place=table.name)
        version = table.position(table.version)
        for row in rows:
            stored = shelf.rows[shelf.key(self.scope.tenant, row)]
            if row[version] != int(stored[version] or 0) + 1:
                raise Conflict(place=table.name)
            changed = tuple(
                new if name in table.changes else old for name, new, old in zip(table.names, row, stored, strict=True)
            )
            shelf.check(changed)
            self._put(shelf, changed)

    @writes
    def record_usage(self, rows: Sequence[Row]) -> Usage:
        rows = checked(USAGE, rows)
        admitted(self.scope, USAGE, rows)
        shelf = self._shelves[USAGE.name]
        accepted = 0
        repeated: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
        for row in rows:
            stored = shelf.rows.get(shelf.key(self.scope.tenant, row))
            if stored is None:
                self.insert(USAGE, [row])
                accepted += 1
            else:
                repeated[stored[_REQUEST] == row[_REQUEST]].append((str(row[0]), str(row[1])))
        return Usage(accepted, tuple(repeated[True]), tuple(repeated[False]))

    @writes
    def take_numbers(self, series: str, count: int) -> int:
        name = (self.scope.tenant, series)
        first = self._series.get(name, 1)
        self._series[name] = first + counted(count)
        self._journal.append(lambda: self._series.__setitem__(name, first))
        return first

    @override
    def finish(self) -> None:
        """Raise also if the rows of a ``balanced`` table are out of balance."""
        super().finish()
        unbalanced = next((group for group, total in self._sums.items() if total), None)
        if unbalanced is not None:
            raise refused(self._shelves[str(unbalanced[0])].table, "the balance of its rows at the commit")

    def undo(self) -> None:
        """Take everything back, last write first."""
        while self._journal:
            self._journal.pop()()

    def _put(self, shelf: Shelf, row: Row) -> None:
        tenant, table = self.scope.tenant, shelf.table
        shelf.free(tenant, row)
        key = shelf.key(tenant, row)
        for reference in shelf.references:
            named = reference.pick(row)
            parent = self._shelves[reference.parent]
            if None not in named and (tenant, *named) not in parent.rows and (parent, (tenant, *named)) != (shelf, key):
                raise refused(table, f"reference to {reference.parent}")
        before = shelf.put(tenant, row)
        self._journal.append(lambda: shelf.take(tenant, row) if before is None else shelf.put(tenant, before))
        if table.balanced:
            *group, amount = picker([table.position(name) for name in table.balanced])(row)
            self._sums[table.name, *group] += int(amount or 0)
