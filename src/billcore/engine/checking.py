"""The check after a sync: whether what people have can still be had, and what each of them lacks."""

from __future__ import annotations

import datetime as dt

import attrs

from billcore.engine.accounts import load_subscription
from billcore.engine.catalogs import catalog_at, stamped
from billcore.lifecycle import Subscription, SubscriptionState
from billcore.ports import ReadTx
from billcore.ports.tables import SUBSCRIPTION
from billcore.pricing import Catalog, Finding, check_selection

__all__ = ["CatalogCheck", "Unsound", "check_subscriptions"]


@attrs.frozen
class Unsound:
    """A subscription whose selection the catalog no longer bears; its prices stay those that were bought."""

    subscription: str
    customer: str
    findings: tuple[Finding, ...]


@attrs.frozen
class CatalogCheck:
    """How many subscriptions were looked at, and those that lack something."""

    catalog: str
    subscriptions: int
    unsound: tuple[Unsound, ...]


def check_subscriptions(tx: ReadTx, at: dt.datetime) -> CatalogCheck:
    """Look at every subscription that has not ended, beside the catalog in force. Raises ``NotFound`` without one."""
    catalog = stamped(tx, catalog_at(tx, at), at)
    unsound, looked = [], 0
    for row in tx.find(SUBSCRIPTION, None):
        one = load_subscription(tx, str(row[0]))
        if one.state(at) is SubscriptionState.CANCELLED:
            continue
        looked += 1
        if found := _findings(catalog, one, at):
            unsound.append(Unsound(one.id, one.customer, found))
    return CatalogCheck(catalog.version, looked, tuple(unsound))


def _findings(catalog: Catalog, one: Subscription, at: dt.datetime) -> tuple[Finding, ...]:
    order = one.order_at(max(at, one.start))
    priced = () if order.records else (Finding("records", "it has no price"),)
    return priced if order.selection is None else (*priced, *check_selection(catalog, order.selection))
