"""Quote: what a selection would cost, line by line, with the records that an order would keep."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

from billcore.kernel import (
    Anchor,
    Exact,
    Interval,
    InvalidValue,
    NotFound,
    Period,
    Rounding,
    cadence,
    minor_units,
    nearest,
    places,
    text_or_none,
    zone,
)
from billcore.pricing.catalog import Catalog
from billcore.pricing.charge import recurring_amount
from billcore.pricing.explain import Explanation
from billcore.pricing.price import PriceCadence, amount_of
from billcore.pricing.product import period_of
from billcore.pricing.proration import share
from billcore.pricing.quote_line import QuoteLine, quote_lines
from billcore.pricing.quote_sum import Over
from billcore.pricing.quote_total import QuoteTotal, Taxed, coupon_of
from billcore.pricing.record import OrderRecord
from billcore.pricing.selection import HOURS_PER_MONTH, Selection
from billcore.pricing.summed import SumShare
from billcore.pricing.tax import TaxRounding
from billcore.pricing.tax_rates import CatalogTaxes, TaxProvider

__all__ = ["Quote", "QuoteTotal", "anchor_of", "quote"]


@attrs.frozen(kw_only=True)
class Quote:
    """An offer: ``records`` are what an order would keep, ``lines`` what they cost for a full period.

    Expected usage that none of them meters is a line at the price that the catalog has for it outside any plan.

    ``recurring`` is a full period, ``first_invoice`` the recurring lines of the first period or stub whatever their
    timing, ``usage`` the usage that was expected and what commitments make of it, ``all_in`` recurring and usage. The
    selection's coupon is taken off the totals, as in a period in which it holds.
    """

    catalog: str
    currency: str
    selection: Selection
    anchor: Anchor
    interval: Interval
    records: tuple[OrderRecord, ...]
    lines: tuple[QuoteLine, ...]
    recurring: QuoteTotal
    first_invoice: QuoteTotal
    usage: QuoteTotal
    all_in: QuoteTotal

    def explain(self, price: str) -> Explanation:
        """Why the line of that price costs what it costs. Raises ``NotFound``."""
        for line in self.lines:
            if line.price == price:
                return line.explanation
        raise NotFound(
            "no such price in the quote",
            place="price",
            value=price,
            hint=nearest(price, (one.price for one in self.lines)),
        )


def anchor_of(catalog: Catalog, selection: Selection) -> Anchor:
    """Where periods are counted from: the selection's choice, else the plan's, else the calendar."""
    if selection.anchor is not None:
        return selection.anchor
    return catalog.plan(selection.plan).anchor if selection.plan is not None else "calendar"


_CATALOG = CatalogTaxes()


def quote(
    catalog: Catalog,
    selection: Selection,
    at: dt.datetime,
    mode: Rounding = Rounding.HALF_UP,
    hours: Decimal = HOURS_PER_MONTH,
    *,
    taxes: TaxProvider = _CATALOG,
    tax_rounding: TaxRounding = TaxRounding.RATE,
    tax_id: str | None = None,
    exempt: str | None = None,
) -> Quote:
    """Price a selection from a catalog; ``at`` is the instant whose tax rates hold, unless the selection starts later.

    ``hours`` are those of a month where the selection does not say; ``taxes`` decides the rates for the selection's
    country, by default the catalog's table alone. ``tax_id`` is the buyer's, ``exempt`` why it pays no tax: with them a
    quote shows reverse charge or an exemption, as the invoice will, each tax with its reason. Pure: nothing is reserved
    or saved. Raises what ``Catalog.records`` raises.
    """
    text_or_none(tax_id, "tax_id")
    text_or_none(exempt, "exempt")
    if selection.country is None and (tax_id or exempt):
        raise InvalidValue("without a country nothing is taxed", place="tax_id" if tax_id else "exempt")
    records = catalog.records(selection, selection.starts_on or at)
    currency = records[0].price.currency or ""
    outside = _outside(catalog, selection, records, selection.starts_on or at, currency) if selection.usage else ()
    anchor = anchor_of(catalog, selection)
    digits = places(currency)
    lines = quote_lines((*records, *outside), selection, selection.hours or hours, digits, mode)
    start = selection.starts_on or at
    coupon = coupon_of(catalog, selection, start)
    taxed = Taxed(catalog, selection, start, currency, mode, taxes, tax_rounding, coupon, tax_id, exempt)
    recurring = [line for line in lines if line.cadence is PriceCadence.RECURRING and not line.expected]
    used = [line for line in lines if line.expected]
    full = taxed.total([(line.record, line.minor) for line in recurring])
    metered = taxed.total([(line.record, line.minor) for line in used])
    if selection.starts_on is None:
        first = full
    else:
        beats = _Beats(selection.starts_on, anchor, selection.timezone)
        first = taxed.total(beats.firsts(recurring, digits, mode))
    return Quote(
        catalog=catalog.version,
        currency=currency,
        selection=selection,
        anchor=anchor,
        interval=period_of(tuple(record.price for record in records if record.addon is None)),
        records=records,
        lines=lines,
        recurring=full,
        first_invoice=first,
        usage=metered,
        all_in=taxed.total([(line.record, line.minor) for line in (*recurring, *used)]) if used else full,
    )


def _outside(
    catalog: Catalog, selection: Selection, records: tuple[OrderRecord, ...], at: dt.datetime, currency: str
) -> tuple[OrderRecord, ...]:
    """What is expected to be used of meters outside the selection, at the prices that the catalog has for those."""
    found = []
    on = at.astimezone(zone(selection.timezone)).date()
    for meter in sorted(selection.usage.keys() - {record.price.meter for record in records}):
        try:
            price = catalog.meter_price(meter, on, currency)
        except NotFound:
            place = f"usage.{meter}"
            raise InvalidValue("no price of this selection meters this", place=place, value=meter) from None
        found.append(OrderRecord(price=price))
    return tuple(found)


@attrs.frozen
class _Beats:
    start: dt.datetime
    anchor: Anchor
    timezone: str

    def firsts(self, lines: list[QuoteLine], digits: int, mode: Rounding) -> list[tuple[OrderRecord, int]]:
        """The recurring lines of the first period or stub, in minor units; those over others are over these."""
        found = {place: minor_units(self.first(one), digits, mode) for place, one in enumerate(lines) if not one.over}
        by_code: dict[str, int] = {}
        for place, minor in found.items():
            by_code[lines[place].price] = by_code.get(lines[place].price, 0) + minor
        for place, line in enumerate(lines):
            if line.over is not None:
                parts = tuple((code, by_code.get(code, 0), times) for code, _, times in line.over.parts)
                part = SumShare(places=digits, part=self._share(line), mode=mode)
                found[place] = minor_units(Over(parts, part).amount(line.record.price), digits, mode)
        return [(line.record, found[place]) for place, line in enumerate(lines)]

    def _share(self, line: QuoteLine) -> tuple[int, int]:
        price = line.record.price
        beat = cadence(price.interval, self.anchor, self.start, self.timezone)
        index = beat.index(self.start)
        whole = beat.period(index)
        return share(price.proration, Period(self.start, whole.end), whole, beat.zone(index))

    def first(self, line: QuoteLine) -> Exact:
        """The exact amount of a recurring price in the first period or stub."""
        price = line.record.price
        beat = cadence(price.interval, self.anchor, self.start, self.timezone)
        index = beat.index(self.start)
        whole = beat.period(index)
        part = Period(self.start, whole.end)
        if part == whole and price.per is None:
            return amount_of(price.model, line.record.quantity)
        return recurring_amount(price, ((part, line.record.quantity),), whole, beat.zone(index))
