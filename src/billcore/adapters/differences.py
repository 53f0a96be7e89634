"""Differences between catalogs and what a sync does, as text for people and as data for programs."""

from __future__ import annotations

from billcore.kernel import Exact, Rounding, currency_name, minor_units
from billcore.kernel import exact as ex
from billcore.pricing import CatalogDiff, Cost, Merged, SyncChange

__all__ = ["cost_words", "diff_text", "diff_to", "listed_amount", "listed_to", "merged_to"]


def diff_text(diff: CatalogDiff) -> str:
    """One line a difference, then one a cost that differs."""
    if not diff:
        return "no difference"
    lines = [difference.words for difference in diff.differences]
    if diff.costs:
        lines += ["", "in money:", *(f"  {cost_words(cost)}" for cost in diff.costs)]
    return "\n".join(lines)


def cost_words(cost: Cost) -> str:
    """``plans/team/seats, 10 a month: 90 -> 120 CHF (+33.3 %)``."""
    what, money = f"{cost.place}, {ex.text(cost.quantity)} x {cost.unit}", currency_name(cost.currency)
    if cost.before is None or cost.after is None:
        amount = cost.after if cost.before is None else cost.before
        return f"{what}: {'new at' if cost.before is None else 'no more at'} {_amount(amount)} {money}"
    return f"{what}: {_amount(cost.before)} -> {_amount(cost.after)} {money}{_percent(cost.before, cost.after)}"


def _amount(value: Exact | None) -> str:
    return "nothing" if value is None else ex.text(value)


def _percent(before: Exact, after: Exact) -> str:
    if not before:
        return ""
    change = ex.ratio(ex.multiply(ex.subtract(after, before), ex.whole(1000)), before)
    tenths = minor_units(change, 0, Rounding.HALF_UP)
    return f" ({'+' if tenths > 0 else '-'}{abs(tenths) // 10}.{abs(tenths) % 10} %)"


def diff_to(diff: CatalogDiff) -> dict[str, object]:
    """The difference as plain data; amounts are exact, as text."""
    return {
        "before": diff.before,
        "after": diff.after,
        "differences": [{"place": d.place, "before": d.before, "after": d.after} for d in diff.differences],
        "costs": [
            {
                "place": cost.place,
                "quantity": ex.text(cost.quantity),
                "unit": cost.unit,
                "currency": cost.currency,
                "before": None if cost.before is None else ex.text(cost.before),
                "after": None if cost.after is None else ex.text(cost.after),
            }
            for cost in diff.costs
        ],
    }


def listed_amount(cost: Cost) -> str:
    """What is asked for it."""
    return f"{_amount(cost.after)} {currency_name(cost.currency)}"


def listed_to(cost: Cost) -> dict[str, object]:
    """A price of a list as plain data; ``amount`` is exact, as text."""
    return {
        "place": cost.place,
        "quantity": ex.text(cost.quantity),
        "unit": cost.unit,
        "currency": cost.currency,
        "amount": _amount(cost.after),
    }


def merged_to(merged: Merged) -> dict[str, object]:
    """What a sync does: the places of what is created, updated and stale, and how many entries are unchanged."""
    named = {change.value: list(merged.named(change)) for change in SyncChange if change is not SyncChange.UNCHANGED}
    return {**named, "unchanged": merged.counts[2]}
