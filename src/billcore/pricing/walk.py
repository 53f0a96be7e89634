"""Entries of a catalog by their natural keys: what a sync matches, a diff compares and a view leaves out."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from billcore.kernel import currency_name
from billcore.pricing.availability import Availability
from billcore.pricing.catalog import Catalog
from billcore.pricing.commitment import Commitment
from billcore.pricing.entry import Entry
from billcore.pricing.plan import Plan, PlanVersion
from billcore.pricing.price import Price
from billcore.pricing.product import MeterPrice
from billcore.pricing.service import Service
from billcore.pricing.tax_rates import TaxRate

__all__ = ["LISTS", "MARKS", "NESTED", "entries", "key_of", "same"]

LISTS = (
    *("sla_tiers", "services", "meters", "products", "plans", "addons", "meter_prices", "availability", "tax_rates"),
    *("coupons", "commitments", "grants", "credit_units", "currencies"),
)
"""The lists of a catalog: all of their entries may come from sources."""

NESTED: dict[type[object], tuple[str, ...]] = {
    Service: ("compute_plans", "storage", "resources"),
    Plan: ("versions",),
}
"""The lists of entries inside an entry."""

MARKS = frozenset(field.name for field in attrs.fields(Entry))
"""What a sync writes on an entry; it says nothing about what is sold."""


def key_of(entry: Entry | Price) -> str:
    """The natural key of an entry or price in its list: its code, a version's number, a dated price's beginning.

    A commitment's are the prices that it covers.
    """
    match entry:
        case PlanVersion(version=number):
            return str(number)
        case MeterPrice(meter=meter, price=Price(currency=currency), from_=since):
            return f"{meter}:{currency_name(currency or '')}@{since or 'ever'}"
        case Availability(service=service, compute_plan=plan, offering=offering):
            return f"{service}:{plan}@{offering or 'anywhere'}"
        case TaxRate(code=code, country=country, category=category, from_=since):
            return f"{code}:{country}:{category}@{since or 'ever'}"
        case Commitment(prices=codes):
            return "+".join(codes)
        case _:
            return str(getattr(entry, "code"))  # noqa: B009 - every other entry has one, which ``Entry`` cannot say


def entries(catalog: Catalog) -> Iterator[tuple[str, Entry]]:
    """Every entry with its place: ``services/vpn``, ``services/vpn/compute_plans/small``."""
    for name in LISTS:
        for entry in getattr(catalog, name):
            place = f"{name}/{key_of(entry)}"
            yield place, entry
            for inner in NESTED.get(type(entry), ()):
                for part in getattr(entry, inner):
                    yield f"{place}/{inner}/{key_of(part)}", part


def same(a: Entry, b: Entry) -> bool:
    """The two say the same of themselves: marks and lists of further entries left out."""
    return type(a) is type(b) and all(getattr(a, name) == getattr(b, name) for name in _OWN[type(a)])


def _own(kind: type[Entry]) -> tuple[str, ...]:
    left_out = MARKS | set(NESTED.get(kind, ()))
    return tuple(field.name for field in attrs.fields(kind) if field.init and field.name not in left_out)


_OWN = {kind: _own(kind) for kind in Entry.__subclasses__()}
