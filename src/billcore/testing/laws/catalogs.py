"""Catalogs: what a sync, a diff and a publication may not get wrong."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

from billcore.engine import Billing
from billcore.kernel import SyncAborted, instant
from billcore.pricing import (
    Catalog,
    Entry,
    Merged,
    Package,
    PriceModel,
    SyncChange,
    Wrapped,
    amount_of,
    catalog_diff,
    entries,
    merged,
    restamped,
)
from billcore.pricing.model.wrapped import unwrapped
from billcore.testing.laws._broken import broken, same

__all__ = [
    "applied_plan_is_what_was_planned",
    "diff_tells_every_difference",
    "diff_tells_the_money",
    "sync_loses_nothing",
    "sync_twice_is_unchanged",
]


def diff_tells_the_money(before: Catalog, after: Catalog, quantity: Decimal) -> None:
    """Law: what costs more or less at a whole ``quantity`` has a cost in the diff, and each is what the price says.

    One unit and more. Left out is what no few quantities are enough to tell: prices by event, of services, by begun
    packages or units, and those with a least or most amount.
    """
    law = "a diff tells the money"
    was, will = _amounts(before), _amounts(after)
    costs = catalog_diff(before, after).costs
    for place in was.keys() & will.keys():
        old, new = was[place], will[place]
        told = [cost for cost in costs if cost.place == place]
        if amount_of(old, quantity) != amount_of(new, quantity) and not told:
            raise broken(law, place=place, before=old, after=new, quantity=quantity)
        for cost in told:
            if cost.before is None or cost.after is None:
                continue  # in another currency, or by another unit, it is something else that was sold
            same(law, cost.before, amount_of(old, cost.quantity), place=place)
            same(law, cost.after, amount_of(new, cost.quantity), place=place)


def _amounts(catalog: Catalog) -> dict[str, PriceModel]:
    """What is sold by quantity, and not by the hour, in the plans' active versions, by its place."""
    return {
        f"plans/{plan.code}/{price.code}": price.model
        for plan in catalog.plans
        for price in (() if plan.active is None else plan.active.prices)
        if price.by_event is None and price.per is None and not _stepped(price.model)
    }


def _stepped(model: PriceModel) -> bool:
    """It has steps or bends between its bounds."""
    inner = unwrapped(model)
    begun = isinstance(inner, Package) or any(
        getattr(tier, "package_size", None) for tier in getattr(inner, "tiers", ())
    )
    return begun or (
        isinstance(model, Wrapped) and (model.minimum, model.maximum, model.unit_round) != (None, None, None)
    )


_INNER = ("compute_plans", "storage", "resources", "versions")
_MARKS = ("stale", "source", "last_synced_at")


def diff_tells_every_difference(before: Catalog, after: Catalog) -> None:
    """Law: a diff is empty exactly if the two sell the same, and a catalog never differs from itself.

    Version, effective instant, the order of entries and the stamps of syncs are not what is sold. Seen from the other
    side, each difference has the same place.
    """
    law = "a diff tells every difference"
    for one in (before, after):
        same(law, catalog_diff(one, one).differences, (), catalog=one.version)
    found, back = catalog_diff(before, after), catalog_diff(after, before)
    same(law, bool(found), _sold(before) != _sold(after), before=before, after=after)
    same(law, {d.place for d in back.differences}, {d.place for d in found.differences}, before=before, after=after)
    if found.costs and not found:
        raise broken(law, costs=found.costs)


def _sold(catalog: Catalog) -> tuple[object, dict[str, object]]:
    """What a catalog sells, by place; entries that have others inside are compared without them."""
    found: dict[str, object] = {}
    for place, entry in entries(catalog):
        values = {f.name: getattr(entry, f.name) for f in attrs.fields(type(entry)) if f.name not in _INNER}
        prices = {getattr(one, "code", one): one for one in values.pop("prices", ())}
        if "phases" in values:
            phases = [attrs.astuple(one, recurse=False) for one in values["phases"]]
            values["phases"] = [(code, length, {one.code: one for one in own}) for code, length, own in phases]
        found[place] = ({k: v for k, v in values.items() if k not in ("source", "last_synced_at")}, prices)
    return catalog.currency, found


def _synced(base: Catalog | None, feed: Catalog, source: str, at: dt.datetime) -> Merged | None:
    """What a sync comes to; ``None`` where it is refused, for then nothing changes."""
    try:
        return merged(base, feed, source, at, most_stale=100)
    except SyncAborted:
        return None


def sync_twice_is_unchanged(base: Catalog | None, feed: Catalog, at: dt.datetime | str, source: str = "law") -> None:
    """Law: the same feed again changes nothing and makes nothing stale; all of it is unchanged (R4-07)."""
    law, when = "a sync twice is unchanged", instant(at, "at")
    first = _synced(base, feed, source, when)
    if first is None:
        return
    later = when + dt.timedelta(days=1)
    again = merged(first.catalog, feed, source, later, most_stale=100)
    same(law, again.counts, (0, 0, sum(1 for _ in entries(feed)), 0), base=base, feed=feed)
    same(law, _sold(again.catalog), _sold(first.catalog), base=base, feed=feed)
    stamped = dict(entries(restamped(first.catalog, later, source)))
    same(law, dict(entries(again.catalog)), stamped, base=base, feed=feed)


def sync_loses_nothing(base: Catalog, feed: Catalog, at: dt.datetime | str, source: str = "law") -> None:
    """Law: after a sync every entry of before is still there, and what the feed names is as the feed has it (R4-02).

    An entry is stale exactly if it came from the source and is named no more, or was stale before and is none of its.
    What the feed does not name sells what it sold, in the currency and at the worth of a credit that it had; a plan's
    version may retire.
    """
    law, when = "a sync loses nothing", instant(at, "at")
    done = _synced(base, feed, source, when)
    if done is None:
        return
    had, named, has = dict(entries(base)), dict(entries(feed)), dict(entries(done.catalog))
    same(law, set(has), {*had, *named}, base=base, feed=feed)
    for place, entry in has.items():
        if place in named:
            marks = (entry.stale, entry.source, entry.last_synced_at)
            same(law, marks, (False, source, when), place=place)
        else:
            gone = had[place].source == source or had[place].stale
            same(law, (entry.stale, entry.last_synced_at), (gone, had[place].last_synced_at), place=place)
            told = done.changes.get(place)
            newly = had[place].source == source and not had[place].stale
            same(law, told, SyncChange.STALE if newly else None, place=place)
            same(law, _kept(entry), _kept(had[place]), place=place)


def _kept(entry: Entry) -> dict[str, object]:
    """What no sync changes on an entry that it does not name."""
    changing = {*_MARKS, *_INNER, "status"}
    return {f.name: getattr(entry, f.name) for f in attrs.fields(type(entry)) if f.init and f.name not in changing}


def applied_plan_is_what_was_planned(billing: Billing, catalog: Catalog) -> None:
    """Law: once a plan is applied, the catalog in force at its instant is the planned one, and nothing else changed.

    ``catalog`` is published over another one. What then differs is what the plan said.
    """
    law = "an applied plan is what was planned"
    before = billing.catalog.as_of(catalog.effective)
    plan = billing.catalog.plan(catalog)
    same(law, billing.catalog.as_of(catalog.effective), before, catalog=catalog.version)
    billing.catalog.apply(plan)
    after = billing.catalog.as_of(catalog.effective)
    same(law, after, plan.catalog, catalog=catalog.version)
    same(law, catalog_diff(before, after), plan.diff, catalog=catalog.version)
    same(law, billing.catalog.plan(catalog).diff.differences, (), catalog=catalog.version)
