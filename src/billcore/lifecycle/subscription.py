"""Subscription: what was bought, as a fold of its facts.

``life`` turns facts into items, each with its price snapshot, its timeline of quantities and its end, and into epochs,
the stretches that one anchor counts. Billing reads nothing else.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence

import attrs

from billcore.kernel import Cadence, CustomerId, Interval, NotAllowed, SubscriptionId
from billcore.kernel import cadence as make_cadence
from billcore.lifecycle.customer import Customer
from billcore.lifecycle.facts import Cancelled, Fact, Order, OrderKind, Unused, effective
from billcore.lifecycle.fold import folded
from billcore.lifecycle.item import Epoch, Item
from billcore.pricing import period_of

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
    """The fold of a subscription's facts up to an instant; ``fallbacks`` are the items outside any plan.

    ``summing`` are the items whose prices are over others: commitments, and percentages of what else is had; mostly
    none. ``ahead`` is a memo: by a schedule's place and an instant the first billing date after it, where one was met.
    """

    subscription: Subscription
    customer: Customer
    items: tuple[Item, ...]
    epochs: tuple[Epoch, ...]
    end: dt.datetime | None = None
    unused: Unused = Unused.KEEP
    fallbacks: tuple[Item, ...] = ()
    summing: tuple[Item, ...] = attrs.field(init=False, eq=False, repr=False)
    ahead: dict[tuple[int, dt.datetime], dt.datetime] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    @summing.default
    def _over_others(self) -> tuple[Item, ...]:
        return tuple([item for item in self.items if item.record.price.sum_of])

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
    fold = folded(subscription.facts, until)
    return Life(
        subscription=subscription,
        customer=customer if until is None else customer.known(until),
        items=fold.items(),
        epochs=fold.epochs(),
        end=fold.end,
        unused=fold.unused,
        fallbacks=fold.fallbacks(),
    )


def items_of(subscription: Subscription) -> tuple[Item, ...]:
    """The items of all that is written down, for who needs no periods."""
    return folded(subscription.facts).items()


def fallback_items(subscription: Subscription) -> tuple[Item, ...]:
    """The same of the items outside any plan."""
    return folded(subscription.facts).fallbacks()
