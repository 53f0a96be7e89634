"""Edges of the kernel that mutation testing found bare: each is one number beside a bound."""

from __future__ import annotations

import datetime as dt
import pickle
from decimal import Decimal

import pytest

from billcore.kernel import (
    DAY,
    HOUR,
    INTERVALS,
    MINUTE,
    MONTH,
    ExtraMissing,
    Interval,
    InvalidInstant,
    InvalidNumber,
    InvalidValue,
    Money,
    NotFound,
    bounded,
    cadence,
    checked_text,
    derive,
    from_extra,
    instant,
    local_floor,
    nearest,
    number,
    several,
)
from billcore.kernel.errors import shown
from billcore.kernel.exact import ratio

ZURICH = "Europe/Zurich"


def test_a_boundary_is_on_or_after_itself() -> None:
    """The first boundary not before one is that one; a microsecond later it is the next."""
    beat = cadence(MONTH, "calendar", instant("2026-01-15T00:00:00Z"), ZURICH)
    march = instant("2026-02-28T23:00:00Z")

    assert beat.on_or_after(march) == march
    assert beat.on_or_after(march - dt.timedelta.resolution) == march
    assert beat.on_or_after(march + dt.timedelta.resolution) == instant("2026-03-31T22:00:00Z")


def test_a_move_leaves_earlier_periods_in_their_zone() -> None:
    """Moved in mid-February: January and February are counted in Zurich, from April on in New York."""
    beat = cadence(MONTH, "calendar", instant("2025-12-31T23:00:00Z"), ZURICH)
    moved = beat.moved(instant("2026-02-15T00:00:00Z"), "America/New_York")
    january = beat.index(instant("2026-01-15T00:00:00Z"))

    assert [moved.zone(january + n) for n in range(2)] == [ZURICH, ZURICH]
    assert moved.zone(january + 4) == "America/New_York"


@pytest.mark.parametrize(
    ("interval", "floor"),
    [
        (MINUTE, "2026-07-10T10:17:00Z"),
        (HOUR, "2026-07-10T10:00:00Z"),
        (DAY, "2026-07-09T22:00:00Z"),
    ],
)
def test_the_local_start_of_a_window(interval: object, floor: str) -> None:
    """12:17:42.5 in Zurich is in the minute from 12:17, the hour from 12:00 and the day from midnight there."""
    assert local_floor(instant("2026-07-10T10:17:42.5Z"), interval, ZURICH) == instant(floor)  # type: ignore[arg-type]  # its parameters


@pytest.mark.parametrize("year", [1900, 9900])
def test_years_at_the_ends_of_the_calendar(year: int) -> None:
    """1901 to 9899 are read, the years beside them not, as text or as a value."""
    inside = year + (1 if year == 1900 else -1)

    assert instant(f"{inside}-06-01T00:00:00Z").year == inside
    with pytest.raises(InvalidInstant, match="outside 1900 to 9900"):
        instant(f"{year}-06-01T00:00:00Z")
    with pytest.raises(InvalidInstant, match="outside 1900 to 9900"):
        instant(dt.datetime(year, 6, 1, tzinfo=dt.UTC))


def test_equal_money_is_neither_more_nor_less() -> None:
    """All four comparisons at equality."""
    one, same = Money("1.00", "EUR"), Money("1", "EUR")

    assert (one > same, one < same, one >= same, one <= same) == (False, False, True, True)


def test_the_most_that_is_taken() -> None:
    """An amount of 10^15 minor units, either way, and an interval of 10^8 seconds; one more is refused elsewhere."""
    most = Money("10000000000000.00", "USD")

    assert [bounded(money, "amount") for money in (most, -most)] == [most, -most]
    assert Interval(seconds=10**8).seconds == 10**8


def test_an_hour_that_began_in_a_gap() -> None:
    """St. John's put its clocks on at 00:01: five minutes later it is 01:06, in an hour begun then."""
    gap = instant("2010-03-14T03:31:00Z")

    assert local_floor(gap + dt.timedelta(minutes=5), HOUR, "America/St_Johns") == gap


def test_zeros_after_the_point_are_no_digits() -> None:
    """Up to 40 decimals are looked at: a one with so many zeros is one; an end in a digit is one too many."""
    assert number(Decimal("1." + "0" * 40)) == 1
    for written in ("1." + "0" * 41, "0." + "0" * 12 + "1"):
        with pytest.raises(InvalidNumber):
            number(Decimal(written))


@pytest.mark.parametrize(("over", "digits"), [(25, "0.04"), (8, "0.125"), (200, "0.005"), (10, "0.1"), (125, "0.008")])
def test_a_decimal_has_the_digits_it_needs(over: int, digits: str) -> None:
    """One over it, written without a zero at the end."""
    assert str(ratio(Decimal(1), over)) == digits


def test_intervals_by_name() -> None:
    """How long each is: months in months, weeks and days in days, what is shorter in seconds."""
    lengths = {name: (known.months, known.days, known.seconds) for name, known in INTERVALS.items()}

    assert lengths == {
        "minute": (0, 0, 60),
        "hour": (0, 0, 3600),
        "day": (0, 1, 0),
        "week": (0, 7, 0),
        "month": (1, 0, 0),
        "quarter": (3, 0, 0),
        "half_year": (6, 0, 0),
        "year": (12, 0, 0),
    }


def test_a_missing_extra_says_how_to_install_it() -> None:
    """The package or a module of it; what is missing otherwise is somebody else's fault, and told as it is."""
    for missing in ("plotters", "plotters.lines", "beside"):
        with (
            pytest.raises(ExtraMissing, match=r"^a picture needs an extra .*pip install 'billcore\[plot\]'"),
            from_extra("plot", "plotters", "beside", what="a picture"),
        ):
            raise ModuleNotFoundError(name=missing)
    for other in ("plotter", None):
        with pytest.raises(ModuleNotFoundError), from_extra("plot", "plotters", what="a picture"):
            raise ModuleNotFoundError(name=other)


def test_any_iterable_is_a_list() -> None:
    """Lists, tuples, sets, keys and generators; a text, a table or a number is none."""
    for values in (["a"], ("a",), {"a"}, {"a": 1}.keys(), (letter for letter in "a")):
        assert several(values, str, "codes") == ("a",)
    for wrong in ("a", b"a", {"a": 1}, 1):
        with pytest.raises(InvalidValue, match=r"^codes: a list of str is asked for"):
            several(wrong, str, "codes")  # type: ignore[arg-type]  # that is what is refused


def test_a_hint_is_for_lists_that_people_can_look_through() -> None:
    """A name among a thousand is looked for, not among more."""
    names = [f"name-{n}" for n in range(1_000)]

    assert nearest("nome-7", names) == "name-7?"
    assert nearest("nome-7", [*names, "one-more"]) is None


def test_an_id_begins_with_its_instant() -> None:
    """48 bits of milliseconds in ten characters, before 1970 too; then what the parts name."""
    assert derive("inv", instant("1970-01-01T00:00:00Z")).startswith("inv_0000000000")
    assert derive("inv", instant("1970-01-01T00:00:00.001Z")).startswith("inv_0000000001")
    assert derive("inv", instant("1969-12-31T23:59:59.999Z")).startswith("inv_7ZZZZZZZZZ")
    assert len(derive("inv", instant("2026-01-01T00:00:00Z"), "acme", 1)) == len("inv_") + 26


def test_the_longest_text() -> None:
    """A thousand characters are one that people read; more are none, and neither are none at all."""
    assert checked_text("x" * 1_000, "name") == "x" * 1_000
    for wrong in ("x" * 1_001, ""):
        with pytest.raises(InvalidValue, match=r"^name: "):
            checked_text(wrong, "name")


def test_the_first_zone_is_that_of_all_periods_before_a_move() -> None:
    """Of those long before the anchor too: three years of days back it is midnight in Zurich, not in New York."""
    beat = cadence(DAY, "calendar", instant("2026-01-15T00:00:00Z"), ZURICH)
    moved = beat.moved(instant("2026-02-01T00:00:00Z"), "America/New_York")

    assert moved.nth(-1_000) == beat.nth(-1_000)
    assert moved.zone(-1_000) == ZURICH


def test_what_is_shown_of_a_value() -> None:
    """Eighty characters, and that it goes on; of a value that has them all of it."""
    assert shown("x" * 78) == repr("x" * 78)
    assert shown("x" * 79) == "'" + "x" * 79 + "..."
    assert len(shown(["x" * 50] * 20)) == 83


def test_an_error_has_its_text_as_its_argument() -> None:
    """Its class's where it has none of its own, and still in another process."""
    for error in (NotFound(), NotFound("no such plan", place="plan", value="gold")):
        assert error.args == (error.text,)
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        assert (again.args, str(again)) == (error.args, str(error))


def test_a_window_is_one_of_a_calendar() -> None:
    """A minute and a half is none."""
    with pytest.raises(InvalidValue, match=r"^interval: an interval that no calendar has"):
        local_floor(instant("2026-07-10T10:17:42.5Z"), Interval(seconds=90), ZURICH)
