"""Opening the database that a command names."""

from __future__ import annotations

from pathlib import Path

from billcore.engine import Billing
from billcore.ports import Clock
from billcore.pricing import TaxProvider

__all__ = ["opened"]


def opened(path: Path, *, clock: Clock | None = None, taxes: TaxProvider | None = None) -> Billing:
    """The handle over a database of billcore's; one without our tables is left as it is.

    Raises ``SchemaMismatch``.
    """
    from billcore.adapters.sql import SQLITE, migrations, reading

    with reading(path) as connection:
        migrations.require(connection, SQLITE)
    return Billing.open(path, clock=clock, taxes=taxes)
