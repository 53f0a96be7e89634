"""The values that an account's rows were written from, and what its facts ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from billcore.engine.metering import Metered
from billcore.engine.reading import UNREADABLE, Loaded
from billcore.engine.rows.documents import invoice_of
from billcore.engine.verify.cells import cell, number_cell
from billcore.kernel import ZERO, Exact, Period
from billcore.lifecycle import Life, life, occurrences
from billcore.ports import ReadTx, Row
from billcore.ports.tables import (
    DOCUMENT,
)
from billcore.settlement import (
    Billed,
    Charge,
    ChargeKey,
    Costs,
    Coupons,
    Credit,
    Document,
    DocumentKind,
    Invoice,
    Line,
    Modes,
    Policy,
    UsageLookup,
    charge,
    key_of,
    not_below,
    one_off_charge,
    open_charge,
    open_period_of,
    touches,
    within_cap,
)

__all__ = ["UNREADABLE", "Kept", "Values", "key_place", "values_of"]


def key_place(customer: str, key: ChargeKey) -> str:
    """Where a charge key is: its customer, then its parts."""
    return f"{customer} {key.subscription or 'item'} {key.item} {key.price} {key.period}"


@attrs.frozen(kw_only=True)
class Kept:
    """A document as it was issued, beside what its row says of it."""

    invoice: Invoice
    net: int
    tax: int
    total: int
    hash: str
    state: str
    credited: int
    settled: int
    open: int

    @classmethod
    def of(cls, row: Row, lines: Iterable[Row], payments: Iterable[Row]) -> Kept:
        """The document of these rows."""
        return cls(
            invoice=invoice_of(row, lines, payments),
            net=number_cell(DOCUMENT, row, "net"),
            tax=number_cell(DOCUMENT, row, "tax"),
            total=number_cell(DOCUMENT, row, "total"),
            hash=str(cell(DOCUMENT, row, "hash")),
            state=str(cell(DOCUMENT, row, "state")),
            credited=number_cell(DOCUMENT, row, "credited"),
            settled=number_cell(DOCUMENT, row, "settled"),
            open=number_cell(DOCUMENT, row, "open"),
        )

    @property
    def document(self) -> Document:
        """What was issued."""
        return self.invoice.document

    @property
    def number(self) -> str:
        """Its number, which names it in a violation."""
        return str(self.document.number)

    @property
    def is_note(self) -> bool:
        """It falls."""
        return self.document.kind is DocumentKind.CREDIT_NOTE

    @property
    def dead(self) -> bool:
        """Void, and to be billed again."""
        return self.invoice.void and not self.invoice.waived


@attrs.frozen(kw_only=True)
class Values:
    """The values of an account's rows, and what its facts ask for by its last run.

    ``wanted`` is what each key costs, whatever was billed; ``asked`` is what a run leaves billed.
    """

    loaded: Loaded
    kept: tuple[Kept, ...]
    credits: tuple[Credit, ...]
    lives: Mapping[str, Life]
    billed: Billed
    wanted: Mapping[ChargeKey, Charge]
    coupons: Coupons
    usage: UsageLookup
    tx: ReadTx
    policy: Policy

    @property
    def customer(self) -> str:
        """The customer's id."""
        return self.loaded.account.customer

    @property
    def until(self) -> dt.datetime | None:
        """The last billing date that was processed."""
        return self.loaded.state.last_run

    def pending(self, period: Period) -> bool:
        """A fact that no run has seen yet may change what the period costs."""
        until, marks = self.until, self.loaded.state.marks
        return until is not None and bool(marks) and marks[0] <= until and touches(period, marks[0])

    def asked(self, key: ChargeKey) -> Exact:
        """What should have been billed under a key: of a period that is open no less than was, for that waits."""
        found = self.wanted.get(key)
        if found is None or self.until is None:
            return ZERO
        return self._so_far(found, self.until) if found.open else found.exact

    def _so_far(self, one: Charge, date: dt.datetime) -> Exact:
        """What a run wants of an open period: no less than was billed, and what a cap leaves beside other lines."""
        owner, key, billed = self.lives[one.key.subscription], one.key, self.billed
        exact, seen = not_below(one, billed).exact, open_period_of(owner, key, date) if owner.summing else None
        if seen is None:
            return exact
        have, mode = billed.sum(key), billed.mode(key, self.policy.rounding)
        return within_cap(owner, seen, exact, have, lambda *its: billed.sum(key_of(owner, *its)), mode)

    def live_lines(self) -> Iterator[tuple[Kept, Line]]:
        """The lines of documents that count."""
        return ((kept, line) for kept in self.kept if not kept.dead for line in kept.document.lines)


def _charges(lives: Iterable[Life], usage: UsageLookup, until: dt.datetime, modes: Modes) -> Iterator[Charge]:
    """Every charge that was due by an instant, since the beginning."""
    costs = Costs()
    for one in lives:
        for item in one.charged:
            for occurrence in occurrences(one, item):
                if occurrence.due > until:
                    break
                mode = modes(key_of(one, item, occurrence))
                if (found := charge(one, occurrence.item, occurrence, usage, mode, None, costs)) is not None:
                    yield found
            if item.record.price.interim:
                found = open_charge(one, item, usage, until, modes, costs)
                if found is not None:
                    yield found


def values_of(tx: ReadTx, policy: Policy, loaded: Loaded, kept: Sequence[Kept], held: Sequence[Credit]) -> Values:
    """What the rows of an account come to; raises one of ``UNREADABLE`` where they come to nothing."""
    facts, until = loaded.facts, loaded.state.last_run
    facts.customer.profile(facts.customer.created)  # a customer has one, always
    usage, billed = Metered(tx, facts), Billed.of(one.invoice for one in kept)
    lives: dict[str, Life] = {}
    wanted: dict[ChargeKey, Charge] = {}
    if until is not None:
        lives = {one.id: life(one, facts.customer, until) for one in facts.subscriptions}
        found = _charges(lives.values(), usage, until, lambda key: billed.mode(key, policy.rounding))
        wanted = {charged.key: charged for charged in found}
        wanted |= {one.key: one for one in map(one_off_charge, facts.one_offs) if one.due <= until}
    return Values(
        loaded=loaded,
        kept=tuple(kept),
        credits=tuple(held),
        lives=lives,
        billed=billed,
        wanted=wanted,
        coupons=Coupons.of(facts),
        usage=usage,
        tx=tx,
        policy=policy,
    )
