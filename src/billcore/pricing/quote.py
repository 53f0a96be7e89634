"""Quote: what a selection would cost, line by line, with the records that an order would keep."""

from __future__ import annotations

import datetime as dt
import functools
from decimal import Decimal

import attrs

from billcore.kernel import (
    HOUR,
    Anchor,
    Exact,
    Interval,
    InvalidValue,
    Money,
    NotFound,
    Period,
    Rounding,
    cadence,
    minor_units,
    nearest,
    places,
    text_or_none,
)
from billcore.kernel import exact as ex
from billcore.pricing.catalog import Catalog
from billcore.pricing.charge import Allowance, recurring_amount, usage_rating
from billcore.pricing.explain import Branches, Explanation, leaf
from billcore.pricing.explain_rating import explain_rating
from billcore.pricing.price import Price, PriceCadence, amount_of
from billcore.pricing.product import period_of
from billcore.pricing.quote_total import QuoteTotal, Taxed, coupon_of
from billcore.pricing.record import OrderRecord
from billcore.pricing.selection import HOURS_PER_MONTH, Selection
from billcore.pricing.tax import TaxRounding
from billcore.pricing.tax_rates import CatalogTaxes, TaxProvider

__all__ = ["Quote", "QuoteLine", "QuoteTotal", "allowance_of", "anchor_of", "quote"]


@attrs.frozen
class QuoteLine:
    """One price of the quote: its rounded amount and the exact one; how it came about is worked out when asked for.

    ``quantity`` is what is priced; ``allowance`` what addons have free of it; ``hours`` how long a price that runs with
    time runs; ``minor`` the amount in minor units of the price's currency, rounded by ``mode``.
    """

    record: OrderRecord
    quantity: Exact
    exact: Exact
    minor: int
    allowance: Exact = ex.ZERO
    hours: Decimal = HOURS_PER_MONTH
    mode: Rounding = Rounding.HALF_UP

    @property
    def price(self) -> str:
        """The price's code."""
        return self.record.price.code

    @property
    def description(self) -> str:
        """What people read."""
        return self.record.price.description or self.record.price.code

    @property
    def cadence(self) -> PriceCadence:
        """How often it is due."""
        return self.record.price.cadence

    @property
    def interval(self) -> Interval:
        """The price's period."""
        return self.record.price.interval

    @property
    def amount(self) -> Money:
        """The rounded amount."""
        return Money.of_minor(self.minor, self.record.price.currency or "")

    @functools.cached_property
    def explanation(self) -> Explanation:
        """How the amount came about: the exact amount, rounded. What it is made of is worked out as it is read."""
        price = self.record.price
        code = price.currency or ""
        digits = places(code)
        tree = Branches(_tree, price, self.quantity, self.allowance, self.hours)
        about = {"price": self.price, "currency": code}
        value = ex.scaled(self.minor, digits)
        return Explanation(self.description, value, "round", tree, None, digits, self.mode, about=about).numbered()


def _tree(price: Price, quantity: Exact, extra: Exact, hours: Decimal) -> tuple[Explanation]:
    """The one node that is rounded: the rated amount, over the hours that it runs."""
    if price.cadence is PriceCadence.USAGE:
        allowance = Allowance(extra=extra)
        rating = usage_rating(price, quantity, allowance)
    else:
        allowance, rating = Allowance(), price.model.rate(quantity)
    tree = explain_rating(rating, model=price.model, quantity=quantity, allowance=allowance)
    if price.per is None:
        return (tree,)
    times = leaf(f"{price.per.name}s", _runs(price, hours), kind="number")
    return (Explanation("amount over time", ex.multiply(tree.value, times.value), "product", (tree, times)),)


@attrs.frozen(kw_only=True)
class Quote:
    """An offer: ``records`` are what an order would keep, ``lines`` what they cost for a full period.

    ``recurring`` is a full period, ``first_invoice`` the recurring lines of the first period or stub whatever their
    timing, ``usage`` the usage that was expected, ``all_in`` recurring and usage. The selection's coupon is taken off
    the totals, as in a period in which it holds.
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


def allowance_of(records: tuple[OrderRecord, ...], meter: str | None) -> Exact:
    """What addons among the records add to a meter's included units."""
    return ex.total([ex.multiply(r.allowance, r.quantity) for r in records if meter is not None and r.meter == meter])


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
    if selection.usage:
        for meter in sorted(selection.usage.keys() - {record.price.meter for record in records}):
            raise InvalidValue("no price of this selection meters this", place=f"usage.{meter}", value=meter)
    currency = records[0].price.currency or ""
    anchor = anchor_of(catalog, selection)
    digits = places(currency)
    lines = tuple(_line(record, records, selection, selection.hours or hours, digits, mode) for record in records)
    start = selection.starts_on or at
    coupon = coupon_of(catalog, selection, start)
    taxed = Taxed(catalog, selection, start, currency, mode, taxes, tax_rounding, coupon, tax_id, exempt)
    recurring = [line for line in lines if line.cadence is PriceCadence.RECURRING]
    used = [line for line in lines if line.cadence is PriceCadence.USAGE]
    full = taxed.total([(line.record, line.minor) for line in recurring])
    metered = taxed.total([(line.record, line.minor) for line in used])
    if selection.starts_on is None:
        first = full
    else:
        beats = _Beats(selection.starts_on, anchor, selection.timezone)
        first = taxed.total([(one.record, minor_units(beats.first(one), digits, mode)) for one in recurring])
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


def _line(
    record: OrderRecord,
    records: tuple[OrderRecord, ...],
    selection: Selection,
    hours: Decimal,
    digits: int,
    mode: Rounding,
) -> QuoteLine:
    price = record.price
    if price.cadence is PriceCadence.USAGE:
        quantity = selection.usage.get(price.meter or "", ex.ZERO)
        free = allowance_of(records, price.meter)
        used = usage_rating(price, quantity, Allowance(extra=free)).amount
        return QuoteLine(record, quantity, used, minor_units(used, digits, mode), free, hours, mode)
    exact = amount_of(price.model, record.quantity)
    if price.per is not None:
        exact = ex.multiply(exact, _runs(price, hours))
    return QuoteLine(record, record.quantity, exact, minor_units(exact, digits, mode), ex.ZERO, hours, mode)


def _runs(price: Price, hours: Decimal) -> Exact:
    """How many of the price's ``per`` there are in so many hours."""
    if price.per is None or price.per == HOUR:
        return hours
    return ex.ratio(ex.multiply(hours, ex.whole(HOUR.seconds)), price.per.seconds)


@attrs.frozen
class _Beats:
    start: dt.datetime
    anchor: Anchor
    timezone: str

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
