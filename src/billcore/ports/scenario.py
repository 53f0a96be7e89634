"""The scenario document as values: a story in, invoices out.

A story has dated steps (``billcore.ports.steps``), and the catalogs, customers and policy that it starts from. The
values know nothing of files: a catalog that a document names by its path stays text until a loader replaces it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

import attrs

from billcore.kernel import InvalidValue, checked_id, currency, instant, number, rfc3339, zone
from billcore.kernel.exact import text
from billcore.lifecycle import Opening
from billcore.ports.steps import ScenarioStep
from billcore.pricing import Catalog, Proration, TaxRounding
from billcore.settlement.strategy import InvoiceOrder

__all__ = [
    "BillingMode",
    "GroupName",
    "RoundingMode",
    "RoundingPolicy",
    "Scenario",
    "ScenarioCustomer",
    "ScenarioPolicy",
    "ScenarioSource",
    "ScenarioStep",
    "SettlementPolicy",
]

GroupName = Literal["price", "invoice"]
RoundingMode = Literal["half_up", "half_even"]
ScenarioSource = Literal["voucher", "balance"]
"""``card`` is named by the formats and built later."""
BillingMode = Literal["automatic", "manual"]
_LONGEST_TERMS = 3_650
_DEEPEST = 32


def _start(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "start")


def _until(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "until")


def _billed_until(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "billed_until")


def _terms(value: int) -> int:
    if type(value) is not int or not 0 <= value <= _LONGEST_TERMS:
        raise InvalidValue("terms are 0 to 3650 days", place="terms", value=value)
    return value


def _sources(values: Iterable[ScenarioSource]) -> tuple[ScenarioSource, ...]:
    sources = tuple(values)
    for index, source in enumerate(sources):
        if source in sources[:index]:
            raise InvalidValue("a source stands twice", place=f"sources[{index}]", value=source)
    return sources


@attrs.frozen(kw_only=True)
class ScenarioCustomer:
    """A customer; ``terms`` in days, nothing before ``billed_until`` is billed."""

    id: str
    currency: str
    timezone: str = "UTC"
    country: str | None = None
    locale: str | None = None
    tax_id: str | None = None
    tax_exempt: str | None = None
    terms: int = attrs.field(default=10, converter=_terms)
    billed_until: dt.datetime | None = attrs.field(default=None, converter=_billed_until)
    opening: Opening = attrs.field(factory=Opening)

    def __attrs_post_init__(self) -> None:
        checked_id(self.id)
        currency(self.currency)
        zone(self.timezone, "timezone")


@attrs.frozen(kw_only=True)
class RoundingPolicy:
    """What happens to an exact half, and which lines share a rounding group."""

    mode: RoundingMode = "half_up"
    group: GroupName = "price"


@attrs.frozen(kw_only=True)
class SettlementPolicy:
    """Which ``sources`` pay in which order, whether they mix on one invoice, pay a part, and which invoice is first."""

    sources: tuple[ScenarioSource, ...] = attrs.field(default=("voucher", "balance"), converter=_sources)
    mixing: bool = True
    partial: bool = False
    invoices: InvoiceOrder = "largest"


@attrs.frozen(kw_only=True)
class ScenarioPolicy:
    """How the story is billed; ``proration`` measures the parts of prices (default: as each price says).

    ``tax`` says what of tax is rounded, that of a rate over a document or of each line (default: as the house does).
    """

    proration: Proration | None = None
    tax: TaxRounding | None = None
    rounding: RoundingPolicy = attrs.field(factory=RoundingPolicy)
    settlement: SettlementPolicy = attrs.field(factory=SettlementPolicy)


def plain(value: object, place: str = "expect", depth: int = 0) -> object:
    """``value`` as dicts, lists, text, integers, booleans and nulls: numbers as decimal text, instants as RFC 3339.

    Raises ``InvalidValue`` for what has no such form or is nested over 32.
    """
    if depth > _DEEPEST:
        raise InvalidValue("nested too deep", place=place)
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return text(number(value, place))
        case dt.datetime():
            return rfc3339(instant(value, place))
        case dt.date():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(item, f"{place}.{key}", depth + 1) for key, item in value.items()}
        case list() | tuple():
            return [plain(item, f"{place}[{index}]", depth + 1) for index, item in enumerate(value)]
        case _:
            raise InvalidValue("neither text, number, table nor list", place=place, value=value)


def _expect(value: Mapping[str, object] | None) -> Mapping[str, object] | None:
    if value is None:
        return None
    read = plain(value)
    if not isinstance(read, dict):
        raise InvalidValue("not a table", place="expect", value=value)
    return read


def _customers(values: Iterable[ScenarioCustomer]) -> tuple[ScenarioCustomer, ...]:
    return tuple(values)


def _catalogs(values: Iterable[Catalog | str]) -> tuple[Catalog | str, ...]:
    return tuple(values)


def _steps(values: Iterable[ScenarioStep]) -> tuple[ScenarioStep, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class Scenario:
    """A story. ``expect`` is plain data: partial results to compare with.

    ``name``, ``start``, ``until`` and ``catalog`` may be absent in a file that is only loaded into a store; to play it,
    the last three are needed. ``steps`` stay in the order of the document. Catalogs that are still paths are text.
    """

    name: str = ""
    start: dt.datetime | None = attrs.field(default=None, converter=_start)
    until: dt.datetime | None = attrs.field(default=None, converter=_until)
    billing: BillingMode = "automatic"
    settle: bool = False
    policy: ScenarioPolicy = attrs.field(factory=ScenarioPolicy)
    catalog: Catalog | str | None = None
    catalogs: tuple[Catalog | str, ...] = attrs.field(default=(), converter=_catalogs)
    customers: tuple[ScenarioCustomer, ...] = attrs.field(default=(), converter=_customers)
    steps: tuple[ScenarioStep, ...] = attrs.field(default=(), converter=_steps)
    expect: Mapping[str, object] | None = attrs.field(default=None, converter=_expect)

    def __attrs_post_init__(self) -> None:
        if self.start is not None and self.until is not None and self.until < self.start:
            raise InvalidValue("ends before it starts", place="until", value=rfc3339(self.until))
        seen: set[str] = set()
        for index, customer in enumerate(self.customers):
            if customer.id in seen:
                raise InvalidValue("an id stands twice", place=f"customers[{index}].id", value=customer.id)
            seen.add(customer.id)
