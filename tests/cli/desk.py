"""How the tests call the command line: in this process, as a process of its own, and what the reference says of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from billcore.cli.commands import billcore

__all__ = ["REFERENCE", "answered", "call", "documented", "keys", "process"]

REFERENCE = (Path(__file__).parents[2] / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
_CONSOLE = {"COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb"}


def call(*arguments: str | Path, code: int = 0, columns: int = 120) -> Result:
    """Run a command; it ends with this exit code, and never with an exception."""
    words = [str(argument) for argument in arguments]
    result = CliRunner().invoke(billcore, words, env={**_CONSOLE, "COLUMNS": str(columns)}, catch_exceptions=False)
    assert result.exit_code == code, f"{words} ended with {result.exit_code}:\n{result.output}"
    return result


def answered(*arguments: str | Path, code: int = 0) -> object:
    """The answer of a command to programs."""
    return json.loads(call(*arguments, "--json", code=code).stdout)


def process(
    *arguments: str | Path, env: Mapping[str, str] | None = None, **how: object
) -> subprocess.CompletedProcess[bytes]:
    """Run the console script as a user does; its output as bytes."""
    script = Path(sys.executable).with_name("billcore")
    return subprocess.run(  # type: ignore[call-overload,no-any-return]  # noqa: S603 - keywords of run, on our own script
        [script, *map(str, arguments)],
        env={**os.environ, **_CONSOLE, **(env or {})},
        check=False,
        timeout=60,
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how},
    )


def documented(command: str) -> set[str]:
    """The keys of a command's answer, by the reference."""
    rows = (line.strip("| ").split(" | ") for line in REFERENCE.splitlines() if line.startswith("| `"))
    named = (cells[1] for cells in rows if f"`{command}`" in cells[0].split(", ") and len(cells) == 2)
    found = set(re.findall(r"`(\w+)`", next(named)))
    assert found, f"the reference does not say what {command} answers"
    return found


def keys(data: object, *, but: str | None = None) -> set[str]:
    """All keys of an answer, at any depth; those inside ``but`` are somebody's names."""
    return set(_keys(data, but))


def _keys(data: object, but: str | None) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            if key != but:
                yield from _keys(value, but)
    elif isinstance(data, list):
        for item in data:
            yield from _keys(item, but)
