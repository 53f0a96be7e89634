"""The command line: click over the handle, rich for people, ``--json`` for programs.

It owns exit codes, tables and progress bars. It does not own a rule: every command is a few calls of the handle.

Exit codes: 0 done; 1 the answer is no (problems in a document, violations, refused steps, a difference); 2 wrong use of
the command; 3 refused by billcore (an ``InputError`` or ``StateError``); 4 the store or the disk failed.
"""

from __future__ import annotations

import io
import sys

__all__ = ["main"]


def main() -> None:
    """The entry point of ``billcore``."""
    from billcore.kernel import ExtraMissing, from_extra

    try:
        with from_extra("cli", "click", "rich", what="the command line"):
            from billcore.cli.commands import billcore
    except ExtraMissing as error:
        raise SystemExit(f"{error.code}: {error}") from None
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an old terminal has no word for every letter
    billcore()
