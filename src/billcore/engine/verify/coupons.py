"""What coupons took off: never more than there is, than their periods have, or than was redeemed (M13, V1, V2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from billcore.engine.known import at_issue, known_by
from billcore.engine.verify.cells import cell, number_cell
from billcore.engine.verify.tenant import TenantView, check_vouchers
from billcore.engine.verify.values import Kept, Values, key_place
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Found, Violation
from billcore.kernel import ZERO, Exact, minor_units, places
from billcore.kernel import exact as ex
from billcore.ports.tables import COUPON, COUPON_FACT
from billcore.pricing import Pot
from billcore.settlement import Billed, ChargeKey, Coupons, Invoice, Line, LineKind, roots

__all__ = ["check_m13", "check_redemptions", "check_v2", "discounts_of", "wrong_discounts"]


def check_m13(view: AccountView) -> Found:
    """Discounts never exceed what they lower, nor raise a price: what is left of them is within what is left of it."""
    if view.values is None:
        return
    root = roots(kept.document for kept in view.values.kept)
    whole: dict[str, Line] = {line.id: line for _, line in view.values.live_lines()}
    off: Counter[str] = Counter()
    rest: Counter[str] = Counter()
    for kept, line in view.values.live_lines():
        name = root.get(line.id)
        if name is not None:
            off[name] -= line.minor
        elif kept.is_note and line.corrects is not None:
            rest[root.get(line.corrects, line.corrects)] += line.minor
        if line.kind is LineKind.DISCOUNT and (line.minor > 0 or line.exact > 0 or kept.is_note):
            yield Violation(
                "M13", f"{kept.number} {line.id}", "a discount lowers a line of an invoice", str(line.minor)
            )
    for name, minor in off.items():
        if name not in whole:
            yield Violation("M13", f"{view.customer} {name}", "what a coupon lowers is not there")
        elif not 0 <= minor <= whole[name].minor + rest[name]:
            left = whole[name].minor + rest[name]
            yield Violation("M13", f"{view.customer} {name}", f"coupons may take off 0 to {left}", str(minor))


def discounts_of(values: Values) -> Iterator[tuple[ChargeKey, str, str]]:
    """The percentages of keys whose lines do not sum to what the coupons ask for: that, and what they come to.

    Where something of a key was forgiven, a discount may have had less to take off; that is passed over.
    """
    billed = values.billed
    given: dict[ChargeKey, list[str]] = defaultdict(list)
    for name in billed.given:
        given[name.charge].append(name.coupon or "")
    for key in dict.fromkeys((*values.wanted, *given)):
        if values.pending(key.period) or billed.floor(key) or key not in billed.entries:
            continue
        asked = values.coupons.offs(key, values.asked(key), billed)
        for code in dict.fromkeys((*asked, *given.get(key, ()))):
            want = asked.get(code, ZERO)
            have = billed.given.get(ChargeKey(key.subscription, key.item, key.price, key.period, code), (ZERO, 0))[0]
            if ex.compare(want, have):
                yield ChargeKey(key.subscription, key.item, key.price, key.period, code), ex.text(want), ex.text(have)


def check_v2(view: AccountView) -> Found:
    """An amount takes off no more in a period, as it was known at issue, than it is worth; in no more than it lasts."""
    values = view.values
    if values is None or not _beyond(values.coupons, values.coupons.used(values.billed)):
        return
    # Later facts may count its periods otherwise, and what was taken off is not taken off again.
    issued = sorted(values.kept, key=_issue)
    for place, kept in enumerate(issued):
        lines = [line for line in kept.document.lines if line.coupon is not None and line.key is None]
        if kept.dead or not lines:
            continue
        invoices = [one.invoice for one in issued[: place + 1]]
        known = [Coupons.of(known_by(values.loaded.facts, at)) for at in at_issue(kept.document.issued_at)]
        ways = [
            _beyond_then(coupons, invoices)
            for coupons in known
            if {line.coupon for line in lines} <= {one.applied.code for one in coupons.terms}
        ] or [_beyond_then(values.coupons, invoices)]
        for owner, code, slot, worth, used in min(ways, key=len):
            where = f"{view.customer} {owner or 'customer'} {code} {slot}"
            yield Violation("V2", where, f"it takes off {ex.text(worth)} in a period", str(used))


def _issue(kept: Kept) -> tuple[object, ...]:
    document = kept.document
    return (document.issued_at, document.billing_date, document.sequence)


_Beyond: TypeAlias = tuple[str, str, int, Exact, int]
"""A coupon's owner, its code and a period, what it is worth there, and what it took off, in minor units."""


def _beyond_then(coupons: Coupons, invoices: Sequence[Invoice]) -> list[_Beyond]:
    """What the last of these documents took off beyond what there was, by the coupons that were known then."""
    before = coupons.used(Billed.of(invoices[:-1]))
    found = _beyond(coupons, coupons.used(Billed.of(invoices)))
    return [one for one in found if one[4] > before.get(one[:3], 0)]


def _beyond(coupons: Coupons, used: Mapping[Pot, int]) -> list[_Beyond]:
    digits = places(coupons.customer.currency)
    worth = {
        (one.applied.subscription or "", one.applied.code): one.applied.coupon.amount or ZERO for one in coupons.terms
    }
    return [
        (owner, code, slot, worth[owner, code], minor)
        for (owner, code, slot), minor in used.items()
        if minor > minor_units(worth[owner, code], digits)
    ]


def check_redemptions(view: TenantView) -> Found:
    """Vouchers and coupons are used as often as redeemed and allowed; a voucher once a customer, and it gave credit."""
    yield from check_vouchers(view)
    for coupons in view.pages(COUPON):
        slots: dict[object, list[int]] = {row[0]: [] for row in coupons}
        for pages in view.pages(COUPON_FACT):
            for row in pages:
                if cell(COUPON_FACT, row, "kind") == "applied" and cell(COUPON_FACT, row, "code") in slots:
                    slots[cell(COUPON_FACT, row, "code")].append(number_cell(COUPON_FACT, row, "slot"))
        for row in coupons:
            used, most = number_cell(COUPON, row, "used"), cell(COUPON, row, "most")
            if sorted(slots[row[0]]) != list(range(1, used + 1)):
                yield Violation(
                    "V1", f"coupon {row[0]}", f"used {used} times, by its slots", str(sorted(slots[row[0]]))
                )
            if isinstance(most, int) and used > most:
                yield Violation("V1", f"coupon {row[0]}", f"to be used {most} times", str(used))


def wrong_discounts(view: AccountView, values: Values) -> Found:
    """What P2 says of percentages."""
    for key, want, have in discounts_of(values):
        place = f"{key_place(view.customer, key)} {key.coupon}"
        yield Violation("P2", place, f"the coupon asks for {want}", have)
