"""Publishing and syncing inside a transaction: what was planned is written, or nothing is."""

from __future__ import annotations

import datetime as dt
import json

import attrs

from billcore.engine.catalogs import catalog_found, catalog_of
from billcore.engine.rows.customers import maybe_text
from billcore.kernel import (
    AlreadyExists,
    BillcoreError,
    CatalogMoved,
    InvalidValue,
    StateError,
    SyncAborted,
    instant,
    micros,
    of_kind,
    rfc3339,
)
from billcore.ports import CatalogSource, Feed, ReadTx, Tx
from billcore.ports.tables import CATALOG, SYNC
from billcore.pricing import Catalog, CatalogPlan, Merged, SyncChange, archive, entries, merged, plan_catalog, plan_hash

__all__ = [
    "SyncPlan",
    "SyncReport",
    "fetched",
    "insert_catalog",
    "known_tag",
    "plan_feed",
    "report_of",
    "report_text",
    "write_sync",
]


@attrs.frozen
class SyncReport:
    """What a sync did; ``catalog`` is the version that is in force after it."""

    source: str
    at: dt.datetime
    catalog: str
    created: int
    updated: int
    unchanged: int
    stale: int


@attrs.frozen
class SyncPlan:
    """What a sync will do: ``merged`` by entry, and ``plan`` as a publication, with its difference and its hash.

    ``tag`` is the source's name for what it answered.
    """

    source: str
    at: dt.datetime
    tag: str | None
    merged: Merged
    plan: CatalogPlan


def insert_catalog(tx: Tx, catalog: Catalog, now: dt.datetime, expect: str | None) -> None:
    """Publish a catalog, unless that is done already.

    Raises ``AlreadyExists`` where its version has other content, ``CatalogMoved`` where ``expect`` is not its hash
    against the catalog in force at its instant, ``InvalidValue`` for one that would not be read back as it is.
    """
    body = archive(catalog)
    row = tx.get(CATALOG, (catalog.version,))
    if row is not None:
        if row[3] != body:
            raise AlreadyExists("this version was published with other content", value=catalog.version)
        return
    base = catalog_found(tx, catalog.effective)
    if expect is not None and plan_hash(None if base is None else base.version, catalog) != expect:
        raise CatalogMoved(place="catalog", value=catalog.version, hint="plan again")
    _refuse_unreadable(catalog, body)
    tx.insert(CATALOG, [(catalog.version, micros(catalog.effective), micros(now), body)])


def _refuse_unreadable(catalog: Catalog, body: str) -> None:
    """What is in force is read by every run and every order: a text that cannot be would stop the house."""
    try:
        found = catalog_of(body)
    except BillcoreError as error:
        raise InvalidValue(f"it cannot be read back: {error}", place="catalog", value=catalog.version) from error
    if found != catalog:
        raise InvalidValue("it is read back as another catalog", place="catalog", value=catalog.version)


def known_tag(tx: ReadTx, source: str, at: dt.datetime) -> str | None:
    """The tag of what the source answered last, if the catalog that this made is still in force; else all is asked."""
    last = tx.find(SYNC, None, (source,), limit=1, backwards=True)
    base = catalog_found(tx, at)
    return None if not last or base is None or last[0][2] != base.version else maybe_text(last[0][3])


def fetched(source: CatalogSource, known: str | None) -> Feed | None:
    """What a source answers. Raises ``SyncAborted`` where it fails, and where it answers what is none."""
    name = source.name
    try:
        feed = source.fetch(known)
        of_kind(feed, Feed | None, "source")
    except StateError:
        raise
    except Exception as error:  # the host's code: whatever it raises, the catalog is as it was
        raise SyncAborted(f"the source failed: {type(error).__name__}: {error}"[:300], value=name) from error
    if feed is None and known is None:
        raise SyncAborted("the source says 'as before' where nothing was before", value=name)
    return feed


def plan_feed(
    base: Catalog | None, source: str, feed: Feed | None, tag: str | None, at: dt.datetime, most_stale: int
) -> SyncPlan:
    """What an answer of a source comes to; ``None`` says that it is what ``tag`` named.

    Raises ``SyncAborted``.
    """
    if feed is None:
        same = _same(base, source)
    else:
        same = merged(base, feed.catalog, source, at, most_stale=most_stale)
        tag = feed.tag
    catalog = same.catalog if same.changed or base is None else base
    return SyncPlan(source, at, tag, same, plan_catalog(base, catalog))


def _same(base: Catalog | None, source: str) -> Merged:
    if base is None:
        raise AssertionError("a source has said 'as before' where nothing was before")
    mine = (place for place, entry in entries(base) if entry.source == source and not entry.stale)
    return Merged(base, dict.fromkeys(mine, SyncChange.UNCHANGED))


def write_sync(tx: Tx, planned: SyncPlan, now: dt.datetime) -> SyncReport:
    """Publish what changed, and keep that the source was asked. Raises ``CatalogMoved`` and ``AlreadyExists``."""
    catalog = planned.plan.catalog
    base = catalog_found(tx, catalog.effective)
    if planned.merged.changed:
        insert_catalog(tx, catalog, now, planned.plan.hash)
    elif base is None or base.version != planned.plan.base:
        raise CatalogMoved(place="catalog", value=planned.plan.base, hint="plan again")
    counts = planned.merged.counts
    row = (planned.source, micros(planned.at), catalog.version, planned.tag, *counts)
    tx.insert_absent(SYNC, [row])
    return SyncReport(planned.source, planned.at, catalog.version, *counts)


def report_text(report: SyncReport) -> str:
    """A report as the result of an operation, so that the same key finds it again."""
    return json.dumps({**attrs.asdict(report), "at": rfc3339(report.at)}, ensure_ascii=False)


def report_of(text: str) -> SyncReport:
    """The report of a result."""
    data = json.loads(text)
    return SyncReport(**{**data, "at": instant(data["at"])})
