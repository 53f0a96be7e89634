"""How commands answer: tables and text for people, JSON for programs, errors with an exit code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import click
from rich.console import Console
from rich.table import Table

from billcore.kernel import BillcoreError, InputError, InvalidDocument, StateError, override

__all__ = ["NO", "Group", "answer", "json_option", "table"]

NO = 1
_REFUSED = 3
_STORE = 4


class Group(click.Group):
    """A group whose commands turn billcore's errors into a message and an exit code."""

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


json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


def answer(data: object, *, as_json: bool, text: str | None = None) -> None:
    """Print ``data`` as JSON, or ``text`` for people."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    elif text is not None:
        click.echo(text)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Print a table; ``right`` are the columns of numbers."""
    made = Table(title=title, title_justify="left")
    for index, column in enumerate(columns):
        made.add_column(column, justify="right" if index in right else "left", no_wrap=index in right)
    for row in rows:
        made.add_row(*row)
    Console(highlight=False, soft_wrap=False).print(made)
