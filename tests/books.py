"""Reading the books again: what should be billed by key, recomputed, beside what the documents say."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

import attrs

from billcore.engine.accounts import usage_lookup
from billcore.kernel import ZERO, Exact
from billcore.kernel import exact as ex
from billcore.lifecycle import life
from billcore.ports import ReadTx
from billcore.settlement import Charge, ChargeKey, Document, DocumentKind, Invoice, Line, charges, one_off_charge
from tests.lives import World

__all__ = ["billed", "comparable", "forgiven", "live_lines", "wanted"]


def wanted(world: World, who: str, until: dt.datetime) -> dict[ChargeKey, Charge]:
    """What the facts ask for by a billing date, worked out from the first one on."""
    facts = world.loaded(who).facts
    lives = [life(one, facts.customer, until) for one in facts.subscriptions]

    def work(tx: ReadTx) -> list[Charge]:
        return list(charges(lives, usage_lookup(tx, facts), until, None, None))

    found = [*world.billing.session.read(work), *(one_off_charge(item) for item in facts.one_offs if item.at <= until)]
    assert len({charge.key for charge in found}) == len(found)
    return {charge.key: charge for charge in found}


def live_lines(documents: Iterable[Invoice]) -> list[tuple[Invoice, Line]]:
    """The lines that count: of documents that are not void, or void and waived."""
    return [(one, line) for one in documents if not one.void or one.waived for line in one.document.lines]


def billed(documents: Iterable[Invoice]) -> dict[ChargeKey, Exact]:
    """The exact amounts of lines of runs, by key."""
    sums: dict[ChargeKey, Exact] = defaultdict(lambda: ZERO)
    for _, line in live_lines(documents):
        if line.key is not None:
            sums[line.key] = ex.add(sums[line.key], line.exact)
    return dict(sums)


def forgiven(documents: Iterable[Invoice]) -> dict[ChargeKey, Exact]:
    """What no run may take back: credits of goodwill by the key of the line they name, and waived lines."""
    named = {line.id: line.key for _, line in live_lines(documents)}
    sums: dict[ChargeKey, Exact] = defaultdict(lambda: ZERO)
    for one, line in live_lines(documents):
        key = line.key
        if key is None and one.document.kind is DocumentKind.CREDIT_NOTE:
            key, amount = named[line.corrects or ""], ex.negate(line.exact)
        else:
            amount = line.exact if one.waived else ZERO
        if key is not None:
            sums[key] = ex.add(sums[key], amount)
    return dict(sums)


def comparable(document: Document, *, number: bool = True) -> Document:
    """The document without what depends on the instant of the run; without its number where asked."""
    base = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    kept = document.number if number else None
    return attrs.evolve(document, issued_at=base, due_at=base, number=kept)
