"""The ledger: every entry balances, and the accounts hold what documents and credits say. These laws only read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from billcore.engine import Billing
from billcore.ports import ReadTx, Row
from billcore.ports.tables import CREDIT, POSTING
from billcore.settlement import Account, CreditKind, DocumentKind
from billcore.testing.laws._broken import broken, same
from billcore.testing.laws.reading import customers, documents

__all__ = ["ledger_holds_what_is_open", "ledger_sums_to_zero", "nothing_falls_below_zero"]

_LEAST = 2


def ledger_sums_to_zero(billing: Billing) -> None:
    """Law: each entry has two postings or more that sum to zero, and so do all accounts, in each currency (M2, M3)."""
    law = "the ledger sums to zero"

    def work(tx: ReadTx) -> tuple[Sequence[Row], dict[str, int]]:
        rows = tx.find(POSTING, None)
        currencies = sorted({_text(row, "currency") for row in rows})
        return rows, {code: sum(tx.balance(None, account.value, code) for account in Account) for code in currencies}

    rows, totals = billing.session.read(work)
    sums: Counter[tuple[str, ...]] = Counter()
    counts: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        entry = tuple(_text(row, name) for name in ("customer", "entry", "currency"))
        sums[entry] += _whole(row, "minor")
        counts[entry] += 1
    for entry, count in counts.items():
        if sums[entry] or count < _LEAST:
            raise broken(law, entry=entry, sum=sums[entry], postings=count)
    for code, total in totals.items():
        same(law, total, 0, currency=code)


def _text(row: Row, name: str) -> str:
    return str(row[POSTING.position(name)])


def _whole(row: Row, name: str) -> int:
    return int(row[POSTING.position(name)] or 0)


def ledger_holds_what_is_open(billing: Billing) -> None:
    """Law: receivable is what documents leave open, stored value what credits hold, customer by customer (M3)."""
    law = "the ledger holds what is open"
    for customer in customers(billing):
        standing = billing.customers.standing(customer)
        left = sum(one.open for one in documents(billing, customer))
        same(law, standing.receivable.minor, left, customer=customer, account=Account.RECEIVABLE)
        held = _held(billing, customer)
        same(law, standing.balance.minor, held[CreditKind.BALANCE], customer=customer, account=Account.BALANCE)
        vouchers = held[CreditKind.VOUCHER]
        same(law, standing.voucher_credit.minor, vouchers, customer=customer, account=Account.VOUCHER_CREDIT)


def _held(billing: Billing, customer: str) -> Counter[CreditKind]:
    """What remains of a customer's credits."""
    kind, remaining = CREDIT.position("kind"), CREDIT.position("remaining")
    held: Counter[CreditKind] = Counter()
    for row in billing.session.read(lambda tx: tx.find(CREDIT, CREDIT.indexes[0], (customer,))):
        held[CreditKind(row[kind])] += int(row[remaining] or 0)
    return held


def nothing_falls_below_zero(billing: Billing) -> None:
    """Law: no stored value and nothing left to pay is below zero, nor more left than was asked for (M10, M11)."""
    law = "nothing falls below zero"
    for customer in customers(billing):
        standing = billing.customers.standing(customer)
        if min(standing.balance.minor, standing.voucher_credit.minor) < 0:
            raise broken(law, customer=customer, balance=standing.balance, voucher_credit=standing.voucher_credit)
        for one in documents(billing, customer):
            right = 0 <= one.open <= one.document.total and min(one.settled, one.credited) >= 0
            if one.document.kind is not DocumentKind.CREDIT_NOTE and not right:
                parts = {"total": one.document.total, "settled": one.settled, "credited": one.credited}
                raise broken(law, customer=customer, number=one.number, left=one.open, **parts)
