"""Periods and what was billed for them (P1, P2, P3, P8)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from billcore.engine.verify.coupons import wrong_discounts
from billcore.engine.verify.values import Values, key_place
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Found, Violation
from billcore.kernel import ZERO, Exact, rfc3339
from billcore.kernel import exact as ex
from billcore.lifecycle import Item, Life, life, next_due
from billcore.pricing import PriceCadence
from billcore.settlement import ChargeKey

__all__ = ["check_p1", "check_p2", "check_p3", "check_p8"]


def _held(values: Values) -> Iterator[ChargeKey]:
    """The keys that something is billed for and that no unseen fact touches: the rest of the others was given back."""
    billed = values.billed
    for key in billed.entries:
        given_back = key not in values.wanted and billed.sum(key) <= billed.floor(key)
        if not given_back and not values.pending(key.period):
            yield key


def _item(values: Values, key: ChargeKey) -> tuple[Life, Item] | None:
    found = values.lives.get(key.subscription)
    for item in found.charged if found is not None else ():
        if found is not None and (item.order, item.record.price.code) == (key.item, key.price):
            return found, item
    return None


def check_p1(view: AccountView) -> Found:
    """The periods billed for an item of a subscription tile time: none overlaps, and none that costs is left out."""
    values = view.values
    if values is None:
        return
    series: dict[tuple[str, str, str], list[ChargeKey]] = {}
    for key in _held(values):
        if key.subscription and not key.period.empty:
            series.setdefault((key.subscription, key.item, key.price), []).append(key)
    for keys in series.values():
        owner = _item(values, keys[0])
        if owner is None:
            continue  # nobody has it: P2's
        found, item = owner
        resets = {epoch.start for epoch in found.epochs}
        price = item.record.price
        recurring = price.cadence is PriceCadence.RECURRING and not price.sum_of  # which may come to nothing
        ordered = sorted(keys, key=lambda key: key.period)
        for before, after in pairwise(ordered):
            start, end = after.period.start, before.period.end
            place = key_place(view.customer, after)
            if start < end and start not in resets:
                yield Violation("P1", place, "overlaps the period before it", str(before.period))
            elif start > end and recurring and not values.pending(before.period):
                yield Violation("P1", place, "nothing is billed between it and the period before", str(before.period))


def check_p2(view: AccountView) -> Found:
    """For every key due by the last run, the exact amounts of its lines sum to what the facts ask for."""
    values = view.values
    if values is None:
        return
    billed = values.billed
    for key in values.wanted:
        if not values.pending(key.period) and not _right(values, key, want := values.asked(key)):
            yield _wrong(view, key, want, billed.sum(key))
    for key in billed.sums:
        if key not in values.wanted and not values.pending(key.period) and not _right(values, key, ZERO):
            yield _wrong(view, key, ZERO, billed.sum(key))
    yield from wrong_discounts(view, values)
    yield from _forgotten(view, values)


def _right(values: Values, key: ChargeKey, want: Exact) -> bool:
    """The sum is what is wanted; or no more is given back, because goodwill was."""
    have, floor = values.billed.sum(key), values.billed.floor(key)
    return not ex.compare(have, want) or want <= have <= floor


def _wrong(view: AccountView, key: ChargeKey, want: Exact, have: Exact) -> Violation:
    return Violation("P2", key_place(view.customer, key), f"the facts ask for {ex.text(want)}", ex.text(have))


def _forgotten(view: AccountView, values: Values) -> Found:
    """An account that is parked by nobody comes due again when its facts say so, or sooner."""
    account, state = values.loaded.account, values.loaded.state
    if account.parked is not None:
        return
    facts = values.loaded.facts
    lives = (life(one, facts.customer) for one in facts.subscriptions)
    dates = [due for one in lives if (due := next_due(one, state.last_run)) is not None]
    dates += state.reopened
    if dates and (state.next_due is None or state.next_due > min(dates)):
        found = None if state.next_due is None else rfc3339(state.next_due)
        yield Violation("P2", view.customer, f"due at {rfc3339(min(dates))}, and no run will look", found)
    elif state.marks and state.next_due is None:
        yield Violation("P2", view.customer, "a fact waits, and no run will look", rfc3339(state.marks[0]))


def check_p3(view: AccountView) -> Found:
    """Every billed period begins and ends at boundaries counted from its anchor in the customer's zone."""
    values = view.values
    if values is None:
        return
    for key in _held(values):
        owner = _item(values, key)
        if owner is None or owner[1].record.price.cadence is PriceCadence.ONCE:
            continue
        found, item = owner
        beats = [found.cadence(epoch, item.record.price.interval) for epoch in found.epochs]
        if not any(beat.period(beat.index(key.period.start)) == key.period for beat in beats):
            yield Violation("P3", key_place(view.customer, key), "not a period of its anchor")


def check_p8(view: AccountView) -> Found:
    """Nothing is billed for a period that starts at or after the end of its item."""
    values = view.values
    if values is None:
        return
    for key in _held(values):
        owner = _item(values, key)
        if owner is None or key.period.empty:
            continue
        end = owner[1].end
        if end is not None and key.period.start >= end:
            yield Violation("P8", key_place(view.customer, key), f"its item ended at {rfc3339(end)}")
