"""Coupons that were applied: to which charges of which periods they hold (docs/decisions/0003).

``AppliedCoupon`` is two facts in one value, the application and perhaps the removal, each with its two instants; what
the coupon was, and what its scope came to, are a snapshot. A ``Term`` counts its periods.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs

from billcore.kernel import MONTH, Cadence, CustomerId, SubscriptionId, cadence
from billcore.lifecycle.customer import Customer
from billcore.lifecycle.item import Item
from billcore.lifecycle.subscription import Life
from billcore.pricing import Coupon, HeldCoupon, coded, period_of

__all__ = ["AppliedCoupon", "Term", "known_coupons", "period_start", "term"]


@attrs.frozen(kw_only=True)
class AppliedCoupon:
    """A coupon from ``at`` on, on a subscription or (without one) on all that the customer owes.

    ``n`` is its place in the order of writing, ``scope`` are the codes that its ``applies_to`` came to, plans of a
    product among them; ``redemption`` counts the applications of its code, from 1. ``removed`` is from when it holds
    no more.
    """

    id: str
    customer: CustomerId
    subscription: SubscriptionId | None = None
    coupon: Coupon
    scope: tuple[str, ...] = attrs.field(default=(), converter=coded.known)
    at: dt.datetime
    recorded: dt.datetime
    n: int = 0
    redemption: int = 1
    removed: dt.datetime | None = None
    removal_recorded: dt.datetime | None = None

    @property
    def code(self) -> str:
        """The coupon's code."""
        return self.coupon.code

    @property
    def breadth(self) -> int:
        """How wide it is: 0 names what it is for, 1 is a subscription's, 2 the customer's."""
        return 0 if self.scope else 1 if self.subscription is not None else 2


def known_coupons(coupons: Iterable[AppliedCoupon], recorded: dt.datetime) -> tuple[AppliedCoupon, ...]:
    """The coupons as they were written down by an instant."""
    found = [one for one in coupons if one.recorded <= recorded]
    return tuple(
        one
        if one.removal_recorded is None or one.removal_recorded <= recorded
        else attrs.evolve(one, removed=None, removal_recorded=None)
        for one in found
    )


def period_start(life: Life, start: dt.datetime) -> dt.datetime:
    """When a billing period starts for a coupon: never before its subscription, nor before billing began."""
    first = life.epochs[0].start if life.epochs else life.subscription.start
    return max(start, first, life.customer.billed_until or first)


@attrs.frozen
class Term:
    """An applied coupon with the periods that count it: those of ``beat`` from boundary ``first`` on."""

    applied: AppliedCoupon
    beat: Cadence
    first: int

    def slot(self, start: dt.datetime) -> int | None:
        """The period, counted from 0, in which a charge's period starts; ``None`` where it does not hold."""
        applied, coupon = self.applied, self.applied.coupon
        if start < applied.at or (applied.removed is not None and start >= applied.removed):
            return None
        slot = max(0, self.beat.index(start) - self.first)
        return slot if coupon.lasts(slot) and coupon.holds(start) else None

    def since(self, start: dt.datetime) -> dt.datetime:
        """From when on charges share the slot of one whose period starts then."""
        slot = self.beat.index(start) - self.first
        return self.applied.at if slot <= 0 else self.beat.nth(self.first + slot)

    def held(self, order: int, slot: int) -> HeldCoupon:
        """The coupon on a charge of that slot."""
        applied = self.applied
        owner = applied.subscription or ""
        return HeldCoupon(applied.coupon, order, applied.breadth, applied.scope, slot, owner)


def term(applied: AppliedCoupon, customer: Customer, life: Life | None) -> Term:
    """The term of a coupon; ``life`` is that of its subscription, ``None`` for one of the whole customer.

    A subscription's periods are those of its plan when it was applied, a customer's are months from its instant.
    """
    if life is None:
        zone = customer.profile(applied.at).timezone
        return Term(applied, cadence(MONTH, applied.at, applied.at, zone), 0)
    epoch = next(epoch for epoch in reversed(life.epochs) if epoch.start <= applied.at or epoch is life.epochs[0])
    at = max(applied.at, epoch.start)
    beat = life.cadence(epoch, period_of(tuple(item.record.price for item in _base(life, at))))
    first = beat.index(at)
    if period_start(life, beat.nth(first)) < applied.at:
        first += 1
    return Term(applied, beat, first)


def _base(life: Life, at: dt.datetime) -> tuple[Item, ...]:
    """The items had at an instant that are no addons; the first ones where there are none."""
    found = tuple(item for item in life.alive(at) if item.based)
    return found or life.items[:1]
