"""Instants, periods, timelines: half-open, in UTC."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billcore.kernel import InvalidInstant, Period, Timeline, from_micros, instant, micros, rfc3339, zone
from billcore.testing.strategies import instants, periods, zones

INSTANT_LIKE = st.text("0123456789-:.TtZz+ ", max_size=40)
ALMOST = st.builds(
    "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}".format,
    *(st.integers(1890, 2100), st.integers(0, 13), st.integers(0, 32)),
    *(st.integers(0, 25), st.integers(0, 60), st.integers(0, 60)),
    st.sampled_from(("Z", "+02:00", "-23:59", "+24:00", "")),
)
POINTS = st.lists(st.tuples(instants(), st.integers()), max_size=6)


@given(ALMOST | INSTANT_LIKE | st.text(max_size=40) | st.datetimes().map(dt.datetime.isoformat))
def test_any_text_is_an_instant_or_refused(text: str) -> None:
    """Law: the parser is total: any text is an instant in UTC or ``InvalidInstant``."""
    try:
        read = instant(text, "at")
    except InvalidInstant:
        return

    assert read.utcoffset() == dt.timedelta(0)
    assert read == dt.datetime.fromisoformat(text.upper())


@given(instants(), zones())
def test_instants_round_trip(at: dt.datetime, name: str) -> None:
    """Law: an instant read from its text, from its microseconds or from any zone's clock is the same instant."""
    local = at.astimezone(zone(name))

    assert instant(rfc3339(at)) == at
    assert from_micros(micros(at)) == at
    assert instant(local) == at
    assert (rfc3339(local), micros(local)) == (rfc3339(at), micros(at))


@given(instants(), instants())
def test_microseconds_order_as_instants(a: dt.datetime, b: dt.datetime) -> None:
    """Law: microseconds sort as the instants do, so stores may compare integers."""
    assert (micros(a) < micros(b), micros(a) == micros(b)) == (a < b, a == b)


@given(periods(), periods(), instants())
def test_an_overlap_is_what_both_have(a: Period, b: Period, at: dt.datetime) -> None:
    """Law: an instant is in the overlap exactly if it is in both periods; the order does not matter."""
    common = a.overlap(b.start, b.end)

    assert common == b.overlap(a.start, a.end)
    for moment in (at, a.start, a.end, b.start, b.end):
        assert (common is not None and moment in common) == (moment in a and moment in b)


@given(periods(), POINTS)
def test_segments_tile_the_period(period: Period, points: list[tuple[dt.datetime, int]]) -> None:
    """Law: segments tile the period from the first point on, and each has what is in force at its start."""
    timeline = Timeline[int]()
    for at, value in points:
        timeline = timeline.set(at, value)
    segments = timeline.segments(period)

    first = max(period.start, min((at for at, _ in points), default=period.end))
    edges = [first, *(part.end for part, _ in segments)]
    assert [part.start for part, _ in segments] == edges[:-1]
    assert edges[-1] == max(first, period.end)
    assert all(timeline.at(part.start) == value for part, value in segments)


@given(POINTS, instants(), st.integers())
def test_a_timeline_says_what_was_set_last(points: list[tuple[dt.datetime, int]], at: dt.datetime, new: int) -> None:
    """Law: what is set holds from its instant to the next point, whatever was there; before it nothing changes."""
    timeline = Timeline[int]()
    for when, value in points:
        timeline = timeline.set(when, value)

    changed = timeline.set(at, new)

    before, later = at - dt.timedelta(microseconds=1), [when for when, _ in points if when > at]
    assert (changed.at(at), changed.at(before)) == (new, timeline.at(before))
    assert changed == changed.set(at, new)
    assert [when for when, _ in changed.points] == sorted({*(when for when, _ in points), at})
    assert all(changed.at(when) == timeline.at(when) for when in later)


@given(instants(), instants())
def test_a_period_holds_its_start_and_not_its_end(a: dt.datetime, b: dt.datetime) -> None:
    """Law: a period is half open, and empty exactly if it has no length."""
    assume(a <= b)
    period = Period(a, b)

    assert (a in period, b in period) == (a < b, False)
    assert period.empty == (period.micros == 0)
    assert period.start + dt.timedelta(microseconds=period.micros) == period.end


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-05-20T02:00:00+02:00", "2026-05-20T00:00:00Z"),
        ("2026-05-20t00:00:00z", "2026-05-20T00:00:00Z"),
        ("2026-05-20 00:00:00.5Z", "2026-05-20T00:00:00.500000Z"),
        ("2024-02-29T23:59:59.999999-12:00", "2024-03-01T11:59:59.999999Z"),
    ],
)
def test_instants_are_read_in_any_zone_and_written_in_utc(written: str, read: str) -> None:
    """RFC 3339 text of any offset is one instant, written in UTC."""
    assert rfc3339(instant(written)) == read


def test_two_periods_that_touch_share_nothing() -> None:
    """A period ends where the next begins, and no instant is in both."""
    may = Period("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z")
    june = Period("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z")

    assert may.overlap(june.start, june.end) is None
    assert may.overlap(june.start, None) is None
    assert june.overlap(may.start, None) == june
    assert str(may) == "[2026-05-01T00:00:00Z, 2026-06-01T00:00:00Z)"
