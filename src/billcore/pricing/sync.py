"""Sync: what a source's catalog makes of the one in force. Pure: nothing is fetched and nothing is published.

Entries meet by their natural keys (R4-01). What the feed names is created, updated or unchanged, and stamped; what came
from this source before and is named no more goes stale and stays (R4-02); one that returns is fresh again (R4-03). What
was written by hand stays as it is until the source names it: coupons, commitments, grants, credit units and own
currencies like all others. An empty feed, one without a list that it had, or one that
would make too much stale is taken for a failure of the source, and refused (R4-04); so is one that has a price of the
base in another currency.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

import attrs

from billcore.kernel import InputError, InvalidValue, SyncAborted, instant, of_kind, rfc3339
from billcore.kernel import exact as ex
from billcore.pricing.catalog import Catalog
from billcore.pricing.entry import Entry
from billcore.pricing.plan import PlanStatus, PlanVersion
from billcore.pricing.sync_currency import refuse_other_currencies
from billcore.pricing.walk import LISTS, NESTED, entries, key_of, same

__all__ = ["MOST_STALE", "Merged", "SyncChange", "merged", "restamped", "stale_by_age"]

E = TypeVar("E", bound=Entry)

MOST_STALE = 50
"""Percent of a source's fresh entries that one sync may make stale."""


class SyncChange(enum.Enum):
    """What a sync does to an entry."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    STALE = "stale"


@attrs.frozen
class Merged:
    """What a sync comes to: the catalog that will be, and what becomes of each entry of the source, by its place.

    An entry that was stale before and is still missing is in neither.
    """

    catalog: Catalog
    changes: Mapping[str, SyncChange]

    def named(self, change: SyncChange) -> tuple[str, ...]:
        """The places of the entries with that change."""
        return tuple(place for place, found in self.changes.items() if found is change)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Created, updated, unchanged, stale."""
        found = list(self.changes.values())
        created, updated, unchanged, stale = (found.count(change) for change in SyncChange)
        return created, updated, unchanged, stale

    @property
    def changed(self) -> bool:
        """Something is sold that was not, or otherwise than before; stamps alone are no change."""
        created, updated, _, stale = self.counts
        return bool(created or updated or stale)


def merged(
    base: Catalog | None, feed: Catalog, source: str, at: dt.datetime | str, *, most_stale: int = MOST_STALE
) -> Merged:
    """What the catalog in force becomes when ``source`` answers ``feed`` at an instant.

    The result takes effect at ``at``, or when the feed says so if that is later; it is named after the instant. At most
    ``most_stale`` percent of the source's fresh entries may go stale; with 100, whole
    lists too. Raises ``SyncAborted``.
    """
    when = instant(at, "at")
    if type(most_stale) is not int or not 0 <= most_stale <= 100:  # noqa: PLR2004 - percent
        raise InvalidValue("a percentage is 0 to 100", place="most_stale", value=most_stale)
    merging = _Merging(source, when)
    before = base or Catalog(version="none", effective=feed.effective)
    refuse_other_currencies(before, feed)
    _refuse_other_rates(before, feed)
    lists: dict[str, Any] = {
        name: merging.joined(getattr(before, name), getattr(feed, name), f"{name}/") for name in LISTS
    }
    _believable(before, feed, source, merging.changes, most_stale)
    currency = feed.currency or before.currency
    name = f"sync:{rfc3339(when)}"
    try:
        catalog = Catalog(version=name, effective=max(when, feed.effective), currency=currency, **lists)
    except InputError as error:
        raise SyncAborted(f"what the source names does not fit: {error.text}", place=error.place) from error
    return Merged(catalog, merging.changes)


@attrs.frozen
class _Merging:
    source: str
    at: dt.datetime
    changes: dict[str, SyncChange] = attrs.field(factory=dict)

    def joined(self, base: Sequence[Entry], feed: Iterable[Entry], place: str) -> tuple[Entry, ...]:
        """The feed's entries in its order, then those that it does not name."""
        had, seen, found = {key_of(entry): entry for entry in base}, set(), []
        for entry in feed:
            key = key_of(entry)
            if key in seen:
                raise SyncAborted("the source names an entry twice", place=f"{place}{key}", value=self.source)
            seen.add(key)
            found.append(self.upserted(had.get(key), entry, f"{place}{key}"))
        sells = any(isinstance(entry, PlanVersion) and entry.status is PlanStatus.ACTIVE for entry in found)
        missing = [self.missing(entry, f"{place}{key}", retire=sells) for key, entry in had.items() if key not in seen]
        return (*found, *missing)

    def upserted(self, had: Entry | None, new: Entry, place: str) -> Entry:
        if had is not None and had.source not in (None, self.source):
            raise SyncAborted("this entry belongs to another source", place=place, value=had.source)
        self.changes[place] = SyncChange.CREATED  # before its parts, so that they are told after it
        marks: dict[str, Any] = {"stale": False, "source": self.source, "last_synced_at": self.at}
        parts: dict[str, Any] = {
            name: self.joined(() if had is None else getattr(had, name), getattr(new, name), f"{place}/{name}/")
            for name in NESTED.get(type(new), ())
        }
        if had is not None:
            alike = had.source is not None and not had.stale and same(had, new)
            self.changes[place] = SyncChange.UNCHANGED if alike else SyncChange.UPDATED
        return attrs.evolve(new, **parts, **marks)

    def missing(self, entry: E, place: str, *, retire: bool) -> E:
        """What was written by hand or came from elsewhere stays; an active version gives way to the feed's."""
        if entry.source != self.source:
            return _retired(entry) if retire else entry
        parts: dict[str, Any] = {
            name: tuple(self.missing(part, f"{place}/{name}/{key_of(part)}", retire=False) for part in found)
            for name, found in ((name, getattr(entry, name)) for name in NESTED.get(type(entry), ()))
        }
        if not entry.stale:
            self.changes[place] = SyncChange.STALE
        gone = attrs.evolve(entry, stale=True, **parts)
        return _retired(gone) if retire else gone


def _retired(entry: E) -> E:
    if isinstance(entry, PlanVersion) and entry.status is PlanStatus.ACTIVE:
        return cast("E", attrs.evolve(entry, status=PlanStatus.RETIRED))
    return entry


def _refuse_other_rates(base: Catalog, feed: Catalog) -> None:
    """Raise ``SyncAborted`` where a source says otherwise what a credit of the house's own is worth.

    It would re-rate what was written by hand in these credits, and nothing of that would be told.
    """
    own = {unit.code: unit for unit in base.credit_units if unit.source is None}
    for unit in feed.credit_units:
        had = own.get(unit.code, unit)
        if had.rate != unit.rate:
            hint = "publish the catalog by hand where it is meant, or call the source's otherwise"
            value = f"{ex.text(had.rate)} -> {ex.text(unit.rate)}"
            raise SyncAborted(
                "a credit is worth more or less", place=f"credit_units/{unit.code}", value=value, hint=hint
            )


def _believable(base: Catalog, feed: Catalog, source: str, changes: Mapping[str, SyncChange], most_stale: int) -> None:
    """Raise ``SyncAborted`` where a feed says so little that it is more likely broken than true."""
    if not any(getattr(feed, name) for name in LISTS):
        raise SyncAborted("the source names nothing at all", value=source)
    for name in LISTS:
        fresh = any(entry.source == source and not entry.stale for entry in getattr(base, name))
        if fresh and not getattr(feed, name) and most_stale < 100:  # noqa: PLR2004 - percent; 100: all may go
            raise SyncAborted("the source names none of a list that it had", place=name, value=source)
    had = sum(entry.source == source and not entry.stale for _, entry in entries(base))
    gone = sum(change is SyncChange.STALE for change in changes.values())
    if gone * 100 > had * most_stale:
        raise SyncAborted(f"{gone} of {had} entries would go stale", value=source, hint=f"over {most_stale} percent")


def restamped(catalog: Catalog, at: dt.datetime, source: str) -> Catalog:
    """The catalog after a sync at ``at`` that found all of ``source`` unchanged: its fresh entries are stamped."""
    return _each(catalog, lambda e: attrs.evolve(e, last_synced_at=at) if e.source == source and not e.stale else e)


def stale_by_age(catalog: Catalog, at: dt.datetime | str, max_age: dt.timedelta) -> Catalog:
    """The catalog as it is to be sold from at ``at``: what no source has named for longer than ``max_age`` is stale.

    What was written by hand does not age (R4-09).
    """
    of_kind(max_age, dt.timedelta, "max_age")
    when = instant(at, "at")
    if max_age < dt.timedelta():
        raise InvalidValue("must not be negative", place="max_age", value=max_age)
    try:
        oldest = when - max_age
    except OverflowError:
        return catalog  # nothing is that old

    def aged(entry: Entry) -> Entry:
        old = entry.last_synced_at is not None and entry.last_synced_at < oldest
        return attrs.evolve(entry, stale=True) if old and not entry.stale else entry

    return _each(catalog, aged)


def _each(catalog: Catalog, change: Callable[[Entry], Entry]) -> Catalog:
    """The catalog with each entry as ``change`` has it, the parts of an entry before the entry itself."""

    def whole(entry: Entry) -> Entry:
        parts: dict[str, Any] = {name: tuple(map(change, getattr(entry, name))) for name in NESTED.get(type(entry), ())}
        same = all(found == getattr(entry, name) for name, found in parts.items())
        return change(entry if same else attrs.evolve(entry, **parts))

    lists: dict[str, Any] = {name: tuple(map(whole, getattr(catalog, name))) for name in LISTS}
    return attrs.evolve(catalog, **lists)
