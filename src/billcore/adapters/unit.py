"""The unit of work: what ``transact`` owes a caller, whatever the store keeps its rows in.

For adapter authors: ``alone`` refuses a call of a store within a call, ``again`` runs a conflicting one again, ``Unit``
makes sure that a refused write cannot be swallowed and that nobody uses a transaction after its end.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Concatenate, ParamSpec, TypeVar

from billcore.kernel.errors import Conflict, IdempotencyMismatch, InvalidValue, NotAllowed
from billcore.ports.store import Operation, Scope

__all__ = ["ATTEMPTS", "Unit", "again", "alone", "counted", "done_before", "writes"]

ATTEMPTS = 5
"""How often a transaction is run before its conflict is raised."""

P = ParamSpec("P")
R = TypeVar("R")
U = TypeVar("U", bound="Unit")

_open: ContextVar[bool] = ContextVar("billcore_transaction", default=False)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Refuse a store's call while ``fn`` of another one runs: a transaction holds locks, and calls nobody."""
    if _open.get():
        raise NotAllowed("a transaction is open: no store is called from within", hint="use the tx that fn was given")
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def again(attempt: Callable[[], R], most: int = ATTEMPTS) -> R:
    """The result of ``attempt``, run again on ``Conflict`` until it is the last of ``most``."""
    for done in range(1, most):
        try:
            return attempt()
        except Conflict:
            # Waits double; the thread's number keeps two that met from meeting again.
            time.sleep((2**done + threading.get_ident() // 64 % 8) / 1_000)
    return attempt()


def done_before(op: Operation, stored: tuple[str, str] | None) -> str | None:
    """The result of an operation whose log entry is ``stored``, a (request, result). Raises ``IdempotencyMismatch``."""
    if stored is None:
        return None
    if stored[0] != op.request:
        raise IdempotencyMismatch(place="key", value=op.key)
    return stored[1]


class Unit:
    """Base of a transaction: open until ``end``, lost as soon as one of its ``writes`` raised."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._ended = False
        self._lost: Exception | None = None

    def ready(self) -> None:
        """Raise ``NotAllowed`` after the end."""
        if self._ended:
            raise NotAllowed("the transaction has ended", hint="use tx only within fn")

    def finish(self) -> None:
        """Before the commit: raise what a refused write raised, even if ``fn`` caught it."""
        if self._lost is not None:
            raise self._lost

    def end(self) -> None:
        """Whatever happened, nobody uses the unit any more."""
        self._ended = True


def writes(method: Callable[Concatenate[U, P], R]) -> Callable[Concatenate[U, P], R]:
    """Mark a method of a ``Unit`` that writes."""

    @functools.wraps(method)
    def guarded(self: U, /, *args: P.args, **kwargs: P.kwargs) -> R:
        self.ready()
        if self._lost is not None:
            raise self._lost
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            self._lost = error
            raise

    return guarded


def counted(count: int) -> int:
    """How many numbers may be taken at once: one or more."""
    if count < 1:
        raise InvalidValue("at least one number is taken", place="count", value=count)
    return count
