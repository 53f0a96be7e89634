"""The family ``rounding_currency``: minor units, decimal places, remainders and formatting."""

from __future__ import annotations

from collections.abc import Callable

from billcore.adapters import formatting
from billcore.kernel import BillcoreError, Money, Rounding, allocate, minor_units, number, places, round_to
from billcore.kernel import exact as ex
from billcore.pricing import CreditUnit
from tests.conformance.case import Answer, Case

__all__ = ["answer"]


def answer(case: Case) -> Answer:
    """The figures that the case asks for."""
    found = _KINDS.get(case["kind"])
    if found is None:
        raise NotImplementedError(f"{case['kind']}: {_OPEN.get(case['kind'], 'a kind that no step has named')}")
    return found(case)


_OPEN = {"minor_unit": "currencies of one's own: step 2"}


def _digits(case: Case) -> int:
    return int(str(case.fields["places"])) if "places" in case else places(case["currency"])


def _round(case: Case) -> Answer:
    return {"rounded": round_to(number(case["amount"]), _digits(case), Rounding(case["mode"]))}


def _precision(case: Case) -> Answer:
    return {"places": places(case["currency"])}


def _is_rounded(case: Case) -> Answer:
    amount = number(case["amount"])
    return {"rounded": round_to(amount, _digits(case)) == amount}


def _to_minor(case: Case) -> Answer:
    return {"minor": Money(case["amount"], case["currency"]).minor}


def _format(case: Case) -> Answer:
    return {"text": formatting.money(case["amount"], case["currency"], "en_US")}


def _allocation(case: Case) -> Answer:
    """Ties go to the earliest: sorted by key, where the case breaks them so; parts are told in list order."""
    digits = _digits(case)
    entries = [(entry["key"], number(entry["weight"])) for entry in case.parts("weights")]
    if not entries and not number(case["amount"]):
        return {"parts": []}
    order = sorted(entries) if case.maybe("tie_break") == "key" else entries
    try:
        money = _whole_units(case["amount"], digits)
        shares = dict(zip((key for key, _ in order), allocate(money, [weight for _, weight in order]), strict=True))
    except BillcoreError:
        return {"error": True}
    return {"parts": [{"key": key, "amount": ex.scaled(shares[key], digits)} for key, _ in entries if shares[key]]}


def _whole_units(amount: str, digits: int) -> int:
    """An amount with more digits than money of that many places has is refused, as ``Money`` does."""
    currency = {0: "JPY", 2: "EUR", 3: "KWD"}.get(digits)
    return minor_units(number(amount), digits) if currency is None else Money(amount, currency).minor


def _credit_conversion(case: Case) -> Answer:
    """So many credits, or an amount, as money; and what that buys."""
    unit = CreditUnit(code="credit", places=5, rate=case["rate"])
    currency = {0: "JPY", 2: "EUR"}[_digits(case)]
    cents = case.maybe("amount_cents")
    if cents is None:
        money = unit.worth(case["credits"], currency)
    else:
        money = Money.rounded(ex.multiply(number(cents), ex.scaled(1, _digits(case))), currency)
    bought = unit.bought(money)
    return case.asked(
        {
            "amount": lambda: money.amount,
            "credit_amount": lambda: bought,
            "credit_amount_rounded_5": lambda: bought,
        }
    )


def _rounds_to_zero(case: Case) -> Answer:
    return {"rounds_to_zero": not CreditUnit(code="credit", rate=case["rate"]).worth(case["credits"], case["currency"])}


_KINDS: dict[str, Callable[[Case], Answer]] = {
    "allocation": _allocation,
    "credit_conversion": _credit_conversion,
    "format": _format,
    "is_rounded": _is_rounded,
    "precision": _precision,
    "round": _round,
    "rounds_to_zero": _rounds_to_zero,
    "to_minor": _to_minor,
}
