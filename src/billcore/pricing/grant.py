"""Grants: value that a catalog gives. Promotional credit is a discount granted, taken off before tax.

Wallets that are bought or refilled (``purchased``, ``granted``, ``allowance``) are not here yet.
"""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal

import attrs

from billcore.kernel import InvalidValue, Money, NotSupportedYet, bounded, checked_id, of_kind
from billcore.pricing import coded, fields
from billcore.pricing.currencies import Codes
from billcore.pricing.entry import Entry

__all__ = ["Grant", "GrantKind", "granted_in", "granted_minor"]

MOST_PRIORITY = 1_000_000


class GrantKind(enum.Enum):
    """What a grant is: money paid ahead, value given, a discount granted, or units of a plan."""

    PURCHASED = "purchased"
    GRANTED = "granted"
    PROMOTIONAL = "promotional"
    ALLOWANCE = "allowance"


@attrs.frozen(kw_only=True)
class Grant(Entry):
    """``amount`` of promotional credit, in major units of the currency ``unit`` (default: the catalog's).

    It lowers what is billed on billing dates in ``[effective, expires)``, for what ``applies_to`` names (nothing: all);
    grants of a lower ``priority`` are used first. ``name`` is what people read on the line.
    """

    code: str = attrs.field(default="grant", converter=coded.code)
    name: str = ""
    kind: GrantKind
    amount: Decimal = attrs.field(converter=fields.positive_amount)
    unit: str | None = None
    priority: int = 0
    effective: dt.datetime | None = attrs.field(default=None, converter=coded.effective)
    expires: dt.datetime | None = attrs.field(default=None, converter=coded.expires)
    applies_to: tuple[str, ...] = attrs.field(default=(), converter=coded.applies_to)

    def __attrs_post_init__(self) -> None:
        of_kind(self.kind, GrantKind, "kind")
        of_kind(self.name, str, "name")
        if self.kind is not GrantKind.PROMOTIONAL:
            raise NotSupportedYet(place="kind", value=self.kind.value)
        if self.unit is not None:
            checked_id(self.unit, "unit")
        if type(self.priority) is not int or abs(self.priority) > MOST_PRIORITY:
            raise InvalidValue("a whole number up to a million", place="priority", value=self.priority)
        if self.effective is not None and self.expires is not None and self.expires <= self.effective:
            raise InvalidValue("it would end before it starts", place="expires", value=self.expires.isoformat())

    @property
    def title(self) -> str:
        """What people read."""
        return self.name or "Promotional credit"

    @property
    def money(self) -> Money:
        """What it is worth. Raises ``UnknownCurrency`` where no catalog gave it a currency."""
        return Money(self.amount, self.unit or "")


def granted_in(grant: Grant, codes: Codes, n: int) -> Grant:
    """The n-th grant of a catalog, its unit being a currency. Raises ``InvalidValue``, ``UnknownCurrency``."""
    place = f"grants[{n}]"
    code = grant.unit or codes.usual
    if code is None:
        raise InvalidValue("no currency", place=f"{place}.unit")
    if code in codes.units:
        raise NotSupportedYet("grants of credits", place=f"{place}.unit", value=code)
    found = attrs.evolve(grant, unit=codes.money(code, f"{place}.unit"))
    granted_minor(found, f"{place}.amount")
    return found


def granted_minor(grant: Grant, place: str = "amount") -> int:
    """What a grant is worth in minor units. Raises ``InvalidValue`` where it is finer, or more than may be stored."""
    try:
        return bounded(grant.money, place).minor
    except InvalidValue as error:
        raise InvalidValue(error.text, place=place, value=str(grant.money)) from None
