"""Who has a commitment: the base, else an addon with which it goes (docs/decisions/0004)."""

from __future__ import annotations

from collections.abc import Iterable

from billcore.lifecycle.item import Item
from billcore.pricing import OrderRecord, Price, clash, is_commitment

__all__ = ["bars", "handed", "taken"]


def bars(items: Iterable[Item], price: Price) -> bool:
    """A price over others is had already, under its name or as another commitment over one of its prices."""
    return any(
        item.end is None and (item.record.price.code == price.code or clash(item.record.price, price)) for item in items
    )


def taken(item: Item, wanted: Iterable[OrderRecord]) -> bool:
    """A base order has the commitment that an addon holds, or another over one of its prices: it is the base's then."""
    price = item.record.price
    return is_commitment(price) and any(one.price.code == price.code or clash(one.price, price) for one in wanted)


def handed(items: Iterable[Item], item: Item, wanted: Iterable[OrderRecord] = ()) -> str | None:
    """The addon to which a commitment goes whose holder has it no more: the first with one of its prices.

    None where a base order brings another one in its stead.
    """
    price = item.record.price
    if not is_commitment(price) or taken(item, wanted):
        return None
    return next((one.record.addon for one in items if _has(one, price, item.holder)), None)


def _has(item: Item, price: Price, gone: str | None) -> bool:
    """It is an addon's price that the commitment is over, and not of the addon that is gone."""
    return (
        item.end is None
        and item.record.addon is not None
        and item.record.addon != gone
        and item.record.price.code in price.sum_of
    )
