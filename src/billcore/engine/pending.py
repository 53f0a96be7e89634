"""Pending changes of a subscription, and how an earlier change leaves those alone that are not of its kind.

A base order says all that is had from its instant on. So a change that takes effect before a pending one of another
kind writes that one anew: what it names, over what the earlier change makes of the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

import attrs

from billcore.engine.catalogs import catalog_named
from billcore.engine.reading import Loaded
from billcore.engine.session import Call
from billcore.kernel import OrderId
from billcore.lifecycle import Aspect, Fact, Item, Life, Order, OrderKind, Subscription, effective, life
from billcore.ports import ReadTx
from billcore.pricing import BillingUnit, OrderRecord, PriceCadence, Selection, main_of

__all__ = ["configured", "ground", "in_order", "records_held", "with_quantity"]


def records_held(held: Life, at: dt.datetime) -> tuple[OrderRecord, ...]:
    """The prices had at an instant, those of addons left out, with the quantities in force.

    A commitment that an addon brought, and that is the base's by now, comes behind them.
    """
    found = [item for item in held.alive(at) if item.holder is None]
    found.sort(key=lambda item: not item.based)
    return tuple(_record_of(item, at) for item in found)


def _record_of(item: Item, at: dt.datetime) -> OrderRecord:
    held, record = item.quantities.at(at), item.record
    if record.addon is not None:
        record = attrs.evolve(record, addon=None)
    return attrs.evolve(record, quantity=held) if isinstance(held, Decimal) else record


def with_quantity(
    tx: ReadTx, order: Order, records: Iterable[OrderRecord], quantity: Decimal | None
) -> tuple[OrderRecord, ...]:
    """An order's prices with another quantity; ``None`` leaves it. They are those that were bought.

    A service or product says itself what its quantity counts: it expands anew from the catalog of its order.
    """
    selection = order.selection
    if quantity is None:
        return tuple(records)
    if selection is not None and selection.plan is None and order.catalog is not None:
        wanted = attrs.evolve(selection, quantity=quantity, starts_on=None, addons=())
        return catalog_named(tx, order.catalog).records(wanted, had=main_of(wanted))
    return tuple(_counted(record, quantity) for record in records)


def configured(records: Iterable[OrderRecord], selection: Selection | None) -> tuple[OrderRecord, ...]:
    """The records with the configuration that the selection has now."""
    if selection is None:
        return tuple(records)
    return tuple(
        record
        if record.configuration == selection.configuration
        else attrs.evolve(record, configuration=selection.configuration)
        for record in records
    )


def _counted(record: OrderRecord, quantity: Decimal) -> OrderRecord:
    price = record.price
    if price.size is not None or not price.counted or price.cadence is PriceCadence.USAGE:
        return record
    return attrs.evolve(record, quantity=quantity)


def ground(current: Subscription, at: dt.datetime, recorded: dt.datetime) -> Subscription:
    """The subscription without the changes that are pending for exactly this instant."""
    return attrs.evolve(
        current, facts=[fact for fact in current.facts if not (_change(fact, recorded) and fact.at == at)]
    )


def _change(fact: Fact, recorded: dt.datetime) -> bool:
    """It is a change that was still to come."""
    return isinstance(fact, Order) and fact.kind is OrderKind.BASE and fact.n > 0 and fact.at > recorded


def in_order(
    tx: ReadTx, call: Call, loaded: Loaded, current: Subscription, order: Order, names: frozenset[Aspect]
) -> tuple[Order, ...]:
    """The order of a change that names so much, and the pending ones it alters, in the order of writing.

    What is written anew comes first, so that the change itself is the last order; but what this order would replace
    without naming it (it has taken over a change pending for its own instant) comes after it.
    """
    ends = current.end
    found = [
        fact
        for fact in effective(current.facts)
        if isinstance(fact, Order) and _change(fact, call.now) and fact.at > order.at
        if (ends is None or fact.at < ends) and fact.names - names
    ]
    first = len(current.facts)
    before: list[Order] = []
    after: list[Order] = []
    main = attrs.evolve(order, n=first + len(found))
    for count, pending in enumerate(found):
        history = attrs.evolve(current, facts=(*current.facts, *before, main, *after))
        late = pending.names - names <= order.names
        again = attrs.evolve(
            _again(tx, loaded, history, pending, names),
            id=OrderId(call.id("ord", 1 + count)),
            recorded=call.now,
            n=main.n + 1 + count if late else first + count,
        )
        if late or not _same(again, pending):
            (after if late else before).append(again)
    return tuple(attrs.evolve(one, n=n) for n, one in enumerate([*before, main, *after], first))


def _again(tx: ReadTx, loaded: Loaded, history: Subscription, pending: Order, names: frozenset[Aspect]) -> Order:
    """What is left of a pending change, over what is now had until then."""
    left = pending.names - names
    rest = ground(history, pending.at, pending.recorded)
    held = rest.order_at(pending.at)
    priced = pending if Aspect.PLAN in left else held
    records = (
        pending.records
        if priced is pending
        else records_held(life(rest, loaded.facts.customer, pending.at), pending.at)
    )
    counted = pending if Aspect.QUANTITY in left else held
    quantity = (
        None if counted is priced or counted.selection is None or not _sized(tx, priced) else counted.selection.quantity
    )
    selection = priced.selection
    if selection is not None and counted is held and held.selection is not None:
        selection = attrs.evolve(selection, configuration=held.selection.configuration)
    return attrs.evolve(
        pending,
        records=configured(with_quantity(tx, priced, records, quantity), selection),
        reset=pending.reset and (left == pending.names or left != {Aspect.QUANTITY}),
        catalog=priced.catalog,
        fallbacks=priced.fallbacks,
        selection=selection if selection is None or quantity is None else attrs.evolve(selection, quantity=quantity),
        names=left,
    )


def _sized(tx: ReadTx, order: Order) -> bool:
    """A quantity says how many of it are had; most services are sized by replicas instead."""
    if order.selection is None or order.selection.service is None:
        return True
    service = catalog_named(tx, order.catalog or "").service(order.selection.service)
    return service.billing_unit is BillingUnit.USER


def _same(one: Order, other: Order) -> bool:
    return _says(one) == _says(other)


def _says(order: Order) -> tuple[object, ...]:
    """All that is had by an order: meters outside any plan too, and the catalog that it expands anew from."""
    return (order.records, order.fallbacks, order.catalog, order.selection, order.names)
