"""Events that tell an ERP what changed of one product, and what became of telling it."""

from __future__ import annotations

import datetime as dt
import enum

import attrs

from billcore.kernel import InvalidValue, instant
from billcore.lifecycle.erp.items import BillingItem

__all__ = ["BillingEvent", "DeliveryState", "EventKind", "Resend", "Retry"]

_MOST_DOUBLINGS = 40


class EventKind(enum.Enum):
    """What happened to a product of an instance."""

    CREATED = "created"
    SCALED = "scaled"
    DELETED = "deleted"


class DeliveryState(enum.Enum):
    """What became of an event."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    RESEND = "resend"
    SUPERSEDED = "superseded"

    @property
    def settled(self) -> bool:
        """Nothing is left to send."""
        return self in (DeliveryState.SENT, DeliveryState.SUPERSEDED)


class Resend(enum.Enum):
    """Which events to send again."""

    ALL = "all"
    NOT_SENT = "not-sent"
    FAILED = "failed"


@attrs.frozen(kw_only=True)
class Retry:
    """How long to wait after a failure: ``first``, twice as long after each further one, at most ``longest``."""

    first: dt.timedelta = dt.timedelta(seconds=10)
    longest: dt.timedelta = dt.timedelta(minutes=30)

    def __attrs_post_init__(self) -> None:
        if not dt.timedelta(0) < self.first <= self.longest:
            raise InvalidValue(
                "must be more than nothing, and at most the longest", place="first", value=str(self.first)
            )

    def wait(self, failures: int) -> dt.timedelta:
        """The wait after so many failures, 1 or more."""
        doubled = self.first
        for _ in range(min(failures - 1, _MOST_DOUBLINGS)):
            if doubled >= self.longest:
                break
            doubled *= 2
        return min(doubled, self.longest)


def _at(value: dt.datetime | str) -> dt.datetime:
    return instant(value, "at")


def _last_attempt(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "last_attempt")


def _count(value: int, place: str) -> int:
    if type(value) is not int or value < 0:
        raise InvalidValue("must be whole, 0 or more", place=place, value=value)
    return value


def _sequence(value: int) -> int:
    return _count(value, "sequence")


def _retry_count(value: int) -> int:
    return _count(value, "retry_count")


@attrs.frozen(kw_only=True)
class BillingEvent:
    """One change of one product, with the whole item, as the instance may forget it; ``id`` stays over all attempts.

    ``sequence`` counts the events of an instance, as two may have one instant. ``instance_id`` is the ERP's name of the
    product of this instance. ``retry_count`` counts failures, ``error`` is what the last attempt said. A deleted event
    has the item as it was last.
    """

    id: str
    sequence: int = attrs.field(converter=_sequence)
    instance_id: str
    kind: EventKind
    item: BillingItem
    at: dt.datetime = attrs.field(converter=_at)
    sales_order: str | None = None
    state: DeliveryState = DeliveryState.PENDING
    retry_count: int = attrs.field(default=0, converter=_retry_count)
    last_attempt: dt.datetime | None = attrs.field(default=None, converter=_last_attempt)
    error: str | None = None

    @property
    def line(self) -> str:
        """What is delivered in order: the events of one product."""
        return self.item.product_id

    def due(self, at: dt.datetime, retry: Retry) -> bool:
        """To be sent by then, if its turn has come."""
        if self.state is DeliveryState.FAILED and self.last_attempt is not None:
            return at >= self.last_attempt + retry.wait(self.retry_count)
        return not self.state.settled
