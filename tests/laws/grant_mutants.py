"""Mutants of promotional credit, credit units and own currencies (see ``mutants.py``)."""

from __future__ import annotations

from tests.laws.mutant import Mutant

__all__ = ["GRANTS"]

LIVES = "tests/laws/test_grants.py::"
UNITS = "tests/pricing/test_units.py::"

GRANTS = (
    Mutant(
        LIVES + "test_grants_never_take_off_more_than_was_given",
        "settlement/promotion.py",
        "remaining=one.remaining + _given_back(one, moved.falls)",
        "remaining=one.amount",
    ),
    Mutant(
        LIVES + "test_grants_never_take_off_more_than_was_given",
        "settlement/promotion.py",
        "[rise.net for rise in rises]",
        "[rise.minor for rise in rises]",
    ),
    Mutant(
        LIVES + "test_grants_never_take_off_more_than_was_given",
        "engine/grants.py",
        "[one for one in facts.grants if one.holds(date)])",
        "[one for one in facts.grants if one.holds(date) and one.priority < 1])",
    ),
    Mutant(
        LIVES + "test_grants_are_used_once",
        "engine/nouns/invoices.py",
        "for invoice in invoices_of(tx, customer) if invoice.id not in before])",
        "for invoice in invoices_of(tx, customer) if invoice.open])",
    ),
    Mutant(
        LIVES + "test_grants_in_several_runs_and_in_one",
        "engine/running.py",
        "promotional=promotional_at(tx, loaded.facts, date)",
        "promotional=promotional_at(tx, loaded.facts, at)",
    ),
    Mutant(
        LIVES + "test_grants_are_alike_in_both_stores",
        "adapters/sql/statements.py",
        '    return f"{column} IS NULL" if null else f"{column} = ?"',
        '    return f"{column} IS NOT NULL" if null else f"{column} = ?"',
    ),
    Mutant(
        UNITS + "test_credits_cost_what_the_same_price_in_money_does",
        "pricing/rating.py",
        "    return Rating(change(rating.amount), rating.quantity, steps)",
        "    return Rating(rating.amount, rating.quantity, steps)",
    ),
    Mutant(
        UNITS + "test_catalogs_with_units_read_back",
        "adapters/serialization/writer.py",
        '{**data, "currency": unit.code}',
        '{"currency": unit.code, **data}',
    ),
    Mutant(
        UNITS + "test_own_amounts_read_back",
        "kernel/currency.py",
        "    return Currency(found[0], int(found[2]), found[1], None, None, None)",
        "    return Currency(found[0], 2, found[1], None, None, None)",
    ),
)
