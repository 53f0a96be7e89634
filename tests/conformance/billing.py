"""What is billed of usage that becomes known bit by bit, and of a flat price within its period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from billcore.kernel import MONTH, Exact, Period, instant
from billcore.kernel import exact as ex
from billcore.lifecycle import Life, UsageTotal
from billcore.pricing import Event, Price, PriceCadence, PriceModel, TaxTable, Timing
from billcore.settlement import AccountState, Billed, Document, Invoice, Policy, charges, decide
from tests.conformance.subscription import facts, lived, unused

__all__ = ["bills", "exact_of", "minor_of", "slice_of"]

_MONTH = Period(instant("2026-01-01T00:00:00Z"), instant("2026-02-01T00:00:00Z"))
_FIRST, _LAST = instant("2026-01-10T00:00:00Z"), instant("2026-01-20T00:00:00Z")
_SLICES: dict[str, tuple[dt.datetime | None, dt.datetime]] = {
    "single": (None, _MONTH.end),
    "first": (None, _FIRST),
    "mid": (_FIRST, _LAST),
    "last": (_LAST, _MONTH.end),
}


def bills(known: Sequence[tuple[PriceModel, Exact]], currency: str) -> list[tuple[Document, ...]]:
    """The documents of one month's usage, billed once for each quantity known of it: a bill, then its differences.

    Every quantity comes with the model that prices it: what was billed before may come from another price.
    """
    state, invoices, made = AccountState(), list[Invoice](), list[tuple[Document, ...]]()
    for days, (model, quantity) in enumerate(known):
        price = Price(code="price", model=model, cadence=PriceCadence.USAGE, meter="units")
        bill = decide(
            facts(price, _MONTH.start, _MONTH.end, currency=currency),
            state,
            _MONTH.end + dt.timedelta(days=days),
            _MONTH.end + dt.timedelta(days=days),
            billed=Billed.of(invoices),
            usage=_Meter(quantity),
            rates=TaxTable(),
            policy=Policy(settle=False),
        )
        invoices += [Invoice(document=document) for document in bill.documents]
        made.append(bill.documents)
        state = bill.state.marked(_MONTH.start)
    return made


class _Meter:
    """A usage lookup that knows one quantity."""

    def __init__(self, quantity: Exact) -> None:
        self.total = UsageTotal(1, quantity)

    def __call__(self, life: Life, meter: str, window: Period) -> UsageTotal:  # noqa: ARG002 - as a usage lookup
        return self.total

    def events(self, life: Life, meter: str, window: Period) -> Iterator[tuple[dt.datetime, Event]]:  # noqa: ARG002 - the signature of a lookup
        """One event with all of it, at the beginning."""
        yield window.start, Event(self.total.sum)

    @property
    def outside(self) -> _Meter:
        """The same: there is one price."""
        return self


def exact_of(documents: Sequence[Document]) -> Exact:
    """What one bill moved, unrounded."""
    return ex.total([line.exact for document in documents for line in document.lines])


def minor_of(documents: Sequence[Document]) -> int:
    """What one bill moved, in minor units."""
    return sum(document.net for document in documents)


def slice_of(model: PriceModel, name: str, *, advance: bool) -> Exact:
    """What a monthly price costs on one of the bills of its month, which is the only one of the subscription."""
    price = Price(code="price", model=model, interval=MONTH, timing=Timing.ADVANCE if advance else Timing.ARREARS)
    after, until = _SLICES[name]
    life = lived(facts(price, _MONTH.start, _MONTH.end))
    return ex.total([charge.exact for charge in charges([life], unused, until, after, None)])
