"""Promotional credit: giving it, ending it, and what is left of it, read from the lines that used it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

import attrs

from billcore.engine.lookup import insert_new
from billcore.engine.reading import Loaded
from billcore.engine.rows.grants import given_row, revoked_row
from billcore.engine.session import Call
from billcore.kernel import CurrencyMismatch, InvalidValue, NotAllowed, from_micros, rfc3339
from billcore.ports import ReadTx, Row, Tx
from billcore.ports.tables import DOCUMENT, GRANT_FACT, LINE
from billcore.pricing import Catalog, Grant, coupon_scope, granted_minor
from billcore.settlement import AccountFacts, Credit, CreditKind, marked

__all__ = ["give_grant", "promotional_at", "remaining", "revoke_grant"]

_COUPON, _MINOR = LINE.position("coupon"), LINE.position("minor")
_STATE, _DATE = DOCUMENT.position("state"), DOCUMENT.position("billing_date")
_SAME = dt.timedelta.resolution


def give_grant(
    tx: Tx,
    call: Call,
    loaded: Loaded,
    grant: Grant,
    catalog: Catalog | None,
    at: dt.datetime,
    name: str | None,
    code: str | None,
) -> Credit:
    """Write down that a grant is given to a customer, from ``at`` on; ``catalog`` says which plans its products have.

    ``name`` is the id that the caller chose, ``code`` the grant's where it is of a catalog.

    Raises ``CurrencyMismatch``, ``InvalidValue`` where it would have expired or is too fine, ``AlreadyExists``.
    """
    customer = loaded.facts.customer
    if grant.unit != customer.currency:
        raise CurrencyMismatch(
            "the customer pays in another currency", place="currency", value=f"{grant.unit} and {customer.currency}"
        )
    start = at if grant.effective is None else max(at, grant.effective)
    if grant.expires is not None and grant.expires <= start:
        raise InvalidValue("it would end before it starts", place="expires", value=rfc3339(grant.expires))
    minor = granted_minor(grant)
    credit = Credit(
        id=name or call.id("grt"),
        customer=customer.id,
        kind=CreditKind.PROMOTIONAL,
        currency=customer.currency,
        amount=minor,
        remaining=minor,
        created=start,
        priority=grant.priority,
        expires=grant.expires,
        granted=True,
        restricted_to=coupon_scope(grant, () if catalog is None else catalog.plans),
        description=grant.title,
        code=code,
        recorded=call.now,
    )
    insert_new(tx, GRANT_FACT, given_row(credit), "a grant")
    return credit


def revoke_grant(tx: Tx, call: Call, credit: Credit, at: dt.datetime | None) -> Credit:
    """Write down that a credit lowers nothing from ``at`` (now) on; what it lowered stays. One to come never begins.

    Raises ``NotAllowed`` where it was revoked before, ``InvalidValue`` where it was used at ``at`` or later.
    """
    if credit.revoked is not None:
        raise NotAllowed("the grant was revoked before", place="id", value=credit.id)
    last = max(_uses(tx, credit), default=None)
    if at is not None and last is not None and at <= last:
        raise InvalidValue("it was used later than that", place="at", value=rfc3339(at), hint=f"on {rfc3339(last)}")
    end = at if at is not None else call.now if last is None else max(call.now, last + _SAME)
    revoked = attrs.evolve(credit, revoked=max(end, credit.created), ended=call.now)
    tx.insert(GRANT_FACT, [revoked_row(call.id("grr"), revoked)])
    return revoked


def promotional_at(tx: ReadTx, facts: AccountFacts, date: dt.datetime) -> tuple[Credit, ...]:
    """The promotional credits that hold on a billing date, with what is left of each; nothing is read without one."""
    return remaining(tx, facts.customer.id, [one for one in facts.grants if one.holds(date)])


def remaining(tx: ReadTx, customer: str, credits: Iterable[Credit]) -> tuple[Credit, ...]:
    """Promotional credits of a customer with what its live lines leave of each."""
    found = tuple(credits)
    if not found:
        return ()
    used: Counter[str] = Counter()
    for name, line, _ in _lines(tx, customer):
        used[name] -= int(line[_MINOR] or 0)
    return tuple(attrs.evolve(one, remaining=one.amount - used[one.id]) for one in found)


def _uses(tx: ReadTx, credit: Credit) -> Iterable[dt.datetime]:
    """The billing dates on which a credit lowered something that counts."""
    for name, line, document in _lines(tx, credit.customer):
        if name == credit.id and int(line[_MINOR] or 0) < 0:
            yield from_micros(int(document[_DATE] or 0))


def _lines(tx: ReadTx, customer: str) -> Iterable[tuple[str, Row, Row]]:
    """The lines of promotional credit on documents that count, each with the credit and its document.

    They have no key, so the index of keys finds them among the few lines without one.
    """
    lines = [row for row in tx.find(LINE, LINE.indexes[0], (customer, None)) if _credit_of(row) is not None]
    documents: Mapping[object, Row] = {}
    if lines:
        documents = {row[0]: row for row in tx.find_many(DOCUMENT, None, sorted({str(row[0]) for row in lines}))}
    for row in lines:
        name, document = _credit_of(row), documents[row[0]]
        if name is not None and document[_STATE] != "void":
            yield name, row, document


def _credit_of(row: Row) -> str | None:
    coupon = row[_COUPON]
    return None if coupon is None else marked(str(coupon))
