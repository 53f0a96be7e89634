"""Events that say in words what no meter counts."""

from __future__ import annotations

from billcore import PerUnit, UsageEvent
from billcore.pricing import Meter, PriceCadence
from tests.shop import Shop, base, catalog, plan

JANUARY = "2026-01-01T00:00:00Z"


def test_words_beside_a_number() -> None:
    """An event's other properties are no numbers, and its hash is that of its content all the same (S3)."""
    price = base(PerUnit(1), cadence=PriceCadence.USAGE, meter="gb")
    shop = Shop.new(catalog(plan("p", price), meters=[Meter(code="gb", field="size")]), JANUARY)
    event = UsageEvent(
        id="e", source="s", customer="acme", meter="gb", time=JANUARY, properties={"class": "hot", "size": "5"}
    )

    assert shop.billing.usage.record([event]).accepted == 1
    assert shop.billing.verify() == ()
