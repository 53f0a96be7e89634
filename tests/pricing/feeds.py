"""Feeds of a source, and what a catalog is after some of them."""

from __future__ import annotations

import datetime as dt

from billcore.kernel import instant
from billcore.pricing import (
    Catalog,
    Entry,
    Service,
    entries,
    merged,
)
from tests.pricing.examples import EFFECTIVE

__all__ = ["FIRST", "SECOND", "THIRD", "entry", "shop", "synced"]

FIRST, SECOND, THIRD = (instant(f"2026-02-0{day}T00:00:00Z") for day in (1, 2, 3))


def shop(*codes: str, fee: str = "5.00") -> Catalog:
    """A feed of services by code."""
    services = [Service(code=code, base_fee=fee) for code in codes]
    return Catalog(version="feed", effective=EFFECTIVE, currency="CHF", services=services)


def synced(*feeds: Catalog, most_stale: int = 50) -> Catalog:
    """The catalog after these feeds, a day apart."""
    found = None
    for n, feed in enumerate(feeds):
        found = merged(found, feed, "portal", FIRST + dt.timedelta(days=n), most_stale=most_stale).catalog
    assert found is not None
    return found


def entry(catalog: Catalog, place: str) -> Entry:
    """The entry at a place."""
    return dict(entries(catalog))[place]
