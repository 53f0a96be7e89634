"""What was billed: lines against facts, lines against their groups, lines against their explanations. These only read.

Each is written apart from ``billing.verify()``, plainly, so that one of the two may be wrong without the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from billcore.engine import Billing
from billcore.engine.accounts import load
from billcore.engine.metering import Metered
from billcore.engine.reading import Loaded
from billcore.engine.verify.values import key_place
from billcore.kernel import ZERO, Exact, InvariantBroken, Period, Rounding, minor_units, places
from billcore.kernel import exact as ex
from billcore.lifecycle import Life, life, occurrences
from billcore.ports import ReadTx
from billcore.settlement import (
    Charge,
    ChargeKey,
    Document,
    DocumentKind,
    Invoice,
    Modes,
    beside,
    charges,
    key_of,
    one_off_charge,
    touches,
)
from billcore.testing.laws._broken import broken, same
from billcore.testing.laws.explanations import explanation_recomputes
from billcore.testing.laws.reading import billed, customers, documents, forgiven

__all__ = [
    "asked",
    "lines_explain_themselves",
    "lines_of_a_group_sum_to_its_rounded_sum",
    "lines_sum_to_what_the_facts_ask",
    "modes",
    "waits",
]


def lines_sum_to_what_the_facts_ask(billing: Billing) -> None:
    """Law: for every key due by a customer's last run, the exact amounts of its lines sum to what the facts ask (P2).

    Only what was forgiven (goodwill, waived) is never taken back, and not given back twice. What a fact recorded since
    may have changed waits for the next run, and what falls before its period's end for that.
    """
    law = "lines sum to what the facts ask"
    for customer in customers(billing):
        found = documents(billing, customer)
        rounded = modes(billing, found)
        loaded, wanted, so_far = billing.session.read(
            lambda tx, who=customer, rounded=rounded: asked(tx, who, rounded)  # type: ignore[misc]  # a default binds the loop's value
        )
        has, floor = billed(found), forgiven(found)
        for key, who in so_far.items():
            wanted[key] = _so_far(who, key, wanted[key], has, rounded(key))
        keys: set[ChargeKey] = {*wanted, *(key for key in has if key.coupon is None)}
        for key in sorted(keys, key=str):
            want, got, least = wanted.get(key, ZERO), has.get(key, ZERO), floor.get(key, ZERO)
            kept = want < got <= least and ex.subtract(least, got) < 1
            if got != want and not kept and not waits(loaded, key.period):
                raise broken(law, key=key_place(customer, key), billed=got, asked=want, forgiven=least)


def _so_far(who: Life, key: ChargeKey, exact: Exact, has: Mapping[ChargeKey, Exact], mode: Rounding) -> Exact:
    """What is wanted of an open period: what a cap leaves beside the lines of others, no less than its own have."""
    items = (item for item in who.items if (item.order, item.record.price.code) == (key.item, key.price))
    for item in items if who.summing else ():
        seen = next(one for one in occurrences(who, item, key.period.start) if one.period == key.period)
        exact = beside(who, seen, exact, lambda *its: has.get(key_of(who, *its), ZERO), mode)
    return max(has.get(key, ZERO), exact, key=ex.fraction)


def modes(billing: Billing, found: Sequence[Invoice]) -> Modes:
    """How each key rounds what it is over: as the first document that has it, or that was made as its period ended.

    Where there is neither, as the house does now.
    """
    live = [one.document for one in found if not one.void or one.waived]
    live.sort(key=lambda one: (one.kind is DocumentKind.CREDIT_NOTE, one.billing_date, one.sequence))
    made = [one for one in live if one.kind is DocumentKind.INVOICE]

    def mode(key: ChargeKey) -> Rounding:
        having = [one for one in live if any(line.key == key for line in one.lines)][:1]
        ending = [one for one in made if one.billing_date == key.period.end][:1]
        first = min((*having, *ending), key=lambda one: one.billing_date, default=None)
        return billing.session.policy.rounding if first is None else first.rounding.mode

    return mode


def asked(tx: ReadTx, customer: str, mode: Modes) -> tuple[Loaded, dict[ChargeKey, Exact], dict[ChargeKey, Life]]:
    """What the facts ask for by the last run, worked out from the first billing date on, and whose of it is so far."""
    loaded = load(tx, customer)
    facts, until = loaded.facts, loaded.state.last_run
    if until is None:
        return loaded, {}, {}
    lives = [life(one, facts.customer, until) for one in facts.subscriptions]
    found: list[Charge] = [*charges(lives, Metered(tx, facts), until, None, None, mode)]
    found += [one_off_charge(item) for item in facts.one_offs if item.at <= until]
    exact = {charge.key: charge.exact for charge in found}
    if len(exact) < len(found):
        raise broken("a key is asked for once", keys=[key_place(customer, charge.key) for charge in found])
    owners: dict[str, Life] = {one.subscription.id: one for one in lives}
    return loaded, exact, {one.key: owners[one.key.subscription] for one in found if one.open}


def waits(loaded: Loaded, period: Period) -> bool:
    """A fact that no run has seen may change what a period costs."""
    until, marks = loaded.state.last_run, loaded.state.marks
    return until is not None and any(mark <= until and touches(period, mark) for mark in marks)


def lines_of_a_group_sum_to_its_rounded_sum(billing: Billing) -> None:
    """Law: the lines of a rounding group sum to its rounded exact sum, however it was cut (M6).

    A group of which a document was voided is left out: it is put right by its next line. One of which goodwill left
    nothing may have given back more than its lines of runs say.
    """
    law = "the lines of a group sum to its rounded sum"
    for customer in customers(billing):
        exact: dict[str, Exact] = defaultdict(lambda: ZERO)
        minor: dict[str, int] = defaultdict(int)
        forgiven: dict[str, int] = defaultdict(int)
        ways: dict[str, tuple[int, Rounding]] = {}
        voided: set[str] = set()
        groups: dict[str, str] = {}
        for one in sorted(documents(billing, customer), key=lambda one: one.document.corrects is not None):
            for line in one.document.lines:
                if line.coupon is not None:
                    continue
                if line.key is None:
                    forgiven[groups.get(line.corrects or "", "")] -= line.minor
                    continue
                name = groups[line.id] = _group_of(one.document, line.key)
                if one.void and not one.waived:
                    voided.add(name)
                forgiven[name] += line.minor if one.waived else 0
                exact[name] = ex.add(exact[name], line.exact)
                minor[name] += line.minor
                ways[name] = (places(one.document.currency), one.document.rounding.mode)
        for name in exact.keys() - voided:
            want = minor_units(exact[name], *ways[name])
            if not want < minor[name] == forgiven[name]:
                same(law, minor[name], want, customer=customer, group=name, exact=exact[name])


def _group_of(document: Document, key: ChargeKey) -> str:
    return document.corrects or document.id if document.rounding.whole_invoice else " ".join(map(str, key.group))


def lines_explain_themselves(billing: Billing) -> None:
    """Law: snapshot and facts, taken as they were known at issue, come to the exact amount of every line (P5).

    What was recorded at the very instant of a run counts as known to it, so let the clock advance between the two.
    """
    law = "lines explain themselves"
    for customer in customers(billing):
        for one in documents(billing, customer):
            for line in one.document.lines:
                try:
                    tree = billing.invoices.explain(one.id, line.id)
                except InvariantBroken as error:
                    raise broken(law, customer=customer, number=one.number, line=line.id, error=error) from error
                explanation_recomputes(tree)
                worth = tree.find("exact amount")
                same(law, worth and worth.value, line.exact, number=one.number, line=line.id)
                same(law, tree.value, ex.scaled(line.minor, places(one.document.currency)), number=one.number)
