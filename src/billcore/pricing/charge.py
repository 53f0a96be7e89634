"""Price, quantities and window to an exact amount: the arithmetic that quote and invoice share."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable

import attrs

from billcore.kernel import HOUR, ZERO, Exact, Period
from billcore.kernel import exact as ex
from billcore.pricing.model.asked import rating_by
from billcore.pricing.model.wrapped import Wrapped, wrapped
from billcore.pricing.price import Price, amount_of
from billcore.pricing.proration import share
from billcore.pricing.rating import Event, Rating

__all__ = [
    "Allowance",
    "events_rating",
    "recurring_amount",
    "shortfall",
    "time_amount",
    "usage_rating",
    "windows_rating",
]

_MICROS = 1_000_000
_MICRO = dt.timedelta(microseconds=1)


@attrs.frozen
class Allowance:
    """What a usage window has free beside the price's own ``included``.

    ``share`` (n of d) is the window's share of included, minimum, maximum and ``extra``, the units that addons give.
    """

    share: tuple[int, int] = (1, 1)
    extra: Exact = ZERO


def recurring_amount(price: Price, parts: tuple[tuple[Period, Exact], ...], whole: Period, zone: str) -> Exact:
    """What a recurring price costs for ``parts`` of the period ``whole``, each with the quantity in force in it.

    For a price that runs with time, each part's rated amount times the hours it lasted. Otherwise the full quantity
    chooses the tier and each part is billed its share (D14). Divided once, at the end.
    """
    if price.per is None and len(parts) == 1:
        part, quantity = parts[0]
        if part == whole:
            return amount_of(price.model, quantity)
    return _shared(price, parts, whole, zone)


@functools.lru_cache(maxsize=65_536)
def _shared(price: Price, parts: tuple[tuple[Period, Exact], ...], whole: Period, zone: str) -> Exact:
    """A memo of a pure function: customers share prices, quantities and periods."""
    if price.per is not None:
        over = price.per.seconds * _MICROS
        return ex.ratio(_weighted([(amount_of(price.model, quantity), part.micros) for part, quantity in parts]), over)
    weighted, length = [], 1
    for part, quantity in parts:
        n, d = share(price.proration, part, whole, zone)
        if n == d:
            return amount_of(price.model, quantity)
        length = d
        weighted.append((amount_of(price.model, quantity), n))
    return ex.ratio(_weighted(weighted), length)


def shortfall(price: Price, start: dt.datetime, end: dt.datetime | None) -> int:
    """The microseconds that what was had from ``start`` to ``end`` is short of the price's minimum duration (R0-18)."""
    least = price.minimum_duration
    if least is None or end is None:
        return 0
    return max(0, (least.days * 86_400 + least.seconds) * _MICROS - (end - start) // _MICRO)


def time_amount(price: Price, quantity: Exact, micros: int) -> Exact:
    """What a price that runs with time costs for a quantity over so many microseconds."""
    return ex.ratio(amount_of(price.model, quantity), (price.per or HOUR).seconds * _MICROS, micros)


def _weighted(terms: list[tuple[Exact, int]]) -> Exact:
    total: Exact = ZERO
    for amount, weight in terms:
        total = ex.add(total, ex.multiply(amount, ex.whole(weight)))
    return total


def usage_rating(price: Price, quantity: Exact, allowance: Allowance) -> Rating:
    """The rating of a window's usage, with its share of the free units (DESIGN.md, Proration, Usage)."""
    if allowance == Allowance():
        rated = price.rated
        return rated.rate(quantity) if isinstance(rated, Wrapped) else rating_by(rated, quantity)
    return wrapped(price.rated).rate(quantity, allowance.share, allowance.extra)


def windows_rating(
    price: Price, quantities: Iterable[Exact], allowance: Allowance, parts: Iterable[tuple[int, int]] | None = None
) -> Rating:
    """The same for a price by window: what was used in each, and the share of each that is the price's (all)."""
    return wrapped(price.rated).rate_windows(quantities, allowance.share, allowance.extra, parts=parts)


def events_rating(price: Price, events: Iterable[Event], allowance: Allowance) -> Rating:
    """The same for a price by event. An addon has no free units to give to it."""
    return wrapped(price.rated).rate_events(events, allowance.share)
