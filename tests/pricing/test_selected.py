"""What a selection asks for and nothing prices is refused, never left out."""

from __future__ import annotations

import pytest

from billcore import Billing
from billcore.kernel import InvalidValue, instant
from billcore.pricing import (
    Catalog,
    ComputePlan,
    Flat,
    Meter,
    PerUnit,
    Plan,
    PlanVersion,
    Price,
    PriceCadence,
    Product,
    Selection,
    Service,
    Storage,
    quote,
)
from billcore.testing import ManualClock

NOW = instant("2026-05-20T00:00:00Z")
SOLD = Catalog(
    version="1",
    effective="2026-01-01T00:00:00Z",
    currency="CHF",
    meters=[Meter(code="calls"), Meter(code="gb")],
    plans=[
        Plan(
            code="p",
            versions=[
                PlanVersion(
                    version=1,
                    prices=[
                        Price(code="base", model=Flat(10)),
                        Price(code="calls", model=PerUnit("0.01"), cadence=PriceCadence.USAGE, meter="calls"),
                    ],
                )
            ],
        ),
        Plan(
            code="soon",
            versions=[
                PlanVersion(version=1, effective="2027-01-01T00:00:00Z", prices=[Price(code="base", model=Flat(1))])
            ],
        ),
    ],
    products=[Product(code="vm", prices=[Price(code="cpu", model=PerUnit(5), size="cpu")])],
    services=[
        Service(
            code="db",
            base_fee=5,
            compute_plans=[ComputePlan(code="s", cpu=1, ram_gib=1, price="0.01")],
            storage=[Storage(code="ssd", price="0.001")],
        )
    ],
)


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"product": "vm", "sizes": {"cpu": 1, "ramm": 64}}, "sizes.ramm"),
        ({"plan": "p", "usage": {"callz": 3}}, "usage.callz"),
        ({"plan": "p", "usage": {"gb": 3}}, "usage.gb"),
        ({"service": "db", "storage": "ssd"}, "storage_gib"),
        ({"service": "db", "replicas": 3}, "replicas"),
        ({"plan": "soon"}, "version"),
    ],
)
def test_what_nothing_prices_is_refused(keys: dict[str, object], place: str) -> None:
    """A misspelt size or meter, storage of no size, replicas of nothing, and a version that is not sold yet."""
    with pytest.raises(InvalidValue, match=f"^{place}: "):
        quote(SOLD, Selection(**keys), NOW)  # type: ignore[arg-type]  # the point


def test_a_version_is_sold_from_its_effective_on() -> None:
    """The same selection that starts in 2027 is quoted."""
    offer = quote(SOLD, Selection(plan="soon", starts_on="2027-01-01T00:00:00Z"), NOW)

    assert str(offer.recurring.net) == "1.00 CHF"
    assert offer.lines[0].description == "base"


def test_an_anchor_is_an_instant_in_text_too() -> None:
    """As every other instant."""
    assert Selection(plan="p", anchor="2026-02-20T00:00:00Z").anchor == instant("2026-02-20T00:00:00Z")  # type: ignore[arg-type]  # text is read


def test_a_subscription_to_a_version_to_come_starts_when_it_is_sold() -> None:
    """Before its ``effective`` it is refused at the version; from then on it is had."""
    billing = Billing.in_memory(clock=ManualClock(NOW))
    billing.catalog.publish(SOLD)
    billing.customers.create("acme", currency="CHF")

    with pytest.raises(InvalidValue, match=r"^version: this version is not sold yet"):
        billing.subscriptions.create("acme", Selection(plan="soon"), id="early")
    found = billing.subscriptions.create("acme", Selection(plan="soon"), at="2027-01-01T00:00:00Z", id="then")

    assert found.start == instant("2027-01-01T00:00:00Z")
