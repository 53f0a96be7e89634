"""Random lives: legal stories of customers, for laws that must hold whatever happened.

A life is a list of ``Step``: so many minutes pass, then something is done. Deeds name what they act on by a number that
is taken modulo what is there, so that most lives are legal ones; what the handle refuses as input or state is passed
over, anything else it raises is a fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn as Draw
from hypothesis.strategies import SearchStrategy as Strategy

from billcore.pricing import NO_RATE, REVERSE_CHARGE, AppliedRate, TaxCase, TaxRounding, TaxTable
from billcore.settlement import Policy
from billcore.testing.strategies import roundings
from tests.world import CUSTOMERS, Step, World

__all__ = ["CUSTOMERS", "FACTS", "MONEY", "Step", "World", "lives", "policies", "providers"]

FACTS = ("subscribe", "change", "seats", "attach", "detach", "cancel", "use", "item", "move", "coupon", "uncoupon")
MONEY = ("top_up", "redeem", "pay", "settle", "void", "forgive", "rebate")


@st.composite
def _steps(draw: Draw, does: Sequence[str], who: Sequence[str]) -> Step:
    shift = st.none() | st.integers(-40, 70).map(lambda days: days * 1_440) | st.integers(-50_000, 30_000)
    return Step(
        wait=draw(st.sampled_from((1, 60, 1_440, 10_080, 21_600)) | st.integers(1, 40_000)),
        do=draw(st.sampled_from(does)),
        who=draw(st.sampled_from(who)),
        pick=draw(st.integers(0, 11)),
        which=draw(st.integers(0, 11)),
        how=draw(st.integers(0, 19)),
        shift=draw(shift),
        snap=draw(st.booleans()),
        run=draw(st.booleans()),
    )


def lives(
    does: Sequence[str] = (*FACTS, "use", "run"), *, size: int = 12, who: Sequence[str] = ("acme",)
) -> Strategy[list[Step]]:
    """Stories that begin with one or two subscriptions. Shrinks to one subscription to the first plan."""
    first = st.lists(_steps(("subscribe",), who), min_size=1, max_size=2)
    # Hypothesis draws short lists: most stories would end before anything was billed twice.
    least = st.sampled_from((0, size // 2, size))
    rest = least.flatmap(lambda n: st.lists(_steps(tuple(does), who), min_size=n, max_size=size))
    return st.tuples(first, rest).map(
        lambda parts: [attrs.evolve(step, n=n) for n, step in enumerate([*parts[0], *parts[1]])]
    )


def policies() -> Strategy[Policy]:
    """How the house rounds. Shrinks to the default."""
    return st.builds(Policy, rounding=roundings(), whole_invoice=st.booleans(), tax=st.sampled_from(TaxRounding))


@attrs.frozen
class Mixed:
    """Prices of every kind of tax in one house: included, on top, two on one line, none for a reason.

    Which it is goes by the category and, where ``turns``, by the month, so that lines of one invoice differ and change.
    """

    kinds: tuple[AppliedRate, ...]
    turns: bool

    def rate(self, case: TaxCase, table: TaxTable) -> AppliedRate:
        """One of the kinds; some go by the catalog."""
        found = self.kinds[(len(case.category) + (case.on.month if self.turns else 0)) % len(self.kinds)]
        return table.rate(case) if found == NO_RATE else found


_GST = AppliedRate("gst", Decimal(5))
_BOTH = AppliedRate.together([_GST, AppliedRate("qst", Decimal("9.975"))])
_KINDS = (
    AppliedRate("in", Decimal(19), inclusive=True),
    AppliedRate("in-reduced", Decimal("5.5"), inclusive=True),
    AppliedRate("on", Decimal("8.1")),
    _BOTH,
    _GST,
    REVERSE_CHARGE,
    NO_RATE,
)


def providers() -> Strategy[Mixed]:
    """Houses that tax in several ways at once. Shrinks to one whose prices include tax."""
    kinds = st.lists(st.sampled_from(_KINDS), min_size=1, max_size=3).map(tuple) | st.just((_BOTH, _GST))
    return st.builds(Mixed, kinds, st.booleans())
