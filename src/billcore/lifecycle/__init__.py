"""What the customer has, over time: customers, orders, subscriptions, usage.

It owns the facts of a life (``facts``), their fold into items and epochs (``fold``, ``subscription``), the billing
periods that follow (``schedule``) and usage events (``usage``). It does not own amounts due, documents or money.

Invariants: facts are immutable and carry two instants; the periods of an item tile time from its start to its end; an
item lives as long as its price snapshot stays the same.
"""

from billcore.lifecycle.coupons import AppliedCoupon, Term, known_coupons, period_start, term
from billcore.lifecycle.customer import Customer, Opening, Profile, Replaced
from billcore.lifecycle.facts import WHOLE, Aspect, Cancelled, Detached, Fact, Order, OrderKind, Unused, effective
from billcore.lifecycle.fallback import Fallback, fallbacks
from billcore.lifecycle.item import Epoch, Item
from billcore.lifecycle.oneoff import OneOff
from billcore.lifecycle.outside import outside_windows
from billcore.lifecycle.schedule import Occurrence, due_dates, next_due, occurrences
from billcore.lifecycle.subscription import Life, Subscription, SubscriptionState, fallback_items, items_of, life
from billcore.lifecycle.usage import (
    Metering,
    UsageAction,
    UsageEvent,
    UsageTotal,
    allowance,
    first_to_meter,
    quantity_of,
    unnamed_windows,
    window_shares,
)

__all__ = [
    "WHOLE",
    "AppliedCoupon",
    "Aspect",
    "Cancelled",
    "Customer",
    "Detached",
    "Epoch",
    "Fact",
    "Fallback",
    "Item",
    "Life",
    "Metering",
    "Occurrence",
    "OneOff",
    "Opening",
    "Order",
    "OrderKind",
    "Profile",
    "Replaced",
    "Subscription",
    "SubscriptionState",
    "Term",
    "Unused",
    "UsageAction",
    "UsageEvent",
    "UsageTotal",
    "allowance",
    "due_dates",
    "effective",
    "fallback_items",
    "fallbacks",
    "first_to_meter",
    "items_of",
    "known_coupons",
    "life",
    "next_due",
    "occurrences",
    "outside_windows",
    "period_start",
    "quantity_of",
    "term",
    "unnamed_windows",
    "window_shares",
]
