"""Quotes against documents: what somebody was told, and what was billed. This only reads."""

from __future__ import annotations

from billcore.engine import Billing
from billcore.pricing import PriceCadence, Quote
from billcore.settlement import Line
from billcore.testing.laws._broken import same
from billcore.testing.laws.reading import documents, live_lines

__all__ = ["first_invoice_is_billed"]


def first_invoice_is_billed(billing: Billing, customer: str, offer: Quote) -> None:
    """Law: what a quote calls the first invoice is what runs bill for the first periods, by whatever date each is due.

    The customer has one subscription, bought as it was quoted; runs have billed past those periods, and a coupon is
    for one price, or takes all: its percentage is rounded once a document, and the periods may end on several.
    """
    start = offer.selection.starts_on
    codes = {line.price for line in offer.lines if line.cadence is PriceCadence.RECURRING and not line.expected}
    lines = {line.id: line for _, line in live_lines(documents(billing, customer))}

    def first(line: Line) -> bool:
        named = line if line.key is not None else lines.get(line.corrects or "", line)
        period = None if named.key is None else named.key.period
        return period is not None and start is not None and named.price in codes and period.start <= start < period.end

    told = offer.first_invoice
    included = sum(tax.amount for tax in told.taxes if tax.inclusive)
    found = sum(line.minor for line in lines.values() if first(line))
    same("what a quote calls the first invoice is billed", found, told.net.minor + included, customer=customer)
