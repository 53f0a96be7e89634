"""Package prices: whole packages of units."""

from __future__ import annotations

import enum
from decimal import Decimal

import attrs

from billcore.kernel import ZERO, Exact
from billcore.kernel import exact as ex
from billcore.pricing import fields
from billcore.pricing.rating import Rating, Step

__all__ = ["Package", "PackageRound"]


class PackageRound(enum.Enum):
    """What a begun package counts."""

    UP = "up"
    DOWN = "down"


@attrs.frozen
class Package:
    """``amount`` for each package of ``package_size`` units; a begun one counts whole, or not at all (``down``)."""

    package_size: Decimal = attrs.field(converter=fields.package_size)
    price: Decimal = attrs.field(alias="amount", converter=fields.amount)
    round: PackageRound = PackageRound.UP

    def __attrs_post_init__(self) -> None:
        fields.of_kind(self.round, PackageRound, "round")

    def packages(self, quantity: Exact) -> int:
        """How many packages the quantity makes."""
        if quantity <= 0:
            return 0
        (n, d), (size, over) = quantity.as_integer_ratio(), self.package_size.as_integer_ratio()
        whole, rest = divmod(n * over, d * size)
        return whole + (rest > 0 and self.round is PackageRound.UP)

    def amount(self, quantity: Exact) -> Exact:
        """The exact amount, without a breakdown."""
        return ex.multiply(Decimal(self.packages(quantity)), self.price)

    def rate(self, quantity: Exact) -> Rating:
        """Packages times amount as one step."""
        count = Decimal(self.packages(quantity))
        amount = ex.multiply(count, self.price)
        return Rating(amount, quantity, (Step("packages", count, self.price, ZERO, amount),))
