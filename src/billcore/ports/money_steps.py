"""The steps of a scenario that bill, pay, credit and correct."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

import attrs

from billcore.kernel import InvalidValue, Number, checked_id, currency, instant, number
from billcore.ports.step import Step

__all__ = [
    "AddItem",
    "Bill",
    "CreditStep",
    "IssueVoucher",
    "RecordPayment",
    "Redeem",
    "SettleStep",
    "TopUp",
    "Void",
]


def _customer(value: str) -> str:
    return checked_id(value, "customer")


def _document(value: str) -> str:
    return checked_id(value, "document")


def _until(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "until")


def _expires(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "expires")


def _amount(value: Number) -> Decimal:
    amount = number(value, "amount")
    if amount <= 0:
        raise InvalidValue("must be greater than zero", place="amount", value=str(amount))
    return amount


def _amount_or_absent(value: Number | None) -> Decimal | None:
    return None if value is None else _amount(value)


@attrs.frozen(kw_only=True)
class Redeem(Step):
    """A customer redeems a voucher by its code."""

    do: ClassVar[str] = "redeem"

    customer: str = attrs.field(converter=_customer)
    voucher: str


@attrs.frozen(kw_only=True)
class IssueVoucher(Step):
    """A voucher comes into being: ``amount`` each time, ``limit`` redemptions at most.

    ``currency`` is the catalog's unless it is given.
    """

    do: ClassVar[str] = "issue_voucher"

    code: str
    amount: Decimal = attrs.field(converter=_amount)
    currency: str | None = None
    expires: dt.datetime | None = attrs.field(default=None, converter=_expires)
    limit: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.currency is not None:
            currency(self.currency, place="currency")
        if self.limit is not None and self.limit < 1:
            raise InvalidValue("a limit counts from 1", place="limit", value=self.limit)


@attrs.frozen(kw_only=True)
class TopUp(Step):
    """Money received by hand goes to a customer's balance."""

    do: ClassVar[str] = "top_up"

    customer: str = attrs.field(converter=_customer)
    amount: Decimal = attrs.field(converter=_amount)
    reference: str | None = None


@attrs.frozen(kw_only=True)
class SettleStep(Step):
    """What a customer owes is paid from its balance and vouchers."""

    do: ClassVar[str] = "settle"

    customer: str = attrs.field(converter=_customer)


@attrs.frozen(kw_only=True)
class Bill(Step):
    """A billing run of all billing dates up to ``until``, with it (default: the step's ``at``)."""

    do: ClassVar[str] = "bill"

    until: dt.datetime | None = attrs.field(default=None, converter=_until)


@attrs.frozen(kw_only=True)
class RecordPayment(Step):
    """A payment that came by hand is booked on a document (its number)."""

    do: ClassVar[str] = "record_payment"

    customer: str = attrs.field(converter=_customer)
    document: str = attrs.field(converter=_document)
    amount: Decimal = attrs.field(converter=_amount)
    reference: str | None = None


@attrs.frozen(kw_only=True)
class Void(Step):
    """A document is made void; ``rebill`` reopens its billing date for the next run."""

    do: ClassVar[str] = "void"

    document: str = attrs.field(converter=_document)
    rebill: bool = True
    reason: str | None = None


@attrs.frozen(kw_only=True)
class CreditStep(Step):
    """Goodwill on a document: on one ``line`` (its id; all of it, or ``amount``), an ``amount``, or the ``whole``."""

    do: ClassVar[str] = "credit"

    document: str = attrs.field(converter=_document)
    line: str | None = None
    whole: bool = False
    amount: Decimal | None = attrs.field(default=None, converter=_amount_or_absent)
    reason: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.whole and (self.line is not None or self.amount is not None):
            raise InvalidValue("the whole document takes no line and no amount", place="whole")
        if not self.whole and self.line is None and self.amount is None:
            raise InvalidValue("say what to credit", place="line", hint="give line, amount or whole = true")


@attrs.frozen(kw_only=True)
class AddItem(Step):
    """A one-off item for the customer's next invoice (an addition of billcore's own to the actions of the formats)."""

    do: ClassVar[str] = "add_item"

    customer: str = attrs.field(converter=_customer)
    description: str
    amount: Decimal = attrs.field(converter=_amount)
    tax_category: str = "standard"
