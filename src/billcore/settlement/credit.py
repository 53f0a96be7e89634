"""Stored value: what a customer may pay with, vouchers that feed it, and promotional credit, which is no money.

Promotional credit is a discount granted: it lowers lines before tax (docs/decisions/0005), all else pays after it.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable

import attrs

from billcore.kernel import (
    InvalidValue,
    Money,
    NotAllowed,
    bounded,
    checked_id,
    of_kind,
    text_or_none,
)
from billcore.pricing import coded
from billcore.settlement.payment import Source

__all__ = ["Credit", "CreditKind", "Voucher", "burn_order", "known_credits", "marked"]


class CreditKind(enum.Enum):
    """Where a credit came from. Voucher credit is fed by vouchers alone, promotional credit is given; else: balance."""

    VOUCHER = "voucher"
    BALANCE = "balance"
    PROMOTIONAL = "promotional"

    @property
    def before_tax(self) -> bool:
        """It lowers what is billed, and is no money."""
        return self is CreditKind.PROMOTIONAL

    @property
    def source(self) -> Source:
        """The source of payments made with it. Raises ``InvalidValue`` for promotional credit, which pays nothing."""
        if self.before_tax:
            raise InvalidValue("promotional credit is no money to pay with", place="kind", value=self.value)
        return Source.VOUCHER if self is CreditKind.VOUCHER else Source.BALANCE


def _reference(value: str | None) -> str | None:
    return text_or_none(value, "reference")


_MARK = "grant#"  # no code of a coupon has this character


@attrs.frozen(kw_only=True)
class Credit:
    """Stored value of one origin: ``remaining`` of ``amount``, in minor units; usable before ``expires``.

    ``granted`` value was given, the other was bought. Promotional credit holds on billing dates from ``created`` on,
    until it expires or is ``revoked``, for the codes that it is ``restricted_to`` (none: all); ``description`` is what
    people read on its lines, ``code`` the catalog's grant that it came from, ``recorded`` when it was given, ``ended``
    when that was revoked.
    """

    id: str
    customer: str
    kind: CreditKind
    currency: str
    amount: int
    remaining: int
    created: dt.datetime
    priority: int = 0
    expires: dt.datetime | None = None
    granted: bool = False
    reference: str | None = attrs.field(default=None, converter=_reference)
    restricted_to: tuple[str, ...] = attrs.field(default=(), converter=coded.known)
    description: str = ""
    code: str | None = None
    recorded: dt.datetime | None = None
    revoked: dt.datetime | None = None
    ended: dt.datetime | None = None

    @property
    def left(self) -> Money:
        """What is left of it."""
        return Money.of_minor(self.remaining, self.currency)

    @property
    def mark(self) -> str:
        """What stands on the lines of a promotional credit, where a coupon's code stands on a coupon's."""
        return _MARK + self.id

    def holds(self, date: dt.datetime) -> bool:
        """A promotional credit lowers what is billed on that billing date."""
        ends = [end for end in (self.expires, self.revoked) if end is not None]
        return self.created <= date and all(date < end for end in ends)

    def usable(self, at: dt.datetime) -> bool:
        """Something is left and it has not expired."""
        return self.remaining > 0 and (self.expires is None or at < self.expires)


def marked(coupon: str | None) -> str | None:
    """The id of the promotional credit whose mark a line has, if it has one."""
    return coupon.removeprefix(_MARK) if coupon is not None and coupon.startswith(_MARK) else None


def known_credits(credits: Iterable[Credit], recorded: dt.datetime) -> tuple[Credit, ...]:
    """Promotional credits as they were written down by an instant."""
    found = (one for one in credits if one.recorded is None or one.recorded <= recorded)
    return tuple(
        one if one.ended is None or one.ended <= recorded else attrs.evolve(one, revoked=None, ended=None)
        for one in found
    )


def burn_order(credit: Credit) -> tuple[object, ...]:
    """Sort key: priority (lower first), expiry (none last), granted before purchased, oldest (D22)."""
    expiry = (credit.expires is None, credit.expires or credit.created)
    return (credit.priority, expiry, not credit.granted, credit.created, credit.id)


def _code(value: str) -> str:
    return checked_id(value, "code").upper()


@attrs.frozen(kw_only=True)
class Voucher:
    """A code that gives ``amount`` of voucher credit, to ``limit`` customers, before ``expires``."""

    code: str = attrs.field(converter=_code)
    amount: Money
    issued: dt.datetime
    expires: dt.datetime | None = None
    limit: int = 1
    used: int = 0

    def __attrs_post_init__(self) -> None:
        of_kind(self.amount, Money, "amount")
        if self.amount.minor <= 0:
            raise InvalidValue("must be greater than zero", place="amount", value=str(self.amount))
        bounded(self.amount, "amount")
        if type(self.limit) is not int or self.limit < 1:
            raise InvalidValue("must be at least 1", place="limit", value=self.limit)

    def redeem(self, currency: str, at: dt.datetime) -> Voucher:
        """The voucher with one use more. One refusal for every reason, so that nothing can be learnt from it."""
        expired = self.expires is not None and at >= self.expires
        if expired or self.used >= self.limit or self.amount.currency != currency:
            raise NotAllowed("this voucher cannot be redeemed", place="code")
        return attrs.evolve(self, used=self.used + 1)
