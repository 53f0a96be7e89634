"""Customers and their accounts as rows."""

from __future__ import annotations

import datetime as dt
import json

import attrs

from billcore.kernel import CustomerId, Timeline, compact, from_micros, micros
from billcore.lifecycle import Customer, Profile, Replaced
from billcore.ports import Row
from billcore.settlement import AccountState

__all__ = [
    "AccountRow",
    "account_of",
    "account_row",
    "customer_of",
    "customer_row",
    "maybe_instant",
    "maybe_micros",
    "maybe_text",
]


def maybe_micros(at: dt.datetime | None) -> int | None:
    """The instant as an integer, if there is one."""
    return None if at is None else micros(at)


def maybe_instant(value: object) -> dt.datetime | None:
    """The instant of an integer, if there is one."""
    return from_micros(value) if isinstance(value, int) else None


def maybe_text(value: object) -> str | None:
    """The text of a column, if there is one."""
    return None if value is None else str(value)


def customer_row(customer: Customer, version: int) -> Row:
    """A row of the customer table; a profile that was replaced has a third member, when that was."""
    profiles: list[list[object]] = [[micros(at), _profile(profile)] for at, profile in customer.profiles.points]
    profiles += [[micros(gone.at), _profile(gone.profile), micros(gone.until)] for gone in customer.replaced]
    return (
        customer.id,
        customer.currency,
        micros(customer.created),
        maybe_micros(customer.billed_until),
        maybe_micros(customer.closed),
        compact(profiles),
        version,
    )


def customer_of(row: Row) -> Customer:
    """The customer of a row."""
    name, currency, created, billed_until, closed, profiles, _ = row
    found = [(from_micros(at), _profile_of(data), until) for at, data, *until in json.loads(str(profiles))]
    return Customer(
        id=CustomerId(str(name)),
        currency=str(currency),
        created=from_micros(int(created or 0)),
        profiles=Timeline(tuple([(at, profile) for at, profile, until in found if not until])),
        billed_until=maybe_instant(billed_until),
        closed=maybe_instant(closed),
        replaced=tuple([Replaced(at, profile, from_micros(until[0])) for at, profile, until in found if until]),
    )


def _profile(profile: Profile) -> list[object]:
    """The fields in their order; the last stands only where it is something."""
    return [
        profile.timezone,
        profile.country,
        profile.locale,
        profile.tax_id,
        profile.terms,
        profile.name,
        list(profile.address),
        maybe_micros(profile.recorded),
        *(() if profile.tax_exempt is None else (profile.tax_exempt,)),
    ]


def _profile_of(data: list[object]) -> Profile:
    timezone, country, locale, tax_id, terms, name, address, recorded, *exempt = data
    return Profile(
        timezone=str(timezone),
        country=None if country is None else str(country),
        locale=str(locale),
        tax_id=None if tax_id is None else str(tax_id),
        terms=int(str(terms)),
        name=None if name is None else str(name),
        address=tuple(map(str, address)) if isinstance(address, list) else (),
        recorded=maybe_instant(recorded),
        tax_exempt=str(exempt[0]) if exempt else None,
    )


@attrs.frozen(kw_only=True)
class AccountRow:
    """An account as it is stored: its state, whether it is parked (the exception's id), and its version."""

    customer: str
    state: AccountState
    version: int = 1
    parked: str | None = None

    def next(self, state: AccountState) -> AccountRow:
        """The row that replaces this one."""
        return AccountRow(customer=self.customer, state=state, version=self.version + 1, parked=self.parked)


def account_row(account: AccountRow) -> Row:
    """A row of the account table; a parked account is due never."""
    state = account.state
    return (
        account.customer,
        maybe_micros(state.last_run),
        maybe_micros(state.latest),
        None if account.parked else maybe_micros(state.next_due),
        _list(state.marks),
        _list(state.reopened),
        account.parked,
        account.version,
    )


def _list(instants: tuple[dt.datetime, ...]) -> str:
    return json.dumps([micros(at) for at in instants]) if instants else "[]"


def account_of(row: Row) -> AccountRow:
    """The account of a row."""
    customer, last_run, latest, due, marks, reopened, parked, version = row
    state = AccountState(
        last_run=maybe_instant(last_run),
        latest=maybe_instant(latest),
        next_due=maybe_instant(due),
        marks=_instants(marks),
        reopened=_instants(reopened),
    )
    return AccountRow(
        customer=str(customer), state=state, version=int(version or 0), parked=None if parked is None else str(parked)
    )


def _instants(text: object) -> tuple[dt.datetime, ...]:
    return () if text == "[]" else tuple(from_micros(value) for value in json.loads(str(text)))
