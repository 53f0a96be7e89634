"""Credit units: what a house sells ahead and counts in itself, each worth so much of a currency.

>>> token = CreditUnit(code="token", rate="0.001")
>>> str(token.worth(1034, "EUR")), str(token.bought(Money("1.03", "EUR")))
('1.03 EUR', '1030')
"""

from __future__ import annotations

from decimal import Decimal

import attrs

from billcore.kernel import Exact, InvalidValue, Money, Number, Rounding, number, round_to
from billcore.kernel import exact as ex
from billcore.pricing import coded, fields
from billcore.pricing.entry import Entry

__all__ = ["CreditUnit"]

_MOST_PLACES = 12


@attrs.frozen(kw_only=True)
class CreditUnit(Entry):
    """Credits, of which each is worth ``rate`` in the currency it is used with.

    ``places`` are those of what an amount buys (``bought``). They round no price: an amount is the exact credits times
    the rate, rounded once (FORMATS.md, ``credit_units``).

    Its code has no dot: with one it could be read as an own currency's with its places (``GEM.0``).
    """

    code: str = attrs.field(converter=coded.code)
    places: int = 0
    rate: Decimal = attrs.field(converter=fields.positive_rate)

    def __attrs_post_init__(self) -> None:
        if "." in self.code:
            raise InvalidValue("a credit unit has no dot in its code", place="code", value=self.code)
        if type(self.places) is not int or not 0 <= self.places <= _MOST_PLACES:
            raise InvalidValue("places are 0 to 12", place="places", value=self.places)

    def worth(self, credits: Number, currency: str, mode: Rounding = Rounding.HALF_UP) -> Money:
        """Credits as money: times the rate, rounded once."""
        return Money.rounded(ex.multiply(number(credits, "credits"), self.rate), currency, mode)

    def bought(self, money: Money) -> Decimal:
        """The credits that an amount buys, in whole units of the last place; a rest too small for one buys none."""
        exact: Exact = ex.ratio(money.amount, self.rate)
        return round_to(exact, self.places, Rounding.DOWN)
