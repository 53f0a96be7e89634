"""Wrong calls of the handle: one typed error each, with the place and the value, and nothing changes."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

import pytest

from billcore import BillcoreError, Billing, Catalog, Flat, Money, Plan, PlanVersion, Price, Selection, UsageEvent
from billcore.engine.story import FixedClock
from billcore.kernel import (
    AlreadyExists,
    CurrencyMismatch,
    IdempotencyMismatch,
    InvalidInstant,
    InvalidNumber,
    InvalidValue,
    NotAllowed,
    NotFound,
    PriceUnavailable,
    UnknownCurrency,
    instant,
)
from billcore.lifecycle import Opening
from billcore.pricing import Addon, Meter
from billcore.settlement import Policy, Strategy

NOW = instant("2026-06-10T00:00:00Z")
BadCall: TypeAlias = Callable[[Billing], object]


def base(code: str, amount: str, currency: str | None = None) -> Plan:
    """A plan of one price in advance."""
    price = Price(code="base", model=Flat(amount), currency=currency)
    return Plan(code=code, versions=[PlanVersion(version=1, prices=[price])])


CATALOG = Catalog(
    version="1",
    effective="2026-01-01T00:00:00Z",
    currency="CHF",
    plans=[base("starter", "15"), base("euro", "15", "EUR")],
    meters=[Meter(code="calls"), Meter(code="gb", field="size")],
    addons=[
        Addon(code="extra", price=Price(code="extra", model=Flat("5"))),
        Addon(code="clash", price=Price(code="base", model=Flat("1"))),
    ],
)


@pytest.fixture
def billing() -> Billing:
    """A customer with a subscription that was billed once, a voucher, and a customer who left."""
    handle = Billing.in_memory(clock=FixedClock(NOW))
    handle.catalog.publish(CATALOG)
    handle.customers.create("acme", currency="CHF")
    handle.customers.create("gone", currency="CHF")
    handle.customers.close("gone")
    handle.subscriptions.create("acme", Selection(plan="starter"), at="2026-06-01T00:00:00Z", id="s1")
    handle.subscriptions.create("acme", Selection(plan="starter"), at="2026-06-01T00:00:00Z", id="ended")
    handle.subscriptions.cancel("ended", when="now", at="2026-06-05T00:00:00Z")
    handle.vouchers.issue("ONCE", Money("1", "CHF"))
    handle.vouchers.issue("OLD", Money("1", "CHF"), expires="2026-06-09T00:00:00Z")
    handle.vouchers.issue("EURO", Money("1", "EUR"))
    handle.vouchers.redeem("acme", "ONCE")
    handle.invoices.run(until=NOW)
    handle.payments.record("INV-000001", "5", "bank")
    return handle


def used(**wrong: object) -> UsageEvent:
    """A usage event with something wrong."""
    right: dict[str, object] = {"id": "e", "source": "s", "customer": "acme", "meter": "calls", "time": NOW}
    return UsageEvent(**{**right, **wrong})  # type: ignore[arg-type]  # wrong on purpose


CALLS: list[tuple[str, BadCall, type[BillcoreError], str]] = [
    ("a customer twice", lambda b: b.customers.create("acme", currency="CHF"), AlreadyExists, "id: "),
    ("an unknown currency", lambda b: b.customers.create("x", currency="XYZ"), UnknownCurrency, "XYZ"),
    ("a currency in small letters", lambda b: b.customers.create("x", currency="chf"), UnknownCurrency, "chf"),
    ("no id", lambda b: b.customers.create("", currency="CHF"), InvalidValue, "id: "),
    ("an id with a blank", lambda b: b.customers.create("a b", currency="CHF"), InvalidValue, "'a b'"),
    ("an unknown zone", lambda b: b.customers.create("x", currency="CHF", timezone="Mars/Base"), InvalidValue, "timezone"),
    ("a path as a zone", lambda b: b.customers.create("x", currency="CHF", timezone="../etc"), InvalidValue, "timezone"),
    ("a country's name", lambda b: b.customers.create("x", currency="CHF", country="Schweiz"), InvalidValue, "country"),
    ("terms below zero", lambda b: b.customers.create("x", currency="CHF", terms=-1), InvalidValue, "terms"),
    ("an opening balance below zero", lambda b: b.customers.create("x", currency="CHF", opening=Opening(balance="-1")), InvalidValue, "balance"),
    ("half a centime brought", lambda b: b.customers.create("x", currency="CHF", opening=Opening(balance="0.005")), InvalidValue, "minor unit"),
    ("a naive instant", lambda b: b.customers.update("acme", at="2026-06-01T00:00:00", locale="de"), InvalidInstant, "at: "),
    ("an absent customer", lambda b: b.customers.get("nobody"), NotFound, "nobody"),
    ("a customer that is a number", lambda b: b.balances.top_up(5, 1, "x"), InvalidValue, "customer"),  # type: ignore[arg-type]  # wrong on purpose
    ("a subscription that is a list", lambda b: b.subscriptions.cancel(["s1"]), InvalidValue, "subscription"),  # type: ignore[arg-type]  # wrong on purpose
    ("a run for a list", lambda b: b.invoices.run(customer=["acme"]), InvalidValue, "customer"),  # type: ignore[arg-type]  # wrong on purpose
    ("a customer who runs", lambda b: b.customers.close("acme"), NotAllowed, "running"),
    ("a closed customer buys", lambda b: b.subscriptions.create("gone", Selection(plan="starter")), NotAllowed, "closed"),
    ("an unknown plan", lambda b: b.subscriptions.create("acme", Selection(plan="gold")), NotFound, "gold"),
    ("an unknown version", lambda b: b.subscriptions.create("acme", Selection(plan="starter", version=9)), NotFound, "version"),
    ("another currency's plan", lambda b: b.subscriptions.create("acme", Selection(plan="euro")), CurrencyMismatch, "EUR"),
    ("before any catalog", lambda b: b.subscriptions.create("acme", Selection(plan="starter"), at="2025-01-01T00:00:00Z"), PriceUnavailable, "catalog"),
    ("a subscription twice", lambda b: b.subscriptions.create("acme", Selection(plan="starter"), id="s1"), AlreadyExists, "s1"),
    ("a change of nothing", lambda b: b.subscriptions.change("s1"), InvalidValue, "nothing to change"),
    ("a change at some time", lambda b: b.subscriptions.change("s1", quantity=2, when="soon"), InvalidValue, "when"),  # type: ignore[arg-type]  # wrong on purpose
    ("a float of seats", lambda b: b.subscriptions.change("s1", quantity=1.5), InvalidNumber, "Decimal"),  # type: ignore[arg-type]  # wrong on purpose
    ("seats below zero", lambda b: b.subscriptions.change("s1", quantity=-1), InvalidValue, "quantity"),
    ("a change before the start", lambda b: b.subscriptions.change("s1", quantity=2, at="2026-05-01T00:00:00Z"), NotAllowed, "started"),
    ("a change after the end", lambda b: b.subscriptions.change("ended", quantity=2), NotAllowed, "ended"),
    ("two cancellations", lambda b: b.subscriptions.cancel("ended"), NotAllowed, "ended"),
    ("an unknown addon", lambda b: b.subscriptions.attach_addon("s1", "none"), NotFound, "none"),
    ("an addon with the plan's code", lambda b: b.subscriptions.attach_addon("s1", "clash"), InvalidValue, "addon"),
    ("no addon at all", lambda b: b.subscriptions.attach_addon("s1", "extra", quantity=0), InvalidValue, "quantity"),
    ("an addon that is not there", lambda b: b.subscriptions.detach_addon("s1", "extra"), NotAllowed, "extra"),
    ("unused money to the poor", lambda b: b.subscriptions.cancel("s1", unused="donate"), InvalidValue, "unused"),  # type: ignore[arg-type]  # wrong on purpose
    ("a catalog's version with other content", lambda b: b.catalog.publish(Catalog(version="1", effective="2026-01-01T00:00:00Z", currency="CHF")), AlreadyExists, "1"),
    ("no such catalog", lambda b: b.catalog.get("9"), NotFound, "version"),
    ("an absent document", lambda b: b.invoices.get("INV-999999"), NotFound, "INV-999999"),
    ("an absent line", lambda b: b.invoices.explain("INV-000001", 99), NotFound, "line"),
    ("the notes of an absent document", lambda b: b.invoices.notes("INV-000099"), NotFound, "document"),
    ("a void of what is paid", lambda b: b.invoices.void("INV-000001"), NotAllowed, "paid"),
    ("a credit of too much", lambda b: b.invoices.credit("INV-000001", amount="1000", reason="x"), InvalidValue, "is left"),
    ("a credit of nothing", lambda b: b.invoices.credit("INV-000001", amount="0", reason="x"), InvalidValue, "amount"),
    ("a credit in euro", lambda b: b.invoices.credit("INV-000001", amount=Money("1", "EUR"), reason="x"), CurrencyMismatch, "EUR"),
    ("an item below zero", lambda b: b.invoices.add_item("acme", "-1", "x"), InvalidValue, "amount"),
    ("billing everybody at once", lambda b: b.invoices.run(now=True), InvalidValue, "customer"),
    ("a bare date", lambda b: b.invoices.run(until="2026-06-01"), InvalidInstant, "until"),
    ("a page of nothing", lambda b: b.customers.list(limit=0), InvalidValue, "limit"),
    ("a voucher twice", lambda b: b.vouchers.issue("once", Money("1", "CHF")), AlreadyExists, "once"),
    ("a voucher of nothing", lambda b: b.vouchers.issue("NIL", Money("0", "CHF")), InvalidValue, "amount"),
    ("a voucher for nobody", lambda b: b.vouchers.issue("NIL", Money("1", "CHF"), limit=0), InvalidValue, "limit"),
    ("a code that is not there", lambda b: b.vouchers.redeem("acme", "GUESS"), NotAllowed, "cannot be redeemed"),
    ("a code that is used up", lambda b: b.vouchers.redeem("acme", "ONCE"), NotAllowed, "cannot be redeemed"),
    ("a code that expired", lambda b: b.vouchers.redeem("acme", "OLD"), NotAllowed, "cannot be redeemed"),
    ("a code of another currency", lambda b: b.vouchers.redeem("acme", "EURO"), NotAllowed, "cannot be redeemed"),
    ("a top-up of nothing", lambda b: b.balances.top_up("acme", 0, "x"), InvalidValue, "amount"),
    ("a top-up below zero", lambda b: b.balances.top_up("acme", "-1", "x"), InvalidValue, "amount"),
    ("a top-up finer than a centime", lambda b: b.balances.top_up("acme", "0.001", "x"), InvalidValue, "minor unit"),
    ("a top-up in euro", lambda b: b.balances.top_up("acme", Money("1", "EUR"), "x"), CurrencyMismatch, "EUR"),
    ("a payment of NaN", lambda b: b.payments.record("INV-000001", Decimal("NaN"), "x"), InvalidNumber, "NaN"),
    ("a payment with an exponent", lambda b: b.payments.record("INV-000001", "1e3", "x"), InvalidNumber, "1e3"),
    ("a source that is none", lambda b: b.payments.settle("acme", strategy=Strategy(sources=["gold"])), InvalidValue, "sources[0]"),  # type: ignore[list-item]  # wrong on purpose
    ("one event", lambda b: b.usage.record(used()), InvalidValue, "events: a list of events is asked for"),  # type: ignore[arg-type]  # wrong on purpose
    ("a usage value of words", lambda b: b.usage.record([used(value="many")]), InvalidNumber, "value"),
    ("a usage time without a zone", lambda b: b.usage.record([used(time="2026-06-01T00:00:00")]), InvalidInstant, "time"),
    ("a key for two requests", lambda b: (b.balances.top_up("acme", 1, "x", key="k"), b.balances.top_up("acme", 2, "x", key="k")), IdempotencyMismatch, "another request"),
    ("a key with a blank", lambda b: b.balances.top_up("acme", 1, "x", key="a key"), InvalidValue, "key"),
    ("a country that is a number", lambda b: b.customers.create("x", currency="CHF", country=41), InvalidValue, "country"),  # type: ignore[arg-type]  # wrong on purpose
    ("a locale that is a number", lambda b: b.customers.create("x", currency="CHF", locale=5), InvalidValue, "locale"),  # type: ignore[arg-type]  # wrong on purpose
    ("a locale that is none", lambda b: b.customers.create("x", currency="CHF", locale="!!"), InvalidValue, "'!!'"),
    ("a language by its name", lambda b: b.customers.create("x", currency="CHF", locale="deutsch"), InvalidValue, "'deutsch'"),
    ("another language by its name", lambda b: b.customers.update("acme", locale="german_CH"), InvalidValue, "'german_CH'"),
    ("a name that is a number", lambda b: b.customers.create("x", currency="CHF", name=5), InvalidValue, "name"),  # type: ignore[arg-type]  # wrong on purpose
    ("a name with a bell", lambda b: b.customers.update("acme", name="Acme\a"), InvalidValue, "name"),
    ("a tax id that is a number", lambda b: b.customers.create("x", currency="CHF", tax_id=5), InvalidValue, "tax_id"),  # type: ignore[arg-type]  # wrong on purpose
    ("an address in one text", lambda b: b.customers.create("x", currency="CHF", address="Main street"), InvalidValue, "'Main street'"),
    ("an address in one text, later", lambda b: b.customers.update("acme", address="Main street"), InvalidValue, "address"),
    ("an address of numbers", lambda b: b.customers.create("x", currency="CHF", address=["Main street", 5]), InvalidValue, "address[1]"),  # type: ignore[list-item]  # wrong on purpose
    ("an opening that is a table", lambda b: b.customers.create("x", currency="CHF", opening={"balance": "5"}), InvalidValue, "opening"),  # type: ignore[arg-type]  # wrong on purpose
    ("customers behind a number", lambda b: b.customers.list(cursor=5), InvalidValue, "cursor"),  # type: ignore[arg-type]  # wrong on purpose
    ("subscriptions behind a number", lambda b: b.subscriptions.list("acme", cursor=5), InvalidValue, "cursor"),  # type: ignore[arg-type]  # wrong on purpose
    ("documents behind a number", lambda b: b.invoices.list("acme", cursor=5), InvalidValue, "cursor"),  # type: ignore[arg-type]  # wrong on purpose
    ("a selection that is a table", lambda b: b.subscriptions.create("acme", {"plan": "starter"}), InvalidValue, "selection"),  # type: ignore[arg-type]  # wrong on purpose
    ("a change to a table", lambda b: b.subscriptions.change("s1", selection={"plan": "starter"}), InvalidValue, "selection"),  # type: ignore[arg-type]  # wrong on purpose
    ("a quote of a table", lambda b: b.quotes.preview({"plan": "starter"}), InvalidValue, "selection"),  # type: ignore[arg-type]  # wrong on purpose
    ("a reason that is a number", lambda b: b.subscriptions.cancel("s1", reason=5), InvalidValue, "reason"),  # type: ignore[arg-type]  # wrong on purpose
    ("a catalog that is a table", lambda b: b.catalog.publish({"version": "2"}), InvalidValue, "catalog"),  # type: ignore[arg-type]  # wrong on purpose
    ("a document that is a number", lambda b: b.invoices.get(1), InvalidValue, "document"),  # type: ignore[arg-type]  # wrong on purpose
    ("a credit without a reason", lambda b: b.invoices.credit("INV-000001", reason=""), InvalidValue, "reason"),
    ("a batch of nobody", lambda b: b.invoices.run(batch=0), InvalidValue, "batch"),
    ("a batch of half", lambda b: b.invoices.run(batch=0.5), InvalidValue, "batch"),  # type: ignore[arg-type]  # wrong on purpose
    ("an item twice", lambda b: (b.invoices.add_item("acme", 1, "x", id="i1"), b.invoices.add_item("acme", 1, "x", id="i1")), AlreadyExists, "i1"),
    ("an item's id with a line break", lambda b: b.invoices.add_item("acme", 1, "x", id="i 1\n"), InvalidValue, "id: "),
    ("an item's id of nothing", lambda b: b.invoices.add_item("acme", 1, "x", id=""), InvalidValue, "id: "),
    ("a description that is a number", lambda b: b.invoices.add_item("acme", 1, 5), InvalidValue, "description"),  # type: ignore[arg-type]  # wrong on purpose
    ("a description of nothing", lambda b: b.invoices.add_item("acme", 1, ""), InvalidValue, "description"),
    ("a description with a null", lambda b: b.invoices.add_item("acme", 1, "a\0b"), InvalidValue, "description"),
    ("half a character", lambda b: b.invoices.add_item("acme", 1, "\ud800"), InvalidValue, "description"),
    ("no tax category", lambda b: b.invoices.add_item("acme", 1, "x", tax_category=None), InvalidValue, "tax_category"),  # type: ignore[arg-type]  # wrong on purpose
    ("a voucher of a text", lambda b: b.vouchers.issue("TEXT", "5"), InvalidValue, "amount"),  # type: ignore[arg-type]  # wrong on purpose
    ("a top-up with a number", lambda b: b.balances.top_up("acme", 1, 7), InvalidValue, "reference"),  # type: ignore[arg-type]  # wrong on purpose
    ("a payment with a number", lambda b: b.payments.record("INV-000001", 1, 7), InvalidValue, "reference"),  # type: ignore[arg-type]  # wrong on purpose
    ("a strategy by name", lambda b: b.payments.settle("acme", strategy="oldest"), InvalidValue, "strategy"),  # type: ignore[arg-type]  # wrong on purpose
    ("a rounding by name", lambda b: b.using(policy=Policy(rounding="half_up")), InvalidValue, "Rounding.HALF_UP"),  # type: ignore[arg-type]  # wrong on purpose
    ("usage that is a table", lambda b: b.usage.record([{"id": "e"}]), InvalidValue, "events[0]"),  # type: ignore[list-item]  # wrong on purpose
    ("one event alone", lambda b: b.usage.record(used()), InvalidValue, "events"),  # type: ignore[arg-type]  # wrong on purpose
    ("properties of nothing", lambda b: b.usage.record([used(properties=None)]), InvalidValue, "properties"),
    ("a relay of nothing", lambda b: b.notices.relay(print, limit=0), InvalidValue, "limit"),
    ("a void for a number", lambda b: b.invoices.void("INV-000001", reason=5), InvalidValue, "reason"),  # type: ignore[arg-type]  # wrong on purpose
    ("a customer's coupon who is a flag", lambda b: b.coupons.get(True, "x"), InvalidValue, "customer"),  # type: ignore[arg-type]  # wrong on purpose
    ("a customer's grant who is no number", lambda b: b.grants.get(Decimal("sNaN"), "x"), InvalidValue, "customer"),  # type: ignore[arg-type]  # wrong on purpose
    ("a grant for no list", lambda b: b.grants.give("acme", amount=5, applies_to=None), InvalidValue, "applies_to"),  # type: ignore[arg-type]  # wrong on purpose
    ("a line that is no number", lambda b: b.invoices.explain("INV-000001", Decimal("sNaN")), InvalidValue, "line"),  # type: ignore[arg-type]  # wrong on purpose
    ("an end at no time", lambda b: b.subscriptions.cancel("s1", when=None), InvalidValue, "when"),  # type: ignore[arg-type]  # wrong on purpose
    ("unused money to nobody", lambda b: b.subscriptions.cancel("s1", unused=None), InvalidValue, "unused"),  # type: ignore[arg-type]  # wrong on purpose
    ("an addon at no time", lambda b: b.subscriptions.attach_addon("s1", "extra", when=None), InvalidValue, "when"),  # type: ignore[arg-type]  # wrong on purpose
    ("an addon off at no time", lambda b: b.subscriptions.detach_addon("s1", "extra", when=None), InvalidValue, "when"),  # type: ignore[arg-type]  # wrong on purpose
    ("a version that is no number", lambda b: b.subscriptions.change("s1", version=Decimal("sNaN")), InvalidValue, "version"),  # type: ignore[arg-type]  # wrong on purpose
    ("a plan that is a list", lambda b: b.subscriptions.change("s1", plan=["starter"]), InvalidValue, "plan"),  # type: ignore[arg-type]  # wrong on purpose
    ("no such exception", lambda b: b.exceptions.resolve("exc_1", resolution="x"), NotFound, "exc_1"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "told"), [row[1:] for row in CALLS], ids=[row[0] for row in CALLS])
def test_a_wrong_call_is_refused(billing: Billing, call: BadCall, error: type[BillcoreError], told: str) -> None:
    """One typed error that names the place and the value."""
    with pytest.raises(error) as caught:
        call(billing)

    assert type(caught.value) is error
    assert told in str(caught.value)
    assert billing.verify() == ()


def test_a_refused_call_changes_nothing(billing: Billing) -> None:
    """After all wrong calls the documents, the money and the subscription are what they were."""
    before = (billing.invoices.list("acme"), billing.customers.standing("acme"), billing.subscriptions.get("s1"))
    for _, call, error, _ in CALLS:
        if error is not IdempotencyMismatch:
            with pytest.raises(error):
                call(billing)

    assert before == (
        billing.invoices.list("acme"),
        billing.customers.standing("acme"),
        billing.subscriptions.get("s1"),
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"customer": "nobody"}, "no such customer"),
        ({"meter": "nothing"}, "no such meter"),
        ({"subscription": "s9"}, "no such subscription"),
        ({"meter": "gb"}, "the meter's field is missing"),
        ({"meter": "gb", "properties": {"size": "big"}}, "not a plain decimal number"),
    ],
)
def test_a_wrong_event_is_rejected_by_itself(billing: Billing, wrong: dict[str, object], told: str) -> None:
    """The others of its batch are recorded; the caller sees which was not, and why."""
    outcome = billing.usage.record([used(id="good"), used(**wrong)])

    assert outcome.accepted == 1
    assert [told in rejected.error for rejected in outcome.rejected] == [True]


def test_an_id_for_another_event_is_told(billing: Billing) -> None:
    """The first stays; the second is rejected, an equal one is a harmless duplicate."""
    billing.usage.record([used(value=1)])

    outcome = billing.usage.record([used(value=2), used(value=1)])

    assert (outcome.accepted, outcome.duplicates) == (0, (("s", "e"),))
    assert [rejected.id for rejected in outcome.rejected] == ["e"]
