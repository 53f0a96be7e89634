"""The order that attaching an addon makes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

from billcore.engine.catalogs import catalog_at
from billcore.engine.changes import same_currency
from billcore.engine.reading import Loaded
from billcore.engine.session import Call
from billcore.kernel import ZERO, InvalidValue, OrderId
from billcore.kernel import exact as ex
from billcore.lifecycle import Detached, Item, Order, OrderKind, Subscription, effective, life
from billcore.ports import Tx
from billcore.pricing import OrderRecord, committed_records, is_commitment

__all__ = ["addon_order"]


def addon_order(
    tx: Tx, call: Call, loaded: Loaded, current: Subscription, now: dt.datetime, start: dt.datetime, wanted: OrderRecord
) -> Order:
    """The order by which ``wanted`` is had from ``start`` on, asked for at ``now``.

    It adds to what is attached. Where the addon has a pending end, it is that end taken back, and what is had beyond.
    """
    same_currency((wanted,), loaded)
    held = life(current, loaded.facts.customer, start).alive(start)
    if any(item.record.price.code == wanted.price.code and item.record.addon is None for item in held):
        raise InvalidValue("the plan has a price of this code", place="addon", value=wanted.addon)
    ends = any(
        isinstance(fact, Detached) and fact.addon == wanted.addon and fact.at > max(start, call.now)
        for fact in effective(current.facts)
    )
    attached = [item for item in held if item.record.addon == wanted.addon and not is_commitment(item.record.price)]
    published = catalog_at(tx, now)
    more = committed_records(published.committed, (wanted,), [item.record.price for item in held])
    return Order(
        id=OrderId(call.id("ord")),
        subscription=current.id,
        at=start,
        recorded=call.now,
        n=len(current.facts),
        kind=OrderKind.ADDON,
        records=(_more(wanted, attached, start) if ends and attached else wanted, *more),
        catalog=published.version,
    )


def _more(wanted: OrderRecord, attached: list[Item], at: dt.datetime) -> OrderRecord:
    """What is wanted beyond what is attached and stays, at the prices bought."""
    there = ZERO
    for item in attached:
        count = item.quantities.at(at)
        there = ex.CONTEXT.add(there, count if isinstance(count, Decimal) else ZERO)
    if wanted.quantity < there:
        raise InvalidValue(
            f"{ex.text(there)} are attached until the pending end",
            place="quantity",
            value=ex.text(wanted.quantity),
            hint='attach fewer from then on with when="period_end"',
        )
    record = attached[-1].record if wanted.quantity == there else wanted
    return attrs.evolve(record, quantity=ex.CONTEXT.subtract(wanted.quantity, there))
