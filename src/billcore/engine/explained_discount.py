"""Explaining what a coupon took off a line: its percentage of what those before it left, or an amount."""

from __future__ import annotations

from collections.abc import Sequence

from billcore.engine.rounded import EXACT
from billcore.kernel import ZERO
from billcore.kernel import exact as ex
from billcore.lifecycle import AppliedCoupon
from billcore.pricing import Explanation, Stacking, leaf
from billcore.settlement import Document, Line, LineKind, marked

__all__ = ["explain_discount"]

_HUNDRED = ex.whole(100)


def explain_discount(document: Document, line: Line, coupons: Sequence[AppliedCoupon]) -> Explanation:
    """The tree of a discount's line; ``coupons`` are those that were applied to the customer."""
    lowered = next(one for one in document.lines if one.id == line.corrects)
    offs = [one for one in document.lines if one.kind is LineKind.DISCOUNT and one.corrects == lowered.id]
    used = {one.id: _applied(one, lowered, coupons) for one in offs}
    own = used[line.id]
    percent = None if own is None else own.coupon.percent
    if own is None or percent is None:
        return leaf(EXACT, line.exact, about={"name": marked(line.coupon) or line.coupon or ""})
    together = [one for one in offs if one is line or _summed(own, used[one.id])]
    whole = ex.total(found.coupon.percent or ZERO for one in together if (found := used[one.id]) is not None)
    before = [one for one in offs[: offs.index(line)] if one not in together]
    base = leaf("amount before", lowered.exact, about={"line": lowered.id})
    if before:
        left = ex.add(lowered.exact, ex.total(one.exact for one in before))
        parts = tuple(leaf("taken off", ex.negate(one.exact), about={"line": one.id}) for one in before)
        base = Explanation("left to take off", left, "remainder", (base, *parts))
    part = percent if whole <= _HUNDRED else ex.ratio(ex.multiply(percent, _HUNDRED), whole)
    share = leaf("share taken off", ex.negate(ex.ratio(part, 100)), kind="percent")
    about = {"name": line.coupon or ""}
    return Explanation(EXACT, ex.multiply(base.value, share.value), "product", (base, share), about=about)


def _applied(line: Line, lowered: Line, coupons: Sequence[AppliedCoupon]) -> AppliedCoupon | None:
    """The application that a line is of: a subscription's own before the customer's."""
    found = [one for one in coupons if one.code == line.coupon and one.subscription in (None, lowered.subscription)]
    return max(found, key=lambda one: one.subscription is not None, default=None)


def _summed(own: AppliedCoupon, other: AppliedCoupon | None) -> bool:
    additive = other is not None and own.coupon.stacking is other.coupon.stacking is Stacking.ADDITIVE
    return additive and other is not None and (own.breadth, own.scope) == (other.breadth, other.scope)
