"""Facts recorded late, and facts recorded for later: which document tells of them, worked by hand."""

from __future__ import annotations

from billcore.pricing import Meter, PerUnit, PriceCadence, Selection, Timing
from tests.shop import Shop, base, catalog, plan

JUNE, JULY, AUGUST = "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"
GB = Meter(code="gb")
SOLD = catalog(
    plan("s", base(30)),
    plan("l", base(60)),
    plan("seats", base(PerUnit(30))),
    plan("late", base(PerUnit(30), timing=Timing.ARREARS)),
)


def had(code: str, *, quantity: int = 1) -> Shop:
    """``acme`` has a plan since 1 June, billed and paid then."""
    shop = Shop.new(SOLD, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan=code, quantity=quantity), id="vm")
    shop.paid_run(JUNE)
    return shop


def test_a_late_new_key_in_advance_keeps_its_own_billing_date() -> None:
    """Recorded on 20 July for 11 June: 60.00 for 20 of 30 days is 40.00 on 11 June; what falls waits for 1 August.

    Of June's 30.00 20.00 comes back, and all of July's 30.00: 50.00, which pay of August all but 10.00.
    """
    shop = had("s")
    shop.paid_run(JULY)
    shop.at("2026-07-20T00:00:00Z").subscriptions.change("vm", plan="l", at="2026-06-11T00:00:00Z")

    assert shop.run("2026-07-20T00:00:00Z") == [
        "INV-000003 06-11: base 40.00 | due 40.00",
        "INV-000004 07-01: base 60.00 | due 60.00",
    ]
    august = shop.run(AUGUST)
    assert august == [
        "CN-000001 08-01: base -30.00",
        "CN-000002 08-01: base -20.00",
        "INV-000005 08-01: base 60.00 | due 10.00",
    ]


def test_the_next_sequence_of_a_billing_date_that_had_a_document() -> None:
    """A second subscription told late for 1 June becomes a second document of 1 June, with the next sequence."""
    shop = had("s")
    shop.at("2026-06-05T00:00:00Z").subscriptions.create("acme", Selection(plan="l"), at=JUNE, id="more")

    assert shop.run("2026-06-05T00:00:00Z") == ["INV-000002 06-01: base 60.00 | due 60.00"]
    assert [one.document.sequence for one in shop.documents()] == [0, 1]


def test_a_late_new_key_in_arrears_waits_for_the_next_billing_date() -> None:
    """Told on 20 July to have been had since 16 June: June's half of 30.00 comes on 1 August, beside July's 30.00."""
    shop = had("s")
    shop.paid_run(JULY)
    shop.at("2026-07-20T00:00:00Z").subscriptions.create(
        "acme", Selection(plan="late"), at="2026-06-16T00:00:00Z", id="z"
    )

    assert shop.run("2026-07-20T00:00:00Z") == []
    assert shop.run(AUGUST) == ["INV-000003 08-01: base 30.00, base 15.00, base 30.00 | due 75.00"]


def test_a_key_is_not_compared_at_a_date_before_its_latest_line() -> None:
    """A voided 1 June done again on 5 July leaves July's key alone: it was billed on 1 July, a later date.

    Seats went from 1 to 2 on 16 June: July's invoice has 15.00 more for June, and 60.00. June's is voided; then, told
    late, it were 3 seats since 21 June. The 15.00 of 1 July are the latest line of June's key, so nothing is done on
    1 June again, and all waits for 1 August: June is 30.00 for the first seat, 15.00 for the second since the 16th,
    10.00 for the third since the 21st, less the 15.00 that stand: 40.00. July is 90.00 less 60.00, August 90.00.
    """
    shop = Shop.new(SOLD, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="seats"), id="vm")
    shop.run(JUNE)
    shop.at("2026-06-16T00:00:00Z").subscriptions.change("vm", quantity=2)
    assert shop.run(JULY) == ["INV-000002 07-01: base 15.00, base 60.00 | due 75.00"]
    shop.at("2026-07-05T00:00:00Z").invoices.void("INV-000001")
    shop.billing.subscriptions.change("vm", quantity=3, at="2026-06-21T00:00:00Z")

    assert shop.run("2026-07-05T00:00:00Z") == []
    assert shop.run(AUGUST) == ["INV-000003 08-01: base 40.00, base 30.00, base 90.00 | due 160.00"]


def test_the_last_difference_of_an_ended_customer() -> None:
    """Ended on 1 July; usage told on 9 August makes a document with the next sequence of 1 July, its latest date."""
    metered = catalog(plan("m", base(10), base(PerUnit(2), "gb", cadence=PriceCadence.USAGE, meter="gb")), meters=[GB])
    shop = Shop.new(metered, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="m"), id="vm")
    shop.use("1", "2026-06-02T00:00:00Z", 3)
    shop.run(JUNE)
    shop.at("2026-06-20T00:00:00Z").subscriptions.cancel("vm")
    assert shop.run(JULY) == ["INV-000002 07-01: gb 6.00 | due 6.00"]
    shop.at("2026-08-09T00:00:00Z")
    shop.use("2", "2026-06-30T00:00:00Z", 1)

    assert shop.run("2026-08-09T00:00:00Z") == ["INV-000003 07-01: gb 2.00 | due 2.00"]
    last = shop.documents()[-1].document
    assert (last.sequence, last.lines[0].reason) == (1, "late usage")


def test_facts_recorded_for_after_the_billing_date_do_not_count_yet() -> None:
    """On 1 June a change for 16 June is known: 1 June still bills the whole 30.00, and 16 June tells of the change."""
    shop = Shop.new(SOLD, "2026-05-20T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="s"), at=JUNE, id="vm")
    shop.billing.subscriptions.change("vm", plan="l", at="2026-06-16T00:00:00Z")

    assert shop.run(JUNE) == ["INV-000001 06-01: base 30.00 | due 30.00"]
    assert shop.run("2026-06-30T00:00:00Z") == [
        "CN-000001 06-16: base -15.00",
        "INV-000002 06-16: base 30.00 | due 30.00",
    ]


def test_a_fall_over_several_lines_goes_last_first() -> None:
    """June was 30.00, then 15.00 more (a seat since the 16th): given back from the 11th, 15.00 and then 20.00 fall.

    30 days of one seat and 15 of a second are 45.00. Ended on 11 June, 10.00 of it is left: 35.00 falls, the later
    line (15.00) first, each part naming its line.
    """
    shop = Shop.new(SOLD, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="seats"), id="vm")
    shop.paid_run(JUNE)
    shop.at("2026-06-16T00:00:00Z").subscriptions.change("vm", quantity=2)
    shop.paid_run(JULY)
    shop.at("2026-07-02T00:00:00Z").subscriptions.cancel(
        "vm", when="now", unused="give_back", at="2026-06-11T00:00:00Z"
    )

    made = shop.run("2026-08-09T00:00:00Z")

    # 2 July ends the story: no billing date will come, so 1 July, the latest, tells of July's 60.00 and June's 35.00.
    assert made == ["CN-000001 07-01: base -60.00, base -15.00", "CN-000002 07-01: base -20.00"]
    first, second = shop.documents()[0].document, shop.documents()[1].document
    falls = [line for one in shop.documents()[2:] for line in one.document.lines]
    assert {line.corrects for line in falls} == {first.lines[0].id, *(line.id for line in second.lines)}
    assert {line.reason for line in falls} == {"backdated change"}


def test_why_usage_moved() -> None:
    """10 GB at 1.00; then 2 GB told late; then a plan of 2.00 since 16 June, told in July: each is named."""
    offered = catalog(
        *(
            plan(code, base(20), base(PerUnit(rate), "gb", cadence=PriceCadence.USAGE, meter="gb"))
            for code, rate in (("met", 1), ("dear", 2))
        ),
        meters=[Meter(code="gb")],
    )
    shop = Shop.new(offered, JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="met"), id="vm")
    shop.use("1", "2026-06-20T00:00:00Z", 10)
    shop.run(JULY)
    shop.at("2026-07-05T00:00:00Z")
    shop.use("2", "2026-06-21T00:00:00Z", 2)
    shop.billing.invoices.run(customer="acme", now=True)
    shop.at("2026-07-20T00:00:00Z").subscriptions.change("vm", plan="dear", when="now", at="2026-06-16T00:00:00Z")
    shop.run(AUGUST)

    moved = [(line.price, line.minor, line.reason) for one in shop.documents() for line in one.document.lines]
    assert [row for row in moved if row[0] == "gb" and row[2]] == [
        ("gb", 200, "late usage"),
        ("gb", -200, "backdated change"),
        ("gb", -1000, "backdated change"),
    ]
    assert shop.billing.verify() == ()


def test_late_usage_after_a_change_is_late_usage() -> None:
    """The change of 16 June was billed with June; what comes in July is usage told late, and no change."""
    gb = base(PerUnit(1), "gb", cadence=PriceCadence.USAGE, meter="gb")
    shop = Shop.new(catalog(plan("met", base(PerUnit(20)), gb), meters=[Meter(code="gb")]), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="met"), id="vm")
    shop.at("2026-06-16T00:00:00Z").subscriptions.change("vm", quantity=2, when="now")
    shop.use("1", "2026-06-20T00:00:00Z", 10)
    shop.run(JULY)
    shop.at("2026-07-05T00:00:00Z")
    shop.use("2", "2026-06-21T00:00:00Z", -3)
    shop.run(AUGUST)

    moved = [(line.price, line.minor, line.reason) for one in shop.documents() for line in one.document.lines]
    assert [row for row in moved if row[0] == "gb" and row[2]] == [("gb", -300, "late usage")]
