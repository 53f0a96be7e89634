"""Converters of fields that hold numbers: each reads ``Decimal``, ``int`` or text and names its field when it refuses.

Nothing that has a price may have a negative one: what lowers a bill is a discount or a credit, never a price.
"""

from __future__ import annotations

from decimal import Decimal

from billcore.kernel import InvalidValue, Number, checked_country, number

_HUNDRED = 100


def country(value: str) -> str:
    """The field ``country``, read and checked."""
    return checked_country(value)


def country_or_none(value: str | None) -> str | None:
    """The field ``country_or_none``, read and checked."""
    return None if value is None else country(value)


def _not_negative(value: Number, place: str) -> Decimal:
    amount = number(value, place)
    if amount < 0:
        raise InvalidValue("must not be negative", place=place, value=str(amount))
    return amount


def _positive(value: Number, place: str) -> Decimal:
    amount = number(value, place)
    if amount <= 0:
        raise InvalidValue("must be greater than zero", place=place, value=str(amount))
    return amount


def _whole(value: Number, place: str) -> Decimal:
    count = _not_negative(value, place)
    if count != count.to_integral_value():
        raise InvalidValue("must be whole", place=place, value=str(count))
    return count


def _percentage(value: Number, place: str) -> Decimal:
    percent = number(value, place)
    if not 0 <= percent <= _HUNDRED:
        raise InvalidValue("a percentage is 0 to 100", place=place, value=str(percent))
    return percent


def amount(value: Number) -> Decimal:
    """The field ``amount``, read and checked."""
    return _not_negative(value, "amount")


def unit_amount(value: Number) -> Decimal:
    """The field ``unit_amount``, read and checked."""
    return _not_negative(value, "unit_amount")


def flat_amount(value: Number) -> Decimal:
    """The field ``flat_amount``, read and checked."""
    return _not_negative(value, "flat_amount")


def up_to(value: Number | None) -> Decimal | None:
    """The field ``up_to``, read and checked."""
    return None if value is None else _positive(value, "up_to")


def above(value: Number | None) -> Decimal | None:
    """The field ``above``, read and checked."""
    return None if value is None else _not_negative(value, "above")


def percent(value: Number) -> Decimal:
    """The field ``percent``, read and checked."""
    return _percentage(value, "percent")


def uptime(value: Number | None) -> Decimal | None:
    """The field ``uptime``, read and checked."""
    return None if value is None else _percentage(value, "uptime")


def package_size(value: Number) -> Decimal:
    """The field ``package_size``, read and checked."""
    return _positive(value, "package_size")


def package_size_or_none(value: Number | None) -> Decimal | None:
    """The field ``package_size``, read and checked."""
    return None if value is None else _positive(value, "package_size")


def units(value: Number) -> Decimal:
    """The field ``units``, read and checked."""
    return _positive(value, "units")


def minimum_units(value: Number) -> Decimal:
    """The field ``minimum_units``, read and checked."""
    return _not_negative(value, "minimum_units")


def minimum_quantity(value: Number) -> Decimal:
    """The field ``minimum_quantity``, read and checked."""
    return _not_negative(value, "minimum_quantity")


def unit_multiplier(value: Number) -> Decimal:
    """The field ``unit_multiplier``, read and checked."""
    return _positive(value, "unit_multiplier")


def unit_divisor(value: Number) -> Decimal:
    """The field ``unit_divisor``, read and checked."""
    return _positive(value, "unit_divisor")


def included(value: Number) -> Decimal:
    """The field ``included``, read and checked."""
    return _not_negative(value, "included")


def minimum(value: Number | None) -> Decimal | None:
    """The field ``minimum``, read and checked."""
    return None if value is None else _not_negative(value, "minimum")


def maximum(value: Number | None) -> Decimal | None:
    """The field ``maximum``, read and checked."""
    return None if value is None else _not_negative(value, "maximum")


def quantity(value: Number) -> Decimal:
    """The field ``quantity``, read and checked."""
    return _not_negative(value, "quantity")


def allowance(value: Number) -> Decimal:
    """The field ``allowance``, read and checked."""
    return _not_negative(value, "allowance")


def price(value: Number) -> Decimal:
    """The field ``price``, read and checked."""
    return _not_negative(value, "price")


def base_fee(value: Number) -> Decimal:
    """The field ``base_fee``, read and checked."""
    return _not_negative(value, "base_fee")


def cpu(value: Number) -> Decimal:
    """The field ``cpu``, read and checked."""
    return _not_negative(value, "cpu")


def ram_gib(value: Number) -> Decimal:
    """The field ``ram_gib``, read and checked."""
    return _not_negative(value, "ram_gib")


def replicas(value: Number) -> Decimal:
    """The field ``replicas``, read and checked."""
    count = _positive(value, "replicas")
    if count != count.to_integral_value():
        raise InvalidValue("replicas are whole", place="replicas", value=str(count))
    return count


def storage_gib(value: Number) -> Decimal:
    """The field ``storage_gib``, read and checked."""
    return _not_negative(value, "storage_gib")


def hours(value: Number) -> Decimal:
    """The field ``hours``, read and checked."""
    return _positive(value, "hours")


def hours_or_none(value: Number | None) -> Decimal | None:
    """The field ``hours``, read and checked."""
    return None if value is None else hours(value)


def max_per_customer(value: Number | None) -> Decimal | None:
    """The field ``max_per_customer``, read and checked: whole, 1 or more."""
    if value is None:
        return None
    count = _whole(value, "max_per_customer")
    if not count:
        raise InvalidValue("must be at least 1", place="max_per_customer", value=str(count))
    return count


def rate(value: Number) -> Decimal:
    """The field ``rate``, read and checked: a percentage, of 0 or more."""
    return _not_negative(value, "rate")


def fixed_amount(value: Number) -> Decimal:
    """The field ``fixed_amount``, read and checked."""
    return _not_negative(value, "fixed_amount")


def free_amount(value: Number) -> Decimal:
    """The field ``free_amount``, read and checked."""
    return _not_negative(value, "free_amount")


def factor(value: Number) -> Decimal:
    """The field ``factor``, read and checked."""
    return _not_negative(value, "factor")


def free_events(value: Number) -> Decimal:
    """The field ``free_events``, read and checked."""
    return _whole(value, "free_events")


def event_minimum(value: Number | None) -> Decimal | None:
    """The field ``event_minimum``, read and checked."""
    return None if value is None else _not_negative(value, "event_minimum")


def event_maximum(value: Number | None) -> Decimal | None:
    """The field ``event_maximum``, read and checked."""
    return None if value is None else _not_negative(value, "event_maximum")


def default_unit_amount(value: Number | None) -> Decimal | None:
    """The field ``default_unit_amount``, read and checked."""
    return None if value is None else _not_negative(value, "default_unit_amount")


def positive_rate(value: Number) -> Decimal:
    """The field ``rate`` of what is worth something, read and checked."""
    return _positive(value, "rate")


def positive_amount(value: Number) -> Decimal:
    """The field ``amount`` of what is given, read and checked."""
    return _positive(value, "amount")


def percent_or_none(value: Number | None) -> Decimal | None:
    """The field ``percent``, read and checked."""
    return None if value is None else _percentage(value, "percent")


def amount_or_none(value: Number | None) -> Decimal | None:
    """The field ``amount``, read and checked."""
    return None if value is None else _not_negative(value, "amount")


def overage_factor(value: Number) -> Decimal:
    """The field ``overage_factor``, read and checked: 1 or more, as using more never costs less."""
    factor = number(value, "overage_factor")
    if factor < 1:
        raise InvalidValue("must be 1 or more", place="overage_factor", value=str(factor))
    return factor


def cap(value: Number | None) -> Decimal | None:
    """The field ``cap``, read and checked."""
    return None if value is None else _not_negative(value, "cap")
