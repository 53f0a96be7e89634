"""What promotional credit took off: never more than was granted, nor outside its time or its scope (V6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from billcore.engine.rows.grants import given_row
from billcore.engine.verify.cells import cell, row_place
from billcore.engine.verify.view import AccountView
from billcore.engine.verify.violation import Found, Violation
from billcore.kernel import rfc3339
from billcore.ports.tables import GRANT_FACT
from billcore.settlement import Credit, Line, LineKind, charge_names, marked

__all__ = ["check_v6"]


def check_v6(view: AccountView) -> Found:
    """A grant takes off no more than it is worth, of what it is for alone, on no billing date that it does not hold."""
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
