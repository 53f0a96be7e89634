"""Explanations: an amount as a tree that recomputes to it.

A node says how its value follows from its children; ``recompute`` folds the tree again, from the leaves, and must give
the same exact number. Explanations are made on demand from snapshot and facts, and never stored. They are data: labels
are words of one vocabulary, and what changes from node to node (a tier's number, a period, a code) stands in ``about``,
so that an adapter can say it in any language.

>>> tree = Explanation("units", Decimal("29.7"), "product", (leaf("units", Decimal(3)), leaf("unit amount", "9.9")))
>>> tree.recompute()
Decimal('29.7')
>>> [node.id for node in tree.numbered().walk()]
['units', 'units.units', 'units.unit-amount']
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

import attrs

from billcore.kernel import Exact, FrozenMap, Number, Period, Rounding, number, round_to
from billcore.kernel import exact as ex

__all__ = ["About", "ExplainedKind", "Explanation", "Operation", "leaf"]

Operation: TypeAlias = Literal["value", "sum", "product", "ratio", "round", "remainder", "least", "most"]
"""How a value follows: given, a sum, a product, first over second, rounded to ``places``, first less rest, the least or
the most of all."""

ExplainedKind: TypeAlias = Literal["amount", "quantity", "number", "percent"]
"""What a value is: money in major units, units of something, a plain number, or a share that is read in percent."""

About: TypeAlias = str | int | Decimal | Fraction | dt.datetime | Period
"""A fact beside a value: a code, a count, a bound, an instant, a stretch of time."""

_NO_FACTS: FrozenMap[str, About] = FrozenMap()
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def _facts(facts: Mapping[str, About]) -> Mapping[str, About]:
    return facts if isinstance(facts, FrozenMap) else FrozenMap(facts) if facts else _NO_FACTS


@attrs.frozen
class Explanation:
    """``label`` for people, ``value`` exact, and the parts it is made of.

    ``id`` is the path of words from the root (``seats.exact-amount.part.rated``): the same for the same facts, and
    still the same when parts beside it come and go; set by ``numbered``. ``about`` has the facts that no value says.
    """

    label: str
    value: Exact
    operation: Operation = "value"
    children: tuple[Explanation, ...] = ()
    note: str | None = None
    places: int | None = None
    mode: Rounding = Rounding.HALF_UP
    id: str = ""
    kind: ExplainedKind = attrs.field(default="amount", kw_only=True)
    about: Mapping[str, About] = attrs.field(factory=FrozenMap, kw_only=True, converter=_facts)

    def recompute(self) -> Exact:
        """The value, worked out again from the leaves."""
        parts = [child.recompute() for child in self.children]
        match self.operation:
            case "value":
                return self.value
            case "sum":
                return ex.total(parts)
            case "product":
                product: Exact = ex.ONE
                for part in parts:
                    product = ex.multiply(product, part)
                return product
            case "ratio":
                return ex.ratio(parts[0], parts[1])
            case "remainder":
                return ex.subtract(parts[0], ex.total(parts[1:]))
            case "round":
                return round_to(parts[0], self.places or 0, self.mode)
            case "least":
                return min(parts)
            case "most":
                return max(parts)

    def walk(self) -> Iterator[Explanation]:
        """The node and all below it, from the top, each before its parts."""
        yield self
        for child in self.children:
            yield from child.walk()

    def find(self, label: str) -> Explanation | None:
        """The first node with that label, from the top."""
        return next((node for node in self.walk() if node.label == label), None)

    def numbered(self, path: str = "") -> Explanation:
        """The same tree with every node's id set: the words of the labels from the root, doubles counted."""
        own = path or _word(self)
        children: list[Explanation] = []
        if self.children:
            seen: dict[str, int] = {}
            for child in self.children:
                word = _word(child)
                seen[word] = count = seen.get(word, 0) + 1
                children.append(child.numbered(f"{own}.{word}" if count == 1 else f"{own}.{word}-{count}"))
        return self.told(self.label, self.about, tuple(children), own)

    def told(
        self, label: str, about: Mapping[str, About], children: tuple[Explanation, ...] | None = None, id: str = ""
    ) -> Explanation:
        """The same node under another label, with other facts beside it.

        Spelled out, as ``evolve`` takes five times as long, and a quote has a node for every number.
        """
        return Explanation(
            label,
            self.value,
            self.operation,
            self.children if children is None else children,
            self.note,
            self.places,
            self.mode,
            id or self.id,
            kind=self.kind,
            about=about,
        )


def _word(node: Explanation) -> str:
    if not node.about:
        return _written(node.label)
    return _written(" ".join([node.label, *(str(node.about[name]) for name in ("n", "name") if name in node.about)]))


@functools.lru_cache(maxsize=1_024)
def _written(label: str) -> str:
    """A label in small letters and hyphens; a memo of a pure function, as there are few labels."""
    return _NOT_WORD.sub("-", label.lower()).strip("-") or "part"


def leaf(
    label: str,
    value: Number | Exact,
    note: str | None = None,
    *,
    kind: ExplainedKind = "amount",
    about: Mapping[str, About] | None = None,
) -> Explanation:
    """A number that is given, not computed."""
    exact = value if isinstance(value, (Decimal, Fraction)) else number(value)
    return Explanation(label, exact, note=note, kind=kind, about=about or {})
