"""Reverse charge that was charged before: who is due and was taxed so, where the catalog alone could not say it again.

A database does not keep which ``TaxProvider`` its house bills with. A program that opens it knows; the command line has
to be told, and this is how it finds out that it was not.
"""

from __future__ import annotations

import datetime as dt

from billcore.engine.catalogs import rates_at
from billcore.kernel import micros
from billcore.ports import ReadTx
from billcore.ports.tables import ACCOUNT, DOCUMENT
from billcore.pricing import REVERSE_CHARGE

__all__ = ["reverse_charged"]

_LAST = 12
"""How many of a customer's last documents are looked at: a year, by the month."""
_TAXES = DOCUMENT.position("taxes")


def reverse_charged(tx: ReadTx, until: dt.datetime) -> str | None:
    """A customer due by ``until`` whose last documents were taxed by reverse charge; ``None`` where nobody is.

    Nobody is either where a rate of the catalog in force then says reverse charge itself, by its code or its reason.
    """
    word = REVERSE_CHARGE.code
    begins = f'["{word}",'  # a document's taxes are a list of lists, of each its code first
    if any(word in (rate.code, rate.reason) for rate in rates_at(tx, until).rates):
        return None
    for account in tx.find(ACCOUNT, ACCOUNT.indexes[0], (), at_most=micros(until)):
        customer = account[0]
        documents = tx.find(DOCUMENT, DOCUMENT.indexes[1], (customer,), limit=_LAST, backwards=True)
        if any(begins in str(row[_TAXES]) for row in documents):
            return str(customer)
    return None
