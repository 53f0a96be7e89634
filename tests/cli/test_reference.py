"""The reference of the command line names what there is, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from billcore.cli.commands import billcore
from tests.cli.desk import REFERENCE, call


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands under a group, by the words that call them."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands(billcore))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_its_help(path: tuple[str, ...]) -> None:
    """``--help`` shows how it is called and one sentence on what for."""
    lines = call(*path, "--help").stdout.splitlines()

    assert lines[0].startswith(f"Usage: billcore {' '.join(path)} ")
    assert lines[2].strip()


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_option_is_in_the_reference(path: tuple[str, ...]) -> None:
    """A heading names the command; its options stand there, but for ``--json``, which all have."""
    options = {option for one in COMMANDS[path].params if isinstance(one, click.Option) for option in one.opts}
    headings = [line for line in REFERENCE.splitlines() if line.startswith("### ")]

    assert any(re.search(rf"`{' '.join(path)}[ `]", heading) for heading in headings)
    assert all(f"{option} " in REFERENCE for option in options - {"--json"})


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_answers_programs(path: tuple[str, ...]) -> None:
    """All take ``--json`` but those that print a text for other tools."""
    takes = any("--json" in one.opts for one in COMMANDS[path].params)

    assert takes != (path in {("schema",), ("db", "sql")})


def test_the_exit_codes_of_the_reference() -> None:
    """They are five; the tests of the commands see each of them."""
    assert re.findall(r"^\| (\d) \|", REFERENCE, re.MULTILINE) == ["0", "1", "2", "3", "4"]
