"""Entries of a catalog: what each carries once it has come from a source, and what that does to who wants to buy."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

import attrs

from billcore.kernel import StaleCatalogEntry, instant
from billcore.pricing import said

__all__ = ["Entry", "sold", "unmarked"]

E = TypeVar("E", bound="Entry")


def _last_synced_at(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "last_synced_at")


@attrs.frozen(kw_only=True)
class Entry:
    """What every entry of a catalog carries: the ``source`` that named it, when last, and whether it no longer does.

    A stale entry is not sold to anybody new, and stays for those who have it (R4-02, R4-05). An entry without a source
    was written by hand; no sync touches it until a source names it.
    """

    stale: bool = attrs.field(default=False, validator=said.flag)
    source: str | None = attrs.field(default=None, validator=said.text_or_none)
    last_synced_at: dt.datetime | None = attrs.field(default=None, converter=_last_synced_at)


def sold(entry: E, place: str) -> E:
    """The entry, if somebody new can have it. Raises ``StaleCatalogEntry`` (R4-06)."""
    if entry.stale:
        named = getattr(entry, "code", None) or getattr(entry, "version", None)
        raise StaleCatalogEntry(place=place, value=named)
    return entry


def unmarked(entry: E) -> E:
    """The entry as it says itself, without what a sync wrote on it: what an order keeps is the same by every source."""
    if not (entry.stale or entry.source or entry.last_synced_at):
        return entry
    return attrs.evolve(entry, stale=False, source=None, last_synced_at=None)
