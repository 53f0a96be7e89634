"""Vouchers that once gave machines, turned into voucher credit (R2-02)."""

from __future__ import annotations

import attrs

from billcore.kernel import CurrencyMismatch, InvalidValue, Money, bounded

__all__ = ["OldVoucher", "quota_credit"]


def _count(value: int, place: str) -> int:
    if type(value) is not int or value < 0:
        raise InvalidValue("must be whole, 0 or more", place=place, value=value)
    return value


def _units(value: int) -> int:
    return _count(value, "units")


def _addresses(value: int) -> int:
    return _count(value, "addresses")


def _months(value: int) -> int:
    return _count(value, "months")


@attrs.frozen(kw_only=True)
class OldVoucher:
    """A quota: so many units of machines (a small one is 1) and public addresses, for so many months."""

    units: int = attrs.field(converter=_units)
    addresses: int = attrs.field(converter=_addresses)
    months: int = attrs.field(converter=_months)


def quota_credit(voucher: OldVoucher, unit: Money, address: Money) -> Money:
    """What a quota is worth: its units and addresses, at the monthly prices of a small machine and of an address.

    Raises ``CurrencyMismatch``, and ``InvalidValue`` for a negative price or an amount finer than the currency's unit:
    credit is money, and no part of it is lost.
    """
    if unit.currency != address.currency:
        raise CurrencyMismatch(place="address", value=str(address))
    for place, price in (("unit", unit), ("address", address)):
        if price.amount < 0:
            raise InvalidValue("must not be negative", place=place, value=str(price))
    credit = bounded((unit * voucher.units + address * voucher.addresses) * voucher.months, "credit")
    return Money.of_minor(credit.minor, credit.currency)
