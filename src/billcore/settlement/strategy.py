"""How open invoices are paid from stored value: a strategy is a value, a plan a pure function.

>>> Strategy().sources
('voucher', 'balance', 'card', 'other_cards')
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

import attrs

from billcore.kernel import InvalidValue
from billcore.settlement.credit import Credit, CreditKind, burn_order
from billcore.settlement.document import Invoice

__all__ = ["InvoiceOrder", "SettlementPlan", "SourceName", "Strategy", "Use", "plan"]

SourceName: TypeAlias = Literal["voucher", "balance", "card", "other_cards"]
InvoiceOrder: TypeAlias = Literal["largest", "smallest", "oldest"]
_SOURCES: tuple[SourceName, ...] = ("voucher", "balance", "card", "other_cards")
_KINDS = {"voucher": CreditKind.VOUCHER, "balance": CreditKind.BALANCE}


def _sources(names: Iterable[SourceName]) -> tuple[SourceName, ...]:
    return tuple(names)


@attrs.frozen(kw_only=True)
class Strategy:
    """How to pay: the order of ``sources``, ``mixing`` them on one invoice, all or nothing or ``partial``.

    ``invoices`` is the order of invoices, by what is left to pay; ties by issue, then id.
    """

    sources: tuple[SourceName, ...] = attrs.field(default=_SOURCES, converter=_sources)
    mixing: bool = True
    partial: bool = False
    invoices: InvoiceOrder = "largest"

    def __attrs_post_init__(self) -> None:
        for index, name in enumerate(self.sources):
            if name not in _SOURCES or name in self.sources[:index]:
                raise InvalidValue("not a source, or named twice", place=f"sources[{index}]", value=name)
        if self.invoices not in ("largest", "smallest", "oldest"):
            raise InvalidValue("not an order of invoices", place="invoices", value=self.invoices)


@attrs.frozen
class Use:
    """So many minor units of one credit for one invoice."""

    invoice: str
    credit: str
    kind: CreditKind
    minor: int


@attrs.frozen
class SettlementPlan:
    """What to pay with what, in order."""

    uses: tuple[Use, ...] = ()


def plan(invoices: Sequence[Invoice], credits: Sequence[Credit], strategy: Strategy, at: dt.datetime) -> SettlementPlan:
    """Pay open invoices of one currency from credits of the same currency.

    Each part is at most its source; an invoice that the sources do not cover is left untouched, unless ``partial``.
    """
    left = {credit.id: credit.remaining for credit in credits if credit.usable(at)}
    by_kind = {
        name: sorted((c for c in credits if c.id in left and c.kind is kind), key=burn_order)
        for name, kind in _KINDS.items()
    }
    uses: list[Use] = []
    for invoice in sorted(invoices, key=lambda i: _rank(i, strategy.invoices)):
        if invoice.open <= 0:
            continue
        chosen = _choose(invoice.open, [by_kind.get(name, []) for name in strategy.sources], left, strategy)
        for credit, minor in chosen:
            left[credit.id] -= minor
            uses.append(Use(invoice.id, credit.id, credit.kind, minor))
    return SettlementPlan(tuple(uses))


def _rank(invoice: Invoice, order: InvoiceOrder) -> tuple[object, ...]:
    size = {"largest": -invoice.open, "smallest": invoice.open, "oldest": 0}[order]
    return (size, invoice.document.issued_at, invoice.id)


def _choose(
    amount: int, sources: list[list[Credit]], left: dict[str, int], strategy: Strategy
) -> list[tuple[Credit, int]]:
    pools = [[credit for source in sources for credit in source]] if strategy.mixing else sources
    for pool in pools:
        taken, rest = [], amount
        for credit in pool:
            part = min(rest, left[credit.id])
            if part > 0:
                taken.append((credit, part))
                rest -= part
        if rest == 0 or (strategy.partial and taken):
            return taken
    return []
