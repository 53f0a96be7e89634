"""Every error that billcore raises, as one tree.

An error carries facts, not only text: ``code`` (stable, for programs), ``place`` (where in the document or call the
trouble is), ``value`` (what was found there) and ``hint`` (what to write instead).

    BillcoreError
    ├── InputError              what was handed in is wrong; nothing changed
    │   ├── InvalidNumber       not a number in the accepted form, or a float
    │   ├── InvalidInstant      not an instant, or one without a zone
    │   ├── InvalidValue        a value out of its range, or values that contradict each other
    │   │   └── NotAvailable    known and priced, but not offered in this combination
    │   ├── MissingValue        nothing stands where a value path points
    │   ├── UnknownCurrency
    │   ├── CurrencyMismatch    amounts of two currencies meet
    │   ├── InvalidDocument     all problems of one document at once
    │   └── NotSupportedYet     named by the formats, built by a later version
    ├── StateError              a right request at the wrong time
    │   ├── NotFound            absent, or not visible in this scope
    │   │   └── PriceUnavailable  nothing has a price yet; never zero
    │   ├── AlreadyExists
    │   ├── NotAllowed          the state of the thing forbids it
    │   ├── InsufficientFunds
    │   ├── IdempotencyMismatch a key that was used for another request
    │   ├── StaleCatalogEntry   its source sells it no more: no new order
    │   ├── CatalogMoved        the catalog is not the one that was planned against
    │   └── SyncAborted         a source that failed, or sent too little to be believed
    ├── StoreError              the store could not do it
    │   ├── Conflict            somebody else wrote first; the adapter tries again
    │   ├── ConstraintViolated  the store's last line of defence
    │   ├── OutcomeUnknown      nobody can say whether it was committed; call again with the same key
    │   └── SchemaMismatch      the database is older or newer than this code
    ├── ExtraMissing            a package is not installed; the hint says how to install it
    ├── DeliveryFailed          somebody outside did not take an event; it is sent again
    └── InvariantBroken         billcore itself is wrong; the account is parked
"""

from __future__ import annotations

import reprlib
from typing import ClassVar

from billcore.kernel.override import override

__all__ = [
    "AlreadyExists",
    "BillcoreError",
    "CatalogMoved",
    "Conflict",
    "ConstraintViolated",
    "CurrencyMismatch",
    "DeliveryFailed",
    "ExtraMissing",
    "IdempotencyMismatch",
    "InputError",
    "InsufficientFunds",
    "InvalidDocument",
    "InvalidInstant",
    "InvalidNumber",
    "InvalidValue",
    "InvariantBroken",
    "MissingValue",
    "NotAllowed",
    "NotAvailable",
    "NotFound",
    "NotSupportedYet",
    "OutcomeUnknown",
    "PriceUnavailable",
    "SchemaMismatch",
    "StaleCatalogEntry",
    "StateError",
    "StoreError",
    "SyncAborted",
    "UnknownCurrency",
    "shown",
]

_LONGEST_SHOWN = 80
_REPR = reprlib.Repr()
_REPR.maxother = _REPR.maxstring = _REPR.maxlong = 1_000


def shown(value: object) -> str:
    """``repr(value)``, cut to 80 characters, so that no input can fill a log; its kind, where that cannot be had."""
    try:
        text = repr(value[:_LONGEST_SHOWN]) if isinstance(value, (str, bytes)) else _REPR.repr(value)
    except Exception:  # noqa: BLE001 - an integer of 5,000 digits, or a caller's class whose repr is broken
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."


class BillcoreError(Exception):
    """Base of all errors; ``str()`` reads ``place: message (got value; hint)``."""

    code: ClassVar[str] = "billcore_error"
    message: ClassVar[str] = "billcore could not do this"

    def __init__(
        self, message: str | None = None, *, place: str | None = None, value: object = None, hint: str | None = None
    ) -> None:
        self.text = message if message is not None else type(self).message
        self.place = place
        self.value = value
        self.hint = hint
        super().__init__(self.text)

    @override
    def __str__(self) -> str:
        notes = [f"got {shown(self.value)}"] if self.value is not None else []
        notes += [self.hint] if self.hint else []
        return "".join(
            (f"{self.place}: " if self.place else "", self.text, f" ({'; '.join(notes)})" if notes else ""),
        )

    @override
    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.__dict__.copy()))

    def at(self, place: str) -> BillcoreError:
        """The same error, told of a place further out: ``tiers[0]`` in ``prices[2]`` is ``prices[2].tiers[0]``."""
        inner = self.place or ""
        joiner = "." if inner and not inner.startswith("[") else ""
        self.place = place + joiner + inner
        return self


def _rebuild(kind: type[BillcoreError], facts: dict[str, object]) -> BillcoreError:
    error = kind.__new__(kind)
    Exception.__init__(error, facts.get("text"))
    error.__dict__.update(facts)
    return error


class InputError(BillcoreError):
    """What was handed in is wrong. Nothing changed."""

    code = "invalid_input"
    message = "invalid input"


class InvalidNumber(InputError):
    """Not a number in the accepted form: ASCII, at most 15 digits before and 12 after the point, no exponent."""

    code = "invalid_number"
    message = "not a plain decimal number"


class InvalidInstant(InputError):
    """Not an RFC 3339 instant, or a datetime without a zone."""

    code = "invalid_instant"
    message = "not an instant"


class InvalidValue(InputError):
    """A value out of its range, or values that contradict each other."""

    code = "invalid_value"
    message = "value out of range"


class MissingValue(InputError):
    """Nothing stands where a value path points; ``place`` is the path. Never read as zero."""

    code = "missing_value"
    message = "missing value"


class UnknownCurrency(InputError):
    """Not an ISO 4217 code of money, or not in force at the date asked for."""

    code = "unknown_currency"
    message = "unknown currency"


class CurrencyMismatch(InputError):
    """Amounts of two currencies meet; billcore never converts by itself."""

    code = "currency_mismatch"
    message = "amounts of two currencies cannot be combined"


class NotAvailable(InvalidValue):
    """Known and priced, but not offered: this tier of the service, this plan under that provider, this addon here."""

    code = "not_available"
    message = "not offered"


class InvalidDocument(InputError):
    """A document with problems; ``problems`` has them all, each an ``InputError`` with its place."""

    code = "invalid_document"

    def __init__(self, problems: tuple[InputError, ...], *, name: str | None = None) -> None:
        self.problems = problems
        count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
        super().__init__(f"{name or 'document'} has {count}")

    @override
    def __str__(self) -> str:
        return "\n".join([self.text, *(f"  {problem}" for problem in self.problems)])


class NotSupportedYet(InputError):
    """Named by the document formats, but built by a later version; refused so that it is never silently ignored."""

    code = "not_supported_yet"
    message = "not supported yet"


class StateError(BillcoreError):
    """A right request at the wrong time. Nothing changed."""

    code = "invalid_state"
    message = "not possible now"


class NotFound(StateError):
    """Absent, or not visible in this scope: the two are not told apart on purpose."""

    code = "not_found"
    message = "not found"


class PriceUnavailable(NotFound):
    """Nothing has a price yet: no catalog is in force, or a service came in without prices. Never shown as zero."""

    code = "price_unavailable"
    message = "there is no price yet"


class AlreadyExists(StateError):
    """The id or code is taken."""

    code = "already_exists"
    message = "already exists"


class NotAllowed(StateError):
    """The state of the thing forbids it (a paid invoice cannot be voided, an ended subscription not changed)."""

    code = "not_allowed"
    message = "not allowed in this state"


class InsufficientFunds(StateError):
    """The chosen sources do not cover the amount."""

    code = "insufficient_funds"
    message = "insufficient funds"


class IdempotencyMismatch(StateError):
    """This key was used before, for another request."""

    code = "idempotency_mismatch"
    message = "this key was used for another request"


class StaleCatalogEntry(StateError):
    """The entry's source names it no more: who has it keeps it, nobody new can buy it."""

    code = "stale_catalog_entry"
    message = "its source sells it no more"


class CatalogMoved(StateError):
    """Somebody published since the plan was made: make it again, and look at what it says now."""

    code = "catalog_moved"
    message = "the catalog is not the one that this was planned against"


class SyncAborted(StateError):
    """The source failed, or sent nothing, a part or too little to be believed. The catalog is as it was."""

    code = "sync_aborted"
    message = "the catalog was not synced"


class StoreError(BillcoreError):
    """The store could not do what was asked."""

    code = "store_error"
    message = "the store failed"


class Conflict(StoreError):
    """Somebody else wrote first. The work is pure, so the adapter runs it again."""

    code = "conflict"
    message = "a concurrent write came first"


class ConstraintViolated(StoreError):
    """A constraint of the store refused the write: the last line of defence of an invariant."""

    code = "constraint_violated"
    message = "a constraint of the store refused the write"


class OutcomeUnknown(StoreError):
    """The connection was lost in the commit and the log cannot be read; call again with the same key."""

    code = "outcome_unknown"
    message = "nobody can say whether this was committed; call again with the same key"


class SchemaMismatch(StoreError):
    """The database's schema is not the one this code speaks."""

    code = "schema_mismatch"
    message = "the database has another schema version"


class ExtraMissing(BillcoreError):
    """What was asked for needs a package that an extra brings, and it is not installed; the ``hint`` installs it."""

    code = "extra_missing"
    message = "an extra is not installed"


class DeliveryFailed(BillcoreError):
    """Somebody outside did not take an event, or nobody knows whether they did; it is sent again, under its id."""

    code = "delivery_failed"
    message = "the event was not taken"


class InvariantBroken(BillcoreError):
    """One of the numbered invariants does not hold; the account is parked, nothing was written."""

    code = "invariant_broken"
    message = "an invariant does not hold"
