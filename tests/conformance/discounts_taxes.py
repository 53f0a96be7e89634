"""The family ``discounts_taxes``: coupons over lines, taxes on what is left, and how long coupons hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from billcore.kernel import Exact, Money, instant, minor_units, number, places
from billcore.kernel import exact as ex
from billcore.pricing import AppliedRate, Coupon, CouponDuration, Discount, Stacking, discounted, tax_over
from tests.conformance.case import Answer, Case
from tests.conformance.subscription import CURRENCY

__all__ = ["answer"]

_STACKED = {"in_application_order": Stacking.AS_APPLIED}
_WHOLE = 100


def answer(case: Case) -> Answer:
    """The figures that the case asks for."""
    return _KINDS[case["kind"]](case)


def _digits(case: Case) -> int:
    return 0 if case.maybe("amounts_in") == "minor" else places(case.maybe("currency") or CURRENCY)


def _minor(case: Case, amount: str) -> Exact:
    """An amount in minor units, with what fraction of one it has."""
    return ex.multiply(number(amount), ex.whole(10 ** _digits(case)))


def _shown(case: Case, minor: Exact | int) -> Exact:
    return ex.multiply(ex.whole(minor) if isinstance(minor, int) else minor, ex.scaled(1, _digits(case)))


def _lines(case: Case) -> list[Case]:
    lines = case.fields["lines"]
    assert isinstance(lines, list)
    return [Case(line if isinstance(line, dict) else {"amount": line}) for line in lines]


def _discounts(case: Case, lines: Sequence[Case]) -> list[Discount]:
    """Those that apply: limited to lines by their places, or to the discountable ones."""
    open_to_all = [place for place, line in enumerate(lines) if line.flag("discountable", default=True)]
    scope = None if len(open_to_all) == len(lines) else open_to_all
    stacking = _STACKED.get(case.maybe("policy") or "", Stacking.SCOPE)
    made = []
    for place, told in enumerate(case.parts("discounts")):
        if not told.flag("applicable", default=True):
            continue
        limited = told.fields.get("lines", scope)
        percent = min(number(told["value"]), ex.whole(_WHOLE)) if told["type"] == "percent" else None
        amount = None if percent is not None else minor_units(_minor(case, told["value"]), 0)
        made.append(
            Discount(
                code=f"d{place}",
                percent=percent,
                amount=amount,
                lines=limited,  # type: ignore[arg-type]  # places
                stacking=Stacking.ADDITIVE if told.maybe("stacking") == "additive" else stacking,
            )
        )
    return made


def _stack(case: Case) -> Answer:
    lines = _lines(case)
    amounts = [_minor(case, line["amount"]) for line in lines]
    found = discounted(amounts, _discounts(case, lines))
    total = minor_units(ex.total(amounts), 0) - found.total
    return case.asked(
        {
            "discount": lambda: _shown(case, found.total),
            "total": lambda: _shown(case, total),
            "discounts_used": lambda: len(found.used),
            "line_discounts": lambda: [_shown(case, part) for part in found.lines],
        }
    )


def _then_credit(case: Case) -> Answer:
    """Promotional credit is a discount of an amount, limited to lines, after the coupons."""
    lines = _lines(case)
    first = discounted([_minor(case, line["amount"]) for line in lines], _discounts(case, lines))
    usage = [place for place, line in enumerate(lines) if line.flag("usage", default=True)]
    held = [
        Discount(
            code=f"c{place}", amount=minor_units(_minor(case, credit), 0), lines=usage, stacking=Stacking.AS_APPLIED
        )
        for place, credit in enumerate(case.texts("prepaid_credits"))
    ]
    second = discounted(first.net, held)
    return case.asked(
        {
            "discount": lambda: _shown(case, first.total),
            "credits_applied": lambda: _shown(case, second.total),
            "total": lambda: _shown(case, ex.total(second.net)),
        }
    )


def _invoice_total(case: Case) -> Answer:
    lines = _lines(case)
    amounts = [minor_units(_minor(case, line["amount"]), 0) for line in lines]
    found = discounted(amounts, _discounts(case, lines))
    nets = [amount - off for amount, off in zip(amounts, found.lines, strict=True)]
    taxes = tax_over([(_rate(line["tax_rate_percent"]), net) for line, net in zip(lines, nets, strict=True)])
    return case.asked(
        {
            "line_discounts": lambda: [_shown(case, part) for part in found.lines],
            "line_taxes": lambda: [_shown(case, part) for part in taxes.lines],
            "subtotal": lambda: _shown(case, sum(amounts)),
            "discount": lambda: _shown(case, found.total),
            "net": lambda: _shown(case, sum(nets)),
            "tax": lambda: _shown(case, taxes.total),
            "total": lambda: _shown(case, sum(nets) + taxes.total),
        }
    )


def _rate(percent: str, place: int = 0) -> AppliedRate:
    return AppliedRate(f"{percent}-{place}", number(percent))


def _tax(case: Case) -> Answer:
    """Several rates on one line, each rounded on its own."""
    off = minor_units(_minor(case, case.maybe("discount") or "0"), 0)
    base = minor_units(_minor(case, case["amount"]), 0) - off
    rates = [_rate(percent, place) for place, percent in enumerate(case.texts("tax_rates_percent"))]
    rate = AppliedRate.together(rates)
    taxes = tax_over([(rate, base)])
    return case.asked(
        {
            "tax": lambda: _shown(case, taxes.total),
            "rate_percent": lambda: rate.percent,
            "taxes": lambda: [_shown(case, tax.amount) for tax in taxes.rates],
            "total": lambda: _shown(case, base + taxes.total),
        }
    )


def _tax_sum(case: Case) -> Answer:
    line = (_rate(case.texts("tax_rates_percent")[0]), minor_units(_minor(case, case["amount"]), 0))
    return {"tax": _shown(case, tax_over([line] * int(str(case.fields["repeat"]))).total)}


def _distribution(case: Case) -> Answer:
    lines = _lines(case)
    amounts = [_minor(case, line["amount"]) for line in lines]
    percent = case.maybe("discount_percent")
    off = None if percent is not None else minor_units(_minor(case, case["discount"]), 0)
    found = discounted(amounts, [Discount(code="d", percent=percent, amount=off)])
    return case.asked(
        {
            "line_discounts": lambda: [_shown(case, part) for part in found.lines],
            "net_lines": lambda: [_shown(case, rest) for rest in found.net],
        }
    )


def _on_proration(case: Case) -> Answer:
    """Lines are rounded before they are discounted; a fraction says which part of a line is billed."""
    lines = _lines(case)
    amounts = []
    for line in lines:
        part, _, whole = (line.maybe("fraction") or "1/1").partition("/")
        amounts.append(minor_units(ex.ratio(_minor(case, line["amount"]), int(whole), int(part)), 0))
    found = discounted(amounts, _discounts(case, lines))
    return {"net": _shown(case, ex.total(found.net))}


def _coupon(cycles: object, value: str = "10") -> Coupon:
    if cycles is None:
        return Coupon(code="c", percent=value, duration=CouponDuration.FOREVER)
    return Coupon(code="c", percent=value, duration=CouponDuration.REPEATING, periods=int(str(cycles)))


def _schedule(case: Case) -> Answer:
    (told,) = case.parts("discounts")
    coupon = _coupon(told.fields["cycles"], told["value"])
    totals = []
    for period in range(int(str(case.fields["limit"]))):
        offs = [Discount(code="c", percent=coupon.percent)] if coupon.lasts(period) else []
        totals.append(_shown(case, ex.total(discounted([_minor(case, case["amount"])], offs).net)))
    return {"totals": totals}


def _expired(case: Case) -> Answer:
    """A coupon counts periods; where the case tells days alone, a month has 30 of them."""
    months, cycles = case.fields.get("duration_in_months"), case.fields.get("cycles_since_first_use")
    used = int(str(case.fields["days_since_first_use"])) // 30 if cycles is None else int(str(cycles))
    coupon = Coupon(code="c", percent=Decimal(10)) if case["duration"] == "once" else _coupon(months)
    return {"expired": not coupon.lasts(used)}


def _active(case: Case) -> Answer:
    window = case.part("coupon_window")
    coupon = Coupon(code="c", percent=10, starts=window["start"], expires=window["end"])
    return {"active": coupon.holds(instant(case.part("range")["start"]))}


def _round(case: Case) -> Answer:
    return {"rounded": Money.rounded(number(case["amount"]), case.maybe("currency") or CURRENCY).amount}


_KINDS: dict[str, Callable[[Case], Answer]] = {
    "coupon_active": _active,
    "coupon_schedule": _schedule,
    "discount_distribution": _distribution,
    "discount_expired": _expired,
    "discount_on_proration": _on_proration,
    "discount_stack": _stack,
    "discount_then_credit": _then_credit,
    "invoice_total": _invoice_total,
    "round": _round,
    "tax": _tax,
    "tax_sum": _tax_sum,
}
