"""Who buys: currency for ever, everything else as it was from which instant."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs

from billcore.kernel import (
    ZERO,
    CustomerId,
    InvalidValue,
    Number,
    Timeline,
    checked_country,
    checked_id,
    checked_text,
    currency,
    instant,
    number,
    of_kind,
    text_or_none,
    zone,
)

__all__ = ["Customer", "Opening", "Profile", "Replaced"]

_LONGEST_TERMS = 3650
_LONGEST_LOCALE = 35  # the longest tag that BCP 47 lets one rely on
_LOCALE = re.compile("[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*", re.ASCII)


def _lines(lines: Iterable[str]) -> tuple[str, ...]:
    if isinstance(lines, str) or not isinstance(lines, Iterable):
        raise InvalidValue("not a list of lines", place="address", value=lines)
    return tuple(checked_text(line, f"address[{index}]") for index, line in enumerate(lines))


def _name(value: str | None) -> str | None:
    return text_or_none(value, "name")


def _tax_id(value: str | None) -> str | None:
    return text_or_none(value, "tax_id")


def _tax_exempt(value: str | None) -> str | None:
    return text_or_none(value, "tax_exempt")


@attrs.frozen(kw_only=True)
class Profile:
    """What may change about a customer.

    ``timezone`` (IANA) decides where periods begin, ``country`` (ISO 3166) the tax, ``locale`` how documents read,
    ``terms`` the days until an invoice is due. ``name`` and ``address`` stand on invoices; ``tax_exempt`` is why the
    customer pays no tax, as its invoices say it (words, or a VATEX code of EN 16931); ``recorded`` is when this was
    written down.
    """

    timezone: str = "UTC"
    country: str | None = None
    locale: str = "en"
    tax_id: str | None = attrs.field(default=None, converter=_tax_id)
    terms: int = 10
    name: str | None = attrs.field(default=None, converter=_name)
    address: tuple[str, ...] = attrs.field(default=(), converter=_lines)
    recorded: dt.datetime | None = None
    tax_exempt: str | None = attrs.field(default=None, converter=_tax_exempt)

    def __attrs_post_init__(self) -> None:
        zone(self.timezone, "timezone")
        if self.country is not None:
            checked_country(self.country)
        if type(self.terms) is not int or not 0 <= self.terms <= _LONGEST_TERMS:
            raise InvalidValue("terms are 0 to 3650 days", place="terms", value=self.terms)
        of_kind(self.locale, str, "locale")
        if len(self.locale) > _LONGEST_LOCALE or not _LOCALE.fullmatch(self.locale):
            raise InvalidValue("not a locale", place="locale", value=self.locale, hint='write it like "de_CH"')


@attrs.frozen
class Replaced:
    """A profile that was written down to hold from ``at``, and that was no longer believed from ``until`` on."""

    at: dt.datetime
    profile: Profile
    until: dt.datetime

    def believed(self, recorded: dt.datetime) -> bool:
        """It was what one knew at that instant."""
        return _written(self.profile, recorded) and recorded < self.until


def _written(profile: Profile, recorded: dt.datetime) -> bool:
    return profile.recorded is None or profile.recorded <= recorded


def _id(value: str) -> CustomerId:
    return CustomerId(checked_id(value))


def _maybe_instant(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "billed_until")


@attrs.frozen(kw_only=True)
class Customer:
    """A customer and its profile over time.

    Nothing before ``billed_until`` is billed: for customers that come from another system, which billed until then.
    ``replaced`` are profiles that a later write put others in the place of, so that what was known once can be told.
    """

    id: CustomerId = attrs.field(converter=_id)
    currency: str
    created: dt.datetime
    profiles: Timeline[Profile]
    billed_until: dt.datetime | None = attrs.field(default=None, converter=_maybe_instant)
    closed: dt.datetime | None = None
    replaced: tuple[Replaced, ...] = ()

    def __attrs_post_init__(self) -> None:
        currency(self.currency)

    def profile(self, at: dt.datetime) -> Profile:
        """The profile in force at an instant; before the first, the first."""
        return self.profiles.at(at) or self.profiles.points[0][1]

    def changed(self, at: dt.datetime, changes: Mapping[str, object], recorded: dt.datetime) -> Customer:
        """The customer with fields of its profile changed from ``at`` on, until a later profile names the field anew.

        What held before ``at`` stays.
        """
        before, points = self.profile(at), self.profiles.points
        if at < points[0][0]:
            points = ((at - dt.datetime.resolution, before), *points)
        found = [point for point in points if point[0] < at]
        found.append((at, _evolved(before, {**changes, "recorded": recorded})))
        left = dict(changes)
        for when, later in points:
            if when > at:
                left = {name: value for name, value in left.items() if getattr(later, name) == getattr(before, name)}
                moved = _evolved(later, left)
                found.append((when, later if moved == later else attrs.evolve(moved, recorded=recorded)))
        gone = tuple(Replaced(*point, recorded) for point in self.profiles.points if point not in found)
        return attrs.evolve(self, profiles=Timeline(tuple(found)), replaced=(*self.replaced, *gone))

    def known(self, until: dt.datetime | None = None, recorded: dt.datetime | None = None) -> Customer:
        """The customer as its profile stands up to an instant, as far as it was written down by another.

        What takes effect after ``until`` is left out, what was written after ``recorded`` too; a profile that a later
        write replaced is as it was. The first one written was always known.
        """
        if recorded is None and len(self.profiles.points) == 1:
            return self
        points = self.profiles.points if recorded is None else self._written_by(recorded)
        if until is not None:
            points = tuple(point for point in points if point[0] <= until) or points[:1]
        if len(points) == len(self.profiles.points) and points == self.profiles.points:
            return self
        return attrs.evolve(self, profiles=Timeline(points), replaced=())

    def _written_by(self, recorded: dt.datetime) -> tuple[tuple[dt.datetime, Profile], ...]:
        """The profiles believed at an instant; before the first was written, the first."""
        every = [*(profile for _, profile in self.profiles.points), *(point.profile for point in self.replaced)]
        first = min((profile.recorded for profile in every if profile.recorded is not None), default=recorded)
        at = max(recorded, first)
        found = [point for point in self.profiles.points if _written(point[1], at)]
        found += [(point.at, point.profile) for point in self.replaced if point.believed(at)]
        return tuple(sorted(found, key=lambda point: point[0])) or self.profiles.points


def _evolved(profile: Profile, changes: Mapping[str, object]) -> Profile:
    """The profile with the named fields changed; it checks itself."""
    changed: Profile = attrs.evolve(profile, **changes)  # type: ignore[arg-type]  # fields by name
    return changed


def _not_negative(value: Number, place: str) -> Decimal:
    amount = number(value, place)
    if amount < 0:
        raise InvalidValue("must not be negative", place=place, value=str(amount))
    return amount


def _balance(value: Number) -> Decimal:
    return _not_negative(value, "balance")


def _voucher_credit(value: Number) -> Decimal:
    return _not_negative(value, "voucher_credit")


def _receivable(value: Number) -> Decimal:
    return _not_negative(value, "receivable")


@attrs.frozen(kw_only=True)
class Opening:
    """What a customer brings from another system, in its currency: money it has, and ``receivable``, what it owes."""

    balance: Decimal = attrs.field(default=ZERO, converter=_balance)
    voucher_credit: Decimal = attrs.field(default=ZERO, converter=_voucher_credit)
    receivable: Decimal = attrs.field(default=ZERO, converter=_receivable)
