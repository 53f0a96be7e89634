"""Coupons and grants that came from a source: what is written down of them, and what is refused once they are stale."""

from __future__ import annotations

import attrs
import pytest

from billcore import Billing
from billcore.kernel import StaleCatalogEntry
from billcore.ports import CatalogSource, Feed
from billcore.pricing import Catalog, Coupon, Flat, Grant, GrantKind, Plan, PlanVersion, Price, Selection
from billcore.testing import ManualClock

SOLD = Catalog(
    version="feed",
    effective="2026-01-01T00:00:00Z",
    currency="CHF",
    plans=[Plan(code="team", versions=[PlanVersion(version=1, prices=[Price(code="base", model=Flat("9.00"))])])],
    coupons=[Coupon(code="START", percent=20)],
    grants=[Grant(code="welcome", kind=GrantKind.PROMOTIONAL, amount=5)],
)


@attrs.frozen
class Told(CatalogSource):
    """A source that says this."""

    catalog: Catalog
    name: str = "portal"

    def fetch(self, known: str | None) -> Feed:  # noqa: ARG002 - it tells all of it each time
        """The whole catalog."""
        return Feed(self.catalog, None)


@pytest.fixture
def billing() -> Billing:
    """A shop after its first sync, with a customer."""
    shop = Billing.in_memory(clock=ManualClock("2026-02-01T00:00:00Z"))
    shop.catalog.sync(Told(SOLD))
    shop.customers.create("acme", currency="CHF")
    shop.subscriptions.create("acme", Selection(plan="team"), id="s")
    return shop


def test_what_is_written_down_says_nothing_of_syncs(billing: Billing) -> None:
    """An applied coupon is as the catalog says it, without the marks of its source."""
    assert billing.catalog.as_of().coupon("START").source == "portal"
    assert billing.coupons.apply("acme", "START").coupon == SOLD.coupon("START")


def test_what_is_stale_is_given_to_nobody(billing: Billing) -> None:
    """Who has it keeps it; nobody new gets it."""
    billing.coupons.apply("acme", "START")
    billing.grants.give("acme", "welcome", id="g")
    billing.using(clock=ManualClock("2026-02-02T00:00:00Z")).catalog.sync(
        Told(attrs.evolve(SOLD, coupons=[], grants=[])), most_stale=100
    )
    later = billing.using(clock=ManualClock("2026-03-01T00:00:00Z"))

    with pytest.raises(StaleCatalogEntry, match=r"^coupon: "):
        later.coupons.apply("acme", "START", subscription="s")
    with pytest.raises(StaleCatalogEntry, match=r"^grant: "):
        later.grants.give("acme", "welcome")
    later.invoices.run()
    assert [str(invoice.total) for invoice in later.invoices.list("acme").items] == ["2.20 CHF", "9.00 CHF"]
    assert later.verify() == ()
