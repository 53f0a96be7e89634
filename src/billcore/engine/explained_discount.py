"""Explaining what a coupon took off a line: its percentage of what those before it left, or an amount."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import attrs

from billcore.engine.known import at_issue, known_by, recordings
from billcore.engine.rounded import EXACT
from billcore.kernel import ZERO
from billcore.kernel import exact as ex
from billcore.ports import ReadTx
from billcore.pricing import Explanation, HeldCoupon, Stacking, leaf
from billcore.settlement import AccountFacts, Coupons, Document, Line, LineKind, marked

__all__ = ["explain_discount"]

_HUNDRED = ex.whole(100)


def explain_discount(tx: ReadTx, document: Document, line: Line, facts: AccountFacts) -> Iterator[Explanation]:
    """The trees of a discount's line, the likelier first: by the coupons that held for what it lowers, as known then.

    Of one code, a subscription's own may hold for a while in which the customer's does not, and be applied later.
    """
    lowered = next(one for one in document.lines if one.id == line.corrects)
    for seen in _ways(tx, document, lowered, facts):
        held = {one.code: one for one in Coupons.of(seen).held(lowered.key)} if lowered.key is not None else {}
        yield _explained(document, line, lowered, held)


def _ways(tx: ReadTx, document: Document, lowered: Line, facts: AccountFacts) -> Iterator[AccountFacts]:
    """The facts as the run may have seen them: at issue, a moment before, today, after one of their recordings."""
    yield from _at(facts, document.issued_at)
    yield known_by(facts, at_issue(document.issued_at)[1])
    yield facts
    written = {at for one in facts.coupons for at in (one.recorded, one.removal_recorded) if at is not None}
    for known in sorted(written.union(recordings(tx, facts, lowered, None))):
        yield from _at(facts, known)


def _at(facts: AccountFacts, known: dt.datetime) -> Iterator[AccountFacts]:
    """The facts recorded by an instant; and without what was removed at that very one, behind the run."""
    seen = known_by(facts, known)
    yield seen
    if any(one.removal_recorded == known for one in seen.coupons):
        kept = [
            attrs.evolve(one, removed=None, removal_recorded=None) if one.removal_recorded == known else one
            for one in seen.coupons
        ]
        yield attrs.evolve(seen, coupons=tuple(kept))


def _explained(document: Document, line: Line, lowered: Line, held: dict[str, HeldCoupon]) -> Explanation:
    offs = [one for one in document.lines if one.kind is LineKind.DISCOUNT and one.corrects == lowered.id]
    used = {one.id: held.get(one.coupon or "") for one in offs}
    own = used[line.id]
    percent = None if own is None else own.coupon.percent
    if line.key is None:  # an amount is used up by lines
        return leaf(EXACT, line.exact, about={"name": marked(line.coupon) or line.coupon or ""})
    if own is None or percent is None:
        return leaf("not known yet", ZERO, about={"name": line.coupon or ""})
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


def _summed(own: HeldCoupon, other: HeldCoupon | None) -> bool:
    additive = other is not None and own.coupon.stacking is other.coupon.stacking is Stacking.ADDITIVE
    return additive and other is not None and (own.breadth, own.scope) == (other.breadth, other.scope)
