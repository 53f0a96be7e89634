"""Usage that is billed before its period ends (docs/decisions/0006)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs

from billcore.lifecycle import Life, Order
from billcore.pricing import OrderRecord
from billcore.settlement.account import AccountFacts
from billcore.settlement.billed import Billed
from billcore.settlement.key import ChargeKey
from billcore.settlement.moves import Rise
from billcore.settlement.wanted import Charge, open_period

__all__ = ["billed_early", "interim_since", "is_open", "not_below", "nothing_yet"]


def not_below(charge: Charge, billed: Billed) -> Charge:
    """What is wanted of an open period: no less than was billed of it, for a fall waits for the period's last bill."""
    have = billed.sum(charge.key)
    return charge if charge.exact >= have else attrs.evolve(charge, exact=have)


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
    """All that would be billed is of periods that are not over, and comes to 0.00: it waits for the next bill."""
    return all(rise.charge.open and not rise.minor for rise in rises)


def billed_early(wanted: Iterable[Charge], date: dt.datetime) -> frozenset[ChargeKey]:
    """The keys of which all that was billed before a date was billed before they were due."""
    return frozenset(one.key for one in wanted if one.interim and one.due >= date)
