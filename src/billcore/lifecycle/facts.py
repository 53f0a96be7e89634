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
from billcore.lifecycle.fallback import Fallback
from billcore.pricing import OrderRecord, Selection

__all__ = ["WHOLE", "Aspect", "Cancelled", "Detached", "Fact", "Order", "OrderKind", "Unused", "effective"]


class OrderKind(enum.Enum):
    """What an order does: ``base`` says what is had from now on, ``addon`` adds to it."""

    BASE = "base"
    ADDON = "addon"


class Aspect(enum.Enum):
    """What a change names: prices and what they are for, a quantity, or (where it names neither) a new period."""

    PLAN = "plan"
    QUANTITY = "quantity"
    ANCHOR = "anchor"


WHOLE = frozenset((Aspect.PLAN, Aspect.QUANTITY))
"""What a first order names, and a change to a selection: all of it."""


class Unused(enum.Enum):
    """What becomes of the unused rest of a period in advance when a subscription ends within it."""

    KEEP = "keep"
    GIVE_BACK = "give_back"


def _names(names: Iterable[Aspect]) -> frozenset[Aspect]:
    return frozenset(names)


def _records(records: Iterable[OrderRecord]) -> tuple[OrderRecord, ...]:
    return tuple(records)


@attrs.frozen(kw_only=True)
class Order:
    """A quote that was accepted: its records are price snapshots and never change, whatever the catalog does.

    ``anchor`` is where periods are counted from; ``reset`` begins a new period at ``at``. A base order says all that is
    had from ``at`` on; ``names`` is what of it was asked for, the rest was so before. ``fallbacks`` are the prices of
    meters outside any plan, of the catalog that a base order is from.
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
    names: frozenset[Aspect] = attrs.field(default=WHOLE, converter=_names)
    fallbacks: tuple[Fallback, ...] = ()

    @property
    def opens(self) -> tuple[tuple[str, OrderRecord], ...]:
        """Its price snapshots, each with the name of the item that it opens where that is not had yet."""
        outside = tuple((f"{self.id}/{one.name}", one.record) for one in self.fallbacks)
        return (*((self.id, record) for record in self.records), *outside)


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
    """The later fact stands for the pending one: it is of its kind and takes effect earlier.

    Changes are of one kind where the later one names all that the pending one names. At the same instant any later
    change stands for the pending one, as it says all that is had from then on. Attaching an addon replaces a pending
    end of it, and nothing else.
    """
    if not 0 < pending.n < later.n or pending.at <= later.recorded or later.at > pending.at:
        return False
    match pending, later:
        case Order(kind=OrderKind.BASE), Order(kind=OrderKind.BASE):
            return later.at == pending.at or pending.names <= later.names
        case Detached(), Detached():
            return later.at < pending.at and later.addon == pending.addon
        case Detached(), Order(kind=OrderKind.ADDON):
            return later.at < pending.at and any(record.addon == pending.addon for record in later.records)
        case Cancelled(), Cancelled():
            return later.at < pending.at
        case _:
            return False
