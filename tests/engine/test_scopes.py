"""Scopes: under one customer's scope everybody else looks absent, for every verb of every noun (T2, T4, T5)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
import pytest

from billcore.adapters.sources import FileSource
from billcore.engine import Billing
from billcore.engine.publishing import plan_feed
from billcore.kernel import AlreadyExists, BillcoreError, InvalidValue, Money, NotAllowed
from billcore.lifecycle import UsageEvent
from billcore.ports import Feed
from billcore.ports.tables import TABLES
from billcore.pricing import (
    MOST_STALE,
    Addon,
    ComputePlan,
    Coupon,
    Grant,
    GrantKind,
    Meter,
    PerUnit,
    PriceCadence,
    Selection,
    Service,
    plan_catalog,
)
from billcore.testing import ManualClock
from tests.shop import Shop, base, catalog, plan

JUNE = "2026-06-01T00:00:00Z"
DATABASE = Service(code="db", compute_plans=[ComputePlan(code="small", cpu=1, ram_gib=1, price=1)])
SOLD = attrs.evolve(
    catalog(
        plan("s", base(30), base(PerUnit(1), "gb", cadence=PriceCadence.USAGE, meter="gb")),
        addons=[Addon(code="more", price=base(5, "more"))],
        meters=[Meter(code="gb")],
    ),
    services=[DATABASE],
    coupons=[Coupon(code="off", percent=10)],
    grants=[Grant(code="gift", kind=GrantKind.PROMOTIONAL, amount=5)],
)
NOUNS = (
    *(
        "customers",
        "catalog",
        "quotes",
        "subscriptions",
        "usage",
        "invoices",
        "vouchers",
        "balances",
        "payments",
        "ledger",
    ),
    *("coupons", "grants", "exceptions", "notices"),
)


@attrs.frozen
class Names:
    """What a call names: a customer, and things of that customer."""

    customer: str
    subscription: str
    document: str
    exception: str


FOREIGN = Names("zed", "zed-vm", "INV-000002", "exc-zed")
ABSENT = Names("nix", "nix-vm", "INV-000009", "exc-nix")


def event(names: Names, subscription: str | None) -> UsageEvent:
    """An event of a customer or of a subscription."""
    return UsageEvent(id="1", source="s", customer=names.customer, meter="gb", time=JUNE, subscription=subscription)


def mine(names: Names) -> Names:
    """Own customer, the other's things."""
    return attrs.evolve(names, customer="acme")


Call = Callable[[Billing, Names], object]
CASES: Mapping[str, tuple[Call, ...]] = {
    "customers.create": (lambda b, n: b.customers.create(n.customer, currency="CHF"),),
    "customers.get": (lambda b, n: b.customers.get(n.customer),),
    "customers.update": (lambda b, n: b.customers.update(n.customer, country="CH"),),
    "customers.close": (lambda b, n: b.customers.close(n.customer),),
    "customers.standing": (lambda b, n: b.customers.standing(n.customer),),
    "subscriptions.create": (lambda b, n: b.subscriptions.create(n.customer, Selection(plan="s")),),
    "subscriptions.get": (lambda b, n: b.subscriptions.get(n.subscription),),
    "subscriptions.list": (lambda b, n: b.subscriptions.list(n.customer),),
    "subscriptions.state": (lambda b, n: b.subscriptions.state(n.subscription),),
    "subscriptions.change": (lambda b, n: b.subscriptions.change(n.subscription, quantity=2),),
    "subscriptions.attach_addon": (lambda b, n: b.subscriptions.attach_addon(n.subscription, "more"),),
    "subscriptions.detach_addon": (lambda b, n: b.subscriptions.detach_addon(n.subscription, "more"),),
    "subscriptions.cancel": (lambda b, n: b.subscriptions.cancel(n.subscription),),
    "usage.record": (
        lambda b, n: b.usage.record([event(n, None)]),
        lambda b, n: b.usage.record([event(mine(n), n.subscription)]),
    ),
    "invoices.preview": (lambda b, n: b.invoices.preview(n.customer),),
    "invoices.run": (
        lambda b, n: b.invoices.run(customer=n.customer),
        lambda b, n: b.invoices.run(customer=n.customer, now=True),
    ),
    "invoices.get": (lambda b, n: b.invoices.get(n.document),),
    "invoices.list": (
        lambda b, n: b.invoices.list(n.customer),
        lambda b, n: b.invoices.list("acme", cursor=n.document),
    ),
    "invoices.add_item": (lambda b, n: b.invoices.add_item(n.customer, 5, "work"),),
    "invoices.void": (lambda b, n: b.invoices.void(n.document),),
    "invoices.credit": (lambda b, n: b.invoices.credit(n.document, reason="sorry"),),
    "invoices.explain": (lambda b, n: b.invoices.explain(n.document, 1),),
    "invoices.notes": (lambda b, n: b.invoices.notes(n.document),),
    "vouchers.redeem": (lambda b, n: b.vouchers.redeem(n.customer, "GIFT"),),
    "balances.top_up": (lambda b, n: b.balances.top_up(n.customer, 5, "bank"),),
    "balances.get": (lambda b, n: b.balances.get(n.customer),),
    "coupons.apply": (
        lambda b, n: b.coupons.apply(n.customer, "off"),
        lambda b, n: b.coupons.apply("acme", "off", subscription=n.subscription),
    ),
    "coupons.remove": (lambda b, n: b.coupons.remove(n.customer, "off"),),
    "coupons.get": (lambda b, n: b.coupons.get(n.customer, "off"),),
    "coupons.list": (lambda b, n: b.coupons.list(n.customer),),
    "grants.give": (
        lambda b, n: b.grants.give(n.customer, "gift"),
        lambda b, n: b.grants.give(n.customer, amount=5),
    ),
    "grants.get": (lambda b, n: b.grants.get(n.customer, "grt-zed"),),
    "grants.revoke": (lambda b, n: b.grants.revoke(n.customer, "grt-zed"),),
    "grants.list": (lambda b, n: b.grants.list(n.customer),),
    "payments.record": (lambda b, n: b.payments.record(n.document, 5, "bank"),),
    "payments.settle": (lambda b, n: b.payments.settle(n.customer),),
    "ledger.list": (lambda b, n: b.ledger.list(n.customer),),
    "exceptions.get": (lambda b, n: b.exceptions.get(n.exception),),
    "exceptions.list": (lambda b, n: b.exceptions.list(customer=n.customer),),
}
"""Verbs that name something of a customer."""

NEXT = catalog(plan("x", base(1)), version="2")
FEED = Feed(NEXT)

HOUSE: Mapping[str, Callable[[Billing], object]] = {
    "catalog.publish": lambda b: b.catalog.publish(catalog(plan("x", base(1)), version="2")),
    "catalog.plan": lambda b: b.catalog.plan(NEXT),
    "catalog.apply": lambda b: b.catalog.apply(plan_catalog(None, NEXT)),
    "catalog.plan_sync": lambda b: b.catalog.plan_sync(FileSource("shop.toml")),
    "catalog.apply_sync": lambda b: b.catalog.apply_sync(
        plan_feed(None, "shop", FEED, None, NEXT.effective, MOST_STALE)
    ),
    "catalog.sync": lambda b: b.catalog.sync(FileSource("shop.toml")),
    "catalog.check": lambda b: b.catalog.check(),
    "vouchers.issue": lambda b: b.vouchers.issue("NEW", Money(5, "CHF")),
    "exceptions.resolve": lambda b: b.exceptions.resolve("exc-zed", resolution="done"),
}
"""Verbs of the house, refused under a customer's scope."""

OPEN: Mapping[str, Callable[[Billing], object]] = {
    "catalog.get": lambda b: b.catalog.get("1").version,
    "catalog.as_of": lambda b: b.catalog.as_of().version,
    "catalog.list": lambda b: b.catalog.list(),
    "quotes.preview": lambda b: b.quotes.preview(Selection(plan="s")).currency,
    "quotes.options": lambda b: [option.compute_plan for option in b.quotes.options("db")],
    "vouchers.get": lambda b: b.vouchers.get("GIFT").code,
    "customers.list": lambda b: [one.id for one in b.customers.list().items],
    "notices.relay": lambda b: b.notices.relay(lambda notice: customer_is_acme(notice.customer)),
}
"""Verbs that name nobody: what the house shows to all, and lists of one's own."""


def customer_is_acme(name: str) -> None:
    """What is told under the scope is told of its customer."""
    assert name == "acme"


@pytest.fixture
def shop() -> Shop:
    """``acme`` and ``zed``, each with a subscription and an invoice."""
    opened = Shop.new(SOLD, JUNE)
    opened.billing.customers.create("zed", currency="CHF")
    opened.billing.vouchers.issue("GIFT", Money(5, "CHF"), limit=3)
    for name in ("acme", "zed"):
        opened.billing.subscriptions.create(name, Selection(plan="s"), id=f"{name}-vm")
        opened.billing.grants.give(name, amount=1, id=f"grt-{name}")
    opened.billing.invoices.run()
    assert opened.billing.invoices.get(FOREIGN.document).document.customer == FOREIGN.customer
    return opened


def outcome(call: Call, billing: Billing, names: Names) -> str:
    """What a call answers or raises, with the names taken out."""
    try:
        said = repr(call(billing, names))
    except BillcoreError as error:
        said = f"{type(error).__name__}: {error}"
    for place, name in attrs.asdict(names).items():
        said = said.replace(name, f"<{place}>")
    return said


def contents(shop: Shop) -> object:
    """Everything in the store."""
    store = shop.billing.session.store
    return {table.name: dict(store._shelves[table.name].rows) for table in TABLES}  # type: ignore[attr-defined]  # the memory store


def verbs() -> list[str]:
    """Every public verb of every noun."""
    with Billing.in_memory() as billing:
        nouns = {name: getattr(billing, name) for name in NOUNS}
        return [
            f"{name}.{verb}"
            for name, noun in nouns.items()
            for verb, _ in inspect.getmembers(noun, inspect.ismethod)
            if not verb.startswith("_")
        ]


def test_every_verb_has_a_case() -> None:
    """T2: a verb that is new has no case, and fails here."""
    cases = [*CASES, *HOUSE, *OPEN]

    assert sorted(cases) == sorted(verbs())
    assert {name for name in dir(Billing) if not name.startswith("_")} == {
        *NOUNS,
        *("close", "in_memory", "open", "scoped", "session", "using", "verify"),
    }


@pytest.mark.parametrize(("name", "place"), [(name, n) for name, calls in CASES.items() for n in range(len(calls))])
def test_a_foreign_id_looks_absent(shop: Shop, name: str, place: int) -> None:
    """T2: with a foreign id a verb answers word for word as with one that is not there, and writes nothing."""
    call, scoped = CASES[name][place], shop.billing.scoped(customer="acme")
    before = contents(shop)

    foreign = outcome(call, scoped, FOREIGN)

    assert foreign == outcome(call, scoped, ABSENT)
    assert contents(shop) == before


@pytest.mark.parametrize("name", HOUSE)
def test_a_verb_of_the_house_is_refused(shop: Shop, name: str) -> None:
    """T4: what belongs to the house is refused under a customer's scope, and writes nothing."""
    before = contents(shop)

    with pytest.raises(NotAllowed):
        HOUSE[name](shop.billing.scoped(customer="acme"))

    assert contents(shop) == before


@pytest.mark.parametrize("name", OPEN)
def test_lists_and_notices_carry_only_own_things(shop: Shop, name: str) -> None:
    """T5: what names nobody shows the catalog to all, and of customers one's own alone."""
    shown = repr(OPEN[name](shop.billing.scoped(customer="acme")))

    assert "zed" not in shown


def test_a_run_under_a_scope_bills_its_customer_alone(shop: Shop) -> None:
    """T3: acme's own run in July bills acme, and leaves zed's account as it was."""
    shop.at("2026-07-01T00:00:00Z").scoped(customer="acme").invoices.run()

    assert len(shop.documents()) == 2
    assert len(shop.billing.invoices.list("zed").items) == 1


@pytest.mark.parametrize("name", ["zed", None, "a b"])
def test_a_scope_is_not_widened(shop: Shop, name: str | None) -> None:
    """T4: from acme's handle there is no way to another customer's, nor from any to one without a name."""
    scoped = shop.billing.scoped(customer="acme")

    assert scoped.scoped(customer="acme").session.scope == scoped.session.scope
    with pytest.raises(NotAllowed if name == "zed" else InvalidValue, match="customer: "):
        scoped.scoped(customer=name)  # type: ignore[arg-type]  # wrong on purpose
    if name != "zed":
        with pytest.raises(InvalidValue, match="customer: "):
            shop.billing.scoped(customer=name)  # type: ignore[arg-type]  # wrong on purpose


def taken(call: Callable[[], object]) -> str:
    """What is said of an id that is taken."""
    with pytest.raises(AlreadyExists) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize("where", [":memory:", "sqlite"])
def test_an_id_that_is_taken_is_refused_in_the_same_words(where: str, tmp_path: Path) -> None:
    """T2: whether a subscription or an item of that id is one's own or hidden by the scope, one error tells of it."""
    path = tmp_path / "bills.db"
    with Billing.in_memory() if where == ":memory:" else Billing.open(path) as billing:
        billing.catalog.publish(SOLD)
        for name in ("acme", "zed"):
            billing.customers.create(name, currency="CHF")
        billing.subscriptions.create("zed", Selection(plan="s"), id="vm")
        billing.invoices.add_item("zed", 5, "work", id="it")
        acme, zed = (billing.scoped(customer=name) for name in ("acme", "zed"))

        for_acme = taken(lambda: acme.subscriptions.create("acme", Selection(plan="s"), id="vm"))
        assert for_acme == taken(lambda: zed.subscriptions.create("zed", Selection(plan="s"), id="vm"))
        for_acme = taken(lambda: acme.invoices.add_item("acme", 5, "work", id="it"))
        assert for_acme == taken(lambda: zed.invoices.add_item("zed", 5, "work", id="it"))


def test_a_handle_made_of_another_does_not_close_the_store(tmp_path: Path) -> None:
    """The store is the first handle's: a scoped one, or one with another clock, goes without it."""
    with Billing.open(tmp_path / "bills.db") as billing:
        billing.customers.create("acme", currency="CHF")
        with billing.scoped(customer="acme") as scoped:
            assert scoped.customers.get("acme").currency == "CHF"
        with billing.using(clock=ManualClock(JUNE)):
            pass

        assert billing.customers.get("acme").currency == "CHF"
