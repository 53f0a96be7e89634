"""``billing.vouchers``, ``billing.balances`` and ``billing.payments``."""

from __future__ import annotations

import datetime as dt

import attrs

from billcore.engine.accounts import load, load_customer
from billcore.engine.lookup import invoice_at, locked
from billcore.engine.reading import Accounts, Loaded
from billcore.engine.rows.money import credit_of, credit_row, posting_rows, voucher_of, voucher_row
from billcore.engine.running import versions_of
from billcore.engine.session import Call, Session
from billcore.engine.writing import write_payout
from billcore.kernel import (
    AlreadyExists,
    CurrencyMismatch,
    InvalidValue,
    Money,
    NotAllowed,
    Number,
    bounded,
    checked_id,
    checked_text,
    instant,
    micros,
    of_kind,
)
from billcore.ports import ReadTx, Tx
from billcore.ports.tables import CREDIT, POSTING, REDEMPTION, VOUCHER
from billcore.settlement import (
    Account,
    Credit,
    CreditKind,
    Invoice,
    Payment,
    Payout,
    Source,
    Strategy,
    Voucher,
    credit_granted,
    paid,
    pay,
)

__all__ = ["Balances", "Payments", "Vouchers"]


@attrs.frozen
class Vouchers:
    """Vouchers: codes that give voucher credit."""

    session: Session

    def issue(
        self,
        code: str,
        amount: Money,
        *,
        expires: dt.datetime | str | None = None,
        limit: int = 1,
        key: str | None = None,
    ) -> Voucher:
        """Issue a code (upper and lower case are one) worth ``amount`` to ``limit`` customers.

        Raises ``AlreadyExists``.
        """
        self.session.for_house("vouchers.issue")
        until = None if expires is None else instant(expires, "expires")
        made = Voucher(code=code, amount=amount, issued=self.session.now(), expires=until, limit=limit)

        def work(tx: Tx, call: Call) -> str:
            if tx.get(VOUCHER, (made.code,)) is not None:
                raise AlreadyExists("a voucher with this code exists", place="code", value=code)
            tx.insert(VOUCHER, [voucher_row(attrs.evolve(made, issued=call.now), 1)])
            return made.code

        return self.get(self.session.write("vouchers.issue", [made.code, amount, until, limit], key, work))

    def get(self, code: str) -> Voucher:
        """The voucher. Raises ``NotAllowed`` in the words of every refusal where there is none."""
        row = self.session.read(lambda tx: tx.get(VOUCHER, (checked_id(code, "code").upper(),)))
        if row is None:
            raise NotAllowed("this voucher cannot be redeemed", place="code")
        return voucher_of(row)

    def redeem(self, customer: str, code: str, *, key: str | None = None) -> Credit:
        """Turn a code into voucher credit, once a customer; then settle what is open.

        Absent, expired, used up, of another currency and used before are refused in the same words.
        """

        def work(tx: Tx, call: Call) -> str:
            loaded = locked(tx, customer)
            row = tx.get(VOUCHER, (checked_id(code, "code").upper(),))
            if row is None:
                raise NotAllowed("this voucher cannot be redeemed", place="code")
            voucher = voucher_of(row)
            if tx.find(REDEMPTION, REDEMPTION.indexes[0], (voucher.code, customer)):
                raise NotAllowed("this voucher cannot be redeemed", place="code")
            used = voucher.redeem(loaded.facts.customer.currency, call.now)
            tx.update(VOUCHER, [voucher_row(used, int(row[-1] or 0) + 1)])
            tx.insert(REDEMPTION, [(voucher.code, used.used, customer, micros(call.now))])
            credit = _grant(
                tx, call, loaded, CreditKind.VOUCHER, voucher.amount.minor, voucher.code, Account.VOUCHER_EXPENSE
            )
            _settle(tx, call, self.session, loaded)
            return credit.id

        return _credit(self.session, self.session.write("vouchers.redeem", [customer, code], key, work))


@attrs.frozen
class Balances:
    """Prepaid balances: money received before it is owed."""

    session: Session

    def top_up(self, customer: str, amount: Money | Number, reference: str, *, key: str | None = None) -> Credit:
        """Add money that was received by hand (``reference``: the bank's) to a balance; then settle what is open."""
        checked_text(reference, "reference")

        def work(tx: Tx, call: Call) -> str:
            loaded = locked(tx, customer)
            minor = _minor(amount, loaded.facts.customer.currency)
            credit = _grant(tx, call, loaded, CreditKind.BALANCE, minor, reference, Account.BANK)
            _settle(tx, call, self.session, loaded)
            return credit.id

        return _credit(self.session, self.session.write("balances.top_up", [customer, amount, reference], key, work))

    def get(self, customer: str) -> Money:
        """What is left of a customer's prepaid balance."""

        def work(tx: ReadTx) -> Money:
            currency = load_customer(tx, customer).currency
            return Money.of_minor(-tx.balance(customer, Account.BALANCE.value, currency), currency)

        return self.session.read(work)


@attrs.frozen
class Payments:
    """Payments: settle open invoices from stored value, record money received by hand."""

    session: Session

    def settle(self, customer: str, *, strategy: Strategy | None = None, key: str | None = None) -> tuple[Invoice, ...]:
        """Pay a customer's open documents from voucher credit and balance; the answer is those that were touched."""
        of_kind(strategy, Strategy | None, "strategy")

        def work(tx: Tx, call: Call) -> str:
            return " ".join(_settle(tx, call, self.session, locked(tx, customer), strategy))

        names = self.session.write("payments.settle", [customer, strategy], key, work).split()
        issuer = self.session.policy.issuer
        return self.session.read(lambda tx: tuple(invoice_at(tx, issuer, name) for name in names))

    def record(self, invoice: str, amount: Money | Number, reference: str, *, key: str | None = None) -> Invoice:
        """Record money received by hand for a document; what is more than due goes to the customer's balance.

        Where the policy settles, it then pays what else is open.
        """
        checked_text(reference, "reference")

        def work(tx: Tx, call: Call) -> str:
            found = invoice_at(tx, self.session.policy.issuer, invoice)
            tx.lock(found.document.customer)
            found = invoice_at(tx, self.session.policy.issuer, invoice)
            loaded = load(tx, found.document.customer)
            minor = _minor(amount, found.document.currency)
            if found.open <= 0:
                raise NotAllowed("nothing is left to pay", place="invoice", value=invoice, hint="top up the balance")
            part = min(minor, found.open)
            payment = Payment(
                id=call.id("pay"),
                document=found.id,
                n=len(found.payments),
                source=Source.RECORDED,
                minor=part,
                at=call.now,
                reference=reference,
            )
            payout = Payout(named=call.now, payments=[payment])
            payout.invoices[found.id] = attrs.evolve(found, payments=(*found.payments, payment))
            payout.book(paid(payment, found.document.customer, found.document.currency))
            versions = versions_of(tx, [found.id])
            loaded = attrs.evolve(loaded, account=loaded.account.next(loaded.state))
            write_payout(tx, loaded.account, [], payout, versions, call.now)
            if minor > part:
                _grant(tx, call, loaded, CreditKind.BALANCE, minor - part, reference, Account.BANK)
                if self.session.policy.settle:
                    _settle(tx, call, self.session, loaded)
            return found.id

        name = self.session.write("payments.record", [invoice, amount, reference], key, work)
        return self.session.read(lambda tx: invoice_at(tx, self.session.policy.issuer, name))


def _minor(amount: Money | Number, currency: str) -> int:
    value = amount if isinstance(amount, Money) else Money(amount, currency)
    if value.currency != currency:
        raise CurrencyMismatch("the customer pays in another currency", place="amount", value=str(value))
    if value.minor <= 0:
        raise InvalidValue("must be greater than zero", place="amount", value=str(value))
    return bounded(value, "amount").minor


def _grant(
    tx: Tx, call: Call, loaded: Loaded, kind: CreditKind, minor: int, reference: str, against: Account
) -> Credit:
    customer = loaded.facts.customer
    credit = Credit(
        id=call.id("crd"),
        customer=customer.id,
        kind=kind,
        currency=customer.currency,
        amount=minor,
        remaining=minor,
        created=call.now,
        granted=kind is CreditKind.VOUCHER,
        reference=reference,
    )
    tx.insert(CREDIT, [credit_row(credit, 1)])
    entry = credit_granted(credit.id, kind, minor, call.now, customer.id, customer.currency, against)
    tx.insert(POSTING, posting_rows(entry) if entry else [])
    return credit


def _settle(tx: Tx, call: Call, session: Session, loaded: Loaded, strategy: Strategy | None = None) -> list[str]:
    """Pay what is open from what is there; the ids of documents that were touched."""
    customer = loaded.account.customer
    accounts = Accounts.read(tx, [customer], funds=True)
    held = accounts.funds(customer, call.now)
    if not held.credits:
        return []
    policy = attrs.evolve(session.policy, settle=True, strategy=strategy or session.policy.strategy)
    payout = pay([], {}, held.credits, held.open, policy, call.now)
    if not payout.payments:
        return []
    versions = accounts.versions(customer) | versions_of(tx, list(payout.invoices))
    write_payout(tx, loaded.account.next(loaded.state), [], payout, versions, call.now)
    return list(payout.invoices)


def _credit(session: Session, name: str) -> Credit:
    row = session.read(lambda tx: tx.get(CREDIT, (name,)))
    if row is None:
        raise NotAllowed("no such credit", value=name)
    return credit_of(row)
