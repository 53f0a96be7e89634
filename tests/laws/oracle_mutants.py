"""Mutants for the oracle of prices (see ``mutants.py``): one or two for each kind of document that it compares."""

from __future__ import annotations

from tests.laws.mutant import Mutant

__all__ = ["ORACLE"]

TEST = "tests/pricing/test_oracle.py::"

ORACLE = (
    Mutant(
        TEST + "test_models",
        "pricing/tier.py",
        "    return whole + (rest > 0 and begun)",
        "    return whole + begun",
    ),
    Mutant(
        TEST + "test_usage",
        "pricing/model/wrapped.py",
        "        free = ex.ratio(ex.add(self.included, allowance), share[1], share[0])",
        "        free = ex.add(ex.ratio(self.included, share[1], share[0]), allowance)",
    ),
    Mutant(
        TEST + "test_usage",
        "pricing/model/percentage.py",
        "(self.free_events and place >= self.free_events)",
        "(self.free_events and place > self.free_events)",
    ),
    Mutant(
        TEST + "test_quotes",
        "pricing/record.py",
        "    if price.counted or price.cadence is PriceCadence.USAGE or price.sum_of:",
        "    if price.counted or price.sum_of:",
    ),
    Mutant(
        TEST + "test_quotes",
        "pricing/service.py",
        "if entry.per_replica else selection.storage_gib",
        "if not entry.per_replica else selection.storage_gib",
    ),
    Mutant(
        TEST + "test_discounts_and_taxes",
        "kernel/allocation.py",
        "sorted([(-(size * weight % whole), index)",
        "sorted([(size * weight % whole, index)",
    ),
    Mutant(
        TEST + "test_discounts_and_taxes",
        "pricing/discount.py",
        "(_breadth(group[0]), group[0].percent is None)",
        "(_breadth(group[0]), group[0].percent is not None)",
    ),
    Mutant(
        TEST + "test_lives",
        "settlement/used.py",
        "    parts = None if free.share == (1, 1) else window_shares(life, occurrence, sums)",
        "    parts = None if free.share == (1, 1) else [free.share for _ in sums]",
    ),
    Mutant(
        TEST + "test_lives",
        "pricing/proration.py",
        "            return 0 if at == whole.start else min(local_days(whole.start, at, zone) + 1, days)",
        "            return min(local_days(whole.start, at, zone), days)",
    ),
)
