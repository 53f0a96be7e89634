"""Prices in credits and bills in currencies of one's own: each sentence of docs/decisions/0005, worked by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from billcore.adapters.serialization import catalog_from, catalog_to
from billcore.engine import Billing
from billcore.kernel import BillcoreError, CurrencyMismatch, InvalidDocument, InvalidValue, Money, UnknownCurrency
from billcore.pricing import (
    Addon,
    Catalog,
    CreditUnit,
    Flat,
    Graduated,
    Meter,
    OwnCurrency,
    PerUnit,
    Plan,
    Price,
    PriceCadence,
    Product,
    Selection,
    Service,
    Tier,
    Wrapped,
    archive,
    catalog_diff,
    price_hash,
    quote,
    unarchive,
)
from billcore.testing import ManualClock, laws
from tests.shop import Shop, base, catalog, plan

JANUARY, FEBRUARY = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
TOKEN = CreditUnit(code="token", rate="0.0123")
GEM = OwnCurrency(code="GEM", places=0)


def metered(**more: object) -> Price:
    """Calls: 100 free, then 3 tokens each, from the tenth thousand on 2; at least 50 tokens."""
    model = Wrapped(model=Graduated([Tier(10_000, 3), Tier(None, 2)]), included=100, minimum=50)
    return base(model, "calls", cadence=PriceCadence.USAGE, meter="calls", **more)


def in_tokens(**more: object) -> Catalog:
    """A plan in tokens, billed in francs."""
    offered = plan("p", base(1_000, currency="token"), metered(currency="token"))
    keys: dict[str, Any] = {"plans": [offered], "credit_units": [TOKEN], **more}
    return attrs.evolve(catalog(meters=[Meter(code="calls")]), **keys)


def test_credits_are_billed_in_the_catalogs_currency() -> None:
    """1,000 tokens at 0.0123 are 12.30; 900 calls of 3 are 2,700 tokens, 33.21; the minimum of 50 is 0.615, 0.62."""
    one = Shop.new(in_tokens(), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.use("u", "2026-01-05T00:00:00Z", 1_000, meter="calls")

    assert one.run("2026-03-01T00:00:00Z") == [
        "INV-000001 01-01: base 12.30 | due 12.30",
        "INV-000002 02-01: base 12.30, calls 33.21 | due 45.51",
        "INV-000003 03-01: base 12.30, calls 0.62 | due 12.92",
    ]
    exact = one.documents()[2].document.lines[1].exact
    assert exact == Decimal("0.615")
    laws.books_are_sound(one.billing)
    laws.lines_explain_themselves(one.billing)


def test_the_explanation_has_the_credits_and_what_one_is_worth() -> None:
    """2,700 tokens, as plain numbers, times 0.0123 francs."""
    one = Shop.new(in_tokens(), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.use("u", "2026-01-05T00:00:00Z", 1_000, meter="calls")
    one.run(FEBRUARY)
    told = one.billing.invoices.explain("INV-000002", 2)
    found, worth = told.find("credits"), told.find("worth of a credit")

    assert found is not None
    assert worth is not None
    assert found.value == Decimal(2_700)
    assert found.kind == "number"
    assert found.about["name"] == "token"
    assert (worth.value, worth.kind) == (Decimal("0.0123"), "amount")
    assert {node.kind for node in found.walk()} <= {"number", "quantity"}
    assert told.recompute() == Decimal("33.21")


@pytest.mark.parametrize(
    ("sells", "usual", "want"),
    [
        (attrs.evolve(plan("p", base(1_000, currency="token")), currency="EUR"), "CHF", "12.30 EUR"),
        (attrs.evolve(plan("p", base(1_000)), currency="token"), "CHF", "12.30 CHF"),
        (plan("p", base(1_000, currency="token")), "GEM", "12 GEM"),
    ],
)  # fmt: skip
def test_which_currency_credits_are_billed_in(sells: Plan, usual: str, want: str) -> None:
    """The plan's, or where that says credits too the catalog's, an own one as well."""
    sold = Catalog(
        version="1", effective=JANUARY, currency=usual, plans=[sells], credit_units=[TOKEN], currencies=[GEM]
    )
    assert str(quote(sold, Selection(plan="p"), sold.effective).recurring.net) == want


def test_products_addons_and_composed_ones() -> None:
    """A product's price and an addon's are in credits as a plan's; two of an addon are twice its credits."""
    sold = attrs.evolve(
        in_tokens(),
        products=[Product(code="vm", currency="token", prices=[base(PerUnit(10), "vm")])],
        addons=[Addon(code="a", price=base(100, "a", currency="token"))],
    )
    offer = quote(sold, Selection(product="vm", quantity=3, addons=["a", "a"]), sold.effective)

    assert [(line.price, str(line.amount), line.exact) for line in offer.lines] == [
        ("vm", "0.37 CHF", Decimal("0.3690")),
        ("a", "2.46 CHF", Decimal("2.4600")),
    ]
    assert offer.explain("a").find("credits") is not None


def test_the_order_keeps_the_rate_of_its_day() -> None:
    """A token is worth twice as much later: who bought before pays as before."""
    one = Shop.new(in_tokens(), JANUARY)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    one.billing.catalog.publish(
        attrs.evolve(in_tokens(credit_units=[attrs.evolve(TOKEN, rate="0.0246")]), version="2", effective=FEBRUARY)
    )
    one.clock.set(FEBRUARY)
    one.billing.subscriptions.create("acme", Selection(plan="p"), id="t")

    assert [found.partition(": ")[2] for found in one.run(FEBRUARY)] == [
        "base 12.30 | due 12.30",
        "base 12.30, calls 0.62, base 24.60 | due 37.52",
    ]
    laws.books_are_sound(one.billing)


def test_the_rate_of_a_unit_is_a_difference_of_catalogs() -> None:
    """In words and in money."""
    found = catalog_diff(in_tokens(), in_tokens(credit_units=[attrs.evolve(TOKEN, rate="0.0246")]))

    assert any("rate" in one.place or "credits" in one.place for one in found.differences)
    assert [(cost.before, cost.after) for cost in found.costs if cost.place.endswith("base")] == [
        (Decimal("12.3000"), Decimal("24.6000"))
    ]


def test_documents_and_archives_read_back() -> None:
    """A price in credits is written as it was read; a price without them keeps its hash."""
    sold = in_tokens(currencies=[GEM])
    document = catalog_to(sold)

    assert document["plans"][0]["versions"][0]["prices"][0]["currency"] == "token"
    assert catalog_from(document) == sold
    assert unarchive(archive(sold), Catalog) == sold
    (price, _) = sold.plans[0].versions[0].prices
    assert unarchive(archive(price), Price) == price
    assert price_hash(price) != price_hash(Price(code="base", model=Flat(1_000), currency="CHF"))
    assert "credits" not in archive(Price(code="base", model=Wrapped(model=Flat(1), minimum=2), currency="CHF"))


ROWS = [
    ({"credit_units": []}, UnknownCurrency, "plans[0].versions[0].prices[0].currency"),
    ({"currency": None}, InvalidValue, "plans[0].versions[0].prices[0].currency"),
    ({"currency": "token"}, UnknownCurrency, "currency"),
    ({"credit_units": [TOKEN, TOKEN]}, InvalidValue, "credit_units[1].code"),
    ({"credit_units": [TOKEN, CreditUnit(code="XAU", rate=1)]}, InvalidValue, "credit_units[1].code"),
    ({"credit_units": [attrs.evolve(TOKEN, code="GEM")], "currencies": [GEM]}, InvalidValue, "credit_units[0].code"),
    ({"currencies": [GEM, OwnCurrency(code="GEM", places=2)]}, InvalidValue, "currencies[1].code"),
    ({"services": [Service(code="db", currency="token")]}, UnknownCurrency, "services[0].currency"),
    ({"currency": "GEM.2", "currencies": [GEM]}, UnknownCurrency, "currency"),
    ({"currency": "GEM.0"}, UnknownCurrency, "currency"),
    ({"currency": "GEM"}, UnknownCurrency, "currency"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "error", "place"), ROWS)
def test_codes_that_mean_nothing_or_two_things(keys: dict[str, object], error: type[BillcoreError], place: str) -> None:
    """One error that names the place, for a catalog in Python."""
    whole = {"version": "1", "effective": JANUARY, "currency": "CHF", "credit_units": [TOKEN]}
    whole["plans"] = [plan("p", base(1_000, currency="token"))]
    with pytest.raises(error) as caught:
        Catalog(**{**whole, **keys})  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.place == place


def test_a_credit_unit_is_never_called_like_an_own_currency() -> None:
    """``GEM.0`` beside GEM: the catalog could be published, and no more be read; so no unit has a dot in its code."""
    with pytest.raises(InvalidValue, match=r"^code: a credit unit has no dot in its code \(got 'GEM\.0'\)$"):
        CreditUnit(code="GEM.0", rate=2)


def test_a_document_tells_all_of_them() -> None:
    """Words that neither ISO 4217 nor the catalog knows, each at its place, with what else is wrong."""
    price = {"code": "a", "currency": "coin", "model": {"type": "flat", "amount": 1}}
    data = {
        "format": "billcore-catalog/1",
        "version": "1",
        "effective": JANUARY,
        "currency": "GEMS",
        "currencies": [{"code": "GEM", "places": 13}, {"code": "EUR"}],
        "credit_units": [{"code": "token", "rate": 0}],
        "services": [{"code": "db", "currency": "token"}],
        "plans": [{"code": "p", "currency": "eur", "versions": [{"version": 1, "prices": [price]}]}],
    }
    with pytest.raises(InvalidDocument) as caught:
        catalog_from(data)

    assert {problem.place for problem in caught.value.problems} == {
        "currency",
        "currencies[0].places",
        "currencies[1].code",
        "credit_units[0].rate",
        "services[0].currency",
        "plans[0].currency",
        "plans[0].versions[0].prices[0].currency",
    }


def gems() -> Catalog:
    """A game sold in gems."""
    return Catalog(
        version="1",
        effective="2020-01-01T00:00:00Z",
        currency="GEM",
        currencies=[GEM],
        plans=[plan("pass", base("12.5"))],
    )


@pytest.mark.parametrize("file", [False, True])
def test_a_customer_pays_in_an_own_currency(file: bool, tmp_path: Path) -> None:  # noqa: FBT001 - one of two stores
    """Gems have no places: half of 12.5 is 6, the whole 13; they are paid by hand, voucher and balance."""
    clock = ManualClock(JANUARY)
    made = Billing.open(tmp_path / "gems.db", clock=clock) if file else Billing.in_memory(clock=clock)
    with made as billing:
        billing.catalog.publish(gems())
        assert billing.customers.create("acme", currency="GEM").currency == "GEM.0"
        billing.customers.create("zeta", currency="CHF")
        billing.subscriptions.create("acme", Selection(plan="pass"), id="s")
        billing.balances.top_up("acme", 5, "shop")
        billing.vouchers.issue("HI", Money(2, "GEM.0"))
        billing.vouchers.redeem("acme", "HI")
        billing.grants.give("acme", amount=Money(1, "GEM.0"))
        billing.invoices.run()
        (invoice,) = billing.invoices.list("acme").items
        assert (invoice.document.currency, str(invoice.total), str(invoice.due)) == ("GEM.0", "12 GEM", "12 GEM")
        billing.payments.record("INV-000001", 12, "shop")
        assert billing.invoices.get("INV-000001").open == 0
        assert str(billing.customers.standing("acme").balance) == "5 GEM"
        with pytest.raises(CurrencyMismatch):
            billing.subscriptions.create("zeta", Selection(plan="pass"))
        with pytest.raises(UnknownCurrency):
            billing.customers.create("omega", currency="RUBY")
        assert billing.verify() == ()


def test_what_people_read() -> None:
    """The name alone, with the places of the code."""
    formatting = pytest.importorskip("billcore.adapters.formatting", reason="babel is not installed")
    assert formatting.money("1234", "GEM.0", "en") == "GEM1,234"
    assert formatting.exact_money(Decimal("0.5"), "MILE.2", "de").replace("\xa0", " ") == "0,50 MILE"
    assert (str(Money("7.5", "MILE.2")), repr(Money(7, "GEM.0"))) == ("7.50 MILE", "Money('7', 'GEM.0')")
