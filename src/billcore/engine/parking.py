"""Parking an account: an exception item that says why, and no billing until it is resolved."""

from __future__ import annotations

import datetime as dt

from billcore.engine.rows.money import ExceptionItem, exception_row
from billcore.kernel import BillcoreError, derive
from billcore.ports import Tx
from billcore.ports.tables import ACCOUNT, EXCEPTION, Value

__all__ = ["park"]


def park(tx: Tx, customer: str, error: Exception, at: dt.datetime) -> None:
    """Open an exception item that says why, and bill the account no more until it is resolved.

    Its row is taken as it stands, for it may be what cannot be read.
    """
    row = tx.get(ACCOUNT, (customer,))
    if row is None:
        return
    version = int(row[-1] or 0)
    name = type(error).__name__
    code, why = (error.code, str(error)) if isinstance(error, BillcoreError) else (name, f"{name}: {error}")
    item = ExceptionItem(
        id=derive("exc", at, customer, version),
        customer=customer,
        kind=code,
        why=why,
        opened=at,
    )
    tx.insert(EXCEPTION, [exception_row(item, 1)])
    changed: dict[str, Value] = {"next_due": None, "parked": item.id, "version": version + 1}
    tx.update(ACCOUNT, [tuple(changed.get(name, value) for name, value in zip(ACCOUNT.names, row, strict=True))])
