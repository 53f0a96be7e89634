"""A world for random lives: a handle in memory, its clock, and two customers."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

import attrs

from billcore.engine import Billing
from billcore.engine.accounts import load
from billcore.engine.reading import Loaded
from billcore.kernel import InputError, Money, NotFound, StateError, instant, zone
from billcore.pricing import Catalog, TaxProvider
from billcore.settlement import Document, DocumentKind, Invoice, Policy
from billcore.testing import ManualClock
from tests.books import comparable
from tests.offers import offer

__all__ = ["CUSTOMERS", "START", "Step", "World", "runs_and_one_run"]

T = TypeVar("T")

START = instant("2026-01-30T23:00:00Z")
CUSTOMERS: Mapping[str, tuple[str, str]] = {"acme": ("Europe/Zurich", "CH"), "zeta": ("America/New_York", "DE")}


@attrs.frozen
class Step:
    """``wait`` minutes pass, then ``who`` does ``do``, under a key of ``n``.

    ``pick`` says on which of the things there, ``which`` and ``how`` choose among the deed's possibilities, each modulo
    their number. ``shift`` is from when the fact holds, in minutes from then (``None``: from then on); ``snap`` puts it
    on the first of that month, local time. With ``run`` everything due is billed after it.
    """

    wait: int
    do: str
    n: int = 0
    who: str = "acme"
    pick: int = 0
    which: int = 0
    how: int = 0
    shift: int | None = None
    snap: bool = False
    run: bool = False

    @property
    def key(self) -> str:
        """Under what it is done, wherever it stands in a story."""
        return f"step-{self.n}"


@attrs.define
class World:
    """A ``Billing`` in memory with its clock, and ``CUSTOMERS`` in it; ``later`` are catalogs that it may sell yet."""

    billing: Billing
    clock: ManualClock
    later: Sequence[Catalog] = ()

    @classmethod
    def new(
        cls,
        policy: Policy | None = None,
        taxes: TaxProvider | None = None,
        *,
        sold: Catalog | None = None,
        path: str | None = None,
        currency: str = "CHF",
        later: Sequence[Catalog] = (),
    ) -> World:
        """A world on its first day; with other catalogs, in a file, and in a currency, where these are given."""
        clock = ManualClock(START)
        if path:
            billing = Billing.open(path, clock=clock, policy=policy, taxes=taxes)
        else:
            billing = Billing.in_memory(clock=clock, policy=policy, taxes=taxes)
        billing.catalog.publish(offer("1") if sold is None else sold)
        for name, (where, country) in CUSTOMERS.items():
            billing.customers.create(name, currency=currency, timezone=where, country=country)
        for code in ("A", "B", "C"):
            billing.vouchers.issue(code, Money.rounded(Decimal("12.34"), currency), limit=2)
        return cls(billing, clock, later)

    def live(self, steps: Iterable[Step], *, wait: bool = True, run: bool = True) -> World:
        """Take the steps in order; with ``wait=False`` at one instant, with ``run=False`` without billing between."""
        from tests.deeds import DEEDS  # which act on worlds

        for step in steps:
            if wait:
                self.clock.advance(minutes=step.wait)
            with contextlib.suppress(InputError, StateError):
                DEEDS[step.do](self, step)
            if run and step.run:
                self.billing.invoices.run()
        return self

    def instant_of(self, step: Step) -> dt.datetime | None:
        """The instant from which the step's fact holds."""
        if step.shift is None:
            return None
        at = self.clock.now() + dt.timedelta(minutes=step.shift)
        if not step.snap:
            return at
        local = at.astimezone(zone(CUSTOMERS[step.who][0]))
        return instant(local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0))

    def subscription(self, step: Step) -> str:
        """The subscription that the step names."""
        return _picked([one.id for one in self.billing.subscriptions.list(step.who).items], step)

    def invoice(self, step: Step) -> Invoice:
        """The invoice that the step names."""
        found = [one for one in self.documents(step.who) if one.document.kind is DocumentKind.INVOICE]
        return _picked(found[-3:], step)

    def documents(self, who: str) -> tuple[Invoice, ...]:
        """All documents of a customer, in order of billing date. A legal life parks nobody."""
        assert not self.billing.exceptions.list()
        return self.billing.invoices.list(who, limit=1_000).items

    def comparable(self) -> list[Document]:
        """The documents of both customers, without what depends on the instants of runs."""
        return [comparable(one.document) for who in CUSTOMERS for one in self.documents(who)]

    def loaded(self, who: str) -> Loaded:
        """The customer's account and facts, as a run reads them."""
        return self.billing.session.read(lambda tx: load(tx, who))

    def settle_down(self) -> World:
        """Run on until nothing that is recorded waits for a billing date: no mark, nothing reopened, nothing due."""
        for who in CUSTOMERS:
            while (due := self.loaded(who).state.next_due) is not None:
                state = self.loaded(who).state
                if due > self.clock.now() and not state.marks and not state.reopened:
                    break
                self.clock.set(max(self.clock.now(), due))
                self.billing.invoices.run(until=due, customer=who)
        return self


def runs_and_one_run(
    make: Callable[[], World], steps: Iterable[Step], days: Iterable[int]
) -> tuple[list[Document], list[Document]]:
    """What two equal worlds have issued, all steps recorded first: one that ran after each of so many days, one once.

    The same documents, if it is as it should be (P10).
    """
    several, once = (make().live(steps, wait=False, run=False) for _ in range(2))
    start = several.clock.now()
    for day in sorted(days):
        several.clock.set(start + dt.timedelta(days=day))
        several.billing.invoices.run()
    once.clock.set(several.clock.now())
    once.billing.invoices.run()
    return several.comparable(), once.comparable()


def _picked(found: Sequence[T], step: Step) -> T:
    if not found:
        raise NotFound(value=step.do)
    return found[step.pick % len(found)]
