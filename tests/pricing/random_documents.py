"""Random documents in the names of FORMATS.md, drawn by a seeded generator: price models, and what they are applied to.

Numbers are small and often round, so that bounds are met exactly as often as they are missed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from tests.pricing.oracle.plain import Number

__all__ = ["Draw", "Made"]

T = TypeVar("T")
Made = dict[str, Any]

UNITS = ("flat", "per_unit", "graduated", "volume", "stair_step", "package", "progressive")
AMOUNTS = ("graduated_percentage", "dynamic")
EVENTS = ("percentage", "matrix")
REGIONS, CLASSES = ("eu", "us"), ("hot", "cold")
MEASURES = ("second", "hour", "day", "day_after")


class Draw:
    """A generator of documents; the same seed draws the same ones."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)

    def chance(self, of_ten: int) -> bool:
        """So many times of ten."""
        return self.random.randrange(10) < of_ten

    def one_of(self, choices: Sequence[T]) -> T:
        """One of them."""
        return self.random.choice(choices)

    def number(self, most: int, places: int = 2, least: Number = 0) -> str | int | Decimal:
        """A number from ``least`` to ``most``, as a document may write it: text, an integer or a decimal."""
        places = self.one_of((0, places, places))
        scale, least = 10**places, Fraction(least)
        drawn = self.random.randint(-int(-least * scale // 1), most * scale)
        value = Decimal(drawn).scaleb(-places)
        return drawn if places == 0 and self.chance(5) else value if self.chance(3) else f"{value:f}"

    def some(self, **entries: object) -> Made:
        """Some of these keys; a value that is called is drawn only where its key is."""
        return {key: value() if callable(value) else value for key, value in entries.items() if self.chance(4)}

    def bounds(self, most: int = 4) -> list[str | None]:
        """Rising bounds, the last one open."""
        found = {Fraction(self.number(60, 1, Fraction(1, 10))) for _ in range(self.random.randrange(most))}
        return [*(f"{float(bound):.1f}" for bound in sorted(found)), None]

    def tiers(self, *, units: bool = True) -> list[Made]:
        """Tiers, some of them by packages."""
        found = []
        for bound in self.bounds():
            tier: Made = {} if bound is None and self.chance(5) else {"up_to": bound}
            tier |= self.some(flat_amount=lambda: self.number(50))
            if units:
                tier["unit_amount"] = self.number(5, 7)
                tier |= {"package_size": self.number(9, 1, 1)} if self.chance(2) else {}
            found.append(tier)
        return found

    def brackets(self) -> list[Made]:
        """Discount brackets; some say where they begin."""
        found, above = [], "0"
        for bound in self.bounds():
            found.append({"up_to": bound, "percent": self.number(100, 1), **self.some(above=above)})
            above = bound or above
        return found

    def model(self, kinds: Sequence[str] = (*UNITS, *AMOUNTS, *EVENTS), *, metered: bool = True) -> Made:
        """A price model, two times of three with something around it; without ``metered`` none needs usage."""
        kind = self.one_of([name for name in kinds if metered or name not in EVENTS])
        model = {"type": kind, **self._plain(kind)}
        return model | self.around(metered=metered, by_event=kind in EVENTS) if self.random.randrange(3) else model

    def _plain(self, kind: str) -> Made:  # noqa: PLR0911 - a case for each kind
        match kind:
            case "flat":
                return {"amount": self.number(500)}
            case "per_unit":
                return {"unit_amount": self.number(9, 7)}
            case "graduated" | "volume" | "stair_step":
                return {"tiers": self.tiers(units=kind != "stair_step"), **self.some(flat_on_zero=self.chance(5))}
            case "package":
                size, up = self.number(20, 1, 1), self.some(round=self.one_of(("up", "down")))
                return {"package_size": size, "amount": self.number(20), **up}
            case "progressive":
                units, least = self.number(12, 1, 1), self.some(minimum_units=lambda: self.number(20, 1))
                return {"amount": self.number(2, 4), "units": units, "brackets": self.brackets(), **least}
            case "graduated_percentage":
                flat = lambda: self.number(9)  # noqa: E731 - drawn where its key is
                return {
                    "tiers": [
                        {"up_to": bound, "rate": self.number(30, 3), **self.some(flat_amount=flat)}
                        for bound in self.bounds()
                    ]
                }
            case "dynamic":
                return self.some(factor=lambda: self.number(3, 5))
            case "percentage":
                return self._percentage()
            case _:
                return self._matrix()

    def _percentage(self) -> Made:
        model: Made = {"rate": self.number(20, 3)} | self.some(
            fixed_amount=lambda: self.number(3),
            free_events=lambda: self.random.randint(0, 4),
            free_amount=lambda: self.number(80, 1),
        )
        return model | self._bounds("event_minimum", "event_maximum", 6)

    def _matrix(self) -> Made:
        names = self.one_of((["region"], ["region", "class"]))
        keys = [(region, kind) for region in REGIONS for kind in (CLASSES if len(names) > 1 else ("",))]
        chosen = self.random.sample(keys, self.random.randint(0, len(keys)))
        cells = [{"values": dict(zip(names, key, strict=False)), "unit_amount": self.number(3, 5)} for key in chosen]
        return {"dimensions": names, "cells": cells, "default_unit_amount": self.number(3, 5)}

    def _bounds(self, least: str, most: str, up_to: int) -> Made:
        low, high = sorted((self.number(up_to), self.number(up_to)), key=Fraction)
        return self.some(**{least: low, most: high})

    def around(self, *, metered: bool, by_event: bool = False) -> Made:
        """What stands around a model."""
        found = self._bounds("minimum", "maximum", 200)
        if by_event:
            return found
        found |= self.some(
            included=lambda: self.number(40, 2),
            unit_multiplier=lambda: self.number(4, 3, Fraction(1, 1000)),
            unit_divisor=lambda: self.number(12, 1, 1),
            unit_round=lambda: {"places": self.random.randint(0, 2), "mode": self.one_of(("up", "down", "half_up"))},
        )
        return found | (self.some(per_window=self.one_of(("minute", "hour", "day"))) if metered else {})

    def quantity(self, model: Made | None = None) -> Fraction:
        """A quantity: often nothing, below zero or a bound of the model, sometimes one that does not end."""
        tiers = (model or {}).get("tiers") or (model or {}).get("brackets") or []
        known = [Fraction(tier["up_to"]) for tier in tiers if tier.get("up_to") is not None]
        found = Fraction(self.one_of((*known, 0, self.number(90, 0), self.number(90, 3), self.number(900, 1))))
        nudge = self.one_of(("0", "0", "0", "1/1000", "-1/1000", "1/3"))
        return -found if self.chance(1) else found + Fraction(nudge)

    def events(self, most: int = 6) -> list[tuple[Decimal, dict[str, str]]]:
        """Values and properties, now and then below zero."""
        return [(self.value(), self.properties()) for _ in range(self.random.randrange(most))]

    def value(self) -> Decimal:
        """What an event carries."""
        return Decimal(self.number(60, 3)) * (-1 if self.chance(1) else 1)

    def properties(self) -> dict[str, str]:
        """What an event says of itself."""
        return {
            key: self.one_of(values)
            for key, values in {"region": (*REGIONS, "ap"), "class": CLASSES}.items()
            if self.chance(8)
        }
