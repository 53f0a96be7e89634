"""What a step of a random life does, through the handle; ``DEEDS`` names them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Literal, TypeVar

import attrs

from billcore.kernel import Anchor, DayAnchor, Money
from billcore.lifecycle import UsageEvent
from billcore.pricing import Selection
from tests.offers import ADDONS, GRANTS, METERS, PERCENTAGES, PLANS, REBATES
from tests.world import Step, World

__all__ = ["DEEDS"]

T = TypeVar("T")

ZONES = ("Asia/Kolkata", "America/New_York", "Pacific/Kiritimati", "Europe/Zurich")
ANCHORS: tuple[Anchor, ...] = ("calendar", "start", DayAnchor(31), DayAnchor(15))
UNUSED: tuple[Literal["keep", "give_back"], ...] = ("keep", "give_back")
NOW_OR_LATER: tuple[Literal["now", "period_end"], ...] = ("now", "period_end")
WHEN: tuple[Literal["now", "period_end"] | None, ...] = (*NOW_OR_LATER, None)
RESET: tuple[Literal["keep", "reset"] | None, ...] = (None, None, None, "reset", "keep")


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
        when=_of(NOW_OR_LATER, step.how),
        at=world.instant_of(step),
        key=step.key,
    )


def _cancel(world: World, step: Step) -> None:
    world.billing.subscriptions.cancel(
        world.subscription(step),
        when=_of(NOW_OR_LATER, step.how),
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
        time=world.instant_of(step) or world.clock.now(),
        value=Decimal(1 + step.how) * 3 / 4,
        subscription=world.subscription(step) if step.pick % 2 else None,
    )
    world.billing.usage.record([event])


def _item(world: World, step: Step) -> None:
    amount = Decimal(step.which * 100 + step.how) / 100
    world.billing.invoices.add_item(step.who, amount, "work", at=world.instant_of(step), key=step.key)


def _move(world: World, step: Step) -> None:
    world.billing.customers.update(step.who, timezone=_of(ZONES, step.which), at=world.instant_of(step), key=step.key)


def _coupon(world: World, step: Step) -> None:
    _apply(world, step, _of(PERCENTAGES, step.which))


def _rebate(world: World, step: Step) -> None:
    _apply(world, step, _of(REBATES, step.which))


def _apply(world: World, step: Step, code: str) -> None:
    subscription = world.subscription(step) if step.how % 3 else None
    world.billing.coupons.apply(step.who, code, subscription=subscription, at=world.instant_of(step), key=step.key)


def _uncoupon(world: World, step: Step) -> None:
    found = world.billing.coupons.list(step.who).items
    if found:
        applied = _of(found, step.pick)
        world.billing.coupons.remove(
            step.who, applied.code, subscription=applied.subscription, at=world.instant_of(step), key=step.key
        )


def _grant(world: World, step: Step) -> None:
    chosen = _of(GRANTS, step.which).code
    world.billing.grants.give(step.who, chosen, at=world.instant_of(step), key=step.key)


def _revoke(world: World, step: Step) -> None:
    found = world.billing.grants.list(step.who).items
    if found:
        world.billing.grants.revoke(step.who, _of(found, step.pick).id, key=step.key)


def _top_up(world: World, step: Step) -> None:
    world.billing.balances.top_up(step.who, Decimal(1 + step.which * 7) / 2, "bank", key=step.key)


def _redeem(world: World, step: Step) -> None:
    world.billing.vouchers.redeem(step.who, _of(("A", "B", "C"), step.which), key=step.key)


def _pay(world: World, step: Step) -> None:
    found = world.invoice(step)
    amount = max(1, found.open * (1 + step.which % 4) // 3)
    world.billing.payments.record(
        str(found.number), Money.of_minor(amount, found.document.currency), "bank", key=step.key
    )


def _settle(world: World, step: Step) -> None:
    world.billing.payments.settle(step.who, key=step.key)


def _void(world: World, step: Step) -> None:
    world.billing.invoices.void(str(world.invoice(step).number), rebill=bool(step.which % 3), key=step.key)


def _forgive(world: World, step: Step) -> None:
    """A goodwill credit: of all that is left, of a line, or of a part."""
    found = world.invoice(step)
    document = found.document
    line = 1 + step.which % len(document.lines) if step.how % 2 else None
    amount = None if step.how % 3 else Money.of_minor(max(1, document.net * (step.how + 1) // 20), document.currency)
    world.billing.invoices.credit(str(found.number), line=line, amount=amount, reason="sorry", key=step.key)


def _run(world: World, step: Step) -> None:
    ahead = dt.timedelta(days=step.how) if step.which % 5 == 4 else dt.timedelta()
    world.billing.invoices.run(until=world.clock.now() + ahead, customer=_of((None, step.who), step.pick))


def _now(world: World, step: Step) -> None:
    """What waits is billed now; what may be billed before its period ends too, up to some days on."""
    ahead = dt.timedelta(days=step.how if step.which % 3 == 0 else 0)
    world.billing.invoices.run(customer=step.who, now=True, until=world.clock.now() + ahead)


def _publish(world: World, step: Step) -> None:
    """What is sold from now on is something else."""
    if world.later:
        now = world.clock.now()
        world.billing.catalog.publish(attrs.evolve(_of(world.later, step.which), version=step.key, effective=now))


DEEDS: Mapping[str, Callable[[World, Step], None]] = {
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
    "now": _now,
    "publish": _publish,
    "coupon": _coupon,
    "rebate": _rebate,
    "uncoupon": _uncoupon,
    "grant": _grant,
    "revoke": _revoke,
    "top_up": _top_up,
    "redeem": _redeem,
    "pay": _pay,
    "settle": _settle,
    "void": _void,
    "forgive": _forgive,
}
