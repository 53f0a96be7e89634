"""A catalog as those see it that it is made with: its lists of entries."""

from __future__ import annotations

from typing import Protocol

from billcore.pricing.availability import Availability
from billcore.pricing.plan import Plan
from billcore.pricing.product import Addon, MeterPrice, Product
from billcore.pricing.service import Service

__all__ = ["Entries"]


class Entries(Protocol):
    """The lists of a catalog whose entries name each other, or have prices."""

    @property
    def services(self) -> tuple[Service, ...]:
        """The services that are sold."""
        ...

    @property
    def products(self) -> tuple[Product, ...]:
        """The products that are sold."""
        ...

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plans that are sold."""
        ...

    @property
    def addons(self) -> tuple[Addon, ...]:
        """The addons that are sold."""
        ...

    @property
    def availability(self) -> tuple[Availability, ...]:
        """Which plans are offered where."""
        ...

    @property
    def meter_prices(self) -> tuple[MeterPrice, ...]:
        """The prices outside plans."""
        ...
