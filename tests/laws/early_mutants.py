"""Mutants of usage billed before its period ends, and of usage that no plan meters."""

from __future__ import annotations

from tests.laws.mutant import Mutant

__all__ = ["EARLY"]

_HERE = "tests/laws/test_usage_early.py::"
_SOUND = _HERE + "test_books_are_sound_whatever_is_billed_early"
_FILE = _HERE + "test_a_file_holds_what_memory_holds"
_WHOLE = _HERE + "test_bills_of_a_period_come_to_one_bill_at_its_end"
_ONCE = _HERE + "test_each_event_is_billed_by_one_price"

EARLY: tuple[Mutant, ...] = (
    Mutant(_SOUND, "engine/running.py", "            interim_since(loaded.facts, state.last_run),\n", ""),
    Mutant(
        _ONCE,
        "lifecycle/outside.py",
        "        if owner == who.subscription.id\n",
        "        if owner is not None\n",
    ),
    Mutant(
        _SOUND,
        "engine/explaining.py",
        "date = asked.document.billing_date if item.record.price.interim else occurrence.due",
        "date = occurrence.due",
    ),
    Mutant(
        _FILE,
        "adapters/sql/transaction.py",
        'text = _USAGE_SUM + (" AND subscription IS NULL" if',
        'text = _USAGE_SUM + ("" if',
    ),
    Mutant(
        _WHOLE, "settlement/interim.py", "    return charge if charge.exact >= have else", "    return charge if 1 else"
    ),
    Mutant(_WHOLE, "engine/running.py", "            interim_since(loaded.facts, state.last_run),\n", ""),
    Mutant(
        _ONCE,
        "lifecycle/outside.py",
        "    named = tuple(part for part, first in _steps(first_to_meter([who], meter), window) if first is None)",
        "    named = (window,)",
    ),
    Mutant(
        _ONCE,
        "lifecycle/outside.py",
        "        if first is None\n        for part",
        "        for part",
    ),
)
