"""Which coupons lower a charge, by its key, and how much of an amount is left in a period (docs/decisions/0003)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import attrs

from billcore.kernel import ZERO, Exact, minor_units
from billcore.kernel import exact as ex
from billcore.lifecycle import AppliedCoupon, Customer, Life, Occurrence, Term, life, occurrences, period_start, term
from billcore.pricing import CouponGroup, HeldCoupon, OrderRecord, Pot, Pots, exact_offs, stacked
from billcore.settlement.account import AccountFacts
from billcore.settlement.billed import Billed
from billcore.settlement.key import ChargeKey

__all__ = ["Coupons", "amounts_since", "charge_names"]

_ITEM = frozenset({"item"})


@attrs.frozen
class Coupons:
    """The coupons of a customer, as they hold for each charge."""

    customer: Customer
    terms: tuple[Term, ...]
    lives: Mapping[str, Life]

    @classmethod
    def of(cls, facts: AccountFacts) -> Coupons:
        """The coupons among the facts; those of all time, for a run at a past date sees what later ones used."""
        customer = facts.customer
        lives = [life(one, customer) for one in facts.subscriptions] if facts.coupons else []
        found = {one.subscription.id: one for one in lives if one.epochs}
        terms = [
            term(one, customer, None if one.subscription is None else found[one.subscription])
            for one in _in_order(facts.coupons)
            if one.subscription is None or one.subscription in found
        ]
        return cls(customer, tuple(terms), {str(name): one for name, one in found.items()})

    def held(self, key: ChargeKey) -> tuple[HeldCoupon, ...]:
        """The coupons that hold for a charge, as they were applied; a subscription's own before the customer's."""
        owner, start = self.lives.get(key.subscription), key.period.start
        if key.subscription and owner is None:
            return ()
        if owner is not None:
            start = period_start(owner, start)
        found: dict[str, HeldCoupon] = {}
        for order, one in enumerate(self.terms):
            applied = one.applied
            mine = applied.subscription is None or applied.subscription == key.subscription
            slot = one.slot(start) if mine and _covers(applied, owner, key) else None
            if slot is not None and (applied.code not in found or applied.subscription is not None):
                found[applied.code] = one.held(order, slot)
        return tuple(found.values())

    def groups(self, key: ChargeKey) -> tuple[CouponGroup, ...]:
        """The coupons that lower a charge, in the order of use."""
        held = self.held(key)
        return stacked(held) if held else ()

    def offs(self, key: ChargeKey, amount: Exact, billed: Billed) -> dict[str, Exact]:
        """What each percentage should take off an exact amount of a key, by code."""
        groups = self.groups(key)
        if not groups:
            return {}
        found = exact_offs(groups, amount, _amounts_on(key, billed))
        return {code: found[code] for code in (one.code for group in groups for one in group if one.coupon.percent)}

    def pots(self, keys: Iterable[ChargeKey], billed: Billed, places: int) -> Pots:
        """What is left of each amount in the periods of these charges, in minor units."""
        wanted = {one.pot: one.coupon.amount for key in keys for one in self.held(key) if one.coupon.amount is not None}
        if not wanted:
            return {}
        used = self.used(billed)
        return {pot: max(0, minor_units(amount, places) - used.get(pot, 0)) for pot, amount in wanted.items()}

    def used(self, billed: Billed) -> Mapping[Pot, int]:
        """What amounts took off on documents, in minor units. What went back with a line that fell is used too."""
        used: Counter[Pot] = Counter()
        for key, entries in billed.entries.items():
            found = {one.code: one for one in self.held(key)}
            for entry in entries:
                for off in billed.offs.get(entry.line.id, ()):
                    one = found.get(off.line.coupon or "")
                    if off.line.key is None and one is not None:
                        used[one.pot] -= off.line.minor
        return used


def _in_order(coupons: Iterable[AppliedCoupon]) -> Sequence[AppliedCoupon]:
    """As they were applied: by the instant from which they hold, then as they were written down."""
    return sorted(coupons, key=lambda one: (one.at, one.n))


def _covers(applied: AppliedCoupon, owner: Life | None, key: ChargeKey) -> bool:
    """The charge is in the coupon's scope."""
    if not applied.scope:
        return True
    return bool(charge_names(owner, key).intersection(applied.scope))


def charge_names(owner: Life | None, key: ChargeKey) -> frozenset[str]:
    """What a coupon may call a charge: its price, its addon, and the plan, product or service it was bought with."""
    if owner is None:
        return _ITEM
    names = {key.price}
    for order in owner.subscription.orders:
        if order.id != key.item:
            continue
        record: OrderRecord | None = next((one for one in order.records if one.price.code == key.price), None)
        if record is not None and record.addon is not None:
            names.add(record.addon)
        elif order.selection is not None:
            chosen = order.selection
            names.update(name for name in (chosen.plan, chosen.product, chosen.service) if name is not None)
    return frozenset(names)


def _amounts_on(key: ChargeKey, billed: Billed) -> dict[str, Exact]:
    """What amounts took off the key's lines, and still do, by coupon."""
    found: dict[str, Exact] = {}
    for entry in billed.entries.get(key, ()) if billed.offs else ():
        for off in billed.offs.get(entry.line.id, ()):
            if off.line.key is None:
                code = off.line.coupon or ""
                found[code] = ex.add(found.get(code, ZERO), off.exact_left)
    return found


def amounts_since(facts: AccountFacts, after: dt.datetime | None) -> dt.datetime | None:
    """From which period ends on earlier lines may have used an amount that what is due after an instant could use."""
    if after is None or all(one.coupon.amount is None for one in facts.coupons):
        return None
    coupons = Coupons.of(facts)
    starts = [period_start(one, seen.period.start) for one in coupons.lives.values() for seen in _next(one, after)]
    starts += [item.at for item in facts.one_offs]
    found = [
        one.since(start)
        for one in coupons.terms
        for start in starts
        if one.applied.coupon.amount is not None and one.slot(start) is not None
    ]
    return min(found, default=None)


def _next(owner: Life, after: dt.datetime) -> Iterable[Occurrence]:
    """The first period of each item that ends after an instant, and what may be due with it."""
    for item in owner.charged:
        seen = next(occurrences(owner, item, after), None)
        if seen is not None:
            yield seen
