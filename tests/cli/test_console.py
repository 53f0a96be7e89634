"""The console script as the shell sees it: exit codes, streams, encodings, closed pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.desk import process
from tests.cli.documents import CATALOG

QUOTE = ("quote", "catalog.toml", "choice.toml")


def quoted(folder: Path) -> None:
    """A catalog with letters that few old terminals have, and a choice from it."""
    text = CATALOG.replace('"Seats"', '"Plätze → 100 €"')
    (folder / "catalog.toml").write_text(text, encoding="utf-8")
    (folder / "choice.toml").write_text('plan = "team"\n', encoding="utf-8")


def test_the_exit_codes(billed: Path) -> None:
    """Done, no, wrong use, refused, and the store failed: the process ends with each of the five."""
    (billed.parent / "bad.toml").write_text("plan = 1", encoding="utf-8")
    (billed.parent / "not.db").write_text("hello", encoding="utf-8")
    done = [
        process("verify", billed),
        process("check", "bad.toml"),
        process("verify"),
        process("explain", billed, "INV-000099", "1"),
        process("verify", "not.db"),
    ]

    assert [one.returncode for one in done] == [0, 1, 2, 3, 4]
    assert not any(b"Traceback" in one.stdout + one.stderr for one in done)


def test_answers_and_errors_have_their_streams(billed: Path) -> None:
    """What a program reads is on the one, what went wrong on the other."""
    good, bad = process("verify", billed, "--json"), process("explain", billed, "INV-000099", "1", "--json")

    assert (good.stdout, good.stderr) == (b"[]\n", b"")
    assert (bad.stdout, bad.stderr) == (b"", b"not_found: document: no such document (got 'INV-000099')\n")


def test_a_version_is_told() -> None:
    """``--version`` names the program."""
    assert process("--version").stdout.startswith(b"billcore, version ")


@pytest.mark.parametrize(
    ("encoding", "wanted"),
    [("utf-8", "Plätze → 100 €"), ("cp1252", "Plätze \\u2192 100 €"), ("latin-1", "Plätze \\u2192 100 \\u20ac")],
)
def test_a_terminal_of_any_encoding(shop: Path, encoding: str, wanted: str) -> None:
    """Where the terminal lacks a letter its number is shown, and the table is drawn with what there is."""
    quoted(shop)
    done = process(*QUOTE, env={"PYTHONIOENCODING": encoding})

    assert done.returncode == 0
    assert wanted in done.stdout.decode(encoding)
    assert ("┃" in done.stdout.decode(encoding)) == (encoding == "utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_json_of_any_encoding(shop: Path, encoding: str) -> None:
    """What a program reads is the same everywhere."""
    quoted(shop)
    done = process(*QUOTE, "--json", env={"PYTHONIOENCODING": encoding})

    assert json.loads(done.stdout.decode(encoding))["lines"][0]["description"] == "Plätze → 100 €"


def test_a_page_is_utf8_in_any_locale(billed: Path) -> None:
    """A page says that it is UTF-8, so it is, whatever the terminal speaks."""
    process("invoices", "show", billed, "INV-000002", "--html", "page.html", env={"PYTHONIOENCODING": "cp1252"})

    assert "Échéance" in (billed.parent / "page.html").read_bytes().decode()


@pytest.mark.parametrize("command", [("invoices", "list"), ("invoices", "list", "--json"), ("db", "sql")], ids=" ".join)
def test_a_reader_that_leaves(billed: Path, command: tuple[str, ...]) -> None:
    """Where nobody reads on, the command ends without a word."""
    reader, writer = os.pipe()
    os.close(reader)
    done = process(*command, *([billed] if command[0] == "invoices" else []), stdout=writer)
    os.close(writer)

    assert done.stderr == b""
    assert done.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("command", [("invoices", "list"), ("invoices", "list", "--json"), ("verify",)], ids=" ".join)
def test_a_full_disk(billed: Path, command: tuple[str, ...]) -> None:
    """An answer that cannot be written is told, and is not exit code 0."""
    with Path("/dev/full").open("wb") as full:
        done = process(*command, billed, stdout=full)

    assert done.stderr == b"store_error: No space left on device\n"
    assert done.returncode == 4


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are text there")
@pytest.mark.parametrize(
    "command",
    [
        [b"invoices", b"list", b"bills.db", b"--customer", b"caf\xe9"],
        [b"invoices", b"show", b"bills.db", b"caf\xe9"],
        [b"explain", b"bills.db", b"caf\xe9", b"1"],
        [b"explain", b"bills.db", b"INV-000001", b"caf\xe9"],
        [b"run", b"bills.db", b"--until", b"caf\xe9"],
        [b"verify", b"caf\xe9.db"],
        [b"schema", b"caf\xe9"],
    ],
    ids=lambda command: b" ".join(command).decode("latin-1"),
)
def test_arguments_of_any_bytes(billed: Path, command: list[bytes]) -> None:
    """A shell hands over what it likes; what is no text is refused."""
    assert billed.exists()
    done = process(*map(os.fsdecode, command))

    assert done.returncode in (2, 3)
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names of files are text there")
def test_a_file_of_any_name(shop: Path) -> None:
    """A name that is no text is checked, shown and put into JSON like another."""
    name = os.fsdecode(b"caf\xe9.toml")
    (shop / name).write_text(CATALOG.replace('currency = "CHF"', 'currency = "XXX"'), encoding="utf-8")
    done = process("check", name), process("check", name, "--json")

    assert [one.returncode for one in done] == [1, 1]
    assert json.loads(done[1].stdout)[0]["file"] == "caf\N{REPLACEMENT CHARACTER}.toml"
    assert [one.stderr for one in done] == [b"", b""]


def test_without_the_extra() -> None:
    """Where click is not installed the script says what to install."""
    code = "import sys; sys.modules['click'] = None; from billcore.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)  # noqa: S603 - our own code

    assert done.returncode == 1
    assert done.stderr == b"extra_missing: the command line needs an extra (pip install 'billcore[cli]')\n"
