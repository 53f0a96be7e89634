"""Stored value: what a customer may pay with, and vouchers that feed it."""

from __future__ import annotations

import datetime as dt
import enum

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
from billcore.settlement.payment import Source

__all__ = ["Credit", "CreditKind", "Voucher", "burn_order"]


class CreditKind(enum.Enum):
    """Where stored value came from. Voucher credit is fed by vouchers alone; all else is the balance."""

    VOUCHER = "voucher"
    BALANCE = "balance"

    @property
    def source(self) -> Source:
        """The source of payments made with it."""
        return Source.VOUCHER if self is CreditKind.VOUCHER else Source.BALANCE


def _reference(value: str | None) -> str | None:
    return text_or_none(value, "reference")


@attrs.frozen(kw_only=True)
class Credit:
    """Stored value of one origin: ``remaining`` of ``amount``, in minor units; usable before ``expires``.

    ``granted`` value was given, the other was bought.
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

    def usable(self, at: dt.datetime) -> bool:
        """Something is left and it has not expired."""
        return self.remaining > 0 and (self.expires is None or at < self.expires)


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
