"""One subscription to one price: the facts that a case's dates and usage are about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from billcore.kernel import Anchor, CustomerId, OrderId, Period, SubscriptionId, Timeline
from billcore.lifecycle import Cancelled, Customer, Fact, Life, Order, Profile, Subscription, Unused, UsageTotal, life
from billcore.pricing import Aggregation, Event, OrderRecord, Price, PriceCadence
from billcore.settlement import AccountFacts

__all__ = ["CURRENCY", "facts", "lived", "unused"]

CURRENCY = "USD"
"""Where a case names no currency: one with two places, which the cases without one come out the same in."""
_ID = SubscriptionId("subscription")


def facts(
    price: Price,
    start: dt.datetime,
    end: dt.datetime | None = None,
    *,
    anchor: Anchor = "start",
    timezone: str = "UTC",
    currency: str = CURRENCY,
) -> AccountFacts:
    """A customer that has the price from ``start`` to ``end``; what is unused of its last period is given back."""
    customer = Customer(
        id=CustomerId("customer"),
        currency=currency,
        created=start,
        profiles=Timeline.starting(start, Profile(timezone=timezone)),
    )
    metered = Aggregation.SUM if price.cadence is PriceCadence.USAGE else None
    order = Order(
        id=OrderId("order"),
        subscription=_ID,
        at=start,
        recorded=start,
        records=[OrderRecord(price=price, aggregation=metered)],
        anchor=anchor,
    )
    written: list[Fact] = [order]
    if end is not None:
        written.append(Cancelled(subscription=_ID, at=end, recorded=start, n=1, unused=Unused.GIVE_BACK))
    return AccountFacts(customer=customer, subscriptions=(Subscription(id=_ID, customer=customer.id, facts=written),))


def lived(account: AccountFacts) -> Life:
    """The life of the one subscription, its end included."""
    return life(account.subscriptions[0], account.customer)


class _Unused:
    """A usage lookup where nothing was used."""

    def __call__(self, life: Life, meter: str, window: Period) -> UsageTotal:  # noqa: ARG002 - as a usage lookup
        return UsageTotal()

    def events(self, life: Life, meter: str, window: Period) -> Iterator[tuple[dt.datetime, Event]]:  # noqa: ARG002 - the signature of a lookup
        return iter(())

    @property
    def outside(self) -> _Unused:
        """The same: there is one price."""
        return self


unused = _Unused()
