"""Charge keys: the names under which what should be billed meets what has been billed."""

from __future__ import annotations

import attrs

from billcore.kernel import Period

__all__ = ["ChargeKey"]


@attrs.frozen(cache_hash=True)
class ChargeKey:
    """One price of one item in one whole billing period, never in the part served.

    ``item`` is the order that opened it. A one-off item's key has no subscription; its instant is the period, as for a
    ``once`` price. ``coupon`` makes it the key of what a percentage takes off the charge.
    """

    subscription: str
    item: str
    price: str
    period: Period
    coupon: str | None = None

    @property
    def charge(self) -> ChargeKey:
        """The key of the charge itself."""
        return self if self.coupon is None else attrs.evolve(self, coupon=None)

    @property
    def group(self) -> tuple[str, str, Period]:
        """The rounding group: lines of one price (by its code) of one subscription in one billing period."""
        return (self.subscription, self.price, self.period)
