"""Coupons: what they take off is never more than there is, and rounded once. These laws only read."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

from billcore.engine import Billing
from billcore.engine.accounts import load
from billcore.kernel import exact as ex
from billcore.kernel import minor_units
from billcore.lifecycle import AppliedCoupon
from billcore.pricing import Stacking
from billcore.settlement import Document, DocumentKind, Line, LineKind, marked, roots
from billcore.testing.laws._broken import broken, same
from billcore.testing.laws.reading import customers, documents, every, live_lines

__all__ = ["discounts_are_rounded_once", "discounts_never_raise_a_price", "grants_never_exceed_what_was_given"]


def discounts_never_raise_a_price(billing: Billing) -> None:
    """Law: what coupons take off a line is never negative, and never more than is left of it after credits (M13)."""
    law = "discounts never raise a price"
    for customer in customers(billing):
        found = documents(billing, customer)
        root = roots(one.document for one in found)
        off: dict[str, int] = defaultdict(int)
        left: dict[str, int] = defaultdict(int)
        for one, line in live_lines(found):
            name = root.get(line.id)
            if name is not None:
                off[name] -= line.minor
            else:
                note = one.document.kind is DocumentKind.CREDIT_NOTE
                left[line.corrects or "" if note else line.id] += line.minor
        for name, minor in off.items():
            if not 0 <= minor <= left[name]:
                raise broken(law, customer=customer, line=name, off=minor, left=left[name])


def discounts_are_rounded_once(billing: Billing) -> None:
    """Law: a percentage on an invoice is that of the rounded amounts that it finds there, rounded once (D16).

    Summed percentages are left out: they are rounded together.
    """
    law = "discounts are rounded once"
    for customer in customers(billing):
        coupons = billing.session.read(lambda tx, who=customer: load(tx, who)).facts.coupons  # type: ignore[misc]
        known: dict[tuple[str | None, str], AppliedCoupon] = {(one.subscription, one.code): one for one in coupons}
        for one in documents(billing, customer):
            for (name, percent), (base, off) in _percentages(one.document, known).items():
                want = minor_units(
                    ex.ratio(ex.multiply(ex.whole(base), percent), 100), 0, billing.session.policy.rounding
                )
                same(law, off, want, number=one.number, coupon=name, base=base)


def grants_never_exceed_what_was_given(billing: Billing) -> None:
    """Law: what grants take off is between nothing and what was given, on billing dates on which they hold (V6).

    And what is said to be left of each is the rest.
    """
    law = "grants never exceed what was given"
    for customer in customers(billing):
        found = documents(billing, customer)
        used: dict[str, int] = defaultdict(int)
        dates: dict[str, list[dt.datetime]] = defaultdict(list)
        for one, line in live_lines(found):
            name = marked(line.coupon)
            if name is not None:
                used[name] -= line.minor
                dates[name] += [one.document.billing_date] if line.kind is LineKind.DISCOUNT else []
        for credit in every(lambda cursor, who=customer: billing.grants.list(who, cursor=cursor)):  # type: ignore[misc]
            off = used.pop(credit.id, 0)
            if not 0 <= off <= credit.amount or not all(map(credit.holds, dates[credit.id])):
                raise broken(law, customer=customer, grant=credit.id, off=off, dates=dates[credit.id])
            same(law, credit.remaining, credit.amount - off, customer=customer, grant=credit.id)
        same(law, dict(used), {}, customer=customer)


def _percentages(
    document: Document, known: Mapping[tuple[str | None, str], AppliedCoupon]
) -> dict[tuple[object, ex.Exact], tuple[int, int]]:
    """What each percentage finds on an invoice, and what it takes off."""
    found: dict[tuple[object, ex.Exact], tuple[int, int]] = {}
    left: dict[str, int] = {line.id: line.minor for line in document.lines}
    for line in document.lines:
        if line.kind is not LineKind.DISCOUNT or line.corrects is None:
            continue
        if marked(line.coupon) is not None:  # promotional credit, which is used after all coupons
            continue
        applied = _applied(line, document, known)
        percent = applied.coupon.percent
        if percent is not None and applied.coupon.stacking is not Stacking.ADDITIVE:
            base, off = found.get((applied.id, percent), (0, 0))
            found[applied.id, percent] = (base + left[line.corrects], off - line.minor)
        left[line.corrects] += line.minor
    return found


def _applied(line: Line, document: Document, known: Mapping[tuple[str | None, str], AppliedCoupon]) -> AppliedCoupon:
    lowered = next(one for one in document.lines if one.id == line.corrects)
    own = known.get((lowered.subscription, line.coupon or ""))
    return own if own is not None else known[None, line.coupon or ""]
