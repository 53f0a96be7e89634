"""The currency of what is sold already: a sync may change a price, and not what it is in.

A price that was in francs and is in euro is another price for everybody who has it in a budget, and mostly the mistake
of an export. Where it is meant the catalog is published by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from billcore.kernel import SyncAborted, currency_name
from billcore.pricing.catalog import Catalog
from billcore.pricing.model.wrapped import credits_of
from billcore.pricing.plan import Plan
from billcore.pricing.price import Price
from billcore.pricing.walk import key_of

__all__ = ["refuse_other_currencies"]


def refuse_other_currencies(base: Catalog, feed: Catalog) -> None:
    """Raise ``SyncAborted`` where the feed has a price of the base in another currency, or the catalog itself."""
    had = dict(_currencies(base))
    changed = [(place, had[place], now) for place, now in _currencies(feed) if had.get(place, now) != now]
    changed += _moved(base, feed)
    if not changed:
        return
    place, was, now = changed[0]
    more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
    hint = "publish the catalog by hand where it is meant"
    raise SyncAborted(f"the source changes the currency{more}", place=place, value=f"{was} -> {now}", hint=hint)


def _currencies(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """What the catalog's amounts are in, by their place."""
    if catalog.currency is not None:
        yield "currency", catalog.currency
    for service in catalog.services:
        yield f"services/{service.code}", service.currency or ""
    for product in catalog.products:
        yield from _of(product.prices, f"products/{product.code}")
    for plan in catalog.plans:
        yield from _of_plan(plan)
    for addon in catalog.addons:
        yield f"addons/{addon.code}", _name(addon.price)
    for grant in catalog.grants:
        yield f"grants/{grant.code}", grant.unit or ""
    for own in catalog.currencies:
        yield f"currencies/{own.code}", own.currency


def _of_plan(plan: Plan) -> Iterator[tuple[str, str]]:
    for version in plan.versions:
        place = f"plans/{plan.code}/versions/{key_of(version)}"
        yield from _of(version.prices, place)
        for phase in version.phases:
            yield from _of(phase.prices, f"{place}/phases/{phase.code}")


def _moved(base: Catalog, feed: Catalog) -> Iterator[tuple[str, str, str]]:
    """Meters whose price outside plans is gone in one currency and new in another; it may be sold in several."""
    had = _outside(base)
    for place, now in _outside(feed).items():
        gone, new = (" and ".join(sorted(codes)) for codes in (had.get(place, now) - now, now - had.get(place, now)))
        if gone and new:
            yield place, gone, new


def _outside(catalog: Catalog) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in catalog.meter_prices:
        place = f"meter_prices/{entry.meter}@{entry.from_ or 'ever'}"
        found.setdefault(place, set()).add(_name(entry.price))
    return found


def _of(prices: Iterable[Price], place: str) -> Iterator[tuple[str, str]]:
    return ((f"{place}/prices/{price.code}", _name(price)) for price in prices)


def _name(price: Price) -> str:
    """Its currency; of one in credits the unit, and what that is billed in."""
    unit, money = credits_of(price.model), price.currency or ""
    return money if unit is None else f"{unit.code} ({currency_name(money)})"
