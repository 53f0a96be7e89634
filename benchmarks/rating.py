"""Rating one quantity: billcore's models beside bare ``decimal`` arithmetic of the same formula."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

from benchmarks.clock import per_second, ratio
from billcore.pricing import Flat, Graduated, Package, PerUnit, Tier, Volume

TIERS = (
    (Decimal(10), Decimal(1)),
    (Decimal(100), Decimal("0.5")),
    (Decimal(1000), Decimal("0.25")),
    (None, Decimal("0.0000004")),
)


def plain_graduated(quantity: Decimal) -> Decimal:
    """The loop that anybody would write."""
    total, below = Decimal(0), Decimal(0)
    for up_to, unit in TIERS:
        if up_to is None or quantity <= up_to:
            return total + (quantity - below) * unit
        total += (up_to - below) * unit
        below = up_to
    return total


def plain_volume(quantity: Decimal) -> Decimal:
    """The tier that the quantity falls in prices all of it; no usage costs nothing."""
    if quantity > 0:
        for up_to, unit in TIERS:
            if up_to is None or quantity <= up_to:
                return quantity * unit
    return Decimal(0)


def plain_packages(quantity: Decimal, size: Decimal, unit: Decimal) -> Decimal:
    """Whole packages; a begun one counts (``//`` of decimals cuts towards zero, so negating twice does not do it)."""
    whole, rest = divmod(quantity, size)
    return (whole + 1 if rest else whole) * unit


def main(_customers: int) -> None:
    """Print calls a second."""
    draw = random.Random(7)
    quantities = [Decimal(draw.randrange(1, 500_000)) / 100 for _ in range(20_000)]
    tiers = [Tier(up_to, unit) for up_to, unit in TIERS]
    graduated, volume = Graduated(tiers), Volume(tiers)
    unit, size = Decimal("0.0125"), Decimal(10)
    assert all(graduated.amount(quantity) == plain_graduated(quantity) for quantity in quantities)
    assert all(volume.amount(quantity) == plain_volume(quantity) for quantity in quantities)
    assert all(Package(size, unit).amount(quantity) == plain_packages(quantity, size, unit) for quantity in quantities)
    plain = _rate(plain_graduated, quantities)
    ratio("graduated amount()", _rate(graduated.amount, quantities), "plain decimal loop", plain)
    ratio("graduated rate() with breakdown", _rate(graduated.rate, quantities), "plain decimal loop", plain)
    ratio("volume amount()", _rate(volume.amount, quantities), "plain decimal loop", _rate(plain_volume, quantities))
    ratio(
        "per unit amount()", _rate(PerUnit(unit).amount, quantities), "q * unit", _rate(lambda q: q * unit, quantities)
    )
    ratio("flat amount()", _rate(Flat(unit).amount, quantities), "a constant", _rate(lambda _: unit, quantities))
    ratio(
        "package amount()",
        _rate(Package(size, unit).amount, quantities),
        "divmod of the same",
        _rate(lambda q: plain_packages(q, size, unit), quantities),
    )


def _rate(price: Callable[[Decimal], object], quantities: list[Decimal]) -> float:
    def work() -> None:
        for quantity in quantities:
            price(quantity)

    return per_second(work, len(quantities))
