"""Tax: per rate on the base, rounded once, spread back to the lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel import Rounding, minor_units
from billcore.kernel.errors import BillcoreError, InvalidValue
from billcore.pricing import (
    NO_RATE,
    REVERSE_CHARGE,
    AppliedRate,
    CatalogTaxes,
    EuVat,
    Tax,
    TaxCase,
    TaxProvider,
    TaxRate,
    TaxRounding,
    TaxTable,
    find_rate,
    lines_by_rate,
    rate_by,
    tax_over,
)
from billcore.testing.strategies import amounts, roundings

RATES = st.builds(AppliedRate, st.sampled_from(("a", "b")), amounts(max_value=30))
LINES = st.lists(st.tuples(RATES, st.integers(0, 10**8)), max_size=8)
FEW_RATES = st.lists(RATES, min_size=1, max_size=2).flatmap(
    lambda rates: st.lists(st.tuples(st.sampled_from(rates), st.integers(0, 10**6)), max_size=8)
)
MODES = roundings()
VAT = AppliedRate("vat", Decimal("7.7"))
GST, QST = AppliedRate("gst", Decimal(5)), AppliedRate("qst", Decimal("9.975"))
BOTH = AppliedRate.together([GST, QST])
KINDS = st.one_of(
    RATES,
    st.builds(AppliedRate, st.just("in"), amounts(max_value=30), inclusive=st.just(value=True)),
    st.sampled_from((BOTH, GST, NO_RATE, REVERSE_CHARGE)),
)
ANY_LINES = st.lists(KINDS, min_size=1, max_size=3).flatmap(
    lambda rates: st.lists(st.tuples(st.sampled_from(rates), st.integers(0, 10**6)), max_size=8)
)
ROUNDINGS = st.sampled_from(TaxRounding)


def share(rate: AppliedRate, amount: int) -> Fraction:
    """The exact tax on an amount, or in it."""
    percent = Fraction(rate.percent)
    return amount * percent / (100 + percent if rate.inclusive else 100)


@given(LINES | FEW_RATES, MODES)
def test_tax_is_rounded_once_a_rate(lines: list[tuple[AppliedRate, int]], mode: Rounding) -> None:
    """Law: each rate has the tax of the sum of its bases, rounded once over the document (D11, X-14)."""
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


def test_a_percent_is_a_hundredth() -> None:
    """B-30: 1 % of 0.50 is half a cent and no more, which half to even makes nothing; ``Decimal(0.01)`` is more."""
    one = TaxRate(code="one", country="CH", percent="1")
    applied = AppliedRate(one.code, one.percent)

    assert tax_over([(applied, 50)], Rounding.HALF_EVEN).total == 0
    assert Decimal(50) * Decimal(0.01) > Decimal("0.5")  # noqa: RUF032 - the float is the point


@given(ANY_LINES, MODES)
def test_by_line_each_line_is_rounded(lines: list[tuple[AppliedRate, int]], mode: Rounding) -> None:
    """Law: by the line policy a line's tax is its own, rounded once for each of its rates; rates and total are sums."""
    taxes = tax_over(lines, mode, TaxRounding.LINE)

    for (rate, amount), tax in zip(lines, taxes.lines, strict=True):
        assert tax == sum(minor_units(share(part, amount), 0, mode) for part in rate.parts or (rate,))
    assert sum(taxes.lines) == taxes.total


@given(ANY_LINES, MODES, ROUNDINGS)
def test_net_and_tax_are_the_price(lines: list[tuple[AppliedRate, int]], mode: Rounding, rounding: TaxRounding) -> None:
    """Law: where prices include tax, base and tax are the price to the unit, and the tax is the exact one's rounding.

    No line has more tax than its price, and what else is taxed has its tax on top.
    """
    taxes = tax_over(lines, mode, rounding)

    for (rate, places), tax in zip(lines_by_rate(rate for rate, _ in lines).items(), taxes.rates, strict=True):
        price = sum(lines[place][1] for place in places)
        assert tax.base + (tax.amount if rate.inclusive else 0) == price
        off = abs(tax.amount - share(rate, price))
        assert off <= Fraction(len(places) if rounding is TaxRounding.LINE else 1, 2)
    assert taxes.included == sum(tax for (rate, _), tax in zip(lines, taxes.lines, strict=True) if rate.inclusive)
    assert all(0 <= tax <= amount for (_, amount), tax in zip(lines, taxes.lines, strict=True))


@given(ANY_LINES, MODES, ROUNDINGS)
def test_no_zero_is_silent(lines: list[tuple[AppliedRate, int]], mode: Rounding, rounding: TaxRounding) -> None:
    """Law: a tax of zero has a reason, any other none (R0-21)."""
    for tax in tax_over(lines, mode, rounding).rates:
        assert bool(tax.reason) == (not tax.amount)


def test_a_price_that_includes_tax() -> None:
    """119.00 with 19 % in it is 100.00 and 19.00; 0.03 is 0.03 and 0.00, though 19 % of 0.03 would be a cent."""
    rate = TaxRate(code="de", country="DE", percent=19, inclusive=True).applied

    assert tax_over([(rate, 11_900)]).rates == (Tax("de", Decimal(19), 10_000, 1_900, None, inclusive=True),)
    assert tax_over([(rate, 3)]).rates == (Tax("de", Decimal(19), 3, 0, "rounds to zero", inclusive=True),)


def test_lines_that_include_tax_by_rate_and_by_line() -> None:
    """Three at 0.99 with 8.1 % in them: 0.22 of 2.97 (0.2225), or three times 0.07 (0.0742)."""
    rate = AppliedRate("ch", Decimal("8.1"), inclusive=True)

    assert tax_over([(rate, 99)] * 3).lines == (8, 7, 7)
    assert tax_over([(rate, 99)] * 3, rounding=TaxRounding.LINE).lines == (7, 7, 7)


def test_two_rates_on_one_line() -> None:
    """10.05 at 5 % and 9.975 %: 0.50 and 1.00, each of the same base; a line of the first alone joins its base."""
    taxes = tax_over([(BOTH, 1_005), (GST, 1_000)])

    assert taxes.rates == (Tax("gst", Decimal(5), 2_005, 100), Tax("qst", Decimal("9.975"), 1_005, 100))
    assert taxes.lines == (150, 50)
    assert (BOTH.code, BOTH.percent) == ("gst+qst", Decimal("14.975"))
    assert AppliedRate.together([VAT]) is VAT


@pytest.mark.parametrize("rate", [VAT, NO_RATE, BOTH, AppliedRate("in", Decimal(19), inclusive=True)])
def test_a_rate_survives_its_store(rate: AppliedRate) -> None:
    """Code, percentage, reason and terms make the rate again; most rates have no terms."""
    terms = rate.terms[0] if rate.terms else None

    assert AppliedRate.stored(rate.code, rate.percent, rate.reason, terms) == rate
    assert (terms is None) == (not rate.inclusive and not rate.parts)


@pytest.mark.parametrize(
    ("make", "place"),
    [
        (lambda: AppliedRate("", Decimal(1)), "code"),
        (lambda: AppliedRate("x", 19), "percent"),  # type: ignore[arg-type]  # the point
        (lambda: AppliedRate("x", Decimal(101)), "percent"),
        (lambda: AppliedRate("x", Decimal("NaN")), "percent"),
        (lambda: AppliedRate("x", Decimal(0), ""), "reason"),
        (lambda: AppliedRate.together([]), "parts"),
        (lambda: AppliedRate.together([VAT, VAT]), "parts[1]"),
        (lambda: AppliedRate.together([VAT, AppliedRate("in", Decimal(1), inclusive=True)]), "parts[1]"),
        (lambda: AppliedRate.together([BOTH, VAT]), "parts[0]"),
        (lambda: AppliedRate.together(["vat"]), "parts[0]"),  # type: ignore[list-item]  # the point
        (lambda: TaxRate(code="x", country="DE", percent=19, reason="why"), "reason"),
        (lambda: TaxRate(code="x", country="DE", percent=19, inclusive="no"), "inclusive"),  # type: ignore[arg-type]  # the point
        (lambda: EuVat(seller="CH"), "seller"),
        (lambda: EuVat(seller="Germany"), "seller"),
        (lambda: EuVat(seller="DE", categories="standard"), "categories"),
    ],
)
def test_what_is_no_rate(make: Callable[[], object], place: str) -> None:
    """Bad values are refused where they stand."""
    with pytest.raises(BillcoreError) as caught:
        make()
    assert caught.value.place == place


TABLE = TaxTable(
    (
        TaxRate(code="de", country="DE", percent=19),
        TaxRate(code="fr", country="FR", percent=20),
        TaxRate(code="gr", country="GR", percent=24),
        TaxRate(code="school", country="DE", percent=0, category="education", reason="VATEX-EU-132-1I"),
    )
)


@pytest.mark.parametrize(
    ("country", "tax_id", "category", "code", "reason"),
    [
        ("DE", "DE136695976", "standard", "de", None),
        ("FR", None, "standard", "fr", None),
        ("FR", "FR40303265045", "standard", "VATEX-EU-AE", "reverse charge"),
        ("FR", " fr40303265045", "standard", "VATEX-EU-AE", "reverse charge"),
        ("FR", "DE136695976", "standard", "fr", None),
        ("GR", "EL094259216", "standard", "VATEX-EU-AE", "reverse charge"),
        ("GR", "GR094259216", "standard", "gr", None),
        ("FR", "FR40303265045", "goods", "none", "no rate"),
        ("CH", "CHE-116.281.710 MWST", "standard", "none", "no rate"),
        (None, "FR40303265045", "standard", "none", "no rate"),
        ("DE", None, "education", "school", "VATEX-EU-132-1I"),
    ],
)
def test_selling_in_the_european_union(
    country: str | None, tax_id: str | None, category: str, code: str, reason: str | None
) -> None:
    """A business in another member state owes the tax itself; its VAT id, which begins with its country, tells it."""
    case = TaxCase(country=country, category=category, on=dt.date(2026, 7, 1), tax_id=tax_id)

    found = EuVat(seller="DE", categories=["standard", "education"]).rate(case, TABLE)

    assert (found.code, found.reason) == (code, reason)


@pytest.mark.parametrize("taxes", [CatalogTaxes(), EuVat(seller="DE")])
def test_who_is_exempt(taxes: TaxProvider) -> None:
    """An exemption goes before everything else, and its reason is that of the invoice."""
    case = TaxCase(country="FR", category="standard", on=dt.date(2026, 7, 1), tax_id="FR40303265045", exempt="embassy")

    assert rate_by(taxes, case, TABLE) == AppliedRate("exempt", Decimal(0), "embassy")


class Failing:
    """A provider that raises, or answers with text."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def rate(self, case: TaxCase, table: TaxTable) -> AppliedRate:
        """Nothing that is a rate."""
        del case, table
        if self.error is not None:
            raise self.error
        return "19 %"  # type: ignore[return-value]  # the point


@pytest.mark.parametrize("error", [None, OSError("no route"), InvalidValue("closed")])
def test_a_provider_that_fails(error: Exception | None) -> None:
    """Whatever a host's provider raises or answers is one error at one place, which parks one account."""
    with pytest.raises(InvalidValue) as caught:
        rate_by(Failing(error), TaxCase(country="DE", category="standard", on=dt.date(2026, 7, 1)), TABLE)
    assert caught.value.place == "taxes"
    assert caught.value.__cause__ is error
