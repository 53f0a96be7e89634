"""The lines of a quote: what each price of a selection costs in a full period, and how that came about."""

from __future__ import annotations

import functools
from decimal import Decimal

import attrs

from billcore.kernel import HOUR, Exact, Interval, InvalidValue, Money, Rounding, minor_units, places
from billcore.kernel import exact as ex
from billcore.pricing.charge import Allowance, usage_rating
from billcore.pricing.explain import Branches, Explanation, leaf
from billcore.pricing.explain_rating import explain_rating
from billcore.pricing.explain_sum import explain_cap, explain_sum
from billcore.pricing.model.asked import rating_by
from billcore.pricing.price import Price, PriceCadence, Timing, amount_of
from billcore.pricing.quote_sum import Over, asks_usage, left_of_caps, over
from billcore.pricing.record import OrderRecord
from billcore.pricing.selection import HOURS_PER_MONTH, Selection
from billcore.pricing.summed import SumShare

__all__ = ["QuoteLine", "allowance_of", "quote_lines", "uncapped_amount"]


@attrs.frozen
class QuoteLine:
    """One price of the quote: its rounded amount and the exact one; how it came about is worked out when asked for.

    ``quantity`` is what is priced; ``allowance`` what addons have free of it; ``hours`` how long a price that runs with
    time runs; ``minor`` the amount in minor units of the price's currency, rounded by ``mode``. ``over`` is what a
    price over others covers; ``expected`` says that the amount is known only with what is used.
    """

    record: OrderRecord
    quantity: Exact
    exact: Exact
    minor: int
    allowance: Exact = ex.ZERO
    hours: Decimal = HOURS_PER_MONTH
    mode: Rounding = Rounding.HALF_UP
    over: Over | None = None
    expected: bool = False

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
    def recurs(self) -> bool:
        """It is of every period, whatever is used."""
        return self.cadence is PriceCadence.RECURRING and not self.expected

    @property
    def interval(self) -> Interval:
        """The price's period."""
        return self.record.price.interval

    @property
    def assumes(self) -> str | None:
        """What the amount of expected usage takes for granted: ``one event``, or ``one minute``, ``hour`` or ``day``.

        A price by event or by window needs to know how the usage is spread, which a quantity alone does not say.
        """
        price = self.record.price
        if price.cadence is not PriceCadence.USAGE or not self.quantity:
            return None
        if price.by_event is not None:
            return "one event"
        return None if price.window is None else f"one {price.window.name}"

    @property
    def amount(self) -> Money:
        """The rounded amount."""
        return Money.of_minor(self.minor, self.record.price.currency or "")

    @functools.cached_property
    def explanation(self) -> Explanation:
        """How the amount came about: the exact amount, rounded. What it is made of is worked out as it is read."""
        code = self.record.price.currency or ""
        digits = places(code)
        about = {"price": self.price, "currency": code}
        value, tree = ex.scaled(self.minor, digits), Branches(_tree, self)
        return Explanation(self.description, value, "round", tree, None, digits, self.mode, about=about).numbered()


def _tree(line: QuoteLine) -> tuple[Explanation]:
    """The one node that is rounded: what the price comes to, and what a commitment's cap leaves of that."""
    return (explain_cap(_uncapped(line, line.record.price), line.exact),)


def _uncapped(line: QuoteLine, price: Price) -> Explanation:
    if line.over is not None:
        tree = explain_sum(price, line.over.lines, line.over.share, line.exact)
        return Explanation("rated amount", tree.value, "sum", (tree,))
    if price.cadence is PriceCadence.USAGE:
        allowance = Allowance(extra=line.allowance)
        rating = usage_rating(price, line.quantity, allowance)
    else:
        allowance, rating = Allowance(), rating_by(price.model, line.quantity)
    tree = explain_rating(rating, model=price.model, quantity=line.quantity, allowance=allowance)
    if price.per is None:
        return tree
    times = leaf(f"{price.per.name}s", _runs(price, line.hours), kind="number")
    return Explanation("amount over time", ex.multiply(tree.value, times.value), "product", (tree, times))


def uncapped_amount(line: QuoteLine) -> Exact:
    """What a line that is not over others costs in a full period, before a commitment's cap."""
    return _amount(line.record.price, line.quantity, line.allowance, line.hours)


def allowance_of(records: tuple[OrderRecord, ...], meter: str | None) -> Exact:
    """What addons among the records add to a meter's included units."""
    return ex.total([ex.multiply(r.allowance, r.quantity) for r in records if meter is not None and r.meter == meter])


def quote_lines(
    records: tuple[OrderRecord, ...], selection: Selection, hours: Decimal, digits: int, mode: Rounding
) -> tuple[QuoteLine, ...]:
    """A line for each record, in their order; what is over others is worked out last, commitments after fees."""
    made = {
        place: _line(record, records, selection, hours, digits, mode)
        for place, record in enumerate(records)
        if not record.price.sum_of
    }
    if len(made) < len(records):
        _cut(made, records, digits, mode)
        rest = [place for place in range(len(records)) if place not in made]
        named = {code for place in rest for code in records[place].price.sum_of}
        for place in sorted(rest, key=lambda place: records[place].price.code not in named):
            made[place] = _over(records[place], records, list(made.values()), hours, SumShare(places=digits, mode=mode))
    return tuple(made[place] for place in range(len(records)))


def _cut(made: dict[int, QuoteLine], records: tuple[OrderRecord, ...], digits: int, mode: Rounding) -> None:
    """Lower the lines of which a cap leaves less; those due in advance reach it first, as they do in bills."""
    due = sorted(made.items(), key=lambda one: one[1].record.price.due is not Timing.ADVANCE)
    places = {line.price: place for place, line in due if line.cadence is not PriceCadence.ONCE}
    exacts = {code: made[place].exact for code, place in places.items()}
    for code, exact in left_of_caps(records, exacts, digits, mode).items():
        place = places[code]
        made[place] = attrs.evolve(made[place], exact=exact, minor=minor_units(exact, digits, mode))


def _over(
    record: OrderRecord, records: tuple[OrderRecord, ...], lines: list[QuoteLine], hours: Decimal, share: SumShare
) -> QuoteLine:
    """The line of a price over others."""
    counted = [line for line in lines if line.cadence is not PriceCadence.ONCE]
    intervals = {line.price: line.interval for line in counted}
    minors = {code: sum(line.minor for line in counted if line.price == code) for code in intervals}
    covered = over(record.price, {code: (intervals[code], minors[code]) for code in intervals}, share, hours)
    exact = covered.amount(record.price)
    return QuoteLine(
        record,
        covered.lines.value,
        exact,
        minor_units(exact, share.places, share.mode),
        hours=hours,
        mode=share.mode,
        over=covered,
        expected=asks_usage(record.price, records),
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
    used = price.cadence is PriceCadence.USAGE
    quantity = selection.usage.get(price.meter or "", ex.ZERO) if used else record.quantity
    free = allowance_of(records, price.meter) if used else ex.ZERO
    exact = _amount(price, quantity, free, hours)
    return QuoteLine(record, quantity, exact, minor_units(exact, digits, mode), free, hours, mode, expected=used)


def _amount(price: Price, quantity: Exact, free: Exact, hours: Decimal) -> Exact:
    """What a quantity costs in a full period, what is used all in one event or window. Raises ``InvalidValue``."""
    if price.cadence is not PriceCadence.USAGE:
        exact = amount_of(price.model, quantity)
        return exact if price.per is None else ex.multiply(exact, _runs(price, hours))
    try:
        return usage_rating(price, quantity, Allowance(extra=free)).amount
    except InvalidValue as error:
        if error.place != "cells":
            raise
        raise InvalidValue(
            "priced by what its events are: a quantity alone cannot be quoted",
            place=f"usage.{price.meter}",
            value=str(quantity),
            hint=error.text,
        ) from error


def _runs(price: Price, hours: Decimal) -> Exact:
    """How many of the price's ``per`` there are in so many hours."""
    if price.per is None or price.per == HOUR:
        return hours
    return ex.ratio(ex.multiply(hours, ex.whole(HOUR.seconds)), price.per.seconds)
