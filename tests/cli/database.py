"""Looking into a database file behind billcore's back."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

__all__ = ["changed", "column", "dump"]


def dump(path: Path) -> list[str]:
    """Everything in the database, as statements."""
    with contextlib.closing(sqlite3.connect(path)) as raw:
        return list(raw.iterdump())


def changed(path: Path, statement: str) -> None:
    """Run a statement of somebody else's."""
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(statement)


def column(path: Path, query: str) -> list[object]:
    """The first column of a query's answer."""
    with contextlib.closing(sqlite3.connect(path)) as raw:
        return [row[0] for row in raw.execute(query)]
