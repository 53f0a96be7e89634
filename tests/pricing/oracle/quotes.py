"""What a selection comes to (FORMATS.md, Selection and quote)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.pricing.oracle.documents import Tax, minor, rate_of, taxes
from tests.pricing.oracle.models import cost
from tests.pricing.oracle.periods import Span, date_of, passing, periods, recurring, share
from tests.pricing.oracle.plain import ZERO, Doc, num
from tests.pricing.oracle.service import parts_of

__all__ = ["Offer", "Sold", "offer", "sold"]

PLACES = {"JPY": 0, "CHF": 2, "EUR": 2, "AUD": 2, "KWD": 3}


class Offer(NamedTuple):
    """The exact amount of each line by its price's code, and the totals: net and the taxes, in minor units."""

    lines: Mapping[str, Fraction]
    recurring: tuple[int, Sequence[Tax]]
    first_invoice: tuple[int, Sequence[Tax]]
    usage: tuple[int, Sequence[Tax]]
    all_in: tuple[int, Sequence[Tax]]


class _Line(NamedTuple):
    code: str
    cadence: str
    category: str
    exact: Fraction
    first: Fraction


class Sold(NamedTuple):
    """A price and how many of it: a flat one of an addon is had once for each."""

    price: Doc
    quantity: Fraction
    times: int = 1
    addon: Doc | None = None


def sold(catalog: Doc, selection: Doc) -> list[Sold]:
    """The prices of a plan or product and those of its addons."""
    if "plan" in selection:
        (plan,) = [entry for entry in catalog["plans"] if entry["code"] == selection["plan"]]
        wanted = selection.get("version")
        (version,) = [
            entry
            for entry in plan["versions"]
            if (entry.get("status", "active") == "active" if wanted is None else entry["version"] == wanted)
        ]
        prices = version["prices"]
    else:
        (product,) = [entry for entry in catalog["products"] if entry["code"] == selection["product"]]
        prices = product["prices"]
    quantity, sizes = num(selection, "quantity", 1), selection.get("sizes", {})
    found = [Sold(price, Fraction(sizes[price["size"]]) if "size" in price else quantity) for price in prices]
    addons: Sequence[str] = selection.get("addons", [])
    for code, count in Counter(addons).items():
        (addon,) = [entry for entry in catalog["addons"] if entry["code"] == code]
        flat = addon["price"]["model"]["type"] == "flat" and addon["price"].get("cadence") != "usage"
        found.append(Sold(addon["price"], Fraction(count), count if flat else 1, addon))
    return found


def extra(records: Sequence[Sold], meter: str) -> Fraction:
    """What addons have free of a meter beside what its prices include."""
    return sum(
        (
            num(one.addon, "quantity", 1) * one.quantity
            for one in records
            if one.addon and one.addon.get("meter") == meter
        ),
        ZERO,
    )


def _first_period(selection: Doc, anchor: object, interval: str) -> tuple[Span, Span] | None:
    """The part that is had of the first period, and that period."""
    if (start := selection.get("starts_on")) is None:
        return None
    begins = dt.datetime.fromisoformat(start)
    whole = next(periods(interval, anchor, begins, selection.get("timezone", "UTC")))
    return (begins, whole[1]), whole


def _lines(catalog: Doc, selection: Doc) -> list[_Line]:
    zone, hours = selection.get("timezone", "UTC"), num(selection, "hours", 730)
    if "service" in selection:
        first = _first_period(selection, selection.get("anchor", "calendar"), "month")
        lines = []
        for code, (amount, per) in parts_of(catalog, selection).items():
            times = share("second", *first, zone) if first and per == "month" else Fraction(1)
            if per == "hour":
                times = hours if first is None else passing(first[0]) / 3_600_000_000
            lines.append(_Line(code, "recurring", "standard", amount * (hours if per == "hour" else 1), amount * times))
        return lines
    records = sold(catalog, selection)
    nothing: Doc = {}
    plan = next((entry for entry in catalog.get("plans", []) if entry["code"] == selection.get("plan")), nothing)
    anchor = selection.get("anchor", plan.get("anchor", "calendar"))
    return [_line(one, records, selection, anchor, hours) for one in records]


def _line(one: Sold, records: Sequence[Sold], selection: Doc, anchor: object, hours: Fraction) -> _Line:
    price, model = one.price, one.price["model"]
    cadence, category = price.get("cadence", "recurring"), price.get("tax_category", "standard")
    if cadence == "usage":
        used = Fraction(selection.get("usage", {}).get(price["meter"], 0))
        return _Line(price["code"], cadence, category, cost(model, used, extra=extra(records, price["meter"])), ZERO)
    amount = cost(model, one.quantity) * one.times
    over = {None: Fraction(1), "hour": hours, "minute": hours * 60}[price.get("per")]
    period = _first_period(selection, anchor, price.get("interval", "month"))
    first = amount * over
    if period is not None:
        zone = selection.get("timezone", "UTC")
        first = recurring(price, [(period[0], one.quantity)], period[1], zone) * one.times
    return _Line(price["code"], cadence, category, amount * over, first)


def offer(catalog: Doc, selection: Doc, at: dt.datetime, mode: str) -> Offer:
    """The lines of a quote and its totals, each of rounded lines and with its own tax."""
    lines = _lines(catalog, selection)
    places = PLACES[catalog["currency"]]
    begins = dt.datetime.fromisoformat(selection["starts_on"]) if selection.get("starts_on") else at
    on = date_of(begins, selection.get("timezone", "UTC"))

    def total(cadences: tuple[str, ...], *, first: bool = False) -> tuple[int, Sequence[Tax]]:
        rated = [
            (
                rate_of(catalog.get("tax_rates", []), selection.get("country"), line.category, on),
                minor(line.first if first else line.exact, places, mode),
            )
            for line in lines
            if line.cadence in cadences
        ]
        net = sum(amount for _, amount in rated)
        return net, taxes(rated, mode)[0] if selection.get("country") else []

    return Offer(
        {line.code: line.exact for line in lines},
        total(("recurring",)),
        total(("recurring",), first=True),
        total(("usage",)),
        total(("recurring", "usage")),
    )
