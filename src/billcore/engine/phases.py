"""Phases of a plan as orders to come: each begins with an order of its own, written down when the plan is bought.

So every price of a ramp is a snapshot from the first day; a change of plan replaces what is still to come, a change of
quantity reaches it, and the end of the subscription ends it too, as with every pending change.
"""

from __future__ import annotations

import attrs

from billcore.engine.reading import Loaded
from billcore.engine.session import Call
from billcore.kernel import OrderId
from billcore.lifecycle import Aspect, Order
from billcore.pricing import Catalog, period_of, phase_starts

__all__ = ["phase_orders"]

_FIRST = 1_000
"""Ordinals of the ids: those below belong to the changes that one call writes anew."""


def phase_orders(call: Call, loaded: Loaded, catalog: Catalog, order: Order) -> tuple[Order, ...]:
    """The orders that follow ``order`` as the phases of the plan version that it buys end; mostly none."""
    selection = order.selection
    if selection is None:
        return ()
    phases = catalog.phases(selection, order.at)
    zone = loaded.facts.customer.profile(order.at).timezone
    found: list[Order] = []
    before = order.records
    for phase, start in enumerate(phase_starts(phases, order.at, zone), 1):
        records = catalog.records(attrs.evolve(selection, addons=()), order.at, phase=phase)
        found.append(
            attrs.evolve(
                order,
                id=OrderId(call.id("ord", _FIRST + phase)),
                at=start,
                n=order.n + phase,
                records=records,
                reset=period_of(tuple(r.price for r in records)) != period_of(tuple(r.price for r in before)),
                names=frozenset({Aspect.PLAN}),
            )
        )
        before = records
    return tuple(found)
