"""What becomes of exact amounts on a document: rounding, discounts, tax (DESIGN.md, Order of computation)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction

from tests.pricing.oracle.plain import ZERO, Doc, maybe, num

__all__ = ["Tax", "discounts", "minor", "rate_of", "spread", "taxes"]

Tax = tuple[str, Fraction, int, int]
"""A rate's code, its percent, the base and the tax, in minor units."""


def minor(amount: Fraction, places: int, mode: str = "half_up") -> int:
    """Whole minor units: the nearest; of two that are as near, the one away from zero, or the even one."""
    exact = amount * Fraction(10**places)
    below = exact.numerator // exact.denominator
    if exact - below == Fraction(1, 2):  # as far from one as from the other
        return below + below % 2 if mode == "half_even" else below + (exact > 0)
    return below + (exact - below > Fraction(1, 2))


def spread(units: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Units handed out in proportion: whole shares first, then one each to the largest remainders, the earliest first.

    No weight is negative; units may be.
    """
    if units < 0:
        return [-part for part in spread(-units, weights)]
    exact = [Fraction(units) * weight / sum(weights, ZERO) for weight in weights]
    parts = [int(share) for share in exact]
    while sum(parts) < units:
        behind = [share - part for share, part in zip(exact, parts, strict=True)]
        parts[behind.index(max(behind))] += 1
    return parts


def discounts(lines: Sequence[int], coupons: Sequence[Doc], mode: str) -> tuple[list[int], dict[str, list[int]]]:
    """What is left of each line, and what each coupon took off it, in minor units.

    A coupon is a document of FORMATS.md's names but for ``lines``, the places of the lines that it is for. They stand
    in the order in which they were applied.
    """
    left = list(lines)
    taken: dict[str, list[int]] = {}
    for group in _in_order(_chosen(lines, coupons, mode)):
        taken |= _take(left, group, mode)
    return left, taken


def _chosen(lines: Sequence[int], coupons: Sequence[Doc], mode: str) -> list[Doc]:
    """An exclusive one alone; of those of which the best is wanted, the one that takes off the most."""
    for coupon in coupons:
        if _stacking(coupon) == "exclusive":
            return [coupon]
    best, most = None, -1
    for coupon in coupons:
        if _stacking(coupon) == "best":
            off = sum(sum(parts) for parts in _take(list(lines), [coupon], mode).values())
            if off > most:
                best, most = coupon, off
    return [coupon for coupon in coupons if _stacking(coupon) != "best" or coupon is best]


def _stacking(coupon: Doc) -> str:
    return str(coupon.get("stacking", "scope"))


def _in_order(coupons: Sequence[Doc]) -> list[list[Doc]]:
    """Additive ones of one scope together; the narrowest scope first, then percentages, then amounts.

    All are in the order of application as soon as one asks for it.
    """
    groups: list[list[Doc]] = []
    for coupon in coupons:
        for group in groups:
            if _stacking(coupon) == _stacking(group[0]) == "additive" and _scope(coupon) == _scope(group[0]):
                group.append(coupon)
                break
        else:
            groups.append([coupon])
    if "as_applied" in map(_stacking, coupons):
        return groups
    widths = sorted({len(scope) if (scope := _scope(group[0])) is not None else 10**9 for group in groups})
    ordered = []
    for width in widths:
        for kind in ("percent", "amount"):
            for group in groups:
                scope = _scope(group[0])
                if (len(scope) if scope is not None else 10**9) == width and kind in group[0]:
                    ordered.append(group)
    return ordered


def _scope(coupon: Doc) -> set[int] | None:
    return None if coupon.get("lines") is None else set(coupon["lines"])


def _take(left: list[int], group: Sequence[Doc], mode: str) -> dict[str, list[int]]:
    """Take coupons that go together off what is left: rounded once, never below zero, spread over the lines."""
    scope = _scope(group[0])
    places = [place for place, rest in enumerate(left) if rest > 0 and (scope is None or place in scope)]
    base = sum(left[place] for place in places)
    percent = sum((num(coupon, "percent") for coupon in group), ZERO)
    amount = maybe(group[0], "amount")
    wanted = int(amount) if amount is not None else minor(base * min(percent, Fraction(100)) / 100, 0, mode)
    if not (off := min(wanted, base)):
        return {}
    taken: dict[str, list[int]] = {coupon["code"]: [0] * len(left) for coupon in group}
    for place, part in zip(places, spread(off, [left[place] for place in places]), strict=True):
        left[place] -= part
        weights = [num(coupon, "percent") for coupon in group] if len(group) > 1 else [1]
        for coupon, own in zip(group, spread(part, weights), strict=True):
            taken[coupon["code"]][place] = own
    return {code: parts for code, parts in taken.items() if any(parts)}


def rate_of(rates: Sequence[Doc], country: str | None, category: str, on: dt.date) -> tuple[str, Fraction]:
    """Code and percent of the rate of a country and category in force on a local date; else none."""
    for rate in rates:
        begun = rate.get("from") is None or dt.date.fromisoformat(str(rate["from"])) <= on
        ended = rate.get("to") is not None and dt.date.fromisoformat(str(rate["to"])) <= on
        if (rate["country"], rate.get("category", "standard")) == (country, category) and begun and not ended:
            return rate["code"], num(rate, "percent")
    return "none", ZERO


def taxes(lines: Sequence[tuple[tuple[str, Fraction], int]], mode: str) -> tuple[list[Tax], list[int]]:
    """Each rate over the sum of its bases, rounded once, in the order of lines; and each line's part of it."""
    found: list[Tax] = []
    parts = [0] * len(lines)
    for rate in dict.fromkeys(rate for rate, _ in lines):
        own = [place for place, line in enumerate(lines) if line[0] == rate]
        base = sum(lines[place][1] for place in own)
        tax = minor(base * rate[1] / 100, 0, mode)
        found.append((*rate, base, tax))
        for place, part in zip(
            own, spread(tax, [lines[place][1] for place in own]) if tax else [0] * len(own), strict=True
        ):
            parts[place] = part
    return found, parts
