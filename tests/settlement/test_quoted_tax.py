"""Quotes are taxed as invoices are: reverse charge, exemptions, who asks for what."""

from __future__ import annotations

import pytest

from billcore.engine import Billing
from billcore.kernel import InvalidValue, NotFound
from billcore.pricing import EuVat, Quote, Selection, Tax, TaxRate
from tests.shop import Shop, base, catalog, plan

JUNE = "2026-06-01T00:00:00Z"
TWO = plan("two", base("9.99", "a"), base("4.99", "b"))
EU = [TaxRate(code="de", country="DE", percent=19), TaxRate(code="fr", country="FR", percent=20)]
BUSINESS = "FR40303265045"


def shop(**customer: object) -> Billing:
    """A German house, whose customer ``acme`` is in France."""
    about = {"country": "FR", **customer}
    return Shop.new(
        catalog(TWO, taxes=EU),
        JUNE,
        taxes=EuVat(seller="DE"),
        **about,  # type: ignore[arg-type]  # keywords of create
    ).billing


def said(offer: Quote) -> list[tuple[str, int, int, str | None]]:
    """Each rate's code, base, amount and reason, the same in the full period and the first invoice."""
    assert offer.first_invoice.taxes == offer.recurring.taxes
    return [told(tax) for tax in offer.recurring.taxes]


def told(tax: Tax) -> tuple[str, int, int, str | None]:
    """A tax in four."""
    return (tax.code, tax.base, tax.amount, tax.reason)


@pytest.mark.parametrize(
    ("customer", "want"),
    [
        ({}, ("fr", 1498, 300, None)),
        ({"tax_id": BUSINESS}, ("VATEX-EU-AE", 1498, 0, "reverse charge")),
        ({"tax_exempt": "VATEX-EU-143-1G"}, ("exempt", 1498, 0, "VATEX-EU-143-1G")),
    ],
    ids=["consumer", "business", "exempt"],
)
def test_a_customers_quote_has_the_tax_of_its_invoice(
    customer: dict[str, str], want: tuple[str, int, int, str | None]
) -> None:
    """R0-21: by the customer's country, tax id and exemption; what is billed then says the same."""
    billing = shop(**customer)
    offer = billing.quotes.preview(Selection(plan="two"), customer="acme")
    billing.subscriptions.create("acme", Selection(plan="two"))
    billing.invoices.run()

    assert said(offer) == [want]
    assert [told(tax) for tax in billing.invoices.list("acme").items[0].document.taxes] == [want]
    assert (offer.selection.country, offer.recurring.total.minor) == ("FR", 1498 + want[2])


def test_somebody_who_is_not_a_customer_yet() -> None:
    """A tax id and a country are enough; without an id France's rate, with one of another country too."""
    billing, chosen = shop(), Selection(plan="two", country="FR")

    assert said(billing.quotes.preview(chosen, tax_id=BUSINESS)) == [("VATEX-EU-AE", 1498, 0, "reverse charge")]
    assert said(billing.quotes.preview(chosen, tax_id="DE136695976")) == [("fr", 1498, 300, None)]
    assert said(billing.quotes.preview(chosen)) == [("fr", 1498, 300, None)]
    assert said(billing.quotes.preview(Selection(plan="two"))) == []


def test_what_the_selection_names_itself_stays() -> None:
    """A customer in France asks what it costs in Germany, by German time."""
    chosen = Selection(plan="two", country="DE", timezone="Europe/Berlin")
    offer = shop(tax_id=BUSINESS).quotes.preview(chosen, customer="acme")

    assert said(offer) == [("de", 1498, 285, None)]
    assert offer.selection == chosen


def test_questions_that_cannot_be_right() -> None:
    """A tax id without a country, an empty one, a customer that is not there or somebody else's."""
    billing = shop()
    with pytest.raises(InvalidValue, match=r"^tax_id: without a country nothing is taxed"):
        billing.quotes.preview(Selection(plan="two"), tax_id=BUSINESS)
    with pytest.raises(InvalidValue, match="tax_id"):
        billing.quotes.preview(Selection(plan="two", country="FR"), tax_id="")
    with pytest.raises(NotFound):
        billing.quotes.preview(Selection(plan="two"), customer="nobody")
    billing.customers.create("other", currency="CHF")
    with pytest.raises(NotFound):
        billing.scoped(customer="other").quotes.preview(Selection(plan="two"), customer="acme")
