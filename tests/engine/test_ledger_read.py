"""``billing.ledger``: what was moved, whole entries a page at a time, each customer's own."""

from __future__ import annotations

import pytest

from billcore import Billing
from billcore.engine.nouns import ledger
from billcore.kernel import InvalidValue, NotFound
from billcore.settlement import Entry
from billcore.testing import ManualClock


@pytest.fixture
def billing() -> Billing:
    """Two customers with top-ups: an entry each."""
    shop = Billing.in_memory(clock=ManualClock("2026-01-01T00:00:00Z"))
    for customer in ("acme", "zeta"):
        shop.customers.create(customer, currency="CHF")
        for n in range(5):
            shop.balances.top_up(customer, n + 1, f"bank {n}")
    return shop


def read(billing: Billing, customer: str, limit: int) -> list[list[Entry]]:
    """The pages of a customer's entries."""
    found, cursor = [], None
    while True:
        page = billing.ledger.list(customer, cursor=cursor, limit=limit)
        found.append(list(page.items))
        cursor = page.cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("rows", [1, 3, 1_000])
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
def test_entries_are_whole_on_every_page(
    billing: Billing, limit: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few rows are read at once, each entry is there once, balanced, in the order of ids."""
    monkeypatch.setattr(ledger, "_ROWS", rows)
    pages = read(billing, "acme", limit)
    entries = [entry for page in pages for entry in page]

    assert [len(page) for page in pages] == [limit] * (5 // limit) + ([5 % limit] if 5 % limit else [])
    assert [entry.id for entry in entries] == sorted({entry.id for entry in entries})
    assert all(sum(posting.minor for posting in entry.postings) == 0 for entry in entries)
    assert sorted(max(posting.minor for posting in entry.postings) for entry in entries) == [100, 200, 300, 400, 500]
    assert {(entry.customer, entry.currency) for entry in entries} == {("acme", "CHF")}


def test_each_sees_its_own(billing: Billing) -> None:
    """Under a customer's scope others are not there; a wrong page is refused."""
    own = billing.scoped(customer="acme")

    assert len(own.ledger.list("acme").items) == 5
    for other, customer in ((own, "zeta"), (billing, "nobody")):
        with pytest.raises(NotFound):
            other.ledger.list(customer)
    with pytest.raises(InvalidValue, match=r"^limit: "):
        billing.ledger.list("acme", limit=0)
