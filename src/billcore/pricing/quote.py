"""Quote: what a selection would cost, line by line, with the records that an order would keep."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

from billcore.kernel import (
    Anchor,
    Interval,
    InvalidValue,
    NotFound,
    Rounding,
    nearest,
    places,
    text_or_none,
    zone,
)
from billcore.pricing.catalog import Catalog
from billcore.pricing.coupon import Coupon, CouponDuration
from billcore.pricing.explain import Explanation
from billcore.pricing.phases import phase_starts
from billcore.pricing.product import period_of
from billcore.pricing.quote_discount import QuoteDiscount
from billcore.pricing.quote_first import FirstPeriods
from billcore.pricing.quote_line import QuoteLine, quote_lines
from billcore.pricing.quote_total import QuoteTotal, Taxed, coupon_of
from billcore.pricing.record import OrderRecord
from billcore.pricing.selection import HOURS_PER_MONTH, Selection
from billcore.pricing.tax import TaxRounding
from billcore.pricing.tax_rates import CatalogTaxes, TaxProvider

__all__ = ["Quote", "QuotePhase", "QuoteTotal", "anchor_of", "quote"]


@attrs.frozen(kw_only=True)
class QuotePhase:
    """What recurs once a phase of the plan has ended: in the next phase, or at the plan's own price.

    ``code`` is that of the phase, ``None`` for the plan's own price, which is the last. The selection's coupon is taken
    off where it holds for ever: how many periods it has left by then, a quote does not count.
    """

    code: str | None
    starts: dt.datetime
    recurring: QuoteTotal


@attrs.frozen(kw_only=True)
class Quote:
    """An offer: ``records`` are what an order would keep, ``lines`` what they cost for a full period.

    Expected usage that none of them meters is a line at the price that the catalog has for it outside any plan.

    ``recurring`` is a full period, ``first_invoice`` the recurring lines of the first period or stub whatever their
    timing, ``usage`` the usage that was expected and what commitments make of it, ``all_in`` recurring and usage. The
    selection's coupon is taken off the totals, as in a period in which it holds; ``discount`` is what it takes off
    ``all_in``. Of a plan with phases all of these are for the first; ``phases`` are what recurs after it.
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
    discount: QuoteDiscount | None = None
    phases: tuple[QuotePhase, ...] = ()

    def explain(self, price: str) -> Explanation:
        """Why the line of that price costs what it costs, or the coupon of that code takes off so much.

        Raises ``NotFound``.
        """
        for line in self.lines:
            if line.price == price:
                return line.explanation
        if self.discount is not None and self.discount.code == price:
            return self.discount.explanation
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
    start = selection.starts_on or at
    records = catalog.records(selection, start)
    currency = records[0].price.currency or ""
    outside = _outside(catalog, selection, records, start, currency) if selection.usage else ()
    anchor = anchor_of(catalog, selection)
    digits = places(currency)
    lines = quote_lines((*records, *outside), selection, selection.hours or hours, digits, mode)
    coupon = coupon_of(catalog, selection, start)
    taxed = Taxed(catalog, selection, start, currency, mode, taxes, tax_rounding, coupon, tax_id, exempt, outside)
    recurring = [line for line in lines if line.recurs]
    used = [line for line in lines if line.expected]
    full = _total(taxed, recurring)
    counted = [*recurring, *used]
    metered = _total(taxed, used)
    whole = _total(taxed, counted) if used else full
    if selection.starts_on is None:
        first = full
    else:
        periods = FirstPeriods(selection.starts_on, anchor, selection.timezone, digits, mode)
        first = taxed.total(periods.amounts(lines))
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
        all_in=whole,
        discount=None if coupon is None else _discount(coupon, taxed, counted, whole.off),
        phases=_later(taxed, hours),
    )


def _total(taxed: Taxed, lines: list[QuoteLine]) -> QuoteTotal:
    return taxed.total([(line.record, line.minor) for line in lines])


def _discount(coupon: Coupon, taxed: Taxed, counted: list[QuoteLine], off: int) -> QuoteDiscount:
    """What the coupon takes off a full period; a line that is not above zero has nothing to take off."""
    meant = taxed.meant(coupon, [line.record for line in counted])
    lines = tuple(line for line, is_meant in zip(counted, meant, strict=True) if is_meant and line.minor > 0)
    return QuoteDiscount(coupon, off, lines, taxed.currency, taxed.mode)


def _later(taxed: Taxed, hours: Decimal) -> tuple[QuotePhase, ...]:
    """What recurs after the first phase of the plan; mostly there is none."""
    selection, start = taxed.selection, taxed.at
    phases = taxed.catalog.phases(selection, start)
    codes = (*(phase.code for phase in phases[1:]), None)
    forever = taxed.coupon is not None and taxed.coupon.duration is CouponDuration.FOREVER
    found = []
    for n, (begins, code) in enumerate(zip(phase_starts(phases, start, selection.timezone), codes, strict=False), 1):
        records = taxed.catalog.records(selection, start, phase=n)
        lines = quote_lines(records, selection, selection.hours or hours, places(taxed.currency), taxed.mode)
        then = attrs.evolve(taxed, at=begins, coupon=taxed.coupon if forever else None)
        total = _total(then, [line for line in lines if line.recurs])
        found.append(QuotePhase(code=code, starts=begins, recurring=total))
    return tuple(found)


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
