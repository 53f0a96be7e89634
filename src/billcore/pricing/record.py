"""Order records: one price and quantity that a quote offers and an order keeps for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from billcore.kernel import ONE, ZERO, FrozenMap, InvalidValue
from billcore.pricing import fields
from billcore.pricing.model.flat import PerUnit
from billcore.pricing.model.wrapped import credits_of, in_credits, without_credits
from billcore.pricing.price import Price, PriceCadence, amount_of
from billcore.pricing.product import Aggregation

__all__ = ["OrderRecord", "of_each", "refuse_units_of_events"]


def _configuration(values: Mapping[str, str]) -> Mapping[str, str]:
    return values if isinstance(values, FrozenMap) else FrozenMap(values)


@attrs.frozen(kw_only=True)
class OrderRecord:
    """A snapshot: ``price`` as it was, and how many. Later catalogs never reach it.

    ``addon`` is the code of the addon it came from; such a record gives ``allowance`` more units of ``meter`` for each
    of its ``quantity``. ``aggregation`` and ``field`` are how the meter of a usage price counted when it was bought.
    ``configuration`` is what the selection said that has no price (R0-24).
    """

    price: Price
    quantity: Decimal = attrs.field(default=ONE, converter=fields.quantity)
    addon: str | None = None
    meter: str | None = None
    allowance: Decimal = attrs.field(default=ZERO, converter=fields.allowance)
    aggregation: Aggregation | None = None
    field: str | None = None
    configuration: Mapping[str, str] = attrs.field(factory=FrozenMap, converter=_configuration)

    def same_price(self, other: OrderRecord) -> bool:
        """The price and what its meter counts are the same, whatever the quantities."""
        return self.price == other.price and self.counts_like(other)

    def counts_like(self, other: OrderRecord) -> bool:
        """Their meters make the same numbers of the same events."""
        return (self.aggregation, self.field) == (other.aggregation, other.field)


def of_each(price: Price) -> Price:
    """The price of one addon of several: two of it cost twice as much, so a flat one, with its bounds, is per unit.

    A flat price of usage stays: it is for having used anything at all, and its quantity is what was used. So does one
    over other prices, which is had once.
    """
    if price.counted or price.cadence is PriceCadence.USAGE or price.sum_of:
        return price
    amount, unit = amount_of(without_credits(price.model), ONE), credits_of(price.model)
    if not isinstance(amount, Decimal):
        return price
    each = PerUnit(amount)
    return attrs.evolve(price, model=each if unit is None else in_credits(each, unit))


def refuse_units_of_events(records: Sequence[OrderRecord]) -> None:
    """Refuse an addon that gives units of a meter whose price needs the events themselves: it could not take them off.

    Raises ``InvalidValue``.
    """
    given = {record.meter: record.addon for record in records if record.allowance}
    for record in records:
        if record.price.meter in given and record.price.by_event is not None:
            raise InvalidValue(
                "it gives units of a meter that is priced event by event",
                place="addons",
                value=given[record.price.meter],
            )
