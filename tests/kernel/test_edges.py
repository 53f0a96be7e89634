"""Edges of the kernel that mutation testing found bare: each is one number beside a bound."""

from __future__ import annotations

import datetime as dt

import pytest

from billcore.kernel import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    Interval,
    InvalidInstant,
    Money,
    bounded,
    cadence,
    instant,
    local_floor,
)

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
    assert local_floor(instant("2026-07-10T10:17:42.5Z"), interval, ZURICH) == instant(floor)  # type: ignore[arg-type]


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
