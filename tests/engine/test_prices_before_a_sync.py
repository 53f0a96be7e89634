"""Before the first synchronisation there is no price, and no zero either (R4-36)."""

from __future__ import annotations

import attrs
import pytest

from billcore.engine import Billing
from billcore.kernel import NotFound, PriceUnavailable
from billcore.lifecycle.backfill import NO_SLA, copy_brackets, offer_no_sla, seed_tiers, with_components
from billcore.pricing import Bracket, Catalog, Selection, Service
from billcore.testing import ManualClock
from tests.pricing.examples import postgresql, servala

NOW = "2026-05-01T00:00:00Z"
WANTED = Selection(service="postgresql", sla_tier="nosla")


def migrated() -> Catalog:
    """What the backfills make of a service without prices."""
    bare = with_components(offer_no_sla(Service(code="postgresql")), [{"productIDSource": "plan"}])
    (service,) = copy_brackets([bare], [Bracket(8, 0), Bracket(None, 10)])
    tiers = seed_tiers(())
    return Catalog(version="0", effective="2026-01-01T00:00:00Z", currency="CHF", sla_tiers=tiers, services=[service])


def test_before_the_first_catalog() -> None:
    """R4-36: nothing was synchronised: PriceUnavailable from a quote and from an order, which is not made."""
    billing = Billing.in_memory(clock=ManualClock(NOW))
    billing.customers.create("acme", currency="CHF")

    with pytest.raises(PriceUnavailable, match="no catalog is in force"):
        billing.quotes.preview(WANTED)
    with pytest.raises(PriceUnavailable):
        billing.subscriptions.create("acme", WANTED)
    assert billing.subscriptions.list("acme").items == ()


def test_before_a_catalog_takes_effect() -> None:
    """One is published for later: the error says from when, not to publish one."""
    billing = Billing.in_memory(clock=ManualClock(NOW))
    for version, effective in (("2", "2031-01-01T00:00:00Z"), ("1", "2030-02-01T00:00:00+01:00")):
        billing.catalog.publish(attrs.evolve(migrated(), version=version, effective=effective))

    with pytest.raises(PriceUnavailable, match=r"in force \(got .*; the first takes effect 2030-01-31T23:00:00Z\)$"):
        billing.quotes.preview(WANTED)


def test_a_service_that_came_in_without_prices() -> None:
    """R4-36: a migrated service has tiers and brackets, and a surcharge of 0 that is no price: not 0.00 a month."""
    billing = Billing.in_memory(clock=ManualClock(NOW))
    billing.catalog.publish(migrated())

    with pytest.raises(PriceUnavailable, match=r"^service: this service has no prices yet \(got 'postgresql'\)"):
        billing.quotes.preview(WANTED)


def test_after_the_synchronisation_the_price_is_shown() -> None:
    """R4-36: the same selection has a price as soon as the service has."""
    billing = Billing.in_memory(clock=ManualClock(NOW))
    billing.catalog.publish(migrated())
    synced = offer_no_sla(attrs.evolve(postgresql(), sla_surcharges={}))
    later = attrs.evolve(servala(), sla_tiers=[NO_SLA], services=[synced], effective="2026-02-01T00:00:00Z")
    billing.catalog.publish(later)

    assert str(billing.quotes.preview(WANTED).recurring.net) == "20.00 CHF"


def test_no_price_is_an_absence() -> None:
    """Who catches ``NotFound`` goes on catching it; programs tell the two apart by the code."""
    assert issubclass(PriceUnavailable, NotFound)
    assert PriceUnavailable.code == "price_unavailable"
