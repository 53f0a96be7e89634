"""Commitments and fees of other prices on invoices and credit notes: each sentence of docs/decisions/0004."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from billcore.kernel import QUARTER, InvalidValue, instant
from billcore.pricing import (
    Addon,
    Commitment,
    Coupon,
    CouponDuration,
    Meter,
    MeterPrice,
    Percentage,
    Price,
    Selection,
)
from tests.settlement.committing import (
    APRIL,
    COMMON,
    FEBRUARY,
    GB,
    HUNDRED,
    JANUARY,
    MARCH,
    SUPPORT,
    committed_to,
    shop,
    sold,
    with_fee,
)
from tests.shop import Shop, base, catalog, plan, sound


@pytest.mark.parametrize(
    ("recurring", "fee"), [(4_000, "800.00"), (5_333, "800.00"), (5_334, "800.10"), (8_000, "1200.00")]
)
def test_business_support_is_a_percentage_or_a_minimum(recurring: int, fee: str) -> None:
    """5.6: business support is max(15 % of recurring, CHF 800), at the period's end."""
    one = with_fee(Price(code="support", model=SUPPORT, sum_of=["base"]), recurring)
    one.run(JANUARY)

    assert one.run(FEBRUARY) == [
        f"INV-000002 02-01: base {recurring}.00, support {fee} | due {recurring + Decimal(fee):.2f}"
    ]
    sound(one.billing)


def test_a_fee_is_of_rounded_lines() -> None:
    """10 % of 0.05 and 0.05 (0.054 each, rounded) is 0.01, not 10 % of 0.108."""
    fee = Price(code="fee", model=Percentage(50), sum_of=["a", "b"])
    one = Shop.new(catalog(plan("p", base("0.054", code="a"), base("0.054", code="b"), fee)), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.run(JANUARY)

    one.run(FEBRUARY)

    line = one.documents()[1].document.lines[-1]
    assert (line.quantity, line.exact) == (Decimal("0.10"), Decimal("0.05"))
    sound(one.billing)


def test_the_minimum_of_a_fee_goes_by_the_share() -> None:
    """15 days of 31: 15 % of 1,000.00 x 15/31 is 72.58, less than 800.00 x 15/31, which is 387.10."""
    one = with_fee(Price(code="support", model=SUPPORT, sum_of=["base"]), 1_000)
    one.run(JANUARY)
    one.at("2026-01-16T00:00:00Z").subscriptions.cancel("s", when="now", unused="give_back")

    assert one.run("2026-01-16T00:00:00Z") == [
        "CN-000001 01-16: base -516.13",
        "INV-000002 01-16: support 387.10 | due 387.10",
    ]
    sound(one.billing)


def test_a_fee_may_be_an_addon_and_is_had_once() -> None:
    """Two of it cost what one costs: 15 % of 10,000.00."""
    addon = Addon(code="care", price=Price(code="support", model=SUPPORT, sum_of=["base"]))
    one = Shop.new(catalog(plan("p", base(10_000)), addons=[addon]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="p", addons=["care", "care"]), id="s")
    one.run(JANUARY)

    assert one.run(FEBRUARY) == ["INV-000002 02-01: base 10000.00, support 1500.00 | due 11500.00"]
    sound(one.billing)


def test_what_is_missing_is_added() -> None:
    """30.00 used of 100.00: 70.00; 100.00 used: no line at all."""
    one = shop(HUNDRED)
    one.use("a", "2026-01-05T00:00:00Z", 30)
    one.use("b", "2026-02-05T00:00:00Z", 100)

    assert one.run(MARCH) == [
        "INV-000001 02-01: gb 30.00, gb:true-up 70.00 | due 100.00",
        "INV-000002 03-01: gb 100.00 | due 100.00",
    ]
    sound(one.billing)


def test_the_keys_of_a_commitment_are_its_own() -> None:
    """The true-up is keyed by the order that brought it and its whole period, under a code that no price has."""
    one = shop(HUNDRED)
    one.run(FEBRUARY)

    (line,) = one.documents()[0].document.lines
    order = one.billing.subscriptions.get("s").first
    assert line.key is not None
    assert (line.key.item, line.key.price) == (order.id, "gb:true-up")
    assert str(line.key.period) == "[2026-01-01T00:00:00Z, 2026-02-01T00:00:00Z)"
    with pytest.raises(InvalidValue, match=r"^commitments\[0\]\.prices\[0\]: .*a price has"):
        attrs.evolve(sold(HUNDRED), plans=[plan("p", GB, base(1, code="gb:true-up"))])


def test_later_catalogs_change_nothing() -> None:
    """B-13: a commitment that is dearer, or gone, in a later catalog reaches nobody who bought; new orders it does."""
    one = shop(HUNDRED)
    later = attrs.evolve(
        sold(attrs.evolve(HUNDRED, amount=Decimal(500))), version="2", effective="2026-01-02T00:00:00Z"
    )
    one.at("2026-01-02T00:00:00Z").catalog.publish(later)

    assert one.run(FEBRUARY) == ["INV-000001 02-01: gb:true-up 100.00 | due 100.00"]
    one.billing.subscriptions.create("acme", Selection(plan="usage"), id="t")
    assert one.run(MARCH) == ["INV-000002 03-01: gb:true-up 100.00, gb:true-up 500.00 | due 600.00"]
    sound(one.billing)


def test_a_longer_period_counts_from_the_anchor() -> None:
    """A quarter of 200.00 over 10.00 and 20.00 a month: the rest comes with the quarter's end."""
    one = shop(Commitment(prices=["base", "gb"], amount=200, period=QUARTER), plan="p")
    for month in (1, 2, 3):
        one.use(f"u{month}", f"2026-{month:02}-05T00:00:00Z", 20)

    assert one.run(APRIL)[3:] == ["INV-000004 04-01: base 10.00, gb 20.00, base:true-up 110.00 | due 140.00"]
    sound(one.billing)


def test_an_early_end_owes_its_share() -> None:
    """15 of 31 days of 100.00 are 48.39, rounded once; 10.00 were used."""
    one = shop(HUNDRED)
    one.use("a", "2026-01-05T00:00:00Z", 10)
    one.at("2026-01-16T00:00:00Z").subscriptions.cancel("s", when="now")

    assert one.run("2026-01-16T00:00:00Z") == ["INV-000001 01-16: gb 10.00, gb:true-up 38.39 | due 48.39"]
    sound(one.billing)


def test_a_reset_ends_the_period() -> None:
    """A change that resets the anchor owes the share so far, and begins a period anew."""
    one = shop(HUNDRED)
    one.at("2026-01-16T00:00:00Z").subscriptions.change("s", quantity=1, anchor="reset", when="now")

    assert one.run("2026-02-16T00:00:00Z") == [
        "INV-000001 01-16: gb:true-up 48.39 | due 48.39",
        "INV-000002 02-16: gb:true-up 100.00 | due 100.00",
    ]
    sound(one.billing)


def test_late_usage_lowers_the_true_up() -> None:
    """20.00 that come late: 20.00 more of usage, and a credit note of 20.00 on the true-up, whose reason is that."""
    one = shop(HUNDRED)
    one.use("a", "2026-01-05T00:00:00Z", 30)
    one.run(FEBRUARY)
    one.use("b", "2026-01-06T00:00:00Z", 20)

    assert one.run(MARCH) == [
        "CN-000001 03-01: gb:true-up -20.00",
        "INV-000002 03-01: gb 20.00, gb:true-up 100.00 | due 120.00",
    ]
    note = one.documents()[1].document
    assert (note.corrects, note.lines[0].reason) == (one.documents()[0].id, "late usage")
    sound(one.billing)


def test_a_covered_line_that_falls_raises_the_true_up() -> None:
    """From the 16th at half the price: 7.42 are covered instead of 10.00, so 2.58 more are missing."""
    half = catalog(plan("p", base(10)), plan("half", base(5)))
    one = Shop.new(attrs.evolve(half, commitments=[Commitment(prices=["base"], amount=100)]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.run(FEBRUARY)
    one.at("2026-02-02T00:00:00Z").subscriptions.change("s", plan="half", at="2026-01-16T00:00:00Z", when="now")
    rows = one.run(MARCH)

    assert rows[-1].startswith("INV-000005 03-01: base:true-up 2.58, base:true-up 95.00, base 5.00")
    found = [line for made in one.documents() for line in made.document.lines if line.price == "base:true-up"]
    first, rise = (next(line for line in found if line.minor == minor) for minor in (9_000, 258))
    assert (rise.reason, rise.corrects) == ("backdated change", first.id)
    sound(one.billing)


def test_late_usage_that_goes_beyond_takes_the_true_up_back() -> None:
    """From 30.00 to 120.00: the 70.00 are credited whole, and half of 20.00 is added."""
    one = shop(attrs.evolve(HUNDRED, overage_factor=Decimal("1.5")))
    one.use("a", "2026-01-05T00:00:00Z", 30)
    one.run(FEBRUARY)
    one.use("b", "2026-01-06T00:00:00Z", 90)
    one.use("c", "2026-02-06T00:00:00Z", 100)

    assert one.run(MARCH) == [
        "CN-000001 03-01: gb:true-up -70.00",
        "INV-000002 03-01: gb 90.00, gb 100.00, gb:overage 10.00 | due 200.00",
    ]
    sound(one.billing)


def test_a_commitment_counts_before_discounts() -> None:
    """Half off all: 30.00 of usage and 70.00 of true-up, each halved; half off the usage alone leaves the true-up."""
    half = Coupon(code="HALF", percent=50, duration=CouponDuration.FOREVER)
    for coupon, due in ((half, "50.00"), (attrs.evolve(half, applies_to=["gb"]), "85.00")):
        one = Shop.new(sold(HUNDRED, coupons=[coupon]), JANUARY)
        one.billing.subscriptions.create("acme", Selection(plan="usage", coupon="HALF"), id="s")
        one.use("a", "2026-01-05T00:00:00Z", 30)

        assert one.run(FEBRUARY)[0].endswith(f"| due {due}")
        sound(one.billing)


def test_goodwill_does_not_come_back() -> None:
    """Ten francs forgiven on the usage are no reason for ten francs of true-up."""
    one = shop(HUNDRED)
    one.use("a", "2026-01-05T00:00:00Z", 30)
    one.run(FEBRUARY)
    one.billing.invoices.credit("INV-000001", line=1, amount="10.00", reason="sorry")
    one.use("b", "2026-01-06T00:00:00Z", 1)

    assert one.run(MARCH)[0] == "CN-000002 03-01: gb:true-up -1.00"
    sound(one.billing)


def test_an_addon_brings_its_commitment_and_takes_it_along() -> None:
    """20.00 a quarter over an addon of 4.00 a month: 8.00 are missing; no more is asked for once it is detached."""
    one = shop(Commitment(prices=["disk"], amount=20, period=QUARTER), plan="flat")
    one.billing.subscriptions.attach_addon("s", "disk", at=JANUARY)

    assert one.run(APRIL)[-1] == "INV-000004 04-01: flat 20.00, disk 4.00, disk:true-up 8.00 | due 32.00"
    one.billing.subscriptions.detach_addon("s", "disk", when="now", at=APRIL)
    assert "true-up" not in " ".join(one.run("2026-07-01T00:00:00Z"))
    sound(one.billing)


def test_a_change_to_what_sells_none_of_its_prices_ends_it() -> None:
    """Half of January committed, then another plan: the share falls due with the period."""
    one = shop(HUNDRED)
    one.at("2026-01-16T00:00:00Z").subscriptions.change("s", plan="flat", when="now")

    rows = " ".join(one.run(APRIL))
    assert rows.count("true-up") == 1
    assert "gb:true-up 48.39" in rows
    sound(one.billing)


@pytest.mark.parametrize(("codes", "tax"), [(["gb"], "2.60"), (["gb", "base"], "0.00")])
def test_a_true_up_is_taxed_as_what_it_covers(codes: list[str], tax: str) -> None:
    """100.00 of a reduced price at 2.6 %; over two categories it is standard, which is not taxed here."""
    one = Shop.new(sold(Commitment(prices=codes, amount=110 if len(codes) > 1 else 100)), JANUARY, country="CH")
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.run(FEBRUARY)

    assert str(one.documents()[-1].document.tax / Decimal(100)) in (tax, tax.rstrip("0").rstrip("."))
    sound(one.billing)


@pytest.mark.parametrize(
    ("first", "addons", "deeds", "april"),
    [
        ("p", (), [], {"base": 10, "base:true-up": 90}),
        ("flat", ("disk",), [("change", "p"), ("detach", "disk")], {"base": 10, "base:true-up": 90}),
        ("flat", ("disk",), [], {"flat": 20, "disk": 4, "base:true-up": 96}),
        ("p", ("disk",), [("change", "flat")], {"flat": 20, "disk": 4, "base:true-up": 96}),
        ("p", ("disk", "line"), [("change", "flat"), ("detach", "disk")], {"flat": 20, "line": 3, "base:true-up": 97}),
        ("flat", ("disk",), [("change", "p"), ("detach", "disk"), ("change", "flat")], {"flat": 20}),
    ],
)
def test_what_is_committed_does_not_depend_on_the_way_there(
    first: str, addons: tuple[str, ...], deeds: list[tuple[str, str]], april: dict[str, int]
) -> None:
    """A commitment to 100.00 goes on with whatever of its prices is had: with the base, else with an addon."""
    one = Shop.new(committed_to(COMMON), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan=first, addons=addons), id="s")
    one.run(FEBRUARY)
    for deed, name in deeds:
        if deed == "change":
            one.billing.subscriptions.change("s", plan=name, when="now")
        else:
            one.billing.subscriptions.detach_addon("s", name, when="now")
    one.run("2026-05-01T00:00:00Z")

    found = [entry.document for entry in one.documents() if entry.document.billing_date == instant(APRIL)]
    assert {line.price: line.minor // 100 for document in found for line in document.lines} == april
    sound(one.billing)


def test_a_quantity_changes_no_owner() -> None:
    """A commitment that the base took over from an addon stays its own when the quantity changes."""
    one = Shop.new(committed_to(COMMON), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="flat", addons=("disk",)), id="s")
    one.billing.subscriptions.change("s", plan="p", when="now")
    one.billing.subscriptions.detach_addon("s", "disk", when="now")
    one.billing.subscriptions.change("s", quantity=1, when="now")
    one.run(JANUARY)

    assert one.run(FEBRUARY) == ["INV-000002 02-01: base:true-up 90.00, base 10.00 | due 100.00"]
    sound(one.billing)


def test_where_snapshots_differ_that_of_the_base_counts() -> None:
    """An addon's commitment to 100.00 ends where a change brings the plan's, to 200.00 by then: half of each."""
    one = Shop.new(committed_to(Commitment(prices=["disk"], amount=100)), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="flat", addons=("disk",)), id="s")
    dearer = Commitment(prices=["base", "disk"], amount=200)
    one.at("2026-01-02T00:00:00Z").catalog.publish(committed_to(dearer, version="2", effective="2026-01-02T00:00:00Z"))
    one.at("2026-01-16T12:00:00Z").subscriptions.change("s", plan="p", when="now")
    one.run(FEBRUARY)

    totals = {line.price: line.minor for found in one.documents() for line in found.document.lines}
    assert (totals["disk:true-up"], totals["base:true-up"]) == (5_000, 10_000 - 400 - 500)
    sound(one.billing)


def test_a_price_counts_for_one_commitment_across_catalogs() -> None:
    """Gigabytes are committed to; a later catalog's commitment to disk and gigabytes is not taken with the disk."""
    one = Shop.new(committed_to(HUNDRED), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="usage"), id="s")
    later = Commitment(prices=["disk", "gb"], amount=100)
    one.at("2026-01-02T00:00:00Z").catalog.publish(committed_to(later, version="2", effective="2026-01-02T00:00:00Z"))
    order = one.billing.subscriptions.attach_addon("s", "disk").facts[-1]
    one.use("a", "2026-02-02T00:00:00Z", 30)
    one.run(FEBRUARY)

    assert [record.price.code for record in getattr(order, "records", ())] == ["disk"]
    assert one.run(MARCH) == ["INV-000003 03-01: gb 30.00, gb:true-up 70.00, disk 4.00 | due 104.00"]
    sound(one.billing)


def test_a_base_order_ends_the_addons_commitment_over_its_prices() -> None:
    """A commitment to disk ends with a change to a plan whose catalog commits the base and disk together."""
    one = Shop.new(committed_to(Commitment(prices=["disk"], amount=100)), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="flat", addons=("disk",)), id="s")
    one.at(FEBRUARY).catalog.publish(committed_to(COMMON, version="2", effective=FEBRUARY))
    one.billing.subscriptions.change("s", plan="p", when="now")
    one.run(FEBRUARY)

    assert one.run(MARCH) == ["INV-000003 03-01: disk 4.00, base 10.00, base:true-up 86.00 | due 100.00"]
    sound(one.billing)


def test_an_addon_with_a_commitment_may_stay_after_all() -> None:
    """Two disks whose end is pending are had again: the commitment that came along is not counted among them."""
    one = Shop.new(committed_to(COMMON), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="flat"), id="s")
    one.billing.subscriptions.attach_addon("s", "disk", quantity=2)
    one.at("2026-01-02T00:00:00Z").subscriptions.detach_addon("s", "disk")
    one.at("2026-01-03T00:00:00Z").subscriptions.attach_addon("s", "disk", quantity=2)
    one.run(FEBRUARY)

    assert one.run(MARCH) == ["INV-000003 03-01: flat 20.00, disk 8.00, base:true-up 92.00 | due 120.00"]
    sound(one.billing)


def test_usage_outside_any_plan_is_nobodys_commitment() -> None:
    """A cap of 30.00 over gigabytes and a base of 20.00 leaves 100 of them that no plan meters at 100.00."""
    both = Commitment(prices=["gb", "base"], amount=10, cap=30)
    offered = catalog(plan("flat", base(20)), plan("met", base(20), GB), meters=[Meter(code="gb")])
    outside = MeterPrice(meter="gb", price=attrs.evolve(GB, tax_category="standard"))
    one = Shop.new(attrs.evolve(offered, meter_prices=[outside], commitments=[both]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="flat"), id="s")
    one.use("a", "2026-01-05T00:00:00Z", 100)
    one.run(JANUARY)

    assert one.run(FEBRUARY) == ["INV-000002 02-01: base 20.00, gb 100.00 | due 120.00"]
    sound(one.billing)
