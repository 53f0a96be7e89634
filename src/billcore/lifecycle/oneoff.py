"""One-off items: an amount that a customer owes once, outside any subscription."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

from billcore.kernel import CustomerId, InvalidValue, Number, checked_id, checked_text, number

__all__ = ["OneOff"]


def _amount(value: Number) -> Decimal:
    amount = number(value, "amount")
    if amount < 0:
        raise InvalidValue("must not be negative", place="amount", value=str(amount), hint="credit a document instead")
    return amount


def _description(value: str) -> str:
    return checked_text(value, "description")


def _tax_category(value: str) -> str:
    return checked_text(value, "tax_category")


@attrs.frozen(kw_only=True)
class OneOff:
    """``amount`` (major units of the customer's currency) owed from ``at`` on; billed on the next billing date."""

    id: str = attrs.field(converter=checked_id)
    customer: CustomerId
    at: dt.datetime
    recorded: dt.datetime
    amount: Decimal = attrs.field(converter=_amount)
    description: str = attrs.field(converter=_description)
    tax_category: str = attrs.field(default="standard", converter=_tax_category)
