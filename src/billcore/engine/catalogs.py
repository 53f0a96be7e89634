"""Catalogs in the store: which version is in force, and the tax rates of an instant."""

from __future__ import annotations

import datetime as dt
import functools

from billcore.kernel import NotFound, PriceUnavailable, from_micros, micros, rfc3339
from billcore.ports import ReadTx
from billcore.ports.tables import CATALOG, SYNC
from billcore.pricing import Catalog, TaxTable, entries, restamped, unarchive

__all__ = ["catalog_at", "catalog_found", "catalog_named", "catalog_of", "rates_at", "stamped"]


@functools.lru_cache(maxsize=64)
def catalog_of(text: str) -> Catalog:
    """The catalog of an archived text; a memo of a pure function, for a run asks for each billing date."""
    return unarchive(text, Catalog)


def catalog_at(tx: ReadTx, at: dt.datetime) -> Catalog:
    """The catalog in force at an instant. Raises ``PriceUnavailable`` where none is: what is unknown is not free."""
    found = _in_force(tx, at)
    if found is None:
        first = tx.find(CATALOG, CATALOG.indexes[0], (), limit=1)
        hint = f"the first takes effect {rfc3339(from_micros(int(first[0][1] or 0)))}" if first else "publish one first"
        raise PriceUnavailable("no catalog is in force", place="at", value=rfc3339(at), hint=hint)
    return catalog_of(found)


def catalog_found(tx: ReadTx, at: dt.datetime) -> Catalog | None:
    """The catalog in force at an instant, its entries stamped as they were by then; ``None`` before the first."""
    found = _in_force(tx, at)
    return None if found is None else stamped(tx, catalog_of(found), at)


def stamped(tx: ReadTx, catalog: Catalog, at: dt.datetime) -> Catalog:
    """The catalog with the instants of the syncs up to ``at`` that found its entries unchanged.

    Such a sync publishes nothing: a copy of a whole catalog a day, only to say that it is the same, would fill a store.
    """
    for source in sorted({entry.source for _, entry in entries(catalog) if entry.source is not None}):
        last = tx.find(SYNC, SYNC.indexes[0], (catalog.version, source), at_most=micros(at), limit=1, backwards=True)
        if last:
            catalog = restamped(catalog, from_micros(int(last[0][1] or 0)), source)
    return catalog


def catalog_named(tx: ReadTx, version: str) -> Catalog:
    """The catalog of a version. Raises ``NotFound``."""
    row = tx.get(CATALOG, (version,))
    if row is None:
        raise NotFound("no such catalog", place="version", value=version)
    return catalog_of(str(row[3]))


def _in_force(tx: ReadTx, at: dt.datetime) -> str | None:
    """The body of the newest by its instant, then by when it was published: no other is read."""
    rows = tx.find(CATALOG, CATALOG.indexes[0], (), at_most=micros(at), limit=1, backwards=True)
    return str(rows[0][3]) if rows else None


def rates_at(tx: ReadTx, at: dt.datetime) -> TaxTable:
    """The tax rates of the catalog in force; none where there is no catalog."""
    found = _in_force(tx, at)
    return TaxTable() if found is None else TaxTable(catalog_of(found).tax_rates)
