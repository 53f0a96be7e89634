"""Periods through the handle, worked by hand: stubs, month ends, DST, zones that move, other systems."""

from __future__ import annotations

import pytest

from billcore.kernel import DayAnchor, instant
from billcore.lifecycle import Opening
from billcore.pricing import Price, PriceCadence, Proration, Selection, Timing, quote
from billcore.settlement import DocumentKind
from tests.pricing.examples import studio
from tests.shop import Shop, base, catalog, plan

VM = plan("vm", base("30.00", timing=Timing.ARREARS))


def test_a_partial_first_month_without_the_start_day() -> None:
    """R0-10: 15.00 from 12 February 2020, the start day excluded: 17 of 29 days are 8.7931, so 8.79."""
    price = base("15.00", timing=Timing.ARREARS, proration=Proration.DAY_AFTER)
    shop = Shop.new(catalog(plan("vm", price)), "2020-02-12T09:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="vm"), id="vm")

    assert shop.run("2020-03-01T00:00:00Z") == ["INV-000001 03-01: base 8.79 | due 8.79"]


@pytest.mark.parametrize(
    ("timezone", "proration", "start", "end", "amount"),
    [
        ("Africa/Cairo", Proration.SECOND, "2024-03-10T22:00:00Z", "2024-03-31T22:00:00Z", "20.32"),
        ("Africa/Cairo", Proration.SECOND, "2024-01-31T22:00:00Z", "2024-02-29T22:00:00Z", "30.00"),
        ("Europe/Berlin", Proration.HOUR, "2024-03-10T23:00:00Z", "2024-03-31T22:00:00Z", "20.31"),
        ("Europe/Berlin", Proration.DAY, "2024-03-10T23:00:00Z", "2024-03-31T22:00:00Z", "20.32"),
    ],
)
def test_a_month_costs_the_time_used_of_it(
    timezone: str, proration: Proration, start: str, end: str, amount: str
) -> None:
    """R2-13, B-03: 30.00 from 11 March: 21 of 31 days (504 of 744 h) are 20.32; of a month of 743 h 503 are 20.31."""
    price = base("30.00", timing=Timing.ARREARS, proration=proration)
    shop = Shop.new(catalog(plan("vm", price)), start, timezone=timezone)
    shop.billing.subscriptions.create("acme", Selection(plan="vm"), id="vm")

    assert [row.partition(": ")[2] for row in shop.run(end)] == [f"base {amount} | due {amount}"]


def test_a_machine_of_last_year_costs_a_whole_month() -> None:
    """B-01: a VM had since 5 November 2023 costs the full price in March 2024, its month being [1st, next 1st)."""
    shop = Shop.new(catalog(VM), "2023-11-05T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="vm"), id="vm")
    shop.run("2024-03-01T00:00:00Z")

    assert shop.run("2024-04-01T00:00:00Z") == ["INV-000005 04-01: base 30.00 | due 30.00"]


def test_a_stopped_machine_is_billed_for_its_part() -> None:
    """R2-12: a VM all month is 30.00; one that ended on the 15th, 14 of 30 days, is 14.00, billed at its end."""
    shop = Shop.new(catalog(VM), "2026-06-01T00:00:00Z")
    for name in ("1", "2"):
        shop.billing.subscriptions.create("acme", Selection(plan="vm"), id=name)
    shop.at("2026-06-15T00:00:00Z").subscriptions.cancel("2", when="now")

    assert shop.run("2026-07-01T00:00:00Z") == [
        "INV-000001 06-15: base 14.00 | due 14.00",
        "INV-000002 07-01: base 30.00 | due 30.00",
    ]


def studio_shop(at: str) -> Shop:
    """Arcadia's Studio with its storage addon, from an instant on."""
    shop = Shop.new(studio(), at)
    shop.billing.subscriptions.create("acme", Selection(plan="studio", addons=["storage_50gb"]), id="studio")
    return shop


def test_studio_from_the_20th_is_its_quote() -> None:
    """R3-13, R3-24, B-37, H-09: 12 of 31 days of 50.00 and 7.50 are 19.35 and 2.90, together 22.25, as quoted.

    In June 57.50; 1,500,000 tokens are 500 thousand over, at 0.01: 5.00; 200 GB are 50 over 100 + 50: 1.00; 63.50.
    """
    start = "2026-05-20T00:00:00Z"
    shop = studio_shop(start)
    shop.use("1", "2026-05-21T00:00:00Z", 1_500_000, meter="tokens")
    shop.use("2", "2026-05-21T00:00:00Z", 200)
    offer = quote(studio(), Selection(plan="studio", addons=["storage_50gb"], starts_on=start), shop.clock.now())

    assert shop.run(start) == ["INV-000001 05-20: studio 19.35, storage_50gb 2.90 | due 22.25"]
    assert shop.documents()[0].total == offer.first_invoice.total
    assert shop.run("2026-06-01T00:00:00Z") == [
        "INV-000002 06-01: studio 50.00, llm 5.00, spaces 1.00, storage_50gb 7.50 | due 63.50"
    ]
    assert shop.documents()[1].total.amount == offer.recurring.total.amount + 6


def test_a_month_is_billed_once() -> None:
    """R3-18, H-10: one invoice a tenant and period, whenever and however often the run is made."""
    shop = studio_shop("2026-06-01T00:00:00Z")

    assert shop.run("2026-06-03T12:00:00Z") == ["INV-000001 06-01: studio 50.00, storage_50gb 7.50 | due 57.50"]
    assert shop.run("2026-06-20T00:00:00Z") == []


def test_the_31st_comes_back() -> None:
    """Anchored on the 31st: 31 January, 28 February, 31 March, 30 April."""
    shop = Shop.new(catalog(plan("vm", base(30))), "2026-01-31T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="vm", anchor=DayAnchor(31)), id="vm")
    shop.run("2026-05-01T00:00:00Z")

    assert [row[11:16] for row in shop.rows()] == ["01-31", "02-28", "03-31", "04-30"]


def test_a_month_across_a_dst_change_is_one_month() -> None:
    """March in Zurich is an hour shorter and costs 30.00; its first half ends at local midnight, 359 of 743 hours in.

    15 days and no hour lost yet are 360 hours: 360 / 743 x 30.00 = 14.5357; the rest 15.4643; with 60.00 30.9287.
    """
    shop = Shop.new(catalog(plan("s", base(30)), plan("l", base(60))), "2026-02-28T23:00:00Z", timezone="Europe/Zurich")
    shop.billing.subscriptions.create("acme", Selection(plan="s"), id="vm")
    shop.run("2026-02-28T23:00:00Z")
    shop.at("2026-03-15T23:00:00Z").subscriptions.change("vm", plan="l")
    shop.run("2026-03-31T22:00:00Z")

    assert shop.rows() == [
        "INV-000001 03-01: base 30.00 | due 14.54",
        "CN-000001 03-16: base -15.46",
        "INV-000002 03-16: base 30.92 | due 30.92",
        "INV-000003 04-01: base 60.00 | due 60.00",
    ]


def test_a_moved_customer_keeps_the_running_period() -> None:
    """Moved from Zurich to New York on 16 June: June ends at Zurich's midnight, July at New York's; no gap between."""
    shop = Shop.new(catalog(plan("vm", base(30))), "2026-05-31T22:00:00Z", timezone="Europe/Zurich")
    shop.billing.subscriptions.create("acme", Selection(plan="vm"), id="vm")
    shop.run("2026-05-31T22:00:00Z")
    shop.at("2026-06-16T00:00:00Z").customers.update("acme", timezone="America/New_York")
    shop.run("2026-09-01T12:00:00Z")

    parts = [one.document.lines[0].part for one in shop.documents()]
    assert [str(part.end) for part in parts[:3]] == [
        "2026-06-30 22:00:00+00:00",
        "2026-08-01 04:00:00+00:00",
        "2026-09-01 04:00:00+00:00",
    ]
    assert [part.start for part in parts[1:]] == [part.end for part in parts[:-1]]
    assert {one.document.total for one in shop.documents()} == {3000}


def test_a_zone_written_down_late_holds_through_later_changes() -> None:
    """Told on 20 June of a move on 10 June: the country told of on the 15th stays, and is in the new zone."""
    shop = Shop.new(catalog(plan("vm", base(30))), "2026-06-01T00:00:00Z")
    shop.at("2026-06-15T00:00:00Z").customers.update("acme", country="US")
    moved = shop.at("2026-06-20T00:00:00Z").customers.update(
        "acme", timezone="America/New_York", at="2026-06-10T00:00:00Z"
    )

    points = [(str(at)[8:10], one.timezone, one.country) for at, one in moved.profiles.points]
    assert points == [
        ("01", "UTC", None),
        ("10", "America/New_York", None),
        ("15", "America/New_York", "US"),
    ]


def test_what_was_known_of_a_profile_once_can_still_be_told() -> None:
    """On 15 June: US from then on; on the 20th: New York from the 10th; on the 25th: Tokyo instead."""
    shop = Shop.new(catalog(plan("vm", base(30))), "2026-06-01T00:00:00Z")
    shop.at("2026-06-15T00:00:00Z").customers.update("acme", country="US")
    shop.at("2026-06-20T00:00:00Z").customers.update("acme", timezone="America/New_York", at="2026-06-10T00:00:00Z")
    shop.at("2026-06-25T00:00:00Z").customers.update("acme", timezone="Asia/Tokyo", at="2026-06-10T00:00:00Z")
    acme = shop.billing.customers.get("acme")

    def known(until: str, recorded: str) -> list[tuple[str, str, str | None]]:
        found = acme.known(instant(f"2026-{until}T00:00:00Z"), instant(f"2026-{recorded}T00:00:00Z"))
        return [(str(at)[8:10], one.timezone, one.country) for at, one in found.profiles.points]

    assert known("06-30", "06-14") == [("01", "UTC", None)]
    assert known("06-30", "06-19") == [("01", "UTC", None), ("15", "UTC", "US")]
    new_york = [("10", "America/New_York", None), ("15", "America/New_York", "US")]
    assert known("06-30", "06-20") == [("01", "UTC", None), *new_york]
    assert known("06-12", "06-24") == [("01", "UTC", None), new_york[0]]
    assert known("06-30", "06-25") == [("01", "UTC", None), ("10", "Asia/Tokyo", None), ("15", "Asia/Tokyo", "US")]
    assert known("06-30", "05-01") == [("01", "UTC", None)], "the first one written was always known"
    assert acme.known(recorded=instant("2026-06-25T00:00:00Z")) == acme


def test_nothing_before_billed_until_is_billed() -> None:
    """From another system that billed until 16 June: the rest of June is 15.00 of 30.00, July whole."""
    shop = Shop.new(catalog(plan("vm", base(30))), "2026-06-10T00:00:00Z", billed_until="2026-06-16T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="vm"), at="2026-03-01T00:00:00Z", id="vm")

    assert shop.run("2026-07-01T00:00:00Z") == [
        "INV-000001 06-16: base 15.00 | due 15.00",
        "INV-000002 07-01: base 30.00 | due 30.00",
    ]


def test_opening_balances_come_along() -> None:
    """Owing 12.50 and holding 5.00 of balance and 3.00 of voucher: a document of kind opening that payments settle."""
    opening = Opening(receivable="12.50", balance=5, voucher_credit=3)
    shop = Shop.new(catalog(plan("vm", base(30))), "2026-06-10T00:00:00Z", opening=opening)
    owed = shop.documents()[0]
    assert (owed.document.kind, owed.open) == (DocumentKind.OPENING, 1250)

    shop.billing.balances.top_up("acme", "4.50", "bank")

    standing = shop.billing.customers.standing("acme")
    assert [str(amount) for amount in (standing.receivable, standing.balance, standing.voucher_credit)] == [
        "0.00 CHF",
        "0.00 CHF",
        "0.00 CHF",
    ]
    assert shop.documents()[0].status.value == "paid"


def test_a_price_paid_once_stays_paid() -> None:
    """A setup fee of 5.00 is charged at the order, and falls neither on a change nor on a cancellation."""
    fee = Price(code="setup", model=base(5).model, cadence=PriceCadence.ONCE)
    shop = Shop.new(catalog(plan("s", base(30), fee), plan("l", base(60))), "2026-06-01T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="s"), id="vm")
    assert shop.run("2026-06-01T00:00:00Z") == ["INV-000001 06-01: base 30.00, setup 5.00 | due 35.00"]
    shop.at("2026-06-16T00:00:00Z").subscriptions.change("vm", plan="l")
    shop.at("2026-06-21T00:00:00Z").subscriptions.cancel("vm", when="now", unused="give_back")

    made = shop.run("2026-07-01T00:00:00Z")

    assert "setup" not in " ".join(made)
    assert made == [
        "CN-000001 06-16: base -15.00",
        "INV-000002 06-16: base 30.00 | due 10.00",
        "CN-000002 06-21: base -20.00",
    ]
