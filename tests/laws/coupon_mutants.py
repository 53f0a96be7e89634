"""Mutants of coupons in billing, for the laws of docs/decisions/0003 (see ``mutants.py``)."""

from __future__ import annotations

from tests.laws.mutant import Mutant

__all__ = ["COUPONS"]

LAWS = "tests/laws/test_coupons.py::"

COUPONS = (
    Mutant(
        LAWS + "test_a_line_and_its_discounts_are_never_below_zero",
        "settlement/discounts.py",
        "        for one in fallen:\n            self._bound(one, back)\n",
        "",
    ),
    Mutant(
        LAWS + "test_a_line_and_its_discounts_are_never_below_zero",
        "settlement/nets.py",
        "found[line.id] = found.get(line.corrects, line.corrects)",
        "found[line.id] = line.corrects",
    ),
    Mutant(
        LAWS + "test_percentages_follow_the_facts",
        "settlement/discounts.py",
        "                more[name] = gap",
        "                pass",
    ),
    Mutant(
        LAWS + "test_percentages_follow_the_facts",
        "settlement/discounts.py",
        "                self._lift(name, gap)",
        "                pass",
    ),
    Mutant(
        LAWS + "test_percentages_follow_the_facts",
        "pricing/stacking.py",
        "        left = ex.subtract(left, off)\n    return found",
        "    return found",
    ),
    Mutant(
        LAWS + "test_discounts_are_rounded_once",
        "pricing/discount.py",
        "wanted = min(minor_units(ex.ratio(ex.multiply(base, percent), _HUNDRED), 0, mode), most)",
        "wanted = min(minor_units(ex.ratio(ex.multiply(base, percent), _HUNDRED), 0, Rounding.DOWN), most)",
    ),
    Mutant(
        LAWS + "test_an_amount_is_used_once",
        "settlement/coupons.py",
        "max(0, minor_units(amount, places) - used.get(pot, 0))",
        "max(0, minor_units(amount, places))",
    ),
    Mutant(
        LAWS + "test_an_amount_is_used_once",
        "settlement/coupons.py",
        "    return min(found, default=None)",
        "    return None",
    ),
    Mutant(
        LAWS + "test_many_runs_take_off_what_one_does",
        "engine/running.py",
        "    bill = decide(\n        loaded.facts,",
        "    coupons = tuple(one for one in loaded.facts.coupons if one.removed is None or one.removed > at)\n"
        "    bill = decide(\n        attrs.evolve(loaded.facts, coupons=coupons),",
    ),
    Mutant(
        LAWS + "test_a_void_document_gives_everything_back",
        "settlement/billed.py",
        "            dead = invoice.void and not invoice.waived",
        "            dead = invoice.void and not invoice.waived and len(document.lines) == 1",
    ),
    Mutant(
        LAWS + "test_a_limit_holds_in_any_order",
        "engine/coupons.py",
        "used > coupon.limit",
        "used > coupon.limit + 1",
    ),
)
