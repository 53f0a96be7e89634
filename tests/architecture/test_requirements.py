"""The page of requirements is made of the tests' docstrings, and is not stale."""

from __future__ import annotations

from pathlib import Path

from tests.requirements import ASKED, PAGE, Carried, carried, missing, page

PLANTED = '''
def test_rounds() -> None:
    """B-26: 0.29 is 29 cents."""

class TestSync:
    def test_never_deletes(self) -> None:
        """Law: a sync never deletes | it marks (H-11, R4-02).

        More is said of R4-99 here.
        """

def helper() -> None:
    """R4-01: no test."""

def test_plain() -> None:
    """5.3 item 5: three replicas; 5.30 is a price, and R4-1 no id."""
'''


def test_the_page_is_that_of_the_tests() -> None:
    """Stale? Run ``python -m tests.requirements``."""
    assert PAGE.read_text(encoding="utf-8") == page(carried())


def test_ids_are_found_in_docstrings_of_tests_alone(tmp_path: Path) -> None:
    """With what the docstring says beside them; a number like 5.30 is none."""
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_planted.py").write_text(PLANTED, encoding="utf-8")
    where = "tests/test_planted.py::"
    sync = f"{where}TestSync::test_never_deletes"

    assert carried(folder) == [
        Carried("B-26", f"{where}test_rounds", "0.29 is 29 cents."),
        Carried("H-11", sync, "a sync never deletes \\| it marks."),
        Carried("R4-02", sync, "a sync never deletes \\| it marks."),
        Carried("R4-99", sync, "a sync never deletes \\| it marks."),
        Carried("5.3 item 5", f"{where}test_plain", "three replicas; 5.30 is a price, and R4-1 no id."),
    ]


def test_what_is_asked_and_has_no_test_is_listed() -> None:
    """In the order of the page; with all of them, it says so."""
    found = [Carried(name, "tests/test_x.py::test_y", "Said.") for name in ASKED if name not in ("H-03", "R0-01")]
    every = [*found, Carried("H-03", "t", "s"), Carried("R0-01", "t", "s")]

    assert missing(found) == ["R0-01", "H-03"]
    assert page(found).endswith("\nR0-01, H-03\n")
    assert page(every).endswith("\nNone.\n")
