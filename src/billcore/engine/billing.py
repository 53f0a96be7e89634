"""The handle: nouns, then verbs.

>>> from billcore.engine.billing import Billing
>>> billing = Billing.in_memory()
>>> billing.customers.create("acme", currency="CHF", timezone="Europe/Zurich", country="CH").currency
'CHF'
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

import attrs

from billcore.engine.machine import RandomIds, SystemClock
from billcore.kernel import NotAllowed, checked_id
from billcore.ports import Clock, Ids, Scope, Store

if TYPE_CHECKING:
    from os import PathLike

    from billcore.engine.nouns.catalog import Catalogs, Quotes
    from billcore.engine.nouns.coupons import Coupons
    from billcore.engine.nouns.customers import Customers
    from billcore.engine.nouns.grants import Grants
    from billcore.engine.nouns.invoices import Invoices
    from billcore.engine.nouns.ledger import Ledger
    from billcore.engine.nouns.money import Balances, Payments, Vouchers
    from billcore.engine.nouns.office import Exceptions, Notices
    from billcore.engine.nouns.subscriptions import Subscriptions
    from billcore.engine.nouns.usage import UsageNoun
    from billcore.engine.session import Session
    from billcore.engine.verify import Violation
    from billcore.pricing import TaxProvider
    from billcore.settlement import Policy

__all__ = ["Billing"]


class Billing:
    """One object for everything: ``billing.customers.create(...)``, ``billing.invoices.run(...)``.

    ``store`` is any ``ports.Store``; ``clock`` and ``ids`` default to the machine's; ``taxes`` decides what is taxed at
    which rate, by default the catalog's table alone. Every verb that changes something
    takes ``key``: the same key with the same request returns the first result. The handle is a context manager and may
    be shared by threads.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        policy: Policy | None = None,
        taxes: TaxProvider | None = None,
        issuer: str | None = None,
        tenant: str = "main",
    ) -> None:
        self._store, self._scope, self._clock, self._ids = store, Scope(tenant), clock, ids
        self._policy, self._taxes, self._issuer = policy, taxes, issuer
        self._session: Session | None = None
        self._owns = True

    @property
    def session(self) -> Session:
        """What the nouns share; made at the first use of one, so that a handle costs next to nothing."""
        if self._session is None:
            from billcore.engine.session import Session
            from billcore.pricing import CatalogTaxes
            from billcore.settlement import Policy

            chosen = self._policy or Policy()
            self._session = Session(
                store=self._store,
                scope=self._scope,
                clock=self._clock or SystemClock(),
                ids=self._ids or RandomIds(),
                policy=chosen if self._issuer is None else attrs.evolve(chosen, issuer=self._issuer),
                taxes=self._taxes or CatalogTaxes(),
            )
        return self._session

    @classmethod
    def in_memory(
        cls,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        policy: Policy | None = None,
        taxes: TaxProvider | None = None,
        issuer: str | None = None,
    ) -> Self:
        """A handle over a store in memory: for tests, notebooks and simulations."""
        from billcore.adapters.memory import MemoryStore

        return cls(MemoryStore(), clock=clock, ids=ids, policy=policy, taxes=taxes, issuer=issuer)

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        policy: Policy | None = None,
        taxes: TaxProvider | None = None,
        issuer: str | None = None,
        tenant: str = "main",
    ) -> Self:
        """A handle over a SQLite file, which is made if it is not there."""
        from billcore.adapters.sql import open_sqlite

        return cls(open_sqlite(path), clock=clock, ids=ids, policy=policy, taxes=taxes, issuer=issuer, tenant=tenant)

    def scoped(self, *, customer: str) -> Billing:
        """The same handle, seeing one customer alone: everybody else looks absent.

        Raises ``NotAllowed`` where this handle sees another customer alone.
        """
        scope = self.session.scope
        if scope.customer not in (None, checked_id(customer, "customer")):
            raise NotAllowed("not under another customer's scope", place="customer", value=customer)
        return self._with(attrs.evolve(self.session, scope=attrs.evolve(scope, customer=customer)))

    def using(
        self, *, clock: Clock | None = None, policy: Policy | None = None, taxes: TaxProvider | None = None
    ) -> Billing:
        """The same handle with another clock, another policy, or another decision of tax."""
        session = self.session
        return self._with(
            attrs.evolve(
                session,
                clock=clock or session.clock,
                policy=policy or session.policy,
                taxes=taxes or session.taxes,
            )
        )

    def _with(self, session: Session) -> Billing:
        other = Billing(self._store)
        other._session, other._owns = session, False
        return other

    @property
    def customers(self) -> Customers:
        """Who buys."""
        from billcore.engine.nouns.customers import Customers

        return Customers(self.session)

    @property
    def catalog(self) -> Catalogs:
        """What is sold."""
        from billcore.engine.nouns.catalog import Catalogs

        return Catalogs(self.session)

    @property
    def quotes(self) -> Quotes:
        """What it would cost."""
        from billcore.engine.nouns.catalog import Quotes

        return Quotes(self.session)

    @property
    def subscriptions(self) -> Subscriptions:
        """What was bought."""
        from billcore.engine.nouns.subscriptions import Subscriptions

        return Subscriptions(self.session)

    @property
    def usage(self) -> UsageNoun:
        """What was used."""
        from billcore.engine.nouns.usage import UsageNoun

        return UsageNoun(self.session)

    @property
    def invoices(self) -> Invoices:
        """What is owed."""
        from billcore.engine.nouns.invoices import Invoices

        return Invoices(self.session)

    @property
    def vouchers(self) -> Vouchers:
        """Codes that give voucher credit."""
        from billcore.engine.nouns.money import Vouchers

        return Vouchers(self.session)

    @property
    def coupons(self) -> Coupons:
        """What is taken off."""
        from billcore.engine.nouns.coupons import Coupons

        return Coupons(self.session)

    @property
    def grants(self) -> Grants:
        """Promotional credit."""
        from billcore.engine.nouns.grants import Grants

        return Grants(self.session)

    @property
    def balances(self) -> Balances:
        """Prepaid money."""
        from billcore.engine.nouns.money import Balances

        return Balances(self.session)

    @property
    def payments(self) -> Payments:
        """How it is paid."""
        from billcore.engine.nouns.money import Payments

        return Payments(self.session)

    @property
    def ledger(self) -> Ledger:
        """What was moved."""
        from billcore.engine.nouns.ledger import Ledger

        return Ledger(self.session)

    @property
    def exceptions(self) -> Exceptions:
        """Why accounts are parked."""
        from billcore.engine.nouns.office import Exceptions

        return Exceptions(self.session)

    @property
    def notices(self) -> Notices:
        """What happened, to be told."""
        from billcore.engine.nouns.office import Notices

        return Notices(self.session)

    def verify(self) -> tuple[Violation, ...]:
        """Check the numbered invariants on everything in scope, reading only; empty where all hold."""
        from billcore.engine.verify import verify

        return verify(self.session.store, self.session.scope, self.session.policy)

    def close(self) -> None:
        """Release what the store holds; a handle that was made from another leaves that to it."""
        if self._owns:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
