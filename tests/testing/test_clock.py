"""The clock of tests: it stands where it is put, and needs nothing that a host does not have."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest

from billcore import Billing, testing
from billcore.kernel import UTC, InvalidInstant, instant
from billcore.ports import Clock
from billcore.testing import ManualClock
from billcore.testing.clock import ManualClock as AtHome

NOON = instant("2026-03-28T12:00:00Z")


@pytest.mark.parametrize("at", [NOON, "2026-03-28T12:00:00Z", "2026-03-28T13:00:00+01:00"])
def test_it_is_put_by_text_or_datetime(at: dt.datetime | str) -> None:
    """An aware datetime and RFC 3339 text mean the same instant, when it is made and later."""
    clock = ManualClock("2020-01-01T00:00:00Z")

    clock.set(at)

    assert clock.now() == ManualClock(at).now() == NOON
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("at", ["2026-03-28", "noon", dt.datetime(2026, 3, 28)])  # noqa: DTZ001 - what is refused
def test_what_is_no_instant_is_refused(at: dt.datetime | str) -> None:
    """A bare date or a naive datetime is ``InvalidInstant`` at its place, and moves nothing."""
    clock = ManualClock(NOON)

    with pytest.raises(InvalidInstant, match=r"^at: "):
        clock.set(at)
    assert clock.now() == NOON


def test_it_advances_by_what_passes() -> None:
    """A day is 24 hours, also where a zone's day has 23; time may be taken back."""
    clock = ManualClock(NOON)

    clock.advance(days=1, hours=2, minutes=3, seconds=4)
    assert clock.now() == instant("2026-03-29T14:03:04Z")

    clock.advance(days=-1)
    assert repr(clock) == "ManualClock('2026-03-28T14:03:04Z')"


def test_a_handle_reads_it() -> None:
    """It is a ``Clock``: what a handle records has its instant."""
    clock: Clock = ManualClock(NOON)

    assert Billing.in_memory(clock=clock).customers.create("acme", currency="CHF").created == NOON


def test_it_is_where_one_looks_for_it() -> None:
    """``billcore.testing`` gives it on first use, and knows no other name."""
    assert ManualClock is AtHome
    with pytest.raises(AttributeError, match="no attribute 'Clock'"):
        getattr(testing, "Clock")  # noqa: B009 - what is not there


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - our own script
    return done.stdout.strip()


def test_importing_the_package_loads_nothing_else() -> None:
    """Hypothesis loads its entry point in the middle of any import, so the package must not begin another."""
    script = "import sys, billcore.testing\nprint([n for n in sys.modules if n.startswith('billcore.')])"

    assert run(script) == "['billcore.testing']"


def test_clock_and_laws_need_no_extra() -> None:
    """Neither Hypothesis nor pytest is asked for by the clock and the laws."""
    script = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['hypothesis', 'pytest', 'sybil']))\n"
        "from billcore.testing import ManualClock, laws\n"
        "print(ManualClock('2026-03-28T12:00:00Z'), len(laws.__all__) > 20)"
    )

    assert run(script) == "ManualClock('2026-03-28T12:00:00Z') True"
