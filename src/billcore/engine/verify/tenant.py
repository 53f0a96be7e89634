"""What no single account shows: number series, snapshots, vouchers, sums over everybody (I2, M1, M3, P4, T1, V1)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import attrs

from billcore.engine.verify.cells import cell, number_cell, row_place
from billcore.engine.verify.values import UNREADABLE
from billcore.engine.verify.violation import Found, Violation
from billcore.engine.writing import number_of
from billcore.kernel import MOST_MINOR, NotFound
from billcore.ports import ReadTx, Row, Scope, Store
from billcore.ports.tables import (
    ACCOUNT,
    COUPON_FACT,
    CREDIT,
    CUSTOMER,
    DOCUMENT,
    EXCEPTION,
    FACT,
    GRANT_FACT,
    LINE,
    NOTICE,
    ONE_OFF,
    PAYMENT,
    POSTING,
    PRICE,
    REDEMPTION,
    SUBSCRIPTION,
    USAGE,
    VOUCHER,
    Index,
    Table,
)
from billcore.pricing import Price, archive, price_hash, unarchive
from billcore.settlement import Account, DocumentKind

__all__ = [
    "TenantView",
    "check_amounts",
    "check_numbers",
    "check_prices",
    "check_strangers",
    "check_sums",
    "check_vouchers",
]

_PAGE = 500
_OF_CUSTOMERS: tuple[tuple[Table, Index | None], ...] = (
    (ACCOUNT, None),
    (SUBSCRIPTION, SUBSCRIPTION.indexes[0]),
    (FACT, FACT.indexes[0]),
    (ONE_OFF, ONE_OFF.indexes[0]),
    (COUPON_FACT, COUPON_FACT.indexes[0]),
    (GRANT_FACT, GRANT_FACT.indexes[0]),
    (USAGE, USAGE.indexes[0]),
    (DOCUMENT, DOCUMENT.indexes[1]),
    (LINE, LINE.indexes[0]),
    (CREDIT, CREDIT.indexes[0]),
    (POSTING, None),
    (NOTICE, None),
    (EXCEPTION, EXCEPTION.indexes[0]),
)
"""Tables by customer: what is behind all of one's rows is found without reading them."""
_READ_THROUGH = (PAYMENT, REDEMPTION)


@attrs.frozen
class TenantView:
    """A tenant's tables, read a page at a time; each page is a consistent view of its own."""

    store: Store
    scope: Scope

    def pages(self, table: Table, index: Index | None = None) -> Iterator[Sequence[Row]]:
        """The rows of a table in the order of an index."""
        columns = () if index is None else index.columns
        order = [table.position(name) for name in (*columns, *(name for name in table.key if name not in columns))]
        after: Row | None = None
        while rows := self.read(lambda tx, after=after: tx.find(table, index, after=after, limit=_PAGE)):  # type: ignore[misc]  # a default binds the loop's value
            yield rows
            after = tuple(rows[-1][column] for column in order)

    def read(self, work: Callable[[ReadTx], Sequence[Row]]) -> Sequence[Row]:
        """Do ``work`` on a consistent view."""
        return self.store.read(self.scope, work)


def check_numbers(view: TenantView) -> Found:
    """Numbers are 1, 2, 3 and so on in each series, the last of a width then the first of the next; so it goes on."""
    series: dict[tuple[str, str], dict[int, int]] = {}
    for rows in view.pages(DOCUMENT, DOCUMENT.indexes[0]):
        for row in rows:
            number, kind, issuer = (str(cell(DOCUMENT, row, name)) for name in ("number", "kind", "issuer"))
            digits = number.rpartition("-")[2]
            if not digits.isdecimal():
                continue  # the account's check says so
            widths = series.setdefault((issuer, kind), {})
            before, found = widths.get(len(digits)), int(digits)
            if before is not None and found != before + 1:
                yield _missing(issuer, kind, before + 1, found)
            elif before is None and found != (1 if found < 10**6 else 10 ** (len(digits) - 1)):
                yield _missing(issuer, kind, found - 1, found)
            widths[len(digits)] = found
    for (issuer, kind), widths in series.items():
        ordered = sorted(widths)
        for width in ordered[:-1]:
            if widths[width] != 10**width - 1:
                yield _missing(issuer, kind, widths[width] + 1, 10**width)
    yield from _series(view, {issuer for issuer, _ in series})


def _series(view: TenantView, issuers: Collection[str]) -> Found:
    for issuer in sorted(issuers):
        for one in DocumentKind:
            yield from view.store.read(view.scope, lambda tx, i=issuer, k=one: _out_of_step(tx, i, k))  # type: ignore[misc]  # a default binds the loop's value


def _out_of_step(tx: ReadTx, issuer: str, kind: DocumentKind) -> list[Violation]:
    """The next number of a series follows its last document's, in one view: others may be written meanwhile."""
    last = tx.last_number(f"{issuer}:{kind.value}")

    def there(n: int) -> bool:
        return bool(tx.find(DOCUMENT, DOCUMENT.indexes[0], (issuer, number_of(kind, n)), limit=1))

    if there(last + 1) or (last and not there(last)):
        return [Violation("I2", f"{issuer}:{kind.value}", "the series does not go on behind it", str(last))]
    return []


def _missing(issuer: str, kind: str, absent: int, found: int) -> Violation:
    known = {one.value: one for one in DocumentKind}
    numbers = [number_of(known[kind], n) if kind in known else str(n) for n in (absent, found)]
    place = f"{issuer}:{kind} {numbers[0]}"
    return Violation("I2", place, "a number is missing in its series", f"next is {numbers[1]}")


def check_prices(view: TenantView) -> Found:
    """Every price snapshot is the canonical text of a price, under the hash of it."""
    for rows in view.pages(PRICE):
        for name, body in rows:
            try:
                price = unarchive(str(body), Price)
                kept = price_hash(price) == name and archive(price) == body
            except UNREADABLE as error:
                what = "cannot be read" if isinstance(error, NotFound) else "not a price snapshot"
                yield Violation("P4", f"price {name}", what, str(error))
                continue
            if not kept:
                yield Violation("P4", f"price {name}", "the snapshot's hash is another", price_hash(price))


def check_vouchers(view: TenantView) -> Found:
    """A voucher is used as often as it was redeemed, within its limit, once a customer; and each use gave credit."""
    for vouchers in view.pages(VOUCHER):
        codes = [row[0] for row in vouchers]
        redeemed: dict[object, list[Row]] = {code: [] for code in codes}
        for row in view.read(lambda tx, codes=codes: tx.find_many(REDEMPTION, None, codes)):  # type: ignore[misc]  # a default binds the loop's value
            redeemed[row[0]].append(row)
        for voucher in vouchers:
            code = cell(VOUCHER, voucher, "code")
            most, used = number_cell(VOUCHER, voucher, "most"), number_cell(VOUCHER, voucher, "used")
            slots = sorted(number_cell(REDEMPTION, row, "slot") for row in redeemed[code])
            if slots != list(range(1, used + 1)):
                yield Violation("V1", f"voucher {code}", f"used {used} times, by its slots", str(slots))
            if used > most:
                yield Violation("V1", f"voucher {code}", f"to be used {most} times", str(used))
            customers = [str(cell(REDEMPTION, row, "customer")) for row in redeemed[code]]
            if len(set(customers)) != len(customers):
                yield Violation("V1", f"voucher {code}", "redeemed twice by one customer", str(len(customers)))
            yield from _ungranted(view, voucher, customers)


def _ungranted(view: TenantView, voucher: Row, customers: Sequence[str]) -> Found:
    code, amount, currency = (cell(VOUCHER, voucher, name) for name in ("code", "amount", "currency"))
    worth = ("voucher", amount, currency, code)
    granted = {
        cell(CREDIT, row, "customer")
        for row in view.read(lambda tx: tx.find_many(CREDIT, CREDIT.indexes[0], customers))
        if tuple(cell(CREDIT, row, name) for name in ("kind", "amount", "currency", "reference")) == worth
    }
    for name in customers:
        if name not in granted:
            yield Violation("V1", f"voucher {code} {name}", "redeemed, and gave no credit", str(amount))


def check_amounts(view: TenantView) -> Found:
    """Every voucher's amount is a bounded integer of minor units."""
    for rows in view.pages(VOUCHER):
        for row in rows:
            amount = cell(VOUCHER, row, "amount")
            if type(amount) is not int or not 0 < amount <= MOST_MINOR:
                yield Violation("M1", row_place(VOUCHER, row, "amount"), "not a bounded amount", str(amount))


def check_sums(view: TenantView) -> Found:
    """The accounts of all customers together sum to zero in each currency."""
    currencies = {str(cell(CUSTOMER, row, "currency")) for rows in view.pages(CUSTOMER) for row in rows}
    for currency in sorted(currencies):
        total = view.store.read(
            view.scope,
            lambda tx, c=currency: sum(tx.balance(None, account.value, c) for account in Account),  # type: ignore[misc]  # a default binds the loop's value
        )
        if total:
            yield Violation("M3", f"all customers {currency}", "the accounts do not sum to zero", str(total))


def check_strangers(view: TenantView) -> Found:
    """Every row that names a customer names one that is there."""
    for table, index in _OF_CUSTOMERS:
        column = table.position("customer")
        last = ""
        while rows := view.read(lambda tx, t=table, i=index, last=last: _behind(tx, t, i, last)):  # type: ignore[misc]  # a default binds the loop's value
            names = sorted({str(row[column]) for row in rows})
            yield from _strangers(view, table, names)
            last = names[-1]
    for table in _READ_THROUGH:
        known: set[str] = set()
        for rows in view.pages(table):
            names = sorted({str(cell(table, row, "customer")) for row in rows} - known)
            yield from _strangers(view, table, names)
            known.update(names)


def _strangers(view: TenantView, table: Table, names: Sequence[str]) -> Found:
    there = {row[0] for row in view.read(lambda tx: tx.find_many(CUSTOMER, None, names))}
    for name in names:
        if name not in there:
            yield Violation("T1", f"{table.name} {name}", "names a customer that is not there", name)


def _behind(tx: ReadTx, table: Table, index: Index | None, last: str) -> Sequence[Row]:
    """Rows behind all of a customer's: so a customer with many is read once, not row by row."""
    return tx.find(table, index, after=(last,) if last else None, limit=_PAGE)
