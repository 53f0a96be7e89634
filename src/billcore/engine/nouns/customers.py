"""``billing.customers``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import attrs

from billcore.engine.accounts import load_customer, open_for_facts, save_account
from billcore.engine.catalogs import catalog_found
from billcore.engine.lookup import locked
from billcore.engine.nouns.page import Page, paged
from billcore.engine.rows.customers import AccountRow, account_row, customer_of, customer_row
from billcore.engine.rows.money import credit_row, posting_rows
from billcore.engine.session import Call, Session
from billcore.engine.writing import write_payout
from billcore.kernel import (
    AlreadyExists,
    CustomerId,
    InvalidValue,
    Money,
    NotAllowed,
    NotFound,
    Period,
    Timeline,
    UnknownCurrency,
    bounded,
    checked_id,
    instant,
    of_kind,
)
from billcore.kernel import currency as known_currency
from billcore.kernel import exact as ex
from billcore.lifecycle import Customer, Opening, Profile
from billcore.ports import ReadTx, Tx
from billcore.ports.tables import ACCOUNT, CREDIT, CUSTOMER, POSTING
from billcore.pricing import NO_RATE
from billcore.settlement import (
    Account,
    AccountState,
    Credit,
    CreditKind,
    Invoice,
    Issue,
    Line,
    LineKind,
    Payout,
    credit_granted,
    document_issued,
    opening,
)

__all__ = ["Customers", "Standing"]

_LANGUAGE = re.compile("[A-Za-z]{2,3}(?![A-Za-z0-9])", re.ASCII)


@attrs.frozen
class Standing:
    """Where a customer's money stands, from the ledger."""

    receivable: Money
    balance: Money
    voucher_credit: Money


@attrs.frozen
class Customers:
    """Customers: create, update, get, list, close, and where their money stands."""

    session: Session

    def create(
        self,
        id: str,
        *,
        currency: str,
        timezone: str = "UTC",
        country: str | None = None,
        locale: str = "en",
        tax_id: str | None = None,
        terms: int = 10,
        name: str | None = None,
        address: Sequence[str] = (),
        tax_exempt: str | None = None,
        billed_until: dt.datetime | str | None = None,
        opening: Opening | None = None,
        key: str | None = None,
    ) -> Customer:
        """Create a customer; its currency is for ever. ``tax_exempt`` is why it pays no tax, where it does not.

        A currency of the house's own may be called by the name that the catalog in force gives it. ``billed_until`` and
        ``opening`` are for customers that come from another system. Raises ``AlreadyExists``,
        ``InvalidValue``, ``UnknownCurrency``.
        """
        currency = _currency(self.session, currency)
        _locale(locale)
        profile = Profile(
            timezone=timezone,
            country=country,
            locale=locale,
            tax_id=tax_id,
            terms=terms,
            name=name,
            address=address,
            tax_exempt=tax_exempt,
        )
        until = None if billed_until is None else instant(billed_until, "billed_until")
        of_kind(opening, Opening | None, "opening")
        brought = opening or Opening()
        names = ("receivable", "balance", "voucher_credit")
        amounts = [bounded(Money(getattr(brought, name), currency), f"opening.{name}").minor for name in names]

        def work(tx: Tx, call: Call) -> str:
            checked_id(id)
            tx.lock(id)
            if tx.get(CUSTOMER, (id,)) is not None:
                raise AlreadyExists("a customer with this id exists", place="id", value=id)
            made = Customer(
                id=CustomerId(id),
                currency=currency,
                created=call.now,
                profiles=Timeline.starting(call.now, attrs.evolve(profile, recorded=call.now)),
                billed_until=until,
            )
            tx.insert(CUSTOMER, [customer_row(made, 1)])
            tx.insert(ACCOUNT, [account_row(AccountRow(customer=id, state=AccountState()))])
            _open(tx, call, made, self.session.policy.issuer, *amounts)
            return id

        request = [id, currency, profile, until, amounts]
        return self.get(self.session.write("customers.create", request, key, work))

    def get(self, id: str) -> Customer:
        """The customer. Raises ``NotFound``."""
        return self.session.read(lambda tx: load_customer(tx, id))

    def list(self, *, cursor: str | None = None, limit: int = 100) -> Page[Customer]:
        """Customers by id, a page at a time."""
        return self.session.read(
            lambda tx: paged(tx, CUSTOMER, None, (), cursor, limit, lambda row: str(row[0]), customer_of)
        )

    def update(
        self,
        id: str,
        *,
        at: dt.datetime | str | None = None,
        timezone: str | None = None,
        country: str | None = None,
        locale: str | None = None,
        tax_id: str | None = None,
        terms: int | None = None,
        name: str | None = None,
        address: Sequence[str] | None = None,
        tax_exempt: str | None = None,
        key: str | None = None,
    ) -> Customer:
        """Change the profile from ``at`` on (default now); what is not named stays. An empty ``tax_exempt`` ends it.

        A moved time zone lets the running period keep its end; the next ends at the new zone's boundary. Raises
        ``NotFound``, ``InvalidValue``.
        """
        _locale(locale)
        given = {
            "timezone": timezone,
            "country": country,
            "locale": locale,
            "tax_id": tax_id,
            "terms": terms,
            "name": name,
            "address": None if address is None else Profile(address=address).address,
        }
        changes: dict[str, object] = {field: value for field, value in given.items() if value is not None}
        if tax_exempt is not None:
            changes["tax_exempt"] = tax_exempt or None
        when = None if at is None else instant(at, "at")

        def work(tx: Tx, call: Call) -> str:
            loaded = locked(tx, id)
            open_for_facts(loaded)
            start = when or call.now
            changed = loaded.facts.customer.changed(start, changes, call.now)
            _save(tx, changed)
            save_account(tx, loaded, attrs.evolve(loaded.facts, customer=changed), start)
            return id

        return self.get(self.session.write("customers.update", [id, when, changes], key, work))

    def close(self, id: str, *, key: str | None = None) -> Customer:
        """Close a customer: nothing new may be bought. Refused while a subscription runs or anything is left to pay."""

        def work(tx: Tx, call: Call) -> str:
            loaded = locked(tx, id)
            open_for_facts(loaded)
            running = [s.id for s in loaded.facts.subscriptions if s.end is None or s.end > call.now]
            if running:
                raise NotAllowed("subscriptions are running", place="customer", value=running[0], hint="cancel them")
            if loaded.state.next_due is not None:
                raise NotAllowed(
                    "something is not billed yet", place="customer", value=id, hint="run the billing first"
                )
            if tx.balance(id, Account.RECEIVABLE.value, loaded.facts.customer.currency) > 0:
                raise NotAllowed("the customer owes money", place="customer", value=id)
            _save(tx, attrs.evolve(loaded.facts.customer, closed=call.now))
            return id

        return self.get(self.session.write("customers.close", [id], key, work))

    def standing(self, id: str) -> Standing:
        """What the customer owes, and what it has to pay with."""

        def work(tx: ReadTx) -> Standing:
            code = load_customer(tx, id).currency
            signs = ((Account.RECEIVABLE, 1), (Account.BALANCE, -1), (Account.VOUCHER_CREDIT, -1))
            return Standing(*(Money.of_minor(sign * tx.balance(id, a.value, code), code) for a, sign in signs))

        return self.session.read(work)


def _save(tx: Tx, customer: Customer) -> None:
    row = tx.get(CUSTOMER, (customer.id,))
    if row is None:
        raise NotFound("no such customer", place="customer", value=customer.id)
    tx.update(CUSTOMER, [customer_row(customer, int(row[-1] or 0) + 1)])


def _open(tx: Tx, call: Call, customer: Customer, issuer: str, owed: int, balance: int, voucher: int) -> None:
    """Book what the customer brings: a document for what it owes, credits for what it has."""
    for n, (kind, minor) in enumerate(((CreditKind.BALANCE, balance), (CreditKind.VOUCHER, voucher))):
        if minor:
            credit = Credit(
                id=call.id("crd", n),
                customer=customer.id,
                kind=kind,
                currency=customer.currency,
                amount=minor,
                remaining=minor,
                created=call.now,
                granted=kind is CreditKind.VOUCHER,
                reference="opening",
            )
            tx.insert(CREDIT, [credit_row(credit, 1)])
            entry = credit_granted(credit.id, kind, minor, call.now, customer.id, customer.currency, Account.OPENING)
            tx.insert(POSTING, posting_rows(entry) if entry else [])
    if owed:
        _open_document(tx, call, customer, issuer, owed)


def _open_document(tx: Tx, call: Call, customer: Customer, issuer: str, owed: int) -> None:
    account = AccountRow(customer=customer.id, state=AccountState(latest=call.now), version=2)
    line = Line(
        id="",
        kind=LineKind.ITEM,
        description="Opening balance",
        price="opening",
        part=Period(call.now, call.now),
        quantity=ex.ONE,
        exact=Money.of_minor(owed, customer.currency).amount,
        minor=owed,
        rate=attrs.evolve(NO_RATE, reason="opening balance"),
    )
    document = opening(Issue(customer, issuer, call.now, call.now), owed, 0, line)
    payout = Payout(named=call.now, invoices={document.id: Invoice(document=document)})
    payout.book(document_issued(document))
    write_payout(tx, account, [document], payout, {}, call.now)


def _locale(value: str | None) -> None:
    """Raise ``InvalidValue`` for what is no language's tag, of two letters or three (ISO 639, RFC 5646)."""
    if isinstance(value, str) and not _LANGUAGE.match(value):
        raise InvalidValue("not a locale", place="locale", value=value, hint='write it like "de_CH"')


def _currency(session: Session, code: str) -> str:
    """The code, or that of the catalog's own currency of this name. Raises ``UnknownCurrency``."""
    try:
        return known_currency(code, place="currency").code
    except UnknownCurrency:
        now = session.now()
        found = session.read(lambda tx: catalog_found(tx, now))
        own = None if found is None else next((one for one in found.currencies if one.code == code), None)
        if own is None:
            raise
        return own.currency
