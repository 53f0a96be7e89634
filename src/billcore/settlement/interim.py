"""Usage that is billed before its period ends (docs/decisions/0006)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import attrs

from billcore.kernel import Exact, Rounding
from billcore.kernel import exact as ex
from billcore.lifecycle import Item, Life, Occurrence, Order
from billcore.pricing import OrderRecord
from billcore.settlement.account import AccountFacts
from billcore.settlement.billed import Billed
from billcore.settlement.counted import Cost
from billcore.settlement.key import ChargeKey
from billcore.settlement.moves import Rise
from billcore.settlement.summed import beside
from billcore.settlement.used import UsageLookup
from billcore.settlement.wanted import Charge, Costs, Modes, charge, exact_of, key_of, open_period

__all__ = [
    "billed_early",
    "interim_since",
    "is_open",
    "not_below",
    "nothing_yet",
    "open_period_of",
    "within_cap",
    "within_caps",
]


def not_below(charge: Charge, billed: Billed) -> Charge:
    """What is wanted of an open period: no less than was billed of it, for a fall waits for the period's last bill."""
    have = billed.sum(charge.key)
    return charge if charge.exact >= have else attrs.evolve(charge, exact=have)


def within_cap(life: Life, occurrence: Occurrence, exact: Exact, have: Exact, paper: Cost, mode: Rounding) -> Exact:
    """What is wanted of an open period under a commitment's cap: what it leaves beside others, no less than billed.

    ``paper`` is what the others have; of one that fell since it was billed, the fall waits as its own does.
    """
    left = beside(life, occurrence, exact, paper, mode)
    return left if ex.compare(left, have) > 0 else have


def within_caps(
    wanted: Sequence[Charge], lives: Iterable[Life], billed: Billed, usage: UsageLookup, date: dt.datetime, modes: Modes
) -> list[Charge]:
    """The charges of a billing date, the open ones with what is billed already never above a cap; last ones give way.

    Of a covered period that is not looked at, its lines count, else what it came to.
    """
    found = list(wanted)
    owners: dict[str, Life] = {one.subscription.id: one for one in lives if one.summing}
    exact = {one.key: one.exact for one in found}
    costs = Costs()
    for place in reversed(range(len(found))):
        one = found[place]
        life = owners.get(one.key.subscription)
        seen = open_period_of(life, one.key, date) if life is not None and one.open else None
        if life is None or seen is None:
            continue
        mode = modes(one.key)

        def paper(other: Item, its: Occurrence, life: Life = life, mode: Rounding = mode) -> Exact | None:
            key = key_of(life, other, its)
            if key in exact or key in billed.sums or its.due > date:
                return exact.get(key, billed.sum(key))
            return exact_of(charge(life, other, its, usage, mode, None, costs))

        left = within_cap(life, seen, one.exact, billed.sum(one.key), paper, mode)
        exact[one.key] = left
        found[place] = attrs.evolve(one, exact=left)
    return found


def open_period_of(life: Life, key: ChargeKey, date: dt.datetime) -> Occurrence | None:
    """The period of a key that is not over at ``date``, of something bought."""
    named = (item for item in life.items if (item.order, item.record.price.code) == (key.item, key.price))
    return next((seen for item in named if (seen := open_period(life, item, date)) is not None), None)


def interim_since(facts: AccountFacts, after: dt.datetime | None) -> dt.datetime | None:
    """From which period ends on earlier lines may be bills of a period that was open after an instant; else ``None``.

    That is so where a price that is billed before its periods end was bought at all.
    """
    if after is None:
        return None
    for subscription in facts.subscriptions:
        for fact in subscription.facts:
            if isinstance(fact, Order) and any(one.price.interim for one in _records(fact)):
                return after
    return None


def _records(order: Order) -> Iterable[OrderRecord]:
    return (*order.records, *(one.record for one in order.fallbacks)) if order.fallbacks else order.records


def is_open(life: Life, date: dt.datetime) -> bool:
    """Something that may be billed before its period ends has a period that is not over at ``date``."""
    return any(item.record.price.interim and open_period(life, item, date) is not None for item in life.charged)


def nothing_yet(rises: Iterable[Rise]) -> bool:
    """All that would be billed is of periods that are not over, and costs nothing so far: it waits."""
    return all(rise.charge.open and not rise.exact for rise in rises)


def billed_early(wanted: Iterable[Charge], date: dt.datetime) -> frozenset[ChargeKey]:
    """The keys of which all that was billed before a date was billed before they were due."""
    return frozenset(one.key for one in wanted if one.interim and one.due >= date)
