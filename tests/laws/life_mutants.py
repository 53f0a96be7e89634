"""Mutants of lifecycle, settlement and engine, for the laws over random lives (see ``mutants.py``)."""

from __future__ import annotations

from tests.laws.mutant import Mutant

__all__ = ["LIFE"]

RUNS = "tests/laws/test_runs.py::"
BOOKS = "tests/laws/test_books.py::"
FACTS = "tests/laws/test_facts.py::"
COMMITTED = "tests/laws/test_commitments.py::"
ITEMS = "tests/lifecycle/test_erp_items.py::"
RECORD = "tests/lifecycle/test_erp_record.py::"
BACKFILL = "tests/lifecycle/test_backfill.py::"

LIFE = (
    Mutant(
        FACTS + "test_the_next_billing_date_is_the_one_that_a_walk_met",
        "settlement/wanted.py",
        "            if start is None or start <= until:\n                life.ahead",
        "            if True:\n                life.ahead",
    ),
    Mutant(
        FACTS + "test_the_next_billing_date_is_the_one_that_a_walk_met",
        "settlement/wanted.py",
        "                life.ahead[schedule, until] = occurrence.due\n",
        "                life.ahead[schedule, until] = occurrence.period.end\n",
    ),
    Mutant(
        COMMITTED + "test_lives_with_commitments_are_in_order",
        "settlement/summed.py",
        "sorted(order, key=lambda one: one[0]))",
        "sorted(order, key=lambda one: one[0], reverse=True))",
    ),
    Mutant(
        COMMITTED + "test_lines_over_others_explain_themselves",
        "engine/explaining.py",
        "    if not found.summing:",
        "    if not found.epochs[1:]:",
    ),
    Mutant(
        COMMITTED + "test_runs_and_one_run_commit_alike",
        "settlement/decide.py",
        "    lives = tuple(life(subscription, customer, date) for",
        "    lives = tuple(life(subscription, customer, at) for",
    ),
    Mutant(
        COMMITTED + "test_what_was_committed_is_owed",
        "settlement/counted.py",
        "            if stretch.start < end_of(life, seen) <= stretch.end:",
        "            if stretch.start < end_of(life, seen) < stretch.end:",
    ),
    Mutant(
        COMMITTED + "test_what_was_committed_is_owed",
        "settlement/summed.py",
        "self.cap.most - self.total)",
        "2 * self.cap.most - self.total)",
    ),
    Mutant(
        COMMITTED + "test_the_order_of_facts_does_not_matter_to_a_commitment",
        "settlement/account.py",
        "        marks = {*self.marks, at}",
        "        marks = {at}",
    ),
    Mutant(
        COMMITTED + "test_another_policy_changes_nothing_that_was_billed",
        "settlement/billed.py",
        "        return last.rounding.mode",
        "        return otherwise",
    ),
    Mutant(
        COMMITTED + "test_a_cap_holds_before_its_period_ends",
        "settlement/decide.py",
        "            if any(charge.open for charge in wanted):\n",
        "            if wanted is None:\n",
    ),
    Mutant(
        COMMITTED + "test_what_is_committed_follows_from_what_is_had",
        "lifecycle/commitments.py",
        "    return next((one.record.addon for one in items if _has(one, price, item.holder)), None)",
        "    return None",
    ),
    Mutant(
        COMMITTED + "test_what_is_committed_follows_from_what_is_had",
        "lifecycle/commitments.py",
        "    return is_commitment(price) and any(",
        "    return False and any(",
    ),
    Mutant(
        COMMITTED + "test_commitments_are_in_order_in_sqlite",
        "adapters/sql/transaction.py",
        "        return UsageTotal(count, ex.ratio(ex.whole(units), _PLACES))",
        "        return UsageTotal(count, ex.ratio(ex.whole(units), 2 * _PLACES))",
    ),
    Mutant(
        RUNS + "test_a_keys_lines_sum_to_what_the_facts_ask",
        "settlement/decide.py",
        "key for key in billed.entries if key not in asked and mark is not None and touches(key.period, mark)",
        "key for key in billed.entries if key not in asked and mark is not None and key.period.start >= mark",
    ),
    Mutant(
        RUNS + "test_running_twice_adds_nothing",
        "engine/running.py",
        "        while (date := self._next_date()) is not None:",
        "        if (date := self._next_date()) is not None:",
    ),
    Mutant(
        RUNS + "test_runs_and_one_catch_up_run_give_the_same_documents",
        "settlement/decide.py",
        "    lives = tuple(life(subscription, customer, date) for",
        "    lives = tuple(life(subscription, customer, at) for",
    ),
    Mutant(
        RUNS + "test_a_preview_is_the_run",
        "engine/nouns/invoices.py",
        "for invoice in invoices_of(tx, customer) if invoice.id not in before])",
        "for invoice in invoices_of(tx, customer) if invoice.open])",
    ),
    Mutant(
        BOOKS + "test_the_ledger_sums_to_zero_and_holds_what_is_open",
        "settlement/ledger.py",
        "    stored = Account.VOUCHER_CREDIT if payment.source is Source.VOUCHER else Account.BALANCE",
        "    stored = Account.BALANCE",
    ),
    Mutant(
        BOOKS + "test_the_ledger_sums_to_zero_and_holds_what_is_open",
        "settlement/ledger.py",
        "        (Account.RECEIVABLE, -net - tax),\n        (against, net),\n        (Account.TAX, tax),",
        "        (Account.RECEIVABLE, -net),\n        (against, net),",
    ),
    Mutant(
        BOOKS + "test_stored_value_and_what_is_open_never_fall_below_zero",
        "settlement/pay.py",
        "    excess = max(0, amount - invoice.open)",
        "    excess = 0",
    ),
    Mutant(
        BOOKS + "test_credit_notes_never_exceed_their_invoice",
        "settlement/documents.py",
        "    so_far = sum(part for part, _ in before) + base",
        "    so_far = base",
    ),
    Mutant(
        BOOKS + "test_invoices_only_add_and_notes_only_lower",
        "settlement/difference.py",
        "(gap := ex.subtract(charge.exact, self.billed.sum(charge.key))) > 0:",
        "(gap := ex.subtract(charge.exact, self.billed.sum(charge.key))):",
    ),
    Mutant(
        BOOKS + "test_lines_of_a_group_sum_to_its_rounded_sum",
        "settlement/difference.py",
        "        name: object = key.group if not whole else",
        "        name: object = key if not whole else",
    ),
    Mutant(
        BOOKS + "test_every_line_explains_itself",
        "engine/known.py",
        "facts=tuple(fact for fact in one.facts if fact.recorded <= at)",
        "facts=tuple(fact for fact in one.facts if fact.at <= at)",
    ),
    Mutant(
        BOOKS + "test_numbers_have_no_gap_and_content_never_changes",
        "engine/writing.py",
        'tx.take_numbers(f"{issuer}:{kind.value}", count)',
        'tx.take_numbers(f"{issuer}:{kind.value}", count + 1)',
    ),
    Mutant(
        FACTS + "test_when_a_fact_was_seen_does_not_decide_what_is_owed",
        "engine/nouns/usage.py",
        "        if row[1] is not None and micros(event.time) < int(row[1]):",
        "        if row[1] is not None and event.time < from_micros(int(row[1])) and row[4] == '[]':",
    ),
    Mutant(
        FACTS + "test_the_order_of_recording_does_not_matter",
        "settlement/account.py",
        "        marks = {*self.marks, at}",
        "        marks = {at}",
    ),
    Mutant(
        FACTS + "test_a_new_catalog_reaches_nobody_who_bought",
        "engine/changes.py",
        "    return None\n\n\ndef _default_when(",
        "    return before.selection\n\n\ndef _default_when(",
    ),
    Mutant(
        FACTS + "test_a_new_catalog_reaches_nobody_who_bought",
        "engine/meters.py",
        "metered.get(event.meter, ())",
        "metered.get(event.customer, ())",
    ),
    Mutant(
        FACTS + "test_a_change_replaces_pending_ones_of_its_kind_alone",
        "engine/changes.py",
        "    found = in_order(tx, call, loaded, current, order, names)",
        "    found = (order,)",
    ),
    Mutant(
        FACTS + "test_a_change_replaces_pending_ones_of_its_kind_alone",
        "lifecycle/facts.py",
        "or pending.names <= later.names",
        "or pending.names != later.names",
    ),
    Mutant(
        FACTS + "test_customers_do_not_touch_each_other",
        "engine/metering.py",
        "        customer, seen = self.facts.customer.id, None",
        "        customer, seen = 'zeta', None",
    ),
    Mutant(
        FACTS + "test_the_periods_of_an_item_tile_its_life",
        "lifecycle/schedule.py",
        "(kept and end == item.end) else min(period.end, end)",
        "(kept and end == item.end) else period.end",
    ),
    Mutant(
        FACTS + "test_a_month_of_many_changes_costs_the_integral",
        "settlement/billed.py",
        "        self.groups[key.group] = (ex.add(exact, line.exact), minor + line.minor)",
        "        self.groups[key.group] = (line.exact, line.minor)",
    ),
    Mutant(
        FACTS + "test_settling_again_moves_nothing",
        "settlement/strategy.py",
        "            left[credit.id] -= minor",
        "            left[credit.id] -= min(minor, 1)",
    ),
    Mutant(
        ITEMS + "test_items_read_back",
        "lifecycle/erp/items.py",
        "for key, name in _KEYS.items()} for item in items]",
        "for key, name in _KEYS.items()} for item in sorted(items, key=lambda item: item.value)]",
    ),
    Mutant(
        RECORD + "test_events_tell_what_ran",
        "lifecycle/erp/record.py",
        "        elif running[product].item.value != item.value:",
        "        elif running[product].item != item:",
    ),
    Mutant(
        RECORD + "test_events_tell_what_ran",
        "lifecycle/erp/record.py",
        "    unheard = event.at == at and",
        "    unheard = event.kind is EventKind.CREATED and",
    ),
    Mutant(
        RECORD + "test_each_product_waits_its_turn",
        "lifecycle/erp/record.py",
        "                heads.setdefault(event.line, event)",
        "                heads[event.line] = event",
    ),
    Mutant(
        BACKFILL + "test_backfills_may_be_run_again",
        "lifecycle/backfill/availability.py",
        "    return tuple(dict.fromkeys(values))\n\n\ndef _old_prices",
        "    return tuple(values)\n\n\ndef _old_prices",
    ),
    Mutant(
        BACKFILL + "test_backfills_may_be_run_again",
        "lifecycle/backfill/tiers.py",
        "if seed.code not in there)",
        "if seed.code)",
    ),
)
