"""Mutants of what holds where the features meet (see ``mutants.py``)."""

from __future__ import annotations

from tests.laws.mutant import Mutant

__all__ = ["TOGETHER"]

LAWS = "tests/laws/test_together.py::"

TOGETHER: tuple[Mutant, ...] = (
    Mutant(
        LAWS + "test_all_features_together_keep_the_books",
        "engine/nouns/invoices.py",
        "if state.marks and state.marks[0] <= date:\n"
        "                    due = state.marks[0] if state.next_due is None else min(state.next_due, state.marks[0])\n",
        "if state.marks:\n                    due = state.marks[0]\n",
    ),
    Mutant(
        LAWS + "test_all_features_together_keep_the_books",
        "settlement/discounts.py",
        "            self._nth(rise.charge.key)  # the line's own: discounts of its key are counted on from there\n",
        "            pass\n",
    ),
    Mutant(
        LAWS + "test_with_all_features_a_preview_is_the_run",
        "engine/nouns/invoices.py",
        "for invoice in invoices_of(tx, customer) if invoice.id not in before])",
        "for invoice in invoices_of(tx, customer) if invoice.open])",
    ),
    Mutant(
        LAWS + "test_all_features_in_several_runs_and_in_one",
        "engine/running.py",
        "promotional=promotional_at(tx, loaded.facts, date)",
        "promotional=promotional_at(tx, loaded.facts, at)",
    ),
    Mutant(
        LAWS + "test_what_was_committed_is_owed_beside_all_else",
        "settlement/counted.py",
        "        return max(ZERO, ex.subtract(ex.scaled(most, self.part.places), self.exact))",
        "        return exact",
    ),
    Mutant(
        LAWS + "test_what_was_committed_is_owed_beside_all_else",
        "settlement/counted.py",
        "            self.exact = ex.add(self.exact, cost(item, seen) or ZERO)\n",
        "",
    ),
    Mutant(
        LAWS + "test_early_bills_do_not_decide_what_all_comes_to",
        "engine/running.py",
        "            interim_since(loaded.facts, state.last_run),\n",
        "",
    ),
    Mutant(
        LAWS + "test_another_rounding_later_moves_nothing",
        "engine/verify/values.py",
        "lambda key: billed.mode(key, policy.rounding)",
        "lambda key: policy.rounding",
    ),
    Mutant(
        LAWS + "test_all_features_are_alike_in_both_stores",
        "adapters/sql/transaction.py",
        'text = _USAGE_SUM + (" AND subscription IS NULL" if',
        'text = _USAGE_SUM + ("" if',
    ),
)
