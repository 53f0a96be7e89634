"""The difference between what should have been billed and what was: lines that add, and lines that fall."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TypeAlias

import attrs

from billcore.kernel import ZERO, Exact, Group, InvariantBroken, Period
from billcore.kernel import exact as ex
from billcore.pricing import AppliedRate
from billcore.settlement.billed import Billed, BilledLine
from billcore.settlement.document import Document, LineKind
from billcore.settlement.key import ChargeKey
from billcore.settlement.moves import Difference, Fall, Fallen, Rise, RoundingGroup
from billcore.settlement.wanted import Charge

__all__ = ["RateLookup", "ReasonLookup", "difference"]

RateLookup: TypeAlias = Callable[[str], AppliedRate]
"""The rate of a tax category for this customer on the billing date."""
ReasonLookup: TypeAlias = Callable[[ChargeKey], str]
"""Why a key's amount moved: ``change``, ``late usage``, ``interim``, ``backdated change`` or ``correction``."""


def difference(
    wanted: Iterable[Charge],
    vanished: Iterable[ChargeKey],
    billed: Billed,
    rounding: RoundingGroup,
    rate: RateLookup,
    reason: ReasonLookup,
    date: dt.datetime,
) -> Difference:
    """Should-be less billed, key by key, in the order of billing: first what falls, as credit notes come first.

    A key whose latest line has a billing date after ``date`` is left alone; none falls below its goodwill.
    """
    work = _Work(billed, rounding, rate, reason, date)
    # Mostly nothing was billed yet under any key: then no key needs to be looked up.
    due = [charge for charge in wanted if not billed.latest or billed.latest.get(charge.key, date) <= date]
    for key in vanished:
        if billed.latest[key] <= date:
            work.lower(key, ZERO, None)
    for charge in due if billed.entries else ():
        work.lower(charge.key, charge.exact, charge)
    for charge in due:
        work.lift(charge)
    return work.result


@attrs.define
class _Work:
    billed: Billed
    rounding: RoundingGroup
    rate: RateLookup
    reason: ReasonLookup
    date: dt.datetime
    groups: dict[object, Group] = attrs.field(factory=dict)
    result: Difference = attrs.field(factory=Difference)

    def lower(self, key: ChargeKey, want: Exact, charge: Charge | None) -> None:
        """What was billed under the key beyond what is wanted falls, but not below what was forgiven."""
        least = max(want, self.billed.floor(key))
        gap = ex.subtract(self.billed.sum(key), least)
        if gap > 0:
            self._fall(key, self.billed.entries.get(key, []), gap, charge)

    def lift(self, charge: Charge) -> None:
        """A new charge, or what is wanted beyond what was billed under the key."""
        entries = self.billed.entries.get(charge.key) if self.billed.entries else None
        if not entries:
            self._rise(charge, charge.exact, None)
        elif (gap := ex.subtract(charge.exact, self.billed.sum(charge.key))) > 0:
            self._rise(charge, gap, None if charge.interim and charge.due >= self.date else entries[-1])

    def _group(self, key: ChargeKey, corrected: Document | None = None) -> Group:
        """The group that a line joins: its key's, or where invoices are groups that of its own or corrected one."""
        how = self.rounding if corrected is None else corrected.rounding
        whole = how.whole_invoice
        name: object = key.group if not whole else "new" if corrected is None else corrected.id
        group = self.groups.get(name)
        if group is None:
            group = self.groups[name] = Group(self.rounding.places)
            if whole:
                group.exact, group.minor = self.billed.whole(corrected)
            elif self.billed.groups:
                group.exact, group.minor = self.billed.groups.get(key.group, (ZERO, 0))
        group.mode = how.mode
        return group

    def _nth(self, key: ChargeKey) -> int:
        """The ordinal of the key's next line."""
        return self.billed.counts.get(key, 0) if self.billed.counts else 0

    def _rise(self, charge: Charge, exact: Exact, corrected: BilledLine | None) -> None:
        key = charge.key
        kind = LineKind.ADJUSTMENT if corrected else LineKind.CHARGE if key.subscription else LineKind.ITEM
        self.result.rises.append(
            Rise(
                charge,
                kind,
                exact,
                _taken(self._group(key), exact),
                corrected.line.rate if corrected else self.rate(charge.tax_category),
                self._nth(key),
                corrected.line.id if corrected else None,
                self.reason(key) if corrected else None,
            )
        )

    def _fall(self, key: ChargeKey, entries: list[BilledLine], exact: Exact, charge: Charge | None) -> None:
        """Split a fall over the key's lines, last first; none is credited more than is left of it."""
        why = self.reason(key)
        part = charge.part if charge is not None else None
        for entry in reversed(entries):
            if exact <= 0:
                break
            taken = min(exact, entry.exact_left)
            if taken <= 0:
                continue
            exact = ex.subtract(exact, taken)
            group = self._group(key, entry.document)
            minor = -_taken(group, ex.negate(taken))
            spill = max(0, minor - entry.minor_left)
            self._credit(entry, taken, minor - spill, why, part)
            if spill:
                group.minor += self._spill(entry, spill, why)

    def _credit(self, entry: BilledLine, exact: Exact, minor: int, why: str, part: Period | None) -> None:
        entry.exact_left = ex.subtract(entry.exact_left, exact)
        entry.minor_left -= minor
        line, key = entry.line, entry.line.key
        nth = None if key is None else self._nth(key)
        if key is not None and nth is not None:  # counted on: a key may fall by several lines, or fall and then rise
            self.billed.counts[key] = nth + 1
        fallen = self.result.fallen.setdefault(line.id, Fallen(entry, ZERO, 0, why))
        fallen.exact, fallen.minor = ex.add(fallen.exact, exact), fallen.minor + minor
        self.result.falls.append(
            Fall(
                attrs.evolve(
                    line,
                    id="",
                    kind=LineKind.ADJUSTMENT,
                    part=_given_back(line.part, part),
                    exact=ex.negate(exact),
                    minor=-minor,
                    tax=0,
                    nth=nth,
                    corrects=line.id,
                    reason=why,
                ),
                entry.document,
            )
        )

    def _spill(self, full: BilledLine, units: int, why: str) -> int:
        """Units of rounding that a line cannot take go to other lines of its group, last first.

        The answer is how many none could take: goodwill has given them back already.
        """
        forgiven = False
        for key, entries in reversed(self.billed.entries.items()):
            for entry in reversed(entries):
                if not units:
                    return 0
                if self._together(entry, full):
                    forgiven = forgiven or bool(self.billed.floor(key))
                    taken = min(units, entry.minor_left)
                    if taken > 0:
                        units -= taken
                        self._credit(entry, ZERO, taken, why, None)
        if units and not forgiven:
            raise InvariantBroken("M6: a rounding group cannot take a unit of its fall", value=full.line.id)
        return units

    def _together(self, one: BilledLine, other: BilledLine) -> bool:
        """They are in one rounding group."""
        if one.document.rounding.whole_invoice or other.document.rounding.whole_invoice:
            return one.document.id == other.document.id
        return bool(one.line.key and other.line.key and one.line.key.group == other.line.key.group)


def _taken(group: Group, exact: Exact) -> int:
    """The units of the group's next line, never of the other sign.

    A group that lost a line to a void document may be a unit off; the line after that puts it right as far as it can.
    """
    minor = group.take(exact)
    kept = max(0, minor) if exact >= 0 else min(0, minor)
    group.minor += kept - minor
    return kept


def _given_back(billed: Period, kept: Period | None) -> Period:
    """The stretch that a fall is for: what follows the part still had, else the whole part that was billed."""
    if kept is not None and billed.start <= kept.end < billed.end:
        return Period(kept.end, billed.end)
    return billed
