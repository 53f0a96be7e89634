"""Quotes of prices over others, phases and coupons: each a small offer whose figures are worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import pytest

from billcore.kernel import DAY, HOUR, MONTH, YEAR, Interval, InvalidValue, instant
from billcore.pricing import (
    Addon,
    Catalog,
    Commitment,
    Coupon,
    Flat,
    Percentage,
    Phase,
    Plan,
    PlanVersion,
    Price,
    Quote,
    Selection,
    Timing,
    quote,
)

NOW = instant("2026-01-01T00:00:00Z")
BASE = Price(code="base", model=Flat(10))
FEE = Price(code="fee", model=Percentage(50), sum_of=["base"])


def sold(*prices: Price, phases: Iterable[Phase] = (), commitments: Iterable[Commitment] = ()) -> Catalog:
    """A plan of these prices, in Swiss francs."""
    version = PlanVersion(version=1, prices=prices, phases=phases)
    return Catalog(
        version="1",
        effective=NOW,
        currency="CHF",
        plans=[Plan(code="p", versions=[version])],
        commitments=commitments,
    )


def asked(catalog: Catalog, selection: Selection | None = None) -> Quote:
    """The quote of the plan."""
    return quote(catalog, selection or Selection(plan="p"), NOW)


def lines(found: Quote) -> dict[str, int]:
    """Minor units by price."""
    return {line.price: line.minor for line in found.lines}


def test_a_commitment_counts_the_fees_that_it_covers() -> None:
    """10.00 and a fee of half of that are 15.00; 20.00 are committed to, so 5.00 are missing, whatever comes first."""
    found = asked(sold(FEE, BASE, commitments=[Commitment(prices=["base", "fee"], amount=20)]))

    assert lines(found) == {"fee": 500, "base": 1000, "base:true-up": 500}
    assert str(found.all_in.net) == "20.00 CHF"


def test_what_is_due_first_reaches_a_cap_first() -> None:
    """Of 15.00, the price in advance takes its 10.00, and those in arrears are left 5.00, whatever is written first."""
    later, last = (Price(code=code, model=Flat(10), timing=Timing.ARREARS) for code in ("later", "last"))
    capped = Commitment(prices=["later", "base", "last"], amount=1, cap=15)

    for prices in ((later, last, BASE), (BASE, later, last)):
        found = lines(asked(sold(*prices, commitments=[capped])))
        assert (found["base"], found["later"], found["last"]) == (1000, 500, 0)


@pytest.mark.parametrize(
    ("base", "fee", "covered", "words"),
    [
        (MONTH, MONTH, 500, []),
        (MONTH, YEAR, 6_000, ["periods"]),
        (DAY, MONTH, 15_209, ["periods"]),  # 730 hours are 30.4167 days: 304.17, and half of it up
    ],
)
def test_a_fee_covers_what_its_period_has(base: Interval, fee: Interval, covered: int, words: list[str]) -> None:
    """A month of a price by the month, twelve in a year, and so many days."""
    found = asked(sold(attrs.evolve(BASE, interval=base), attrs.evolve(FEE, interval=fee)))

    assert lines(found)["fee"] == covered
    assert [node.label for node in found.explain("fee").walk() if node.label == "periods"] == words


def test_later_phases_cost_for_the_hours_that_were_asked_for() -> None:
    """At 0.01 an hour, 100 hours are 1.00 in every phase."""
    price = Price(code="base", model=Flat("0.01"), per=HOUR)
    found = asked(
        sold(price, phases=[Phase(code="intro", length=MONTH, prices=[attrs.evolve(price, model=Flat(0))])]),
        Selection(plan="p", hours=100),
    )

    assert (str(found.recurring.net), [str(one.recurring.net) for one in found.phases]) == ("0.00 CHF", ["1.00 CHF"])


def test_a_coupon_is_told_for_lines_that_cost_something() -> None:
    """A line of one minor unit is lowered; one of nothing is not."""
    prices = [Price(code=code, model=Flat(amount)) for code, amount in (("cent", "0.01"), ("free", 0))]
    catalog = attrs.evolve(sold(*prices), coupons=[Coupon(code="ALL", percent=100)])
    found = asked(catalog, Selection(plan="p", coupon="ALL"))

    assert found.discount is not None
    assert ([line.price for line in found.discount.lines], found.discount.minor) == (["cent"], 1)


def test_why_a_buyer_pays_no_tax_is_a_text() -> None:
    """It stands on the invoice."""
    for name in ("exempt", "tax_id"):
        with pytest.raises(InvalidValue, match=rf"^{name}: "):
            quote(sold(BASE), Selection(plan="p", country="CH"), NOW, **{name: "\0"})  # type: ignore[arg-type]  # by name


def test_an_addon_with_a_fee_is_quoted_with_it() -> None:
    """The fee of an addon is over the plan's price."""
    catalog = attrs.evolve(sold(BASE), addons=[Addon(code="care", price=FEE)])

    assert lines(asked(catalog, Selection(plan="p", addons=["care"]))) == {"base": 1000, "fee": 500}
    assert str(asked(catalog).all_in.net) == "10.00 CHF"
