"""Loading an account with its facts, marking it, and working out when it is due next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Iterable, Sequence

import attrs

from billcore.engine.rows.customers import AccountRow, account_of, account_row, customer_of
from billcore.engine.rows.documents import invoice_of
from billcore.engine.rows.facts import fact_of, one_off_of, price_hashes, price_of, subscription_of
from billcore.kernel import (
    BillcoreError,
    NotAllowed,
    NotFound,
    from_micros,
    micros,
    of_kind,
)
from billcore.lifecycle import Customer, Life, OneOff, Subscription, life, next_due
from billcore.ports import ReadTx, Row, Tx
from billcore.ports.tables import ACCOUNT, CUSTOMER, DOCUMENT, FACT, LINE, ONE_OFF, PAYMENT, PRICE, SUBSCRIPTION
from billcore.pricing import Price
from billcore.settlement import AccountFacts, AccountState, Billed, ChargeKey, Invoice, late_dates

__all__ = [
    "UNREADABLE",
    "Loaded",
    "billed_since",
    "billing_dates",
    "invoices_in",
    "invoices_of",
    "load",
    "load_customer",
    "load_for",
    "load_many",
    "load_subscription",
    "prices",
    "rescheduled",
    "save_account",
]

UNREADABLE = (BillcoreError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError)
"""What turning rows into values, or deciding on these, may raise where somebody else wrote them."""


@attrs.frozen
class Loaded:
    """An account and all that is written down about its customer."""

    account: AccountRow
    facts: AccountFacts

    @property
    def state(self) -> AccountState:
        """What runs have done."""
        return self.account.state


def load_customer(tx: ReadTx, customer: str) -> Customer:
    """The customer. Raises ``NotFound``."""
    of_kind(customer, str, "customer")
    row = tx.get(CUSTOMER, (customer,))
    if row is None:
        raise NotFound("no such customer", place="customer", value=customer)
    return customer_of(row)


def prices(tx: ReadTx, rows: Iterable[Row], known: dict[str, Price] | None = None) -> Callable[[str], Price]:
    """The price snapshots that fact rows name, by hash; ``known`` keeps them over calls."""
    found = {} if known is None else known
    for name in price_hashes(rows) - found.keys():
        found[name] = _snapshot(tx, name)
    return found.__getitem__


def _snapshot(tx: ReadTx, name: str) -> Price:
    row = tx.get(PRICE, (name,))
    if row is None:
        raise NotFound("a price snapshot is missing", place="price", value=name)
    return price_of(str(row[1]))


def load_subscription(tx: ReadTx, subscription: str) -> Subscription:
    """The subscription with its facts. Raises ``NotFound``."""
    of_kind(subscription, str, "subscription")
    row = tx.get(SUBSCRIPTION, (subscription,))
    if row is None:
        raise NotFound("no such subscription", place="subscription", value=subscription)
    rows = tx.find(FACT, None, (subscription,))
    price = prices(tx, rows)
    return subscription_of(row, [fact_of(fact, price) for fact in rows])


def load(tx: ReadTx, customer: str) -> Loaded:
    """One account. Raises ``NotFound``."""
    found = load_many(tx, [customer], one_offs=True)
    if not found:
        raise NotFound("no such customer", place="customer", value=customer)
    return found[0]


def load_for(tx: ReadTx, customer: str, *subscriptions: Subscription) -> Loaded:
    """The account with these subscriptions alone, for a fact that touches no other. Raises ``NotFound``."""
    row = tx.get(ACCOUNT, (customer,))
    facts = AccountFacts(customer=load_customer(tx, customer), subscriptions=subscriptions)
    if row is None:
        raise NotFound("no such customer", place="customer", value=customer)
    return Loaded(account_of(row), facts)


def load_many(
    tx: ReadTx, customers: Sequence[str], *, one_offs: bool = False, snapshots: dict[str, Price] | None = None
) -> list[Loaded]:
    """Accounts in the order asked for, read together; those that are not there are left out.

    One-off items are read where asked for, or where an account has marks: billing one always leaves a mark.
    ``snapshots`` keeps prices over calls.
    """
    accounts = {row[0]: account_of(row) for row in tx.find_many(ACCOUNT, None, customers)}
    people = {row[0]: row for row in tx.find_many(CUSTOMER, None, customers)}
    known = {} if snapshots is None else snapshots
    fact_rows = tx.find_many(FACT, FACT.indexes[0], customers)
    for name in price_hashes(fact_rows) - known.keys():
        known[name] = _snapshot(tx, name)
    facts: dict[object, list[Row]] = {}
    for row in fact_rows:
        facts.setdefault(row[0], []).append(row)
    subscriptions: dict[object, list[Subscription]] = {}
    for row in tx.find_many(SUBSCRIPTION, SUBSCRIPTION.indexes[0], customers):
        made = subscription_of(row, [fact_of(fact, known.__getitem__) for fact in facts.get(row[0], ())])
        subscriptions.setdefault(row[1], []).append(made)
    marked = [name for name in customers if name in accounts and (one_offs or accounts[name].state.marks)]
    items: dict[object, list[OneOff]] = {}
    for row in tx.find_many(ONE_OFF, ONE_OFF.indexes[0], marked) if marked else ():
        items.setdefault(row[1], []).append(one_off_of(row))
    return [
        Loaded(
            accounts[name],
            AccountFacts(
                customer=customer_of(people[name]),
                subscriptions=tuple(subscriptions.get(name, ())),
                one_offs=tuple(items.get(name, ())),
            ),
        )
        for name in customers
        if name in accounts
    ]


def invoices_of(tx: ReadTx, customer: str, since: dt.datetime | None = None) -> list[Invoice]:
    """A customer's documents from a billing date on, with lines and payments, in order of billing date."""
    return invoices_in(
        tx, tx.find(DOCUMENT, DOCUMENT.indexes[1], (customer,), at_least=None if since is None else micros(since))
    )


def invoices_in(tx: ReadTx, rows: Sequence[Row]) -> list[Invoice]:
    """The documents of rows, with lines and payments."""
    names = [row[0] for row in rows]
    lines: dict[object, list[Row]] = {}
    for row in tx.find_many(LINE, None, names):
        lines.setdefault(row[0], []).append(row)
    payments: dict[object, list[Row]] = {}
    for row in tx.find_many(PAYMENT, PAYMENT.indexes[0], names):
        payments.setdefault(row[1], []).append(row)
    return [invoice_of(row, lines.get(row[0], ()), payments.get(row[0], ())) for row in rows]


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
    return attrs.evolve(state, next_due=min(found, default=None))


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
