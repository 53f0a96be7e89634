"""Prices: parts and their whole, and what an order keeps of a price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise

from billcore.kernel import Exact, Group, Number, Period, Rounding, minor_units, places
from billcore.kernel import exact as ex
from billcore.pricing import (
    Price,
    Proration,
    amount_of,
    archive,
    price_hash,
    recurring_amount,
    share,
    unarchive,
)
from billcore.testing.laws._broken import broken, exactly, same

__all__ = [
    "equal_prices_have_one_hash",
    "parts_add_to_the_price",
    "price_survives_its_snapshot",
    "rounded_parts_add_up",
    "shares_of_parts_add_up",
]


def rounded_parts_add_up(
    parts: Iterable[Exact | Number], places: int = 2, rounding: Rounding = Rounding.HALF_UP
) -> None:
    """Law: the rounded lines of a group sum to its rounded whole, after every line (M6)."""
    group, units = Group(places, rounding), 0
    whole: Exact = ex.ZERO
    for part in map(exactly, parts):
        whole = ex.add(whole, part)
        units += group.take(part)
        same("rounded parts add up", units, minor_units(whole, places, rounding), whole=whole, part=part)


def shares_of_parts_add_up(measure: Proration, whole: Period, cuts: Iterable[dt.datetime], zone: str = "UTC") -> None:
    """Law: f(a, b) + f(b, c) = f(a, c) for the share f of a period in any measure, and any cut (M7)."""
    law, edges = "shares of parts add up", _edges(whole, cuts)

    def f(start: dt.datetime, end: dt.datetime) -> Exact:
        n, d = share(measure, Period(start, end), whole, zone)
        if not 0 <= n <= d:
            raise broken(law, n=n, d=d, start=start, end=end, whole=whole, measure=measure, zone=zone)
        return ex.ratio(ex.whole(n), d)

    for first, a in enumerate(edges):
        for b, c in pairwise(edges[first:]):
            got, want = ex.add(f(a, b), f(b, c)), f(a, c)
            same(law, got, want, a=a, b=b, c=c, whole=whole, measure=measure, zone=zone)


def parts_add_to_the_price(
    price: Price,
    whole: Period,
    cuts: Iterable[dt.datetime],
    quantity: Exact | Number = 1,
    *,
    zone: str = "UTC",
    rounding: Rounding = Rounding.HALF_UP,
) -> None:
    """Law: a recurring price billed part by part, or in one sum of parts, costs the price (M7).

    And the parts, rounded in one group, sum to the rounded price (M6), in the price's currency or else in hundredths.
    """
    law, count = "parts add to the price", exactly(quantity)
    edges = _edges(whole, cuts)
    parts = tuple((Period(start, end), count) for start, end in pairwise(edges))
    full = recurring_amount(price, ((whole, count),), whole, zone)
    if price.per is None:
        same(law, full, amount_of(price.model, count), price=price, quantity=count, whole=whole)
    billed = [recurring_amount(price, (part,), whole, zone) for part in parts]
    same(law, ex.total(billed), full, price=price, quantity=count, whole=whole, cuts=edges[1:-1], parts=billed)
    together = recurring_amount(price, parts, whole, zone)
    same(law, together, full, price=price, quantity=count, whole=whole, cuts=edges[1:-1])
    digits = 2 if price.currency is None else places(price.currency)
    group = Group(digits, rounding)
    lines = [group.take(part) for part in billed]
    same(law, sum(lines), minor_units(full, digits, rounding), price=price, quantity=count, lines=lines)


def _edges(whole: Period, cuts: Iterable[dt.datetime]) -> Sequence[dt.datetime]:
    return sorted({whole.start, *cuts, whole.end})


def price_survives_its_snapshot(price: Price, quantities: Iterable[Exact | Number] = ()) -> None:
    """Law: a price read from its snapshot equals it, has its hash, and rates each quantity as it does.

    What an order bought rests on it (P4, P5).
    """
    law, written = "a price survives its snapshot", archive(price)
    read = unarchive(written, Price)
    same(law, read, price, snapshot=written)
    same(law, archive(read), written, price=price)
    same(law, price_hash(read), price_hash(price), price=price)
    for quantity in map(exactly, quantities):
        same(law, read.model.rate(quantity), price.model.rate(quantity), quantity=quantity, price=price)


def equal_prices_have_one_hash(one: Price, other: Price) -> None:
    """Law: two prices have one hash exactly if they are equal, so that a line proves what it was priced by (P4)."""
    law, hashes = "equal prices have one hash", (price_hash(one), price_hash(other))
    same(law, hashes[0] == hashes[1], one == other, hashes=hashes, one=one, other=other)
