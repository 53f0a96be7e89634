"""Item: one price that a subscription has for a time; and epoch, a stretch that one anchor counts."""

from __future__ import annotations

import datetime as dt

import attrs

from billcore.kernel import Exact, OrderId, Timeline
from billcore.pricing import OrderRecord

__all__ = ["Epoch", "Item"]


@attrs.frozen
class Epoch:
    """A stretch of a subscription that one anchor counts; a reset begins the next."""

    start: dt.datetime
    anchor: dt.datetime | None
    end: dt.datetime | None = None


@attrs.frozen
class Item:
    """One price of a subscription for as long as its snapshot stays the same; named by the order that opened it.

    ``holder`` is the addon with which it ends, ``None`` for what a change of the base may end: as it was ordered, but
    that a commitment may pass from one to another (docs/decisions/0004). One ``outside`` any plan is for usage that
    nothing bought counts; behind the order its name has that of its price.
    """

    order: OrderId
    opened: int
    record: OrderRecord
    quantities: Timeline[Exact]
    start: dt.datetime
    end: dt.datetime | None = None
    cancelled: bool = False
    outside: bool = False
    holder: str | None = attrs.field()

    @holder.default
    def _as_ordered(self) -> str | None:
        return self.record.addon

    @property
    def schedule(self) -> tuple[object, ...]:
        """What its billing periods follow from."""
        return (self.start, self.end, self.cancelled, self.record.price.beat)

    @property
    def ordered(self) -> str:
        """The order that opened it."""
        return self.order.partition("/")[0] if self.outside else self.order

    @property
    def based(self) -> bool:
        """It was ordered with the base, and is still."""
        return self.record.addon is None and self.holder is None

    def alive(self, at: dt.datetime) -> bool:
        """It is had at the instant."""
        return self.start <= at and (self.end is None or at < self.end)
