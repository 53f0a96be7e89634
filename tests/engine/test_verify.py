"""``verify`` finds nothing where the books are in order, and names what somebody else broke."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from billcore.adapters.memory import MemoryStore
from billcore.adapters.sql import open_sqlite
from billcore.engine import Billing
from billcore.engine.verify import CHECKERS, Progress, Violation, verify, violations
from billcore.kernel import InvalidValue
from billcore.ports import Scope
from billcore.settlement import Policy
from billcore.testing import ManualClock
from tests.engine.breaks import BREAKS, Break, broken
from tests.engine.lively import START, live

MAIN = Scope("main")


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the lively database, which no test changes."""
    path = tmp_path_factory.mktemp("verify") / "lively.db"
    clock = ManualClock(START)
    with Billing.open(path, clock=clock) as billing:
        live(billing, clock)
    return path


def _found(path: Path, scope: Scope = MAIN) -> tuple[Violation, ...]:
    store = open_sqlite(path)
    try:
        return verify(store, scope, Policy())
    finally:
        store.close()


@pytest.mark.parametrize("policy", [Policy(), Policy(whole_invoice=True), Policy(settle=False)])
def test_a_lively_database_is_in_order(policy: Policy) -> None:
    """Changes, late usage, credits, voids, vouchers and payments leave nothing to find, whatever the policy."""
    clock, store = ManualClock(START), MemoryStore()
    live(Billing(store, clock=clock, policy=policy), clock)
    assert verify(store, MAIN, policy) == ()


def test_a_lively_file_is_in_order(lively: Path) -> None:
    """So it is in SQLite, under the tenant's scope and under each customer's."""
    assert _found(lively) == ()
    assert [_found(lively, Scope("main", name)) for name in ("acme", "omega", "zeta", "nobody")] == [()] * 4


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: f"{case.invariant}-{case.sql[:40]}")
def test_a_break_is_named(lively: Path, tmp_path: Path, case: Break) -> None:
    """What was broken is named by its invariant and place, and nothing is named that still holds."""
    path = Path(shutil.copy(lively, tmp_path / "broken.db"))
    broken(path, case.sql)
    found = _found(path)
    assert {violation.invariant for violation in found} == {case.invariant, *case.too}
    assert any(violation.invariant == case.invariant and case.place in violation.place for violation in found)


def test_every_checker_is_seen_to_bite() -> None:
    """For each invariant that is checked, a break stands in the table."""
    assert {case.invariant for case in BREAKS} == CHECKERS.keys()


def test_every_checker_says_what_it_checks() -> None:
    """Each has one sentence."""
    for checker in CHECKERS.values():
        assert checker.sentence.endswith(".")
        assert ". " not in checker.sentence


def test_chosen_checkers_alone_are_run(lively: Path, tmp_path: Path) -> None:
    """``only`` names them; an id without a checker is refused."""
    path = Path(shutil.copy(lively, tmp_path / "broken.db"))
    broken(path, "UPDATE billcore_document SET net = net + 1, tax = tax - 1 WHERE kind = 'invoice'")
    store = open_sqlite(path)
    assert {violation.invariant for violation in verify(store, MAIN, Policy())} == {"M3", "M4"}
    assert {violation.invariant for violation in verify(store, MAIN, Policy(), only=["M4", "I1"])} == {"M4"}
    with pytest.raises(InvalidValue, match="no checker of this invariant"):
        verify(store, MAIN, Policy(), only=["Z9"])
    store.close()


def test_violations_come_page_by_page(lively: Path, tmp_path: Path) -> None:
    """Each page of customers is told of, with what was found by then, before the next one is read."""
    path = Path(shutil.copy(lively, tmp_path / "broken.db"))
    broken(path, "UPDATE billcore_document SET hash = ''")
    store = open_sqlite(path)
    told: list[Progress] = []
    found = violations(store, MAIN, Policy(), page=1, progress=told.append)
    assert next(found).place == "INV-000001"
    assert told == []
    rest = list(found)
    assert [progress.customers for progress in told] == [1, 2, 3, 4]
    assert told[-1].violations == 1 + len(rest)
    store.close()


def test_one_unreadable_account_hides_no_other(lively: Path, tmp_path: Path) -> None:
    """What cannot be read is said so, and the others are checked all the same."""
    path = Path(shutil.copy(lively, tmp_path / "broken.db"))
    broken(
        path,
        "UPDATE billcore_account SET marks = 'x' WHERE customer = 'acme';"
        " UPDATE billcore_document SET settled = settled + 1 WHERE number = 'INV-000004'",
    )
    found = _found(path)
    assert {(violation.invariant, violation.place) for violation in found} == {
        ("S10", "acme"),
        ("I5", "INV-000004"),
        ("M11", "INV-000004"),
    }


def test_a_violation_reads_as_a_sentence() -> None:
    """Its invariant, place, message and value."""
    assert str(Violation("M4", "INV-000001", "net should be 5", "6")) == "M4 INV-000001: net should be 5 (got 6)"
    assert str(Violation("S2", "acme", "there is no account")) == "S2 acme: there is no account"
