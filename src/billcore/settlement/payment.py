"""Payments: money that went to a document or came back from it, and where it came from."""

from __future__ import annotations

import datetime as dt
import enum

import attrs

__all__ = ["Payment", "Source"]


class Source(enum.Enum):
    """Where money that pays an invoice came from."""

    VOUCHER = "voucher"
    BALANCE = "balance"
    CARD = "card"
    RECORDED = "recorded"


@attrs.frozen(kw_only=True)
class Payment:
    """Money that went to a document, or (negative) came back from it; in minor units, append only.

    ``n`` is its place among the document's payments, ``reference`` the credit, the provider's object or the bank's
    reference; ``reverses`` the payment that a negative one gives back.
    """

    id: str
    document: str
    n: int
    source: Source
    minor: int
    at: dt.datetime
    reference: str | None = None
    reverses: str | None = None
