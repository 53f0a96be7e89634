"""Whatever is handed to a command: an error in a line and a documented exit code, and nothing changes."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from billcore.cli.commands import billcore
from billcore.kernel import BillcoreError, InputError, StateError, StoreError
from tests.cli.bad_calls import BAD, rows, yard


def codes(*kinds: type[BillcoreError]) -> set[str]:
    """The codes of these errors and of all below them."""
    return {kind.code for kind in kinds} | {
        code for kind in kinds for below in kind.__subclasses__() for code in codes(below)
    }


REFUSED, STORE = codes(InputError, StateError), codes(StoreError)


@pytest.fixture(scope="module")
def place(billed_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of good and bad files, which no test changes."""
    folder = tmp_path_factory.mktemp("yard")
    yard(folder, billed_once / "bills.db")
    return folder


@pytest.fixture
def here(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The test is in the folder, and leaves it as it was."""
    monkeypatch.chdir(place)
    before = contents(place)
    yield place
    assert contents(place) == before


def contents(folder: Path) -> dict[str, bytes]:
    """All files but a database's own side files."""
    found = (path for path in folder.iterdir() if path.is_file() and not path.name.endswith(("-wal", "-shm")))
    return {path.name: path.read_bytes() for path in found}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("words", "code"), rows(), ids=[ascii(" ".join(words))[1:60] for words, _ in rows()])
def test_a_bad_call_ends_cleanly(words: tuple[str, ...], code: int) -> None:
    """The error says what is wrong, in one way for each exit code."""
    result = CliRunner().invoke(billcore, list(words))
    if result.exc_info is not None and not isinstance(result.exception, SystemExit | None):
        pytest.fail("".join(traceback.format_exception(*result.exc_info)))

    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    if code == 1:
        assert re.search(r"(: | has )\d+ problems?\n  \S", result.output)
    elif code == 2:
        assert re.search(r"^(Error: \S|Usage: billcore .* COMMAND )", result.stderr, re.MULTILINE)
    else:
        word, colon, rest = result.stderr.partition(": ")
        assert word in (REFUSED if code == 3 else STORE)
        assert colon
        assert rest.strip()
        assert len(result.stderr) < 1_000


@pytest.mark.parametrize("command", BAD)
def test_every_command_has_its_table(command: str) -> None:
    """The table has some rows for each command."""
    assert len(BAD[command]) >= 5
