"""Quotes of prices over others, phases and coupons: each a small offer whose figures are worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import attrs
import pytest

from billcore.kernel import DAY, HOUR, MONTH, YEAR, Interval, InvalidValue, instant, rfc3339
from billcore.pricing import (
    Addon,
    Catalog,
    Commitment,
    Coupon,
    CouponDuration,
    Flat,
    Meter,
    Percentage,
    PerUnit,
    Phase,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    Quote,
    Selection,
    Timing,
    Wrapped,
    quote,
)
from billcore.testing import laws

NOW = instant("2026-01-01T00:00:00Z")
BASE = Price(code="base", model=Flat(10))
FEE = Price(code="fee", model=Percentage(50), sum_of=["base"])


def sold(
    *prices: Price, phases: Iterable[Phase] = (), commitments: Iterable[Commitment] = (), meters: Iterable[Meter] = ()
) -> Catalog:
    """A plan of these prices, in Swiss francs."""
    version = PlanVersion(version=1, prices=prices, phases=phases)
    return Catalog(
        version="1",
        effective=NOW,
        currency="CHF",
        plans=[Plan(code="p", versions=[version])],
        commitments=commitments,
        meters=meters,
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
        (HOUR, DAY, 12_000, ["periods"]),
        (HOUR, MONTH, 365_000, ["periods"]),
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


def test_what_usage_decides_is_expected() -> None:
    """A fee over usage is known only with what is used; one over what recurs is not, though there is usage too."""
    gb = Price(code="gb", model=PerUnit(1), cadence=PriceCadence.USAGE, meter="gb")
    over_gb = attrs.evolve(FEE, code="over-gb", sum_of=["gb"])
    found = asked(attrs.evolve(sold(BASE, gb, FEE, over_gb, meters=[Meter(code="gb")])), Selection(plan="p"))

    assert {line.price for line in found.lines if line.expected} == {"gb", "over-gb"}
    assert (str(found.recurring.net), str(found.usage.net)) == ("15.00 CHF", "0.00 CHF")


def test_a_cap_that_is_just_reached_rounds_nothing() -> None:
    """10.004 is 10.00 on paper, which is the cap: nothing is cut, and the exact amount stays."""
    base = attrs.evolve(BASE, model=Flat("10.004"))
    (line, _) = asked(sold(base, commitments=[Commitment(prices=["base"], amount=1, cap=10)])).lines

    assert (line.exact, line.minor) == (Decimal("10.004"), 1000)


def test_a_coupon_in_later_phases() -> None:
    """One for ever lowers what comes after each phase; one for some periods is not counted there."""
    phases = [
        Phase(code=code, length=MONTH, prices=[attrs.evolve(BASE, model=Flat(amount))])
        for code, amount in (("first", 2), ("second", 4))
    ]
    coupons = [Coupon(code=one.name, percent=50, duration=one) for one in (CouponDuration.ONCE, CouponDuration.FOREVER)]
    catalog = attrs.evolve(sold(BASE, phases=phases), coupons=coupons)

    def later(coupon: str | None) -> list[tuple[str | None, str, str]]:
        found = asked(catalog, Selection(plan="p", coupon=coupon))
        return [(one.code, rfc3339(one.starts)[:10], str(one.recurring.net)) for one in found.phases]

    full = [("second", "2026-02-01", "4.00 CHF"), (None, "2026-03-01", "10.00 CHF")]
    assert later(None) == later("ONCE") == full
    assert [net for _, _, net in later("FOREVER")] == ["2.00 CHF", "5.00 CHF"]


def test_a_coupon_holds_when_the_selection_starts() -> None:
    """One that has ended, or not begun, is refused."""
    may = Coupon(code="MAY", percent=10, starts="2026-05-01T00:00:00Z", expires="2026-06-01T00:00:00Z")
    catalog = attrs.evolve(sold(BASE), coupons=[may])

    with pytest.raises(InvalidValue, match=r"^coupon: the coupon cannot be applied then .*'MAY'"):
        asked(catalog, Selection(plan="p", coupon="MAY"))
    found = asked(catalog, Selection(plan="p", coupon="MAY", starts_on="2026-05-01T00:00:00Z"))
    assert str(found.recurring.net) == "9.00 CHF"


def test_usage_with_an_allowance_explains_itself() -> None:
    """150 GB, of which the price includes 20 and an addon 100: thirty are left."""
    gb = Price(code="gb", model=Wrapped(model=PerUnit(1), included=20), cadence=PriceCadence.USAGE, meter="gb")
    space = Addon(code="space", price=Price(code="space", model=Flat(1)), meter="gb", quantity=100)
    catalog = attrs.evolve(sold(BASE, gb, meters=[Meter(code="gb")]), addons=[space])
    found = asked(catalog, Selection(plan="p", addons=["space"], usage={"gb": 150}))

    assert lines(found) == {"base": 1000, "gb": 3000, "space": 100}
    told = {node.label: str(node.value) for node in found.explain("gb").walk()}
    assert (told["quantity had"], told["included units"], told["units of addons"]) == ("150", "20", "100")
    laws.quote_explains_itself(found)


def test_fees_over_periods_of_two_lengths() -> None:
    """From 10 January: 7.10 and half of it, 7.10 a month and eleven months over the year, and half of those 117.10."""
    monthly = attrs.evolve(BASE, code="seat")
    yearly = attrs.evolve(FEE, code="care", sum_of=["seat"], interval=YEAR)
    found = asked(sold(FEE, BASE, monthly, yearly), Selection(plan="p", starts_on="2026-01-10T00:00:00Z"))

    assert str(found.first_invoice.net) == "76.30 CHF"


def test_usage_reaches_a_cap_whole_in_a_stub_too() -> None:
    """10.00 of usage use up 22 of 31 days of 12.00; what is left of that for the price behind it is nothing."""
    used = Price(code="gb", model=PerUnit(1), cadence=PriceCadence.USAGE, meter="gb")
    behind = attrs.evolve(BASE, timing=Timing.ARREARS)
    capped = Commitment(prices=["gb", "base"], amount=0, cap=12)
    catalog = sold(used, behind, commitments=[capped], meters=[Meter(code="gb")])

    for units, left in ((10, "0.00 CHF"), (5, "3.52 CHF")):
        asked_for = Selection(plan="p", starts_on="2026-01-10T00:00:00Z", usage={"gb": units})
        assert str(asked(catalog, asked_for).first_invoice.net) == left


def test_a_cap_that_rounds_to_nothing_leaves_nothing() -> None:
    """One day of a cap of a cent a month."""
    catalog = sold(BASE, commitments=[Commitment(prices=["base"], amount=0, cap="0.01")])
    found = asked(catalog, Selection(plan="p", starts_on="2026-01-31T00:00:00Z"))

    assert str(found.first_invoice.net) == "0.00 CHF"
