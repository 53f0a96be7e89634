"""Coupons that were applied, as rows: an application, and perhaps a removal, each a fact of its own."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable

import attrs

from billcore.kernel import CustomerId, SubscriptionId, compact, from_micros, micros
from billcore.lifecycle import AppliedCoupon
from billcore.ports import Row
from billcore.pricing import Coupon, archive, unarchive

__all__ = ["applied_row", "coupons_of", "removed_row"]

_APPLIED, _REMOVED = "applied", "removed"


def applied_row(applied: AppliedCoupon) -> Row:
    """The row of an application; the coupon and its scope stand in it as they were."""
    body = compact([archive(applied.coupon), list(applied.scope)])
    return (*_names(applied.id, applied, _APPLIED), applied.n, applied.redemption, *_instants(applied), body)


def removed_row(name: str, applied: AppliedCoupon, n: int) -> Row:
    """The row of a removal, under its own id and place."""
    at, recorded = applied.removed, applied.removal_recorded
    return (
        *_names(name, applied, _REMOVED),
        n,
        None,
        micros(at or applied.at),
        micros(recorded or applied.recorded),
        "",
    )


def _names(name: str, applied: AppliedCoupon, kind: str) -> tuple[str, str, str, str, str]:
    return (name, applied.customer, applied.subscription or "", applied.code, kind)


def _instants(applied: AppliedCoupon) -> tuple[int, int]:
    return (micros(applied.at), micros(applied.recorded))


@functools.lru_cache(maxsize=1_024)
def _body(written: str) -> tuple[Coupon, tuple[str, ...]]:
    coupon, scope = json.loads(written)
    return unarchive(coupon, Coupon), tuple(map(str, scope))


def coupons_of(rows: Iterable[Row]) -> tuple[AppliedCoupon, ...]:
    """The applied coupons of a customer's rows, each with its removal, by the ids of their applications."""
    found: dict[tuple[object, object], AppliedCoupon] = {}
    ends: dict[tuple[object, object], Row] = {}
    for row in rows:
        name, customer, subscription, code, kind, n, slot, at, recorded, body = row
        if kind == _REMOVED:
            ends[subscription, code] = row
            continue
        coupon, scope = _body(str(body))
        found[subscription, code] = AppliedCoupon(
            id=str(name),
            customer=CustomerId(str(customer)),
            subscription=SubscriptionId(str(subscription)) if subscription else None,
            coupon=coupon,
            scope=scope,
            at=from_micros(int(at or 0)),
            recorded=from_micros(int(recorded or 0)),
            n=int(n or 0),
            redemption=int(slot or 0),
        )
    for place, row in ends.items():
        found[place] = attrs.evolve(
            found[place], removed=from_micros(int(row[7] or 0)), removal_recorded=from_micros(int(row[8] or 0))
        )
    return tuple(sorted(found.values(), key=lambda one: one.id))
