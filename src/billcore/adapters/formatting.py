r"""Money, quantities and dates for people. The only module that imports babel, on first use.

babel's currency digits are what CLDR displays, not ISO 4217 minor units (they differ for 13 currencies, RSD among
them), so the digits come from billcore's own table; and it rounds in the thread's decimal context, so it is given a
wide one.

>>> money("1234.56", "RSD", "en")
'RSD1,234.56'
>>> money("1234.5", "EUR", "de_DE")
'1.234,50\xa0€'
"""

from __future__ import annotations

import datetime as dt
import decimal
import functools
from decimal import Decimal

from billcore.kernel import Exact, Number, Period, currency_name, number, places, round_to, zone
from billcore.kernel.exact import exponent, text

__all__ = ["approximate", "date", "exact_money", "is_locale", "known_locale", "money", "percent", "quantity", "stretch"]

_WIDE = 80
_SHOWN = 6
_LAST = dt.timedelta(microseconds=1)  # people read the last day of a period, not the first after it


def known_locale(name: str) -> str:
    """The nearest locale that babel knows, by its name; ``en`` where it knows none."""
    return _nearest(name) or "en"


def is_locale(name: str) -> bool:
    """Babel knows the locale, or at least its language.

    >>> is_locale("de_CH"), is_locale("de-ZZ"), is_locale("deutsch")
    (True, True, False)
    """
    return _nearest(name) is not None


@functools.lru_cache(maxsize=256)
def _nearest(name: str) -> str | None:
    from babel import Locale, UnknownLocaleError

    for candidate in (name, name.replace("-", "_"), name.replace("-", "_").partition("_")[0]):
        try:
            return str(Locale.parse(candidate))
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return None


@functools.lru_cache(maxsize=1_024)
def _currency_pattern(locale: str, digits: int) -> str:
    """The locale's currency pattern with the currency's own number of decimals."""
    from babel import Locale

    pattern: str = Locale.parse(locale).currency_formats["standard"].pattern
    positive = pattern.split(";", maxsplit=1)[0]
    whole = "".join(c for c in positive if c in "#,0.").split(".")[0]
    start = min(positive.index(c) for c in "#0" if c in positive)
    end = max(positive.rindex(c) for c in "#0" if c in positive) + 1
    fraction = "." + "0" * digits if digits else ""
    return positive[:start] + whole + fraction + positive[end:]


def money(amount: Number, currency: str, locale: str) -> str:
    """An amount in major units with the currency's minor units, as the locale writes it."""
    from babel.numbers import format_currency

    name = known_locale(locale)
    with decimal.localcontext() as context:
        context.prec = _WIDE
        pattern = _currency_pattern(name, places(currency))
        shown = currency_name(currency)
        written: str = format_currency(number(amount), shown, format=pattern, locale=name, currency_digits=False)
    return written


def exact_money(amount: Exact, currency: str, locale: str) -> str:
    """An exact amount in major units: all its digits, at least those of the currency; ``n/d`` after one without end.

    >>> from fractions import Fraction
    >>> exact_money(Decimal("0.0000000000004900"), "CHF", "en")
    'CHF0.00000000000049'
    >>> exact_money(Decimal("0.0125"), "EUR", "en"), exact_money(Fraction(10, 3), "EUR", "en")
    ('€0.0125', '≈ €3.333333 (10/3)')
    """
    from babel.numbers import format_currency

    value = amount if isinstance(amount, Decimal) else round_to(amount, _SHOWN)
    value = Decimal(text(value))  # without trailing zeros
    name, digits = known_locale(locale), max(places(currency), -exponent(value))
    with decimal.localcontext() as context:
        context.prec = _WIDE
        pattern = _currency_pattern(name, digits)
        shown = currency_name(currency)
        written: str = format_currency(value, shown, format=pattern, locale=name, currency_digits=False)
    return written if isinstance(amount, Decimal) else f"≈ {written} ({text(amount)})"


def approximate(value: Exact, locale: str) -> str:
    """A number with all its digits; one that does not end rounded, with the ``n/d`` that it is."""
    if isinstance(value, Decimal):
        return quantity(value, locale)
    return f"≈ {quantity(round_to(value, _SHOWN), locale)} ({text(value)})"


def quantity(value: Exact, locale: str) -> str:
    """A quantity with all its digits; one that does not end as ``n/d``."""
    from babel.numbers import format_decimal

    if not isinstance(value, Decimal):
        return text(value)
    with decimal.localcontext() as context:
        context.prec = _WIDE
        unsigned = value or abs(value)  # minus one times nothing is nothing, to people too
        written: str = format_decimal(unsigned, locale=known_locale(locale), decimal_quantization=False)
    return written


def percent(value: Decimal, locale: str) -> str:
    """A percentage given as 8.1, written as 8.1 %."""
    return f"{quantity(value, locale)} %"


def date(at: dt.datetime, timezone: str, locale: str) -> str:
    """The local date of an instant."""
    from babel.dates import format_date

    written: str = format_date(at.astimezone(zone(timezone)).date(), format="medium", locale=known_locale(locale))
    return written


def stretch(part: Period, timezone: str, locale: str) -> str:
    """A stretch of time in the customer's zone: its first and last day, or times where it is not made of days."""
    from babel.dates import format_datetime

    there = zone(timezone)
    start, end = part.start.astimezone(there), part.end.astimezone(there)
    if not part.empty and not any((start.hour, start.minute, start.second, end.hour, end.minute, end.second)):
        first, last = date(part.start, timezone, locale), date(part.end - _LAST, timezone, locale)
        return first if first == last else f"{first} - {last}"
    known = known_locale(locale)
    first, last = (format_datetime(at, format="medium", tzinfo=there, locale=known) for at in (start, end))
    return f"{first}" if part.empty else f"{first} - {last}"
