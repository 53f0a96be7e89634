"""Hypothesis strategies of billcore's values: random, but always right.

Every strategy draws values that can be built, with the odd ones among them: currencies without decimals, zones that
skip a day, anchors on the 31st, quantities exactly on a tier's bound. Each says what it shrinks to.

>>> from hypothesis import find
>>> str(find(moneys(currency="JPY"), lambda money: money.minor > 41))
'42 JPY'
"""

from billcore.testing import _extra as _extra  # says what to install, before anything fails
from billcore.testing.strategies.erp import (
    billing_items,
    billing_records,
    cluster_quantities,
    components,
    value_paths,
)
from billcore.testing.strategies.models import brackets, events, price_models, tiers
from billcore.testing.strategies.sold import catalogs, plans, prices, selections, services
from billcore.testing.strategies.units import credit_units, grants, own_currencies, unit_catalogs, whole_catalogs
from billcore.testing.strategies.values import (
    amounts,
    anchors,
    cadences,
    currencies,
    cuts,
    day_anchors,
    exacts,
    instants,
    intervals,
    moneys,
    periods,
    quantities,
    roundings,
    zones,
)

__all__ = [
    "amounts",
    "anchors",
    "billing_items",
    "billing_records",
    "brackets",
    "cadences",
    "catalogs",
    "cluster_quantities",
    "components",
    "credit_units",
    "currencies",
    "cuts",
    "day_anchors",
    "events",
    "exacts",
    "grants",
    "instants",
    "intervals",
    "moneys",
    "own_currencies",
    "periods",
    "plans",
    "price_models",
    "prices",
    "quantities",
    "roundings",
    "selections",
    "services",
    "tiers",
    "unit_catalogs",
    "value_paths",
    "whole_catalogs",
    "zones",
]
