"""What promotional credit took off: all that it could in its turn, within its amount, time and scope (V6)."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from billcore.engine.known import at_issue
from billcore.engine.rows.grants import given_row
from billcore.engine.verify.cells import cell, number_cell, row_place
from billcore.engine.verify.values import Kept, Values
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Found, Violation
from billcore.kernel import rfc3339
from billcore.ports.tables import GRANT_FACT, NOTICE
from billcore.settlement import Credit, DocumentKind, Line, LineKind, charge_names, known_credits, marked
from billcore.settlement.promotion import burn

__all__ = ["check_v6"]


def check_v6(view: AccountView) -> Found:
    """A grant takes off what it is worth and no more, of what it is for alone, on dates on which it holds, in turn."""
    values = view.values
    if values is None:
        return
    given = {one.id: one for one in values.loaded.facts.grants}
    used: Counter[str] = Counter()
    lines = {line.id: line for kept in values.kept for line in kept.document.lines}
    for kept, line in values.live_lines():
        name = marked(line.coupon)
        if name is None:
            continue
        used[name] -= line.minor
        credit, place = given.get(name), f"{kept.number} {line.id}"
        if credit is None:
            yield Violation("V6", place, "no such grant was given", name)
        elif line.kind is LineKind.DISCOUNT:
            date = kept.document.billing_date
            if not credit.holds(date):
                yield Violation("V6", place, f"the grant {name} does not hold then", rfc3339(date))
            if not _for(view, credit, lines.get(line.corrects or "")):
                yield Violation("V6", place, f"the grant {name} is not for it", line.price)
    for name, minor in used.items():
        if name in given and not 0 <= minor <= given[name].amount:
            yield Violation("V6", f"{view.customer} {name}", f"it may take off 0 to {given[name].amount}", str(minor))
    yield from _given(view, tuple(given.values()))
    yield from _burnt(view, values)


def _for(view: AccountView, credit: Credit, lowered: Line | None) -> bool:
    """The line is in the grant's scope."""
    if lowered is None or lowered.key is None:
        return False
    values = view.values
    owner = None if values is None else values.lives.get(lowered.key.subscription)
    return not credit.restricted_to or not charge_names(owner, lowered.key).isdisjoint(credit.restricted_to)


def _given(view: AccountView, given: Iterable[Credit]) -> Found:
    """The rows are those of the credits, and these are in the customer's currency."""
    values = view.values
    written = {one.id: given_row(one) for one in given}
    for row in view.of(GRANT_FACT):
        name = str(cell(GRANT_FACT, row, "given"))
        if cell(GRANT_FACT, row, "kind") == "given" and row != written[name]:
            yield Violation("V6", row_place(GRANT_FACT, row), "is not as it was given", str(row))
    for one in given:
        if values is not None and one.currency != values.loaded.facts.customer.currency:
            yield Violation("V6", f"{view.customer} {one.id}", "not in the customer's currency", one.currency)
        if (one.expires is not None and one.expires <= one.created) or (one.revoked or one.created) < one.created:
            yield Violation("V6", f"{view.customer} {one.id}", "it ends before it starts", rfc3339(one.created))


def _burnt(view: AccountView, values: Values) -> Found:
    """Burnt again by what was known at issue, the grants take off each invoice what stands there.

    In the order in which documents were issued and voided, as their notices tell: what is left then is what counts.
    """
    kept = {one.document.id: one for one in values.kept if values.loaded.facts.grants}
    told = list(_told(view)) if kept else []
    if {name for name, kind in told if kind.endswith(".issued")} != kept.keys():
        return  # S5's
    used: Counter[str] = Counter()
    for name, kind in told:
        one = kept.get(name)
        if one is not None and kind.endswith(".issued"):
            yield from _as_known(values, one, used)
            used.update(_takes(one))
        elif one is not None and one.dead:
            used.subtract(_takes(one))


def _told(view: AccountView) -> Iterator[tuple[str, str]]:
    """The documents of notices, with what these tell, in order."""
    for row in sorted(view.of(NOTICE), key=lambda row: number_cell(NOTICE, row, "seq")):
        try:
            yield str(json.loads(str(cell(NOTICE, row, "body")))["document"]), str(cell(NOTICE, row, "kind"))
        except (ValueError, LookupError, TypeError):
            continue


def _takes(kept: Kept) -> Counter[str]:
    """What each grant takes off a document; less than nothing on a note that gives back."""
    found: Counter[str] = Counter()
    for line in kept.document.lines:
        if (name := marked(line.coupon)) is not None:
            found[name] -= line.minor
    return found


def _as_known(values: Values, kept: Kept, used: Counter[str]) -> Found:
    document = kept.document
    lines = [one for one in document.lines if one.kind is not LineKind.DISCOUNT and one.key and not one.key.coupon]
    if document.kind is not DocumentKind.INVOICE or not lines:
        return
    offs = [one for one in document.lines if one.kind is LineKind.DISCOUNT]
    nets = {line.id: line.minor for line in lines}
    for off in offs:
        if off.corrects in nets and marked(off.coupon) is None:
            nets[off.corrects] += off.minor
    names = [charge_names(values.lives.get(line.key.subscription), line.key) for line in lines if line.key]
    have = {(name, off.corrects): -off.minor for off in offs if (name := marked(off.coupon)) is not None}
    first: str | None = None
    for known in _known(values.loaded.facts.grants, document.issued_at):
        left = [attrs.evolve(one, remaining=one.amount - used[one.id]) for one in known]
        found = burn(left, nets.values(), names, document.billing_date)
        want: dict[tuple[str, str | None], int] = {
            (credit.id, name): minor
            for credit, minors in found
            for name, minor in zip(nets, minors, strict=True)
            if minor
        }
        if want == have:
            return
        first = first or _text(want)
    yield Violation("V6", kept.number, f"the grants that held take off {first}", _text(have))


def _text(taken: Mapping[tuple[str, str | None], int]) -> str:
    return ", ".join(f"{name} {minor} of {line}" for (name, line), minor in sorted(taken.items())) or "nothing"


def _known(grants: Sequence[Credit], issued: dt.datetime) -> Iterator[Sequence[Credit]]:
    """The grants as the run may have known them: at issue, a moment before, today, or after one of their recordings."""
    written = {at for one in grants for at in (one.recorded, one.ended) if at is not None}
    for known in (*at_issue(issued), *sorted(written)):
        seen = known_credits(grants, known)
        yield seen
        if any(one.ended == known for one in seen):  # revoked at that very instant, behind the run
            yield [attrs.evolve(one, revoked=None, ended=None) if one.ended == known else one for one in seen]
