"""What lint takes for a mistake and what it does not; more of it in ``test_diff.py``."""

from __future__ import annotations

import attrs

from billcore.pricing import Catalog, Component, Finding, Service, SlaTier, lint
from tests.pricing.examples import EFFECTIVE


def test_a_service_sells_tiers_and_what_an_erp_prices_too() -> None:
    """Nothing to sell has who has none of it; a tier for nothing alone is no price."""
    tier, size = SlaTier(code="gold"), Component(code="nodes", product_id="erp-1")
    for more, findings in (
        ({"sla_surcharges": {"gold": 100}}, []),
        ({"components": [size]}, []),
        ({"sla_surcharges": {"gold": 0}}, [Finding("services/s", "it has nothing to sell")]),
    ):
        catalog = Catalog(version="1", effective=EFFECTIVE, currency="CHF", sla_tiers=[tier])
        found = lint(attrs.evolve(catalog, services=[Service(code="s", **more)]))
        assert [one for one in found if one.place != "sla_tiers/gold"] == findings
