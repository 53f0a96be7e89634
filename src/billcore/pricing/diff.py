"""Diff: what differs between two catalogs, in words and in money.

Entries and prices meet by their natural keys, so that moving one in its list is no difference; a catalog's version and
effective instant, and what a sync stamps, are none either. Each difference says where, what was and what is; what it
costs before and after is told where that can be seen (``costs.py``). Tiers, brackets, cells, parts and phases meet by
their bounds, properties and codes; their order is one of its own, where they have one.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TypeVar

import attrs

from billcore.kernel import Interval, rfc3339
from billcore.kernel import exact as ex
from billcore.pricing.catalog import Catalog
from billcore.pricing.component import Component
from billcore.pricing.costs import Cost, costs
from billcore.pricing.entry import Entry
from billcore.pricing.in_words import entry_words, interval_words
from billcore.pricing.model.matrix import Cell
from billcore.pricing.model.percentage import PercentTier
from billcore.pricing.model.progressive import Bracket
from billcore.pricing.plan import Phase
from billcore.pricing.price import Price
from billcore.pricing.product import Part
from billcore.pricing.tier import Tier
from billcore.pricing.walk import key_of

__all__ = ["CatalogDiff", "Difference", "catalog_diff"]

T = TypeVar("T")

_UNSEEN = frozenset({"source", "last_synced_at"})
_HEAD = frozenset({"version", "effective"})


@attrs.frozen
class Difference:
    """One difference: its place, and what was and is there as text; ``None`` where nothing."""

    place: str
    before: str | None
    after: str | None

    @property
    def words(self) -> str:
        """The difference in one line."""
        if self.before is None:
            return f"{self.place}: new" + (f": {self.after}" if self.after else "")
        if self.after is None:
            return f"{self.place}: removed" + (f": {self.before}" if self.before else "")
        return f"{self.place}: {self.before} -> {self.after}"


@attrs.frozen
class CatalogDiff:
    """What differs between the catalogs of two versions; empty where they sell the same."""

    before: str | None
    after: str
    differences: tuple[Difference, ...]
    costs: tuple[Cost, ...]

    def __bool__(self) -> bool:
        return bool(self.differences)


def catalog_diff(before: Catalog | None, after: Catalog) -> CatalogDiff:
    """What differs; ``before`` is ``None`` where nothing was sold."""
    old = before if before is not None else Catalog(version="none", effective=after.effective)
    differences = tuple(_fields(old, after, "", _HEAD))
    return CatalogDiff(None if before is None else before.version, after.version, differences, costs(old, after))


def _fields(a: object, b: object, place: str, unseen: frozenset[str] = _UNSEEN) -> Iterator[Difference]:
    """What differs between two values of one class."""
    for field in attrs.fields(type(a)):  # type: ignore[arg-type]  # only called for attrs values
        if field.init and field.name not in unseen:
            where = f"{place}/{field.name.rstrip('_')}" if place else field.name
            yield from _different(getattr(a, field.name), getattr(b, field.name), where)


def _different(a: object, b: object, place: str) -> Iterator[Difference]:
    if a == b:
        return
    match a, b:
        case (tuple(), tuple()) if (keys := _keys(a)) is not None and (others := _keys(b)) is not None:
            yield from _items(dict(zip(keys, a, strict=True)), dict(zip(others, b, strict=True)), place)
            if not all(isinstance(one, (Entry, Price)) for one in (*a, *b)):
                yield from _order(keys, others, place)
        case (Mapping(), Mapping()):
            yield from _items(a, b, place)
        case _ if type(a) is type(b) and isinstance(a, (Entry, Price)):
            yield from _fields(a, b, place)
        case _ if type(a) is type(b) and attrs.has(type(a)) and not isinstance(a, tuple):
            yield from _fields(a, b, place, frozenset())
        case _:
            yield Difference(place, _text(a), _text(b))


def _keys(values: tuple[object, ...]) -> list[str] | None:
    """What each is known by among the others; ``None`` where that does not tell them apart."""
    found = [_key(value) for value in values]
    return None if None in found or len(set(found)) < len(found) else [str(key) for key in found]


def _key(value: object) -> str | None:
    match value:
        case Entry() | Price():
            return key_of(value)
        case Phase(code=code) | Component(code=code) | Part(product=code):
            return code
        case Tier(up_to=bound) | PercentTier(up_to=bound) | Bracket(up_to=bound):
            return "beyond" if bound is None else f"to {ex.text(bound)}"
        case Cell(values=values):
            return "/".join(values.values())
        case _:
            return None


def _order(a: list[str], b: list[str], place: str) -> Iterator[Difference]:
    """What stands before what, of those that are in both."""
    was, now = [key for key in a if key in b], [key for key in b if key in a]
    if was != now:
        yield Difference(place, ", ".join(was), ", ".join(now))


def _items(a: Mapping[str, object], b: Mapping[str, object], place: str) -> Iterator[Difference]:
    for key in [*a, *(key for key in b if key not in a)]:
        where = f"{place}/{key}"
        if key in a and key in b:
            yield from _different(a[key], b[key], where)
        elif key in a:
            yield Difference(where, _text(a[key]), None)
        else:
            yield Difference(where, None, _text(b[key]))


def _text(value: object) -> str:
    """What people read of a value; of an entry its name, or what it gives."""
    match value:
        case Entry():
            return entry_words(value)
        case Price():
            return value.description
        case Interval():
            return interval_words(value)
        case tuple():
            return "[" + ", ".join(map(_text, value)) + "]"
        case Mapping():
            return ", ".join(f"{key} {_text(item)}" for key, item in value.items())
        case _ if attrs.has(type(value)):
            own = attrs.fields(type(value))  # type: ignore[arg-type]  # ``has`` said that it is an attrs class
            named = ((field.name, getattr(value, field.name)) for field in own if field.init)
            inner = ", ".join(f"{name} {_text(item)}" for name, item in named if item not in (None, "", False))
            return f"{type(value).__name__} ({inner})"
        case _:
            return _scalar(value)


def _scalar(value: object) -> str:
    match value:
        case Decimal():
            return ex.text(value)
        case dt.datetime():
            return rfc3339(value)
        case enum.Enum():
            return str(value.value)
        case bool():
            return "yes" if value else "no"
        case _:
            return "none" if value is None else str(value)
