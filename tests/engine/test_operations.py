"""Operations: keys, parked accounts, notices, billing now."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from billcore.engine.rows.money import Notice
from billcore.kernel import DAY, IdempotencyMismatch, InvariantBroken, Money, NotAllowed
from billcore.pricing import Selection, Timing
from billcore.settlement import wanted
from tests.shop import Shop, base, catalog, plan

JUNE, MID, JULY = "2026-06-01T00:00:00Z", "2026-06-16T00:00:00Z", "2026-07-01T00:00:00Z"
SOLD = catalog(plan("s", base(30)), plan("l", base(60)))


@pytest.fixture
def shop() -> Shop:
    """``acme`` has a plan since 1 June, billed then."""
    opened = Shop.new(SOLD, JUNE)
    opened.billing.subscriptions.create("acme", Selection(plan="s"), id="vm")
    opened.run(JUNE)
    return opened


CALLS: dict[str, tuple[Callable[[Shop], object], Callable[[Shop], object]]] = {
    "subscribe": (
        lambda shop: shop.billing.subscriptions.create("acme", Selection(plan="s"), key="k").id,
        lambda shop: shop.billing.subscriptions.create("acme", Selection(plan="l"), key="k"),
    ),
    "change": (
        lambda shop: shop.billing.subscriptions.change("vm", plan="l", key="k").id,
        lambda shop: shop.billing.subscriptions.change("vm", quantity=2, key="k"),
    ),
    "top_up": (
        lambda shop: shop.billing.balances.top_up("acme", 10, "bank", key="k").id,
        lambda shop: shop.billing.balances.top_up("acme", 11, "bank", key="k"),
    ),
    "add_item": (
        lambda shop: shop.billing.invoices.add_item("acme", 10, "work", key="k").id,
        lambda shop: shop.billing.invoices.add_item("acme", 10, "other work", key="k"),
    ),
    "record": (
        lambda shop: shop.billing.payments.record("INV-000001", 10, "bank", key="k").id,
        lambda shop: shop.billing.payments.record("INV-000001", 11, "bank", key="k"),
    ),
    "credit": (
        lambda shop: shop.billing.invoices.credit("INV-000001", amount=5, reason="sorry", key="k").id,
        lambda shop: shop.billing.invoices.credit("INV-000001", amount=6, reason="sorry", key="k"),
    ),
    "void": (
        lambda shop: shop.billing.invoices.void("INV-000001", key="k").id,
        lambda shop: shop.billing.invoices.void("INV-000001", rebill=False, key="k"),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_key_gives_the_first_result(shop: Shop, name: str) -> None:
    """The same key with the same request gives what the first call gave and does nothing more; another is refused."""
    call, other = CALLS[name]
    first = call(shop)
    before = (shop.documents(), shop.billing.customers.standing("acme"))
    shop.at(MID)

    assert call(shop) == first
    assert (shop.documents(), shop.billing.customers.standing("acme")) == before
    with pytest.raises(IdempotencyMismatch):
        other(shop)


def test_a_decision_that_raises_parks_its_customer_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """K5: where billing one customer raises, it gets an exception item; the other is billed; resolved, so is it."""
    shop = Shop.new(SOLD, JUNE)
    shop.billing.customers.create("other", currency="CHF")
    shop.billing.subscriptions.create("acme", Selection(plan="s"), id="bad")
    shop.billing.subscriptions.create("other", Selection(plan="s"), id="good")
    key_of = wanted.key_of

    def broken(life: object, *rest: object) -> object:
        if life.subscription.id == "bad":  # type: ignore[attr-defined]  # a life
            raise InvariantBroken("P5: a price that nobody can rate")
        return key_of(life, *rest)  # type: ignore[arg-type]  # as it was called

    with monkeypatch.context() as patched:
        patched.setattr(wanted, "key_of", broken)
        with pytest.raises(InvariantBroken, match="nobody can rate"):
            shop.billing.invoices.preview("acme")
        report = shop.billing.invoices.run()
    assert (report.invoices, report.parked) == (1, ("acme",))
    (item,) = shop.billing.exceptions.list()
    assert (item.customer, "nobody can rate" in item.why) == ("acme", True)
    assert shop.billing.invoices.run().invoices == 0
    with pytest.raises(NotAllowed, match=item.id):
        shop.billing.invoices.preview("acme")

    shop.billing.exceptions.resolve(item.id, resolution="rated by hand")

    assert shop.run(JUNE) == ["INV-000002 06-01: base 30.00 | due 30.00"]
    assert shop.billing.exceptions.list() == ()


def test_notices_come_in_order_and_again_until_taken(shop: Shop) -> None:
    """S5: a notice whose sending failed comes again; those of one customer come in order; then none is left."""
    shop.billing.payments.record("INV-000001", 30, "bank")
    shop.at(MID).subscriptions.change("vm", plan="l")
    shop.run(MID)
    seen: list[str] = []

    def send(notice: object) -> None:
        seen.append(notice.kind)  # type: ignore[attr-defined]  # a notice
        if len(seen) == 2:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        shop.billing.notices.relay(send)
    told = shop.billing.notices.relay(send)

    assert told == 3
    assert seen == ["invoice.issued", "invoice.paid", "invoice.paid", "credit_note.issued", "invoice.issued"]
    assert shop.billing.notices.relay(send) == 0


def test_a_relay_that_was_overtaken_goes_on(shop: Shop) -> None:
    """Another process sends and marks the same notices meanwhile: both send them, nothing is raised, none is left."""
    shop.billing.payments.record("INV-000001", 30, "bank")
    seen: list[str] = []

    def slow(notice: Notice) -> None:
        shop.billing.notices.relay(lambda other: seen.append(other.kind))
        seen.append(notice.kind)

    assert shop.billing.notices.relay(slow) == 2
    assert sorted(seen) == ["invoice.issued", "invoice.issued", "invoice.paid", "invoice.paid"]
    assert shop.billing.notices.relay(slow) == 0
    assert shop.billing.verify() == ()


@pytest.mark.parametrize("rebill", [True, False])
def test_a_void_document_is_told_of_with_its_reason(shop: Shop, rebill: bool) -> None:  # noqa: FBT001 - of a test
    """The reason stands in the notice, whether the document is billed again or waived."""
    told: list[Notice] = []
    document = shop.billing.invoices.void("INV-000001", rebill=rebill, reason="wrong address").id
    shop.billing.notices.relay(told.append)

    assert [notice.kind for notice in told] == ["invoice.issued", "invoice.voided"]
    assert {**json.loads(told[1].body), "at": 0} == {
        "document": document,
        "number": "INV-000001",
        "reason": "wrong address",
        "at": 0,
    }
    assert shop.billing.verify() == ()


def test_a_decision_may_tell_of_any_number_of_documents() -> None:
    """A top-up that pays a document of each of 1,005 days has 1,005 notices; the next run's come behind them."""
    shop = Shop.new(catalog(plan("daily", base(1, interval=DAY))), "2023-01-01T00:00:00Z")
    shop.billing.subscriptions.create("acme", Selection(plan="daily"), id="vm")
    shop.at("2025-10-01T00:00:00Z").invoices.run()
    shop.billing.balances.top_up("acme", 2_000, "bank")
    shop.at("2025-10-02T00:00:00Z").invoices.run()

    assert shop.billing.exceptions.list() == ()
    assert {one.status.value for one in shop.documents()} == {"paid"}
    assert "S5" not in {one.invariant for one in shop.billing.verify()}


def test_asked_for_now_a_difference_joins_the_latest_billing_date(shop: Shop) -> None:
    """With ``now`` late work of May becomes a document of 1 June, the latest billing date, with the next sequence."""
    shop.at(MID).invoices.add_item("acme", Money(10, "CHF"), "work in May", at="2026-05-20T00:00:00Z")
    assert shop.run(MID) == []

    shop.billing.invoices.run(customer="acme", now=True)

    assert shop.rows()[1] == "INV-000002 06-01: item 10.00 | due 10.00"


def test_asked_for_now_no_billing_date_is_skipped() -> None:
    """Had from the 16th, and changed from the 20th, as is known on the 1st: asked for then, nothing is billed.

    The 16th is still a billing date, with the price of its day, and so it is where nobody asked before the 22nd.
    """
    for asked in (JUNE, "2026-06-22T00:00:00Z"):
        opened = Shop.new(SOLD, JUNE)
        opened.billing.subscriptions.create("acme", Selection(plan="s"), id="vm", at=MID)
        opened.billing.subscriptions.change("vm", plan="l", when="now", at="2026-06-20T00:00:00Z")

        opened.at(asked).invoices.run(customer="acme", now=True)

        assert opened.billing.verify() == ()
        opened.run("2026-06-22T00:00:00Z")
        assert opened.rows()[0].startswith("INV-000001 06-16: base 15.00")
        assert opened.billing.verify() == ()


def test_asked_for_now_what_holds_later_makes_no_billing_date() -> None:
    """An item of the 20th and a plan in arrears: asked for on the 1st, it waits for the month's end all the same."""
    opened = Shop.new(catalog(plan("s", base(30, timing=Timing.ARREARS))), JUNE)
    opened.billing.subscriptions.create("acme", Selection(plan="s"), id="vm")
    opened.billing.invoices.add_item("acme", 10, "work", at="2026-06-20T00:00:00Z")

    opened.billing.invoices.run(customer="acme", now=True)

    assert opened.run(JULY) == ["INV-000001 07-01: base 30.00, item 10.00 | due 40.00"]


def test_an_item_waits_for_the_next_billing_date(shop: Shop) -> None:
    """10.00 of work on 16 June stand on 1 July, before nothing else; where no date will come, on their own."""
    shop.at(MID).invoices.add_item("acme", 10, "work")
    assert shop.run(JULY) == ["INV-000002 07-01: base 30.00, item 10.00 | due 40.00"]
    shop.billing.customers.create("guest", currency="CHF")
    shop.billing.invoices.add_item("guest", 5, "visit")

    shop.billing.invoices.run()

    (only,) = shop.billing.invoices.list("guest").items
    assert (str(only.total), str(only.document.billing_date)[:10]) == ("5.00 CHF", "2026-07-01")


def test_a_preview_shows_what_the_run_then_writes(shop: Shop) -> None:
    """R0-07, P9: previewed for 1 July it shows note, rest and July without numbers, and nothing is written."""
    shop.billing.payments.record("INV-000001", 30, "bank")
    shop.at(MID).subscriptions.change("vm", plan="l")
    before = shop.documents()

    shown = shop.billing.invoices.preview("acme", until=JULY)

    assert [(one.number, one.document.total, one.open) for one in shown] == [
        (None, -1500, 0),
        (None, 3000, 1500),
        (None, 6000, 6000),
    ]
    assert shop.documents() == before
    shop.run(JULY)
    assert [one.id for one in shop.documents()][1:] == [one.id for one in shown]
