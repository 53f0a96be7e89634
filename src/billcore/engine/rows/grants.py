"""Promotional credits as rows: what was given, and perhaps its end, each a fact of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable

import attrs

from billcore.engine.rows.customers import maybe_instant, maybe_micros
from billcore.kernel import compact, from_micros, micros
from billcore.ports import Row
from billcore.settlement import Credit, CreditKind

__all__ = ["given_row", "grants_of", "revoked_row"]

_GIVEN, _REVOKED = "given", "revoked"


def given_row(credit: Credit) -> Row:
    """The row of a promotional credit, its scope as it was."""
    told = [credit.description, credit.code, list(credit.restricted_to)]
    return (
        credit.id,
        credit.customer,
        credit.id,
        _GIVEN,
        micros(credit.created),
        micros(credit.recorded or credit.created),
        credit.currency,
        credit.amount,
        credit.priority,
        maybe_micros(credit.expires),
        compact(told),
    )


def revoked_row(name: str, credit: Credit) -> Row:
    """The row of an end, under its own id."""
    at, recorded = credit.revoked or credit.created, credit.ended or credit.created
    return (name, credit.customer, credit.id, _REVOKED, micros(at), micros(recorded), None, None, None, None, "")


def grants_of(rows: Iterable[Row]) -> tuple[Credit, ...]:
    """The promotional credits of a customer's rows, each with its end, by their ids; all of each remains."""
    found: dict[object, Credit] = {}
    ends: dict[object, Row] = {}
    for row in rows:
        name, customer, given, kind, at, recorded, currency, amount, priority, expires, body = row
        if kind == _REVOKED:
            ends[given] = row
            continue
        description, code, scope = json.loads(str(body))
        found[given] = Credit(
            id=str(name),
            customer=str(customer),
            kind=CreditKind.PROMOTIONAL,
            currency=str(currency),
            amount=int(amount or 0),
            remaining=int(amount or 0),
            created=from_micros(int(at or 0)),
            priority=int(priority or 0),
            expires=maybe_instant(expires),
            granted=True,
            restricted_to=tuple(map(str, scope)),
            description=str(description),
            code=None if code is None else str(code),
            recorded=from_micros(int(recorded or 0)),
        )
    for place, row in ends.items():
        found[place] = attrs.evolve(
            found[place], revoked=from_micros(int(row[4] or 0)), ended=from_micros(int(row[5] or 0))
        )
    return tuple(sorted(found.values(), key=lambda one: one.id))
