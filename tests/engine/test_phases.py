"""Phases of a plan through the handle, worked by hand: introductory prices, ramps, and what changes do to them."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.adapters.results import quote_to
from billcore.adapters.serialization import catalog_from
from billcore.kernel import HOUR, ONE, QUARTER, Interval, InvalidInstant, InvalidValue, instant, rfc3339
from billcore.pricing import (
    Catalog,
    Coupon,
    CouponDuration,
    PerUnit,
    Phase,
    Plan,
    PlanVersion,
    Selection,
    archive,
    unarchive,
)
from tests.shop import Shop, base, catalog, plan

JANUARY = "2026-01-01T00:00:00Z"
MONTHS = [f"2026-{month:02}-01T00:00:00Z" for month in range(1, 13)]


def ramp(*steps: tuple[int, int], then: int, code: str = "ramp") -> Plan:
    """A plan of so many months at each price a unit, and then another."""
    phases = [
        Phase(code=f"step-{n}", length=Interval(months=months), prices=[base(PerUnit(price))])
        for n, (months, price) in enumerate(steps)
    ]
    return Plan(code=code, versions=[PlanVersion(version=1, prices=[base(PerUnit(then))], phases=phases)])


def had(*plans: Plan, quantity: int = 1, at: str = JANUARY) -> Shop:
    """``acme`` has the plan ``ramp`` since an instant."""
    shop = Shop.new(catalog(*plans), at)
    shop.billing.subscriptions.create("acme", Selection(plan="ramp", quantity=quantity), id="s")
    return shop


def billed(shop: Shop, *dates: str) -> list[str]:
    """What runs at these dates print."""
    return [line for date in dates for line in shop.run(date)]


def test_an_introductory_price_ends_by_itself() -> None:
    """Three months at 5.00, then 10.00; nobody has to remember."""
    shop = had(ramp((3, 5), then=10))

    assert billed(shop, *MONTHS[:5]) == [
        "INV-000001 01-01: base 5.00 | due 5.00",
        "INV-000002 02-01: base 5.00 | due 5.00",
        "INV-000003 03-01: base 5.00 | due 5.00",
        "INV-000004 04-01: base 10.00 | due 10.00",
        "INV-000005 05-01: base 10.00 | due 10.00",
    ]
    assert shop.billing.verify() == ()


def test_a_phase_that_ends_inside_a_period_is_prorated() -> None:
    """A month at 28.00 from 15 February ends on 15 March: 14 days of 28 in February, 17 of 31 in March at 31.00."""
    shop = had(ramp((1, 28), then=31), at="2026-02-15T00:00:00Z")

    assert billed(shop, "2026-02-15T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-15T00:00:00Z") == [
        "INV-000001 02-15: base 14.00 | due 14.00",
        "INV-000002 03-01: base 28.00 | due 28.00",
        "CN-000001 03-15: base -15.35",
        "INV-000003 03-15: base 17.00 | due 17.00",
    ]


def test_the_price_of_a_later_phase_is_bought_on_the_first_day() -> None:
    """A new catalog asks 99.00; who bought the ramp at 5.00 and 10.00 pays 10.00 in its second phase (R3-09)."""
    shop = had(ramp((1, 5), then=10))
    other = attrs.evolve(catalog(ramp((1, 98), then=99), version="2"), effective="2026-01-02T00:00:00Z")
    shop.at("2026-01-02T00:00:00Z")
    shop.billing.catalog.publish(other)

    assert billed(shop, *MONTHS[:2]) == [
        "INV-000001 01-01: base 5.00 | due 5.00",
        "INV-000002 02-01: base 10.00 | due 10.00",
    ]


def test_a_change_of_quantity_reaches_later_phases() -> None:
    """Two units in the first phase, three from February on: three at 10.00 in the second phase."""
    shop = had(ramp((2, 5), then=10), quantity=2)
    assert billed(shop, MONTHS[0]) == ["INV-000001 01-01: base 10.00 | due 10.00"]
    shop.at(MONTHS[1])
    shop.billing.subscriptions.change("s", quantity=3, when="now")

    assert billed(shop, *MONTHS[1:3]) == [
        "INV-000002 02-01: base 15.00 | due 15.00",
        "INV-000003 03-01: base 30.00 | due 30.00",
    ]


def test_what_a_selection_is_configured_with_stays_over_phases() -> None:
    """A configuration is changed in the first phase; the second still has it, and is not begun anew."""
    shop = had(ramp((2, 5), then=10))
    shop.billing.subscriptions.change(
        "s", selection=Selection(plan="ramp", configuration={"host": "b"}), when="now", at="2026-01-20T00:00:00Z"
    )

    assert [line[-5:] for line in billed(shop, *MONTHS[:4])] == [" 5.00", " 5.00", "10.00", "10.00"]
    orders = shop.billing.subscriptions.get("s").facts
    assert {str(dict(order.selection.configuration)) for order in orders[2:]} == {"{'host': 'b'}"}  # type: ignore[union-attr]  # all are orders


def test_a_change_of_plan_ends_the_ramp_and_begins_that_of_the_new_plan() -> None:
    """From a ramp to another on 1 February: its month at 7.00, then 8.00; nothing of 10.00 comes."""
    shop = had(ramp((3, 5), then=10), ramp((1, 7), then=8, code="other"), plan("flat", base(20)))
    billed(shop, MONTHS[0])
    shop.at(MONTHS[1])
    shop.billing.subscriptions.change("s", plan="other", when="now")

    assert [line[-4:] for line in billed(shop, *MONTHS[1:5])] == ["7.00", "8.00", "8.00", "8.00"]
    shop.billing.subscriptions.change("s", plan="flat", when="now", at=MONTHS[5])
    assert [line[-5:] for line in billed(shop, *MONTHS[5:8])] == ["20.00"] * 3


def test_a_cancelled_ramp_goes_no_further() -> None:
    """Cancelled in the first phase for the period's end: the second never comes."""
    shop = had(ramp((1, 5), then=10))
    shop.billing.subscriptions.cancel("s")

    assert billed(shop, *MONTHS[:4]) == ["INV-000001 01-01: base 5.00 | due 5.00"]


def test_months_are_counted_from_the_start() -> None:
    """Three phases of a month from 31 January begin on 28 February, 31 March and 30 April, at local midnight."""
    shop = had(ramp((1, 1), (1, 2), (1, 3), then=4), at="2026-01-31T00:00:00Z")

    starts = [fact.at.isoformat()[:10] for fact in shop.billing.subscriptions.get("s").facts]
    assert starts == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 50)), min_size=1, max_size=3), st.integers(0, 50))
def test_a_ramp_bills_what_changes_of_plan_at_its_steps_do(steps: list[tuple[int, int]], then: int) -> None:
    """Law: phases are changes of plan, written down beforehand: line for line the same bills."""
    whole = had(ramp(*steps, then=then))
    plans = [plan(f"step-{n}", base(PerUnit(price))) for n, price in enumerate([*(price for _, price in steps), then])]
    by_hand = Shop.new(catalog(*plans), JANUARY)
    by_hand.billing.subscriptions.create("acme", Selection(plan="step-0"), id="s")
    month, changes = 0, {}
    for n, (months, _) in enumerate(steps, 1):
        month += months
        changes[month] = f"step-{n}"

    for month, date in enumerate(MONTHS):
        if month in changes:
            by_hand.at(date)
            by_hand.billing.subscriptions.change("s", plan=changes[month], when="now")
        assert whole.run(date) == by_hand.run(date)


def test_a_quote_is_of_the_first_phase() -> None:
    """What is quoted and ordered first is the first phase; the catalog tells the others."""
    sold = catalog(ramp((3, 5), then=10))
    wanted = Selection(plan="ramp", quantity=2)

    assert [str(sold.records(wanted, phase=n)[0].price.model.rate(ONE + ONE).amount) for n in (0, 1)] == ["10", "20"]
    assert [phase.code for phase in sold.phases(wanted)] == ["step-0"]


def test_phases_are_read_from_documents_and_archived() -> None:
    """A catalog as TOML would have it comes out, keeps its currency on every price and survives its archive."""
    document = {
        "format": "billcore-catalog/1",
        "version": "1",
        "effective": "2020-01-01T00:00:00Z",
        "currency": "CHF",
        "plans": [
            {
                "code": "ramp",
                "versions": [
                    {
                        "version": 1,
                        "phases": [{"code": "intro", "length": {"months": 3}, "prices": [_price("5")]}],
                        "prices": [_price("10")],
                    }
                ],
            }
        ],
    }
    read = catalog_from(document)

    (phase,) = read.phases(Selection(plan="ramp"))
    assert (phase.length, phase.prices[0].currency) == (QUARTER, "CHF")
    assert unarchive(archive(read), Catalog) == read


def _price(amount: str) -> dict[str, object]:
    return {"code": "base", "model": {"type": "flat", "amount": amount}}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"length": HOUR}, "length"),
        ({"length": "month"}, "length"),
        ({"prices": []}, "prices"),
        ({"code": "not a code"}, "code"),
        ({"prices": [base(1), base(2)]}, "prices[1].code"),
    ],
)
def test_a_wrong_phase_is_refused(change: dict[str, object], place: str) -> None:
    """Each is one error with its place."""
    with pytest.raises(InvalidValue) as told:
        Phase(**{"code": "intro", "length": QUARTER, "prices": [base(1)], **change})  # type: ignore[arg-type]  # keywords of Phase

    assert told.value.place == place


def test_phases_with_one_code_are_refused() -> None:
    """And a ramp that leads nowhere."""
    intro = Phase(code="intro", length=QUARTER, prices=[base(1)])

    for versions, place in (
        ({"prices": [base(2)], "phases": [intro, intro]}, "phases[1].code"),
        ({"prices": [], "phases": [intro]}, "prices"),
    ):
        with pytest.raises(InvalidValue) as told:
            PlanVersion(version=1, **versions)
        assert told.value.place == place


@pytest.mark.parametrize("length", [Interval(days=36_500), Interval(months=1_200)], ids=["days", "months"])
def test_phases_beyond_the_calendar(length: Interval) -> None:
    """Ten thousand years of introductory prices: one error, and nobody has subscribed."""
    price = base(5)
    phases = [Phase(code=f"p{n}", length=length, prices=[price]) for n in range(100)]
    shop = Shop.new(
        catalog(Plan(code="ramp", versions=[PlanVersion(version=1, prices=[price], phases=phases)])),
        "2026-01-01T00:00:00Z",
    )
    with pytest.raises(InvalidInstant, match="beyond the calendar"):
        shop.billing.subscriptions.create("acme", Selection(plan="ramp"), id="s")

    assert shop.billing.subscriptions.list("acme").items == ()
    assert shop.billing.verify() == ()


def test_a_quote_says_what_comes_later() -> None:
    """Two months at nothing, one at 20.00, then 100.00: each step with its date, as it is billed then."""
    shop = had(ramp((2, 0), (1, 20), then=100), at=JANUARY)
    offer = shop.billing.quotes.preview(Selection(plan="ramp", quantity=2, starts_on=JANUARY))

    assert (offer.recurring.total.digits, offer.first_invoice.total.digits) == ("0.00", "0.00")
    assert [(one.code, rfc3339(one.starts), one.recurring.total.digits) for one in offer.phases] == [
        ("step-1", MONTHS[2], "40.00"),
        (None, MONTHS[3], "200.00"),
    ]
    assert shop.billing.quotes.preview(Selection(plan="ramp"), at=MONTHS[5]).phases[0].starts == instant(MONTHS[7])
    assert quote_to(offer)["phases"] == [
        {"code": code, "starts": starts, "recurring": {"net": net, "tax": "0.00", "total": net, "taxes": []}}
        for code, starts, net in (("step-1", MONTHS[2], "40.00"), (None, MONTHS[3], "200.00"))
    ]


@pytest.mark.parametrize(("duration", "then"), [(CouponDuration.FOREVER, "90.00"), (CouponDuration.ONCE, "100.00")])
def test_only_a_coupon_for_ever_lowers_what_comes_later(duration: CouponDuration, then: str) -> None:
    """10 % off 50.00 now; off 100.00 in two months where it holds for ever."""
    tenth = Coupon(code="C", percent=10, duration=duration)
    shop = Shop.new(attrs.evolve(catalog(ramp((2, 50), then=100)), coupons=[tenth]), JANUARY)
    offer = shop.billing.quotes.preview(Selection(plan="ramp", coupon="C"))

    assert (offer.recurring.total.digits, [one.recurring.total.digits for one in offer.phases]) == ("45.00", [then])
