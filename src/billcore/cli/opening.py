"""Opening the database that a command names."""

from __future__ import annotations

import os
from pathlib import Path

import click

from billcore.engine import Billing
from billcore.kernel import override
from billcore.ports import Clock
from billcore.pricing import TaxProvider

__all__ = ["DATABASE", "opened"]


class _Database(click.Path):
    """The file of a database, which must be there; where it is not, the error says how to make it."""

    @override
    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Its path. Raises ``click.BadParameter``."""
        if not os.path.lexists(value):
            name = click.format_filename(value)
            self.fail(f"File {name!r} does not exist; `billcore db upgrade {name}` makes a database.", param, ctx)
        return super().convert(value, param, ctx)


DATABASE = _Database(exists=True, dir_okay=False, path_type=Path)
"""The argument of a command that works on a database."""


def opened(path: Path, *, clock: Clock | None = None, taxes: TaxProvider | None = None) -> Billing:
    """The handle over a database of billcore's; one without our tables is left as it is.

    Raises ``SchemaMismatch``.
    """
    from billcore.adapters.sql import SQLITE, migrations, reading

    with reading(path) as connection:
        migrations.require(connection, SQLITE)
    return Billing.open(path, clock=clock, taxes=taxes)
