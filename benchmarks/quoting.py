"""Quoting a decomposed service of ten components: with and without its explanation, beside the bare formula."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import attrs

from billcore.kernel import instant
from billcore.pricing import (
    Bracket,
    Catalog,
    ComputePlan,
    Quote,
    Resource,
    Selection,
    Service,
    SlaTier,
    Storage,
    quote,
)

AT = instant("2026-05-01T00:00:00Z")
RESOURCES = {f"resource-{n}": Decimal(n + 1) for n in range(6)}
PRICES = {code: Decimal("12.00") for code in RESOURCES}
SERVICE = Service(
    code="postgresql",
    name="PostgreSQL",
    base_fee="20.00",
    sla_surcharges={"none": 0, "24x7": "150.00"},
    compute_plans=[ComputePlan(code="small", cpu=1, ram_gib=4, price="0.0500")],
    storage=[Storage(code="ssd", price="0.000300")],
    discount_brackets=[Bracket(8, 0), Bracket(32, 10), Bracket(None, 20)],
    resources=[Resource(code=code, provider="exoscale", price=price) for code, price in PRICES.items()],
)
CATALOG = Catalog(
    version="1",
    effective="2026-01-01T00:00:00Z",
    currency="CHF",
    sla_tiers=[SlaTier(code="none"), SlaTier(code="24x7", min_replicas=3)],
    services=[SERVICE],
)
SELECTION = Selection(
    service="postgresql",
    compute_plan="small",
    sla_tier="24x7",
    storage_gib=50,
    provider="exoscale",
    resources=RESOURCES,
)
COMPONENTS = 10
CENT, HOURS = Decimal("0.01"), Decimal(730)


def plain() -> Decimal:
    """The formula of one selection in bare ``decimal``: nothing looked up, checked, kept or said."""
    replicas = max(Decimal(1), Decimal(3))
    units, effective, below = 4 * replicas, Decimal(0), Decimal(0)
    for up_to, percent in ((Decimal(8), Decimal(0)), (Decimal(32), Decimal(10)), (None, Decimal(20))):
        upper = units if up_to is None else min(units, up_to)
        if upper > below:
            effective += (upper - below) * (100 - percent) / 100
            below = upper
    compute = Decimal("0.0500") * HOURS * effective / 4
    storage = Decimal("0.000300") * 50 * replicas * HOURS
    parts = [Decimal(20), Decimal(150), compute, storage, *(PRICES[code] * q for code, q in RESOURCES.items())]
    return sum((part.quantize(CENT, ROUND_HALF_UP) for part in parts), Decimal(0))


def quoted() -> Quote:
    """The whole quote: records, lines and totals."""
    return quote(CATALOG, SELECTION, AT)


def explained() -> int:
    """The quote, and the explanation of every line: its root, whose parts are made as they are read."""
    return len([line.explanation for line in quoted().lines])


def read() -> int:
    """The quote, and every node of every explanation."""
    return sum(1 for line in quoted().lines for _ in line.explanation.walk())


def fresh() -> Quote:
    """The quote from a service that has not made its prices yet, as the first after a catalog was read."""
    service = attrs.evolve(SERVICE)
    return quote(attrs.evolve(CATALOG, services=[service]), SELECTION, AT)


def median(work: Callable[[], object], rounds: int = 5_000) -> float:
    """Microseconds of one call, at the median."""
    taken = []
    for _ in range(rounds):
        before = time.perf_counter_ns()
        work()
        taken.append(time.perf_counter_ns() - before)
    return statistics.median(taken) / 1_000


def main(_customers: int) -> None:
    """Print microseconds at the median."""
    assert quoted().recurring.net.amount == plain()
    assert explained() == len(quoted().lines) == COMPONENTS
    ours, trees, bare, first = median(quoted), median(explained), median(plain), median(fresh, 500)
    whole, nodes = median(read, 2_000), read()
    print(f"quote of ten components: {ours:.1f} us; bare formula: {bare:.1f} us; ratio {ours / bare:.1f}")
    print(f"with every explanation: {trees:.1f} us; without: {ours:.1f} us; ratio {trees / ours:.1f}")
    print(f"all {nodes} nodes read: {whole:.1f} us; without: {ours:.1f} us; ratio {whole / ours:.1f}")
    print(f"first quote, the catalog made anew with it: {first:.1f} us")
