"""What a subscription is charged, period by period (DESIGN.md, Time, Proration and Billing is a difference)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.pricing.oracle.models import BY_EVENT, Told, by_event, cost, windows
from tests.pricing.oracle.periods import Span, overlap, periods, recurring, share, window_of
from tests.pricing.oracle.plain import ONE, ZERO, Doc, num
from tests.pricing.oracle.quotes import Sold, extra, sold

__all__ = ["Charged", "Lived", "charged"]

FAR = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)

Charged = dict[tuple[str, dt.datetime, dt.datetime], Fraction]
"""Exact amounts by the code of a price and its billing period."""


class Lived(NamedTuple):
    """A subscription: to what from when, ``then`` another selection or quantity, and perhaps its end.

    Periods are counted from ``anchor``; ``keep`` says that a period in advance stays charged when it ends within.
    """

    start: dt.datetime
    selection: Doc
    anchor: object
    zone: str
    then: tuple[dt.datetime, Doc] | None = None
    end: dt.datetime | None = None
    keep: bool = True


class _Had(NamedTuple):
    """A price as it was had: over which time, and how many from when on."""

    one: Sold
    span: Span
    quantities: Sequence[tuple[dt.datetime, Fraction]]
    ended: bool


def charged(catalog: Doc, life: Lived, events: Sequence[Doc], until: dt.datetime) -> Charged:
    """What is due by ``until``."""
    found: Charged = {}
    everything = list(_had(catalog, life))
    for had in everything:
        price = had.one.price
        for whole, due, amount in _amounts(catalog, life, had, everything, events, until):
            if due <= until and amount is not None:
                found[(price["code"], *whole)] = amount
    return found


def _had(catalog: Doc, life: Lived) -> Iterator[_Had]:
    last = life.end or FAR
    first = sold(catalog, life.selection)
    if life.then is None:
        for one in first:
            yield _Had(one, (life.start, last), [(life.start, one.quantity)], ended=life.end is not None)
        return
    at, selection = life.then
    second = {one.price["code"]: one for one in sold(catalog, selection)}
    for one in first:
        # The same price runs on with another quantity; an addon stays when the plan changes.
        goes_on = one.price["code"] in second or one.addon is not None
        more = [(at, second[one.price["code"]].quantity)] if goes_on and one.addon is None else []
        span = (life.start, last if goes_on else at)
        yield _Had(one, span, [(life.start, one.quantity), *more], ended=goes_on and life.end is not None)
    codes = {one.price["code"] for one in first}
    for code, one in second.items():
        if code not in codes:
            yield _Had(one, (at, last), [(at, one.quantity)], ended=life.end is not None)


_Amount = tuple[Span, dt.datetime, Fraction | None]
"""A billing period, when it is due, and what it costs; nothing where no usage is billed."""


def _amounts(
    catalog: Doc, life: Lived, had: _Had, everything: Sequence[_Had], events: Sequence[Doc], until: dt.datetime
) -> Iterator[_Amount]:
    price, begun = had.one.price, had.span[0]
    if price.get("cadence") == "once":
        yield _once(catalog, life, had)
        return
    usage = price.get("cadence") == "usage"
    advance = not usage and price.get("per") is None and price.get("timing", "advance") == "advance"
    for whole in periods(price.get("interval", "month"), life.anchor, life.start, life.zone):
        if whole[0] > until or whole[0] >= had.span[1]:
            return
        part = overlap(whole, had.span)
        if part is None:
            continue
        if advance and had.ended and life.keep and part[1] < whole[1]:
            part = (part[0], whole[1])
        due = part[0] if advance else whole[1] if life.end is None else min(whole[1], life.end)
        if usage:
            yield whole, due, _used(catalog, life, had, everything, events, whole, part)
        else:
            stretches = _stretches(had, begun, part)
            yield whole, due, recurring(price, stretches, whole, life.zone) * had.one.times


def _stretches(had: _Had, begun: dt.datetime, part: Span) -> list[tuple[Span, Fraction]]:
    """The parts of a part in which one quantity was had."""
    edges = [*(at for at, _ in had.quantities), FAR]
    found = []
    for (at, quantity), following in zip(had.quantities, edges[1:], strict=True):
        if (span := overlap((max(at, begun), following), part)) is not None:
            found.append((span, quantity))
    return found


def _once(catalog: Doc, life: Lived, had: _Had) -> _Amount:
    at = had.span[0]
    due = at
    if had.one.price.get("timing") == "arrears":
        # In arrears with the plan's period, whose interval is that of its first recurring price, else usage price.
        due = min(_plans_period(catalog, life, at)[1], life.end or FAR)
    return (at, at), due, cost(had.one.price["model"], had.one.quantity) * had.one.times


def _plans_period(catalog: Doc, life: Lived, at: dt.datetime) -> Span:
    selection = life.selection if life.then is None else life.then[1]
    prices = [one.price for one in sold(catalog, selection) if one.addon is None]
    ordered = [
        *(price for price in prices if price.get("cadence", "recurring") == "recurring"),
        *(price for price in prices if price.get("cadence") == "usage"),
    ]
    interval = ordered[0].get("interval", "month") if ordered else "month"
    return next(whole for whole in periods(interval, life.anchor, life.start, life.zone) if whole[1] > at)


def _used(
    catalog: Doc, life: Lived, had: _Had, everything: Sequence[_Had], events: Sequence[Doc], whole: Span, part: Span
) -> Fraction | None:
    price = had.one.price
    (meter,) = [entry for entry in catalog["meters"] if entry["code"] == price["meter"]]
    mine = sorted(
        (event for event in events if event["meter"] == price["meter"] and part[0] <= _time(event) < part[1]), key=_time
    )
    if not mine and not num(price["model"], "minimum"):
        return None
    count = meter.get("aggregation", "sum") == "count"
    told: list[Told] = [(ONE if count else num(event, "value", 1), event.get("properties", {})) for event in mine]
    chain = _chain(life, had, everything, whole)
    part_of_chain = share(price.get("proration", "second"), part, chain, life.zone)
    free = extra([one.one for one in everything], price["meter"])
    model = price["model"]
    if model["type"] in BY_EVENT:
        return by_event(model, told, part_of_chain)
    if (window := model.get("per_window")) is None:
        return cost(model, sum((value for value, _ in told), ZERO), part_of_chain, free)
    sums: dict[Span, Fraction] = {}
    for event, (value, _) in zip(mine, told, strict=True):
        key = window_of(_time(event), window, life.zone)
        sums[key] = sums.get(key, ZERO) + value
    return windows(
        model, [(q, _own(price, key, part, chain, life.zone)) for key, q in sums.items()], part_of_chain, free
    )


def _own(price: Doc, window: Span, part: Span, chain: Span, zone: str) -> Fraction:
    """What of a window is the price's: all of it, unless a change cuts it."""
    own, whole = overlap(window, part), overlap(window, chain)
    assert own is not None
    assert whole is not None
    return share(price.get("proration", "second"), own, whole, zone)


def _time(event: Doc) -> dt.datetime:
    return dt.datetime.fromisoformat(event["time"])


def _chain(life: Lived, had: _Had, everything: Sequence[_Had], whole: Span) -> Span:
    """What of the period is counted at all: from the first to the last of the prices of this meter that follow on."""
    start, end = had.span
    if life.then is not None:
        for other in everything:
            same = other is not had and other.one.price.get("meter") == had.one.price["meter"]
            if same and other.span[1] == start:
                start = other.span[0]
            if same and other.span[0] == end:
                end = other.span[1]
    found = overlap((start, end), whole)
    assert found is not None
    return found
