"""Laws: sentences that hold for every value, as checks that your own tests call.

Each is a plain function of values or of a ``Billing`` handle. It returns nothing where the law holds, and raises
``AssertionError`` where it does not, naming the law and the values. Call them inside property tests over the strategies
of ``billcore.testing.strategies``, or once on the books that a test of yours made; they need no Hypothesis.

It owns the laws that a host can break or wants to see hold: with price models, catalogs and records of its own, and on
what is stored. It does not own the numbered invariants (``billcore.engine.verify``).

>>> from billcore.kernel import MONTH, cadence, instant
>>> from billcore.testing import laws
>>> laws.periods_tile_time(cadence(MONTH, "start", instant("2026-01-31T00:00:00Z"), "Europe/Zurich"), range(24))
"""

from billcore.testing.laws.billed import (
    lines_explain_themselves,
    lines_of_a_group_sum_to_its_rounded_sum,
    lines_sum_to_what_the_facts_ask,
)
from billcore.testing.laws.catalogs import (
    applied_plan_is_what_was_planned,
    diff_tells_every_difference,
    diff_tells_the_money,
    sync_loses_nothing,
    sync_twice_is_unchanged,
)
from billcore.testing.laws.committed import commitments_are_kept
from billcore.testing.laws.coupons import (
    discounts_are_rounded_once,
    discounts_never_raise_a_price,
    grants_never_exceed_what_was_given,
    percentages_follow_the_facts,
)
from billcore.testing.laws.documents import archive_reads_back, document_reads_back
from billcore.testing.laws.erp import (
    items_read_back,
    path_reads_back,
    record_tells_what_ran,
    record_waits_its_turn,
    size_is_exact,
)
from billcore.testing.laws.explanations import (
    explanation_is_one_value,
    explanation_recomputes,
    quote_explains_itself,
    quote_totals_are_sums_of_its_lines,
    rating_explains_itself,
)
from billcore.testing.laws.issued import (
    books_are_sound,
    invoices_only_add_and_notes_only_lower,
    notes_never_exceed_their_invoice,
    numbers_have_no_gap,
    taxes_are_right,
)
from billcore.testing.laws.ledger import ledger_holds_what_is_open, ledger_sums_to_zero, nothing_falls_below_zero
from billcore.testing.laws.models import (
    more_never_costs_less,
    no_quantity_costs_less_than_nothing,
    rate_agrees_with_amount,
    steps_sum_to_the_amount,
)
from billcore.testing.laws.moving import backfill_is_rerunnable
from billcore.testing.laws.prices import (
    equal_prices_have_one_hash,
    parts_add_to_the_price,
    price_survives_its_snapshot,
    rounded_parts_add_up,
    shares_of_parts_add_up,
)
from billcore.testing.laws.quoted import first_invoice_is_billed
from billcore.testing.laws.runs import (
    later_catalog_touches_no_order,
    preview_equals_run,
    running_again_adds_nothing,
    settling_again_moves_nothing,
)
from billcore.testing.laws.time import periods_tile_time

__all__ = [
    "applied_plan_is_what_was_planned",
    "archive_reads_back",
    "backfill_is_rerunnable",
    "books_are_sound",
    "commitments_are_kept",
    "diff_tells_every_difference",
    "diff_tells_the_money",
    "discounts_are_rounded_once",
    "discounts_never_raise_a_price",
    "document_reads_back",
    "equal_prices_have_one_hash",
    "explanation_is_one_value",
    "explanation_recomputes",
    "first_invoice_is_billed",
    "grants_never_exceed_what_was_given",
    "invoices_only_add_and_notes_only_lower",
    "items_read_back",
    "later_catalog_touches_no_order",
    "ledger_holds_what_is_open",
    "ledger_sums_to_zero",
    "lines_explain_themselves",
    "lines_of_a_group_sum_to_its_rounded_sum",
    "lines_sum_to_what_the_facts_ask",
    "more_never_costs_less",
    "no_quantity_costs_less_than_nothing",
    "notes_never_exceed_their_invoice",
    "nothing_falls_below_zero",
    "numbers_have_no_gap",
    "parts_add_to_the_price",
    "path_reads_back",
    "percentages_follow_the_facts",
    "periods_tile_time",
    "preview_equals_run",
    "price_survives_its_snapshot",
    "quote_explains_itself",
    "quote_totals_are_sums_of_its_lines",
    "rate_agrees_with_amount",
    "rating_explains_itself",
    "record_tells_what_ran",
    "record_waits_its_turn",
    "rounded_parts_add_up",
    "running_again_adds_nothing",
    "settling_again_moves_nothing",
    "shares_of_parts_add_up",
    "size_is_exact",
    "steps_sum_to_the_amount",
    "sync_loses_nothing",
    "sync_twice_is_unchanged",
    "taxes_are_right",
]
