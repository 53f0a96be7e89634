"""The family ``price_models``: one price applied to one quantity, or billed bit by bit."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from billcore.kernel import ZERO, BillcoreError, Exact, minor_units, number, places
from billcore.kernel import exact as ex
from billcore.pricing import (
    Commitment,
    Event,
    Flat,
    Graduated,
    GraduatedPercentage,
    Package,
    PercentTier,
    PerUnit,
    PriceModel,
    Rating,
    Step,
    Tier,
    Wrapped,
)
from tests.conformance.billing import bills, exact_of, minor_of, slice_of
from tests.conformance.case import Answer, Case
from tests.conformance.prices import major, minor_shown, model_of, shown, transformed
from tests.conformance.subscription import CURRENCY

__all__ = ["answer"]

_LATER = {
    "graduated_prorated": "units that live for a part of a period: billcore rates the level in force over time (D14), "
    "a tier's flat amount with it; at the peer the flat amount of each tier ever entered is whole",
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
    if "full_units" in case:
        return "full units that choose the tier of a share: a part of a period is time in billcore (D14), not units"
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
    if not case.flag("last_slice", default=True):
        model = model.so_far
    if "slice" in case:
        return _sliced(case, model)
    rating = _rating(case, model)
    taken = next((step.amount for step in rating.steps if step.name == "maximum"), ZERO)
    return case.asked(
        {
            "amount": lambda: shown(case, rating.amount),
            "billed_quantity": lambda: rating.quantity,
            "maximum_discount": lambda: shown(case, ex.negate(taken)),
            "tiers": lambda: _entered(case, rating),
            "percentage_part": lambda: shown(case, _step(rating, "percentage").amount),
            "unit_amount": lambda: ex.ratio(rating.amount, number(case["quantity"])),
            "fixed_part": lambda: shown(case, _step(rating, "fixed").amount),
        }
    )


def _rating(case: Case, model: Wrapped) -> Rating:
    if "buckets" in case:
        return model.rate_windows([number(quantity) for quantity in case.texts("buckets")])
    if case["model"] == "percentage":
        return model.rate_events(_events(case))
    total = case.part("params").maybe("precise_total_cents")
    return model.rate(number(case["quantity"]) if total is None else major(case, number_in_cents(total)))


def _events(case: Case) -> list[Event]:
    """The events' amounts: as told, or as running totals of the first ones with the rest in equal parts."""
    told = case.fields["events"]
    if isinstance(told, list):
        return [Event(number(value)) for value in case.texts("events")]
    events = case.part("events")
    running = [number(0), *(number(value) for value in events.texts("running_total_of_first_events"))]
    first = [ex.subtract(after, before) for before, after in itertools.pairwise(running)]
    others = int(str(events.fields["count"])) - len(first)
    rest = ex.ratio(ex.subtract(number(case["quantity"]), running[-1]), others) if others else ZERO
    return [Event(value) for value in (*first, *(rest for _ in range(others)))]


def number_in_cents(amount: str) -> str:
    """An amount of cents in units of the currency."""
    return str(ex.scaled(1, 2) * number(amount))


def _step(rating: Rating, name: str) -> Step:
    return next((step for step in rating.steps if step.name == name), Step(name))


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
    if not case.flag("last_slice", default=True):
        model = model.so_far
    known: list[tuple[PriceModel, Exact]] = [(billed if "billed_before" in case else model.so_far, before)]
    known.append((model, ex.add(before, number(case["quantity"]))))
    moved = bills(known, case.maybe("currency") or CURRENCY)[-1]
    if "currency" in case:
        plain = [(billed, before), (Wrapped(model=model.model), ex.add(before, number(case["quantity"])))]

        def gross() -> int:
            return minor_of(bills(plain, case["currency"])[-1])

        return case.asked(
            {
                "amount": lambda: minor_shown(case, minor_of(moved)),
                "gross": lambda: minor_shown(case, gross()),
                "maximum_discount": lambda: minor_shown(case, gross() - minor_of(moved)),
            }
        )
    return case.asked({"amount": lambda: shown(case, exact_of(moved))})


def _snapshots(case: Case) -> Answer:
    """Quantities that become known one after the other, each billed as a difference."""
    model = model_of(case)
    quantities = [number(quantity) for quantity in case.texts("cumulative_snapshots")]
    last = model if case.flag("last_slice", default=True) else model.so_far
    known = [*((model.so_far, quantity) for quantity in quantities[:-1]), (last, quantities[-1])]
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
        return _one_percent_tier(case, params)
    below = [Tier(params["from"])] if number(params["from"]) else []
    above = [Tier()] if "to" in params else []
    tier = Tier(params.maybe("to"), params["unit_amount"], params.maybe("flat_amount") or 0)
    name = f"tier {len(below) + 1}"
    steps = Graduated([*below, tier, *above]).rate(number(case["quantity"])).steps
    found = next((step for step in steps if step.name == name), Step(name))
    return case.asked({"units": lambda: found.quantity, "amount": lambda: found.amount})


def _one_percent_tier(case: Case, params: Case) -> Answer:
    below = [PercentTier(params["from"])] if number(params["from"]) else []
    above = [PercentTier()] if "to" in params else []
    tier = PercentTier(params.maybe("to"), params["rate_percent"], params.maybe("flat_amount") or 0)
    rating = GraduatedPercentage([*below, tier, *above]).rate(number(case["quantity"]))
    found = _step(rating, f"tier {len(below) + 1}")
    return case.asked({"units": lambda: found.quantity, "amount": lambda: found.amount})


def _blocks(case: Case) -> Answer:
    """Tiers counted in blocks, perhaps on top of what was billed."""
    model, quantity = model_of(case), number(case["quantity"])
    if "billed_before" in case:
        known: list[tuple[PriceModel, Exact]] = [(Flat(case["billed_before"]), ZERO), (model, quantity)]
        moved = bills(known, case.maybe("currency") or CURRENCY)[-1]
        exact = "currency" not in case
        return case.asked({"amount": lambda: exact_of(moved) if exact else minor_shown(case, minor_of(moved))})
    rating = model.rate(quantity)
    return case.asked(
        {"amount": lambda: shown(case, rating.amount), "tiers": lambda: [step.amount for step in rating.steps]}
    )


def _transformed(case: Case) -> Answer:
    """What units become before they are priced."""
    model = Wrapped(model=PerUnit(1), **transformed(case.part("params")))  # type: ignore[arg-type]  # keys of it
    return case.asked({"billed_quantity": lambda: model.billed(number(case["quantity"]))})


def _usage_discount(case: Case) -> Answer:
    """Free units over a quantity that comes in two parts."""
    model = Wrapped(model=PerUnit(1), included=case.part("params")["free_units"])
    before, more = number(case["quantity_before"]), number(case["quantity"])
    first, both = model.billed(before), model.billed(ex.add(before, more))
    return case.asked(
        {
            "billed_quantity": lambda: ex.subtract(both, first),
            "billed_quantity_before": lambda: first,
            "free_used_now": lambda: ex.subtract(more, ex.subtract(both, first)),
        }
    )


def _commitment(case: Case) -> Answer:
    """The plan's part of the period, rounded, less than what was committed for it."""
    params, period = case.part("params"), case.part("period")
    code = params["currency"]
    share = (int(str(period.fields["used_days"])), int(str(period.fields["full_days"])))
    plan = minor_units(ex.ratio(number(params["plan_amount"]), share[1], share[0]), places(code))
    commitment = Commitment(prices=["plan"], amount=params["minimum_amount"])
    return {"true_up": ex.scaled(commitment.over(plan, places(code), share).true_up, places(code))}


_SPECIAL: dict[str, Callable[[Case], Answer]] = {
    "graduated_blocks": _blocks,
    "graduated_tier_units": _one_tier,
    "minimum_commitment": _commitment,
    "package_count": _packages,
    "unit_transform": _transformed,
    "usage_discount": _usage_discount,
    "volume_blocks": _blocks,
}
