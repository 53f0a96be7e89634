"""Random lives: legal stories of customers, for laws that must hold whatever happened.

A life is a list of ``Step``: so many minutes pass, then something is done to a ``Billing`` whose clock the step has
moved. Deeds name what they act on by a number that is taken modulo what is there, so that most lives are legal ones;
what the handle refuses as input or state is passed over, anything else it raises is a fault.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy as Strategy

from billcore.engine import Billing
from billcore.engine.accounts import Loaded, load
from billcore.kernel import UTC, DayAnchor, InputError, Money, NotFound, Rounding, StateError, instant, zone
from billcore.lifecycle import UsageEvent
from billcore.pricing import Selection
from billcore.settlement import DocumentKind, Invoice, Policy
from tests.offers import ADDONS, METERS, PLANS, offer

__all__ = ["CUSTOMERS", "FACTS", "MONEY", "START", "Clock", "Step", "World", "lives", "policies"]

T = TypeVar("T")

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
    """``wait`` minutes pass, then ``who`` does ``do``, under a key of ``n``.

    ``pick`` says on which of the things there, ``which`` and ``how`` choose among the deed's possibilities, each modulo
    their number. ``shift`` is from when the fact holds, in minutes from then (``None``: from then on), and ``snap`` puts
    that on the first of its month, local time.
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

    @property
    def key(self) -> str:
        """Under what it is done, wherever it stands in a story."""
        return f"step-{self.n}"


@attrs.define
class World:
    """A ``Billing`` in memory with its clock, and ``CUSTOMERS`` in it."""

    billing: Billing
    clock: Clock

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
            if wait:
                self.clock.at += step.wait * _MINUTE
            with contextlib.suppress(InputError, StateError):
                _DEEDS[step.do](self, step)
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
        return self.billing.invoices.list(who, limit=1_000).items

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


def _picked(found: Sequence[T], step: Step) -> T:
    if not found:
        raise NotFound(value=step.do)
    return found[step.pick % len(found)]


def _of(choices: Sequence[T], number: int) -> T:
    return choices[number % len(choices)]


def _subscribe(world: World, step: Step) -> None:
    addons = ADDONS[: _of((0, 0, 0, 1, 2), step.pick)]
    selection = Selection(
        plan=_of(PLANS, step.which), quantity=1 + step.pick % 3, anchor=_of(ANCHORS, step.how), addons=addons
    )
    name = f"{step.who}-{step.pick % 5}-{step.n}"
    world.billing.subscriptions.create(step.who, selection, at=world.instant_of(step), id=name, key=step.key)


def _change(world: World, step: Step) -> None:
    world.billing.subscriptions.change(
        world.subscription(step),
        plan=_of(PLANS, step.which),
        when=_of(WHEN, step.how),
        anchor=_of(RESET, step.pick + step.how),
        at=world.instant_of(step),
        key=step.key,
    )


def _seats(world: World, step: Step) -> None:
    world.billing.subscriptions.change(
        world.subscription(step),
        quantity=step.which % 6,
        when=_of(WHEN, step.how),
        at=world.instant_of(step),
        key=step.key,
    )


def _attach(world: World, step: Step) -> None:
    world.billing.subscriptions.attach_addon(
        world.subscription(step), _of(ADDONS, step.which), at=world.instant_of(step), key=step.key
    )


def _detach(world: World, step: Step) -> None:
    world.billing.subscriptions.detach_addon(
        world.subscription(step),
        _of(ADDONS, step.which),
        when=_of(WHEN[:2], step.how),
        at=world.instant_of(step),
        key=step.key,
    )


def _cancel(world: World, step: Step) -> None:
    world.billing.subscriptions.cancel(
        world.subscription(step),
        when=_of(WHEN[:2], step.how),
        unused=_of(UNUSED, step.which),
        at=world.instant_of(step),
        key=step.key,
    )


def _use(world: World, step: Step) -> None:
    event = UsageEvent(
        id=step.key,
        source="lives",
        customer=step.who,
        meter=_of(METERS, step.which),
        time=world.instant_of(step) or world.clock.at,
        value=Decimal(1 + step.how) * 3 / 4,
        subscription=world.subscription(step) if step.pick % 2 else None,
    )
    world.billing.usage.record([event])


def _item(world: World, step: Step) -> None:
    amount = Decimal(step.which * 100 + step.how) / 100
    world.billing.invoices.add_item(step.who, amount, "work", at=world.instant_of(step), key=step.key)


def _move(world: World, step: Step) -> None:
    world.billing.customers.update(
        step.who, timezone=_of(ZONES, step.which), at=world.instant_of(step), key=step.key
    )


def _top_up(world: World, step: Step) -> None:
    world.billing.balances.top_up(step.who, Decimal(1 + step.which * 7) / 2, "bank", key=step.key)


def _redeem(world: World, step: Step) -> None:
    world.billing.vouchers.redeem(step.who, _of(("A", "B", "C"), step.which), key=step.key)


def _pay(world: World, step: Step) -> None:
    found = world.invoice(step)
    amount = max(1, found.open * (1 + step.which % 4) // 3)
    world.billing.payments.record(str(found.number), Money.of_minor(amount, "CHF"), "bank", key=step.key)


def _settle(world: World, step: Step) -> None:
    world.billing.payments.settle(step.who, key=step.key)


def _void(world: World, step: Step) -> None:
    world.billing.invoices.void(str(world.invoice(step).number), rebill=bool(step.which % 3), key=step.key)


def _forgive(world: World, step: Step) -> None:
    """A goodwill credit: of all that is left, of a line, or of a part."""
    found = world.invoice(step)
    line = 1 + step.which % len(found.document.lines) if step.how % 2 else None
    amount = None if step.how % 3 else Money.of_minor(max(1, found.document.net * (step.how + 1) // 20), "CHF")
    world.billing.invoices.credit(str(found.number), line=line, amount=amount, reason="sorry", key=step.key)


def _run(world: World, step: Step) -> None:
    ahead = dt.timedelta(days=step.how) if step.which % 5 == 4 else dt.timedelta()
    world.billing.invoices.run(until=world.clock.at + ahead, customer=_of((None, step.who), step.pick))


_DEEDS: Mapping[str, Callable[[World, Step], None]] = {
    "subscribe": _subscribe,
    "change": _change,
    "seats": _seats,
    "attach": _attach,
    "detach": _detach,
    "cancel": _cancel,
    "use": _use,
    "item": _item,
    "move": _move,
    "run": _run,
    "top_up": _top_up,
    "redeem": _redeem,
    "pay": _pay,
    "settle": _settle,
    "void": _void,
    "forgive": _forgive,
}
FACTS = ("subscribe", "change", "seats", "attach", "detach", "cancel", "use", "item", "move")
MONEY = ("top_up", "redeem", "pay", "settle", "void", "forgive")


@st.composite
def _steps(draw: Any, does: Sequence[str], who: Sequence[str]) -> Step:
    shift = st.none() | st.integers(-40, 35).map(lambda days: days * 1_440) | st.integers(-50_000, 30_000)
    return Step(
        wait=draw(st.sampled_from((1, 60, 1_440, 10_080, 21_600)) | st.integers(1, 40_000)),
        do=draw(st.sampled_from(does)),
        who=draw(st.sampled_from(who)),
        pick=draw(st.integers(0, 11)),
        which=draw(st.integers(0, 11)),
        how=draw(st.integers(0, 19)),
        shift=draw(shift),
        snap=draw(st.booleans()),
    )


def lives(
    does: Sequence[str] = (*FACTS, "use", "run", "run", "run"), *, size: int = 14, who: Sequence[str] = ("acme",)
) -> Strategy[list[Step]]:
    """Stories that begin with one or two subscriptions. Shrinks to one subscription to the first plan."""
    first = st.lists(_steps(("subscribe",), who), min_size=1, max_size=2)
    # Hypothesis draws short lists: most stories would end before anything was billed twice.
    least = st.sampled_from((0, size // 2, size))
    rest = least.flatmap(lambda n: st.lists(_steps(tuple(does), who), min_size=n, max_size=size))
    return st.tuples(first, rest).map(
        lambda parts: [attrs.evolve(step, n=n) for n, step in enumerate([*parts[0], *parts[1]])]
    )


def policies() -> Strategy[Policy]:
    """How the house rounds. Shrinks to the default."""
    return st.builds(Policy, rounding=st.sampled_from(Rounding), whole_invoice=st.booleans())
