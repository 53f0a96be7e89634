"""Rating one quantity: billcore's models beside bare ``decimal`` arithmetic of the same formula.

``amount`` of prices by tiers is to be as fast as the loop, that of flat, per unit and package within 3 times the bare
formula; ``rate`` with its breakdown takes at most 4 times the loop, with an explanation at most 5 times.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

from benchmarks.clock import per_second, ratio
from billcore.pricing import (
    Flat,
    Graduated,
    GraduatedPercentage,
    Package,
    PercentTier,
    PerUnit,
    StairStep,
    Tier,
    Volume,
    explain_rating,
)

TIERS = (
    (Decimal(10), Decimal(1)),
    (Decimal(100), Decimal("0.5")),
    (Decimal(1000), Decimal("0.25")),
    (None, Decimal("0.0000004")),
)
QUICK, BARE, BREAKDOWN, EXPLAINED = 1.0, 1 / 3, 1 / 4, 1 / 5


def plain_graduated(quantity: Decimal) -> Decimal:
    """The loop that anybody would write."""
    total, below = Decimal(0), Decimal(0)
    for up_to, unit in TIERS:
        if up_to is None or quantity <= up_to:
            return total + (quantity - below) * unit
        total += (up_to - below) * unit
        below = up_to
    return total


def plain_percentage(quantity: Decimal) -> Decimal:
    """The same loop over percentages."""
    total, below = Decimal(0), Decimal(0)
    for up_to, percent in TIERS:
        if up_to is None or quantity <= up_to:
            return total + (quantity - below) * percent / 100
        total += (up_to - below) * percent / 100
        below = up_to
    return total


def plain_volume(quantity: Decimal) -> Decimal:
    """The tier that the quantity falls in prices all of it; no usage costs nothing."""
    if quantity > 0:
        for up_to, unit in TIERS:
            if up_to is None or quantity <= up_to:
                return quantity * unit
    return Decimal(0)


def plain_steps(quantity: Decimal) -> Decimal:
    """The amount of the tier that the quantity falls in; no usage costs nothing."""
    if quantity > 0:
        for up_to, flat in TIERS:
            if up_to is None or quantity <= up_to:
                return flat
    return Decimal(0)


def plain_packages(quantity: Decimal, size: Decimal, unit: Decimal) -> Decimal:
    """Whole packages; a begun one counts (``//`` of decimals cuts towards zero, so negating twice does not do it)."""
    whole, rest = divmod(quantity, size)
    return (whole + 1 if rest else whole) * unit


def drawn() -> list[Decimal]:
    """Quantities of all four tiers, most of the last but one and the last."""
    draw = random.Random(7)
    return [Decimal(draw.randrange(1, 500_000)) / 100 for _ in range(20_000)]


def main(_customers: int) -> None:
    """Print calls a second."""
    quantities = drawn()
    graduated, volume = Graduated([Tier(*tier) for tier in TIERS]), Volume([Tier(*tier) for tier in TIERS])
    steps = StairStep([Tier(up_to, 0, flat) for up_to, flat in TIERS])
    percentage = GraduatedPercentage([PercentTier(*tier) for tier in TIERS])
    for ours, plain in (
        (graduated, plain_graduated),
        (volume, plain_volume),
        (steps, plain_steps),
        (percentage, plain_percentage),
    ):
        assert all(ours.amount(quantity) == plain(quantity) for quantity in quantities)
        loop = rate(plain, quantities)
        ratio(f"{type(ours).__name__} amount()", rate(ours.amount, quantities), "plain loop", loop, least=QUICK)
    _broken_down(graduated, quantities)
    _bare(quantities)


def _broken_down(graduated: Graduated, quantities: list[Decimal]) -> None:
    loop = rate(plain_graduated, quantities)
    ratio("Graduated rate()", rate(graduated.rate, quantities), "plain loop", loop, least=BREAKDOWN)

    def explained(quantity: Decimal) -> object:
        return explain_rating(graduated.rate(quantity))

    def whole(quantity: Decimal) -> object:
        return sum(1 for _ in explain_rating(graduated.rate(quantity)).walk())

    def told(quantity: Decimal) -> object:
        return explain_rating(graduated.rate(quantity), model=graduated, quantity=quantity)

    def read(quantity: Decimal) -> object:
        return sum(1 for _ in told(quantity).numbered().walk())

    ratio("Graduated rate() explained", rate(explained, quantities), "plain loop", loop, least=EXPLAINED)
    ratio("explained by its model", rate(told, quantities), "plain loop", loop, least=EXPLAINED)
    ratio("explained, all nodes read", rate(whole, quantities), "plain loop", loop)
    ratio("explained by its model, numbered, all nodes read", rate(read, quantities), "plain loop", loop)


def _bare(quantities: list[Decimal]) -> None:
    unit, size = Decimal("0.0125"), Decimal(10)
    package = Package(size, unit)
    assert all(package.amount(quantity) == plain_packages(quantity, size, unit) for quantity in quantities)

    def packages(quantity: Decimal) -> Decimal:
        return plain_packages(quantity, size, unit)

    product = rate(lambda quantity: quantity * unit, quantities)
    ratio("PerUnit amount()", rate(PerUnit(unit).amount, quantities), "q * unit", product, least=BARE)
    constant = rate(lambda _: unit, quantities)
    ratio("Flat amount()", rate(Flat(unit).amount, quantities), "a constant", constant, least=BARE)
    ratio("Package amount()", rate(package.amount, quantities), "divmod", rate(packages, quantities), least=BARE)


def rate(price: Callable[[Decimal], object], quantities: list[Decimal]) -> float:
    """How many quantities a second are priced."""

    def work() -> None:
        for quantity in quantities:
            price(quantity)

    return per_second(work, len(quantities), rounds=9, busy=True)
