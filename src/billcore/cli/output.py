"""How commands answer: tables and text for people, JSON for programs, errors with an exit code."""

from __future__ import annotations

import codecs
import errno
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table

from billcore.kernel import BillcoreError, InputError, InvalidDocument, StateError, override

__all__ = ["NO", "Group", "answer", "counted", "json_option", "table", "text_argument", "written"]

NO = 1
_REFUSED = 3
_STORE = 4
_WIDEST = 100_000
_LEFT: JustifyMethod = "left"
_RIGHT: JustifyMethod = "right"


class Group(click.Group):
    """A group whose commands turn errors into a message and an exit code."""

    @override
    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except InvalidDocument as error:
            click.echo(str(error), err=True)
            ctx.exit(NO)
        except BillcoreError as error:
            click.echo(f"{error.code}: {error}", err=True)
            ctx.exit(_REFUSED if isinstance(error, (InputError, StateError)) else _STORE)
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads on: click ends without a word
                raise
            click.echo(f"store_error: {error.strerror or error}", err=True)
            ctx.exit(_STORE)


json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


def text_argument(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """An argument that is looked up is text; a shell hands over any bytes."""
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise click.BadParameter("not UTF-8.") from None
    return value


def answer(data: object, *, as_json: bool, text: str | None = None) -> None:
    """Print ``data`` as JSON, or ``text`` for people."""
    if as_json:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        click.echo(json.dumps(data, ensure_ascii=codecs.lookup(encoding).name != "utf-8", indent=2))
    elif text is not None:
        click.echo(text)


def written(path: Path, text: str | bytes, option: str = "--html") -> str:
    """Write a file that ``option`` names, and say so. Raises ``click.BadParameter`` where it cannot be written."""
    try:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    except OSError as error:
        why = f"{click.format_filename(path)!r} cannot be written: {error.strerror}."
        raise click.BadParameter(why, param_hint=f"'{option}'") from None
    return f"written to {click.format_filename(path)}"


def counted(count: int, what: str) -> str:
    """``1 invoice``, ``2 invoices``."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[int] = (),
    prose: Sequence[int] = (),
) -> None:
    """Print a title and a table below it; ``right`` are columns of numbers, ``prose`` columns that may be folded.

    In a narrow terminal prose is folded between words; where that is not enough the table is wider, and nothing is cut.
    """
    made = Table()
    for index, column in enumerate(columns):
        folds, justify = index in prose, _RIGHT if index in right else _LEFT
        cells = [column, *(row[index] for row in rows)]
        least = max(cell_len(part) for cell in cells for part in (cell.split() if folds else [cell]))
        made.add_column(column, justify=justify, no_wrap=not folds, min_width=least, overflow="fold")
    for row in rows:
        made.add_row(*row)
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, console.measure(made, options=console.options.update(width=_WIDEST)).minimum)
    with console.capture() as drawn:
        console.print(made)
    click.echo(f"{title}\n{drawn.get()}", nl=False)
