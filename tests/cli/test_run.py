"""``billcore run``: everything due up to an instant, once."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import cast

import pytest

from billcore.adapters.sql import open_sqlite
from tests.cli.conftest import FIRST, SECOND
from tests.cli.database import column, dump
from tests.cli.desk import answered, call, documented, keys
from tests.cli.documents import CATALOG, USAGE

NOTHING = {"invoices": 0, "credit_notes": 0, "billing_dates": 0, "totals": {}, "parked": []}


def test_a_run_bills_what_is_due(loaded: Path) -> None:
    """The first of January in Zurich and Paris: two invoices, 32.11 and 2376.00, on one billing date."""
    told = answered("run", loaded, "--until", FIRST)

    assert told == {"invoices": 2, "credit_notes": 0, "billing_dates": 1, "totals": {"CHF": "2408.11"}, "parked": []}
    assert keys(told, but="totals") == documented("run")


def test_a_run_is_told_to_people(loaded: Path) -> None:
    """A title and a row for each currency."""
    lines = call("run", loaded, "--until", FIRST).stdout.splitlines()

    assert lines[0] == "2 invoices and 0 credit notes on 1 billing date"
    assert lines[4] == "│ CHF      │ 2408.11 │"


def test_a_second_run_gives_nothing(loaded: Path) -> None:
    """It adds no row."""
    call("run", loaded, "--until", SECOND)
    before = dump(loaded)

    assert answered("run", loaded, "--until", SECOND) == NOTHING
    assert answered("run", loaded, "--until", FIRST) == NOTHING
    assert dump(loaded) == before


def test_until_is_inclusive(loaded: Path) -> None:
    """A microsecond before the billing date nothing is due."""
    assert answered("run", loaded, "--until", "2025-12-31T22:59:59.999999Z") == NOTHING
    assert answered("run", loaded, "--until", FIRST) != NOTHING


def test_at_stands_on_the_documents(loaded: Path) -> None:
    """``--at`` is the documents' ``issued_at``; without it, ``--until``."""
    call("run", loaded, "--until", FIRST, "--at", "2026-01-03T08:00:00+01:00")
    call("run", loaded, "--until", SECOND)
    told = answered("invoices", "list", loaded, "--customer", "acme")

    assert isinstance(told, list)
    assert [(one["billing_date"], one["issued_at"]) for one in told] == [
        ("2025-12-31T23:00:00Z", "2026-01-03T07:00:00Z"),
        ("2026-01-31T23:00:00Z", "2026-01-31T23:00:00Z"),
    ]


def test_one_run_or_several_bill_the_same(loaded: Path) -> None:
    """A forgotten run is caught up, billing date by billing date."""
    told = answered("run", loaded, "--until", SECOND)

    assert told == {"invoices": 4, "credit_notes": 0, "billing_dates": 2, "totals": {"CHF": "4873.24"}, "parked": []}


def test_a_parked_account_is_told_and_the_others_are_billed(shop: Path) -> None:
    """Where a customer's amount is more than money can be, the exit code is 1; the next run leaves it parked."""
    (shop / "catalog.toml").write_text(CATALOG.replace('"0.10"', '"999999999"'), encoding="utf-8")
    (shop / "usage.csv").write_text(USAGE.replace(",25", ",999999999999999"), encoding="utf-8")
    call("load", "bills.db", "catalog.toml", "story.toml", "usage.csv")
    result = call("run", "bills.db", "--until", SECOND, code=1)

    assert result.stdout.startswith("3 invoices and 0 credit notes on 2 billing dates\n")
    assert result.stderr == "parked: acme\n"
    assert answered("run", "bills.db", "--until", SECOND) == NOTHING
    assert column(Path("bills.db"), "SELECT customer FROM billcore_document ORDER BY number") == [
        "acme",
        "lyon",
        "lyon",
    ]


@pytest.mark.parametrize("columns", [1, 20, 200])
def test_the_title_stands_in_one_line(loaded: Path, columns: int) -> None:
    """However narrow the terminal is, neither the title nor an amount is broken."""
    lines = call("run", loaded, "--until", FIRST, columns=columns).stdout.splitlines()

    assert lines[0] == "2 invoices and 0 credit notes on 1 billing date"
    assert lines[4] == "│ CHF      │ 2408.11 │"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--until", "2026-02-01"], "--until: not an instant"),
        (["--until", "2026-02-01T00:00:00"], "--until: not an instant"),
        (["--until", "2026-02-30T00:00:00Z"], "--until: no such date or time"),
        (["--until", "1800-01-01T00:00:00Z"], "--until: a year outside 1900 to 9900"),
        (["--until", FIRST, "--at", "now"], "--at: not an instant"),
    ],
)
def test_a_bad_instant_is_refused(loaded: Path, options: list[str], says: str) -> None:
    """The option is named, and nothing is billed."""
    before = dump(loaded)

    assert call("run", loaded, *options, code=3).stderr.startswith(f"invalid_instant: {says}")
    assert dump(loaded) == before


def test_a_database_that_somebody_else_is_writing(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some patience the run gives up as a conflict, and nothing is billed; reading goes on meanwhile."""
    monkeypatch.setitem(cast("dict[str, float]", open_sqlite.__kwdefaults__), "wait_seconds", 0.01)
    with contextlib.closing(sqlite3.connect(loaded, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        result = call("run", loaded, "--until", FIRST, code=4)
        listed = answered("invoices", "list", loaded)

    assert result.stderr.startswith("conflict: ")
    assert listed == []
    assert answered("run", loaded, "--until", FIRST) != NOTHING
