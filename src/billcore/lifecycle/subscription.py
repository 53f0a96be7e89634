"""Subscription: what was bought, as a fold of its facts.

``life`` turns facts into items, each with its price snapshot, its timeline of quantities and its end, and into epochs,
the stretches that one anchor counts. Billing reads nothing else.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs

from billcore.kernel import Cadence, CustomerId, Exact, Interval, NotAllowed, OrderId, SubscriptionId, Timeline
from billcore.kernel import cadence as make_cadence
from billcore.kernel import exact as ex
from billcore.lifecycle.commitments import bars, handed, taken
from billcore.lifecycle.customer import Customer
from billcore.lifecycle.facts import Cancelled, Detached, Fact, Order, OrderKind, Unused, effective
from billcore.lifecycle.fallback import Held, held_from
from billcore.lifecycle.item import Epoch, Item
from billcore.pricing import OrderRecord, period_of

__all__ = ["Life", "Subscription", "SubscriptionState", "fallback_items", "items_of", "life"]


class SubscriptionState(enum.Enum):
    """Where a subscription is in its life (this version has no trials and no pauses)."""

    PENDING = "pending"
    ACTIVE = "active"
    CANCELLED = "cancelled"


def _facts(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(facts)


@attrs.frozen(kw_only=True)
class Subscription:
    """A subscription of a customer: its facts in the order in which they were written; the first is an order."""

    id: SubscriptionId
    customer: CustomerId
    facts: tuple[Fact, ...] = attrs.field(converter=_facts)

    @property
    def first(self) -> Order:
        """The order that made it."""
        fact = self.facts[0]
        if not isinstance(fact, Order):
            raise NotAllowed("a subscription begins with an order", value=self.id)
        return fact

    @property
    def start(self) -> dt.datetime:
        """From when it is had."""
        return self.first.at

    @property
    def orders(self) -> tuple[Order, ...]:
        """Its orders, in the order in which they were written."""
        return tuple(fact for fact in self.facts if isinstance(fact, Order))

    @property
    def end(self) -> dt.datetime | None:
        """When it ends or ended, as far as is written down."""
        return next((fact.at for fact in effective(self.facts) if isinstance(fact, Cancelled)), None)

    def state(self, at: dt.datetime) -> SubscriptionState:
        """Its state at an instant."""
        if at < self.start:
            return SubscriptionState.PENDING
        return SubscriptionState.CANCELLED if self.end is not None and self.end <= at else SubscriptionState.ACTIVE

    def order_at(self, at: dt.datetime) -> Order:
        """The base order in force at an instant."""
        found = self.first
        for fact in effective(self.facts, at):
            if isinstance(fact, Order) and fact.kind is OrderKind.BASE:
                found = fact
        return found


@attrs.frozen(kw_only=True)
class Life:
    """The fold of a subscription's facts up to an instant; ``fallbacks`` are the items outside any plan."""

    subscription: Subscription
    customer: Customer
    items: tuple[Item, ...]
    epochs: tuple[Epoch, ...]
    end: dt.datetime | None = None
    unused: Unused = Unused.KEEP
    fallbacks: tuple[Item, ...] = ()

    @property
    def charged(self) -> tuple[Item, ...]:
        """All that may be charged: the items, then those outside any plan."""
        return (*self.items, *self.fallbacks) if self.fallbacks else self.items

    @functools.cached_property
    def schedules(self) -> tuple[int, ...]:
        """For each of these the place of the first with its schedule: mostly they have one, so it is walked once."""
        found = [item.schedule for item in self.charged]
        return tuple([found.index(schedule) for schedule in found])

    def cadence(self, epoch: Epoch, interval: Interval) -> Cadence:
        """The periods of an interval in an epoch, in the customer's zones."""
        anchor = self.subscription.first.anchor if epoch.anchor is None else epoch.anchor
        points = self.customer.profiles.points
        beat = make_cadence(interval, anchor, epoch.start, self.customer.profile(epoch.start).timezone)
        if len(points) == 1:
            return beat
        for (_, before), (at, after) in itertools.pairwise(points):
            if at > epoch.start and before.timezone != after.timezone:
                beat = beat.moved(at, after.timezone)
        return beat

    @property
    def interval(self) -> Interval:
        """The plan's period, by the first order's prices that are in force now."""
        base = [item.record.price for item in self.items if item.based and item.end is None]
        return period_of(tuple(base) or tuple(record.price for record in self.subscription.first.records))

    def period_end(self, at: dt.datetime) -> dt.datetime:
        """The end of the plan's period that contains ``at``."""
        epoch = next(epoch for epoch in reversed(self.epochs) if epoch.start <= at or epoch is self.epochs[0])
        return self.cadence(epoch, self.interval).containing(max(at, epoch.start)).end

    @functools.cached_property
    def summing(self) -> tuple[Item, ...]:
        """The items whose prices are over others: commitments, and percentages of what else is had. Mostly none."""
        return tuple([item for item in self.items if item.record.price.sum_of])

    @functools.cached_property
    def outside_by_meter(self) -> Mapping[str, Sequence[Item]]:
        """The items outside any plan by their meters: a catalog may price hundreds."""
        found: dict[str, list[Item]] = {}
        for item in self.fallbacks:
            found.setdefault(item.record.price.meter or "", []).append(item)
        return found

    def alive(self, at: dt.datetime) -> tuple[Item, ...]:
        """The items had at an instant."""
        return tuple(item for item in self.items if item.alive(at))


def life(subscription: Subscription, customer: Customer, until: dt.datetime | None = None) -> Life:
    """Fold the facts that hold by ``until`` (all, if ``None``) into items and epochs."""
    fold = _folded(subscription, until)
    return Life(
        subscription=subscription,
        customer=customer if until is None else customer.known(until),
        items=_lasting(fold.items),
        epochs=fold.epochs(),
        end=fold.end,
        unused=fold.unused,
        fallbacks=_lasting(_outside(fold.fallbacks)) if fold.fallbacks else (),
    )


def items_of(subscription: Subscription) -> tuple[Item, ...]:
    """The items of all that is written down, for who needs no periods."""
    return _lasting(_folded(subscription, None).items)


def fallback_items(subscription: Subscription) -> tuple[Item, ...]:
    """The same of the items outside any plan."""
    return _lasting(_outside(_folded(subscription, None).fallbacks))


def _lasting(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items that were had at all."""
    return tuple(item for item in items if item.end is None or item.start < item.end)


def _folded(subscription: Subscription, until: dt.datetime | None) -> _Fold:
    fold = _Fold()
    for fact in effective(subscription.facts, until):
        if fold.end is not None:
            break
        fold.apply(fact)
    return fold


class _Fold:
    """The items so far; those without an end are open."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.fallbacks: list[Held] = []
        self.starts: list[Epoch] = []
        self.end: dt.datetime | None = None
        self.unused = Unused.KEEP

    def apply(self, fact: Fact) -> None:
        match fact:
            case Order(kind=OrderKind.BASE):
                self._base(fact)
                if fact.fallbacks or self.fallbacks:
                    self.fallbacks = held_from(self.fallbacks, fact.id, fact.fallbacks, fact.at)
            case Order():
                self._addon(fact)
            case Detached():
                self._detach(fact.at, fact.addon)
            case Cancelled():
                self._close(fact.at)
                self.end, self.unused = fact.at, fact.unused
                self.fallbacks = [one.until(fact.at) for one in self.fallbacks]

    def epochs(self) -> tuple[Epoch, ...]:
        """The epochs that have begun; none where every fact is still to come."""
        ends = [*(epoch.start for epoch in self.starts[1:]), None]
        return tuple(Epoch(epoch.start, epoch.anchor, end) for epoch, end in zip(self.starts, ends, strict=False))

    def _base(self, order: Order) -> None:
        if not self.starts:
            self.starts.append(Epoch(order.at, None))
        elif order.reset:
            self.starts.append(Epoch(order.at, order.at))
        wanted = {record.price.code: record for record in order.records if record.addon is None}
        kept = set()
        for index, item in enumerate(self.items):
            if item.end is not None or (item.holder is not None and not taken(item, wanted.values())):
                continue
            record = wanted.get(item.record.price.code)
            if record is not None and record.same_price(item.record):
                kept.add(record.price.code)
                kept_item = item if item.holder is None else attrs.evolve(item, holder=None)
                self.items[index] = _with_quantity(kept_item, order.at, record.quantity)
            else:
                self.items[index] = self._left(item, order.at, wanted.values())
        for record in order.records:
            if record.addon is not None:
                self._add(order, record)
            elif record.price.code not in kept:
                self._open(order, record)

    def _addon(self, order: Order) -> None:
        for record in order.records:
            self._add(order, record)

    def _add(self, order: Order, record: OrderRecord) -> None:
        for index, item in enumerate(self.items):
            if item.end is None and _same_addon(item.record, record):
                held = item.quantities.at(order.at) or ex.ZERO
                self.items[index] = _with_quantity(item, order.at, ex.add(held, record.quantity))
                return
        self._open(order, record)

    def _open(self, order: Order, record: OrderRecord) -> None:
        if record.price.sum_of and bars(self.items, record.price):
            return  # it is had already
        quantities: Timeline[Exact] = Timeline.starting(order.at, record.quantity)
        self.items.append(Item(order.id, len(self.items), record, quantities, order.at, holder=record.addon))

    def _left(self, item: Item, at: dt.datetime, wanted: Collection[OrderRecord] = ()) -> Item:
        """An item whose holder has it no more: it ends, unless an addon takes a commitment."""
        addon = handed(self.items, item, wanted)
        return attrs.evolve(item, end=at) if addon is None else attrs.evolve(item, holder=addon)

    def _detach(self, at: dt.datetime, addon: str) -> None:
        for index, item in enumerate(self.items):
            if item.end is None and item.holder == addon:
                self.items[index] = self._left(item, at)

    def _close(self, at: dt.datetime) -> None:
        for index, item in enumerate(self.items):
            if item.end is None:
                self.items[index] = attrs.evolve(item, end=at, cancelled=True)


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


def _with_quantity(item: Item, at: dt.datetime, quantity: Exact) -> Item:
    if item.quantities.at(at) == quantity:
        return item
    return attrs.evolve(item, quantities=item.quantities.set(at, quantity))


def _same_addon(a: OrderRecord, b: OrderRecord) -> bool:
    return a.same_price(b) and (a.addon, a.meter, a.allowance) == (b.addon, b.meter, b.allowance)
