"""Saving an account after a fact of one subscription: as a rule without reading its other ones."""

from __future__ import annotations

import datetime as dt

from billcore.engine.accounts import billing_dates, load, save_account
from billcore.engine.reading import Loaded
from billcore.engine.rows.customers import account_row
from billcore.engine.rows.documents import line_of
from billcore.kernel import micros
from billcore.lifecycle import Subscription, life
from billcore.ports import ReadTx, Row, Tx
from billcore.ports.tables import ACCOUNT, DOCUMENT, LINE
from billcore.settlement import AccountState, ChargeKey, DocumentKind

__all__ = ["save_fact"]


def save_fact(
    tx: Tx,
    loaded: Loaded,
    *marks: dt.datetime,
    before: Subscription | None = None,
    after: Subscription | None = None,
) -> None:
    """Mark the account and say when it is due, as ``save_account`` does after reading everything.

    ``before`` and ``after`` are the subscription without the fact and with it; a usage event has neither.
    """
    account = loaded.account
    new = account.state
    for mark in marks:
        new = new.marked(mark)
    due = _due(tx, loaded, new, before, after)
    if due is None:
        whole = load(tx, account.customer)
        save_account(tx, whole, whole.facts, *marks)
    else:
        tx.update(ACCOUNT, [account_row(account.next(new.due(due)))])


def _due(
    tx: ReadTx, loaded: Loaded, new: AccountState, before: Subscription | None, after: Subscription | None
) -> dt.datetime | None:
    """When the account is due next; ``None`` where only all of its subscriptions can tell.

    The stored date is the earliest of all. An earlier one of this subscription takes its place; else it stays, unless
    it may have been this one's, or stood in for a date that would never come (then it is a mark).
    """
    stored = loaded.state.next_due
    if loaded.account.parked is not None:
        return None
    due = _earliest(tx, loaded, new, after)
    if due is not None and (stored is None or due <= stored):
        return due
    if stored is None or stored in loaded.state.marks:
        return None
    held = _earliest(tx, loaded, loaded.state, before)
    return stored if held is None or held > stored else None


def _earliest(tx: ReadTx, loaded: Loaded, state: AccountState, one: Subscription | None) -> dt.datetime | None:
    """The first billing date that a subscription brings by itself."""
    if one is None:
        return None
    found = life(one, loaded.facts.customer)
    return min(billing_dates([found], state, lambda: _keys(tx, one, state.marks[0])), default=None)


def _keys(tx: ReadTx, one: Subscription, mark: dt.datetime) -> set[ChargeKey]:
    """What is billed of a subscription in periods that end at a mark or after it; what is void is not."""
    rows = tx.find(LINE, LINE.indexes[0], (one.customer, one.id), at_least=micros(mark))
    dead = {name for name in {row[0] for row in rows} if _dead(tx.get(DOCUMENT, (name,)))}
    return {key for row in rows if row[0] not in dead and (key := line_of(row).key) is not None}


def _dead(row: Row | None) -> bool:
    return row is None or row[2] == DocumentKind.CREDIT_NOTE.value or row[DOCUMENT.position("state")] == "void"
