"""Usage as it comes from outside: one record of a usage file, before anybody knows its customer or meter."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

import attrs

from billcore.kernel import ONE, InvalidValue, NotSupportedYet, Number, checked_id, instant, number

__all__ = ["UsageAction", "UsageRecord"]

UsageAction = Literal["increment"]
"""``set`` (what a meter stands at) is named by the formats and built later."""

_LONGEST_NAME = 200
_LONGEST_PROPERTY = 1_000
_MOST_PROPERTIES = 64
_NOT_IN_NAME = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _name(value: object, place: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME or _NOT_IN_NAME.search(value):
        raise InvalidValue("not a name", place=place, value=value, hint="1 to 200 characters, none of them control")
    return value


def _id(value: str) -> str:
    return _name(value, "id")


def _source(value: str) -> str:
    return _name(value, "source")


def _resource(value: str | None) -> str | None:
    return None if value is None else _name(value, "resource")


def _customer(value: str) -> str:
    return checked_id(value, "customer")


def _subscription(value: str | None) -> str | None:
    return None if value is None else checked_id(value, "subscription")


def _meter(value: str) -> str:
    return checked_id(value, "meter")


def _time(value: dt.datetime | str) -> dt.datetime:
    return instant(value, "time")


def _value(value: Number) -> Decimal:
    return number(value, "value")


def _property(value: object, place: str) -> None:
    if not isinstance(value, str) or len(value) > _LONGEST_PROPERTY or _NOT_IN_TEXT.search(value):
        raise InvalidValue("not a property's text", place=place, value=value, hint="at most 1000 characters")


def _action(value: str) -> UsageAction:
    if value == "increment":
        return "increment"
    if value == "set":
        raise NotSupportedYet(place="action", value=value)
    raise InvalidValue("unknown action", place="action", value=value, hint='write "increment"')


def _properties(values: Mapping[str, str]) -> Mapping[str, str]:
    if len(values) > _MOST_PROPERTIES:
        raise InvalidValue(f"more than {_MOST_PROPERTIES} properties", place="properties", value=len(values))
    for key, value in values.items():
        _property(value, f"properties.{_name(key, 'properties')}")
    return MappingProxyType(dict(values))


def _no_properties() -> Mapping[str, str]:
    return MappingProxyType({})


@attrs.frozen(kw_only=True)
class UsageRecord:
    """One thing that was used; ``id`` and ``source`` are unique together, for ever.

    ``value`` (what a meter without a field adds up) may be negative; ``time`` is when it was used, in UTC. A record
    that names no ``subscription`` counts for the customer's first one that meters it. ``properties`` are texts, at
    most 64.
    """

    id: str = attrs.field(converter=_id)
    source: str = attrs.field(converter=_source)
    customer: str = attrs.field(converter=_customer)
    subscription: str | None = attrs.field(default=None, converter=_subscription)
    resource: str | None = attrs.field(default=None, converter=_resource)
    meter: str = attrs.field(converter=_meter)
    time: dt.datetime = attrs.field(converter=_time)
    value: Decimal = attrs.field(default=ONE, converter=_value)
    action: UsageAction = attrs.field(default="increment", converter=_action)
    properties: Mapping[str, str] = attrs.field(factory=_no_properties, converter=_properties)
