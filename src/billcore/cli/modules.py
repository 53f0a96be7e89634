"""``billcore --import MODULE``: a house's own price models, defined before anything is read."""

from __future__ import annotations

import importlib
import os
import sys

import click

__all__ = ["import_option"]


def _imported(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """Import each. Raises ``click.BadParameter`` where that fails, with what the module raised."""
    if names and (here := os.getcwd()) not in sys.path:  # noqa: PTH109 - the path is of texts
        sys.path.insert(0, here)
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:  # the host's code may raise anything
            raise click.BadParameter(f"{name!r} cannot be imported: {type(error).__name__}: {error}") from error
    return names


import_option = click.option(
    "--import",
    "imported",
    metavar="MODULE",
    multiple=True,
    envvar="BILLCORE_IMPORT",
    callback=_imported,
    expose_value=False,
    help="Import a module first, where price models of your own are; may be repeated.",
)
