"""Commitments and fees of other prices on invoices and credit notes: each sentence of docs/decisions/0004."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import attrs
import pytest

from billcore.engine.metering import Metered
from billcore.kernel import DAY, QUARTER, YEAR, CurrencyMismatch, InvalidValue, Period, Rounding, instant
from billcore.lifecycle import Life, UsageTotal
from billcore.pricing import (
    Addon,
    Catalog,
    Commitment,
    Coupon,
    CouponDuration,
    Flat,
    Meter,
    MeterPrice,
    Percentage,
    PerUnit,
    Price,
    PriceCadence,
    Selection,
    TaxRate,
    Timing,
    Wrapped,
)
from billcore.settlement import Policy
from billcore.testing import laws
from tests.shop import Shop, base, catalog, plan, sound

JANUARY, FEBRUARY, MARCH, APRIL = (f"2026-{month:02}-01T00:00:00Z" for month in (1, 2, 3, 4))
GB = Price(code="gb", model=PerUnit(1), cadence=PriceCadence.USAGE, meter="gb", tax_category="reduced")
HUNDRED = Commitment(prices=["gb"], amount=100)
SUPPORT = Wrapped(model=Percentage(15), minimum=Decimal(800))


def sold(*commitments: Commitment, coupons: Iterable[Coupon] = ()) -> Catalog:
    """Gigabytes at 1.00, with and without 10.00 a month; an addon of 4.00."""
    disk = Addon(code="disk", price=Price(code="disk", model=Flat(4)))
    offered = catalog(
        plan("p", base(10), GB),
        plan("usage", GB),
        plan("flat", base(20, code="flat")),
        addons=[disk],
        meters=[Meter(code="gb")],
        taxes=[TaxRate(code="ch", country="CH", percent=Decimal("2.6"), category="reduced")],
    )
    return attrs.evolve(offered, commitments=commitments, coupons=coupons)


def shop(*commitments: Commitment, plan: str = "usage", policy: Policy | None = None) -> Shop:
    """A shop that opens in January 2026, with a subscription ``s``."""
    found = Shop.new(sold(*commitments), JANUARY, policy=policy)
    found.billing.subscriptions.create("acme", Selection(plan=plan), id="s")
    return found


def with_fee(fee: Price, amount: int) -> Shop:
    """A shop whose plan has a price of ``amount`` and a fee over it."""
    found = Shop.new(catalog(plan("p", base(amount), fee)), JANUARY)
    found.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    return found


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


def test_a_cap_is_in_the_lines_it_lowers() -> None:
    """A cap of 150.00 a quarter: 100.00, then 50.00 of 90.00, then 0.00 of 10.00. No line is below zero."""
    one = shop(Commitment(prices=["gb"], amount=0, period=QUARTER, cap=150))
    for month, used in ((1, 100), (2, 90), (3, 10)):
        one.use(f"u{month}", f"2026-{month:02}-05T00:00:00Z", used)

    assert one.run(APRIL) == [
        "INV-000001 02-01: gb 100.00 | due 100.00",
        "INV-000002 03-01: gb 50.00 | due 50.00",
        "INV-000003 04-01: gb 0.00",
    ]
    sound(one.billing)


def test_late_usage_under_a_reached_cap_lowers_what_no_longer_fits() -> None:
    """20.00 more of January leave 30.00 of February's 50.00."""
    one = shop(Commitment(prices=["gb"], amount=0, period=QUARTER, cap=150))
    one.use("u1", "2026-01-05T00:00:00Z", 100)
    one.use("u2", "2026-02-05T00:00:00Z", 90)
    one.run(MARCH)
    one.use("u3", "2026-01-06T00:00:00Z", 20)

    assert one.run(APRIL) == ["CN-000001 04-01: gb -20.00", "INV-000003 04-01: gb 20.00 | due 20.00"]
    sound(one.billing)


def test_the_cap_of_a_late_start_is_that_of_the_rest_and_an_early_end_leaves_it() -> None:
    """From 15 February, 45 of 90 days: 75.00 of a cap of 150.00; all of it though the end comes on 1 March."""
    one = Shop.new(sold(Commitment(prices=["gb"], amount=0, period=QUARTER, cap=150)), "2026-02-15T00:00:00Z")
    one.billing.subscriptions.create("acme", Selection(plan="usage"), id="s")
    one.use("a", "2026-02-16T00:00:00Z", 100)
    one.billing.subscriptions.cancel("s", when="now", at=MARCH)

    assert one.run(MARCH) == ["INV-000001 03-01: gb 75.00 | due 75.00"]
    sound(one.billing)


def test_the_overage_takes_what_the_cap_leaves() -> None:
    """120.00 of 100.00 at three times would add 40.00; a cap of 130.00 leaves 10.00."""
    one = shop(attrs.evolve(HUNDRED, overage_factor=Decimal(3), cap=Decimal(130)))
    one.use("a", "2026-01-05T00:00:00Z", 120)

    assert one.run(FEBRUARY) == ["INV-000001 02-01: gb 120.00, gb:overage 10.00 | due 130.00"]
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


def test_what_is_asked_is_rounded_as_the_house_rounds() -> None:
    """Half of 0.01 is 0.01 half up, and 0.00 half even: then it makes no line."""
    cent = Commitment(prices=["gb"], amount=Decimal("0.005"))

    assert shop(cent).run(FEBRUARY) == ["INV-000001 02-01: gb:true-up 0.01 | due 0.01"]
    assert shop(cent, policy=Policy(rounding=Rounding.HALF_EVEN)).run(FEBRUARY) == []


def committed_to(*commitments: Commitment, version: str = "1", effective: str = "2020-01-01T00:00:00Z") -> Catalog:
    """A base of 10.00, a flat plan at 20.00, gigabytes at 1.00, addons of 4.00 and 3.00, commitments by the month."""
    offered = catalog(
        plan("flat", base(20, "flat")),
        plan("p", base(10)),
        plan("usage", attrs.evolve(GB, tax_category="standard")),
        version=version,
        effective=effective,
        addons=[Addon(code="disk", price=base(4, "disk")), Addon(code="line", price=base(3, "line"))],
        meters=[Meter(code="gb")],
    )
    return attrs.evolve(offered, commitments=commitments)


COMMON = Commitment(prices=["base", "disk", "line"], amount=100)


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


def test_a_cap_reads_the_usage_of_each_period_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day's price for a month: the last run and verify read 31 days, though cap and true-up need them all again."""
    daily = attrs.evolve(GB, interval=DAY)
    offered = catalog(plan("u", daily), meters=[Meter(code="gb")])
    one = Shop.new(attrs.evolve(offered, commitments=[Commitment(prices=["gb"], amount=10, cap=1_000)]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="u"), id="s")
    for day in range(1, 32):
        one.use(str(day), f"2026-01-{day:02}T05:00:00Z", 1)
    one.run("2026-01-31T00:00:00Z")
    reads: list[str] = []
    read = Metered.__call__

    def counted(usage: Metered, who: Life, meter: str, window: Period) -> UsageTotal:
        reads.append(meter)
        return read(usage, who, meter, window)

    monkeypatch.setattr(Metered, "__call__", counted)
    one.run(FEBRUARY)
    assert len(reads) == 31

    reads.clear()
    assert one.billing.verify() == ()
    assert len(reads) == 31


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


def test_bills_of_open_periods_never_go_beyond_a_cap() -> None:
    """Of 100.00, 40.00 and 60.00 were billed: 50 more gigabytes wait for the period's end, when calls fall."""
    gb, calls = (
        Price(code=code, model=Wrapped(model=PerUnit(1), interim=True), cadence=PriceCadence.USAGE, meter=code)
        for code in ("gb", "calls")
    )
    offered = catalog(plan("u", gb, calls), meters=[Meter(code="gb"), Meter(code="calls")])
    most = Commitment(prices=["gb", "calls"], amount=10, cap=100)
    one = Shop.new(attrs.evolve(offered, commitments=[most]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="u"), id="s")
    one.use("a", "2026-01-02T00:00:00Z", 40)
    one.use("b", "2026-01-02T00:00:00Z", 60, meter="calls")
    one.at("2026-01-10T00:00:00Z").invoices.run(customer="acme", now=True)
    assert one.rows() == ["INV-000001 01-10: gb 40.00, calls 60.00 | due 100.00"]

    one.use("c", "2026-01-12T00:00:00Z", 50)
    one.at("2026-01-20T00:00:00Z").invoices.run(customer="acme", now=True)

    assert len(one.rows()) == 1
    sound(one.billing)
    assert one.run(FEBRUARY) == ["CN-000001 02-01: calls -50.00", "INV-000002 02-01: gb 50.00 | due 50.00"]
    sound(one.billing)


def test_what_is_left_of_a_cap_goes_to_the_first() -> None:
    """Of 100.00, 60.00 of the last price were billed: of 50.00 and 50.00 more, the first gets what is left, 40.00."""
    prices = [
        Price(code=code, model=Wrapped(model=PerUnit(1), interim=True), cadence=PriceCadence.USAGE, meter=code)
        for code in ("a", "b", "c")
    ]
    offered = catalog(plan("u", *prices), meters=[Meter(code=code) for code in ("a", "b", "c")])
    most = Commitment(prices=["a", "b", "c"], amount=10, cap=100)
    one = Shop.new(attrs.evolve(offered, commitments=[most]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="u"), id="s")
    one.use("1", "2026-01-02T00:00:00Z", 60, meter="c")
    one.at("2026-01-10T00:00:00Z").invoices.run(customer="acme", now=True)
    one.use("2", "2026-01-12T00:00:00Z", 50, meter="a")
    one.use("3", "2026-01-12T00:00:00Z", 50, meter="b")
    one.at("2026-01-20T00:00:00Z").invoices.run(customer="acme", now=True)

    assert one.rows() == ["INV-000001 01-10: c 60.00 | due 60.00", "INV-000002 01-20: a 40.00, b 0.00 | due 40.00"]
    sound(one.billing)
    assert one.run(FEBRUARY) == [
        "CN-000001 02-01: c -60.00",
        "INV-000003 02-01: a 10.00, b 50.00 | due 60.00",
    ]
    sound(one.billing)


def test_another_rounding_changes_nothing_that_was_billed() -> None:
    """0.0125 and 0.0125 are 0.03 half up, and 0.02 half even: 99.97 of 100.00 were missing, and still are.

    Nor does an event of 0 that comes late issue anything; what begins afterwards is rounded as the house does by then.
    """
    eighth = attrs.evolve(GB, model=PerUnit("0.0125"))
    offered = catalog(plan("u", eighth), meters=[Meter(code="gb")])
    one = Shop.new(attrs.evolve(offered, commitments=[HUNDRED]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="u"), id="s")
    one.use("a", "2026-01-05T00:00:00Z", 2)
    assert one.run(FEBRUARY) == ["INV-000001 02-01: gb 0.03, gb:true-up 99.97 | due 100.00"]

    even = attrs.evolve(one, billing=one.billing.using(policy=Policy(rounding=Rounding.HALF_EVEN)))
    sound(even.billing)
    even.at("2026-02-02T00:00:00Z")
    even.use("zero", "2026-01-07T00:00:00Z", 0)
    even.use("b", "2026-02-05T00:00:00Z", 2)

    assert even.run(MARCH) == ["INV-000002 03-01: gb 0.02, gb:true-up 99.98 | due 100.00"]
    sound(even.billing)


def test_another_rounding_moves_no_fee() -> None:
    """50 % of 10.01 (10.005 half up) is 5.01, though 10.005 is 10.00 half even: a new name makes no document."""
    one = Shop.new(
        catalog(plan("u", base("10.005"), Price(code="care", model=Percentage(50), sum_of=["base"]))), JANUARY
    )
    one.billing.subscriptions.create("acme", Selection(plan="u"), id="s")
    one.run(FEBRUARY)
    even = attrs.evolve(one, billing=one.billing.using(policy=Policy(rounding=Rounding.HALF_EVEN)))
    sound(even.billing)
    even.at("2026-02-02T00:00:00Z").customers.update("acme", name="New name", at="2026-01-15T00:00:00Z")

    assert even.run(MARCH) == ["INV-000003 03-01: base 10.00, care 5.00 | due 15.00"]
    sound(even.billing)


@pytest.mark.parametrize(
    ("commitments", "place"),
    [
        ([Commitment(prices=["none"], amount=1)], "prices[0]: nothing of this code is sold"),
        ([HUNDRED, Commitment(prices=["base", "gb"], amount=1)], "prices[1]: a price is committed to once"),
        ([Commitment(prices=["gb", "gb"], amount=1)], "prices[1]: a price is committed to once"),
        ([Commitment(prices=["setup"], amount=1)], "prices[0]: only what recurs"),
        ([Commitment(prices=["yearly"], amount=1)], "prices[0]: billed by a longer period"),
        ([Commitment(prices=["gb", "yearly"], amount=1, period=YEAR, cap=2)], "prices[1]: a cap is over"),
        ([Commitment(prices=["gb", "euro"], amount=1)], "prices[1]: prices of two currencies"),
        ([Commitment(prices=["fee"], amount=1, cap=2)], "prices[0]: a cap is not over"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(commitments: list[Commitment], place: str) -> None:
    """A catalog whose commitment cannot be billed is refused at the price that it names."""
    prices = [
        GB,
        base(10),
        Price(code="setup", model=Flat(1), cadence=PriceCadence.ONCE),
        base(1, code="yearly", interval=YEAR),
        base(1, code="euro", currency="EUR"),
        Price(code="fee", model=Percentage(1), sum_of=["base"]),
    ]
    listed = attrs.evolve(sold(), plans=[plan("p", *prices)])

    with pytest.raises(InvalidValue) as raised:
        attrs.evolve(listed, commitments=commitments)

    assert f"commitments[{len(commitments) - 1}].{place}" in str(raised.value)


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"sum_of": ["fee"]}, "sum_of"),
        ({"sum_of": ["base", "base"]}, "sum_of"),
        ({"sum_of": "base"}, "sum_of"),
        ({"timing": Timing.ADVANCE}, "timing"),
        ({"cadence": PriceCadence.ONCE}, "cadence"),
        ({"model": Flat(1)}, "model"),
        ({"size": "big"}, "size"),
    ],
)
def test_bad_prices_over_others(keys: dict[str, object], place: str) -> None:
    """What a price over others cannot be is refused where it is defined."""
    with pytest.raises(InvalidValue, match=f"^{place}: "):
        Price(**{"code": "fee", "model": Percentage(1), "sum_of": ["base"], **keys})  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize(
    ("price", "message"),
    [
        (Price(code="fee", model=Percentage(1), sum_of=["none"]), "nothing of this code is sold"),
        (Price(code="fee", model=Percentage(1), sum_of=["other"]), "is not over one that is"),
        (Price(code="fee", model=Percentage(1), sum_of=["setup"]), "only what recurs or is used"),
        (Price(code="fee", model=Percentage(1), sum_of=["yearly"]), "billed by a longer period"),
        (Price(code="fee", model=Percentage(1), sum_of=["base"], currency="EUR"), "in its currency"),
    ],
)
def test_a_sum_of_what_is_not_there_is_refused(price: Price, message: str) -> None:
    """Names of prices over others are checked with the catalog, at their place."""
    others = [
        base(10),
        Price(code="other", model=Percentage(1), sum_of=["base"]),
        Price(code="setup", model=Flat(1), cadence=PriceCadence.ONCE),
        base(1, code="yearly", interval=YEAR),
    ]

    with pytest.raises(InvalidValue, match=rf"^plans\[0\]\.versions\[0\]\.prices\[4\]\.sum_of\[0\]: .*{message}"):
        catalog(plan("p", *others, price))


def test_currencies_never_meet() -> None:
    """A customer pays a commitment in the currency of its prices."""
    one = Shop.new(sold(HUNDRED), JANUARY, currency="EUR")

    with pytest.raises(CurrencyMismatch):
        one.billing.subscriptions.create("acme", Selection(plan="usage"))


def test_another_rounding_later_moves_nothing_that_was_billed() -> None:
    """Three months of 10.005 are 10.01 each, and of 100.00 a quarter 69.97 are left: that stays, rounded half even too.

    A fact of March that costs nothing makes the run look at it again; the quarter after has 10.00 each, and 70.00.
    """
    committed = Commitment(prices=["base"], amount=100, period=QUARTER)
    offered = catalog(plan("p", base(Decimal("10.005"), timing=Timing.ARREARS)))
    one = Shop.new(attrs.evolve(offered, commitments=[committed]), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.run(APRIL)
    assert one.rows()[2] == "INV-000003 04-01: base 10.01, base:true-up 69.97 | due 79.98"

    even = attrs.evolve(one, billing=one.billing.using(policy=Policy(rounding=Rounding.HALF_EVEN)))
    sound(even.billing)
    even.at("2026-04-15T00:00:00Z").subscriptions.change("s", quantity=2, when="now", at="2026-03-31T00:00:00Z")
    assert even.run("2026-07-01T00:00:00Z") == [
        "INV-000004 05-01: base 10.00 | due 10.00",
        "INV-000005 06-01: base 10.00 | due 10.00",
        "INV-000006 07-01: base 10.00, base:true-up 70.00 | due 80.00",
    ]
    sound(even.billing)


@pytest.mark.parametrize(
    ("timing", "lines", "missing"),
    [(Timing.ARREARS, [333, 668], [1334, 4665]), (Timing.ADVANCE, [334, 667], [1333, 4666])],
)
def test_two_commitments_in_one_month_share_its_rounding(timing: Timing, lines: list[int], missing: list[int]) -> None:
    """A third of April at 10.00, under 50.00 a month; from the 11th on 10.01, under 80.00: 16.67 and 53.33 in all.

    The lines of April are one rounding group: 3.33, and 6.68 where 6.6733 alone would be 6.67. So 13.34 and 46.65 are
    missing, and not a cent more. Where the second is billed in advance it comes first, as 6.67, and the other is 3.34.
    """
    first, second = (
        attrs.evolve(
            catalog(plan("p", base(Decimal(amount), timing=when)), version=version),
            commitments=[Commitment(prices=["base"], amount=least)],
        )
        for version, amount, least, when in (("1", "10", 50, Timing.ARREARS), ("2", "10.01", 80, timing))
    )
    one = Shop.new(first, APRIL)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    change = one.at("2026-04-11T00:00:00Z")
    change.catalog.publish(attrs.evolve(second, effective=one.clock.now()))
    change.subscriptions.change("s", plan="p", when="now")
    one.at("2026-04-12T00:00:00Z").subscriptions.cancel("s", when="period_end")
    one.run("2026-05-01T00:00:00Z")

    found = [(line.price, line.minor) for each in one.documents() for line in each.document.lines]
    assert sorted(found) == [*(("base", n) for n in lines), *(("base:true-up", n) for n in missing)]
    sound(one.billing)
    laws.commitments_are_kept(one.billing)


def test_a_month_that_was_billed_ahead_commits_to_what_its_order_says() -> None:
    """A run ahead bills April at 10.004; then, from the 11th on, 10.01 in advance: of another commitment, on its date.

    Its 6.6733 came second, so it is 6.68 on paper and the 3.3347 that are left of April 3.33. By their dates they are
    6.67 and 3.34, which is what the commitment of 50.00 a month counts: 16.67 less 3.34 are missing, however it came.
    """
    ahead, behind = (
        Price(code="base", model=Flat(x), timing=t) for x, t in (("10.004", Timing.ARREARS), ("10.01", None))
    )
    first, second = (
        attrs.evolve(
            catalog(plan("p", price), version=version), commitments=[Commitment(prices=["base"], amount=least)]
        )
        for version, price, least in (("1", ahead, 50), ("2", behind, 80))
    )
    one = Shop.new(first, APRIL)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.at("2026-04-10T00:00:00Z").invoices.run(until="2026-05-01T00:00:00Z")
    change = one.at("2026-04-11T00:00:00Z")
    change.catalog.publish(attrs.evolve(second, effective=one.clock.now()))
    change.subscriptions.change("s", plan="p", when="now")
    one.at("2026-04-12T00:00:00Z").subscriptions.cancel("s", when="period_end")

    one.run("2026-06-01T00:00:00Z")

    assert one.rows() == [
        "INV-000002 04-11: base 6.68 | due 6.68",
        "INV-000001 05-01: base 10.00, base:true-up 40.00 | due 16.66",
        "CN-000001 05-01: base -6.67, base:true-up -26.67",
        "INV-000003 05-01: base:true-up 46.66 | due 46.66",
    ]
    sound(one.billing)
    laws.commitments_are_kept(one.billing)


def test_a_cap_within_a_month_shares_its_rounding() -> None:
    """As before, but from the 11th on usage is capped at 9.99 a month: its share is 6.66, which 6.663 seem to fit.

    Behind 3.333, billed as 3.33, they would be 6.67; so 6.657 are asked for.
    """
    unit = {"cadence": PriceCadence.USAGE, "meter": "gb"}
    first, second = (
        attrs.evolve(
            catalog(plan("p", base(PerUnit(amount), "gb", **unit)), version=version, meters=[Meter(code="gb")]),
            commitments=[Commitment(prices=["gb"], amount=0, cap=cap)],
        )
        for version, amount, cap in (("1", "1.111", 50), ("2", "0.50", "9.99"))
    )
    one = Shop.new(first, APRIL)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.use("1", "2026-04-05T00:00:00Z", 3)
    change = one.at("2026-04-11T00:00:00Z")
    change.catalog.publish(attrs.evolve(second, effective=one.clock.now()))
    change.subscriptions.change("s", plan="p", when="now")
    one.use("2", "2026-04-11T00:00:00Z", "13.326")
    one.run("2026-05-01T00:00:00Z")

    found = [(line.price, line.minor) for each in one.documents() for line in each.document.lines]
    assert sorted(found) == [("gb", 333), ("gb", 666)]
    assert one.documents()[-1].document.lines[-1].exact == Decimal("6.657")
    sound(one.billing)
    laws.commitments_are_kept(one.billing)


def test_usage_outside_any_plan_shares_the_rounding_of_its_code() -> None:
    """3 gigabytes at 1.111 before a plan meters them, and 6 at 1.112 within it: 3.333 and 6.672, 10.01 together.

    Both have one code, so April's lines are one group. Usage outside comes last in it, as 3.34: a commitment from the
    11th on covers 6.67, as if that stood alone.
    """
    unit = {"cadence": PriceCadence.USAGE, "meter": "gb"}
    offered = catalog(
        plan("flat", base(0)), plan("met", base(PerUnit("1.112"), "gb", **unit)), meters=[Meter(code="gb")]
    )
    outside = MeterPrice(meter="gb", price=base(PerUnit("1.111"), "gb", **unit))
    committed = Commitment(prices=["gb"], amount=30)
    one = Shop.new(attrs.evolve(offered, meter_prices=[outside], commitments=[committed]), APRIL)
    one.billing.subscriptions.create("acme", Selection(plan="flat"), id="s")
    one.use("1", "2026-04-05T00:00:00Z", 3)
    one.at("2026-04-11T00:00:00Z").subscriptions.change("s", plan="met", when="now")
    one.use("2", "2026-04-12T00:00:00Z", 6)
    one.run("2026-05-01T00:00:00Z")

    found = [(line.price, line.minor) for each in one.documents() for line in each.document.lines if line.minor]
    assert sorted(found) == [("gb", 334), ("gb", 667), ("gb:true-up", 1333)]
    sound(one.billing)
    laws.commitments_are_kept(one.billing)


def test_many_commitments_in_a_month_read_its_usage_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight catalogs in April, each with a price and a cap of its own: nine stretches, nine sums of usage."""
    unit = {"cadence": PriceCadence.USAGE, "meter": "gb"}

    def edition(n: int) -> Catalog:
        offered = catalog(
            plan("p", base(PerUnit(Decimal(1) + Decimal(n) / 1_000), "gb", **unit)),
            version=str(n),
            effective=f"2026-04-{n:02}T00:00:00Z",
            meters=[Meter(code="gb")],
        )
        return attrs.evolve(offered, commitments=[Commitment(prices=["gb"], amount=50 + n, cap=100 + n)])

    one = Shop.new(edition(1), APRIL)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    for day in range(2, 10):
        one.at(f"2026-04-{day:02}T00:00:00Z").catalog.publish(edition(day))
        one.billing.subscriptions.change("s", plan="p", when="now")
        one.use(str(day), f"2026-04-{day:02}T00:00:00Z", 3)
    reads: list[Period] = []
    read = Metered.__call__

    def counted(usage: Metered, who: Life, meter: str, window: Period) -> UsageTotal:
        reads.append(window)
        return read(usage, who, meter, window)

    monkeypatch.setattr(Metered, "__call__", counted)
    one.run("2026-05-01T00:00:00Z")
    assert len(reads) == len(set(reads)) == 9

    sound(one.billing)
    laws.commitments_are_kept(one.billing)
