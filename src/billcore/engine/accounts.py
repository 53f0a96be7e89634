"""Loading an account with its facts, marking it, and working out when it is due next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Sequence

from billcore.engine.reading import Accounts, Loaded, invoices_in, snapshots
from billcore.engine.rows.customers import account_of, account_row, customer_of
from billcore.engine.rows.facts import fact_of, subscription_of
from billcore.kernel import NotAllowed, NotFound, from_micros, micros, of_kind
from billcore.lifecycle import Customer, Life, Subscription, life, next_due
from billcore.ports import ReadTx, Tx
from billcore.ports.tables import ACCOUNT, CUSTOMER, DOCUMENT, FACT, LINE, SUBSCRIPTION
from billcore.settlement import AccountFacts, AccountState, Billed, ChargeKey, Invoice, late_dates

__all__ = [
    "billed_since",
    "billing_dates",
    "invoices_of",
    "load",
    "load_customer",
    "load_for",
    "load_subscription",
    "open_for_facts",
    "rescheduled",
    "save_account",
]


def load_customer(tx: ReadTx, customer: str) -> Customer:
    """The customer. Raises ``NotFound``."""
    of_kind(customer, str, "customer")
    row = tx.get(CUSTOMER, (customer,))
    if row is None:
        raise NotFound("no such customer", place="customer", value=customer)
    return customer_of(row)


def load_subscription(tx: ReadTx, subscription: str) -> Subscription:
    """The subscription with its facts. Raises ``NotFound``."""
    of_kind(subscription, str, "subscription")
    row = tx.get(SUBSCRIPTION, (subscription,))
    if row is None:
        raise NotFound("no such subscription", place="subscription", value=subscription)
    price = snapshots(tx)
    return subscription_of(row, [fact_of(fact, price) for fact in tx.find(FACT, None, (subscription,))])


def load(tx: ReadTx, customer: str) -> Loaded:
    """One account. Raises ``NotFound``."""
    of_kind(customer, str, "customer")
    return Accounts.read(tx, [customer]).account(customer)


def load_for(tx: ReadTx, customer: str, *subscriptions: Subscription) -> Loaded:
    """The account with these subscriptions alone, for a fact that touches no other. Raises ``NotFound``."""
    row = tx.get(ACCOUNT, (customer,))
    facts = AccountFacts(customer=load_customer(tx, customer), subscriptions=subscriptions)
    if row is None:
        raise NotFound("no such customer", place="customer", value=customer)
    return Loaded(account_of(row), facts)


def invoices_of(tx: ReadTx, customer: str, since: dt.datetime | None = None) -> list[Invoice]:
    """A customer's documents from a billing date on, with lines and payments, in order of billing date."""
    return invoices_in(
        tx, tx.find(DOCUMENT, DOCUMENT.indexes[1], (customer,), at_least=None if since is None else micros(since))
    )


def billed_since(tx: ReadTx, customer: str, mark: dt.datetime | None) -> Billed:
    """What was billed to a customer in periods that end after a mark: those documents, and all that correct them."""
    if mark is None:
        return Billed()
    first: int | None = None
    names = {""} | {str(row[0]) for row in tx.find(SUBSCRIPTION, SUBSCRIPTION.indexes[0], (customer,))}
    touched: set[object] = set()
    for subscription in names:
        for row in tx.find(LINE, LINE.indexes[0], (customer, subscription), at_least=micros(mark)):
            touched.add(row[0])
    for name in touched:
        document = tx.get(DOCUMENT, (str(name),))
        corrected = tx.get(DOCUMENT, (document[10],)) if document is not None and document[10] is not None else None
        dates = [int(row[6] or 0) for row in (document, corrected) if row is not None]
        first = min([*dates, first] if first is not None else dates)
    if first is None:
        return Billed()
    return Billed.of(invoices_of(tx, customer, from_micros(first)))


def rescheduled(
    facts: AccountFacts,
    state: AccountState,
    billed: Callable[[], Billed],
    past: dt.datetime | None = None,
    seen: Sequence[Life] = (),
) -> AccountState:
    """The state with ``next_due`` worked out.

    That is the next billing date of any subscription; a past one that a fact recorded late gave a new key in advance
    (if after ``past``, the one just done); a reopened one. Where none will come, what is pending is billed on the
    latest billing date, or at its own instant where there was none. ``seen`` are lives up to ``past``, good where no
    fact is later.
    """
    known = seen if past is not None and _nothing_after(facts, past) else ()
    lives = known or [life(subscription, facts.customer) for subscription in facts.subscriptions]
    found = [*billing_dates(lives, state, lambda: billed().entries, past), *state.reopened]
    if not found and state.marks:
        if state.last_run is not None and state.marks[0] <= state.last_run:
            state = state.reopen(state.last_run)
            found = [state.last_run] if state.last_run is not None else []
        else:
            found = [state.marks[0]]
    return state.due(min(found, default=None))


def billing_dates(
    lives: Sequence[Life],
    state: AccountState,
    billed: Callable[[], Container[ChargeKey]],
    past: dt.datetime | None = None,
) -> list[dt.datetime]:
    """The next billing date of each subscription, and the past ones (after ``past``) that have a new key in advance."""
    found = [due for one in lives if (due := next_due(one, state.last_run)) is not None]
    if state.last_run is not None and state.marks and state.marks[0] <= state.last_run:
        late = late_dates(lives, state.marks[0], state.last_run, billed())
        found += [date for date in late if past is None or date > past]
    return found


def _nothing_after(facts: AccountFacts, at: dt.datetime) -> bool:
    return facts.customer.profiles.points[-1][0] <= at and all(
        fact.at <= at for subscription in facts.subscriptions for fact in subscription.facts
    )


def save_account(
    tx: Tx, loaded: Loaded, facts: AccountFacts, *marks: dt.datetime, state: AccountState | None = None
) -> None:
    """Write the account after a fact: marked at the instants from which new facts hold, and due when it now is."""
    account = loaded.account
    new = account.state if state is None else state
    for mark in marks:
        new = new.marked(mark)
    new = rescheduled(facts, new, lambda: billed_since(tx, account.customer, new.marks[0] if new.marks else None))
    tx.update(ACCOUNT, [account_row(account.next(new))])


def open_for_facts(loaded: Loaded) -> None:
    """Raise ``NotAllowed`` where the customer is closed."""
    if loaded.facts.customer.closed is not None:
        raise NotAllowed("the customer is closed", place="customer", value=loaded.account.customer)
