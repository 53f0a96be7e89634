"""What coupons took off: never more than there is, than their periods have, or than was redeemed (M13, V1, V2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from billcore.engine.verify.cells import cell, number_cell
from billcore.engine.verify.tenant import TenantView, check_vouchers
from billcore.engine.verify.values import Values, key_place
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Found, Violation
from billcore.kernel import ZERO, minor_units, places
from billcore.kernel import exact as ex
from billcore.ports.tables import COUPON, COUPON_FACT
from billcore.settlement import ChargeKey, Line, LineKind, roots

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
        charge = values.wanted.get(key)
        asked = values.coupons.offs(key, ZERO if charge is None else charge.exact, billed)
        for code in dict.fromkeys((*asked, *given.get(key, ()))):
            want = asked.get(code, ZERO)
            have = billed.given.get(ChargeKey(key.subscription, key.item, key.price, key.period, code), (ZERO, 0))[0]
            if ex.compare(want, have):
                yield ChargeKey(key.subscription, key.item, key.price, key.period, code), ex.text(want), ex.text(have)


def check_v2(view: AccountView) -> Found:
    """An amount takes off no more in a period than it is worth, in no more periods than it lasts."""
    values = view.values
    if values is None:
        return
    digits = places(values.loaded.facts.customer.currency)
    for (owner, code, slot), used in values.coupons.used(values.billed).items():
        worth = next((one for one in values.coupons.terms if one.applied.code == code), None)
        most = ZERO if worth is None else worth.applied.coupon.amount or ZERO
        if used > minor_units(most, digits):
            place = f"{view.customer} {owner or 'customer'} {code} {slot}"
            yield Violation("V2", place, f"it takes off {ex.text(most)} in a period", str(used))


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
