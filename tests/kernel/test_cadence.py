"""Cadence: where billing periods begin and end, in every zone."""

from __future__ import annotations

import calendar
import datetime as dt
import zoneinfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from billcore.kernel import (
    DAY,
    HALF_YEAR,
    HOUR,
    MINUTE,
    MONTH,
    QUARTER,
    UTC,
    WEEK,
    YEAR,
    Anchor,
    Cadence,
    DayAnchor,
    Interval,
    InvalidInstant,
    add_days,
    cadence,
    instant,
    local_days,
    local_floor,
    nth,
    rfc3339,
    zone,
)
from billcore.testing import laws
from billcore.testing.strategies import anchors, cadences, day_anchors, instants, intervals, zones

NEAR = st.integers(-20, 20)
WINDOW = range(-3, 6)
THREE_HOURS = dt.timedelta(hours=3)
ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})
PUT = {
    "Australia/Lord_Howe": ("2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"),
    "America/Caracas": ("2007-12-09T07:00:00Z", "2016-05-01T07:00:00Z"),
    "Asia/Pyongyang": ("2015-08-14T15:00:00Z", "2018-05-04T15:00:00Z"),
    "Asia/Kathmandu": ("1985-12-31T18:30:00Z",),
    "Antarctica/Troll": ("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"),
    "Europe/Zurich": ("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "1941-05-05T00:00:00Z"),
    "Africa/Monrovia": ("1972-01-07T00:44:30Z",),
}
"""When clocks were put, by half an hour, a quarter, two hours, one, and back from an odd one."""
LATE_SUMMER_TIME = instant("2025-10-26T01:30:00Z")
"""02:30 in Zurich for the second time that night."""

DATE_LINE = cadence(DAY, "calendar", LATE_SUMMER_TIME, "Pacific/Pago_Pago").moved(
    LATE_SUMMER_TIME, "Pacific/Kiritimati"
)
"""Days of a customer who moves from one side of the date line to the other, whose clocks are 25 hours ahead."""

ANCHOR_TO_COME = cadence(DAY, instant("2025-11-05T10:00:00Z"), LATE_SUMMER_TIME, "Pacific/Kiritimati").moved(
    LATE_SUMMER_TIME, "Pacific/Pago_Pago"
)
"""The same the other way, before the anchor: the last day before it would end an hour late."""


def boundaries(beat: Cadence, first: int, last: int) -> list[dt.datetime]:
    """Boundaries ``first`` to ``last``, both included."""
    return [beat.nth(n) for n in range(first, last + 1)]


@given(cadences(), NEAR)
@example(cadence(DAY, "calendar", instant("2011-12-28T00:00:00Z"), "Pacific/Apia"), 0)
@example(cadence(MONTH, LATE_SUMMER_TIME, LATE_SUMMER_TIME, "Europe/Zurich"), 0)
def test_periods_tile_time(beat: Cadence, n: int) -> None:
    """Law: periods tile time for every anchor, interval and zone: each instant is in exactly one (H-13)."""
    laws.periods_tile_time(beat, range(n - 2, n + 3))


@given(cadences(moves=3), NEAR)
@example(DATE_LINE, 0)
@example(ANCHOR_TO_COME, -5)
def test_periods_tile_time_across_moves(beat: Cadence, n: int) -> None:
    """Law: periods tile time although the customer's zone changes, across the date line too."""
    moved_at = beat.zones[-1][0] if len(beat.zones) > 1 else 0
    for middle in (moved_at, n, 0):
        laws.periods_tile_time(beat, range(middle - 3, middle + 3))


@pytest.mark.parametrize("interval", [DAY, MONTH], ids=["day", "month"])
def test_periods_tile_time_in_every_zone(interval: Interval) -> None:
    """Law: in each IANA zone, local days and months tile the years 2011 and 2012, skipped days included."""
    start = instant("2011-01-31T10:30:00Z")
    for name in ZONES:
        beat = cadence(interval, "start", start, name)
        laws.periods_tile_time(beat, range(340 if interval == DAY and name == "Pacific/Apia" else 24))


@given(cadences(moves=1), st.timedeltas(dt.timedelta(0), dt.timedelta(days=900)), zones())
def test_a_move_keeps_the_current_periods_end(beat: Cadence, after: dt.timedelta, new: str) -> None:
    """Law: the period in which a zone changes keeps its end and all before it theirs; the next is in the new zone."""
    at = beat.anchor + after
    if len(beat.zones) > 1:
        at = max(at, beat.nth(beat.zones[-1][0]))
    n = beat.index(at)

    moved = beat.moved(at, new)

    assert boundaries(moved, n - 3, n + 1) == boundaries(beat, n - 3, n + 1)
    assert (moved.zone(n), moved.zone(n + 1)) == (beat.zone(n), new)
    if not beat.interval.seconds:
        fresh = attrs_in(beat, new).nth(n + 2)
        assert moved.nth(n + 2) == max(fresh, moved.nth(n + 1))


def attrs_in(beat: Cadence, name: str) -> Cadence:
    """The same wall clock, had it always hung in that zone."""
    return Cadence(beat.interval, beat.anchor, beat.wall, beat.day, ((-(2**62), name),))


@given(intervals(), anchors(instant=instants()), instants(), zones())
@example(MONTH, LATE_SUMMER_TIME, LATE_SUMMER_TIME, "Europe/Zurich")
def test_the_first_boundary_is_the_anchor(interval: Interval, anchor: Anchor, start: dt.datetime, name: str) -> None:
    """Law: ``nth(0)`` is the anchor's own instant; from the start it is the start, to the microsecond."""
    beat = cadence(interval, anchor, start, name)

    assert beat.nth(0) == beat.anchor
    if anchor == "start":
        assert beat.anchor == start
    if isinstance(anchor, dt.datetime):
        assert beat.anchor == anchor
    if anchor == "calendar":
        assert beat.anchor <= start or interval.seconds


@given(st.sampled_from((1, 2, 3, 6, 12)), day_anchors(), instants(), zones(), NEAR)
def test_month_ends_come_back(months: int, anchor: DayAnchor, start: dt.datetime, name: str, n: int) -> None:
    """Law: every boundary is on the anchor's day or the last of a shorter month; nothing drifts in February (D06)."""
    beat = cadence(Interval(months=months), anchor, start, name)

    local = beat.nth(n).astimezone(zone(name))

    wall = local.replace(tzinfo=None)
    assume(wall.hour == 0)  # a midnight that does not exist is read by the offset before the gap
    last = calendar.monthrange(wall.year, wall.month)[1]
    assert wall.day == min(anchor.day, last)
    since = (wall.year - beat.wall.year) * 12 + wall.month - beat.wall.month
    assert since == n * months


@given(day_anchors(), instants(), zones())
def test_a_billing_day_is_on_or_after_the_start(anchor: DayAnchor, start: dt.datetime, name: str) -> None:
    """Law: the first billing day is on the local date of the start or within the month after it."""
    there = zone(name)
    first, today = cadence(MONTH, anchor, start, name).wall.date(), start.astimezone(there).date()

    assert today <= first <= today + dt.timedelta(days=31)


@given(instants(), st.timedeltas(dt.timedelta(0), dt.timedelta(days=800)), zones())
def test_local_days_add_up(start: dt.datetime, length: dt.timedelta, name: str) -> None:
    """Law: local days from a to b and from b to c are those from a to c, across every change of the clock (D10)."""
    middle, end = start + length / 3, start + length

    assert local_days(start, middle, name) + local_days(middle, end, name) == local_days(start, end, name)
    assert local_days(start, start, name) == 0


@pytest.mark.parametrize(
    ("anchor", "months", "boundary"),
    [
        ("2020-01-31", 3, "2020-04-30"),
        ("2020-08-31", 3, "2020-11-30"),
        ("2020-11-30", 3, "2021-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_months_are_calendar_safe(anchor: str, months: int, boundary: str) -> None:
    """R1-18, B-27: 31 January and 3 months is 30 April, 30 November and 3 months is 28 February."""
    start = instant(f"{anchor}T00:00:00Z")

    assert nth(start, months, "UTC") == instant(f"{boundary}T00:00:00Z")


@pytest.mark.parametrize(
    ("interval", "first"),
    [
        (DAY, "2026-05-20"),
        (WEEK, "2026-05-18"),
        (MONTH, "2026-05-01"),
        (QUARTER, "2026-04-01"),
        (HALF_YEAR, "2026-01-01"),
        (YEAR, "2026-01-01"),
    ],
    ids=lambda value: str(getattr(value, "name", value)),
)
def test_the_calendar_begins_at_the_local_first(interval: Interval, first: str) -> None:
    """A calendar period begins at the local midnight of the day, Monday, month, quarter, half-year or year."""
    beat = cadence(interval, "calendar", instant("2026-05-20T12:00:00Z"), "Asia/Kolkata")

    assert beat.anchor.astimezone(zone("Asia/Kolkata")).isoformat() == f"{first}T00:00:00+05:30"


@pytest.mark.parametrize("interval", [Interval(months=2), Interval(days=10), HOUR], ids=["2 months", "10 days", "hour"])
def test_other_intervals_count_from_the_start(interval: Interval) -> None:
    """Two months, ten days or an hour have no calendar of their own: they count from the start."""
    start = instant("2026-05-20T12:34:56Z")

    assert cadence(interval, "calendar", start, "UTC").anchor == start


def test_a_month_with_a_clock_change_is_an_hour_shorter() -> None:
    """March 2024 in Berlin has 743 hours and is still one month."""
    march = cadence(MONTH, "calendar", instant("2024-03-11T00:00:00Z"), "Europe/Berlin").period(0)

    assert (rfc3339(march.start), rfc3339(march.end)) == ("2024-02-29T23:00:00Z", "2024-03-31T22:00:00Z")
    assert march.micros == 743 * 3_600_000_000


def test_a_skipped_day_is_an_empty_period() -> None:
    """Samoa had no 30 December 2011: that day is an empty period, and nothing is in it."""
    days = cadence(DAY, "calendar", instant("2011-12-29T20:00:00Z"), "Pacific/Apia")

    lengths = [days.period(n).micros // 3_600_000_000 for n in range(3)]

    assert lengths == [24, 0, 24]


def test_a_missing_midnight_is_read_by_the_offset_before() -> None:
    """A period that begins at a midnight the clock skips begins at the instant of the change."""
    beat = cadence(DAY, "calendar", instant("2018-11-03T12:00:00Z"), "America/Sao_Paulo")

    assert rfc3339(beat.nth(1)) == "2018-11-04T03:00:00Z"


def test_a_local_time_that_comes_twice_is_the_first() -> None:
    """A boundary in the hour that comes twice is the first of the two."""
    beat = cadence(DAY, "start", instant("2025-10-25T00:30:00Z"), "Europe/Zurich")

    assert rfc3339(beat.nth(1)) == "2025-10-26T00:30:00Z"


def test_a_move_gives_one_long_month() -> None:
    """From Zurich to New York within May: May ends in Zurich, June ends in New York, six hours later."""
    beat = cadence(MONTH, "calendar", instant("2026-05-01T00:00:00Z"), "Europe/Zurich")

    moved = beat.moved(instant("2026-05-20T00:00:00Z"), "America/New_York")

    assert [rfc3339(moved.nth(n)) for n in range(3)] == [
        "2026-04-30T22:00:00Z",
        "2026-05-31T22:00:00Z",
        "2026-07-01T04:00:00Z",
    ]


def test_instants_are_utc_and_periods_of_a_cadence_too() -> None:
    """Whatever zone an anchor was written in, boundaries are in UTC."""
    beat = cadence(MONTH, instant("2026-01-31T00:00:00+13:00"), instant("2026-02-01T00:00:00Z"), "Pacific/Apia")

    assert beat.nth(1).tzinfo is UTC
    assert rfc3339(beat.nth(1)) == "2026-02-27T11:00:00Z"


@st.composite
def _near_a_put(draw: st.DrawFn) -> tuple[str, dt.datetime]:
    """A zone, and an instant within three hours of when its clocks were put, or any."""
    if draw(st.integers(0, 4)) == 0:
        return draw(zones()), draw(instants())
    where = draw(st.sampled_from(sorted(PUT)))
    seconds = st.integers(-10_800, 10_800).map(lambda n: dt.timedelta(seconds=n))
    return where, instant(draw(st.sampled_from(PUT[where]))) + draw(seconds | st.timedeltas(-THREE_HOURS, THREE_HOURS))


@given(_near_a_put(), st.sampled_from((HOUR, MINUTE)), st.timedeltas(dt.timedelta(0), dt.timedelta(hours=2)))
@example(("Australia/Lord_Howe", instant("2026-04-04T15:15:00Z")), HOUR, dt.timedelta(0))
def test_a_local_hour_is_never_longer_than_one(
    near: tuple[str, dt.datetime], interval: Interval, later: dt.timedelta
) -> None:
    """Law: a window of an hour or minute is that at most, of one offset, and windows tile time in order.

    It begins when the clock shows a full one, or at the second at which the clock is put.
    """
    (where, at), length = near, dt.timedelta(seconds=interval.seconds)
    start = local_floor(at, interval, where)
    there = zone(where)
    local = start.astimezone(there)

    assert start <= at < start + length
    assert local.utcoffset() == at.astimezone(there).utcoffset()
    assert local_floor(start, interval, where) == start
    assert local_floor(at + later, interval, where) >= start
    full = local.second == 0 == local.microsecond and (interval == MINUTE or local.minute == 0)
    before = (start - dt.timedelta(seconds=1)).astimezone(there)
    assert full or before.utcoffset() != local.utcoffset()


def test_half_an_hour_that_comes_twice_is_a_window() -> None:
    """Lord Howe goes back from 02:00 to 01:30: windows from 01:00, from 01:30 the second time, and from 02:00.

    When it goes on from 02:00 to 02:30, the hour from 02:00 is half an hour long.
    """
    autumn = instant("2026-04-04T14:00:00Z")
    spring = instant("2026-10-03T14:30:00Z")

    def windows(first: dt.datetime) -> list[str]:
        every = (first + n * dt.timedelta(minutes=10) for n in range(12))
        return [
            rfc3339(at)[11:16] for at in dict.fromkeys(local_floor(at, HOUR, "Australia/Lord_Howe") for at in every)
        ]

    assert windows(autumn) == ["14:00", "15:00", "15:30"]
    assert windows(spring) == ["14:30", "15:30", "16:00"]


@given(instants(), st.integers(-400, 400), zones())
def test_days_later_it_is_the_same_time(at: dt.datetime, days: int, name: str) -> None:
    """Law: so many days later it is that date at the same local time, the first of two; a gap alone moves it."""
    there = zone(name)
    wall = at.astimezone(there).replace(tzinfo=None, fold=0) + dt.timedelta(days=days)
    later = add_days(at, days, name).astimezone(there)

    exists = wall.replace(tzinfo=there).astimezone(UTC).astimezone(there).replace(tzinfo=None) == wall
    assert not exists or (later.replace(tzinfo=None), later.fold) == (wall, 0)
    assert abs(later.replace(tzinfo=None) - wall) < dt.timedelta(days=2)


def test_terms_are_days_of_the_calendar() -> None:
    """Thirty days are thirty midnights, also where one of the days has 23 hours; beyond the calendar is an error."""
    assert add_days(instant("2026-03-15T11:00:00Z"), 30, "Europe/Zurich") == instant("2026-04-14T10:00:00Z")
    assert add_days(instant("2026-03-15T11:00:00Z"), 30, "UTC") == instant("2026-04-14T11:00:00Z")
    with pytest.raises(InvalidInstant, match=r"days beyond the calendar .*3000000"):
        add_days(instant("2026-03-15T11:00:00Z"), 3_000_000, "UTC")
