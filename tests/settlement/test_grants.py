"""Promotional credit on invoices and credit notes: each sentence of docs/decisions/0005, worked by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import attrs
import pytest

from billcore.engine import Billing
from billcore.kernel import AlreadyExists, BillcoreError, CurrencyMismatch, InvalidValue, Money, NotAllowed, NotFound
from billcore.pricing import (
    Addon,
    Catalog,
    Coupon,
    CouponDuration,
    Grant,
    GrantKind,
    Meter,
    PerUnit,
    PriceCadence,
    Product,
    Selection,
    TaxRate,
)
from billcore.settlement import CreditKind
from billcore.testing import ManualClock
from tests.shop import Shop, base, catalog, plan, sound

JANUARY, FEBRUARY, MARCH = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"
TENTH = Coupon(code="TENTH", percent=10, duration=CouponDuration.FOREVER)
WELCOME = Grant(code="WELCOME", kind=GrantKind.PROMOTIONAL, amount=25, name="Welcome")


def sold(*grants: Grant) -> Catalog:
    """Base 10.00 and support 5.00 a month in advance, gigabytes at 0.50, an addon at 4.00, taxed at 8.1 %."""
    gb = base(PerUnit("0.50"), "gb", cadence=PriceCadence.USAGE, meter="gb")
    small = attrs.evolve(plan("small", base(10), base(5, "support"), gb), product="cloud")
    offered = catalog(
        plan("large", base(20)),
        addons=[Addon(code="disk", price=base(4, "disk"))],
        meters=[Meter(code="gb")],
        taxes=[TaxRate(code="ch", country="CH", percent="8.1")],
    )
    products = [Product(code="cloud", prices=[])]
    return attrs.evolve(
        offered, plans=[*offered.plans, small], products=products, coupons=[TENTH], grants=grants or [WELCOME]
    )


def shop(*grants: Grant, **more: object) -> Shop:
    """A shop that opens in January 2026, with a subscription ``s`` to the small plan."""
    found = Shop.new(sold(*grants), JANUARY, **more)  # type: ignore[arg-type]  # keywords of a customer
    found.billing.subscriptions.create("acme", Selection(plan="small"), id="s")
    return found


def left(one: Shop, name: str = "g") -> str:
    """What is left of a grant."""
    return str(one.billing.grants.get("acme", name).left.digits)


def test_it_is_used_up_billing_date_by_billing_date() -> None:
    """25.00 lowers 15.00 in January and 10.00 in February, spread over the lines; what is left is read from them."""
    one = shop()
    given = one.billing.grants.give("acme", "WELCOME", id="g")

    assert (given.kind, given.kind.before_tax, given.left) == (CreditKind.PROMOTIONAL, True, Money("25.00", "CHF"))
    assert one.run(JANUARY) == ["INV-000001 01-01: base 10.00, base -10.00, support 5.00, support -5.00"]
    assert left(one) == "10.00"
    assert one.run(FEBRUARY) == ["INV-000002 02-01: base 10.00, base -6.67, support 5.00, support -3.33 | due 5.00"]
    assert left(one) == "0.00"
    assert one.run(MARCH) == ["INV-000003 03-01: base 10.00, support 5.00 | due 15.00"]
    sound(one.billing)


def test_its_line_has_no_key_and_the_grants_mark() -> None:
    """It stands under the line that it lowers; the ledger has what is left of the document, and no money of it."""
    one = shop()
    one.billing.grants.give("acme", amount=4, name="Sorry", applies_to=["base"], id="g")
    one.run(JANUARY)

    (invoice,) = one.documents()
    charge, off, _ = invoice.document.lines
    assert (off.corrects, off.coupon, off.description, off.key, off.nth) == (charge.id, "grant#g", "Sorry", None, None)
    told = one.billing.invoices.explain("INV-000001", 2)
    assert told.value == Decimal("-4.00")
    assert told.children[0].about["name"] == "g"
    standing = one.billing.customers.standing("acme")
    assert (str(standing.receivable), str(standing.balance)) == ("11.00 CHF", "0.00 CHF")
    sound(one.billing)


def test_it_comes_after_coupons_and_before_tax() -> None:
    """10 % off 15.00 leaves 13.50; 5.00 of that leaves 8.50, of which the tax is 0.69."""
    one = shop(country="CH")
    one.billing.coupons.apply("acme", "TENTH")
    one.billing.grants.give("acme", amount=5, id="g")

    assert one.run(JANUARY) == [
        (
            "INV-000001 01-01: base 10.00, base -1.00, base -3.33, support 5.00, support -0.50, support -1.67"
            " | tax 0.69 | due 9.19"
        )
    ]
    sound(one.billing)


def test_the_preview_shows_it() -> None:
    """What a run would issue is lowered by it, and nothing of it is used."""
    one = shop()
    one.billing.grants.give("acme", "WELCOME", id="g")
    (shown,) = one.billing.invoices.preview("acme")

    assert [line.minor for line in shown.document.lines] == [1000, -1000, 500, -500]
    assert left(one) == "25.00"


def test_the_billing_date_decides() -> None:
    """From February on and before March: January and March are not lowered, whatever their periods are."""
    one = shop(attrs.evolve(WELCOME, effective=FEBRUARY, expires=MARCH))
    one.billing.grants.give("acme", "WELCOME", id="g")

    assert one.run(MARCH) == [
        "INV-000001 01-01: base 10.00, support 5.00 | due 15.00",
        "INV-000002 02-01: base 10.00, base -10.00, support 5.00, support -5.00",
        "INV-000003 03-01: base 10.00, support 5.00 | due 15.00",
    ]
    assert left(one) == "10.00"
    sound(one.billing)


def test_what_is_billed_already_stays() -> None:
    """A grant that holds from January on, given after January was billed, lowers February alone."""
    one = shop()
    one.run(JANUARY)
    one.billing.grants.give("acme", "WELCOME", at=JANUARY, id="g")

    assert one.run("2026-01-20T00:00:00Z") == []
    assert one.run(FEBRUARY) == ["INV-000002 02-01: base 10.00, base -10.00, support 5.00, support -5.00"]
    sound(one.billing)


def test_the_order_of_use() -> None:
    """A lower priority first, then what expires earlier, never last, then the older one."""
    one = shop()
    give = one.billing.grants.give
    give("acme", amount=10, id="older", at="2025-12-01T00:00:00Z")
    give("acme", amount=10, id="newer", at="2025-12-02T00:00:00Z")
    give("acme", amount=10, id="expires", expires="2027-01-01T00:00:00Z")
    give("acme", amount=10, id="sooner", expires="2026-12-01T00:00:00Z")
    give("acme", amount=10, id="first", priority=-1)
    seen = []
    for month in (JANUARY, FEBRUARY, MARCH, "2026-04-01T00:00:00Z"):
        one.run(month)
        seen.append([name for name in ("first", "sooner", "expires", "older", "newer") if left(one, name) != "10.00"])

    order = ["first", "sooner", "expires", "older", "newer"]
    assert seen == [order[:2], order[:3], order, order]
    sound(one.billing)


@pytest.mark.parametrize(
    ("code", "lowered"),
    [
        ("support", ["support"]),
        ("disk", ["disk"]),
        ("small", ["base", "support"]),
        ("cloud", ["base", "support"]),
        ("large", []),
    ],
)
def test_it_lowers_what_it_is_for_alone(code: str, lowered: list[str]) -> None:
    """A price, an addon, a plan, or a product, whose plans are those of the catalog when it was given."""
    one = shop()
    one.billing.subscriptions.attach_addon("s", "disk")
    one.billing.grants.give("acme", amount=100, applies_to=[code], id="g")
    one.run(JANUARY)

    (invoice,) = one.documents()
    assert [line.price for line in invoice.document.lines if line.coupon] == lowered
    sound(one.billing)


def test_what_falls_beyond_the_rest_comes_back_and_is_there_again() -> None:
    """15.00 of 25.00 are used in January. With 15 days unused 7.26 fall, all of it the grant's, and are there again.

    They and the 10.00 that were left, 17.26, lower the new plan's 9.68 at once.
    """
    one = shop()
    one.billing.grants.give("acme", "WELCOME", id="g")
    one.run(JANUARY)
    one.at("2026-01-17T00:00:00Z").subscriptions.change("s", plan="large", when="now")

    assert one.run("2026-01-17T00:00:00Z") == [
        "CN-000001 01-17: base -4.84, support -2.42, base 4.84, support 2.42",
        "INV-000002 01-17: base 9.68, base -9.68",
    ]
    assert left(one) == "7.58"
    sound(one.billing)


def test_the_part_stays_while_the_rest_of_the_line_carries_it() -> None:
    """5.00 off 10.00: when 4.84 of the line fall, the rest of 5.16 carries all of it, and money goes back."""
    one = shop()
    one.billing.grants.give("acme", amount=5, applies_to=["base"], id="g")
    one.run(JANUARY)
    one.at("2026-01-17T00:00:00Z").subscriptions.cancel("s", when="now", unused="give_back")

    assert one.run("2026-01-17T00:00:00Z") == ["CN-000001 01-17: base -4.84, support -2.42"]
    assert left(one) == "0.00"
    sound(one.billing)


def test_a_void_document_gives_it_back() -> None:
    """All of it is there again, and the date is billed anew with it; with ``rebill=False`` it stays used."""
    one = shop()
    one.billing.grants.give("acme", amount=12, id="g")
    one.run(JANUARY)
    one.at("2026-01-02T00:00:00Z").invoices.void("INV-000001")
    assert left(one) == "12.00"
    anew = "INV-000002 01-01: base 10.00, base -8.00, support 5.00, support -4.00 | due 3.00"
    assert one.run("2026-01-03T00:00:00Z") == [anew]
    one.at("2026-01-04T00:00:00Z").invoices.void("INV-000002", rebill=False)
    assert left(one) == "0.00"
    assert one.run(FEBRUARY) == ["INV-000003 02-01: base 10.00, support 5.00 | due 15.00"]
    sound(one.billing)


def test_a_document_that_it_covers_wholly_can_be_void() -> None:
    """31.00 are 15.00 and 16.00: nobody paid, so void gives them back; what was billed between is still explained."""
    one = shop()
    one.billing.grants.give("acme", amount=31, id="g")
    one.use("1", "2026-01-20T00:00:00Z", 2)
    one.run(JANUARY)
    wholly = "base 10.00, base -10.00, support 5.00, support -5.00"
    assert one.run(FEBRUARY) == [f"INV-000002 02-01: {wholly}, gb 1.00, gb -1.00"]
    one.at("2026-02-05T00:00:00Z")
    one.use("2", "2026-01-21T00:00:00Z", 3)
    one.billing.invoices.run(customer="acme", now=True)
    one.at("2026-02-06T00:00:00Z")
    with pytest.raises(InvalidValue, match=r"0\.00 CHF is left"):
        one.billing.invoices.credit("INV-000002", reason="sorry")
    one.billing.invoices.void("INV-000002", reason="a wrong plan")
    assert left(one) == "16.00"

    assert one.run("2026-02-07T00:00:00Z") == [f"INV-000004 02-01: {wholly}, gb 1.00, gb -1.00"]
    one.billing.invoices.void("INV-000001", rebill=False)
    assert left(one) == "0.00"
    assert one.run(MARCH) == ["INV-000005 03-01: base 10.00, support 5.00 | due 15.00"]
    sound(one.billing)


def test_a_goodwill_credit_gives_back_money_alone() -> None:
    """Of 15.00 less 12.00 at most 3.00 is credited, and nothing of the grant comes back."""
    one = shop()
    one.billing.grants.give("acme", amount=12, id="g")
    one.run(JANUARY)
    with pytest.raises(InvalidValue, match=r"3\.00 CHF is left"):
        one.billing.invoices.credit("INV-000001", amount=4, reason="sorry")
    one.billing.invoices.credit("INV-000001", reason="sorry")

    assert [found.open for found in one.documents()] == [0, 0]
    assert left(one) == "0.00"
    sound(one.billing)


def test_goodwill_on_odd_prices_moves_nothing_of_a_grant() -> None:
    """9.996 and 10.004 less 7.50 each; 2.50 of each are forgiven: a later fact makes no note, gives nothing back."""
    one = Shop.new(catalog(plan("less", base("9.996")), plan("more", base("10.004"))), JANUARY)
    for name in ("less", "more"):
        one.billing.subscriptions.create("acme", Selection(plan=name), id=name)
    one.billing.grants.give("acme", amount=15, id="g")
    assert one.run(JANUARY) == ["INV-000001 01-01: base 10.00, base -7.50, base 10.00, base -7.50 | due 5.00"]
    one.billing.invoices.credit("INV-000001", reason="sorry")
    one.at("2026-01-20T00:00:00Z").customers.update("acme", name="X", at="2026-01-10T00:00:00Z")

    assert one.run(FEBRUARY) == ["INV-000002 02-01: base 10.00, base 10.00 | due 20.00"]
    assert left(one) == "0.00"
    sound(one.billing)


def test_a_line_that_takes_a_discount_back_is_not_lowered() -> None:
    """The coupon is removed from January on: 1.50 is added in February, and the grant lowers the rest alone."""
    one = shop()
    one.billing.coupons.apply("acme", "TENTH")
    one.run(JANUARY)
    one.billing.grants.give("acme", amount=100, id="g")
    one.billing.coupons.remove("acme", "TENTH", at=JANUARY)

    assert one.run(FEBRUARY) == [
        "INV-000002 02-01: base 10.00, base -10.00, support 5.00, support -5.00, base 1.00, support 0.50 | due 1.50"
    ]
    assert left(one) == "85.00"
    sound(one.billing)


def test_revoking_it_leaves_what_it_lowered() -> None:
    """What is left lowers nothing more; it is never revoked before its last use, nor twice."""
    one = shop()
    one.billing.grants.give("acme", "WELCOME", id="g")
    one.run(JANUARY)
    with pytest.raises(InvalidValue, match="used later than that"):
        one.billing.grants.revoke("acme", "g", at=JANUARY)
    ended = one.billing.grants.revoke("acme", "g")

    assert ended.revoked == one.clock.now() + dt.timedelta.resolution
    assert left(one) == "10.00"
    with pytest.raises(NotAllowed, match="revoked before"):
        one.billing.grants.revoke("acme", "g")
    assert one.run(FEBRUARY) == ["INV-000002 02-01: base 10.00, support 5.00 | due 15.00"]
    sound(one.billing)


def test_a_later_catalog_changes_nothing_of_it() -> None:
    """The amount, the name and the plans of its product are those of the day on which it was given."""
    one = shop(attrs.evolve(WELCOME, applies_to=["cloud"]))
    one.billing.grants.give("acme", "WELCOME", id="g")
    later = attrs.evolve(sold(attrs.evolve(WELCOME, amount=1)), version="2", effective=JANUARY)
    one.billing.catalog.publish(attrs.evolve(later, plans=[attrs.evolve(p, product=None) for p in later.plans]))

    assert one.run(JANUARY) == ["INV-000001 01-01: base 10.00, base -10.00, support 5.00, support -5.00"]
    assert (left(one), one.billing.grants.get("acme", "g").code) == ("10.00", "WELCOME")


def test_months_one_by_one_and_at_once_are_alike() -> None:
    """Three monthly runs and one catch-up give the same lines."""
    runs = []
    for months in ((JANUARY, FEBRUARY, MARCH), (MARCH,)):
        one = shop(country="CH")
        one.billing.grants.give("acme", amount=37, id="g", expires=MARCH)
        runs.append([made.partition(" | due")[0] for month in months for made in one.run(month)])
        sound(one.billing)

    assert runs[0] == runs[1]


def test_listing_and_keys() -> None:
    """Grants by id, a page at a time; the same key gives once."""
    one = shop()
    for name in ("a", "b", "c"):
        one.billing.grants.give("acme", amount=1, id=name, key=name)
        one.billing.grants.give("acme", amount=1, id=name, key=name)
    page = one.billing.grants.list("acme", limit=2)

    assert [found.id for found in page.items] == ["a", "b"]
    assert [found.id for found in one.billing.grants.list("acme", cursor=page.cursor).items] == ["c"]
    assert one.billing.grants.give("acme", "WELCOME").id.startswith("grt_")


def test_what_cannot_be_given() -> None:
    """Unknown codes, foreign currencies, too fine amounts, expired grants, taken ids, both or neither of the two."""
    one = shop(attrs.evolve(WELCOME, expires=JANUARY), attrs.evolve(WELCOME, code="EURO", unit="EUR"))
    give = one.billing.grants.give
    give("acme", amount=1, id="taken")
    refused: list[tuple[type[BillcoreError], str, Callable[[], object]]] = [
        (NotFound, "no such grant", lambda: give("acme", "NONE")),
        (InvalidValue, "would end before it starts", lambda: give("acme", "WELCOME")),
        (InvalidValue, "would end before it starts", lambda: give("acme", amount=1, expires=JANUARY)),
        (CurrencyMismatch, "EUR and CHF", lambda: give("acme", "EURO")),
        (CurrencyMismatch, "EUR and CHF", lambda: give("acme", amount=Money(1, "EUR"))),
        (InvalidValue, "finer than the minor unit", lambda: give("acme", amount="0.001")),
        (InvalidValue, "greater than zero", lambda: give("acme", amount=0)),
        (InvalidValue, "more than an amount may be", lambda: give("acme", amount=10**14)),
        (InvalidValue, "nothing of this code is sold", lambda: give("acme", amount=1, applies_to=["gold"])),
        (InvalidValue, "a code of the catalog or an amount", lambda: give("acme")),
        (InvalidValue, "a code of the catalog or an amount", lambda: give("acme", "WELCOME", amount=1)),
        (InvalidValue, "the catalog says this", lambda: give("acme", "WELCOME", priority=1)),
        (AlreadyExists, "a grant with this id", lambda: give("acme", amount=1, id="taken")),
        (NotFound, "no such customer", lambda: give("nobody", amount=1)),
        (NotFound, "no such grant", lambda: one.billing.grants.revoke("acme", "none")),
    ]
    for error, says, call in refused:
        with pytest.raises(error, match=says):
            call()
    assert [found.id for found in one.billing.grants.list("acme").items] == ["taken"]


def test_a_closed_customer_is_given_nothing() -> None:
    """As it is applied no coupon."""
    one = Shop.new(sold(), JANUARY)
    one.billing.customers.close("acme")
    with pytest.raises(NotAllowed, match="closed"):
        one.billing.grants.give("acme", amount=1)


def test_sqlite_keeps_it(tmp_path: object) -> None:
    """Given, used and read back from a file."""
    path = f"{tmp_path}/bills.db"
    clock = ManualClock(JANUARY)
    with Billing.open(path, clock=clock) as billing:
        billing.catalog.publish(sold())
        billing.customers.create("acme", currency="CHF")
        billing.subscriptions.create("acme", Selection(plan="small"), id="s")
        billing.grants.give("acme", "WELCOME", id="g")
        billing.invoices.run()
    with Billing.open(path, clock=clock) as billing:
        assert str(billing.grants.get("acme", "g").left) == "10.00 CHF"
        billing.grants.revoke("acme", "g")
        sound(billing)
