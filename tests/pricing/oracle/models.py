"""Price models and what stands around them (FORMATS.md, Price model)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from tests.pricing.oracle.plain import ONE, ZERO, Doc, maybe, num

__all__ = ["BY_EVENT", "Told", "by_event", "cost", "effective", "windows"]

Told: TypeAlias = tuple[Fraction, Mapping[str, str]]
"""An event: its value and its properties."""

BY_EVENT = ("percentage", "matrix")


def cost(model: Doc, quantity: Fraction, share: Fraction = ONE, extra: Fraction = ZERO) -> Fraction:
    """The exact amount for a quantity; a negative one costs what zero costs.

    ``share`` is that of included, minimum and maximum; ``extra`` are units that addons have free beside them. A price
    by event takes the quantity as one event that says nothing of itself.
    """
    if model["type"] in BY_EVENT:
        return by_event(model, [(quantity, {})] if quantity > 0 else [], share)
    return bounded(model, of_units(model, billed(model, quantity, share, extra)), share)


def windows(
    model: Doc, quantities: Iterable[tuple[Fraction, Fraction]], share: Fraction = ONE, extra: Fraction = ZERO
) -> Fraction:
    """Each window's quantity rated alone, tiers and included anew; the amounts add up, and the bounds hold for them.

    Each has beside its quantity the share of the window that the price holds; ``share`` is that of the bounds.
    """
    amounts = [of_units(model, billed(model, quantity, own, extra)) for quantity, own in quantities]
    return bounded(model, sum(amounts, ZERO), share)


def by_event(model: Doc, events: Sequence[Told], share: Fraction = ONE) -> Fraction:
    """The exact amount for events in their order; a price of units rates what they sum to."""
    match model["type"]:
        case "percentage":
            return bounded(model, percentage(model, [max(value, ZERO) for value, _ in events]), share)
        case "matrix":
            return bounded(model, matrix(model, events), share)
        case _:
            return cost(model, sum((value for value, _ in events), ZERO), share)


def billed(model: Doc, quantity: Fraction, share: Fraction, extra: Fraction) -> Fraction:
    """Times the multiplier, by the divisor, rounded, at least so many, less what is included; not below zero."""
    units = max(quantity, ZERO) * num(model, "unit_multiplier", 1) / num(model, "unit_divisor", 1)
    if (told := model.get("unit_round")) is not None:
        scale = 10 ** told.get("places", 0)
        whole = {
            "up": math.ceil(units * scale),
            "down": math.floor(units * scale),
            "half_up": math.floor(units * scale + Fraction(1, 2)),
        }
        units = Fraction(whole[told.get("mode", "up")], scale)
    units = max(units, num(model, "minimum_quantity") * share)
    return max(units - (num(model, "included") + extra) * share, ZERO)


def bounded(model: Doc, amount: Fraction, share: Fraction) -> Fraction:
    """The minimum, then the maximum."""
    least, most = maybe(model, "minimum"), maybe(model, "maximum")
    amount = amount if least is None else max(amount, least * share)
    return amount if most is None else min(amount, most * share)


def of_units(model: Doc, q: Fraction) -> Fraction:
    """The table of models, row by row, but for those by event."""
    match model["type"]:
        case "flat":
            return num(model, "amount")
        case "per_unit":
            return q * num(model, "unit_amount")
        case "graduated":
            return graduated(model, q)
        case "volume" | "stair_step":
            return volume(model, q)
        case "package":
            up = model.get("round", "up") == "up"
            return packages(q, num(model, "package_size"), up=up) * num(model, "amount")
        case "progressive":
            units = max(q, num(model, "minimum_units"))
            return num(model, "amount") * effective(model.get("brackets") or [{}], units) / num(model, "units", 1)
        case "graduated_percentage":
            return graduated_percentage(model, q)
        case "dynamic":
            return q * num(model, "factor", 1)
        case kind:
            raise NotImplementedError(kind)


def graduated(model: Doc, q: Fraction) -> Fraction:
    """Each tier prices the units that fall in it, its flat amount once when entered."""
    if q == 0:
        return of_nothing(model)
    due, above = ZERO, ZERO
    for tier in model["tiers"]:
        up_to = maybe(tier, "up_to")
        if q > above:
            upper = q if up_to is None else min(q, up_to)
            due += counted(tier, upper - above) * num(tier, "unit_amount") + num(tier, "flat_amount")
        above = above if up_to is None else up_to
    return due


def volume(model: Doc, q: Fraction) -> Fraction:
    """The tier that q falls in prices all units, plus its flat amount."""
    if q == 0:
        return of_nothing(model)
    for tier in model["tiers"]:
        up_to = maybe(tier, "up_to")
        if up_to is None or q <= up_to:
            return counted(tier, q) * num(tier, "unit_amount") + num(tier, "flat_amount")
    raise AssertionError(model)


def of_nothing(model: Doc) -> Fraction:
    """No usage enters no tier, unless the first one's flat amount is due all the same."""
    return num(model["tiers"][0], "flat_amount") if model.get("flat_on_zero", False) else ZERO


def counted(tier: Doc, units: Fraction) -> Fraction:
    """A tier's units, or the whole packages that they make."""
    size = maybe(tier, "package_size")
    return units if size is None else Fraction(packages(units, size, up=True))


def packages(q: Fraction, size: Fraction, *, up: bool) -> int:
    """Whole packages; a begun one counts whole or not at all."""
    return math.ceil(q / size) if up else math.floor(q / size)


def effective(brackets: Sequence[Doc], units: Fraction) -> Fraction:
    """E: the units that fall in each bracket less its percent (requirements.md 5.3)."""
    left, above = ZERO, ZERO
    for bracket in brackets:
        up_to = maybe(bracket, "up_to")
        upper = units if up_to is None else min(units, up_to)
        left += max(upper - above, ZERO) * (1 - num(bracket, "percent") / 100)
        above = max(above, upper)
    return left


def graduated_percentage(model: Doc, q: Fraction) -> Fraction:
    """Percent of what falls in each tier, its flat amount once when entered."""
    due, above = ZERO, ZERO
    for tier in model["tiers"]:
        up_to = maybe(tier, "up_to")
        if q > above:
            upper = q if up_to is None else min(q, up_to)
            due += (upper - above) * num(tier, "rate") / 100 + num(tier, "flat_amount")
        above = above if up_to is None else up_to
    return due


def matrix(model: Doc, events: Sequence[Told]) -> Fraction:
    """The sum of the values of each cell at its unit amount; a sum below zero costs nothing."""
    due, left = ZERO, list(events)
    for cell in model["cells"]:
        own = [
            event for event in left if all(event[1].get(name, "") == cell["values"][name] for name in cell["values"])
        ]
        left = [event for event in left if event not in own]
        due += max(sum((value for value, _ in own), ZERO), ZERO) * num(cell, "unit_amount")
    return due + max(sum((value for value, _ in left), ZERO), ZERO) * num(model, "default_unit_amount")


def percentage(model: Doc, values: Sequence[Fraction]) -> Fraction:
    """Percent of each event's amount beyond what is free, and the fixed amount, within the event's bounds."""
    events, amount = num(model, "free_events"), num(model, "free_amount")
    due, left, ended = ZERO, amount, not events and not amount
    for place, value in enumerate(values):
        # The free part ends when either of the two that are told is used up.
        ended = ended or (events > 0 and place >= events) or (amount > 0 and left == 0)
        free = ZERO if ended else min(value, left) if amount else value
        left -= free
        if not ended and free == value:
            continue
        fee = (value - free) * num(model, "rate") / 100 + num(model, "fixed_amount")
        least, most = maybe(model, "event_minimum"), maybe(model, "event_maximum")
        fee = fee if least is None else max(fee, least)
        due += fee if most is None else min(fee, most)
    return due
