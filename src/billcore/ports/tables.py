"""The tables that a store keeps: columns of text and integers, keys, indexes and the constraints that hold invariants.

Every table has a tenant before its first column; stores add it themselves, rows never carry it. Instants are integers
of microseconds since 1970 in UTC, money is integers of minor units, exact numbers are canonical text, documents are
JSON.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

__all__ = ["TABLES", "Column", "Index", "Row", "Table", "Value"]

Value: TypeAlias = str | int | None
Row: TypeAlias = tuple[Value, ...]


@attrs.frozen
class Column:
    """A column of text or of 64-bit integers."""

    name: str
    kind: Literal["text", "int"]
    null: bool = False


@attrs.frozen
class Index:
    """Columns that a table is found by, in order; ``unique`` ones refuse a second row (nulls never collide)."""

    columns: tuple[str, ...]
    unique: bool = False


@attrs.frozen
class Table:
    """A table: ``key`` is unique; ``append_only`` rows are never updated, of others only ``changes`` are written.

    ``version`` names the column by which concurrent updates are told apart; ``checks`` are (name, SQL condition) pairs;
    ``references`` are (columns, table) pairs: the row they name by its key must be there; a null names nothing.
    ``balanced`` names columns and then one of integers: after each commit, of the rows alike in the former the latter
    sums to zero.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[Index, ...] = ()
    append_only: bool = True
    version: str | None = None
    changes: tuple[str, ...] = ()
    checks: tuple[tuple[str, str], ...] = ()
    references: tuple[tuple[tuple[str, ...], str], ...] = ()
    balanced: tuple[str, ...] = ()
    names: tuple[str, ...] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))

    @property
    def scoped(self) -> bool:
        """Rows belong to a customer, so a customer's scope sees its own alone."""
        return "customer" in self.names

    def position(self, name: str) -> int:
        """The place of a column in a row."""
        return self.names.index(name)

    def key_of(self, row: Row) -> Row:
        """The key of a row."""
        return tuple(row[self.names.index(name)] for name in self.key)


def _table(name: str, columns: str, key: str, indexes: tuple[Index, ...] = (), **more: object) -> Table:
    """``columns`` reads ``name:text other:int? ...``; a question mark allows null."""
    read = []
    for entry in columns.split():
        column, _, kind = entry.partition(":")
        read.append(Column(column, "int" if kind.startswith("int") else "text", kind.endswith("?")))
    return Table(name, tuple(read), tuple(key.split()), indexes, **more)  # type: ignore[arg-type]  # keywords of Table


def _by(columns: str, *, unique: bool = False) -> Index:
    return Index(tuple(columns.split()), unique)


CUSTOMER = _table(
    "customer",
    "customer:text currency:text created:int billed_until:int? closed:int? profiles:text version:int",
    "customer",
    append_only=False,
    version="version",
    changes=("closed", "profiles", "version"),
)
ACCOUNT = _table(
    "account",
    "customer:text last_run:int? latest:int? next_due:int? marks:text reopened:text parked:text? version:int",
    "customer",
    (_by("next_due customer"),),
    append_only=False,
    version="version",
    changes=("last_run", "latest", "next_due", "marks", "reopened", "parked", "version"),
    references=((("customer",), "customer"),),
)
CATALOG = _table(
    "catalog", "version:text effective:int recorded:int body:text", "version", (_by("effective recorded version"),)
)
SYNC = _table(
    "sync",
    "source:text at:int catalog:text tag:text? created:int updated:int unchanged:int stale:int",
    "source at",
    (_by("catalog source at"),),
    references=((("catalog",), "catalog"),),
)
PRICE = _table("price", "hash:text body:text", "hash")
SUBSCRIPTION = _table(
    "subscription",
    "subscription:text customer:text start:int version:int",
    "subscription",
    (_by("customer subscription"),),
    append_only=False,
    version="version",
    changes=("version",),
    references=((("customer",), "customer"),),
)
FACT = _table(
    "fact",
    "subscription:text n:int id:text customer:text kind:text at:int recorded:int body:text",
    "subscription n",
    (_by("customer subscription n"), _by("id", unique=True)),
    references=((("subscription",), "subscription"),),
)
ONE_OFF = _table(
    "one_off",
    "id:text customer:text at:int recorded:int amount:text description:text tax_category:text",
    "id",
    (_by("customer at id"),),
    references=((("customer",), "customer"),),
)
USAGE = _table(
    "usage",
    "source:text id:text customer:text subscription:text? resource:text? meter:text time:int value:text recorded:int "
    "properties:text request:text",
    "source id",
    (_by("customer meter subscription time"),),
    references=((("customer",), "customer"),),
)
DOCUMENT = _table(
    "document",
    "id:text number:text kind:text customer:text currency:text issuer:text billing_date:int sequence:int issued_at:int "
    "due_at:int corrects:text? reason:text? taxes:text net:int tax:int total:int hash:text state:text credited:int "
    "settled:int open:int rounding:text? version:int",
    "id",
    (
        _by("issuer number", unique=True),
        _by("customer billing_date sequence currency issuer", unique=True),
        _by("customer open"),
    ),
    append_only=False,
    version="version",
    changes=("state", "credited", "settled", "open", "version"),
    checks=(
        ("M4", "total = net + tax"),
        ("M10", "(kind = 'credit_note' AND total <= 0) OR (kind <> 'credit_note' AND total >= 0)"),
        ("M11", "kind = 'credit_note' OR (settled >= 0 AND credited >= 0 AND settled + credited <= total)"),
        ("I4", "state IN ('issued', 'void', 'waived', 'uncollectible')"),
        (
            "I5",
            (
                "(state = 'issued' AND kind <> 'credit_note' AND open = total - credited - settled)"
                " OR ((state <> 'issued' OR kind = 'credit_note') AND open = 0)"
            ),
        ),
    ),
    references=((("customer",), "customer"), (("corrects",), "document")),
)
LINE = _table(
    "line",
    "document:text position:int customer:text kind:text description:text price:text part_start:int part_end:int "
    "quantity:text exact:text minor:int rate_code:text rate_percent:text rate_reason:text? tax:int subscription:text? "
    "item:text? period_start:int? period_end:int? nth:int? corrects:text? reason:text? snapshot:text? "
    "rate_terms:text? coupon:text?",
    "document position",
    (_by("customer subscription period_end item price period_start nth", unique=True),),
    checks=(
        ("P8", "part_start <= part_end"),
        ("P2", "(nth IS NULL) = (item IS NULL)"),
        ("M13", "kind <> 'discount' OR (minor <= 0 AND coupon IS NOT NULL AND corrects IS NOT NULL)"),
    ),
    references=((("document",), "document"),),
)
PAYMENT = _table(
    "payment",
    "id:text document:text n:int customer:text source:text minor:int at:int reference:text? reverses:text?",
    "id",
    (_by("document n", unique=True),),
    checks=(("M11", "(minor > 0) = (reverses IS NULL)"),),
    references=((("document",), "document"),),
)
CREDIT = _table(
    "credit",
    "id:text customer:text kind:text currency:text amount:int remaining:int created:int priority:int expires:int? "
    "granted:int reference:text? version:int",
    "id",
    (_by("customer id"),),
    append_only=False,
    version="version",
    changes=("remaining", "version"),
    checks=(("V3", "remaining >= 0 AND remaining <= amount"),),
    references=((("customer",), "customer"),),
)
POSTING = _table(
    "posting",
    "customer:text entry:text n:int at:int kind:text source:text account:text currency:text minor:int",
    "customer entry n",
    checks=(("M2", "minor <> 0"),),
    references=((("customer",), "customer"),),
    balanced=("customer", "entry", "currency", "minor"),
)
VOUCHER = _table(
    "voucher",
    "code:text amount:int currency:text issued:int expires:int? most:int used:int version:int",
    "code",
    append_only=False,
    version="version",
    changes=("used", "version"),
    checks=(("V1", "used >= 0 AND used <= most"),),
)
REDEMPTION = _table(
    "redemption",
    "code:text slot:int customer:text at:int",
    "code slot",
    (_by("code customer", unique=True),),
    checks=(("V1", "slot >= 1"),),
    references=((("code",), "voucher"), (("customer",), "customer")),
)
COUPON = _table(
    "coupon",
    "code:text most:int? used:int version:int",
    "code",
    append_only=False,
    version="version",
    changes=("most", "used", "version"),
    checks=(("V1", "used >= 1 AND (most IS NULL OR used <= most)"),),
)
COUPON_FACT = _table(
    "coupon_fact",
    "id:text customer:text subscription:text code:text kind:text n:int slot:int? at:int recorded:int body:text",
    "id",
    (
        _by("customer subscription code kind", unique=True),
        _by("code slot", unique=True),
        _by("customer n", unique=True),
    ),
    checks=(("V1", "(kind = 'applied' AND slot >= 1) OR (kind = 'removed' AND slot IS NULL)"),),
    references=((("customer",), "customer"), (("code",), "coupon")),
)
GRANT_FACT = _table(
    "grant_fact",
    "id:text customer:text given:text kind:text at:int recorded:int currency:text? amount:int? priority:int? "
    "expires:int? body:text",
    "id",
    (_by("customer given kind", unique=True),),
    checks=(("V6", "(kind = 'given' AND id = given AND amount > 0) OR (kind = 'revoked' AND amount IS NULL)"),),
    references=((("customer",), "customer"),),
)
NOTICE = _table(
    "notice",
    "seq:int customer:text kind:text at:int body:text sent:int? version:int",
    "customer seq",
    (_by("sent customer seq"),),
    append_only=False,
    version="version",
    changes=("sent", "version"),
)
EXCEPTION = _table(
    "exception",
    "id:text customer:text kind:text why:text opened:int resolved:int? resolution:text? version:int",
    "id",
    (_by("customer id"),),
    append_only=False,
    version="version",
    changes=("resolved", "resolution", "version"),
)

TABLES = (
    *(CUSTOMER, ACCOUNT, CATALOG, SYNC, PRICE, SUBSCRIPTION, FACT, ONE_OFF, USAGE),
    *(DOCUMENT, LINE, PAYMENT, CREDIT, POSTING, VOUCHER, REDEMPTION),
    *(COUPON, COUPON_FACT, GRANT_FACT, NOTICE, EXCEPTION),
)
