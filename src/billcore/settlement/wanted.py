"""What should have been billed by a billing date: a map of charge keys to exact amounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import attrs

from billcore.kernel import ONE, Exact, InvariantBroken, Period, Rounding
from billcore.kernel import exact as ex
from billcore.lifecycle import (
    Item,
    Life,
    Occurrence,
    OneOff,
    occurrences,
)
from billcore.pricing import (
    Price,
    PriceCadence,
    Timing,
    amount_of,
    recurring_amount,
    shortfall,
    time_amount,
)
from billcore.settlement.key import ChargeKey
from billcore.settlement.summed import Summed, Walk, capped, summed
from billcore.settlement.used import UsageLookup, used

MOST_PERIODS = 100_000
"""A safety bound: more periods of one price in one billing date park the account before anything is billed."""

__all__ = [
    "Charge",
    "Costs",
    "Modes",
    "charge",
    "charges",
    "exact_of",
    "key_of",
    "one_off_charge",
    "open_charge",
    "open_period",
    "over_others",
    "touches",
    "uncapped",
]


@attrs.frozen
class Charge:
    """What the facts ask for under one key; ``due`` is its billing date, ``advance`` its timing.

    An ``open`` one is for what was used so far: it is billed before it is due (docs/decisions/0006).
    """

    key: ChargeKey
    exact: Exact
    quantity: Exact
    part: Period
    due: dt.datetime
    description: str
    tax_category: str
    advance: bool
    price: Price | None = None
    open: bool = False

    @property
    def interim(self) -> bool:
        """It may be billed before it is due."""
        return self.price is not None and self.price.interim


def exact_of(made: Charge | None) -> Exact | None:
    """Its exact amount, of a charge that there is."""
    return None if made is None else made.exact


@attrs.define
class Costs:
    """What was worked out already, kept over the charges of one decision: of the same facts and usage."""

    made: dict[object, Charge | None] = attrs.field(factory=dict)
    walks: dict[object, Walk] = attrs.field(factory=dict)


Modes: TypeAlias = Callable[[ChargeKey], Rounding]
"""How a key rounds what it is over: as the document that it was billed on first (docs/decisions/0004)."""


def half_up(_: ChargeKey) -> Rounding:
    """As a house does that says nothing else."""
    return Rounding.HALF_UP


def key_of(life: Life, item: Item, occurrence: Occurrence) -> ChargeKey:
    """The key of a billing period of an item; the period may be another item's, of the same schedule."""
    return ChargeKey(life.subscription.id, item.order, item.record.price.code, occurrence.period)


def charges(
    lives: Iterable[Life],
    usage: UsageLookup,
    until: dt.datetime,
    after: dt.datetime | None,
    mark: dt.datetime | None,
    modes: Modes = half_up,
) -> Iterator[Charge]:
    """The charges due in ``(after, until]``, and all due by ``until`` whose period ends after ``mark``.

    Also what was used so far, by ``until``, of prices that are billed before their periods end. By subscription, item
    in order of opening, and time: the order of billing. ``modes`` says how a key rounds what it is over.
    """
    start = after if mark is None or after is None else min(after, mark)
    costs = Costs()
    for life in lives:
        make = charge if life.summing else _uncapped  # the same where nothing is over others
        periods: dict[int, list[Occurrence]] = {}
        for item, schedule in zip(life.charged, life.schedules, strict=True):
            if schedule not in periods:
                periods[schedule] = list(_seen(life, item, schedule, start, until, after, mark))
            for seen in periods[schedule]:
                mode = modes(key_of(life, item, seen)) if life.summing else Rounding.HALF_UP
                if (found := make(life, item, seen, usage, mode, None, costs)) is not None:
                    yield found
            if item.record.price.interim:
                found = open_charge(life, item, usage, until, modes, costs)
                if found is not None:
                    yield found


def open_charge(
    life: Life,
    item: Item,
    usage: UsageLookup,
    date: dt.datetime,
    modes: Modes = half_up,
    costs: Costs | None = None,
) -> Charge | None:
    """What was used by ``date`` in the period that is not over; ``None`` where there is none, or nothing was used."""
    found = open_period(life, item, date)
    return None if found is None else charge(life, item, found, usage, modes(key_of(life, item, found)), date, costs)


def open_period(life: Life, item: Item, date: dt.datetime) -> Occurrence | None:
    """The period of an item that began before ``date`` and is due after it, if there is one."""
    found = next((one for one in occurrences(life, item, date) if one.due > date), None)
    return found if found is not None and found.part.start < date else None


def _seen(
    life: Life,
    item: Item,
    schedule: int,
    start: dt.datetime | None,
    until: dt.datetime,
    after: dt.datetime | None,
    mark: dt.datetime | None,
) -> Iterator[Occurrence]:
    """The periods of a schedule that a run looks at: those newly due, and those that a fact may have changed."""
    for count, occurrence in enumerate(occurrences(life, item, start)):
        if occurrence.due > until:
            if start is None or start <= until:
                life.ahead[schedule, until] = occurrence.due
            return
        if count >= MOST_PERIODS:
            raise InvariantBroken(
                "K4: more billing periods at once than anybody could want", value=item.record.price.code
            )
        fresh = after is None or occurrence.due > after
        if fresh or (mark is not None and touches(occurrence.period, mark)):
            yield occurrence


def touches(period: Period, mark: dt.datetime) -> bool:
    """A fact that holds from ``mark`` may change what this period costs."""
    return period.end > mark or (period.empty and period.end == mark)


def charge(
    life: Life,
    item: Item,
    occurrence: Occurrence,
    usage: UsageLookup,
    mode: Rounding = Rounding.HALF_UP,
    date: dt.datetime | None = None,
    costs: Costs | None = None,
) -> Charge | None:
    """What one billing period of one item costs; ``None`` for usage without events or minimum.

    The period may be another item's, of the same schedule. A price over others asks for nothing where it comes to
    nothing; ``mode`` rounds what it is over. At a ``date`` before it is due, it is what was used so far.
    ``costs`` keeps over calls what commitments need again.
    """
    costs = Costs() if costs is None and life.summing else costs
    found = uncapped(life, item, occurrence, usage, mode, date, costs)
    if found is None or item.outside or costs is None or not life.summing:  # what nobody bought, nobody committed to
        return found

    def cost(other: Item, seen: Occurrence) -> Exact | None:
        return exact_of(uncapped(life, other, seen, usage, mode, date, costs))

    def paid(other: Item, seen: Occurrence) -> Exact | None:
        return exact_of(charge(life, other, seen, usage, mode, date, costs))

    exact = capped(life, attrs.evolve(occurrence, item=item), found.exact, cost, paid, mode, costs.walks, date)
    return found if exact == found.exact else attrs.evolve(found, exact=exact)


def over_others(
    life: Life, occurrence: Occurrence, usage: UsageLookup, mode: Rounding, costs: Costs | None = None
) -> Summed:
    """What a price over others comes to in one of its billing periods, and what it covers."""
    kept = Costs() if costs is None else costs

    def cost(item: Item, seen: Occurrence) -> Exact | None:
        return exact_of(charge(life, item, seen, usage, mode, None, kept))

    return summed(life, occurrence, cost, mode)


def uncapped(
    life: Life,
    item: Item,
    occurrence: Occurrence,
    usage: UsageLookup,
    mode: Rounding = Rounding.HALF_UP,
    date: dt.datetime | None = None,
    costs: Costs | None = None,
) -> Charge | None:
    """The same before a commitment's cap takes off what is too much."""
    if costs is None or not life.summing:
        return _uncapped(life, item, occurrence, usage, mode, date, costs)
    so_far = date if date is not None and date < occurrence.due else None
    over = mode if item.record.price.sum_of else None
    place = (life.subscription.id, item.order, item.opened, item.outside, occurrence.period, occurrence.part)
    name = (*place, so_far, over)
    if name not in costs.made:
        costs.made[name] = _uncapped(life, item, occurrence, usage, mode, date, costs)
    return costs.made[name]


def _uncapped(
    life: Life,
    item: Item,
    occurrence: Occurrence,
    usage: UsageLookup,
    mode: Rounding,
    date: dt.datetime | None,
    costs: Costs | None,
) -> Charge | None:
    record = item.record
    price = record.price
    part = occurrence.part
    if price.cadence is PriceCadence.USAGE:
        found = used(life, attrs.evolve(occurrence, item=item), usage, date)
        if found is None:
            return None
        part = found.window
        exact, quantity = found.rating.amount, found.quantity
    elif price.cadence is PriceCadence.ONCE:
        quantity = record.quantity
        exact = amount_of(price.model, quantity)
    elif price.sum_of:
        over = over_others(life, attrs.evolve(occurrence, item=item), usage, mode, costs)
        if not over.exact:
            return None
        exact, quantity = over.exact, over.total
    else:
        parts = item.quantities.segments(part)
        exact = recurring_amount(price, parts, occurrence.period, occurrence.zone)
        quantity = parts[-1][1]
        if part.end == item.end and (missing := shortfall(price, item.start, item.end)):
            exact = ex.add(exact, time_amount(price, quantity, missing))
    return Charge(
        key_of(life, item, occurrence),
        exact,
        quantity,
        part,
        occurrence.due,
        price.description or price.code,
        price.tax_category,
        price.due is Timing.ADVANCE,
        price,
        date is not None and date < occurrence.due,
    )


def one_off_charge(item: OneOff) -> Charge:
    """What a one-off item costs."""
    at = Period(item.at, item.at)
    key = ChargeKey("", item.id, "item", at)
    return Charge(key, item.amount, ONE, at, item.at, item.description, item.tax_category, advance=False)
