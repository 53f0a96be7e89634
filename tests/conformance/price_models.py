"""The family ``price_models``: one price applied to one quantity, or billed bit by bit."""

from __future__ import annotations

from collections.abc import Callable

from billcore.kernel import ZERO, BillcoreError, number
from billcore.kernel import exact as ex
from billcore.pricing import Flat, Graduated, Package, PriceModel, Rating, Step, Tier
from tests.conformance.billing import bills, exact_of, minor_of, slice_of
from tests.conformance.case import Answer, Case
from tests.conformance.prices import major, minor_shown, model_of, shown
from tests.conformance.subscription import CURRENCY

__all__ = ["answer"]

_PERCENT = "percentage, graduated_percentage, dynamic: step 2"
_LATER = {
    "dynamic": _PERCENT,
    "graduated_blocks": "tiers by package: step 2",
    "graduated_percentage": _PERCENT,
    "graduated_prorated": "units that live for a part of a period: billcore rates the level in force over time (D14), "
    "a tier's flat amount with it; at the peer the flat amount of each tier ever entered is whole",
    "minimum_commitment": "commitments over several prices, with their true-up: step 2",
    "percentage": _PERCENT,
    "unit_transform": "unit_divisor, unit_round: step 2",
    "usage_discount": "which of several bills used the free units (interim): step 2",
    "volume_blocks": "tiers by package: step 2",
}


def answer(case: Case) -> Answer:
    """The figures that the case asks for."""
    if case.texts("asked") == ["error"]:
        return {"error": _refused(case)}
    reason = _LATER.get(case["model"]) or _open(case)
    if reason is not None:
        raise NotImplementedError(reason)
    found = _SPECIAL.get(case["model"])
    if found is not None:
        return found(case)
    if "cumulative_snapshots" in case:
        return _snapshots(case)
    return _difference(case) if "quantity_before" in case else _rated(case)


def _open(case: Case) -> str | None:
    """Why a case of a model that billcore has stays without an answer."""
    params = case.part("params")
    tiers = params.parts("tiers")
    interim = not case.flag("last_slice", default=True) or "quantity_before" in case
    if "unit_transform" in params:
        return "unit_divisor, unit_round: step 2"
    if "buckets" in case:
        return "per_window buckets: step 2"
    if "full_units" in case:
        return "full units that choose the tier of a share: a part of a period is time in billcore (D14), not units"
    if "minimum_amount" in params and (interim or len(case.texts("cumulative_snapshots")) > 1):
        return "interim bills with minimum: step 2"
    if tiers and "up_to" in tiers[-1]:
        return "D03: a last tier that is bounded is refused when the price is defined"
    return None


def _refused(case: Case) -> bool:
    try:
        model_of(case).rate(number(case["quantity"]))
    except BillcoreError:
        return True
    return False


def _rated(case: Case) -> Answer:
    """One quantity, all of it on one bill."""
    model = model_of(case)
    if "slice" in case:
        return _sliced(case, model)
    rating = model.rate(number(case["quantity"]))
    taken = next((step.amount for step in rating.steps if step.name == "maximum"), ZERO)
    return case.asked(
        {
            "amount": lambda: shown(case, rating.amount),
            "billed_quantity": lambda: rating.quantity,
            "maximum_discount": lambda: shown(case, ex.negate(taken)),
            "tiers": lambda: _entered(case, rating),
        }
    )


def _entered(case: Case, rating: Rating) -> list[Answer]:
    """The steps that are tiers; what a step has beside its flat amount are its units."""
    return [
        {
            "tier": int(step.name.removeprefix("tier ")),
            "units": step.quantity,
            "unit_total": shown(case, ex.subtract(step.amount, step.flat_amount)),
            "flat": shown(case, step.flat_amount),
            "total": shown(case, step.amount),
        }
        for step in rating.steps
        if step.name.startswith("tier ")
    ]


def _sliced(case: Case, model: PriceModel) -> Answer:
    """One of the bills of a flat price's period."""
    advance = case.part("params")["payment_term"] == "in_advance"
    return case.asked({"amount": lambda: shown(case, slice_of(model, case["slice"], advance=advance))})


def _difference(case: Case) -> Answer:
    """A quantity on top of one that was billed before, for what it costs or for ``billed_before``."""
    model = model_of(case)
    before = number(case["quantity_before"])
    billed = Flat(major(case, case["billed_before"])) if "billed_before" in case else model
    known = [(billed, before), (model, ex.add(before, number(case["quantity"])))]
    moved = bills(known, case.maybe("currency") or CURRENCY)[-1]
    if "currency" in case:
        return case.asked({"amount": lambda: minor_shown(case, minor_of(moved))})
    return case.asked({"amount": lambda: shown(case, exact_of(moved))})


def _snapshots(case: Case) -> Answer:
    """Quantities that become known one after the other, each billed as a difference."""
    model = model_of(case)
    known = [(model, number(quantity)) for quantity in case.texts("cumulative_snapshots")]
    made = bills(known, case.maybe("currency") or CURRENCY)
    return case.asked(
        {
            "amount": lambda: minor_shown(case, minor_of([document for bill in made for document in bill])),
            "amount_per_snapshot": lambda: [minor_shown(case, minor_of(bill)) for bill in made],
        }
    )


def _packages(case: Case) -> Answer:
    return {"packages": Package(case.part("params")["package_size"], 0).packages(number(case["quantity"]))}


def _one_tier(case: Case) -> Answer:
    """The units of one tier, between others that are free."""
    params = case.part("params")
    if "unit_amount" not in params:
        raise NotImplementedError(_PERCENT)
    below = [Tier(params["from"])] if number(params["from"]) else []
    above = [Tier()] if "to" in params else []
    tier = Tier(params.maybe("to"), params["unit_amount"], params.maybe("flat_amount") or 0)
    name = f"tier {len(below) + 1}"
    steps = Graduated([*below, tier, *above]).rate(number(case["quantity"])).steps
    found = next((step for step in steps if step.name == name), Step(name))
    return case.asked({"units": lambda: found.quantity, "amount": lambda: found.amount})


_SPECIAL: dict[str, Callable[[Case], Answer]] = {
    "graduated_tier_units": _one_tier,
    "package_count": _packages,
}
