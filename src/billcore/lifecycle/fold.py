"""The fold of a subscription's facts: which items it has, with which quantities, and when its epochs began."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Iterable

import attrs

from billcore.kernel import Exact, OrderId, Timeline
from billcore.kernel import exact as ex
from billcore.lifecycle.commitments import bars, handed, taken
from billcore.lifecycle.facts import Cancelled, Detached, Fact, Order, OrderKind, Unused, effective
from billcore.lifecycle.fallback import Held, held_from
from billcore.lifecycle.item import Epoch, Item
from billcore.pricing import OrderRecord

__all__ = ["Fold", "folded"]


class Fold:
    """The items so far, those without an end are open; ``end`` is that of the subscription, if it has come."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._fallbacks: list[Held] = []
        self._starts: list[Epoch] = []
        self.end: dt.datetime | None = None
        self.unused = Unused.KEEP

    def apply(self, fact: Fact) -> None:
        """Take in the next fact, in the order in which they hold."""
        match fact:
            case Order(kind=OrderKind.BASE):
                self._base(fact)
                if fact.fallbacks or self._fallbacks:
                    self._fallbacks = held_from(self._fallbacks, fact.id, fact.fallbacks, fact.at)
            case Order():
                self._addon(fact)
            case Detached():
                self._detach(fact.at, fact.addon)
            case Cancelled():
                self._close(fact.at)
                self.end, self.unused = fact.at, fact.unused
                self._fallbacks = [one.until(fact.at) for one in self._fallbacks]

    def items(self) -> tuple[Item, ...]:
        """The items that were had at all, in order of opening."""
        return _lasting(self._items)

    def fallbacks(self) -> tuple[Item, ...]:
        """Those of prices outside any plan."""
        return _lasting(_outside(self._fallbacks)) if self._fallbacks else ()

    def epochs(self) -> tuple[Epoch, ...]:
        """The epochs that have begun; none where every fact is still to come."""
        ends = [*(epoch.start for epoch in self._starts[1:]), None]
        return tuple(Epoch(epoch.start, epoch.anchor, end) for epoch, end in zip(self._starts, ends, strict=False))

    def _base(self, order: Order) -> None:
        if not self._starts:
            self._starts.append(Epoch(order.at, None))
        elif order.reset:
            self._starts.append(Epoch(order.at, order.at))
        wanted = {record.price.code: record for record in order.records if record.addon is None}
        kept = set()
        for index, item in enumerate(self._items):
            if item.end is not None or (item.holder is not None and not taken(item, wanted.values())):
                continue
            record = wanted.get(item.record.price.code)
            if record is not None and record.same_price(item.record):
                kept.add(record.price.code)
                kept_item = item if item.holder is None else attrs.evolve(item, holder=None)
                self._items[index] = _with_quantity(kept_item, order.at, record.quantity)
            else:
                self._items[index] = self._left(item, order.at, wanted.values())
        for record in order.records:
            if record.addon is not None:
                self._add(order, record)
            elif record.price.code not in kept:
                self._open(order, record)

    def _addon(self, order: Order) -> None:
        for record in order.records:
            self._add(order, record)

    def _add(self, order: Order, record: OrderRecord) -> None:
        for index, item in enumerate(self._items):
            if item.end is None and _same_addon(item.record, record):
                held = item.quantities.at(order.at) or ex.ZERO
                self._items[index] = _with_quantity(item, order.at, ex.add(held, record.quantity))
                return
        self._open(order, record)

    def _open(self, order: Order, record: OrderRecord) -> None:
        if record.price.sum_of and bars(self._items, record.price):
            return  # it is had already
        quantities = _steady(order.at, record.quantity)
        self._items.append(Item(order.id, len(self._items), record, quantities, order.at, holder=record.addon))

    def _left(self, item: Item, at: dt.datetime, wanted: Collection[OrderRecord] = ()) -> Item:
        """An item whose holder has it no more: it ends, unless an addon takes a commitment."""
        addon = handed(self._items, item, wanted)
        return attrs.evolve(item, end=at) if addon is None else attrs.evolve(item, holder=addon)

    def _detach(self, at: dt.datetime, addon: str) -> None:
        for index, item in enumerate(self._items):
            if item.end is None and item.holder == addon:
                self._items[index] = self._left(item, at)

    def _close(self, at: dt.datetime) -> None:
        for index, item in enumerate(self._items):
            if item.end is None:
                self._items[index] = attrs.evolve(item, end=at, cancelled=True)


def folded(facts: Iterable[Fact], until: dt.datetime | None = None) -> Fold:
    """The facts that hold by ``until`` (all, if ``None``), up to the end."""
    fold = Fold()
    for fact in effective(facts, until):
        if fold.end is not None:
            break
        fold.apply(fact)
    return fold


@functools.lru_cache(maxsize=4_096)
def _steady(at: dt.datetime, quantity: Exact) -> Timeline[Exact]:
    """Memo: the prices of an order mostly have one quantity."""
    return Timeline.starting(at, quantity)


def _with_quantity(item: Item, at: dt.datetime, quantity: Exact) -> Item:
    if item.quantities.at(at) == quantity:
        return item
    return attrs.evolve(item, quantities=item.quantities.set(at, quantity))


def _same_addon(a: OrderRecord, b: OrderRecord) -> bool:
    return a.same_price(b) and (a.addon, a.meter, a.allowance) == (b.addon, b.meter, b.allowance)


def _lasting(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items that were had at all."""
    return tuple(item for item in items if item.end is None or item.start < item.end)


def _outside(held: Iterable[Held]) -> tuple[Item, ...]:
    """The items of prices outside any plan."""
    return tuple(
        Item(
            OrderId(one.name),
            n,
            one.fallback.record,
            Timeline.starting(one.start, ex.ONE),
            one.start,
            one.end,
            outside=True,
        )
        for n, one in enumerate(held)
    )
