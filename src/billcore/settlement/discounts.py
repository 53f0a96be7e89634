"""What coupons do to a difference: they lower what adds, fall with what falls, and follow their own facts.

The lines of charges are there already; here each gets what its coupons take off or give back (docs/decisions/0003).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import attrs

from billcore.kernel import ZERO, Exact, minor_units
from billcore.kernel import exact as ex
from billcore.pricing import HeldCoupon, exact_offs, paper_offs
from billcore.settlement.billed import Billed, BilledLine, BilledOff
from billcore.settlement.coupons import Coupons
from billcore.settlement.difference import ReasonLookup
from billcore.settlement.document import LineKind
from billcore.settlement.key import ChargeKey
from billcore.settlement.moves import Difference, Fall, Fallen, Off, Rise, RoundingGroup
from billcore.settlement.wanted import Charge

__all__ = ["discount"]

_NOTHING: tuple[Exact, int] = (ZERO, 0)


def discount(
    moved: Difference,
    wanted: Iterable[Charge],
    vanished: Iterable[ChargeKey],
    coupons: Coupons,
    billed: Billed,
    rounding: RoundingGroup,
    reason: ReasonLookup,
    date: dt.datetime,
) -> None:
    """Put what coupons take off and give back into the difference of a billing date's charges."""
    work = _Discounts(moved, coupons, billed, rounding, reason, date)
    rising = {rise.charge.key for rise in moved.rises}
    work.lower(tuple(moved.rises))
    for charge in wanted:
        key = charge.key
        if billed.latest.get(key, date) <= date and key in billed.entries:
            work.follow(key, billed.sum(key) if key in rising else charge.exact)
    for key in vanished:
        if billed.latest[key] <= date:
            work.follow(key, ZERO)


@attrs.define
class _Discounts:
    moved: Difference
    coupons: Coupons
    billed: Billed
    rounding: RoundingGroup
    reason: ReasonLookup
    date: dt.datetime
    given: dict[ChargeKey, list[ChargeKey]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for name in self.billed.given:
            self.given.setdefault(name.charge, []).append(name)

    def lower(self, rises: Sequence[Rise]) -> None:
        """What coupons take off the lines that add."""
        for rise in rises:
            self._nth(rise.charge.key)  # the line's own: discounts of its key are counted on from there
        held = [{one.code: one for one in self.coupons.held(rise.charge.key)} for rise in rises]
        if not any(held):
            return
        pots = self.coupons.pots([rise.charge.key for rise in rises], self.billed, self.rounding.places)
        groups = [self.coupons.groups(rise.charge.key) for rise in rises]
        lines = [(rise.minor, group) for rise, group in zip(rises, groups, strict=True)]
        for rise, known, group, used in zip(
            rises, held, groups, paper_offs(lines, pots, self.rounding.mode), strict=True
        ):
            minors = dict(used)
            amounts = {
                code: ex.scaled(minor, self.rounding.places)
                for code, minor in minors.items()
                if known[code].coupon.amount is not None
            }
            exact = exact_offs(group, rise.exact, amounts)
            rise.offs = tuple(
                self._off(rise.charge.key, one, exact[one.code], minors.get(one.code, 0))
                for member in group
                for one in member
                if exact.get(one.code)
            )

    def _off(self, key: ChargeKey, one: HeldCoupon, exact: Exact, minor: int) -> Off:
        if one.coupon.percent is None:
            return Off(one.code, one.coupon.title, exact, minor)
        return Off(one.code, one.coupon.title, exact, minor, attrs.evolve(key, coupon=one.code), self._nth(key))

    def _nth(self, key: ChargeKey) -> int:
        """The next ordinal of a charge's key, whose discounts count in it."""
        nth = self.billed.counts.get(key, 0)
        self.billed.counts[key] = nth + 1
        return nth

    def follow(self, key: ChargeKey, want: Exact) -> None:
        """What coupons should have taken off what stays billed under a key, less what they did.

        A percentage that took too much gives back with the lines that fall, and what is left of that on the next
        invoice; what it should have taken beyond what it did is credited on the lines that it should have lowered.
        """
        billed, entries = self.billed, self.billed.entries[key]
        given = self.given.get(key, ())
        if not self.coupons.held(key) and not any(billed.offs.get(entry.line.id) for entry in entries):
            return
        asked = self.coupons.offs(key, max(want, billed.waived.get(key, ZERO)), billed)
        fallen = [found for entry in reversed(entries) if (found := self.moved.fallen.get(entry.line.id)) is not None]
        back: dict[int, Exact] = {}
        for name in given:
            over = ex.subtract(billed.given[name][0], asked.get(name.coupon or "", ZERO))
            offs = [off for one in fallen for off in billed.offs.get(one.entry.line.id, ()) if off.line.key == name]
            for off in offs:
                over = ex.subtract(over, _take(off, over, back))
        for one in fallen:
            self._bound(one, back)
        if key in billed.waived:
            return  # nothing more is asked for it, nor given back
        self._settle(key, asked, dict.fromkeys((*asked, *(name.coupon or "" for name in given))))

    def _settle(self, key: ChargeKey, asked: Mapping[str, Exact], codes: Iterable[str]) -> None:
        """What no line that fell explains: coupons that count for more of what is billed, and for less."""
        more: dict[ChargeKey, Exact] = {}
        less: dict[ChargeKey, Exact] = {}
        for code in codes:
            name = attrs.evolve(key, coupon=code)
            gap = ex.subtract(asked.get(code, ZERO), self.billed.given.get(name, _NOTHING)[0])
            if gap > 0:
                more[name] = gap
            elif gap < 0:
                less[name] = ex.negate(gap)
        for name in more:
            for entry in reversed(self.billed.lifted.get(name, [])):
                self._credit(entry, name, more, entry.exact_left, entry.minor_left)
        for entry in reversed(self.billed.entries[key]):
            self._exchange(entry, more, less)
        for name, gap in less.items():
            if gap > 0:
                self._lift(name, gap)

    def _exchange(self, entry: BilledLine, more: dict[ChargeKey, Exact], less: dict[ChargeKey, Exact]) -> None:
        """Lower a line by what coupons should have taken off it, those making room that should have taken less.

        Nothing makes room for nothing: goodwill is whole units, and may leave a line less than its discounts.
        """
        if ex.total(more.values()) <= 0:
            return
        offs = tuple(self.billed.offs.get(entry.line.id, ()))
        room = ex.subtract(entry.exact_left, ex.total(off.exact_left for off in offs))
        back: dict[int, Exact] = {}
        for off in offs:
            name, needed = off.line.key, ex.subtract(ex.total(more.values()), room)
            if name is None:  # an amount: it stays as long as the line can carry it
                room = ex.add(room, _take(off, needed, back))
            elif less.get(name, ZERO) > 0:
                part = _take(off, min(less[name], needed), back)
                less[name], room = ex.subtract(less[name], part), ex.add(room, part)
        aims = {id(off): max(0, off.minor_left - self._rounded(off.exact_left)) for off in offs if id(off) in back}
        units = entry.minor_left - sum(off.minor_left - aims.get(id(off), 0) for off in offs)
        lowered, why = 0, self.reason(entry.line.key) if entry.line.key is not None else ""
        for name in more:
            exact, minor = self._credit(entry, name, more, room, units - lowered)
            room, lowered = ex.subtract(room, exact), lowered + minor
        for off in offs:
            if id(off) in back:
                minor = min(aims[id(off)], lowered)
                lowered -= minor
                self._return(off, back[id(off)], minor, Fallen(entry, ZERO, minor, why))

    def _rounded(self, exact: Exact) -> int:
        return minor_units(exact, self.rounding.places, self.rounding.mode)

    def _bound(self, one: Fallen, back: dict[int, Exact]) -> None:
        """Give back what fell with a line, never more than fell, and all that the rest of the line cannot carry."""
        entry, offs = one.entry, self.billed.offs.get(one.entry.line.id, [])
        excess = ex.subtract(ex.total(off.exact_left for off in offs), entry.exact_left)
        for off in reversed(offs):
            excess = ex.subtract(excess, _take(off, excess, back))
        budget = one.minor
        minors: dict[int, int] = {}
        for off in reversed(offs):
            if id(off) in back:
                aim = off.minor_left - self._rounded(off.exact_left)
                minors[id(off)] = max(0, min(aim, budget, off.minor_left))
                budget -= minors[id(off)]
        for off in reversed(offs):
            left = sum(other.minor_left - minors.get(id(other), 0) for other in offs)
            more = min(max(0, left - entry.minor_left), budget, off.minor_left - minors.get(id(off), 0))
            if more > 0:
                minors[id(off)] = minors.get(id(off), 0) + more
                budget -= more
        for off in offs:
            exact, minor = back.get(id(off), ZERO), minors.get(id(off), 0)
            if exact or minor:
                self._return(off, exact, minor, one)

    def _return(self, off: BilledOff, exact: Exact, minor: int, one: Fallen) -> None:
        off.minor_left -= minor
        key, nth = off.line.key, None
        if key is not None:
            nth = self._nth(key.charge)
            self._give(key, ex.negate(exact), -minor)
        line = attrs.evolve(
            off.line,
            id="",
            kind=LineKind.ADJUSTMENT,
            exact=exact,
            minor=minor,
            nth=nth,
            corrects=off.line.id,
            reason=one.reason,
        )
        self.moved.falls.append(Fall(line, one.entry.document))

    def _give(self, name: ChargeKey, exact: Exact, minor: int) -> None:
        had, units = self.billed.given.get(name, _NOTHING)
        self.billed.given[name] = (ex.add(had, exact), units + minor)

    def _credit(
        self, entry: BilledLine, name: ChargeKey, more: dict[ChargeKey, Exact], most: Exact, units: int
    ) -> tuple[Exact, int]:
        """Lower a line by what a coupon should have taken off it, as far as there is room; by how much it was."""
        exact = min(more[name], most)
        if exact <= 0:
            return (ZERO, 0)
        more[name] = ex.subtract(more[name], exact)
        had, given = self.billed.given.get(name, _NOTHING)
        minor = max(0, min(self._rounded(ex.add(had, exact)) - given, units))
        line, lifted = entry.line, entry.line.coupon is not None
        if lifted:
            entry.exact_left, entry.minor_left = ex.subtract(entry.exact_left, exact), entry.minor_left - minor
        note = attrs.evolve(
            line,
            id="",
            kind=LineKind.ADJUSTMENT,
            description=self._title(name),
            exact=ex.negate(exact),
            minor=-minor,
            tax=0,
            key=name,
            nth=self._nth(name.charge),
            corrects=line.id,
            reason=self.reason(name.charge),
            coupon=name.coupon,
        )
        self._give(name, exact, minor)
        self.moved.falls.append(Fall(note, entry.document))
        return (exact, minor)

    def _title(self, name: ChargeKey) -> str:
        held = (one.coupon.title for one in self.coupons.held(name.charge) if one.code == name.coupon)
        return next(held, name.coupon or "")

    def _lift(self, name: ChargeKey, gap: Exact) -> None:
        """A coupon counts for less of what is billed: a line that adds, naming the last discount it takes back."""
        entries = self.billed.entries[name.charge]
        offs = [off.line for entry in entries for off in self.billed.offs.get(entry.line.id, ())]
        line = next((line for line in reversed(offs) if line.key == name and line.id), None)
        if line is None:
            return
        exact, given = self.billed.given[name]
        left = self._rounded(ex.subtract(exact, gap))
        charge = Charge(name, gap, line.quantity, line.part, self.date, line.description, "", advance=False)
        self.moved.rises.append(
            Rise(
                charge,
                LineKind.ADJUSTMENT,
                gap,
                max(0, given - left),
                line.rate,
                self._nth(name.charge),
                line.id,
                self.reason(name.charge),
                line.snapshot,
            )
        )


def _take(off: BilledOff, most: Exact, back: dict[int, Exact]) -> Exact:
    """Take so much of what is left of a discount, at most all of it; ``back`` sums what was taken."""
    part = min(most, off.exact_left)
    if part <= 0:
        return ZERO
    off.exact_left = ex.subtract(off.exact_left, part)
    back[id(off)] = ex.add(back.get(id(off), ZERO), part)
    return part
