"""S9: memory and SQLite give the same answers to the same calls, whatever the calls."""

import contextlib
from collections.abc import Callable
from typing import TypeAlias

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from billcore.adapters.memory import MemoryStore
from billcore.adapters.sql import open_sqlite
from billcore.kernel.errors import BillcoreError
from billcore.ports import Operation, ReadTx, Row, Scope, Store, Table, Tx, Value
from billcore.ports.tables import (
    ACCOUNT,
    CREDIT,
    CUSTOMER,
    DOCUMENT,
    LINE,
    NOTICE,
    POSTING,
    PRICE,
    TABLES,
    USAGE,
    VOUCHER,
    Column,
)
from billcore.testing.contracts.case import row

Answer: TypeAlias = object

# Few values, so that keys, versions and ties meet.
scopes = st.sampled_from([Scope("main"), Scope("main"), Scope("other"), Scope("main", "a"), Scope("main", "b")])
names = st.sampled_from(["a", "b", "A", "a ", "é", "e\u0301", ""])
ids = st.sampled_from(["a", "b", "c"])
numbers = st.sampled_from([-(2**63), -1, 0, 1, 2, 3, 2**63 - 1])
small = st.integers(0, 3)
decimals = st.sampled_from(["0", "0.1", "-0.5", "999999999999999.999999999999", "-999999999999999", "1.50", "x", "1e3"])
junk: st.SearchStrategy[Value] = st.sampled_from([None, "a\0", 2**63, True, "\ud800"])
tables = st.sampled_from(TABLES)

# What is often drawn for a column, so that rows meet each other; all else is drawn by the column's kind.
COMMON: dict[str, st.SearchStrategy[Value]] = {
    "customer": ids,
    "document": ids,
    "entry": ids,
    "version": st.integers(1, 3),
    "kind": st.sampled_from(["invoice", "credit_note"]),
    "state": st.sampled_from(["issued", "void", "paid"]),
    "value": decimals,
    "minor": st.sampled_from([-1, 1, 1, 2, 0]),
    "net": small,
    "total": small,
    "settled": small,
    "most": small,
    "used": small,
    "n": small,
    "time": small,
    "recorded": small,
}


def fitting(column: Column) -> st.SearchStrategy[Value]:
    """Values of the column's kind: a catalog's version is a text, everybody else's a number."""
    usual = names if column.kind == "text" else numbers
    return usual if (column.name, column.kind) == ("version", "text") else COMMON.get(column.name, usual)


@st.composite
def rows(draw: st.DrawFn, table: Table) -> Row:
    """A row of the table, that may or may not fit; one in many holds what no store keeps."""
    drawn: dict[str, Value] = {}
    for column in draw(st.lists(st.sampled_from(table.columns), unique=True, max_size=6)):
        plain = fitting(column)
        drawn[column.name] = draw(st.none() | plain if column.null else plain)
    if draw(st.integers(0, 30)) == 0:
        drawn[draw(st.sampled_from(table.names))] = draw(junk)
    return row(table, **{"customer": draw(ids), **drawn} if table.scoped else drawn)


@attrs.frozen
class Find:
    """The arguments of a ``find``."""

    table: Table
    place: int
    equal: Row
    bounds: dict[str, Value]
    after: Row | None
    limit: int | None
    backwards: bool


@st.composite
def finds(draw: st.DrawFn) -> Find:
    """A question by a key or an index, with any of its parts."""
    table = draw(tables)
    place = draw(st.integers(-1, len(table.indexes) - 1))
    index = None if place < 0 else table.indexes[place]
    order = table.key if index is None else (*index.columns, *(name for name in table.key if name not in index.columns))
    columns = [table.columns[table.position(name)] for name in order]
    values = [st.none() | plain if column.null else plain for column in columns for plain in (fitting(column),)]
    fixed = draw(st.integers(0, len(order)))
    equal = tuple(draw(value) for value in values[:fixed])
    bounds: dict[str, Value] = {}
    after: Row | None = None
    if fixed < len(order):
        for side in draw(st.sets(st.sampled_from(["at_least", "at_most"]))):
            bounds[side] = draw(values[fixed])
        length = draw(st.integers(0, len(order) - fixed))
        after = tuple(draw(value) for value in values[fixed : fixed + length]) if length else None
    return Find(table, place, equal, bounds, after, draw(st.none() | st.integers(0, 4)), draw(st.booleans()))


def answer(call: Callable[[Store], Answer], store: Store) -> Answer:
    """What a call gives, or the kind and the place of what it raises."""
    try:
        return call(store)
    except BillcoreError as error:
        return type(error).__name__, error.place


class Lockstep(RuleBasedStateMachine):
    """Drive both stores through the same calls."""

    def __init__(self) -> None:
        super().__init__()
        self.stores = (MemoryStore(), open_sqlite(":memory:"))

    def teardown(self) -> None:
        """Everything that either keeps, the other keeps too."""
        for tenant in ("main", "other"):
            self.read(Scope(tenant), lambda tx: [list(tx.find(table, None)) for table in TABLES])
        for store in self.stores:
            store.close()

    def same(self, call: Callable[[Store], Answer]) -> None:
        """Both answer alike."""
        memory, sqlite = (answer(call, store) for store in self.stores)
        assert memory == sqlite

    def read(self, scope: Scope, fn: Callable[[ReadTx], Answer]) -> None:
        """Both read the same."""
        self.same(lambda store: store.read(scope, fn))

    def write(self, scope: Scope, op: Operation | None, fn: Callable[[Tx], Answer]) -> None:
        """Both answer the same to a write, and what was seen within it."""
        self.same(lambda store: store.transact(scope, op, lambda tx: repr(fn(tx))))

    @rule(scope=scopes, who=ids)
    def customer(self, scope: Scope, who: str) -> None:
        """A customer and its account."""

        def fn(tx: Tx) -> Answer:
            tx.insert(CUSTOMER, [row(CUSTOMER, customer=who)])
            tx.insert(ACCOUNT, [row(ACCOUNT, customer=who)])
            return "made"

        self.write(scope, None, fn)

    @rule(scope=scopes, data=st.data(), table=tables, absent=st.booleans())
    def insert(self, scope: Scope, data: st.DataObject, table: Table, absent: bool) -> None:  # noqa: FBT001 - drawn
        """One row or two."""
        drawn = data.draw(st.lists(rows(table), min_size=1, max_size=2))
        self.write(scope, None, lambda tx: (tx.insert_absent if absent else tx.insert)(table, drawn))

    @rule(scope=scopes, data=st.data(), table=st.sampled_from([PRICE, NOTICE, VOUCHER, CREDIT, DOCUMENT, LINE]))
    def fill(self, scope: Scope, data: st.DataObject, table: Table) -> None:
        """A row that is likely to fit."""
        self.insert_one(scope, table, data.draw(rows(table)))

    def insert_one(self, scope: Scope, table: Table, drawn: Row) -> None:
        """Insert a row and find it again."""

        def fn(tx: Tx) -> Answer:
            tx.insert(table, [drawn])
            return tx.get(table, table.key_of(drawn))

        self.write(scope, None, fn)

    @rule(scope=scopes, data=st.data(), table=tables)
    def update(self, scope: Scope, data: st.DataObject, table: Table) -> None:
        """One row, of this version or that."""
        drawn = data.draw(rows(table))
        self.write(scope, None, lambda tx: tx.update(table, [drawn]))

    @rule(scope=scopes, who=ids, due=st.none() | small)
    def account(self, scope: Scope, who: str, due: int | None) -> None:
        """The next version of an account."""

        def fn(tx: Tx) -> Answer:
            stored = tx.get(ACCOUNT, (who,))
            if stored is None:
                return None
            version = int(stored[-1] or 0) + 1
            tx.update(ACCOUNT, [row(ACCOUNT, customer=who, next_due=due, version=version)])
            return tx.find(ACCOUNT, ACCOUNT.indexes[0])

        self.write(scope, None, fn)

    @rule(scope=scopes, data=st.data())
    def usage(self, scope: Scope, data: st.DataObject) -> None:
        """A batch of usage, with repetitions."""
        drawn = data.draw(st.lists(rows(USAGE), max_size=4))
        self.write(scope, None, lambda tx: tx.record_usage(drawn))

    @rule(scope=scopes, who=ids, name=ids, minors=st.lists(st.sampled_from([-2, -1, 1, 2]), min_size=1, max_size=3))
    def post(self, scope: Scope, who: str, name: str, minors: list[int]) -> None:
        """An entry, balanced or not."""
        entry = [row(POSTING, customer=who, entry=name, n=n, minor=minor) for n, minor in enumerate(minors)]
        self.write(scope, None, lambda tx: tx.insert(POSTING, entry))

    @rule(scope=scopes, series=ids, count=st.integers(0, 3), key=st.none() | ids, request=ids)
    def number(self, scope: Scope, series: str, count: int, key: str | None, request: str) -> None:
        """Numbers, under an operation or not."""
        op = None if key is None else Operation(key, request)
        self.write(scope, op, lambda tx: tx.take_numbers(series, count))

    @rule(scope=scopes, data=st.data(), table=tables)
    def swallow(self, scope: Scope, data: st.DataObject, table: Table) -> None:
        """A refusal that ``fn`` catches."""
        drawn = data.draw(st.lists(rows(table), min_size=1, max_size=2))

        def fn(tx: Tx) -> Answer:
            tx.take_numbers("swallowed", 1)
            with contextlib.suppress(BillcoreError):
                tx.insert(table, drawn)
            return tx.find(table, None)

        self.write(scope, None, fn)

    @rule(scope=scopes, find=finds())
    def find(self, scope: Scope, find: Find) -> None:
        """Any question."""
        index = None if find.place < 0 else find.table.indexes[find.place]
        bounds = find.bounds
        self.read(
            scope,
            lambda tx: list(
                tx.find(
                    find.table,
                    index,
                    find.equal,
                    at_least=bounds.get("at_least"),
                    at_most=bounds.get("at_most"),
                    after=find.after,
                    limit=find.limit,
                    backwards=find.backwards,
                )
            ),
        )

    @rule(scope=scopes, table=tables, first=st.lists(ids | st.none(), max_size=4), place=st.integers(-1, 1))
    def find_many(self, scope: Scope, table: Table, first: list[str | None], place: int) -> None:
        """Rows of many values."""
        index = table.indexes[place] if 0 <= place < len(table.indexes) else None
        column = (table.key if index is None else index.columns)[0]
        if table.columns[table.position(column)].kind == "text":
            self.read(scope, lambda tx: list(tx.find_many(table, index, first)))

    @rule(scope=scopes, who=ids, subscription=st.none() | names, start=small, end=small, known=st.none() | small)
    def total(self, scope: Scope, who: str, subscription: str | None, start: int, end: int, known: int | None) -> None:
        """Usage of a window."""
        self.read(scope, lambda tx: tx.usage_total(who, "x", subscription, start, end, known))

    @rule(scope=scopes, who=st.none() | ids)
    def balance(self, scope: Scope, who: str | None) -> None:
        """An account."""
        self.read(scope, lambda tx: tx.balance(who, "x", "x"))
        self.read(scope, lambda tx: tx.last_number(who or "swallowed"))

    @rule(scope=scopes, keys=st.lists(ids, max_size=3))
    def recorded(self, scope: Scope, keys: list[str]) -> None:
        """Operations that were done."""
        self.same(lambda store: dict(store.recorded(scope, keys)))


TestLockstep = Lockstep.TestCase
TestLockstep.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
