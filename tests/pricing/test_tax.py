"""Tax: per rate on the base, rounded once, spread back to the lines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import Rounding, minor_units
from billcore.pricing import AppliedRate, Tax, TaxRate, find_rate, tax_over
from billcore.testing.strategies import amounts, roundings

RATES = st.builds(AppliedRate, st.sampled_from(("a", "b")), amounts(max_value=30))
LINES = st.lists(st.tuples(RATES, st.integers(0, 10**8)), max_size=8)
FEW_RATES = st.lists(RATES, min_size=1, max_size=2).flatmap(
    lambda rates: st.lists(st.tuples(st.sampled_from(rates), st.integers(0, 10**6)), max_size=8)
)
MODES = roundings()
VAT = AppliedRate("vat", Decimal("7.7"))


@given(LINES | FEW_RATES, MODES)
def test_tax_is_rounded_once_a_rate(lines: list[tuple[AppliedRate, int]], mode: Rounding) -> None:
    """Law: each rate has the tax of the sum of its bases, rounded once over the document (D11)."""
    taxes = tax_over(lines, mode)

    assert len(taxes.rates) == len({rate for rate, _ in lines})
    for rate in {rate for rate, _ in lines}:
        base = sum(amount for other, amount in lines if other == rate)
        exact = Fraction(rate.percent) * base / 100
        tax = next(t for t in taxes.rates if (t.code, t.percent) == (rate.code, rate.percent))
        assert (tax.base, tax.amount) == (base, minor_units(exact, 0, mode))


@given(LINES | FEW_RATES, MODES)
def test_the_lines_taxes_sum_to_the_total(lines: list[tuple[AppliedRate, int]], mode: Rounding) -> None:
    """Law: the parts spread over the lines sum to the tax of their rate, each within one unit of its own tax."""
    taxes = tax_over(lines, mode)

    assert sum(taxes.lines) == taxes.total
    assert len(taxes.lines) == len(lines)
    for tax in taxes.rates:
        mine = [i for i, (rate, _) in enumerate(lines) if (rate.code, rate.percent) == (tax.code, tax.percent)]
        assert sum(taxes.lines[i] for i in mine) == tax.amount
        for i in mine:
            assert abs(taxes.lines[i] - Fraction(tax.percent) * lines[i][1] / 100) <= Fraction(3, 2)


def test_rounding_each_line_would_lose_cents() -> None:
    """Three lines of 0.33 at 7.7 %: 0.08 in all, though each alone would round to 0.03."""
    taxes = tax_over([(VAT, 33)] * 3)

    assert taxes.rates == (Tax("vat", Decimal("7.7"), 99, 8),)
    assert taxes.lines == (3, 3, 2)


def test_zero_tax_says_why() -> None:
    """A tax of zero always has its reason: no rate, a rate of zero, nothing to tax, too little to tax."""
    nothing = find_rate([], "XX", "standard", dt.date(2026, 1, 1))
    zero = AppliedRate("zero", Decimal(0))
    cases = [(nothing, 10_000), (zero, 100), (VAT, 0), (VAT, 1)]

    reasons = [tax_over([case]).rates[0].reason for case in cases]

    assert reasons == ["no rate", "zero rate", "nothing to tax", "rounds to zero"]


@pytest.mark.parametrize(
    ("country", "category", "day", "code"),
    [
        ("DE", "standard", "2026-06-30", "old"),
        ("DE", "standard", "2026-07-01", "new"),
        ("DE", "reduced", "2026-07-01", "low"),
        ("DE", "books", "2026-07-01", "none"),
        ("XX", "standard", "2026-07-01", "none"),
        (None, "standard", "2026-07-01", "none"),
    ],
)
def test_the_rate_in_force(country: str | None, category: str, day: str, code: str) -> None:
    """A rate is that of country, category and local date, half open; none is told as such, never guessed (R0-21)."""
    change = dt.date(2026, 7, 1)
    rates = [
        TaxRate(code="old", country="DE", percent=19, to=change),
        TaxRate(code="new", country="DE", percent=20, from_=change),
        TaxRate(code="low", country="DE", percent=7, category="reduced"),
    ]

    assert find_rate(rates, country, category, dt.date.fromisoformat(day)).code == code


def test_vat_of_nineteen_percent() -> None:
    """R0-21: 19 % of 100.00 is 19.00."""
    assert tax_over([(AppliedRate("de", Decimal(19)), 10_000)]).total == 1_900
