"""Commitments on paper: what lines come to, held against what was committed. This only reads.

Written apart from the arithmetic of billing, from the documents' rounded lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

import attrs

from billcore.engine import Billing
from billcore.engine.accounts import load
from billcore.kernel import ZERO, Exact, Period, Rounding, minor_units, places
from billcore.kernel import exact as ex
from billcore.lifecycle import Item, Life, Occurrence, life, occurrences
from billcore.pricing import TrueUp, share
from billcore.settlement import ChargeKey, Invoice, Line
from billcore.testing.laws._broken import broken
from billcore.testing.laws.reading import customers, documents, live_lines

__all__ = ["commitments_are_kept"]


def commitments_are_kept(billing: Billing) -> None:
    """Law: covered lines and their true-up are at least what was committed for the time, and never more with a true-up.

    With a cap, lines, true-up and overage are never above it, also before its period ends. It holds where all that is
    recorded was billed, lines are rounded by price, and nothing was voided or forgiven. Lines of one commitment on
    documents that are rounded in two ways are left out: they may differ by a unit. Where a line moves behind later ones
    of its rounding group, and not all of that is covered, its lines count as if they had been billed in order.
    """
    mode = billing.session.policy.rounding
    for customer in customers(billing):
        loaded = billing.session.read(lambda tx, who=customer: load(tx, who))  # type: ignore[misc]  # a default binds the loop's value
        until = loaded.state.last_run
        lines = [
            (one.document.rounding.mode, line)
            for one, line in live_lines(sorted(documents(billing, customer), key=_issued))
            if line.coupon is None
        ]
        for one in loaded.facts.subscriptions if until is not None else ():
            found = life(one, loaded.facts.customer, until)
            for item, seen in _due(found, until):
                _kept(found, item, seen, lines, mode, open=until is not None and seen.due > until)


def _issued(one: Invoice) -> tuple[dt.datetime, dt.datetime]:
    """In order of issue: what is in advance may come later, on its own date."""
    return one.document.issued_at, one.document.billing_date


def _due(found: Life, until: dt.datetime | None) -> Iterator[tuple[Item, Occurrence]]:
    for item in found.items:
        if isinstance(item.record.price.model, TrueUp):
            for seen in occurrences(found, item):
                if until is None or seen.part.start >= until:
                    break
                yield item, seen


def _kept(
    found: Life, item: Item, seen: Occurrence, lines: Sequence[tuple[Rounding, Line]], mode: Rounding, *, open: bool
) -> None:
    law, price = "commitments are kept", item.record.price
    model = price.model
    if not isinstance(model, TrueUp):
        return
    own = ChargeKey(found.subscription.id, item.order, price.code, seen.period)
    names = _names(found, own, seen, price.sum_of)
    groups = {key.group for key in names}
    beside = [(way, line, line.key) for way, line in lines if line.key is not None and line.key.group in groups]
    if len({way for way, _, _ in beside}) > 1:
        return
    digits, rounding = places(price.currency or ""), beside[0][0] if beside else mode
    sums = dict.fromkeys(("covered", "true_up", "overage"), 0)
    for group in groups:
        had = [(key, line) for _, line, key in beside if key.group == group]
        for key, minor in _in_order(found, had, names, digits, rounding):
            sums[names[key]] += minor

    def part(amount: Decimal, stretch: Period) -> int:
        n, d = share(price.proration, stretch, seen.period, seen.zone)
        return minor_units(ex.ratio(amount, d, n), digits, rounding)

    least = part(model.commitment.amount, seen.part)
    both = sums["covered"] + sums["true_up"]
    if not open and (both < least or (sums["true_up"] and both != least)):
        raise broken(law, key=own, committed=least, **sums)
    if model.commitment.cap is not None:
        most = part(model.commitment.cap, Period(seen.part.start, seen.period.end))
        if both + sums["overage"] > most:
            raise broken(law, key=own, cap=most, **sums)


def _names(found: Life, own: ChargeKey, seen: Occurrence, codes: Collection[str]) -> dict[ChargeKey, str]:
    """What the keys are to the true-up of ``own``: covered by it, itself, or its overage."""
    names = {
        ChargeKey(found.subscription.id, other.order, other.record.price.code, its.period): "covered"
        for other in found.items
        if other.record.price.code in codes
        for its in _until(found, other, seen.part.end)
        if seen.part.start < min(its.part.end, found.end or its.part.end) <= seen.part.end
    }
    over = attrs.evolve(own, price=own.price.replace(":true-up", ":overage"))
    return names | {own: "true_up", over: "overage"}


def _in_order(
    found: Life, had: Sequence[tuple[ChargeKey, Line]], names: Collection[ChargeKey], digits: int, mode: Rounding
) -> list[tuple[ChargeKey, int]]:
    """What named keys come to by the lines of their rounding group: with others among them, as if billed in order."""
    keys = [key for key, _ in had]
    order = {key: _place(found, key) for key in keys} if set(keys) - set(names) else {}
    if all(order[one] <= order[other] for one, other in pairwise(keys) if order):
        return [(key, line.minor) for key, line in had if key in names]
    units: list[tuple[ChargeKey, int]] = []
    so_far: Exact = ZERO
    before = 0
    for own in sorted(set(keys), key=order.__getitem__):
        so_far = ex.total([so_far, *(line.exact for key, line in had if key == own)])
        now = minor_units(so_far, digits, mode)
        units.append((own, now - before))
        before = now
    return [(key, minor) for key, minor in units if key in names]


def _place(found: Life, key: ChargeKey) -> tuple[bool, dt.datetime, int]:
    """When the key is billed within its group: by its date, then as its item was opened; gone, before all."""
    for n, item in enumerate(found.charged):
        if (item.order, item.record.price.code) == (key.item, key.price):
            for seen in _until(found, item, key.period.end):
                if seen.period == key.period:
                    return (True, seen.due, n)
    return (False, key.period.start, 0)


def _until(found: Life, item: Item, end: dt.datetime) -> Iterator[Occurrence]:
    for seen in occurrences(found, item):
        if seen.part.start >= end:
            return
        yield seen
