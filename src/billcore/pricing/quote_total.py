"""The totals of a quote: sums of rounded lines, what the coupon leaves of them, and the tax on that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs

from billcore.kernel import InvalidValue, Money, Rounding, zone
from billcore.pricing.catalog import Catalog
from billcore.pricing.coupon import Coupon, coupon_minor, coupon_scope
from billcore.pricing.entry import sold
from billcore.pricing.record import OrderRecord
from billcore.pricing.selection import Selection
from billcore.pricing.stacking import HeldCoupon, paper_offs
from billcore.pricing.tax import Tax, TaxRounding, tax_over
from billcore.pricing.tax_rates import TaxCase, TaxProvider, TaxTable, rate_by

__all__ = ["QuoteTotal", "Taxed", "coupon_of"]


@attrs.frozen
class QuoteTotal:
    """A sum of rounded lines, without the tax that their prices include, and the tax on it by rate.

    ``off`` is what the coupon takes off the lines, in minor units; the tax is on what is left.
    """

    net: Money
    taxes: tuple[Tax, ...]
    off: int

    @property
    def discount(self) -> Money:
        """What the coupon takes off."""
        return Money.of_minor(self.off, self.net.currency)

    @property
    def tax(self) -> Money:
        """The tax of all rates."""
        return Money.of_minor(sum(tax.amount for tax in self.taxes), self.net.currency)

    @property
    def total(self) -> Money:
        """Net and tax."""
        return self.net + self.tax


@attrs.frozen
class Taxed:
    """What the totals of one quote have in common."""

    catalog: Catalog
    selection: Selection
    at: dt.datetime
    currency: str
    mode: Rounding
    taxes: TaxProvider
    rounding: TaxRounding
    coupon: Coupon | None = None
    tax_id: str | None = None
    exempt: str | None = None
    outside: tuple[OrderRecord, ...] = ()
    """Usage that nothing of the selection meters: a coupon for what is selected is not for it."""

    def total(self, priced: list[tuple[OrderRecord, int]]) -> QuoteTotal:
        """The total of lines, given in minor units."""
        amounts = priced if self.coupon is None else self._lowered(self.coupon, priced)
        gross = sum(minor for _, minor in amounts)
        off = 0 if self.coupon is None else sum(minor for _, minor in priced) - gross
        country = self.selection.country
        if country is None:
            return QuoteTotal(Money.of_minor(gross, self.currency), (), off)
        on = self.at.astimezone(zone(self.selection.timezone)).date()
        table = TaxTable(self.catalog.tax_rates)
        cases = [
            TaxCase(country=country, category=record.price.tax_category, on=on, tax_id=self.tax_id, exempt=self.exempt)
            for record, _ in amounts
        ]
        lines = [(rate_by(self.taxes, case, table), minor) for case, (_, minor) in zip(cases, amounts, strict=True)]
        taxes = tax_over(lines, self.mode, self.rounding)
        return QuoteTotal(Money.of_minor(gross - taxes.included, self.currency), taxes.rates, off)

    def _lowered(self, coupon: Coupon, priced: list[tuple[OrderRecord, int]]) -> list[tuple[OrderRecord, int]]:
        """What the coupon leaves of each line."""
        held = HeldCoupon(coupon)
        groups = [((held,),) if meant else () for meant in self.meant(coupon, [r for r, _ in priced])]
        pots = {} if coupon.amount is None else {held.pot: coupon_minor(coupon, self.currency)}
        lines = [(minor, group) for (_, minor), group in zip(priced, groups, strict=True)]
        offs = paper_offs(lines, pots, self.mode)
        return [(r, minor - sum(off for _, off in used)) for (r, minor), used in zip(priced, offs, strict=True)]

    def meant(self, coupon: Coupon, records: Iterable[OrderRecord]) -> list[bool]:
        """Whether the coupon is for each record."""
        scope = set(coupon_scope(coupon, self.catalog.plans))
        return [not scope or bool(scope & {r.price.code, *self._bought_with(r)}) for r in records]

    def _bought_with(self, record: OrderRecord) -> tuple[str | None, ...]:
        """What a coupon may call a line beside its price, as bills do: its addon, or what is selected."""
        if record.addon is not None or record in self.outside:
            return (record.addon,)
        return (self.selection.plan, self.selection.product, self.selection.service)


def coupon_of(catalog: Catalog, selection: Selection, at: dt.datetime) -> Coupon | None:
    """The coupon of the selection, which must be sold and hold then."""
    found = None if selection.coupon is None else sold(catalog.coupon(selection.coupon), "coupon")
    if found is not None and not found.holds(at):
        raise InvalidValue("the coupon cannot be applied then", place="coupon", value=found.code)
    return found
