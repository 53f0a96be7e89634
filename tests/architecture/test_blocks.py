"""The examples in the docs are truly run: what ``conftest.py`` makes of a block bites."""

import os
from pathlib import Path

import pytest
from sybil import Document

from conftest import Step, console_steps, enter_folder, leave_folder, parse_skips, run_step


def skips(text: str) -> list[tuple[str, str]]:
    """What the skip directives of a document say: the action, and the reason as Sybil evaluates it."""
    return [region.parsed for region in parse_skips(Document(text, "page.md"))]


def test_a_console_block_is_cut_at_its_prompts() -> None:
    """Each ``$`` begins a step, a backslash continues it, and the lines below are what it shows."""
    block = "$ billcore check \\\n    a.toml\nfine\n$ billcore verify x.db\n"

    assert list(console_steps(block)) == [Step("billcore check a.toml", "fine"), Step("billcore verify x.db", "")]


def test_a_command_that_prints_what_is_shown_is_good() -> None:
    """An ellipsis stands for anything."""
    assert run_step(Step("billcore --help", "Usage: billcore ...")) is None


def test_a_command_that_prints_something_else_is_reported() -> None:
    """Output that a page shows and the program does not print is wrong, and the report shows both."""
    wrong = run_step(Step("billcore --help", "Something else"))

    assert wrong is not None
    assert "Something else" in wrong
    assert "Usage" in wrong


def test_a_command_that_fails_in_silence_is_reported() -> None:
    """A page that shows no output promises success."""
    assert run_step(Step("billcore no-such-command", "")) is not None


def test_the_installing_part_of_a_command_is_left_out() -> None:
    """``pip install ... && billcore ...`` runs from ``billcore`` on, and still must succeed."""
    assert run_step(Step("pip install -e '.[cli]' && billcore no-such-command", "")) is not None


def test_what_is_not_ours_is_not_run() -> None:
    """Installing and testing are left to ``.ci/run``."""
    assert run_step(Step("pip install -e . && exit 1", "")) is None


def test_a_skip_says_why() -> None:
    """The reason is plain words in parentheses."""
    assert skips("<!-- skip: next (needs a network) -->\n") == [("next", "'needs a network'")]


def test_a_skip_without_a_reason_is_refused() -> None:
    """Nobody skips an example without a word."""
    with pytest.raises(ValueError, match="write why"):
        skips("<!-- skip: next -->\n")


def test_a_document_that_walks_away_takes_nothing_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the document's own folder is removed, wherever its examples went."""
    monkeypatch.chdir(Path.cwd())  # so that pytest returns to where it was
    namespace: dict[str, object] = {}
    enter_folder(namespace)
    own = Path.cwd()
    os.chdir(tmp_path)

    leave_folder(namespace)
    leave_folder(namespace)

    assert tmp_path.is_dir()
    assert not own.exists()
