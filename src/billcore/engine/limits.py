"""What a customer may have of a product, and which addons go with what is had: looked at when a fact is written."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

from billcore.engine.accounts import load
from billcore.engine.catalogs import catalog_named
from billcore.kernel import ZERO, NotAllowed, NotAvailable
from billcore.kernel import exact as ex
from billcore.lifecycle import Subscription
from billcore.ports import ReadTx
from billcore.pricing import Catalog, Selection, addons_that_go, main_of

__all__ = ["refuse_addon", "refuse_change_of_plan", "refuse_too_many"]


def refuse_too_many(
    tx: ReadTx, catalog: Catalog, customer: str, selection: Selection | None, at: dt.datetime, own: str | None = None
) -> None:
    """Raise ``NotAllowed`` where a customer would have more of a product than it may (R0-22).

    Counted are the subscriptions that are had at ``at`` or later, but for ``own``, with their quantities; a plan counts
    for its product, a composed product for its parts too.
    """
    wanted = {} if selection is None else _products(catalog, selection)
    limits = {p.code: p.max_per_customer for p in catalog.products if p.max_per_customer and p.code in wanted}
    if not limits:
        return
    held: Counter[str] = Counter()
    for subscription in load(tx, customer).facts.subscriptions:
        if subscription.id != own and (subscription.end is None or subscription.end > at):
            for code, count in _of_subscription(tx, subscription, at).items():
                held[code] += count  # type: ignore[assignment]  # a counter of decimals
    for code, most in limits.items():
        count = ex.CONTEXT.add(Decimal(held[code]), wanted[code])
        if count > most:
            raise NotAllowed(f"a customer has {most} at most", place="product", value=code, hint=f"this makes {count}")


def _of_subscription(tx: ReadTx, subscription: Subscription, at: dt.datetime) -> Mapping[str, Decimal]:
    order = subscription.order_at(max(at, subscription.start))
    if order.selection is None or order.catalog is None:
        return {}
    return _products(catalog_named(tx, order.catalog), order.selection)


def _products(catalog: Catalog, selection: Selection) -> dict[str, Decimal]:
    """How many of each product a selection has."""
    code = selection.product if selection.plan is None else catalog.plan(selection.plan).product
    if code is None:
        return {}
    found = {code: selection.quantity}
    for part in catalog.product(code).composed_of if selection.product is not None else ():
        count = ex.CONTEXT.multiply(selection.sizes.get(part.product, part.quantity), selection.quantity)
        found[part.product] = ex.CONTEXT.add(found.get(part.product, ZERO), count)
    return found


def refuse_addon(catalog: Catalog, selection: Selection | None, addon: str, attached: Iterable[str]) -> None:
    """Raise ``NotAvailable`` where the addon does not go with what is had."""
    addons_that_go(catalog, selection, (addon,), tuple(attached), place="addon")


def refuse_change_of_plan(
    catalog: Catalog, before: Selection | None, after: Selection | None, attached: Iterable[str]
) -> None:
    """Raise ``NotAvailable`` where an attached addon does not go with another plan, product or service."""
    if after is None or (before is not None and main_of(before) == main_of(after)):
        return
    for code in dict.fromkeys(attached):
        addon = next((one for one in catalog.addons if one.code == code), None)
        if addon is not None and not addon.goes_with(main_of(after)):
            raise NotAvailable(
                f"{code} does not go with {main_of(after)}", place="selection", value=code, hint="detach it first"
            )
