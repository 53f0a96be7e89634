"""Tax on invoices and their notes, worked by hand: included prices, reverse charge, exemptions, several rates."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from billcore.adapters.memory import MemoryStore
from billcore.adapters.rendering import invoice_html, invoice_text
from billcore.adapters.results import invoice_to
from billcore.engine import Billing
from billcore.kernel import InvalidValue
from billcore.ports import ReadTx
from billcore.ports.tables import DOCUMENT
from billcore.pricing import AppliedRate, EuVat, PerUnit, Selection, TaxCase, TaxRate, TaxRounding, TaxTable
from billcore.settlement import Account, Document, Policy, RoundingTerms
from billcore.testing import ManualClock, laws
from tests.shop import Shop, base, catalog, plan

JUNE, MID, JULY, AUGUST = (
    "2026-06-01T00:00:00Z",
    "2026-06-16T00:00:00Z",
    "2026-07-01T00:00:00Z",
    "2026-08-01T00:00:00Z",
)
ON_TOP = TaxRate(code="vat", country="CH", percent="8.1")
INCLUDED = attrs.evolve(ON_TOP, inclusive=True)
TWO = plan("two", base("9.99", "a"), base("4.99", "b"))
EU = [TaxRate(code="de", country="DE", percent=19), TaxRate(code="fr", country="FR", percent=20)]
GST, QST = AppliedRate("gst", Decimal(5)), AppliedRate("qst", Decimal("9.975"))


@attrs.frozen
class Quebec:
    """A federal and a provincial tax on everything but books, which only the federation taxes."""

    def rate(self, case: TaxCase, table: TaxTable) -> AppliedRate:
        """Both, or one."""
        del table
        return GST if case.category == "books" else AppliedRate.together([GST, QST])


@attrs.frozen
class Closed:
    """Knows no rate of one country, and raises."""

    def rate(self, case: TaxCase, table: TaxTable) -> AppliedRate:
        """The table's, but for France."""
        if case.country == "FR":
            raise LookupError(case.country)
        return table.rate(case)


def had(shop: Shop, code: str = "two") -> Shop:
    """``acme`` has a plan since 1 June, billed then."""
    shop.billing.subscriptions.create("acme", Selection(plan=code), id="vm")
    shop.run(JUNE)
    return shop


def taxes(document: Document) -> list[tuple[str, int, int, str | None]]:
    """Each rate's code, base, amount and reason."""
    return [(tax.code, tax.base, tax.amount, tax.reason) for tax in document.taxes]


def booked(billing: Billing, account: Account) -> int:
    """What stands on an account of the house, in minor units."""

    def work(tx: ReadTx) -> int:
        return tx.balance(None, account.value, "CHF")

    return billing.session.read(work)


def sound(billing: Billing) -> bool:
    """The books are in order, taxes and notes too."""
    for law in (laws.books_are_sound, laws.taxes_are_right, laws.notes_never_exceed_their_invoice):
        law(billing)
    return True


def test_prices_that_include_tax() -> None:
    """9.99 and 4.99 with 8.1 % in them: 14.98 to pay, 1.12 of it tax (1.1225), 13.86 of it revenue (9.24 and 4.62)."""
    shop = had(Shop.new(catalog(TWO, taxes=[INCLUDED]), JUNE, country="CH"))
    (invoice,) = shop.documents()

    assert (str(invoice.total), invoice.document.net, invoice.document.tax) == ("14.98 CHF", 1386, 112)
    assert [(line.minor, line.tax, line.net) for line in invoice.document.lines] == [(999, 75, 924), (499, 37, 462)]
    assert taxes(invoice.document) == [("vat", 1386, 112, None)]
    assert (booked(shop.billing, Account.REVENUE), booked(shop.billing, Account.TAX)) == (-1386, -112)
    assert sound(shop.billing)


def test_notes_of_prices_that_include_tax() -> None:
    """5.00 of 14.98 with 1.12 in it are 0.37 of tax (0.3738); the rest, 9.98, has the other 0.75."""
    shop = had(Shop.new(catalog(TWO, taxes=[INCLUDED]), JUNE, country="CH"))
    notes = shop.at(MID).invoices
    first = notes.credit("INV-000001", amount="5.00", reason="sorry").document
    second = notes.credit("INV-000001", reason="sorry").document

    assert [(note.total, note.net, note.tax) for note in (first, second)] == [(-500, -463, -37), (-998, -923, -75)]
    assert (booked(shop.billing, Account.REVENUE), booked(shop.billing, Account.TAX)) == (0, 0)
    assert sound(shop.billing)


def test_half_a_month_given_back_of_a_price_that_includes_tax() -> None:
    """30.00 with 2.25 in it (2.2479), ended after half of June: 15.00 back, 1.13 of it tax (1.125)."""
    sold = catalog(plan("s", base(30)), taxes=[INCLUDED])
    shop = had(Shop.new(sold, JUNE, country="CH"), "s")
    shop.at(MID).subscriptions.cancel("vm", when="now", unused="give_back")

    assert shop.run(MID) == ["CN-000001 06-16: base -15.00 | tax -1.13"]
    assert shop.documents()[0].open == 1500
    assert sound(shop.billing)


def test_one_rate_on_top_and_included_on_one_invoice() -> None:
    """A backdated seat of June is 30.00 and 2.43 of tax on top; July, 60.00, has 4.50 in it (4.4958)."""
    sold = catalog(plan("s", base(PerUnit(30))), taxes=[ON_TOP])
    shop = had(Shop.new(sold, JUNE, country="CH"), "s")
    shop.at(MID).catalog.publish(
        attrs.evolve(sold, version="2", effective="2026-06-02T00:00:00Z", tax_rates=[INCLUDED])
    )
    shop.billing.subscriptions.change("vm", quantity=2, when="now", at=JUNE)
    shop.run(JULY)
    last = shop.documents()[-1].document

    assert sorted((line.minor, line.tax, line.net) for line in last.lines) == [(3000, 243, 3000), (6000, 450, 5550)]
    assert sorted((tax.inclusive, tax.base, tax.amount) for tax in last.taxes) == [
        (False, 3000, 243),
        (True, 5550, 450),
    ]
    shop.at(AUGUST).invoices.credit(str(last.number), amount="45.00", reason="sorry")
    shop.billing.invoices.credit(str(last.number), reason="sorry")
    assert shop.billing.invoices.get(str(last.number)).open == 0
    assert sound(shop.billing)


def test_reverse_charge() -> None:
    """A French business with a VAT id of France pays no German house's tax, and its invoice says so, in French."""
    shop = Shop.new(
        catalog(TWO, taxes=EU), JUNE, taxes=EuVat(seller="DE"), country="FR", tax_id="FR40303265045", locale="fr"
    )
    (invoice,) = had(shop).documents()

    assert taxes(invoice.document) == [("VATEX-EU-AE", 1498, 0, "reverse charge")]
    profile = shop.billing.customers.get("acme").profile(shop.clock.now())
    for shown in (invoice_text(invoice, profile), invoice_html(invoice, profile)):
        assert "FR40303265045" in shown
        assert "(autoliquidation, VATEX-EU-AE)" in shown
    assert invoice_to(invoice)["taxes"] == [
        {
            "code": "VATEX-EU-AE",
            "percent": "0",
            "base": "14.98",
            "amount": "0.00",
            "reason": "reverse charge",
            "inclusive": False,
        }
    ]
    assert sound(shop.billing)


def test_a_consumer_abroad_pays_its_own_rate() -> None:
    """Without a VAT id a French customer of a German house has France's rate: 14.98 and 3.00 (2.996)."""
    shop = had(Shop.new(catalog(TWO, taxes=EU), JUNE, taxes=EuVat(seller="DE"), country="FR"))

    assert taxes(shop.documents()[0].document) == [("fr", 1498, 300, None)]


def test_an_exemption_holds_from_an_instant_on() -> None:
    """June is taxed, July exempt with its reason, August taxed again, whatever the catalog says meanwhile."""
    shop = had(Shop.new(catalog(TWO, taxes=[ON_TOP]), JUNE, country="CH"))
    shop.at(MID).customers.update("acme", tax_exempt="VATEX-EU-143-1G", at=JULY)
    shop.billing.customers.update("acme", tax_exempt="", at=AUGUST)
    shop.run(AUGUST)

    assert [taxes(one.document) for one in shop.documents()] == [
        [("vat", 1498, 121, None)],
        [("exempt", 1498, 0, "VATEX-EU-143-1G")],
        [("vat", 1498, 121, None)],
    ]
    profile = shop.billing.customers.get("acme").profile(shop.clock.now())
    assert "(VATEX-EU-143-1G)" in invoice_text(shop.documents()[1], profile)


def test_a_note_of_no_tax_says_why_too() -> None:
    """R0-21: what is given back of an untaxed invoice has the invoice's reason, never a silent zero."""
    shop = had(Shop.new(catalog(TWO), JUNE, country="XX"))
    note = shop.at(MID).invoices.credit("INV-000001", amount="5.00", reason="sorry").document

    assert taxes(shop.documents()[0].document) == [("none", 1498, 0, "no rate")]
    assert taxes(note) == [("none", -500, 0, "no rate")]


@pytest.mark.parametrize(("rounding", "total"), [(TaxRounding.RATE, 2), (TaxRounding.LINE, 3)])
def test_tax_by_rate_or_by_line(rounding: TaxRounding, total: int) -> None:
    """Three lines of 0.10 at 7.7 %: 0.0231 over the document, or three times 0.0077; notes take what there was."""
    sold = catalog(
        plan("three", *(base("0.10", code) for code in "abc")),
        taxes=[TaxRate(code="vat", country="CH", percent="7.7")],
    )
    shop = had(Shop.new(sold, JUNE, policy=Policy(tax=rounding), country="CH"), "three")
    (invoice,) = shop.documents()
    assert (invoice.document.tax, invoice.document.total) == (total, 30 + total)

    notes = [shop.at(MID).invoices.credit("INV-000001", line=n, reason="sorry").document for n in (1, 2, 3)]

    assert sum(note.total for note in notes) == -30 - total
    if rounding is TaxRounding.LINE:
        assert [note.tax for note in notes] == [-1, -1, -1]
    assert sound(shop.billing)


def test_by_line_the_halves_of_a_line_add_up() -> None:
    """0.99 at 8.1 % is 0.08 of tax; a third of it at a time gives back 0.03, 0.02 and 0.03."""
    sold = catalog(plan("one", base("0.99")), taxes=[ON_TOP])
    shop = had(Shop.new(sold, JUNE, policy=Policy(tax=TaxRounding.LINE), country="CH"), "one")

    notes = [shop.at(MID).invoices.credit("INV-000001", amount="0.33", reason="sorry").document for _ in range(3)]

    assert [note.tax for note in notes] == [-3, -2, -3]
    assert sound(shop.billing)


def test_a_document_is_judged_by_what_it_was_made_under() -> None:
    """M5: a house that rounds tax by line since has older invoices that were taxed over the document, and are right.

    Their notes are made so too, and add up to them; what is issued since is by line: each says which it is.
    """
    sold = catalog(plan("three", *(base("0.10", code) for code in "abc")), taxes=[attrs.evolve(ON_TOP, percent="7.7")])
    shop = had(Shop.new(sold, JUNE, country="CH"), "three")

    lined = shop.at(MID).using(policy=Policy(tax=TaxRounding.LINE))
    lined.invoices.credit("INV-000001", line=1, reason="sorry")
    lined.invoices.run(until=JULY)
    over = lined.using(policy=Policy())
    over.invoices.credit("INV-000002", reason="sorry")
    over.invoices.credit("INV-000001", reason="sorry")

    assert [(one.number, one.document.tax, one.document.rounding.text) for one in shop.documents()] == [
        ("INV-000001", 2, None),
        ("CN-000001", -1, None),
        ("CN-000003", -1, None),
        ("INV-000002", 3, "line"),
        ("CN-000002", -3, "line"),
    ]
    assert sound(lined)
    assert sound(over)
    lined.invoices.explain("INV-000001", 1)


def test_a_document_that_says_it_was_made_otherwise_is_found() -> None:
    """I1: how it was rounded is in its hash; M5: and its tax is judged by it."""
    sold = catalog(plan("three", *(base("0.10", code) for code in "abc")), taxes=[attrs.evolve(ON_TOP, percent="7.7")])
    shop = had(Shop.new(sold, JUNE, country="CH"), "three")
    store = shop.billing.session.store
    assert isinstance(store, MemoryStore)
    rows, place = store._shelves["document"].rows, DOCUMENT.position("rounding")
    for key, row in rows.items():
        rows[key] = (*row[:place], "line", *row[place + 1 :])

    assert {one.invariant for one in shop.billing.verify()} == {"I1", "M5"}


@pytest.mark.parametrize("written", ["", "rate", "line half_even", "half_even  line"])
def test_terms_of_rounding_that_nobody_wrote(written: str) -> None:
    """Text of a store that is none is refused, and so is one in another order than it is written in."""
    with pytest.raises(InvalidValue) as refused:
        RoundingTerms.stored(written)

    assert refused.value.place == "rounding"
    assert RoundingTerms.stored("half_even invoice line").text == "half_even invoice line"


@pytest.mark.parametrize("rounding", TaxRounding)
def test_several_rates_on_one_line(rounding: TaxRounding, tmp_path: Path) -> None:
    """10.05 at 5 % and 9.975 %, and a book of 10.00 at 5 % alone: 1.00 (of 20.05) and 1.00; a store keeps it all."""
    sold = catalog(plan("q", base("10.05"), base("10.00", "book", tax_category="books")))
    clock = ManualClock(JUNE)
    policy = Policy(tax=rounding)
    with Billing.open(tmp_path / "q.db", clock=clock, policy=policy, taxes=Quebec()) as billing:
        billing.catalog.publish(sold)
        billing.customers.create("acme", currency="CHF", country="CA")
        billing.subscriptions.create("acme", Selection(plan="q"), id="vm")
        billing.invoices.run()
        invoice = billing.invoices.get("INV-000001").document
        assert taxes(invoice) == [("gst", 2005, 100, None), ("qst", 1005, 100, None)]
        assert [(line.tax, line.rate.code) for line in invoice.lines] == [(150, "gst+qst"), (50, "gst")]
        for amount in ("3.33", "3.33", None):
            billing.invoices.credit("INV-000001", amount=amount, reason="sorry")
        assert billing.invoices.get("INV-000001").open == 0
        assert sound(billing)


def test_a_provider_that_fails_parks_one_account() -> None:
    """The others are billed; once the provider answers and the account is resolved, it is too."""
    shop = Shop.new(catalog(TWO, taxes=[ON_TOP]), JUNE, taxes=Closed(), country="CH")
    shop.billing.customers.create("paris", currency="CHF", country="FR")
    for name in ("acme", "paris"):
        shop.billing.subscriptions.create(name, Selection(plan="two"), id=f"vm-{name}")

    report = shop.billing.invoices.run()

    assert (report.invoices, report.parked) == (1, ("paris",))
    (item,) = shop.billing.exceptions.list()
    assert "the tax provider failed" in item.why


def test_a_quote_of_prices_that_include_tax() -> None:
    """The total is the price; the net is what is left of it."""
    shop = Shop.new(catalog(TWO, taxes=[INCLUDED]), JUNE)
    offer = shop.billing.quotes.preview(Selection(plan="two", country="CH"))

    assert [str(part) for part in (offer.recurring.net, offer.recurring.tax, offer.recurring.total)] == [
        "13.86 CHF",
        "1.12 CHF",
        "14.98 CHF",
    ]


def test_prices_that_include_tax_are_shown_so() -> None:
    """Lines as they are priced; below them their total, and what of it is net and what tax."""
    shop = had(Shop.new(catalog(TWO, taxes=[INCLUDED]), JUNE, country="CH"))
    (invoice,) = shop.documents()
    profile = shop.billing.customers.get("acme").profile(shop.clock.now())
    shown = invoice_text(invoice, profile).splitlines()

    assert [line[-8:].strip() for line in shown[-4:-1]] == ["CHF14.98", "CHF13.86", "CHF1.12"]
    assert [line.split("  ")[-2].strip() for line in shown[-4:-1]] == ["Total", "of it net", "of it tax 8.1 %"]
    assert not any("Subtotal" in line for line in shown)
    told = invoice_to(invoice)
    assert told["taxes"] == [
        {"code": "vat", "percent": "8.1", "base": "13.86", "amount": "1.12", "reason": None, "inclusive": True}
    ]
