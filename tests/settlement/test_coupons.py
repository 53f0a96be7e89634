"""Coupons on invoices and credit notes: each sentence of docs/decisions/0003, worked by hand."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from billcore.kernel import AlreadyExists, InvalidValue, Money, NotAllowed, NotFound
from billcore.pricing import (
    Addon,
    Catalog,
    Coupon,
    CouponDuration,
    Flat,
    Meter,
    PerUnit,
    Price,
    PriceCadence,
    Product,
    Selection,
    Stacking,
    TaxRate,
    quote,
)
from billcore.settlement import discount_of
from billcore.testing import laws
from tests.shop import Shop, base, catalog, plan, sound

FOREVER, ONCE, REPEATING = CouponDuration.FOREVER, CouponDuration.ONCE, CouponDuration.REPEATING
JANUARY, FEBRUARY, MARCH = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"
TENTH = Coupon(code="TENTH", percent=10, duration=FOREVER)
FIVE = Coupon(code="FIVE", amount=5, duration=FOREVER)


def sold(*coupons: Coupon) -> Catalog:
    """Base 10.00 a month in advance, gigabytes at 0.50, an addon at 4.00, taxed at 8.1 %."""
    gb = Price(code="gb", model=PerUnit(Decimal("0.50")), cadence=PriceCadence.USAGE, meter="gb")
    disk = Addon(code="disk", price=Price(code="disk", model=Flat(4)))
    small = attrs.evolve(plan("small", base(10), gb), product="cloud")
    offered = attrs.evolve(
        catalog(plan("large", base(20)), addons=[disk], meters=[Meter(code="gb")]),
        products=[Product(code="cloud", prices=[])],
        tax_rates=[TaxRate(code="ch", country="CH", percent=Decimal("8.1"))],
    )
    return attrs.evolve(offered, plans=[*offered.plans, small], coupons=coupons)


def shop(*coupons: Coupon, coupon: str | None = None) -> Shop:
    """A shop that opens in January 2026, with a subscription ``s`` to the small plan."""
    found = Shop.new(sold(*coupons), JANUARY)
    found.billing.subscriptions.create("acme", Selection(plan="small", coupon=coupon), id="s")
    return found


def test_a_percentage_stands_under_the_line_it_lowers() -> None:
    """Its key is the charge's with the coupon added; it is explained as a percentage of the line."""
    one = shop(TENTH, coupon="TENTH")

    assert one.run(JANUARY) == ["INV-000001 01-01: base 10.00, base -1.00 | due 9.00"]
    (document,) = one.documents()
    charge, off = document.document.lines
    assert off.key is not None
    assert (off.key.coupon, off.key.charge) == ("TENTH", charge.key)
    assert (off.corrects, off.coupon, off.description, off.nth) == (charge.id, "TENTH", "TENTH 10 %", 1)
    worth = one.billing.invoices.explain("INV-000001", 2).find("exact amount")
    assert worth is not None
    assert [child.value for child in worth.children] == [10, Decimal("-0.1")]
    sound(one.billing)


def test_a_discount_is_rounded_once_and_spread() -> None:
    """33.3 % of 10.05 and 3.35 is 4.46 together; rounded each by itself it would be 3.35 and 1.12, 4.47 (D16)."""
    one = Shop.new(
        attrs.evolve(
            catalog(plan("p", base("10.05"), base("3.35", code="more"))),
            coupons=[Coupon(code="C", percent=Decimal("33.3"))],
        ),
        JANUARY,
    )
    one.billing.subscriptions.create("acme", Selection(plan="p", coupon="C"), id="s")

    assert one.run(JANUARY) == ["INV-000001 01-01: base 10.05, base -3.35, more 3.35, more -1.11 | due 8.94"]
    sound(one.billing)


def test_late_usage_carries_its_discount() -> None:
    """An event that comes late is billed with 10 % off, as its month was."""
    one = shop(TENTH, coupon="TENTH")
    one.use("a", "2026-01-05T00:00:00Z", 8)
    one.run(FEBRUARY)
    one.use("b", "2026-01-06T00:00:00Z", 2)

    assert one.run(MARCH) == ["INV-000003 03-01: base 10.00, base -1.00, gb 1.00, gb -0.10 | due 9.90"]
    sound(one.billing)


def test_what_falls_takes_its_discount_with_it() -> None:
    """Half of February unused: 5.00 less its 0.50 goes back, and its tax to the cent: 0.37 of 0.73."""
    one = Shop.new(sold(TENTH), JANUARY, country="CH")
    one.billing.subscriptions.create("acme", Selection(plan="small", coupon="TENTH"), id="s")
    one.run(FEBRUARY)
    one.at("2026-02-15T00:00:00Z").subscriptions.cancel("s", when="now", unused="give_back")

    assert one.run("2026-02-15T00:00:00Z") == ["CN-000001 02-15: base -5.00, base 0.50 | tax -0.37"]
    assert [found.open for found in one.documents()][1] == 973 - 487
    sound(one.billing)


def test_tax_is_on_what_is_left() -> None:
    """8.1 % of 9.00; the charge's line carries it, its discount none. Revenue is 9.00."""
    one = Shop.new(sold(TENTH), JANUARY, country="CH")
    one.billing.subscriptions.create("acme", Selection(plan="small", coupon="TENTH"), id="s")

    assert one.run(JANUARY) == ["INV-000001 01-01: base 10.00, base -1.00 | tax 0.73 | due 9.73"]
    (document,) = one.documents()
    assert [line.tax for line in document.document.lines] == [73, 0]
    assert (document.document.net, discount_of(document.document)) == (900, 100)
    sound(one.billing)


def test_an_amount_is_that_of_its_period() -> None:
    """12.00 a month: 10.00 off January's base, and 2.00 off January's usage, which is billed in February."""
    one = shop(Coupon(code="C", amount=12, duration=REPEATING, periods=1), coupon="C")
    one.use("a", "2026-01-05T00:00:00Z", 8)

    assert one.run(FEBRUARY) == [
        "INV-000001 01-01: base 10.00, base -10.00",
        "INV-000002 02-01: base 10.00, gb 4.00, gb -2.00 | due 12.00",
    ]
    sound(one.billing)


def test_an_amount_stays_as_long_as_its_line_can_carry_it() -> None:
    """10.00 less 8.00: a fall of half leaves 5.00, which carries 5.00 off; a tenth less would leave all 8.00."""
    one = shop(Coupon(code="C", amount=8), coupon="C")
    one.run(JANUARY)
    one.at("2026-01-16T12:00:00Z").subscriptions.cancel("s", when="now", unused="give_back")

    assert one.run("2026-01-16T12:00:00Z") == ["CN-000001 01-16: base -5.00, base 3.00"]
    sound(one.billing)


def test_once_and_repeating_count_periods() -> None:
    """Once: January's period; twice: January's and February's."""
    one = shop(Coupon(code="A", percent=10), Coupon(code="B", amount=1, duration=REPEATING, periods=2), coupon="A")
    one.billing.coupons.apply("acme", "B", subscription="s")

    assert one.run(MARCH) == [
        "INV-000001 01-01: base 10.00, base -1.00, base -1.00 | due 8.00",
        "INV-000002 02-01: base 10.00, base -1.00 | due 9.00",
        "INV-000003 03-01: base 10.00 | due 10.00",
    ]
    sound(one.billing)


def test_a_periods_start_decides() -> None:
    """Applied on the 10th it lowers nothing of January; removed on the 10th of February it still has February."""
    one = shop(TENTH)
    one.run(JANUARY)
    one.at("2026-01-10T00:00:00Z").coupons.apply("acme", "TENTH", subscription="s")
    one.run(FEBRUARY)
    one.at("2026-02-10T00:00:00Z").coupons.remove("acme", "TENTH", subscription="s")
    one.run(MARCH)

    assert one.rows() == [
        "INV-000001 01-01: base 10.00 | due 10.00",
        "INV-000002 02-01: base 10.00, base -1.00 | due 9.00",
        "INV-000003 03-01: base 10.00 | due 10.00",
    ]
    sound(one.billing)


def test_a_window_is_half_open() -> None:
    """From the first of February, to the first of March: February alone."""
    one = shop(attrs.evolve(TENTH, starts=FEBRUARY, expires=MARCH))
    one.billing.coupons.apply("acme", "TENTH", at=FEBRUARY)

    assert one.run(MARCH)[1:] == [
        "INV-000002 02-01: base 10.00, base -1.00 | due 9.00",
        "INV-000003 03-01: base 10.00 | due 10.00",
    ]
    sound(one.billing)


def test_a_coupon_for_what_is_billed_already() -> None:
    """It is credited on the line that it should have lowered; taken off again, what it took is added, with names."""
    one = shop(TENTH)
    one.run(JANUARY)
    one.at("2026-01-10T00:00:00Z").coupons.apply("acme", "TENTH", at=JANUARY)
    assert one.run(FEBRUARY) == ["CN-000001 02-01: base -1.00", "INV-000002 02-01: base 10.00, base -1.00 | due 9.00"]

    one.at("2026-02-11T00:00:00Z").coupons.remove("acme", "TENTH", at=JANUARY)
    assert one.run(MARCH) == ["INV-000003 03-01: base 10.00, base 1.00, base 1.00 | due 12.00"]
    _, note, _, again = one.documents()
    assert again.document.lines[1].corrects == note.document.lines[0].id
    sound(one.billing)


def test_a_scope_names_what_is_sold() -> None:
    """An addon; a price; a product's plans."""
    offs = [
        Coupon(code="ADDON", percent=50, applies_to=["disk"], duration=FOREVER),
        Coupon(code="PRODUCT", percent=10, applies_to=["cloud"], duration=FOREVER),
    ]
    one = shop(*offs)
    one.billing.subscriptions.attach_addon("s", "disk")
    for off in offs:
        one.billing.coupons.apply("acme", off.code)

    assert one.run(JANUARY) == ["INV-000001 01-01: base 10.00, base -1.00, disk 4.00, disk -2.00 | due 11.00"]
    sound(one.billing)


@pytest.mark.parametrize(
    ("first", "second", "off"),
    [
        (FIVE, TENTH, "base -1.00, base -5.00"),
        (attrs.evolve(FIVE, stacking=Stacking.AS_APPLIED), TENTH, "base -5.00, base -0.50"),
        (attrs.evolve(FIVE, applies_to=["base"]), TENTH, "base -5.00, base -0.50"),
        (attrs.evolve(FIVE, stacking=Stacking.EXCLUSIVE), TENTH, "base -5.00"),
        (Coupon(code="A", percent=20), TENTH, "base -2.00, base -0.80"),
        (
            Coupon(code="A", percent=20, stacking=Stacking.ADDITIVE),
            attrs.evolve(TENTH, stacking=Stacking.ADDITIVE),
            "base -2.00, base -1.00",
        ),
        (
            Coupon(code="A", percent=20, stacking=Stacking.BEST),
            attrs.evolve(TENTH, stacking=Stacking.BEST),
            "base -2.00",
        ),
        (Coupon(code="A", percent=100), FIVE, "base -10.00"),
    ],
)
def test_stacking(first: Coupon, second: Coupon, off: str) -> None:
    """10.00, less two coupons, in each of the five ways; never below zero (M13)."""
    one = shop(first, second)
    for coupon in (first, second):
        one.billing.coupons.apply("acme", coupon.code, subscription="s")

    (made,) = one.run(JANUARY)
    assert made.partition(": ")[2].partition(" |")[0] == f"base 10.00, {off}"
    sound(one.billing)


def test_a_void_document_gives_its_discounts_back() -> None:
    """Its billing date is done again with them; the redemption stays one."""
    one = shop(Coupon(code="C", amount=4, limit=1), coupon="C")
    one.run(JANUARY)
    one.at("2026-01-02T00:00:00Z").invoices.void("INV-000001")

    assert one.run("2026-01-03T00:00:00Z") == ["INV-000002 01-01: base 10.00, base -4.00 | due 6.00"]
    assert one.billing.coupons.get("acme", "C", subscription="s").redemption == 1
    sound(one.billing)


def test_a_document_of_which_nothing_is_left_can_be_void() -> None:
    """10.00 less 100 % is paid by nobody, so it can be void, and its date is billed anew."""
    one = shop(attrs.evolve(TENTH, percent=100), coupon="TENTH")
    assert one.run(JANUARY) == ["INV-000001 01-01: base 10.00, base -10.00"]
    one.at("2026-01-02T00:00:00Z").invoices.void("INV-000001")
    assert one.run("2026-01-03T00:00:00Z") == ["INV-000002 01-01: base 10.00, base -10.00"]
    sound(one.billing)


def test_goodwill_is_bounded_by_what_coupons_left() -> None:
    """9.00 can be credited of a line of 10.00 less 1.00; the discount itself cannot."""
    one = shop(TENTH, coupon="TENTH")
    one.run(JANUARY)

    with pytest.raises(InvalidValue) as refused:
        one.billing.invoices.credit("INV-000001", line=2, reason="sorry")
    assert refused.value.place == "line"
    assert one.billing.invoices.credit("INV-000001", reason="sorry").document.total == -900
    sound(one.billing)


def test_goodwill_on_an_odd_price_moves_no_amount() -> None:
    """Of 9.996, on paper 10.00, less 7.50, 2.50 are forgiven: a later fact makes no note of 0.00."""
    odd = attrs.evolve(FIVE, amount=Decimal("7.50"), duration=ONCE)
    offered = attrs.evolve(catalog(plan("odd", base("9.996"))), coupons=[odd])
    one = Shop.new(offered, JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="odd", coupon="FIVE"), id="s")
    assert one.run(JANUARY) == ["INV-000001 01-01: base 10.00, base -7.50 | due 2.50"]
    one.billing.invoices.credit("INV-000001", reason="sorry")
    one.at("2026-01-20T00:00:00Z").customers.update("acme", name="X", at="2026-01-10T00:00:00Z")

    assert one.run(FEBRUARY) == ["INV-000002 02-01: base 10.00 | due 10.00"]
    sound(one.billing)


def test_limits_and_refusals() -> None:
    """Once a subscription, once a customer, and so often in all (V1); a plain refusal changes nothing."""
    one = shop(attrs.evolve(TENTH, limit=2, expires=MARCH), coupon="TENTH")
    coupons = one.billing.coupons

    with pytest.raises(NotAllowed, match="before"):
        coupons.apply("acme", "TENTH", subscription="s")
    with pytest.raises(InvalidValue, match="cannot be applied then"):
        coupons.apply("acme", "TENTH", at=MARCH)
    with pytest.raises(NotFound):
        coupons.apply("acme", "OTHER")
    with pytest.raises(NotFound):
        coupons.apply("acme", "TENTH", subscription="t")
    assert coupons.apply("acme", "TENTH", key="k").redemption == 2
    assert coupons.apply("acme", "TENTH", key="k").redemption == 2
    one.billing.customers.create("zeta", currency="CHF")
    with pytest.raises(NotAllowed, match="used up"):
        coupons.apply("zeta", "TENTH")
    assert coupons.list("zeta").items == ()
    assert len(coupons.list("acme", limit=1).items) == 1
    with pytest.raises(AlreadyExists):
        one.billing.subscriptions.create("acme", Selection(plan="large", coupon="TENTH"), id="s")
    sound(one.billing)


def test_a_later_catalog_changes_no_coupon_that_was_applied() -> None:
    """A snapshot: 10 % stay 10 %."""
    one = shop(TENTH, coupon="TENTH")
    one.billing.catalog.publish(attrs.evolve(sold(attrs.evolve(TENTH, percent=50)), version="2"))

    assert one.run(JANUARY) == ["INV-000001 01-01: base 10.00, base -1.00 | due 9.00"]
    sound(one.billing)


@pytest.mark.parametrize("duration", [FOREVER, ONCE])
def test_one_code_on_customer_and_subscription_at_two_percentages(duration: CouponDuration) -> None:
    """10 % of the customer's, and from March 20 % of the subscription's own, for ever or once: lines are explained."""
    one = shop(TENTH)
    one.billing.coupons.apply("acme", "TENTH")
    one.run(JANUARY)
    fifth = Coupon(code="TENTH", percent=20, duration=duration)
    one.at("2026-02-15T00:00:00Z").catalog.publish(attrs.evolve(sold(fifth), version="2", effective=FEBRUARY))
    one.billing.coupons.apply("acme", "TENTH", subscription="s")
    one.run(MARCH)
    one.run("2026-04-01T00:00:00Z")

    fourth = "-2.00" if duration is FOREVER else "-1.00"
    assert one.rows() == [
        f"INV-00000{n} 0{n}-01: base 10.00, base {off} | due {10 + Decimal(off)}"
        for n, off in enumerate(("-1.00", "-1.00", "-2.00", fourth), 1)
    ]
    shares = [one.billing.invoices.explain(f"INV-00000{n}", 2).find("share taken off") for n in (1, 2, 3, 4)]
    assert [found and found.value * 10 for found in shares] == [-1, -1, -2, Decimal(fourth)]
    sound(one.billing)


def test_a_quote_shows_the_coupon() -> None:
    """10 % off the first invoice and the usage expected, before tax."""
    one = Shop.new(sold(TENTH), JANUARY, country="CH")
    offer = one.billing.quotes.preview(
        Selection(plan="small", coupon="TENTH", usage={"gb": 4}, country="CH", starts_on=JANUARY)
    )

    totals = (offer.recurring, offer.usage, offer.all_in)
    assert [(total.net.minor, total.discount.minor) for total in totals] == [(900, 100), (180, 20), (1080, 120)]
    assert offer.recurring.tax.minor == 73
    assert offer.discount is not None
    assert (offer.discount.amount, offer.explain("TENTH").value) == (Money("-1.20", "CHF"), Decimal("1.2"))
    laws.quote_totals_are_sums_of_its_lines(offer)
    laws.quote_explains_itself(offer)


@pytest.mark.parametrize("terms", [{"percent": "12.5"}, {"amount": "7.01"}, {"amount": 500}])
@pytest.mark.parametrize("scope", [(), ("base",), ("small",), ("gb",)])
def test_a_quote_explains_its_coupon(terms: dict[str, str | int], scope: tuple[str, ...]) -> None:
    """Of the lines that it is for alone; an amount while they last."""
    found = sold(Coupon(code="C", applies_to=scope, **terms))  # type: ignore[arg-type]  # numbers as text
    offer = quote(found, Selection(plan="small", coupon="C", usage={"gb": "3.7"}), found.effective)

    assert offer.discount is not None
    assert [line.price for line in offer.discount.lines] == [
        code for code in ("base", "gb") if scope in ((), ("small",), (code,))
    ]
    laws.quote_explains_itself(offer)


def test_an_amount_finer_than_the_minor_unit_is_refused() -> None:
    """Half a Rappen, where it meets the currency: in a quote, and where it is applied; nothing is half done."""
    one = shop(Coupon(code="HALF", amount=Decimal("0.005")))
    with pytest.raises(InvalidValue, match=r"coupon: its amount is finer than the minor unit \(got '0.005 CHF'\)"):
        one.billing.quotes.preview(Selection(plan="small", coupon="HALF"))
    with pytest.raises(InvalidValue, match=r"code: its amount is finer than the minor unit \(got '0.005 CHF'\)"):
        one.billing.coupons.apply("acme", "HALF")
    assert one.billing.coupons.list("acme").items == ()


def test_a_preview_shows_the_discounts_of_the_run() -> None:
    """Line for line (P9)."""
    one = shop(TENTH, FIVE, coupon="TENTH")
    one.billing.coupons.apply("acme", "FIVE")

    laws.preview_equals_run(one.billing, "acme", until=MARCH)
