"""What a handle shows of its store: everybody, everything, and what was billed under which key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from billcore.engine import Billing, Page
from billcore.kernel import ZERO, Exact
from billcore.kernel import exact as ex
from billcore.ports import Row
from billcore.ports.tables import TABLES
from billcore.settlement import ChargeKey, DocumentKind, Invoice, Line

__all__ = ["billed", "contents", "customers", "documents", "every", "forgiven", "live_lines"]

T = TypeVar("T")

_MOST = 1_000


def every(page: Callable[[str | None], Page[T]]) -> Iterator[T]:
    """The items of all pages."""
    found = page(None)
    yield from found.items
    while found.cursor is not None:
        found = page(found.cursor)
        yield from found.items


def customers(billing: Billing) -> list[str]:
    """Everybody's ids."""
    return [one.id for one in every(lambda cursor: billing.customers.list(cursor=cursor, limit=_MOST))]


def documents(billing: Billing, customer: str | None = None) -> list[Invoice]:
    """A customer's documents by billing date, or everybody's."""
    return list(every(lambda cursor: billing.invoices.list(customer, cursor=cursor, limit=_MOST)))


def contents(billing: Billing) -> Mapping[str, Sequence[Row]]:
    """All rows of all tables, as the handle's scope sees them."""
    return billing.session.read(lambda tx: {table.name: list(tx.find(table, None)) for table in TABLES})


def live_lines(found: Iterable[Invoice]) -> list[tuple[Invoice, Line]]:
    """The lines that count: of documents that are not void, or void and waived."""
    return [(one, line) for one in found if not one.void or one.waived for line in one.document.lines]


def billed(found: Iterable[Invoice]) -> dict[ChargeKey, Exact]:
    """The exact amounts of lines of runs, summed by key."""
    sums: dict[ChargeKey, Exact] = defaultdict(lambda: ZERO)
    for _, line in live_lines(found):
        if line.key is not None:
            sums[line.key] = ex.add(sums[line.key], line.exact)
    return dict(sums)


def forgiven(found: Sequence[Invoice]) -> dict[ChargeKey, Exact]:
    """What no run may take back: credits of goodwill by the key of the line they name, and waived lines."""
    named = {line.id: line.key for _, line in live_lines(found)}
    sums: dict[ChargeKey, Exact] = defaultdict(lambda: ZERO)
    for one, line in live_lines(found):
        key = line.key
        if key is None and line.coupon is None and one.document.kind is DocumentKind.CREDIT_NOTE:
            key, amount = named[line.corrects or ""], ex.negate(line.exact)
        else:
            amount = line.exact if one.waived else ZERO
        if key is not None:
            sums[key] = ex.add(sums[key], amount)
    return dict(sums)
