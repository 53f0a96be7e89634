"""Snapshots and re-rating: every charge recomputed from what was known when it was issued (P4, P5, P6)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from functools import cached_property

import attrs

from billcore.engine.known import at_issue, known_by, recordings
from billcore.engine.metering import Metered
from billcore.engine.on_paper import counted_then, mode_then
from billcore.engine.verify.cells import cell, row_place
from billcore.engine.verify.values import Kept, Values
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Found, Violation
from billcore.kernel import ZERO, Exact, Rounding
from billcore.kernel import exact as ex
from billcore.lifecycle import Life, Occurrence, life, occurrences
from billcore.ports.tables import FACT, LINE, PRICE
from billcore.pricing import PriceCadence
from billcore.settlement import Charge, ChargeKey, Invoice, Line, LineKind, beside, charge, key_of

__all__ = ["check_p4", "check_p5", "check_p6"]

_MICRO = dt.timedelta(microseconds=1)


def check_p4(view: AccountView) -> Found:
    """Every order and every line names price snapshots that are there, and a line the one that its order bought."""
    bought: dict[object, set[object]] = {}
    codes: dict[object, object] = {}

    def code(name: object) -> object:
        """The code of the price of that hash; ``None`` where there is none."""
        if name not in codes:
            row = view.tx.get(PRICE, (str(name),))
            codes[name] = None if row is None else _code(str(cell(PRICE, row, "body")))
        return codes[name]

    for row in view.of(FACT):
        names = bought[cell(FACT, row, "id")] = _hashes(str(cell(FACT, row, "body")))
        for name in sorted(map(str, names)):
            if code(name) is None:
                yield Violation("P4", row_place(FACT, row), "its price snapshot is missing", name)
    for row in view.line_rows():
        item, snapshot, place = cell(LINE, row, "item"), cell(LINE, row, "snapshot"), row_place(LINE, row)
        if snapshot is not None and code(snapshot) is None:
            yield Violation("P4", place, "its price snapshot is missing", str(snapshot))
        elif (order := str(item).partition("/")[0]) in bought and (
            snapshot not in bought[order] or code(snapshot) != cell(LINE, row, "price")
        ):
            yield Violation("P4", place, "its price is not the one that its order bought", str(snapshot))


def _code(body: str) -> object:
    try:
        return json.loads(body)["with"]["code"]
    except (ValueError, LookupError, TypeError):
        return ""  # what cannot be read is the price table's


def _hashes(body: str) -> set[object]:
    try:
        said = json.loads(body)
        return {record[0] for name in ("records", "fallbacks") for record in said.get(name, ())}
    except (ValueError, LookupError, TypeError, AttributeError):
        return set()  # what cannot be read is S10's


def check_p5(view: AccountView) -> Found:
    """Rated again from snapshot and the facts known at issue, every charge is the stored one."""
    for kept, line, known in _again(view):
        asked = {"nothing" if charged is None else ex.text(charged.exact) for charged in known}
        if line.kind is LineKind.CHARGE and ex.text(line.exact) not in asked:
            message = f"the facts come to {' or '.join(sorted(asked))}"
            yield Violation("P5", f"{kept.number} {line.id}", message, ex.text(line.exact))


def check_p6(view: AccountView) -> Found:
    """The quantity of a usage line is the sum of the events accepted for its window when it was issued."""
    for kept, line, known in _again(view):
        price = view.snapshots.get(line.snapshot or "")
        if price is None or price.cadence is not PriceCadence.USAGE:
            continue
        counted = {"nothing" if charged is None else ex.text(charged.quantity) for charged in known}
        if ex.text(line.quantity) not in counted:
            message = f"the events sum to {' or '.join(sorted(counted))}"
            yield Violation("P6", f"{kept.number} {line.id}", message, ex.text(line.quantity))


def _again(view: AccountView) -> Iterator[tuple[Kept, Line, list[Charge | None]]]:
    """Lines that add, each with what its key could have cost.

    As the facts were known at issue, a moment before (somebody may have written at the same instant), or as they are
    known today; where none of these agrees, as they were after each of their recordings, because the run was given an
    instant of its own. A line that agrees with today's is not looked at again.
    """
    values = view.values
    if values is None:
        return
    for kept, line in values.live_lines():
        key = line.key
        if key is None or key.coupon is not None or not key.subscription or kept.is_note:
            continue
        today = values.wanted.get(key)
        if today is not None and (today.exact, today.quantity) == (line.exact, line.quantity):
            continue
        made = _Made(values, kept, line, key)
        then = [charged for known in at_issue(kept.document.issued_at) for charged in _charged(made, known)]
        then += [] if today is None else [today]
        if not any(_agrees(line, charged) for charged in then):
            facts = values.loaded.facts
            for known in recordings(values.tx, facts, line, line.quantity):
                then += _charged(made, known)
        yield kept, line, then or [None]


@attrs.frozen
class _Made:
    """How a line was made: its document, and those that counted before it was issued, read where they matter."""

    values: Values
    kept: Kept
    line: Line
    key: ChargeKey

    @cached_property
    def earlier(self) -> list[Invoice]:
        """Documents that counted before this one was issued."""
        found = (one.invoice for one in self.values.kept if one is not self.kept)
        return [one for one in found if counted_then(self.values.tx, one, self.kept.document)]

    @property
    def before(self) -> Exact:
        """What was billed of the key before; nothing if this is its first line."""
        return _sum(self.earlier, self.key) if self.line.nth and self.line.kind is LineKind.CHARGE else ZERO

    def mode(self, found: Life) -> Rounding:
        """How the key rounded what it is over, if anything is over others."""
        return mode_then(self.earlier, self.kept.document, self.key) if found.summing else Rounding.HALF_UP

    def capped(self, found: Life, occurrence: Occurrence, charged: Charge) -> Charge:
        """Less what a commitment's cap took off for the sake of what stands on documents, where the period is open."""
        if not (charged.open and found.summing):
            return charged
        paper = [*self.earlier, self.kept.invoice]
        left = beside(found, occurrence, charged.exact, lambda *its: _sum(paper, key_of(found, *its)), self.mode(found))
        return attrs.evolve(charged, exact=left)


def _sum(found: Iterable[Invoice], key: ChargeKey) -> Exact:
    return ex.total([line.exact for one in found for line in one.document.lines if line.key == key])


def _agrees(line: Line, charged: Charge | None) -> bool:
    """The line is what the facts come to: its quantity, and if it is the key's first its exact amount."""
    if charged is None or ex.compare(charged.quantity, line.quantity):
        return False
    return line.kind is not LineKind.CHARGE or not ex.compare(charged.exact, line.exact)


def _charged(made: _Made, known: dt.datetime) -> Iterator[Charge | None]:
    """What the key costs beyond what was billed, by the facts recorded by ``known`` and in force by its date."""
    values, key, date = made.values, made.key, made.kept.document.billing_date
    seen = known_by(values.loaded.facts, known)
    found = next((life(one, seen.customer, date) for one in seen.subscriptions if one.id == key.subscription), None)
    for item in found.charged if found is not None else ():
        if found is None or (item.order, item.record.price.code) != (key.item, key.price):
            continue
        for occurrence in occurrences(found, item, key.period.start - _MICRO):
            if occurrence.period == key.period:
                day = date if item.record.price.interim else occurrence.due
                had = charge(found, item, occurrence, Metered(values.tx, seen, known), made.mode(found), day)
                if had is not None:
                    had = made.capped(found, attrs.evolve(occurrence, item=item), had)
                    had = attrs.evolve(had, exact=ex.subtract(had.exact, made.before))
                yield had
            if occurrence.period.start >= key.period.end:
                break
