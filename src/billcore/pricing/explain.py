"""Explanations: an amount as a tree that recomputes to it.

A node says how its value follows from its children; ``recompute`` folds the tree again, from the leaves, and must give
the same exact number. Explanations are made on demand from snapshot and facts, and never stored. They are data: labels
are words of one vocabulary, and what changes from node to node (a tier's number, a period, a code) stands in ``about``,
so that an adapter can say it in any language. Trees are lazy: what a node is made of is worked out when it is first
read.

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

from billcore.kernel import Exact, FrozenMap, Number, Period, Rounding, number, override, round_to
from billcore.kernel import exact as ex

__all__ = ["About", "Branches", "ExplainedKind", "Explanation", "Operation", "leaf"]

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
    return facts if type(facts) is FrozenMap else FrozenMap(facts) if facts else _NO_FACTS


class Branches(functools.partial[tuple["Explanation", ...]]):
    """Parts of an explanation that are made when they are read: a pure function and its arguments.

    Asked again it makes the same nodes anew: nobody else has them, so that they can be numbered without a copy.
    """

    __slots__ = ()


@attrs.frozen(eq=False, repr=False)
class Explanation:
    """``label`` for people, ``value`` exact, and the parts it is made of.

    ``children`` are given as a tuple, or as ``Branches`` that make it when it is first read. Either way the value is
    the same: equal, hashed and shown by its whole tree.
    ``id`` is the path of words from the root (``seats.exact-amount.part.rated``): the same for the same facts, and
    still the same when parts beside it come and go; set by ``numbered``. ``about`` has the facts that no value says.
    """

    label: str
    value: Exact
    operation: Operation = "value"
    _parts: tuple[Explanation, ...] | Branches = attrs.field(default=(), alias="children")
    note: str | None = None
    places: int | None = None
    mode: Rounding = Rounding.HALF_UP
    id: str = ""
    kind: ExplainedKind = attrs.field(default="amount", kw_only=True)
    about: Mapping[str, About] = attrs.field(default=_NO_FACTS, kw_only=True, converter=_facts)

    @property
    def children(self) -> tuple[Explanation, ...]:
        """What the value is made of, in order."""
        parts = self._parts
        if isinstance(parts, tuple):
            return parts
        made = parts()
        object.__setattr__(self, "_parts", made)  # what it always was, now written out
        return made

    @property
    def _told(self) -> tuple[object, ...]:
        own = (self.label, self.value, self.operation, self.note, self.places, self.mode, self.id, self.kind)
        return (*own, self.about, self.children)

    @override
    def __eq__(self, other: object) -> bool:
        return self._told == other._told if isinstance(other, Explanation) else NotImplemented

    @override
    def __hash__(self) -> int:
        return hash(self._told)

    @override
    def __repr__(self) -> str:
        names = ("label", "value", "operation", "note", "places", "mode", "id", "kind", "about", "children")
        told = ", ".join(f"{name}={value!r}" for name, value in zip(names, self._told, strict=True))
        return f"Explanation({told})"

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
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def find(self, label: str) -> Explanation | None:
        """The first node with that label, from the top."""
        return next((node for node in self.walk() if node.label == label), None)

    def numbered(self, path: str = "") -> Explanation:
        """The same tree with every node's id set: the words of the labels from the root, doubles counted."""
        own = path or _word(self)
        return self.told(self.label, self.about, Branches(_numbered, self._parts, own) if self._parts else (), own)

    def told(
        self,
        label: str,
        about: Mapping[str, About],
        children: tuple[Explanation, ...] | Branches | None = None,
        id: str = "",
    ) -> Explanation:
        """The same node under another label, with other facts beside it.

        Spelled out, as ``evolve`` takes five times as long, and a quote has a node for every number.
        """
        return Explanation(
            label,
            self.value,
            self.operation,
            self._parts if children is None else children,
            self.note,
            self.places,
            self.mode,
            id or self.id,
            kind=self.kind,
            about=about,
        )


def _numbered(parts: tuple[Explanation, ...] | Branches, path: str) -> tuple[Explanation, ...]:
    """The parts with their ids: the path and a word of their own, doubles counted.

    New nodes get theirs in place, as nobody has seen them yet; of those that somebody holds, copies do.
    """
    made = parts() if isinstance(parts, Branches) else tuple(one.told(one.label, one.about) for one in parts)
    taken: dict[str, int] = {}
    for node in made:
        own = word = f"{path}.{_word(node)}"
        while own in taken:  # a label may look like a double
            taken[word] += 1
            own = f"{word}-{taken[word]}"
        taken[own] = 1
        object.__setattr__(node, "id", own)
        below = node._parts  # noqa: SLF001 - its own class
        if below:
            object.__setattr__(node, "_parts", Branches(_numbered, below, own))
    return made


def _word(node: Explanation) -> str:
    if node.about is _NO_FACTS:
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
    return Explanation(label, exact, note=note, kind=kind, about=_NO_FACTS if about is None else about)
