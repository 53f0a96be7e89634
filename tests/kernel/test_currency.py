"""Currencies: the table against its sources, withdrawn codes, refusals, dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcore.kernel._iso4217 import NOT_MONEY, ROWS
from billcore.kernel.currency import Currency, active_codes, currency, is_active, places
from billcore.kernel.errors import InvalidValue, UnknownCurrency

TABLE_DATE = date(2026, 1, 1)
ALL_CODES = tuple(row[:3] for row in ROWS.splitlines())

# Active currencies whose CLDR display digits (babel) are not the ISO 4217 minor unit: {code: (ISO, CLDR)}.
BABEL_SHOWS_NONE_OF_TWO = "AFN ALL IRR KPW LAK LBP MGA MMK RSD SOS SYP YER"
BABEL_DIFFERS = dict.fromkeys(BABEL_SHOWS_NONE_OF_TWO.split(), (2, 0)) | {"IQD": (3, 0)}

# Currencies that CLDR names by codes that never were in ISO 4217.
BABEL_NOT_ISO = "ARL ARM BAN BGM BGO BOL BRZ CLE CNH CNX KRH KRO MAF MCF MDC MKN MVP VNN YUR"


def test_active_rows_are_those_of_the_iso4217_package() -> None:
    """The active codes, numbers, places and names are exactly those of ISO 4217 list one."""
    iso4217 = pytest.importorskip("iso4217", reason="the iso4217 package (dev group) is not installed")
    theirs = {
        c.code: (f"{c.number:03d}", c.exponent, c.currency_name) for c in iso4217.Currency if c.exponent is not None
    }
    ours = {code: (c.number, c.places, c.name) for code in active_codes(TABLE_DATE) for c in [currency(code)]}
    assert ours == theirs


def test_codes_without_a_minor_unit_are_known_not_to_be_money() -> None:
    """Every code that ISO 4217 lists without a minor unit is left out, and the error says why."""
    iso4217 = pytest.importorskip("iso4217", reason="the iso4217 package (dev group) is not installed")
    assert {c.code for c in iso4217.Currency if c.exponent is None} <= set(NOT_MONEY.split())
    assert not set(NOT_MONEY.split()) & set(ALL_CODES)
    with pytest.raises(UnknownCurrency, match="no minor unit"):
        currency("XAU")


def test_table_is_as_new_as_the_installed_package() -> None:
    """A newer table of the iso4217 package fails here, so that the vendored one is looked at again."""
    iso4217 = pytest.importorskip("iso4217", reason="the iso4217 package (dev group) is not installed")
    assert iso4217.__published__ == TABLE_DATE


def test_babel_differs_for_exactly_thirteen_active_currencies() -> None:
    """Babel's display digits differ from the minor unit for 13 named currencies, so it must never round money."""
    numbers = pytest.importorskip("babel.numbers", reason="babel is not installed")
    theirs = {code: (places(code), numbers.get_currency_precision(code)) for code in active_codes(TABLE_DATE)}
    assert {code: pair for code, pair in theirs.items() if pair[0] != pair[1]} == BABEL_DIFFERS


def test_every_code_babel_knows_is_in_the_table_or_named_here() -> None:
    """No currency that babel can display is missing, but those that were never in ISO 4217 or are not money."""
    core = pytest.importorskip("babel.core", reason="babel is not installed")
    theirs = {entry[0] for entries in core.get_global("territory_currencies").values() for entry in entries}
    assert theirs - set(ALL_CODES) - set(NOT_MONEY.split()) == set(BABEL_NOT_ISO.split())


def test_rows_are_well_formed() -> None:
    """Each code stands once, is three capitals, has a three-digit number and a validity that is not empty."""
    rows = [currency(code) for code in ALL_CODES]
    assert len(set(ALL_CODES)) == len(ALL_CODES)
    for row in rows:
        assert row.code.isascii()
        assert row.code.isalpha()
        assert row.code.isupper()
        assert row.number is not None
        assert [len(row.number), len(row.code)] == [3, 3]
        assert row.name == row.name.strip() != ""
        assert row.valid_from is None or row.valid_to is None or row.valid_from < row.valid_to


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        *[("JPY", 0), ("CLP", 0), ("KRW", 0), ("UYI", 0), ("EUR", 2), ("RSD", 2), ("MGA", 2), ("MRU", 2)],
        *[("IQD", 3), ("KWD", 3), ("TND", 3), ("CLF", 4), ("UYW", 4)],
    ],
)
def test_places_are_iso_minor_units(code: str, digits: int) -> None:
    """The places of the currencies that libraries get wrong are those of ISO 4217."""
    assert places(code) == digits


@pytest.mark.parametrize(
    ("code", "digits", "withdrawn"),
    [
        *[(code, 2, date(2002, 3, 1)) for code in ("ATS", "DEM", "FIM", "FRF", "IEP", "NLG")],
        *[(code, 0, date(2002, 3, 1)) for code in ("BEF", "ESP", "GRD", "ITL", "LUF", "PTE")],
        ("SIT", 2, date(2007, 1, 1)),
        ("CYP", 2, date(2008, 1, 1)),
        ("MTL", 2, date(2008, 1, 1)),
        ("SKK", 2, date(2009, 1, 1)),
        ("EEK", 2, date(2011, 1, 1)),
        ("LVL", 2, date(2014, 1, 1)),
        ("LTL", 2, date(2015, 1, 1)),
        ("HRK", 2, date(2023, 1, 1)),
        ("BGN", 2, date(2026, 1, 1)),
        ("TRL", 0, date(2006, 1, 1)),
        ("BYR", 0, date(2017, 1, 1)),
        ("MRO", 2, date(2018, 1, 1)),
        ("STD", 2, date(2018, 1, 1)),
        ("VEF", 2, date(2018, 8, 20)),
        ("SLL", 2, date(2024, 1, 1)),
        ("ZWL", 2, date(2024, 9, 1)),
        ("ANG", 2, date(2025, 3, 31)),
    ],
)
def test_withdrawn_codes_stay_readable(code: str, digits: int, withdrawn: date) -> None:
    """A withdrawn code is read with its places, is active to the day before, and is refused from its last date on."""
    assert (currency(code).places, currency(code).valid_to) == (digits, withdrawn)
    before = date.fromordinal(withdrawn.toordinal() - 1)
    assert is_active(code, before)
    assert currency(code, before) == currency(code)
    assert not is_active(code, withdrawn)
    with pytest.raises(UnknownCurrency, match=f"withdrawn since {withdrawn}"):
        currency(code, withdrawn)


@pytest.mark.parametrize(
    "change", ["HRD HRK", "LTT LTL", "BRN BRE BRR BRL", "CSD RSD", "NIC NIO", "UAK UAH", "VEB VEF VES", "ANG XCG"]
)
def test_successors_leave_no_gap(change: str) -> None:
    """A country that changed its currency has one on every day of the change."""
    for old, new in pairwise(map(currency, change.split())):
        assert old.valid_to is not None
        assert new.valid_from is not None
        assert new.valid_from <= old.valid_to


def test_a_code_before_its_time_is_refused() -> None:
    """A code is refused on a day before it came, and the hint says from when it is valid."""
    assert currency("XCG", date(2025, 3, 31)).code == "XCG"
    assert not is_active("XCG", date(2025, 3, 30))
    with pytest.raises(UnknownCurrency, match=r"not in force on 2025-03-30 .*valid from 2025-03-31"):
        currency("XCG", date(2025, 3, 30))


@pytest.mark.parametrize(
    "code", ["", "ZZZ", "EU", "EURO", " EUR", "EUR ", "€", "\uff25\uff35\uff32", "XXX", "XTS", "CNH"]
)
def test_unknown_codes_are_refused_everywhere(code: str) -> None:
    """What is not a code of money is an error in every function, with the offending value on it."""
    for call in (currency, places, lambda value: is_active(value, TABLE_DATE)):
        with pytest.raises(UnknownCurrency) as caught:
            call(code)
        assert caught.value.value == code
        assert caught.value.hint


@pytest.mark.parametrize("code", ["eur", "Eur", "dem"])
def test_lower_case_is_refused_with_a_hint(code: str) -> None:
    """A code in lower case is not guessed at; the hint says what to write."""
    with pytest.raises(UnknownCurrency, match=f"write upper case: '{code.upper()}'"):
        currency(code)


def test_a_datetime_is_refused_where_a_date_is_asked_for() -> None:
    """A datetime is refused with a clear error, since its day depends on a zone."""
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    for call in (lambda: currency("EUR", instant), lambda: is_active("EUR", instant), lambda: active_codes(instant)):
        with pytest.raises(InvalidValue, match="not a datetime"):
            call()


def test_a_currency_cannot_be_changed() -> None:
    """A currency is a frozen value that compares by its fields."""
    with pytest.raises(AttributeError):
        currency("EUR").places = 3  # type: ignore[misc]  # frozen: wrong on purpose
    assert currency("EUR") == Currency("EUR", 2, "Euro", "978", date(1999, 1, 1), None)


@given(st.sampled_from(active_codes(TABLE_DATE)), st.dates(min_value=TABLE_DATE))
def test_every_active_code_round_trips(code: str, at: date) -> None:
    """An active code gives its own currency, with the same places by the fast path, on every day to come."""
    found = currency(code, at)
    assert (found.code, found.places) == (code, places(code))
    assert is_active(code, at)


@given(st.sampled_from(ALL_CODES), st.dates())
def test_active_codes_agree_with_is_active(code: str, at: date) -> None:
    """On any day a code is among the active ones exactly if it is active."""
    codes = active_codes(at)
    assert (code in codes) == is_active(code, at)
    assert list(codes) == sorted(set(codes))


@given(st.text(max_size=4) | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3))
def test_any_text_is_a_code_or_a_clear_error(text: str) -> None:
    """Whatever the text, the answer is a currency of that very code or UnknownCurrency."""
    if text in ALL_CODES:
        assert currency(text).code == text
    else:
        with pytest.raises(UnknownCurrency):
            currency(text)


@given(st.from_regex(r"[A-Z]{4,20}", fullmatch=True), st.integers(0, 12), st.dates())
def test_an_own_code_says_its_places(name: str, digits: int, at: date) -> None:
    """Law: a house's own currency is its name, a dot and its places; it is in force on every day."""
    code = f"{name}.{digits}"

    assert currency(code, at) == Currency(code, digits, name, None, None, None)
    assert (places(code), is_active(code, at)) == (digits, True)
