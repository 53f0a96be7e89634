"""The family ``billing_dates``: boundaries of periods, and what is billed by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import islice

from billcore.kernel import (
    DAY,
    HOUR,
    WEEK,
    Anchor,
    Cadence,
    DayAnchor,
    Interval,
    Period,
    add_days,
    cadence,
    local_floor,
)
from billcore.lifecycle import Life, Occurrence, due_dates, occurrences
from billcore.pricing import Flat, Price, Timing
from billcore.settlement import charges
from tests.conformance.case import Answer, Case
from tests.conformance.subscription import facts, lived, unused

__all__ = ["answer"]

_DAYS = {"daily": 1, "weekly": 7, "biweekly": 14, "thirty_days": 30}
_MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
_UNITS = {"hour": HOUR, "day": DAY, "week": WEEK}
_MIDNIGHT_RESETS = "resets fall on local midnight of the boundary day"
_FROM_THE_STARTS_MONTH = "a billing day before the start counts from the start's month"


def answer(case: Case) -> Answer:
    """The dates that the case asks for."""
    if (case.maybe("policy") or "").startswith(_FROM_THE_STARTS_MONTH):
        raise NotImplementedError(
            "D05: a billing day before the start counts from the start's month at the peer; billcore's {day} counts "
            "from the first such day on or after the start"
        )
    kind = case["kind"]
    if kind not in _KINDS:
        raise NotImplementedError(f"{kind}: a kind that no step has named")
    return _KINDS[kind](case)


def _interval(case: Case) -> Interval:
    count, period = abs(case.count("count", 1)), case["period"]
    if period in _MONTHS:
        return Interval(months=count * _MONTHS[period])
    return Interval(days=count * _DAYS[period])


def _anchor(case: Case) -> Anchor:
    """Where the case counts from: an instant, its billing day, or the start."""
    if "anchor" in case:
        anchor = case.at("anchor")
        midnight = case.maybe("policy") == _MIDNIGHT_RESETS
        return local_floor(anchor, DAY, case.timezone) if midnight else anchor
    return DayAnchor(int(case["billing_day"])) if "billing_day" in case else "start"


def _beat(case: Case, start: str = "start") -> Cadence:
    return cadence(_interval(case), _anchor(case), case.at(start), case.timezone)


def _life(case: Case, end: str, *, advance: bool = False) -> Life:
    """A subscription to one price from the case's start to the end that the field names, if it does."""
    price = Price(
        code="price",
        model=Flat(1),
        interval=_interval(case),
        timing=Timing.ADVANCE if advance else Timing.ARREARS,
    )
    return lived(facts(price, case.at("start"), case.maybe_at(end), anchor=_anchor(case), timezone=case.timezone))


def _periods(life: Life, after: dt.datetime | None = None) -> list[Occurrence]:
    """The periods of the subscription's one item; of one without an end the first."""
    found = (one for item in life.items for one in occurrences(life, item, after))
    return list(found if life.end is not None else islice(found, 1))


def _billed(case: Case, until: str, *, advance: bool = False) -> list[Period]:
    """The parts that are charged by an instant."""
    return [one.part for one in charges([_life(case, "end", advance=advance)], unused, case.at(until), None, None)]


def _next_boundary(case: Case) -> Answer:
    return {"next": case.shown(_periods(_life(case, "subscription_end"))[0].part.end)}


def _next_reset(case: Case) -> Answer:
    return {"reset_at": case.shown(_periods(_life(case, "subscription_end"), case.at("at"))[0].part.end)}


def _previous_boundary(case: Case) -> Answer:
    return {"previous": case.shown(_beat(case, "at").containing(case.at("at")).start)}


def _period_containing(case: Case) -> Answer:
    part = _periods(_life(case, "end"), case.at("at"))[0].part
    return {"period_start": case.shown(part.start), "period_end": case.shown(part.end)}


def _elapsed_periods(case: Case) -> Answer:
    """In arrears, a period that has elapsed is a billing date that has come."""
    return {"elapsed": len(due_dates(_life(case, "end"), None, case.at("at")))}


def _first_billing_date(case: Case) -> Answer:
    return {"first_billing_date": case.shown(_beat(case).on_or_after(case.at("start")))}


def _sequence(case: Case) -> Answer:
    if "until" in case:
        found = _periods(_life(case, "until"))
        bounds = [found[0].part.start, *(one.part.end for one in found)]
    else:
        found, beat, way = [], _beat(case), -1 if case.count("count", 1) < 0 else 1
        first = beat.index(case.at("start"))
        bounds = [beat.nth(first + way * n) for n in range(case.count("limit", 0))]
    return {
        "boundaries": [case.shown(at) for at in bounds],
        "periods": len(found),
        "starts": [case.shown(one.period.start) for one in found],
    }


def _invoiced_periods(case: Case) -> Answer:
    parts = _billed(case, "target", advance=case.flag("in_advance", default=True))
    return {"periods": [[case.shown(part.start), case.shown(part.end)] for part in parts]}


def _arrears_billed_through(case: Case) -> Answer:
    parts = _billed(case, "target")
    return {**_first_billing_date(case), "billed_through": case.shown(parts[-1].end) if parts else None}


def _arrears_period(case: Case) -> Answer:
    part = _billed(case, "invoice_date")[-1]
    return {"period_start": case.shown(part.start), "period_end": case.shown(part.end)}


def _floor(case: Case) -> Answer:
    return {"result": case.shown(local_floor(case.at("at"), _UNITS[case["unit"]], case.timezone))}


def _add_days(case: Case) -> Answer:
    return {"result": case.shown(add_days(case.at("at"), case.count("days", 0), case.timezone))}


def _align_to_billing_day(case: Case) -> Answer:
    if case["mode"] != "next":
        raise NotImplementedError("a date is aligned forward only: nothing is billed before it was bought")
    return {"result": case.shown(_beat(case, "at").on_or_after(case.at("at")))}


def _align_to_series(case: Case) -> Answer:
    return {"result": case.shown(_beat(case).on_or_after(case.at("at")))}


def _billing_day_of(case: Case) -> Answer:
    return {"billing_day": cadence(Interval(months=1), "start", case.at("at"), case.timezone).day}


def _contains(case: Case) -> Answer:
    return {"inside": case.at("at") in Period(case.at("period_from"), case.at("period_to"))}


_KINDS: dict[str, Callable[[Case], Answer]] = {
    "add_days": _add_days,
    "align_to_billing_day": _align_to_billing_day,
    "align_to_series": _align_to_series,
    "arrears_billed_through": _arrears_billed_through,
    "arrears_period": _arrears_period,
    "billing_day_of": _billing_day_of,
    "contains": _contains,
    "elapsed_periods": _elapsed_periods,
    "first_billing_date": _first_billing_date,
    "floor": _floor,
    "invoiced_periods": _invoiced_periods,
    "next_boundary": _next_boundary,
    "next_reset": _next_reset,
    "period_containing": _period_containing,
    "previous_boundary": _previous_boundary,
    "sequence": _sequence,
}
