"""Explaining a line: its amount recomputed from snapshot and facts, as a tree, and checked against the line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import chain

import attrs

from billcore.engine.accounts import invoices_of, load
from billcore.engine.explained_discount import explain_discount
from billcore.engine.explained_sum import explain_over
from billcore.engine.known import at_issue, known_by, recordings
from billcore.engine.lookup import invoice_at, line_of_document
from billcore.engine.metering import Metered
from billcore.engine.on_paper import counted_then, mode_then, voided_by
from billcore.engine.rounded import EXACT, rounded_with_group
from billcore.engine.session import Session
from billcore.kernel import Exact, InvariantBroken, Period, Rounding
from billcore.kernel import exact as ex
from billcore.lifecycle import Life, Occurrence, allowance, life, occurrences
from billcore.ports import ReadTx
from billcore.pricing import (
    About,
    Explanation,
    Price,
    PriceCadence,
    explain_cap,
    explain_rating,
    leaf,
    rating_by,
    share,
    shortfall,
    time_amount,
)
from billcore.settlement import (
    AccountFacts,
    ChargeKey,
    Document,
    Invoice,
    Line,
    LineKind,
    UsageLookup,
    beside,
    charge,
    key_of,
    uncapped,
    used,
)

__all__ = ["explain_line"]


def explain_line(tx: ReadTx, session: Session, number: str, name: str | int) -> Explanation:
    """The tree of a line: rounding with its group, then the exact amount, then what it is made of.

    Facts are taken as they were known when the document was issued; where they do not come to the line's exact amount,
    as they are known today, or as they were after one of their recordings, for the run was given an instant of its own.
    Raises ``InvariantBroken`` (P5) where none of these trees comes to it.
    """
    document = invoice_at(tx, session.policy.issuer, number).document
    line = line_of_document(document, name)
    live: tuple[Invoice, ...] = ()
    if line.kind is LineKind.DISCOUNT:
        tree = _first(explain_discount(tx, document, line, load(tx, document.customer).facts), line)
    elif line.key is None or line.coupon is not None:
        tree = _given(line)
    else:
        asked = _Asked.of(tx, document, line, line.key)
        tree, live = asked.tree(), asked.live
    if not _comes_to(tree, line):
        raise InvariantBroken(
            "P5: the facts do not come to the line's amount",
            place=f"{document.number} {line.id}",
            value=f"{ex.text(tree.recompute())} is not {ex.text(line.exact)}",
        )
    return rounded_with_group(tree, document, line, live).numbered()


def _comes_to(tree: Explanation, line: Line) -> bool:
    return not ex.compare(tree.recompute(), line.exact) and not ex.compare(tree.value, line.exact)


def _first(trees: Iterator[Explanation], line: Line) -> Explanation:
    """The first tree that comes to the line's amount; else the first."""
    first = next(trees)
    return next((tree for tree in chain([first], trees) if _comes_to(tree, line)), first)


def _given(line: Line) -> Explanation:
    return leaf(EXACT, line.exact, about=_because(line.reason) | ({"corrects": line.corrects} if line.corrects else {}))


def _because(reason: str | None) -> dict[str, About]:
    return {"reason": reason} if reason else {}


@attrs.frozen
class _Asked:
    """What to explain: a line of a document, the facts as they are today, and the documents that counted then."""

    tx: ReadTx
    document: Document
    line: Line
    key: ChargeKey
    facts: AccountFacts
    live: tuple[Invoice, ...]
    mode: Rounding

    @classmethod
    def of(cls, tx: ReadTx, document: Document, line: Line, key: ChargeKey) -> _Asked:
        """Read what is needed."""
        live = tuple(found for found in invoices_of(tx, document.customer) if counted_then(tx, found, document))
        facts = load(tx, document.customer).facts
        return cls(tx, document, line, key, facts, live, mode_then(live, document, key))

    def paper(self, key: ChargeKey) -> Exact:
        """What stands on the documents that counted then, this one included."""
        return ex.total([line.exact for one in self.live for line in one.document.lines if line.key == key])

    def tree(self) -> Explanation:
        """The first tree that comes to the line's amount; else that of what was known at issue."""
        return _first(map(self._keyed, self._moments()), self.line)

    def _moments(self) -> Iterator[dt.datetime | None]:
        """When the run may have looked, the likelier first; ``None`` is today."""
        yield from at_issue(self.document.issued_at)
        yield None
        # The line of a note has the quantity of the line that it corrects.
        note = self.document.corrects is not None
        yield from recordings(self.tx, self.facts, self.line, None if note else self.line.quantity)

    def _keyed(self, known: dt.datetime | None) -> Explanation:
        """What the key asked for, by the facts recorded by ``known`` or by all, less what other lines have of it."""
        line, key = self.line, self.key
        wanted = _wanted(self, known)
        others = [
            (other, found)
            for found in self.live
            for other in found.document.lines
            if other.key == key and other.id != line.id
        ]
        kept = _forgiven(self.tx, self.live, key, self.document) if line.exact <= 0 else ex.ZERO
        if wanted.value < kept:
            more = leaf("forgiven, so not taken back", ex.subtract(kept, wanted.value))
            wanted = Explanation("what stays", kept, "sum", (wanted, more))
        if not others:
            return attrs.evolve(wanted, label=EXACT)
        parts = tuple(
            leaf("billed on", other.exact, about={"document": found.number or found.id, "line": other.id})
            for other, found in others
        )
        value = ex.subtract(wanted.value, ex.total([other.exact for other, _ in others]))
        return Explanation(EXACT, value, "remainder", (wanted, *parts), about=_because(line.reason))


def _forgiven(tx: ReadTx, live: Sequence[Invoice], key: ChargeKey, document: Document) -> Exact:
    """What goodwill had credited on the key's lines, and what was waived, before the document was issued."""
    named = {line.id for found in live for line in found.document.lines if line.key == key}
    given = [
        ex.negate(line.exact) if line.key is None else line.exact
        for found in live
        for line in found.document.lines
        if (line.key is None and line.coupon is None and line.corrects in named)
        or (line.key == key and found.waived and voided_by(tx, found, document.issued_at))
    ]
    return ex.total(given)


def _wanted(asked: _Asked, at: dt.datetime | None) -> Explanation:
    facts, key, line = asked.facts, asked.key, asked.line
    if not key.subscription:
        once = next(once for once in facts.one_offs if once.id == key.item)
        return leaf("asked by the facts", once.amount, about={"added": once.at})
    known = facts if at is None else known_by(facts, at)
    subscription = next((one for one in known.subscriptions if one.id == key.subscription), None)
    if subscription is None:
        return leaf("not known yet", ex.ZERO)
    found = life(subscription, known.customer, asked.document.billing_date)
    usage = Metered(asked.tx, known, at)
    for item in found.charged:
        if item.order != key.item or item.record.price.code != key.price:
            continue
        for occurrence in occurrences(found, item, key.period.start - dt.timedelta(microseconds=1)):
            if occurrence.period == key.period:
                date = asked.document.billing_date if item.record.price.interim else occurrence.due
                made = charge(found, item, occurrence, usage, asked.mode, date)
                exact = ex.ZERO if made is None else made.exact
                if made is not None and made.open and found.summing:
                    exact = beside(found, occurrence, exact, lambda *its: asked.paper(key_of(found, *its)), asked.mode)
                return _occurrence(found, attrs.evolve(occurrence, item=item), usage, exact, asked.mode, date)
            if occurrence.period.start > key.period.end:
                break
    return leaf("no longer had", ex.ZERO, about=_because(line.reason))


def _occurrence(
    found: Life, occurrence: Occurrence, usage: UsageLookup, exact: Exact, mode: Rounding, date: dt.datetime
) -> Explanation:
    """The amount of one billing period of one item: what it costs, and what a commitment's cap leaves of that."""
    if not found.summing:
        return _cost(found, occurrence, usage, exact, mode, date)
    whole = uncapped(found, occurrence.item, occurrence, usage, mode, date)
    worth = ex.ZERO if whole is None else whole.exact
    return explain_cap(_cost(found, occurrence, usage, worth, mode, date), exact)


def _cost(
    found: Life, occurrence: Occurrence, usage: UsageLookup, exact: Exact, mode: Rounding, date: dt.datetime
) -> Explanation:
    """What it costs, part by part."""
    record, item = occurrence.item.record, occurrence.item
    price = record.price
    about: dict[str, About] = {"price": price.code, "order": item.order, "period": occurrence.part}
    catalog = next((o.catalog for o in found.subscription.orders if o.id == item.ordered), None)
    about |= {"catalog": catalog} if catalog else {}
    if price.cadence is PriceCadence.USAGE:
        had = used(found, occurrence, usage, date)
        if had is None:
            return leaf("nothing used", ex.ZERO, about=about)
        measured = None if price.window is not None else had.quantity
        about["period"] = had.window
        tree = explain_rating(
            had.rating,
            "usage",
            model=had.price.model,
            quantity=measured,
            allowance=allowance(found, occurrence),
            meter=price.meter or "",
            events=had.total.count,
        )
        return Explanation("asked by the facts", exact, "sum", (tree,), about=about)
    if price.cadence is PriceCadence.ONCE:
        return Explanation("asked by the facts", exact, "sum", (_rated(price, record.quantity),), about=about)
    if price.sum_of:
        return explain_over(found, occurrence, usage, mode, about)
    parts = [_part(occurrence, *segment) for segment in item.quantities.segments(occurrence.part)]
    missing = shortfall(price, item.start, item.end) if occurrence.part.end == item.end else 0
    if missing:
        held = item.quantities.segments(occurrence.part)[-1][1]
        parts.append(leaf("up to the minimum duration", time_amount(price, held, missing)))
    return Explanation("asked by the facts", exact, "sum", tuple(parts), about=about)


def _rated(price: Price, quantity: Exact) -> Explanation:
    return explain_rating(rating_by(price.model, quantity), model=price.model, quantity=quantity)


def _part(occurrence: Occurrence, part: Period, quantity: Exact) -> Explanation:
    """The stretch in which one quantity was had: its rated amount, times its hours or its share of the period."""
    price = occurrence.item.record.price
    rated = _rated(price, quantity)
    if price.per is not None:
        weight, over = part.micros, price.per.seconds * 1_000_000
        label, measure = f"{price.per.name}s", "second"
    else:
        weight, over = share(price.proration, part, occurrence.period, occurrence.zone)
        label, measure = "share of the period", price.proration.value
    passed, of = leaf("passed", ex.whole(weight), kind="number"), leaf("of", ex.whole(over), kind="number")
    value = ex.ratio(passed.value, over)
    portion = Explanation(label, value, "ratio", (passed, of), kind="number", about={"measure": measure})
    return Explanation("part", ex.multiply(rated.value, value), "product", (rated, portion), about={"period": part})
