"""Discounts over lines: which of several apply, in which order, each on what the others left.

By default the narrowest scope is first, then percentages before amounts, then the order in which they were applied
(D13). A discount is rounded once and spread over its lines by largest remainder (D16); none goes below zero.

>>> tenth, ten = Discount(code="tenth", percent=10), Discount(code="ten", amount=1_000)
>>> discounted([10_000], [ten, tenth]).net
(Decimal('8000'),)
>>> [(one.code, one.total) for one in discounted([10_000], [ten, tenth]).used]
[('tenth', 1000), ('ten', 1000)]
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs

from billcore.kernel import ZERO, Exact, InvalidValue, Rounding, allocate, minor_units, of_kind
from billcore.kernel import exact as ex
from billcore.pricing import coded, fields

__all__ = ["Discount", "Discounted", "Stacking", "UsedDiscount", "discounted", "take_off"]

_HUNDRED = 100


class Stacking(enum.Enum):
    """How a discount goes together with others."""

    SCOPE = "scope"
    """The narrowest first, then percentages, then amounts."""
    AS_APPLIED = "as_applied"
    """In the order in which they were applied, as soon as one of them asks for it."""
    ADDITIVE = "additive"
    """Percentages are summed, and taken off at once."""
    EXCLUSIVE = "exclusive"
    """Alone: the first such discount that was applied, and no other."""
    BEST = "best"
    """Of several such discounts the one that takes off the most."""


def _lines(lines: Iterable[int] | None) -> frozenset[int] | None:
    return None if lines is None else frozenset(lines)


@attrs.frozen(kw_only=True)
class Discount:
    """``percent`` (0 to 100), or an ``amount`` in minor units, off the ``lines`` at these places, or off all."""

    code: str = attrs.field(converter=coded.code)
    percent: Decimal | None = attrs.field(default=None, converter=fields.percent_or_none)
    amount: int | None = None
    lines: frozenset[int] | None = attrs.field(default=None, converter=_lines)
    stacking: Stacking = Stacking.SCOPE

    def __attrs_post_init__(self) -> None:
        of_kind(self.stacking, Stacking, "stacking")
        if (self.percent is None) == (self.amount is None):
            raise InvalidValue("a discount has a percentage or an amount", place="percent", value=self.percent)
        if self.amount is not None and (type(self.amount) is not int or self.amount < 0):
            raise InvalidValue("whole minor units, not negative", place="amount", value=self.amount)
        if self.stacking is Stacking.ADDITIVE and self.percent is None:
            raise InvalidValue("only percentages are summed", place="stacking", value=self.stacking.value)


@attrs.frozen
class UsedDiscount:
    """What a discount took off each line, in minor units."""

    code: str
    lines: tuple[int, ...]

    @property
    def total(self) -> int:
        """What it took off all lines."""
        return sum(self.lines)


@attrs.frozen
class Discounted:
    """The discounts that took anything off, in the order of use, and what is left of each line, in minor units."""

    used: tuple[UsedDiscount, ...]
    net: tuple[Exact, ...]

    @property
    def total(self) -> int:
        """What all of them took off."""
        return sum(one.total for one in self.used)

    @property
    def lines(self) -> tuple[int, ...]:
        """What was taken off each line."""
        return tuple(sum(parts) for parts in zip(*(one.lines for one in self.used), strict=True)) or (0,) * len(
            self.net
        )


def discounted(
    lines: Sequence[Exact | int], discounts: Sequence[Discount], mode: Rounding = Rounding.HALF_UP
) -> Discounted:
    """Take discounts off lines, given in minor units; ``discounts`` stand in the order in which they were applied.

    Lines that are not above zero have nothing to take off.
    """
    left: list[Exact] = [ex.whole(line) if isinstance(line, int) else line for line in lines]
    chosen = _chosen(left, discounts, mode)
    used: list[UsedDiscount] = []
    for group in _ordered(chosen):
        used += take_off(left, group, mode)
    return Discounted(tuple(used), tuple(left))


def _chosen(left: Sequence[Exact], discounts: Sequence[Discount], mode: Rounding) -> list[Discount]:
    """Those that apply at all: an exclusive one alone, of the best one."""
    alone = next((one for one in discounts if one.stacking is Stacking.EXCLUSIVE), None)
    if alone is not None:
        return [alone]
    rivals = [one for one in discounts if one.stacking is Stacking.BEST]
    best = max(rivals, key=lambda one: sum(part.total for part in take_off(list(left), [one], mode)), default=None)
    return [one for one in discounts if one.stacking is not Stacking.BEST or one is best]


def _ordered(discounts: Sequence[Discount]) -> list[list[Discount]]:
    """The discounts in the order of use; additive ones of one scope go together."""
    groups: list[list[Discount]] = []
    for one in discounts:
        together = next((g for g in groups if _additive(one) and _additive(g[0]) and g[0].lines == one.lines), None)
        if together is None:
            groups.append([one])
        else:
            together.append(one)
    if any(one.stacking is Stacking.AS_APPLIED for one in discounts):
        return groups
    return sorted(groups, key=lambda group: (_breadth(group[0]), group[0].percent is None))


def _additive(one: Discount) -> bool:
    return one.stacking is Stacking.ADDITIVE


def _breadth(one: Discount) -> tuple[bool, int]:
    """The narrowest first, those without a scope last."""
    return (one.lines is None, len(one.lines or ()))


def take_off(left: list[Exact], group: Sequence[Discount], mode: Rounding) -> list[UsedDiscount]:
    """Take a group of discounts of one scope off what is ``left`` (minor units), which is lowered.

    The answer has those that found something to take. Several are percentages, summed and told apart by their own.
    """
    places = [
        place for place, rest in enumerate(left) if rest > 0 and (group[0].lines is None or place in group[0].lines)
    ]
    base = ex.total(left[place] for place in places)
    if not places:
        return []
    most = minor_units(base, 0, mode)
    if group[0].amount is not None:
        wanted = min(group[0].amount, most)
    else:
        percent = min(ex.total(one.percent or ZERO for one in group), ex.whole(_HUNDRED))
        wanted = min(minor_units(ex.ratio(ex.multiply(base, percent), _HUNDRED), 0, mode), most)
    if not wanted:
        return []
    parts = dict(zip(places, allocate(wanted, [left[place] for place in places]), strict=True))
    for place, part in parts.items():
        left[place] = max(ex.subtract(left[place], ex.whole(part)), ZERO)
    spread = [parts.get(place, 0) for place in range(len(left))]
    if len(group) == 1:
        return [UsedDiscount(group[0].code, tuple(spread))]
    return _shared(spread, group)


def _shared(spread: Sequence[int], group: Sequence[Discount]) -> list[UsedDiscount]:
    """What several summed percentages took off each line, told apart by their percentages."""
    weights = [one.percent or ZERO for one in group]
    lines = [allocate(part, weights) for part in spread]
    taken = [UsedDiscount(one.code, tuple(line[n] for line in lines)) for n, one in enumerate(group)]
    return [one for one in taken if one.total]
