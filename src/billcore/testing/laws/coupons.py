"""Coupons: what they take off is never more than there is, and rounded once. These laws only read."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from billcore.engine import Billing
from billcore.engine.accounts import load
from billcore.kernel import exact as ex
from billcore.kernel import minor_units
from billcore.lifecycle import AppliedCoupon
from billcore.pricing import CouponGroup, Stacking, stacked
from billcore.settlement import ChargeKey, Coupons, Document, DocumentKind, Line, LineKind, marked, roots
from billcore.testing.laws._broken import broken, same
from billcore.testing.laws.billed import asked, modes, waits
from billcore.testing.laws.reading import customers, documents, every, forgiven, live_lines

__all__ = [
    "discounts_are_rounded_once",
    "discounts_never_raise_a_price",
    "grants_never_exceed_what_was_given",
    "percentages_follow_the_facts",
]


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

    Summed percentages are left out: they are rounded together. So is a code that was applied to a line's subscription
    and to its customer: it is two coupons, and a line does not say which of them it is.
    """
    law = "discounts are rounded once"
    for customer in customers(billing):
        coupons = billing.session.read(lambda tx, who=customer: load(tx, who)).facts.coupons  # type: ignore[misc]  # a default binds the loop's value
        known: dict[tuple[str | None, str], AppliedCoupon] = {(one.subscription, one.code): one for one in coupons}
        for one in documents(billing, customer):
            for (name, percent), (base, off) in _percentages(one.document, known).items():
                share = ex.ratio(ex.multiply(ex.whole(base), percent), 100)
                want = minor_units(share, 0, one.document.rounding.mode)
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
        for credit in every(lambda cursor, who=customer: billing.grants.list(who, cursor=cursor)):  # type: ignore[misc]  # a default binds the loop's value
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
        percent = None if applied is None else applied.coupon.percent
        if applied is not None and percent is not None and applied.coupon.stacking is not Stacking.ADDITIVE:
            base, off = found.get((applied.id, percent), (0, 0))
            found[applied.id, percent] = (base + left[line.corrects], off - line.minor)
        left[line.corrects] += line.minor
    return found


def _applied(
    line: Line, document: Document, known: Mapping[tuple[str | None, str], AppliedCoupon]
) -> AppliedCoupon | None:
    lowered = next(one for one in document.lines if one.id == line.corrects)
    found = {known.get((owner, line.coupon or "")) for owner in (lowered.subscription, None)} - {None}
    return found.pop() if len(found) == 1 else None


def percentages_follow_the_facts(billing: Billing) -> None:
    """Law: what a percentage took off a key is that of what the facts ask for, less what those before it took (P2).

    However often, in which order and how late it was billed. Left out are keys that an amount lowers too, which depends
    on the billing date, those of which something was forgiven, and what waits for a run.
    """
    law = "percentages follow the facts"
    for customer in customers(billing):
        found = documents(billing, customer)
        loaded, wanted, _ = billing.session.read(
            lambda tx, who=customer, found=found: asked(tx, who, modes(billing, found))  # type: ignore[misc]  # a default binds the loop's value
        )
        coupons, kept = Coupons.of(loaded.facts), forgiven(found)
        off: dict[ChargeKey, dict[str, ex.Exact]] = defaultdict(lambda: defaultdict(lambda: ex.ZERO))
        for _, line in live_lines(found):
            if line.key is not None and line.key.coupon is not None:
                taken = off[line.key.charge]
                taken[line.key.coupon] = ex.subtract(taken[line.key.coupon], line.exact)
        for key in {*wanted, *off}:
            held = coupons.held(key)
            if any(one.coupon.percent is None for one in held) or kept.get(key) or waits(loaded, key.period):
                continue
            due = _shares(stacked(held), wanted.get(key, ex.ZERO))
            had = {code: ex.fraction(exact) for code, exact in off.get(key, {}).items() if exact}
            same(law, had, due, customer=customer, key=key)


def _shares(groups: Sequence[CouponGroup], amount: ex.Exact) -> dict[str, Fraction]:
    """What percentages take off an amount, each of what is left; those of a group together."""
    left, found = ex.fraction(amount), dict[str, Fraction]()
    for group in groups:
        percents = {one.code: ex.fraction(one.coupon.percent or ex.ZERO) for one in group}
        whole = sum(percents.values(), Fraction(0))
        share = left * min(whole, Fraction(100)) / 100
        found |= {code: share * percent / whole for code, percent in percents.items() if percent}
        left -= share
    return {code: exact for code, exact in found.items() if exact}
