"""Rows of a FOCUS usage export as values, between the reader and what bills them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

__all__ = ["FocusExport", "FocusRow"]


@attrs.frozen(kw_only=True)
class FocusRow:
    """One row of usage; ``line`` is its line number in the file."""

    line: int
    id: str
    account: str
    service: str
    description: str
    time: dt.datetime
    start: dt.datetime
    end: dt.datetime
    currency: str
    sku_price: str
    unit: str
    quantity: Decimal
    unit_price: Decimal

    @property
    def price(self) -> tuple[object, ...]:
        """What rows of one price have in common: SkuPriceId, service and description, at one unit price."""
        return (self.sku_price, self.service, self.description, self.unit, self.unit_price, self.currency)


@attrs.frozen
class FocusExport:
    """The rows that were right, and the line number and error of each that was not."""

    rows: tuple[FocusRow, ...]
    problems: tuple[tuple[int, str], ...]
