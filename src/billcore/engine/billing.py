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
from billcore.engine.nouns.catalog import Catalogs, Quotes
from billcore.engine.nouns.customers import Customers
from billcore.engine.nouns.invoices import Invoices
from billcore.engine.nouns.money import Balances, Payments, Vouchers
from billcore.engine.nouns.office import Exceptions, Notices
from billcore.engine.nouns.subscriptions import Subscriptions
from billcore.engine.nouns.usage import UsageNoun
from billcore.engine.session import Session
from billcore.ports import Clock, Ids, Scope, Store
from billcore.settlement import Policy

if TYPE_CHECKING:
    from os import PathLike

    from billcore.engine.verify import Violation

__all__ = ["Billing"]


class Billing:
    """One object for everything: ``billing.customers.create(...)``, ``billing.invoices.run(...)``.

    ``store`` is any ``ports.Store``; ``clock`` and ``ids`` default to the machine's. Every verb that changes something
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
        issuer: str | None = None,
        tenant: str = "main",
    ) -> None:
        chosen = policy or Policy()
        if issuer is not None:
            chosen = attrs.evolve(chosen, issuer=issuer)
        self.session = Session(
            store=store,
            scope=Scope(tenant),
            clock=clock or SystemClock(),
            ids=ids or RandomIds(),
            policy=chosen,
        )

    @classmethod
    def in_memory(
        cls,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        policy: Policy | None = None,
        issuer: str | None = None,
    ) -> Self:
        """A handle over a store in memory: for tests, notebooks and simulations."""
        from billcore.adapters.memory import MemoryStore

        return cls(MemoryStore(), clock=clock, ids=ids, policy=policy, issuer=issuer)

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        policy: Policy | None = None,
        issuer: str | None = None,
        tenant: str = "main",
    ) -> Self:
        """A handle over a SQLite file, which is made if it is not there."""
        from billcore.adapters.sql import open_sqlite

        return cls(open_sqlite(path), clock=clock, ids=ids, policy=policy, issuer=issuer, tenant=tenant)

    def scoped(self, *, customer: str) -> Billing:
        """The same handle, seeing one customer alone: everybody else looks absent."""
        return self._with(attrs.evolve(self.session, scope=attrs.evolve(self.session.scope, customer=customer)))

    def using(self, *, clock: Clock) -> Billing:
        """The same handle with another clock."""
        return self._with(attrs.evolve(self.session, clock=clock))

    def _with(self, session: Session) -> Billing:
        other = object.__new__(Billing)
        other.session = session
        return other

    @property
    def customers(self) -> Customers:
        """Who buys."""
        return Customers(self.session)

    @property
    def catalog(self) -> Catalogs:
        """What is sold."""
        return Catalogs(self.session)

    @property
    def quotes(self) -> Quotes:
        """What it would cost."""
        return Quotes(self.session)

    @property
    def subscriptions(self) -> Subscriptions:
        """What was bought."""
        return Subscriptions(self.session)

    @property
    def usage(self) -> UsageNoun:
        """What was used."""
        return UsageNoun(self.session)

    @property
    def invoices(self) -> Invoices:
        """What is owed."""
        return Invoices(self.session)

    @property
    def vouchers(self) -> Vouchers:
        """Codes that give voucher credit."""
        return Vouchers(self.session)

    @property
    def balances(self) -> Balances:
        """Prepaid money."""
        return Balances(self.session)

    @property
    def payments(self) -> Payments:
        """How it is paid."""
        return Payments(self.session)

    @property
    def exceptions(self) -> Exceptions:
        """Why accounts are parked."""
        return Exceptions(self.session)

    @property
    def notices(self) -> Notices:
        """What happened, to be told."""
        return Notices(self.session)

    def verify(self) -> tuple[Violation, ...]:
        """Check the numbered invariants on everything in scope, reading only; empty where all hold."""
        from billcore.engine.verify import verify

        return verify(self.session.store, self.session.scope, self.session.policy)

    def close(self) -> None:
        """Release what the store holds."""
        self.session.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
