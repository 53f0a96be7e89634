"""Applying and removing coupons: the facts, and what they mark."""

from __future__ import annotations

import datetime as dt

import attrs

from billcore.engine.accounts import save_account
from billcore.engine.catalogs import catalog_at
from billcore.engine.reading import Loaded
from billcore.engine.rows.coupons import applied_row, removed_row
from billcore.engine.session import Call
from billcore.kernel import InvalidValue, NotAllowed, SubscriptionId, rfc3339
from billcore.lifecycle import AppliedCoupon, Order
from billcore.ports import Tx
from billcore.ports.tables import COUPON, COUPON_FACT
from billcore.pricing import Coupon, coupon_minor, coupon_scope, sold, unmarked

__all__ = ["apply_chosen", "apply_coupon", "mark_coupon", "remove_coupon"]

_N = COUPON_FACT.position("n")


def apply_coupon(
    tx: Tx, call: Call, loaded: Loaded, code: str, subscription: SubscriptionId | None, at: dt.datetime
) -> AppliedCoupon:
    """Write down that a coupon of the catalog in force at ``at`` is applied; it counts as one redemption.

    Raises ``NotFound``, ``StaleCatalogEntry``, ``InvalidValue`` outside its window, and ``NotAllowed`` where it was
    applied to this before, or as often as it may be.
    """
    customer = loaded.facts.customer
    catalog = catalog_at(tx, at)
    coupon = unmarked(sold(catalog.coupon(code), "coupon"))
    if not coupon.holds(at):
        raise InvalidValue("the coupon cannot be applied then", place="at", value=rfc3339(at))
    if coupon.amount is not None:
        coupon_minor(coupon, customer.currency, "code")
    if tx.find(COUPON_FACT, COUPON_FACT.indexes[0], (customer.id, subscription or "", code), limit=1):
        raise NotAllowed("the coupon was applied to this before", place="code", value=code)
    applied = AppliedCoupon(
        id=call.id("cpn"),
        customer=customer.id,
        subscription=subscription,
        coupon=coupon,
        scope=coupon_scope(coupon, catalog.plans),
        at=at,
        recorded=call.now,
        n=_next(tx, customer.id),
        redemption=_redeem(tx, coupon),
    )
    tx.insert(COUPON_FACT, [applied_row(applied)])
    return applied


def apply_chosen(tx: Tx, call: Call, loaded: Loaded, order: Order) -> None:
    """Apply the coupon of a first order's selection, if it has one."""
    chosen = None if order.selection is None else order.selection.coupon
    if chosen is not None:
        apply_coupon(tx, call, loaded, chosen, order.subscription, order.at)


def _next(tx: Tx, customer: str) -> int:
    """The place of a customer's next fact of a coupon."""
    last = tx.find(COUPON_FACT, COUPON_FACT.indexes[2], (customer,), limit=1, backwards=True)
    return int(last[0][_N] or 0) + 1 if last else 0


def _redeem(tx: Tx, coupon: Coupon) -> int:
    """The ordinal of this redemption, counted in the coupon's row."""
    row = tx.get(COUPON, (coupon.code,))
    used = 1 if row is None else int(row[2] or 0) + 1
    if coupon.limit is not None and used > coupon.limit:
        raise NotAllowed("the coupon is used up", place="code", value=coupon.code)
    if row is None:
        tx.insert(COUPON, [(coupon.code, coupon.limit, used, 1)])
    else:
        tx.update(COUPON, [(coupon.code, coupon.limit, used, int(row[3] or 0) + 1)])
    return used


def remove_coupon(tx: Tx, call: Call, applied: AppliedCoupon, at: dt.datetime) -> AppliedCoupon:
    """Write down that a coupon holds for no period that starts at ``at`` or later. Raises ``NotAllowed``."""
    if applied.removed is not None:
        raise NotAllowed("the coupon was removed before", place="code", value=applied.code)
    if at < applied.at:
        raise InvalidValue("it was not applied then", place="at", value=rfc3339(at))
    removed = attrs.evolve(applied, removed=at, removal_recorded=call.now)
    tx.insert(COUPON_FACT, [removed_row(call.id("cpr"), removed, _next(tx, applied.customer))])
    return removed


def mark_coupon(tx: Tx, loaded: Loaded, changed: AppliedCoupon, at: dt.datetime) -> None:
    """Have the next run look again at what was billed from ``at`` on; what was not is new to it anyway."""
    last = loaded.state.last_run
    if last is None or at > last:
        return
    others = tuple(one for one in loaded.facts.coupons if one.id != changed.id)
    save_account(tx, loaded, attrs.evolve(loaded.facts, coupons=(*others, changed)), at)
