"""Package prices: whole packages of units."""

from __future__ import annotations

import enum
from decimal import Decimal

import attrs

from billcore.kernel import ONE, ZERO, Exact, of_kind
from billcore.kernel import exact as ex
from billcore.pricing import fields
from billcore.pricing.rating import Rating, Step
from billcore.pricing.tier import packages

__all__ = ["Package", "PackageRound"]

_add, _multiply, _divmod = ex.CONTEXT.add, ex.CONTEXT.multiply, ex.CONTEXT.divmod


class PackageRound(enum.Enum):
    """What a begun package counts."""

    UP = "up"
    DOWN = "down"


_DOWN = PackageRound.DOWN


@attrs.frozen
class Package:
    """``amount`` for each package of ``package_size`` units; a begun one counts whole, or not at all (``down``)."""

    package_size: Decimal = attrs.field(converter=fields.package_size)
    price: Decimal = attrs.field(alias="amount", converter=fields.amount)
    round: PackageRound = PackageRound.UP

    def __attrs_post_init__(self) -> None:
        of_kind(self.round, PackageRound, "round")

    def packages(self, quantity: Exact) -> int:
        """How many packages the quantity makes."""
        return packages(quantity, self.package_size, begun=self.round is PackageRound.UP) if quantity > 0 else 0

    def amount(self, quantity: Exact) -> Exact:
        """The exact amount, without a breakdown."""
        if type(quantity) is not Decimal or quantity <= 0:
            return ex.multiply(Decimal(self.packages(quantity)), self.price)
        whole, rest = _divmod(quantity, self.package_size)
        return _multiply(_add(whole, ONE) if rest and self.round is not _DOWN else whole, self.price)

    def rate(self, quantity: Exact) -> Rating:
        """Packages times amount as one step."""
        count = Decimal(self.packages(quantity))
        amount = ex.multiply(count, self.price)
        return Rating(amount, quantity, (Step("packages", count, self.price, ZERO, amount),))
