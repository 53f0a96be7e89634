"""Every example in README, docs and docstrings is a test; this file says how each kind of block is run.

- ``python`` runs in the document's namespace, as a doctest where it starts with ``>>>``; so does ``>>>`` in docstrings.
- ``console``: each ``$ billcore ...`` is run, and what is shown below it must match (``...`` is anything).
- ``toml`` and ``json`` must parse.

A document runs in a folder of its own, in which ``examples/`` is the repository's. ``<!-- skip: next (the reason) -->``
skips one example, ``start`` and ``end`` all between them; it is refused without a reason. ``(needs billcore[tax])``
skips only where that extra is not installed.
"""

import doctest
import importlib.util
import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
from hypothesis import settings
from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser

ROOT = Path(__file__).parent
TIMEOUT_SECONDS = 300
# What a reader has to install, the tests run with already: `pip install ... && billcore ...` runs from `billcore` on.
INSTALLS = re.compile(r"pip install [^&]*&& ")
EXTRAS = {"http": "httpx", "plot": "matplotlib", "tax": "stdnum"}
NEEDS = re.compile(r"\(needs billcore\[(\w+)\]\)")
# No Python name, so that no example can overwrite it in its namespace.
FOLDER = "the document's folder"

# A deadline measures the machine: a shared one pauses for longer than any example takes.
settings.register_profile("billcore", settings(), deadline=None, print_blob=True)
settings.load_profile("billcore")


@attrs.frozen
class Step:
    """One ``$ command`` of a console block, and the output shown below it."""

    command: str
    shown: str


def console_steps(block: str) -> Iterator[Step]:
    r"""Cut a console block at its ``$``; a command goes on after a trailing backslash."""
    command = ""
    shown: list[str] = []
    for line in block.splitlines():
        if command.endswith("\\"):
            command = command[:-1] + line.strip()
        elif line.startswith("$ "):
            if command:
                yield Step(command, "\n".join(shown))
            command, shown = line[2:].rstrip(), []
        else:
            shown.append(line.rstrip())
    if command:
        yield Step(command, "\n".join(shown))


def run_step(step: Step) -> str | None:
    """What is wrong with a step, or ``None``: it fails without showing so, or prints something else than it shows."""
    command = INSTALLS.sub("", step.command)
    if shlex.split(command)[0] != "billcore":
        return None  # installing and testing are what .ci/run does with README's commands
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(  # noqa: S602 - the shell is the point: documents show globs, pipes and `&&`
        command,
        shell=True,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=TIMEOUT_SECONDS,
        env={**os.environ, "PATH": path, "COLUMNS": "120", "NO_COLOR": "1", "PYTHONUTF8": "1"},
    )
    printed = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    shown = step.shown.strip("\n")
    if not shown:
        return None if done.returncode == 0 else f"{step.command} ended with {done.returncode}:\n{printed}"
    if doctest.OutputChecker().check_output(f"{shown}\n", printed.strip("\n") + "\n", doctest.ELLIPSIS):
        return None
    return f"{step.command}\nshows:\n{shown}\nprinted ({done.returncode}):\n{printed}"


def evaluate_console(example: Example) -> str | None:
    """Run the steps of one console block in order, up to the first that goes wrong."""
    return next((wrong for step in console_steps(example.parsed) if (wrong := run_step(step))), None)


def evaluate_toml(example: Example) -> None:
    """A TOML block parses."""
    tomllib.loads(example.parsed)


def evaluate_json(example: Example) -> None:
    """A JSON block parses."""
    json.loads(example.parsed)


def parse_skips(document: Document) -> Iterable[Region]:
    """Sybil's skip, with the reason in plain words: ``<!-- skip: next (needs a network) -->``."""
    dropped = False
    for region in SkipParser()(document):
        action, reason = region.parsed
        if action == "end" and dropped:
            dropped = False
            continue
        if action != "end" and not reason:
            message = f"{document.path}: write why, `<!-- skip: {action} (the reason) -->`"
            raise ValueError(message)
        needed = NEEDS.fullmatch(reason or "")
        if needed is not None and importlib.util.find_spec(EXTRAS[needed[1]]) is not None:
            dropped = action == "start"
            continue
        region.parsed = (action, reason and repr(reason.strip("()")))
        yield region


def enter_folder(namespace: dict[str, object]) -> None:
    """Move to a new folder that shows ``examples/``, so that a document may write files and read ours."""
    folder = tempfile.TemporaryDirectory(prefix="billcore-docs-")
    if (ROOT / "examples").is_dir():
        Path(folder.name, "examples").symlink_to(ROOT / "examples", target_is_directory=True)
    namespace[FOLDER] = folder
    os.chdir(folder.name)


def leave_folder(namespace: dict[str, object]) -> None:
    """Close what a page left open, go back to the checkout, and remove the folder that was entered, and no other."""
    from billcore import Billing

    for value in namespace.values():
        if isinstance(value, Billing | sqlite3.Connection):
            value.close()
    # Never trust the current folder: after an interrupt pytest has gone back to the checkout before it tears down.
    os.chdir(ROOT)
    folder = namespace.pop(FOLDER, None)
    if isinstance(folder, tempfile.TemporaryDirectory):
        folder.cleanup()


documents = Sybil(
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=doctest.ELLIPSIS),
        CodeBlockParser("console", evaluate_console),
        CodeBlockParser("toml", evaluate_toml),
        CodeBlockParser("json", evaluate_json),
        parse_skips,
    ],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    setup=enter_folder,
    teardown=leave_folder,
)
docstrings = Sybil(
    parsers=[DocTestParser(optionflags=doctest.ELLIPSIS)],
    path="src",
    patterns=["*.py"],
    setup=enter_folder,
    teardown=leave_folder,
)
pytest_collect_file = (documents + docstrings).pytest()
