"""Random lives: legal stories of customers, for laws that must hold whatever happened.

A life is a list of ``Step``: so many minutes pass, then something is done to a ``Billing`` whose clock the step has
moved. Deeds name what they act on by a number that is taken modulo what is there, so that most lives are legal ones;
what the handle refuses as input or state is passed over, anything else it raises is a fault.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

import attrs

from billcore.engine import Billing
from billcore.engine.accounts import Loaded, load
from billcore.kernel import DayAnchor, InputError, Money, NotFound, StateError, instant, zone
from billcore.lifecycle import UsageEvent
from billcore.pricing import Selection
from billcore.settlement import DocumentKind, Invoice, Policy
from tests.offers import ADDONS, METERS, PLANS, offer

__all__ = ["CUSTOMERS", "START", "Clock", "Step", "World"]

START = instant("2026-01-30T23:00:00Z")
CUSTOMERS: Mapping[str, tuple[str, str]] = {"acme": ("Europe/Zurich", "CH"), "zeta": ("America/New_York", "DE")}
ZONES = ("Asia/Kolkata", "America/New_York", "Pacific/Kiritimati", "Europe/Zurich")
ANCHORS = ("calendar", "start", DayAnchor(31), DayAnchor(15))
UNUSED = ("keep", "give_back")
WHEN = ("now", "period_end", None)
RESET = (None, None, None, "reset", "keep")
_MINUTE = dt.timedelta(minutes=1)


@attrs.define
class Clock:
    """A clock that stands where it is put."""

    at: dt.datetime = START

    def now(self) -> dt.datetime:
        """The instant it stands at."""
        return self.at


@attrs.frozen
class Step:
    """``wait`` minutes pass, then ``who`` does ``do``.

    ``pick`` says on which of the things there, ``which`` and ``how`` choose among the deed's possibilities, each modulo
    their number. ``shift`` is from when the fact holds, in minutes from then (``None``: from then on), and ``snap`` puts
    that on the first of its month, local time.
    """

    wait: int
    do: str
    who: str = "acme"
    pick: int = 0
    which: int = 0
    how: int = 0
    shift: int | None = None
    snap: bool = False


@attrs.define
class World:
    """A ``Billing`` in memory with its clock, and ``CUSTOMERS`` in it."""

    billing: Billing
    clock: Clock
    done: int = 0

    @classmethod
    def new(cls, policy: Policy | None = None) -> World:
        """A world on its first day."""
        clock = Clock()
        billing = Billing.in_memory(clock=clock, policy=policy)
        billing.catalog.publish(offer("1"))
        for name, (where, country) in CUSTOMERS.items():
            billing.customers.create(name, currency="CHF", timezone=where, country=country)
        for code in ("A", "B", "C"):
            billing.vouchers.issue(code, Money("12.34", "CHF"), limit=2)
        return cls(billing, clock)

    def live(self, steps: Iterable[Step], *, wait: bool = True) -> World:
        """Take the steps in order; with ``wait=False`` all of them at one instant."""
        for step in steps:
            self.done += 1
            if wait:
                self.clock.at += step.wait * _MINUTE
            with contextlib.suppress(InputError, StateError):
                _DEEDS[step.do](self, step, f"step-{self.done}")
        return self

    def instant_of(self, step: Step) -> dt.datetime | None:
        """The instant from which the step's fact holds."""
        if step.shift is None:
            return None
        at = self.clock.at + step.shift * _MINUTE
        if not step.snap:
            return at
        local = at.astimezone(zone(CUSTOMERS[step.who][0]))
        return instant(local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0))

    def subscription(self, step: Step) -> str:
        """The subscription that the step names."""
        return _picked([one.id for one in self.billing.subscriptions.list(step.who).items], step)

    def invoice(self, step: Step) -> Invoice:
        """The invoice that the step names."""
        return _picked([one for one in self.documents(step.who) if one.document.kind is DocumentKind.INVOICE], step)

    def documents(self, who: str) -> tuple[Invoice, ...]:
        """All documents of a customer, in order of billing date."""
        return self.billing.invoices.list(who, limit=1_000_000).items

    def loaded(self, who: str) -> Loaded:
        """The customer's account and facts, as a run reads them."""
        return self.billing.session.read(lambda tx: load(tx, who))

    def settle_down(self) -> World:
        """Run on until nothing that is recorded waits for a billing date: no mark, nothing reopened, nothing due."""
        for who in CUSTOMERS:
            while (due := self.loaded(who).state.next_due) is not None:
                state = self.loaded(who).state
                if due > self.clock.at and not state.marks and not state.reopened:
                    break
                self.clock.at = max(self.clock.at, due)
                self.billing.invoices.run(until=due, customer=who)
        return self


def _picked[T](found: list[T], step: Step) -> T:
    if not found:
        raise NotFound(value=step.do)
    return found[step.pick % len(found)]
