"""Commitments and prices over others before anybody bought: in quotes, documents, diffs and lint."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from hypothesis import given

from billcore.adapters.differences import diff_text
from billcore.adapters.serialization import catalog_from, catalog_to
from billcore.kernel import QUARTER, YEAR, InvalidDocument, instant
from billcore.pricing import (
    Catalog,
    Commitment,
    Meter,
    Percentage,
    PerUnit,
    Price,
    PriceCadence,
    Quote,
    Selection,
    Wrapped,
    archive,
    catalog_diff,
    lint,
    price_hash,
    quote,
    unarchive,
)
from billcore.testing import laws
from billcore.testing.strategies import catalogs
from tests.shop import base, catalog, plan

AT = instant("2026-01-01T00:00:00Z")
GB = Price(code="gb", model=PerUnit(1), cadence=PriceCadence.USAGE, meter="gb")
SUPPORT = Price(code="support", model=Wrapped(model=Percentage(15), minimum=Decimal(800)), sum_of=["base"])
YEARLY = Commitment(prices=["base", "gb"], amount=1_000, period=YEAR, overage_factor="1.5", cap=2_000)


def sold(*commitments: Commitment) -> Catalog:
    """A plan of 10.00 a month and gigabytes at 1.00, one with support."""
    plans = (plan("p", base(10), GB), plan("q", base(6_000), SUPPORT))
    return attrs.evolve(catalog(*plans, meters=[Meter(code="gb")]), commitments=commitments)


def priced(offer: Quote) -> dict[str, str]:
    """The lines by price; they explain themselves and add up."""
    laws.quote_explains_itself(offer)
    laws.quote_totals_are_sums_of_its_lines(offer)
    return {line.price: line.amount.digits for line in offer.lines}


@pytest.mark.parametrize(
    ("used", "lines"),
    [
        (30, ("30.00", "520.00", "0.00")),  # 12 x 40.00 of 1,000.00
        (100, ("100.00", "0.00", "160.00")),  # 12 x 110.00: half of 320.00 more
        (170, ("170.00", "0.00", "0.00")),  # 12 x 180.00 is above the cap already
        (150, ("150.00", "0.00", "80.00")),  # 460.00 more would be too much: the cap leaves 80.00
    ],
)
def test_a_quote_shows_what_a_commitment_makes_of_the_usage(used: int, lines: tuple[str, ...]) -> None:
    """A year of 1,000.00, half as much again beyond it, at most 2,000.00; lines of a month count twelve times."""
    offer = quote(sold(YEARLY), Selection(plan="p", usage={"gb": used}), AT)

    assert priced(offer) == dict(zip(("base", "gb", "base:true-up", "base:overage"), ("10.00", *lines), strict=True))
    assert offer.recurring.net.digits == "10.00"
    assert offer.usage.net.amount == sum(map(Decimal, lines))


def test_a_quote_shows_what_a_cap_leaves() -> None:
    """40.00 of 55.00 used: the cap of the line's own period is in the line."""
    offer = quote(sold(Commitment(prices=["gb"], amount=0, cap=40)), Selection(plan="p", usage={"gb": 55}), AT)

    assert priced(offer) == {"base": "10.00", "gb": "40.00", "gb:true-up": "0.00"}


def test_a_quote_shows_a_fee_with_what_recurs() -> None:
    """15 % of 6,000.00 a month; in a stub of 15 of 31 days 15 % of 2,903.23, or the share of 800.00: 435.48."""
    offer = quote(sold(), Selection(plan="q", starts_on="2026-01-17T00:00:00Z"), AT)

    assert priced(offer) == {"base": "6000.00", "support": "900.00"}
    assert (offer.recurring.net.digits, offer.first_invoice.net.digits) == ("6900.00", "3338.71")


def test_a_diff_tells_commitments_in_words_and_in_money() -> None:
    """Another amount is a difference at the commitment, and what is paid for what is spent."""
    found = catalog_diff(sold(YEARLY), sold(attrs.evolve(YEARLY, amount=Decimal(1_200))))

    assert diff_text(found).splitlines() == [
        "commitments/base+gb/amount: 1000 -> 1200",
        "",
        "in money:",
        "  commitments/base+gb, 1 x CHF spent a year: 1000 -> 1200 CHF (+20.0 %)",
        "  commitments/base+gb, 1001 x CHF spent a year: 1001.5 -> 1200 CHF (+19.8 %)",
        "  commitments/base+gb, 1200 x CHF spent a year: 1300 -> 1200 CHF (-7.7 %)",
        "  commitments/base+gb, 1201 x CHF spent a year: 1301.5 -> 1201.5 CHF (-7.7 %)",
    ]


def test_lint_finds_commitments_that_ask_for_nothing() -> None:
    """A cap at the amount leaves no overage; nothing committed, nothing bounded, nothing added is nothing."""
    tight = Commitment(prices=["gb"], amount=10, cap=10, overage_factor=2)
    empty = Commitment(prices=["base"], amount=0, period=QUARTER)

    assert [(one.place, one.message) for one in lint(sold(tight, empty)) if one.place.startswith("commitments")] == [
        ("commitments/gb", "its cap leaves no room for an overage"),
        ("commitments/base", "it asks for nothing"),
    ]


def test_a_document_tells_all_that_is_wrong_with_commitments() -> None:
    """Codes that nothing has and prices that stand twice, of every commitment and sum, at their places."""
    document = catalog_to(sold(YEARLY))
    document["commitments"] = [
        {"prices": ["base", "none"], "amount": "1"},
        {"prices": ["base"], "amount": "-1", "unknown": 1},
    ]
    document["plans"][1]["versions"][0]["prices"][1]["sum_of"] = ["gone"]

    with pytest.raises(InvalidDocument) as raised:
        catalog_from(document)

    assert sorted(str(problem.place) for problem in raised.value.problems) == [
        "commitments[0].prices[1]",
        "commitments[1].amount",
        "commitments[1].prices[0]",
        "commitments[1].unknown",
        "plans[1].versions[0].prices[1].sum_of[0]",
    ]


@given(catalogs())
def test_what_a_commitment_brings_is_a_snapshot(catalog: Catalog) -> None:
    """Law: the prices of commitments have a currency and survive their archive with their hash (P4)."""
    for price in catalog.committed:
        read = unarchive(archive(price), Price)
        assert (read, price_hash(read)) == (price, price_hash(price))
        assert price.currency == catalog.currency
        assert not {price.code} & {known.code for _, known in catalog.priced()}


def test_prices_that_are_over_nothing_keep_their_text() -> None:
    """New fields move no hash: the text of an old price names none of them."""
    assert "sum_of" not in archive(base(10))
    assert "commit" not in archive(sold())
