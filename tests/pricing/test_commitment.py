"""Commitments: what is owed whatever was used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import InvalidValue
from billcore.pricing import Commitment
from billcore.testing.strategies import amounts

SHARES = st.tuples(st.integers(0, 31), st.integers(31, 31))
COVERED = st.integers(0, 10**7)


@st.composite
def commitments(draw: st.DrawFn) -> Commitment:
    """A commitment of one price, perhaps with a cap above it."""
    amount, more = draw(amounts(max_value=10_000)), draw(st.none() | amounts(max_value=10_000))
    return Commitment(
        prices=["calls"],
        amount=amount,
        overage_factor=1 + draw(amounts(max_value=2)),
        cap=None if more is None else amount + more,
    )


@given(commitments(), COVERED, SHARES)
def test_all_together_is_at_least_what_was_committed(
    commitment: Commitment, covered: int, share: tuple[int, int]
) -> None:
    """Law: lines, true-up and overage, less what the cap cuts, are at least the commitment; one of the two is zero."""
    found = commitment.over(covered, 2, share)

    assert covered + found.true_up + found.overage - found.cut >= min(found.committed, covered + found.true_up)
    assert found.true_up == 0 or found.overage == 0
    assert found.true_up >= 0
    assert covered + found.true_up >= found.committed


@given(commitments(), COVERED, st.integers(0, 10_000), SHARES)
def test_using_more_never_costs_less(commitment: Commitment, covered: int, more: int, share: tuple[int, int]) -> None:
    """Law: the sum of a period never falls as its lines grow."""
    sums = []
    for lines in (covered, covered + more):
        found = commitment.over(lines, 2, share)
        sums.append(lines + found.true_up + found.overage - found.cut)

    assert sums[0] <= sums[1]


def test_a_stub_is_rounded_before_its_lines_come_off() -> None:
    """10,000.00 a year, 334 of 365 days: 9,150.68 (rounded) less lines of 915.07 is 8,235.61, not 8,235.62."""
    assert Commitment(prices=["plan"], amount=10_000).over(91_507, 2, (334, 365)).true_up == 823_561


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"prices": []}, "prices"),
        ({"prices": "calls"}, "prices"),
        ({"overage_factor": "0.5"}, "overage_factor"),
        ({"cap": 9}, "cap"),
    ],
)
def test_bad_commitments(keys: dict[str, object], place: str) -> None:
    """A commitment that contradicts itself is refused with the place."""
    with pytest.raises(InvalidValue, match=f"^{place}: "):
        Commitment(**{"prices": ["calls"], "amount": 10, **keys})  # type: ignore[arg-type]  # the point
