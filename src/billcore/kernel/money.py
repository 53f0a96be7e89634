"""Money: an exact amount of one currency.

>>> price = Money("19.99", "USD")
>>> price.minor
1999
>>> price + Money("0.01", "USD")
Money('20.00', 'USD')
>>> [str(part) for part in Money("1.00", "CHF").allocate([1, 1, 1])]
['0.34 CHF', '0.33 CHF', '0.33 CHF']
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs

from billcore.kernel.allocation import allocate
from billcore.kernel.currency import currency as known_currency
from billcore.kernel.currency import currency_name, places
from billcore.kernel.errors import CurrencyMismatch, InvalidValue
from billcore.kernel.exact import CONTEXT, Exact, Number, exponent, number, scaled
from billcore.kernel.override import override
from billcore.kernel.rounding import Rounding, minor_units

__all__ = ["MOST_MINOR", "Money", "bounded"]

MOST_MINOR = 10**15
"""No amount that is stored is further from zero, in minor units (M1): sums of many still fit 64 bits."""


def _amount(value: Number) -> Decimal:
    return number(value, "amount")


@attrs.frozen(repr=False)
class Money:
    """``amount`` in major units (19.99, never 1999) of a ``currency``: an ISO 4217 code, or an own one (``GEM.0``).

    The amount may be finer than the currency (0.0000004 USD a request); ``minor`` exists only where it is not.
    Amounts of two currencies never mix: ``CurrencyMismatch``. There is no division: use ``allocate``.
    """

    amount: Decimal = attrs.field(converter=_amount)
    currency: str = attrs.field()

    @currency.validator
    def _known(self, _attribute: object, value: str) -> None:
        known_currency(value, place="currency")

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in ``currency``."""
        return cls(Decimal(0), currency)

    @classmethod
    def of_minor(cls, units: int, currency: str) -> Money:
        """From whole minor units: 1999 USD is 19.99 USD, 500 JPY is 500 JPY."""
        return cls(scaled(units, places(currency)), currency)

    @classmethod
    def rounded(cls, exact: Exact, currency: str, mode: Rounding = Rounding.HALF_UP) -> Money:
        """An exact amount rounded to the currency's minor unit."""
        return cls.of_minor(minor_units(exact, places(currency), mode), currency)

    @classmethod
    def total(cls, parts: Iterable[Money], currency: str) -> Money:
        """The sum of ``parts``, all in ``currency``."""
        result = cls.zero(currency)
        for part in parts:
            result += part
        return result

    @property
    def minor(self) -> int:
        """Whole minor units, for providers. Raises ``InvalidValue`` if the amount is finer than that."""
        units = CONTEXT.scaleb(self.amount, places(self.currency))
        if units != units.to_integral_value():
            raise InvalidValue(
                "finer than the minor unit", place="amount", value=str(self), hint="round it with Money.rounded"
            )
        return int(units)

    def allocate(self, weights: Sequence[Exact | int]) -> tuple[Money, ...]:
        """Split by weights without losing a minor unit: largest remainder, ties to the earliest."""
        return tuple(Money.of_minor(part, self.currency) for part in allocate(self.minor, weights))

    def _other(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise CurrencyMismatch(value=f"{self.currency} and {other.currency}")
        return other.amount

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(CONTEXT.add(self.amount, self._other(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(CONTEXT.subtract(self.amount, self._other(other)), self.currency)

    def __neg__(self) -> Money:
        return Money(self.amount.copy_negate(), self.currency)

    def __mul__(self, times: Decimal | int) -> Money:
        if isinstance(times, bool) or not isinstance(times, (Decimal, int)):
            return NotImplemented
        return Money(CONTEXT.multiply(self.amount, number(times)), self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: object) -> bool:
        return self.amount < self._other(other) if isinstance(other, Money) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.amount <= self._other(other) if isinstance(other, Money) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.amount > self._other(other) if isinstance(other, Money) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.amount >= self._other(other) if isinstance(other, Money) else NotImplemented

    def __bool__(self) -> bool:
        return bool(self.amount)

    @property
    def digits(self) -> str:
        """The amount as text, at the currency's minor unit or finer: ``19.90``."""
        shown = max(places(self.currency), -exponent(self.amount))
        return format(self.amount, f".{shown}f")

    @override
    def __str__(self) -> str:
        return f"{self.digits} {currency_name(self.currency)}"

    @override
    def __repr__(self) -> str:
        return f"Money('{self.digits}', '{self.currency}')"


def bounded(money: Money, place: str) -> Money:
    """The money, if an amount of it may be stored. Raises ``InvalidValue``."""
    if abs(money.amount) > scaled(MOST_MINOR, places(money.currency)):
        raise InvalidValue("more than an amount may be", place=place, value=str(money), hint="10^15 minor units")
    return money
