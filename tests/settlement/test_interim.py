"""Usage that is billed before its period ends, worked by hand (docs/decisions/0006)."""

from __future__ import annotations

import attrs
import pytest

from billcore.kernel import DAY, InvalidValue
from billcore.lifecycle import UsageEvent
from billcore.pricing import (
    Addon,
    Coupon,
    CouponDuration,
    Dynamic,
    Graduated,
    Meter,
    Package,
    Percentage,
    PerUnit,
    Price,
    PriceCadence,
    PriceModel,
    Selection,
    TaxRate,
    Tier,
    Volume,
    Wrapped,
)
from tests.shop import Shop, base, catalog, plan

JUNE, TENTH, TWENTIETH, JULY = (f"2026-{day}T00:00:00Z" for day in ("06-01", "06-10", "06-20", "07-01"))
CHEAPER = [Tier(10, 1), Tier(None, "0.5")]


def usage(model: PriceModel, **more: object) -> Price:
    """A price of the meter gb that is billed before its period ends."""
    wrapped = Wrapped(model=model, interim=True, **more)  # type: ignore[arg-type]  # keywords of Wrapped
    return base(wrapped, "gb", cadence=PriceCadence.USAGE, meter="gb")


def had(price: Price, country: str | None = None) -> Shop:
    """``acme`` has the price since June began, and may buy ``other`` at 1.00 whenever a billing date is wanted."""
    sold = catalog(
        plan("gb", price),
        plan("dear", usage(PerUnit(2))),
        plan("other", base(1, "other")),
        addons=[Addon(code="more", price=base(0, "more"), quantity=5, meter="gb")],
        meters=[Meter(code="gb")],
        taxes=[
            TaxRate(code="old", country="CH", percent=10, to="2026-06-15"),
            TaxRate(code="new", country="CH", percent=20, from_="2026-06-15"),
        ],
    )
    shop = Shop.new(sold, JUNE, country=country)
    shop.billing.subscriptions.create("acme", Selection(plan="gb"), id="1")
    return shop


def boundary(shop: Shop, at: str) -> list[str]:
    """What is billed at an instant that another subscription makes a billing date."""
    shop.at(at).subscriptions.create("acme", Selection(plan="other", anchor="start"), id=f"at-{at}")
    return shop.run(at)


def test_the_usage_so_far_is_billed_at_each_billing_date() -> None:
    """12 GB by the 10th are 11.00 (10 at 1.00, 2 at 0.50), 15 by the 20th 1.50 more; the last bill takes the rest."""
    shop = had(usage(Graduated(CHEAPER)))
    shop.use("1", "2026-06-02T00:00:00Z", 12)
    first = boundary(shop, TENTH)
    shop.use("2", "2026-06-12T00:00:00Z", 3)
    second = boundary(shop, TWENTIETH)
    shop.use("3", "2026-06-25T00:00:00Z", 4)

    assert first == ["INV-000001 06-10: gb 11.00, other 1.00 | due 12.00"]
    assert second == ["INV-000002 06-20: gb 1.50, other 1.00 | due 2.50"]
    assert shop.run(JULY)[-1] == "INV-000003 07-01: gb 2.00 | due 2.00"
    lines = [one.document.lines[0] for one in shop.documents()]
    assert [(line.kind.value, line.reason, line.corrects) for line in lines] == [("charge", None, None)] * 3
    assert [(line.part.end.day, str(line.quantity)) for line in lines] == [(10, "12"), (20, "15"), (1, "19")]
    assert shop.billing.verify() == ()


def test_an_event_at_the_billing_date_belongs_to_the_next_bill() -> None:
    """The window is half open: what is used at the very instant is not yet billed."""
    shop = had(usage(PerUnit(1)))
    shop.use("1", TENTH, 4)

    assert boundary(shop, TENTH) == ["INV-000001 06-10: other 1.00 | due 1.00"]
    assert shop.run(JULY) == ["INV-000002 07-01: gb 4.00 | due 4.00"]


def test_a_minimum_comes_with_the_last_bill_alone() -> None:
    """3.00 by the 10th; a minimum of 10.00 and of 6 units waits for July: 7.00 more. Without usage, all of it."""
    shop = had(usage(PerUnit(1), minimum=10, minimum_quantity=6))
    shop.use("1", "2026-06-02T00:00:00Z", 3)

    assert boundary(shop, TENTH) == ["INV-000001 06-10: gb 3.00, other 1.00 | due 4.00"]
    assert shop.run(JULY) == ["INV-000002 07-01: gb 7.00 | due 7.00"]
    assert shop.run("2026-08-01T00:00:00Z")[-1] == "INV-000004 08-01: gb 10.00 | due 10.00"


def test_a_maximum_holds_for_all_that_was_used_so_far() -> None:
    """Of 8 and then 15 GB at most 10.00 is owed: 8.00, then 2.00, then nothing."""
    shop = had(usage(PerUnit(1), maximum=10))
    shop.use("1", "2026-06-02T00:00:00Z", 8)
    first = boundary(shop, TENTH)
    shop.use("2", "2026-06-12T00:00:00Z", 7)

    assert first == ["INV-000001 06-10: gb 8.00, other 1.00 | due 9.00"]
    assert boundary(shop, TWENTIETH) == ["INV-000002 06-20: gb 2.00, other 1.00 | due 3.00"]
    assert shop.run(JULY) == []


def test_what_is_included_is_whole_from_the_first_bill_on() -> None:
    """10 GB are free, and an addon's 5: of 12 none is owed by the 10th, of 20 in all 5.00 in July."""
    shop = had(usage(PerUnit(1), included=10))
    shop.billing.subscriptions.attach_addon("1", "more")
    shop.use("1", "2026-06-02T00:00:00Z", 12)
    boundary(shop, TENTH)
    shop.use("2", "2026-06-12T00:00:00Z", 8)

    assert [line.minor for line in shop.documents()[-1].document.lines if line.price == "gb"] == [0]
    assert shop.run(JULY)[-1] == "INV-000003 07-01: gb 5.00, more 0.00 | due 5.00"


def test_a_fall_waits_for_the_periods_end() -> None:
    """10 GB are 10.00; 12, all at 0.50, are 6.00: nothing on the 20th, a note of 4.00 in July that says why."""
    shop = had(usage(Volume(CHEAPER)))
    shop.use("1", "2026-06-02T00:00:00Z", 10)
    first = boundary(shop, TENTH)
    shop.use("2", "2026-06-12T00:00:00Z", 2)

    assert first == ["INV-000001 06-10: gb 10.00, other 1.00 | due 11.00"]
    assert boundary(shop, TWENTIETH) == ["INV-000002 06-20: other 1.00 | due 1.00"]
    assert shop.billing.verify() == ()
    assert shop.run(JULY) == ["CN-000001 07-01: gb -4.00"]
    (line,) = next(one.document.lines for one in shop.documents() if one.number == "CN-000001")
    assert line.reason == "interim"
    assert shop.billing.verify() == ()


def test_late_usage_joins_the_next_bill_and_is_late_behind_the_last() -> None:
    """Told on the 12th of the 5th it is on the 20th's bill; told in July of June it is an adjustment in August."""
    shop = had(usage(PerUnit(1)))
    shop.use("1", "2026-06-02T00:00:00Z", 3)
    boundary(shop, TENTH)
    shop.at("2026-06-12T00:00:00Z")
    shop.use("2", "2026-06-05T00:00:00Z", 2)

    assert boundary(shop, TWENTIETH) == ["INV-000002 06-20: gb 2.00, other 1.00 | due 3.00"]
    shop.run(JULY)
    shop.at("2026-07-02T00:00:00Z")
    shop.use("3", "2026-06-05T00:00:00Z", 1)
    assert "gb 1.00" in " ".join(shop.run("2026-08-01T00:00:00Z"))
    late = [line for one in shop.documents() for line in one.document.lines if line.price == "gb"][-1]
    assert (late.kind.value, late.reason) == ("adjustment", "late usage")
    assert shop.billing.verify() == ()


def test_a_correction_of_usage_waits_too() -> None:
    """-3 GB told of the 5th: what fell of the 10th's 8.00 comes back in July, not before."""
    shop = had(usage(PerUnit(1)))
    shop.use("1", "2026-06-02T00:00:00Z", 8)
    boundary(shop, TENTH)
    shop.at("2026-06-12T00:00:00Z")
    shop.use("2", "2026-06-05T00:00:00Z", -3)

    assert boundary(shop, TWENTIETH) == ["INV-000002 06-20: other 1.00 | due 1.00"]
    assert shop.run(JULY)[0] == "CN-000001 07-01: gb -3.00"


def test_a_void_bill_is_done_again() -> None:
    """The 20th's is void: its date is billed again, as it was; the 10th's, with a later one, joins the next bill."""
    shop = had(usage(PerUnit(1)))
    shop.use("1", "2026-06-02T00:00:00Z", 3)
    boundary(shop, TENTH)
    shop.use("2", "2026-06-12T00:00:00Z", 4)
    boundary(shop, TWENTIETH)
    shop.billing.invoices.void("INV-000002")

    assert shop.run("2026-06-20T00:00:01Z") == ["INV-000003 06-20: gb 4.00, other 1.00 | due 5.00"]
    shop.at("2026-06-20T12:00:00Z").invoices.void("INV-000001")
    assert shop.run("2026-06-21T00:00:00Z") == ["INV-000004 06-10: other 1.00 | due 1.00"]
    assert shop.billing.verify() == ()
    assert shop.run(JULY)[-1] == "INV-000005 07-01: gb 3.00 | due 3.00"
    assert shop.billing.verify() == ()


def test_the_end_of_a_subscription_is_its_last_bill() -> None:
    """Cancelled on the 20th: the minimum of 9.00 is owed then, 3.00 of it was billed."""
    shop = had(usage(PerUnit(1), minimum=9))
    shop.use("1", "2026-06-02T00:00:00Z", 3)
    boundary(shop, TENTH)
    shop.at(TWENTIETH).subscriptions.cancel("1", when="now")

    assert shop.run(TWENTIETH) == ["INV-000002 06-20: gb 6.00 | due 6.00"]


def test_a_price_that_is_replaced_stays_open_until_its_period_ends() -> None:
    """8 GB by the 10th are 8.00, replaced on the 16th at 2.00: each price has the usage of its own days."""
    shop = had(usage(PerUnit(1)))
    shop.use("1", "2026-06-02T00:00:00Z", 8)
    boundary(shop, TENTH)
    shop.use("2", "2026-06-12T00:00:00Z", 1)
    shop.at("2026-06-16T00:00:00Z").subscriptions.change("1", plan="dear", when="now")
    shop.use("3", "2026-06-17T00:00:00Z", 1)

    assert boundary(shop, TWENTIETH) == ["INV-000002 06-20: gb 1.00, gb 2.00, other 1.00 | due 4.00"]
    assert shop.run(JULY) == []
    assert shop.billing.verify() == ()


def test_each_bill_has_the_tax_of_its_date() -> None:
    """10 % until the 15th, 20 % then: 8.00 of the 10th at 10 %, the 4.00 more of the 20th at 20 %."""
    shop = had(usage(PerUnit(1)), country="CH")
    shop.use("1", "2026-06-02T00:00:00Z", 8)
    boundary(shop, TENTH)
    shop.use("2", "2026-06-12T00:00:00Z", 4)
    boundary(shop, TWENTIETH)

    rates = [str(line.rate.percent) for one in shop.documents() for line in one.document.lines if line.price == "gb"]
    assert rates == ["10", "20"]


def test_billing_now_makes_the_instant_a_billing_date() -> None:
    """On the 12th, asked for now, the 4 GB so far are billed; a price without ``interim`` waits as ever."""
    shop = had(usage(PerUnit(1)))
    shop.use("1", "2026-06-02T00:00:00Z", 4)
    shop.at("2026-06-12T00:00:00Z").invoices.run(customer="acme", now=True)

    assert shop.rows() == ["INV-000001 06-12: gb 4.00 | due 4.00"]
    shop.billing.invoices.run(customer="acme", now=True)
    assert len(shop.rows()) == 1
    plain = had(base(PerUnit(1), "gb", cadence=PriceCadence.USAGE, meter="gb"))
    plain.use("1", "2026-06-02T00:00:00Z", 4)
    plain.at("2026-06-12T00:00:00Z").invoices.run(customer="acme", now=True)
    assert plain.rows() == []


def test_a_bill_of_what_costs_nothing_so_far_waits() -> None:
    """4 of 10 free GB: no document on the 5th; 12 by the 12th are 2.00; 0.004 on the 13th is told as 0.00."""
    shop = had(usage(PerUnit(1), included=10))
    shop.use("1", "2026-06-02T00:00:00Z", 4)
    report = shop.at("2026-06-05T00:00:00Z").invoices.run(customer="acme", now=True)
    assert (report.invoices, shop.rows()) == (0, [])
    shop.use("2", "2026-06-11T00:00:00Z", 8)
    shop.at("2026-06-12T00:00:00Z").invoices.run(customer="acme", now=True)
    shop.use("3", "2026-06-12T12:00:00Z", "0.004")
    shop.at("2026-06-13T00:00:00Z").invoices.run(customer="acme", now=True)
    shop.use("4", "2026-06-14T00:00:00Z", "0.001")

    assert shop.run(JULY) == ["INV-000003 07-01: gb 0.01 | due 0.01"]
    assert shop.documents()[0].document.lines[0].minor == 200
    assert shop.billing.verify() == ()


def test_the_last_bill_of_a_period_is_issued_at_zero() -> None:
    """What is over is told, as ever: 4 of 10 free GB in June cost 0.00."""
    shop = had(usage(PerUnit(1), included=10))
    shop.use("1", "2026-06-02T00:00:00Z", 4)
    shop.at("2026-06-05T00:00:00Z").invoices.run(customer="acme", now=True)

    assert shop.run(JULY) == ["INV-000001 07-01: gb 0.00"]


def test_a_percentage_off_holds_for_every_bill() -> None:
    """25 % off: 8.00 less 2.00, then 4.00 less 1.00; when 13 GB cost 6.50, notes leave 6.50 less 1.63."""
    sold = catalog(
        plan("gb", usage(Volume([Tier(12, 1), Tier(None, "0.5")]))),
        plan("other", base(1, "other")),
        meters=[Meter(code="gb")],
    )
    off = Coupon(code="off", percent=25, applies_to=["gb"], duration=CouponDuration.FOREVER)
    shop = Shop.new(attrs.evolve(sold, coupons=[off]), JUNE)
    shop.billing.subscriptions.create("acme", Selection(plan="gb", coupon="off"), id="1")
    shop.use("1", "2026-06-02T00:00:00Z", 8)
    first = boundary(shop, TENTH)
    shop.use("2", "2026-06-12T00:00:00Z", 4)
    second = boundary(shop, TWENTIETH)
    shop.use("3", "2026-06-22T00:00:00Z", 1)

    assert first == ["INV-000001 06-10: gb 8.00, gb -2.00, other 1.00 | due 7.00"]
    assert second == ["INV-000002 06-20: gb 4.00, gb -1.00, other 1.00 | due 4.00"]
    assert [one.document.net for one in shop.documents()] == [700, 400]
    shop.run(JULY)
    gb = [line.minor for one in shop.documents() for line in one.document.lines if line.price == "gb"]
    assert sum(gb) == 650 - 163
    assert shop.billing.verify() == ()


@pytest.mark.parametrize(
    ("model", "more", "bills"),
    [
        (Package(10, 5), {}, ["5.00", "5.00", "0"]),
        (Percentage(10, fixed_amount=1), {}, ["1.40", "2.10", "1.40"]),
        (Dynamic("0.5"), {}, ["2.00", "5.50", "2.00"]),
        (PerUnit(1), {"per_window": DAY, "included": 3}, ["1.00", "8.00", "1.00"]),
        (PerUnit(1), {"unit_divisor": 10}, ["0.40", "1.10", "0.40"]),
    ],
)
def test_models_of_every_kind(model: PriceModel, more: dict[str, object], bills: list[str]) -> None:
    """4 GB, then 11, then 4: what each bill adds is what all so far costs, less what was billed."""
    shop = had(usage(model, **more))
    for n, (day, value) in enumerate((("02", 4), ("12", 11), ("22", 4))):
        shop.use(str(n), f"2026-06-{day}T00:00:00Z", value)
    boundary(shop, TENTH)
    boundary(shop, TWENTIETH)
    shop.run(JULY)

    asked = [str(line.exact) for one in shop.documents() for line in one.document.lines if line.price == "gb"]
    assert [float(text) for text in asked] == [float(text) for text in bills if float(text)]


def test_an_interim_line_explains_itself() -> None:
    """The second bill: what 15 GB cost by the 20th, less what the 10th's invoice billed."""
    shop = had(usage(PerUnit(1), minimum=100))
    shop.use("1", "2026-06-02T00:00:00Z", 12)
    boundary(shop, TENTH)
    shop.use("2", "2026-06-12T00:00:00Z", 3)
    boundary(shop, TWENTIETH)

    tree = shop.billing.invoices.explain("INV-000002", 1)
    asked, before = tree.find("asked by the facts"), tree.find("billed on")
    assert asked is not None
    assert before is not None
    assert (str(asked.value), str(before.value), str(tree.value)) == ("15", "12", "3.00")
    assert before.about["document"] == "INV-000001"


def test_a_preview_shows_an_interim_bill() -> None:
    """The preview at a billing date is the bill of that date."""
    shop = had(usage(PerUnit(1)))
    shop.use("1", "2026-06-02T00:00:00Z", 12)
    shop.at(TENTH).subscriptions.create("acme", Selection(plan="other"), id="2")

    (shown,) = shop.billing.invoices.preview("acme", until=TENTH)
    assert [line.minor for line in shown.document.lines if line.price == "gb"] == [1200]


def test_only_usage_is_billed_before_its_period_ends() -> None:
    """A recurring price with ``interim`` is refused at its place."""
    with pytest.raises(InvalidValue, match=r"model\.interim: only usage"):
        Price(code="base", model=Wrapped(model=PerUnit(1), interim=True))


def test_the_place_of_an_event_does_not_matter() -> None:
    """An event that names the subscription counts as one that names none."""
    shop = had(usage(PerUnit(1)))
    event = UsageEvent(id="1", source="t", customer="acme", subscription="1", meter="gb", time="2026-06-02T00:00:00Z")
    shop.billing.usage.record([event])

    assert boundary(shop, TENTH) == ["INV-000001 06-10: gb 1.00, other 1.00 | due 2.00"]
