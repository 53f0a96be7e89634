"""Facts of a subscription: orders, detachments and cancellations; immutable, each with two instants.

``at`` is the instant from which a fact holds, ``recorded`` the one at which it was written down, ``n`` its place in the
order of writing.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from typing import TypeAlias

import attrs

from billcore.kernel import Anchor, OrderId, SubscriptionId
from billcore.pricing import OrderRecord, Selection

__all__ = ["Cancelled", "Detached", "Fact", "Order", "OrderKind", "Unused", "effective"]


class OrderKind(enum.Enum):
    """What an order does: ``base`` says what is had from now on, ``addon`` adds to it."""

    BASE = "base"
    ADDON = "addon"


class Unused(enum.Enum):
    """What becomes of the unused rest of a period in advance when a subscription ends within it."""

    KEEP = "keep"
    GIVE_BACK = "give_back"


def _records(records: Iterable[OrderRecord]) -> tuple[OrderRecord, ...]:
    return tuple(records)


@attrs.frozen(kw_only=True)
class Order:
    """A quote that was accepted: its records are price snapshots and never change, whatever the catalog does.

    ``anchor`` is where periods are counted from; ``reset`` begins a new period at ``at``.
    """

    id: OrderId
    subscription: SubscriptionId
    at: dt.datetime
    recorded: dt.datetime
    n: int = 0
    kind: OrderKind = OrderKind.BASE
    records: tuple[OrderRecord, ...] = attrs.field(converter=_records)
    anchor: Anchor = "calendar"
    reset: bool = False
    catalog: str | None = None
    selection: Selection | None = None


@attrs.frozen(kw_only=True)
class Detached:
    """An addon, all of it, is had no more."""

    subscription: SubscriptionId
    at: dt.datetime
    recorded: dt.datetime
    n: int
    addon: str
    reason: str | None = None


@attrs.frozen(kw_only=True)
class Cancelled:
    """The subscription ends at ``at``."""

    subscription: SubscriptionId
    at: dt.datetime
    recorded: dt.datetime
    n: int
    unused: Unused = Unused.KEEP
    reason: str | None = None


Fact: TypeAlias = Order | Detached | Cancelled


def _kind(fact: Fact) -> tuple[str, ...] | None:
    """Facts of one kind replace each other while they are pending; attaching an addon replaces nothing."""
    match fact:
        case Order(kind=OrderKind.BASE):
            return ("change",)
        case Order():
            return None
        case Detached():
            return ("detach", fact.addon)
        case Cancelled():
            return ("cancel",)


def effective(facts: Iterable[Fact], until: dt.datetime | None = None) -> tuple[Fact, ...]:
    """The facts in the order in which they hold, those after ``until`` left out.

    A change recorded later that takes effect earlier replaces a pending one of its kind (DESIGN.md, Proration).
    """
    known = [fact for fact in facts if until is None or fact.at <= until]
    if len(known) > 1:
        written = tuple(facts)
        known = [fact for fact in known if not any(_replaces(later, fact) for later in written)]
    return tuple(sorted(known, key=lambda fact: (fact.at, fact.n)))


def _replaces(later: Fact, pending: Fact) -> bool:
    return (
        later.n > pending.n
        and later.at < pending.at
        and pending.at > later.recorded
        and _kind(later) is not None
        and _kind(later) == _kind(pending)
    )
