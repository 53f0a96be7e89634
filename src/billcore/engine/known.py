"""What was known when: an account's facts as they were recorded by an instant, and the instants at which they grew.

A run takes what is recorded when it runs. Mostly that is what was recorded by its documents' ``issued_at``; a run that
was given an instant of its own may have known less or more, but never anything that was not true at some recording.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import attrs

from billcore.engine.metering import Metered
from billcore.kernel import Exact, Period
from billcore.kernel import exact as ex
from billcore.lifecycle import Subscription, known_coupons, life, quantity_of
from billcore.ports import ReadTx
from billcore.pricing import Aggregation, OrderRecord, PriceCadence
from billcore.settlement import AccountFacts, ChargeKey, Line, known_credits

__all__ = ["at_issue", "known_by", "recordings"]


def known_by(facts: AccountFacts, at: dt.datetime) -> AccountFacts:
    """The facts that were recorded by an instant."""
    seen = [
        attrs.evolve(one, facts=tuple(fact for fact in one.facts if fact.recorded <= at))
        for one in facts.subscriptions
        if one.first.recorded <= at
    ]
    return attrs.evolve(
        facts,
        customer=facts.customer.known(recorded=at),
        subscriptions=tuple(seen),
        coupons=known_coupons(facts.coupons, at),
        grants=known_credits(facts.grants, at),
    )


def at_issue(issued: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """The issue, and a moment before it: somebody may have written at the same instant."""
    return issued, issued - dt.timedelta.resolution


def recordings(tx: ReadTx, facts: AccountFacts, line: Line, quantity: Exact | None) -> Iterator[dt.datetime]:
    """The instants at which something was recorded that may bear on a line's key, in order of time.

    Of usage, with a ``quantity``, those alone after which the events came to it.
    """
    key = line.key
    subscription = (
        None if key is None else next((one for one in facts.subscriptions if one.id == key.subscription), None)
    )
    if key is None or subscription is None:
        return
    record = _record(subscription, key)
    metered = record is not None and record.price.cadence is PriceCadence.USAGE
    who = life(subscription, facts.customer)
    owners = facts.subscriptions if metered or who.summing else (subscription,)
    found = {fact.recorded for one in owners for fact in one.facts}
    customer = facts.customer
    written = [*(profile for _, profile in customer.profiles.points), *(gone.profile for gone in customer.replaced)]
    found |= {profile.recorded for profile in written if profile.recorded is not None}
    if metered and record is not None:
        found |= set(_grown(tx, facts, subscription, record, line, quantity))
    if who.summing:  # what a price is over, or the cap that it counts in, may have grown by any of its meters
        whole = Period(subscription.start, max(key.period.end, line.part.end))
        meters = {item.record.price.meter for item in who.items} - {None}
        found |= {at for meter in meters for at, _ in Metered(tx, facts).grown(who, meter or "", whole)}
    yield from sorted(found)


def _record(subscription: Subscription, key: ChargeKey) -> OrderRecord | None:
    opened = (found for order in subscription.orders for found in order.opens)
    return next((record for name, record in opened if (name, record.price.code) == (key.item, key.price)), None)


def _grown(
    tx: ReadTx, facts: AccountFacts, subscription: Subscription, record: OrderRecord, line: Line, quantity: Exact | None
) -> Iterator[dt.datetime]:
    """When the events of the line's window came to the quantity, or to any."""
    key = line.key
    if key is None:
        return
    window = line.part if quantity is not None else key.period
    who = life(subscription, facts.customer)
    usage = Metered(tx, facts)
    bought = any(key.item == order.id for order in subscription.orders)  # else a fallback's: one snapshot may be both
    for at, total in (usage if bought else usage.outside).grown(who, record.price.meter or "", window):
        have = quantity_of(total, record.aggregation or Aggregation.SUM)
        if quantity is None or not ex.compare(have, quantity):
            yield at
