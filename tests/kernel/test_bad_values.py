"""Bad input to the kernel: each row one wrong value, its error, its place and what the error says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from billcore.kernel import (
    MONTH,
    CurrencyMismatch,
    DayAnchor,
    InputError,
    Interval,
    InvalidInstant,
    InvalidNumber,
    InvalidValue,
    Money,
    Period,
    UnknownCurrency,
    allocate,
    bounded,
    cadence,
    canonical,
    checked_anchor,
    checked_id,
    instant,
    nth,
    number,
    zone,
)
from billcore.kernel import exact as ex

START = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
NAIVE = dt.datetime(2026, 1, 31)  # noqa: DTZ001 - the point
# What a caller without a type checker may hand in.
FLOAT: Any = 19.99
NONE: Any = None
TRUE: Any = True
BYTES: Any = b"1"
LIST: Any = ["1"]
MAYBE: Any = "monthly"

Row = tuple[Callable[[], object], type[InputError], str | None, str]

NUMBERS: list[Row] = [
    (
        lambda: number(FLOAT, "price"),
        InvalidNumber,
        "price",
        'a float is not exact (got 19.99; write Decimal("19.99"))',
    ),
    (lambda: number(TRUE, "price"), InvalidNumber, "price", "give a Decimal, an int or a string"),
    (lambda: number(NONE, "price"), InvalidNumber, "price", "not a plain decimal number"),
    (lambda: number(BYTES, "price"), InvalidNumber, "price", "got b'1'"),
    (lambda: number("", "price"), InvalidNumber, "price", "got ''"),
    (lambda: number("1e3", "price"), InvalidNumber, "price", "got '1e3'"),
    (lambda: number("NaN", "price"), InvalidNumber, "price", "got 'NaN'"),
    (lambda: number("Infinity", "price"), InvalidNumber, "price", "got 'Infinity'"),
    (lambda: number("1_000", "price"), InvalidNumber, "price", 'write it like "19.99"'),
    (lambda: number("1,50", "price"), InvalidNumber, "price", "got '1,50'"),
    (lambda: number("+1", "price"), InvalidNumber, "price", "got '+1'"),
    (lambda: number(" 1", "price"), InvalidNumber, "price", "got ' 1'"),
    (lambda: number("1\n", "price"), InvalidNumber, "price", "got '1\\n'"),
    (lambda: number("01", "price"), InvalidNumber, "price", "got '01'"),
    (lambda: number(".5", "price"), InvalidNumber, "price", "got '.5'"),
    (lambda: number("\uff11", "price"), InvalidNumber, "price", "got '\uff11'"),
    (lambda: number("1" * 16, "price"), InvalidNumber, "price", "not a plain decimal number"),
    (lambda: number("1." + "1" * 13, "price"), InvalidNumber, "price", "not a plain decimal number"),
    (lambda: number("9" * 100_000, "price"), InvalidNumber, "price", "..."),
    (lambda: number(10**15, "price"), InvalidNumber, "price", "more than 15 digits before the point"),
    (lambda: number(Decimal("NaN"), "price"), InvalidNumber, "price", "got 'NaN'"),
    (lambda: number(Decimal("1E+15"), "price"), InvalidNumber, "price", "too many digits"),
    (lambda: number(Decimal("1E-13"), "price"), InvalidNumber, "price", "more than 12 digits after the point"),
    (lambda: number(Decimal("1E-999999"), "price"), InvalidNumber, "price", "too many digits"),
    (lambda: ex.parse("1/0", "exact"), InvalidNumber, "exact", "not a canonical number"),
    (lambda: allocate(10, [-1, 2]), InvalidValue, "weights", "must not be negative"),
    (lambda: allocate(10, [0, 0]), InvalidValue, "weights", "somebody must have a weight"),
    (lambda: allocate(10, []), InvalidValue, "weights", "somebody must have a weight"),
    (lambda: allocate(10, [FLOAT]), InvalidValue, "weights", "a float is not exact"),
    (lambda: allocate(10, [Decimal("0.5"), FLOAT]), InvalidValue, "weights", "a float is not exact"),
]

MONEY: list[Row] = [
    (lambda: Money(FLOAT, "USD"), InvalidNumber, "amount", "a float is not exact"),
    (lambda: Money("1", "usd"), UnknownCurrency, "currency", "write upper case: 'USD'"),
    (lambda: Money("1", "XXX"), UnknownCurrency, "currency", "no minor unit"),
    (lambda: Money("1", "ZZZ"), UnknownCurrency, "currency", "got 'ZZZ'"),
    (lambda: Money("1", NONE), UnknownCurrency, "currency", "an ISO 4217 code is asked for"),
    (lambda: Money("1", LIST), UnknownCurrency, "currency", "got ['1']"),
    (lambda: Money.of_minor(1, "ZZZ"), UnknownCurrency, None, "got 'ZZZ'"),
    (lambda: Money.of_minor(1, LIST), UnknownCurrency, None, "an ISO 4217 code is asked for"),
    (lambda: Money("0.001", "USD").minor, InvalidValue, "amount", "finer than the minor unit"),
    (lambda: Money(1, "USD") + Money(1, "EUR"), CurrencyMismatch, None, "USD and EUR"),
    (lambda: Money(1, "USD") < Money(1, "EUR"), CurrencyMismatch, None, "USD and EUR"),
    (lambda: Money.total([Money(1, "USD")], "EUR"), CurrencyMismatch, None, "EUR and USD"),
    (lambda: bounded(Money("10000000000000.01", "USD"), "amount"), InvalidValue, "amount", "10^15 minor units"),
    (lambda: bounded(Money("-10000000000000.01", "USD"), "amount"), InvalidValue, "amount", "10^15 minor units"),
    (lambda: Money("999999999999999", "USD") + Money(1, "USD"), InvalidNumber, "amount", "too many digits"),
]

TIME: list[Row] = [
    (lambda: instant("2026-05-20", "at"), InvalidInstant, "at", 'write it like "2026-05-20T00:00:00Z"'),
    (lambda: instant("2026-05-20T00:00:00", "at"), InvalidInstant, "at", "not an instant"),
    (lambda: instant("2026-02-30T00:00:00Z", "at"), InvalidInstant, "at", "no such date or time"),
    (lambda: instant("2026-02-20T23:59:60Z", "at"), InvalidInstant, "at", "no such date or time"),
    (lambda: instant("2026-02-20T00:00:00+99:99", "at"), InvalidInstant, "at", "no such date or time"),
    (lambda: instant("0001-01-01T00:00:00+14:00", "at"), InvalidInstant, "at", "a year outside 1900 to 9900"),
    (lambda: instant("yesterday" * 20, "at"), InvalidInstant, "at", "..."),
    (lambda: instant(NAIVE, "at"), InvalidInstant, "at", "a datetime without a zone"),
    (lambda: instant(NONE, "at"), InvalidInstant, "at", "give an aware datetime"),
    (lambda: instant(FLOAT, "at"), InvalidInstant, "at", "got 19.99"),
    (lambda: zone("Mars/Olympus", "timezone"), InvalidValue, "timezone", "unknown time zone (got 'Mars/Olympus'"),
    (lambda: zone("../etc/passwd", "timezone"), InvalidValue, "timezone", "write an IANA name"),
    (lambda: zone("", "timezone"), InvalidValue, "timezone", "got ''"),
    (lambda: zone("Europe", "timezone"), InvalidValue, "timezone", "got 'Europe'"),
    (lambda: zone(NONE, "timezone"), InvalidValue, "timezone", "unknown time zone"),
    (lambda: Period(NAIVE, START), InvalidInstant, None, "a datetime without a zone"),
    (lambda: Period(START, "2026-01-30T00:00:00Z"), InvalidValue, "end", "a period ends before it starts"),
]

CADENCE: list[Row] = [
    (Interval, InvalidValue, "interval", "a positive number of months, days or seconds"),
    (lambda: Interval(months=1, days=1), InvalidValue, "interval", "a positive number"),
    (lambda: Interval(months=0), InvalidValue, "interval", "a positive number"),
    (lambda: Interval(days=-1), InvalidValue, "interval", "a positive number"),
    (lambda: Interval(seconds=10**8 + 1), InvalidValue, "interval", "a positive number"),
    (lambda: Interval(months=FLOAT), InvalidValue, "interval", "counts in whole numbers"),
    (lambda: Interval(months=TRUE), InvalidValue, "interval", "counts in whole numbers"),
    (lambda: DayAnchor(0), InvalidValue, "anchor.day", "a billing day is 1 to 31 (got 0)"),
    (lambda: DayAnchor(32), InvalidValue, "anchor.day", "got 32"),
    (lambda: DayAnchor(TRUE), InvalidValue, "anchor.day", "got True"),
    (lambda: checked_anchor("monthly"), InvalidValue, "anchor", '"calendar", "start", day or instant'),
    (lambda: checked_anchor("1st"), InvalidInstant, "anchor", "not an instant"),
    (lambda: checked_anchor(NAIVE), InvalidInstant, "anchor", "a datetime without a zone"),
    (lambda: checked_anchor(LIST), InvalidValue, "anchor", "not an anchor"),
    (lambda: cadence(MONTH, MAYBE, START, "UTC"), InvalidValue, "anchor", "not an anchor (got 'monthly'"),
    (lambda: cadence(MONTH, "start", NAIVE, "UTC"), InvalidInstant, "start", "a datetime without a zone"),
    (lambda: cadence(MONTH, "start", START, "Mars"), InvalidValue, "timezone", "unknown time zone"),
    (lambda: nth(START, 10**9, "UTC"), InvalidInstant, None, "a billing period beyond the calendar"),
    (lambda: nth(START, -(10**6), "UTC"), InvalidInstant, None, "got 'period -1000000'"),
]

NAMES: list[Row] = [
    (lambda: checked_id("", "customer"), InvalidValue, "customer", "not an id"),
    (lambda: checked_id("a b", "customer"), InvalidValue, "customer", "1 to 100 letters, digits and ._:@/+-"),
    (lambda: checked_id("-a", "customer"), InvalidValue, "customer", "got '-a'"),
    (lambda: checked_id("a" * 101, "customer"), InvalidValue, "customer", "..."),
    (lambda: checked_id("ä", "customer"), InvalidValue, "customer", "got 'ä'"),
    (lambda: checked_id(NONE, "customer"), InvalidValue, "customer", "not an id"),
    (lambda: canonical(FLOAT), InvalidValue, None, "no canonical form (got 'float')"),
    (lambda: canonical([{1, 2}]), InvalidValue, None, "no canonical form (got 'set')"),
    (lambda: canonical({"name": "\ud800"}), InvalidValue, None, "text that is not Unicode"),
]

ROWS = [*NUMBERS, *MONEY, *TIME, *CADENCE, *NAMES]


@pytest.mark.parametrize(("build", "error", "place", "says"), ROWS, ids=map(str, range(len(ROWS))))
def test_bad_values_are_refused(build: Callable[[], object], error: type[InputError], place: str, says: str) -> None:
    """A wrong value is one typed error that names the place and says what is wrong."""
    with pytest.raises(InputError) as caught:
        build()

    assert (type(caught.value), caught.value.place) == (error, place)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 300
