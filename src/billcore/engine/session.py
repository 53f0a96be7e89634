"""The session: what every noun of the handle shares, and the one way to write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

import attrs

from billcore.kernel import NotAllowed, checked_id, derive, fingerprint, instant
from billcore.ports import Clock, Ids, Operation, ReadTx, Scope, Store, Tx
from billcore.pricing import CatalogTaxes, Selection, TaxProvider, archive
from billcore.settlement import Policy

__all__ = ["Call", "Session"]

R = TypeVar("R")


@attrs.frozen
class Call:
    """One call of a verb: its key and its instant, fixed however often the work is run again."""

    key: str
    now: dt.datetime

    def id(self, prefix: str, ordinal: int = 0) -> str:
        """The id of the n-th thing this call makes: it derives from the call's key."""
        return derive(prefix, self.now, self.key, ordinal)


@attrs.frozen(kw_only=True)
class Session:
    """A store seen under a scope, with a clock, ids, a policy, and what decides tax."""

    store: Store
    scope: Scope
    clock: Clock
    ids: Ids
    policy: Policy
    taxes: TaxProvider = attrs.field(factory=CatalogTaxes)

    def write(self, verb: str, request: object, key: str | None, work: Callable[[Tx, Call], str]) -> str:
        """Do ``work`` once under its key: in one transaction, again on a conflict, never twice.

        The same key with the same request returns the first result, with another one raises ``IdempotencyMismatch``.
        """
        name = checked_id(key, "key") if key is not None else self.ids.draw()
        call = Call(f"{verb}:{name}", self.now())
        operation = Operation(call.key, fingerprint([verb, _plain(request)])) if key is not None else None
        return self.store.transact(self.scope, operation, lambda tx: work(tx, call))

    def read(self, work: Callable[[ReadTx], R]) -> R:
        """Do ``work`` on a consistent view."""
        return self.store.read(self.scope, work)

    def for_house(self, verb: str) -> None:
        """Raise ``NotAllowed`` under a customer's scope: the verb belongs to the house."""
        if self.scope.customer is not None:
            raise NotAllowed("not under a customer's scope", place=verb, value=self.scope.customer)

    def now(self) -> dt.datetime:
        """The clock's instant, in UTC."""
        return instant(self.clock.now(), "clock")


def _plain(request: object) -> object:
    """A request with its selections as texts, for hashing."""
    if isinstance(request, list):
        return [_plain(value) for value in request]
    return archive(request) if isinstance(request, Selection) else request
