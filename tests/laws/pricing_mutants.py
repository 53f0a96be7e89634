"""Mutants of pricing (see ``mutants.py``)."""

from __future__ import annotations

from tests.laws.mutant import Mutant

__all__ = ["PRICING"]

MODELS = "tests/pricing/test_models.py::"
COMMITMENT = "tests/pricing/test_commitment.py::"
COMMITTING = "tests/pricing/test_committing.py::"
DISCOUNT = "tests/pricing/test_discount.py::"
EVENTS = "tests/pricing/test_events.py::"
PROGRESSIVE = "tests/pricing/test_progressive.py::"
PRORATION = "tests/pricing/test_proration.py::"
CATALOG = "tests/pricing/test_catalog.py::"
EXPLAINED = "tests/pricing/test_explanations.py::"
QUOTE = "tests/pricing/test_quote.py::"
QUOTED = "tests/settlement/test_quoted_first.py::"
SIZING = "tests/pricing/test_sizing.py::"
SNAPSHOT = "tests/pricing/test_snapshot.py::"
TAX = "tests/pricing/test_tax.py::"
BOOKS = "tests/laws/test_books.py::"

CLOUD = "tests/pricing/test_cloud.py::"
COMPOSED = "tests/pricing/test_composed.py::"
KNOBS = "tests/pricing/test_knobs.py::"

PRICING = (
    Mutant(
        CLOUD + "test_an_option_costs_what_its_selection_costs",
        "pricing/options.py",
        "compute_plan=plan, sla_tier=tier, provider=provider)",
        "compute_plan=plan, sla_tier=None, provider=provider)",
    ),
    Mutant(
        COMPOSED + "test_a_composed_product_costs_what_its_parts_cost",
        "pricing/expansion.py",
        "one = selection.quantity if price.size is None",
        "one = ONE if price.size is None",
    ),
    Mutant(
        KNOBS + "test_conversions_undo_each_other",
        "pricing/period_discount.py",
        "for step in reversed(steps[want:have]):",
        "for step in reversed(steps[want + 1 : have]):",
    ),
    Mutant(
        KNOBS + "test_events_alone_cost_what_the_formats_say",
        "pricing/model/each.py",
        "            if rating.amount < self.event_minimum:",
        "            if not raised and rating.amount < self.event_minimum:",
    ),
    Mutant(
        KNOBS + "test_time_and_shortfall_are_the_longer_of_both",
        "pricing/charge.py",
        "least.days * 86_400 + least.seconds",
        "least.days * 3_600 + least.seconds",
    ),
    Mutant(
        KNOBS + "test_three_knobs_of_the_least",
        "pricing/model/wrapped.py",
        "        return max(units, ex.ratio(self.minimum_quantity, share[1], share[0]))",
        "        return units",
    ),
    Mutant(
        "tests/pricing/test_oracle.py::test_models",
        "pricing/tier.py",
        "width = ex.CONTEXT.subtract(tier.up_to, lower[index])",
        "width = tier.up_to",
    ),
    Mutant(
        MODELS + "test_models_cost_what_the_format_says",
        "pricing/model/package.py",
        "_add(whole, ONE) if rest and",
        "_add(whole, ONE) if whole and",
    ),
    Mutant(
        MODELS + "test_models_cost_what_the_format_says",
        "pricing/model/wrapped.py",
        "            units = ex.ratio(units, self.unit_divisor)",
        "            units = ex.multiply(units, self.unit_divisor)",
    ),
    Mutant(
        MODELS + "test_no_model_costs_less_than_nothing",
        "pricing/model/flat.py",
        "return ZERO if quantity.is_signed() else _multiply(quantity, self.unit_amount)",
        "return _multiply(quantity, self.unit_amount)",
    ),
    Mutant(
        MODELS + "test_more_never_costs_less",
        "pricing/tier.py",
        "                due = ex.CONTEXT.add(due, amount)",
        "                due = amount",
    ),
    Mutant(
        MODELS + "test_graduated_prices_have_no_cliff",
        "pricing/tier.py",
        "                width = ex.CONTEXT.subtract(tier.up_to, lower[index])",
        "                width = tier.up_to",
    ),
    Mutant(
        MODELS + "test_the_breakdown_has_the_amount",
        "pricing/model/tiered.py",
        "        return Rating(ex.add(table.base[index], part), quantity,",
        "        return Rating(ex.add(last.amount, ex.ZERO), quantity,",
    ),
    Mutant(
        MODELS + "test_the_steps_sum_to_the_amount",
        "pricing/model/tiered.py",
        "(*table.full[:index], last))",
        "(last,))",
    ),
    Mutant(
        MODELS + "test_the_threads_context_does_not_touch_a_price",
        "kernel/exact.py",
        "        return CONTEXT.multiply(a, b)",
        "        return a * b",
    ),
    Mutant(
        MODELS + "test_a_price_built_in_a_small_context_is_the_same",
        "pricing/tier.py",
        "ex.CONTEXT.multiply(counted, tier.unit_amount)",
        "(counted * tier.unit_amount)",
    ),
    Mutant(
        MODELS + "test_a_wrapper_bounds_the_amount",
        "pricing/model/wrapped.py",
        "            amount = least\n",
        "            amount = self.minimum if not free else amount\n",
    ),
    Mutant(
        COMMITMENT + "test_all_together_is_at_least_what_was_committed",
        "pricing/commitment.py",
        "        true_up = max(0, committed - covered)",
        "        true_up = max(0, committed - covered - 1)",
    ),
    Mutant(
        COMMITTING + "test_what_a_commitment_brings_is_a_snapshot",
        "pricing/archive.py",
        '    Commitment: "commitment",\n',
        '    Commitment: "coupon",\n',
    ),
    Mutant(
        COMMITMENT + "test_using_more_never_costs_less",
        "pricing/commitment.py",
        "        beyond = max(0, covered - committed)",
        "        beyond = max(0, committed - covered)",
    ),
    Mutant(
        DISCOUNT + "test_no_line_falls_below_zero_and_none_rises",
        "pricing/discount.py",
        "        wanted = min(group[0].amount, most)",
        "        wanted = group[0].amount",
    ),
    Mutant(
        DISCOUNT + "test_a_discount_stays_in_its_scope",
        "pricing/discount.py",
        "if rest > 0 and (group[0].lines is None or place in group[0].lines)",
        "if rest > 0",
    ),
    Mutant(
        DISCOUNT + "test_a_percentage_is_rounded_once",
        "pricing/discount.py",
        "wanted = min(minor_units(ex.ratio(ex.multiply(base, percent), _HUNDRED), 0, mode), most)",
        "wanted = sum(minor_units(ex.ratio(ex.multiply(left[p], percent), _HUNDRED), 0, mode) for p in places)",
    ),
    Mutant(
        DISCOUNT + "test_the_order_of_application_matters_among_like_ones_alone",
        "pricing/discount.py",
        "key=lambda group: (_breadth(group[0]), group[0].percent is None)",
        "key=lambda group: _breadth(group[0])",
    ),
    Mutant(
        DISCOUNT + "test_the_best_one_takes_off_the_most",
        "pricing/discount.py",
        "    best = max(rivals",
        "    best = min(rivals",
    ),
    Mutant(
        EVENTS + "test_events_cost_what_the_formats_say",
        "pricing/model/percentage.py",
        "place >= self.free_events",
        "place > self.free_events",
    ),
    Mutant(
        EVENTS + "test_splitting_an_event_never_pays",
        "pricing/model/percentage.py",
        "            fixed += 1",
        "            fixed = 1 - fixed",
    ),
    Mutant(
        EVENTS + "test_windows_are_rated_alone",
        "pricing/model/wrapped.py",
        "windows = [self._inner(quantity, part, allowance) for quantity, part in told]",
        "windows = [self._inner(ex.total(quantity for quantity, _ in told), share, allowance)]",
    ),
    Mutant(
        PROGRESSIVE + "test_effective_units_are_never_more_than_the_units",
        "pricing/model/progressive.py",
        "            lower = bracket.up_to or lower\n",
        "",
    ),
    Mutant(
        PROGRESSIVE + "test_effective_units_grow_without_a_jump",
        "pricing/model/progressive.py",
        "            shares.append((index, units, ex.multiply(units, kept)))",
        "            shares = [(index, counted, ex.multiply(counted, kept))]",
    ),
    Mutant(
        PROGRESSIVE + "test_with_ascending_discounts_more_is_cheaper_each",
        "pricing/model/progressive.py",
        "ex.CONTEXT.scaleb(ex.CONTEXT.subtract(_HUNDRED, bracket.percent), -2)",
        "ex.CONTEXT.scaleb(bracket.percent, -2)",
    ),
    Mutant(
        PROGRESSIVE + "test_splitting_a_bracket_changes_nothing",
        "pricing/model/progressive.py",
        "            units = ex.subtract(upper, lower)\n",
        "            units = ex.whole(int(ex.subtract(upper, lower)))\n",
    ),
    Mutant(
        PROGRESSIVE + "test_fewer_units_than_the_minimum_cost_the_minimum",
        "pricing/model/progressive.py",
        "max(quantity, self.minimum_units, ZERO)",
        "ex.add(quantity, self.minimum_units)",
    ),
    Mutant(
        PRORATION + "test_shares_of_parts_add_up",
        "pricing/proration.py",
        "    return (_passed(measure, whole, part.end, zone) - _passed(measure, whole, part.start, zone), length)",
        "    return (_passed(measure, part, part.end, zone), length)",
    ),
    Mutant(
        PRORATION + "test_the_parts_of_a_period_are_the_whole",
        "pricing/proration.py",
        "            return 0 if at == whole.start else min(",
        "            return min(",
    ),
    Mutant(
        PRORATION + "test_parts_of_a_price_add_to_the_price",
        "pricing/charge.py",
        "        weighted.append((amount_of(price.model, quantity), n))",
        "        weighted.append((ex.ratio(amount_of(price.model, quantity), 1), max(n, 1)))",
    ),
    Mutant(
        PRORATION + "test_time_in_hours_is_what_passed",
        "pricing/charge.py",
        "        over = price.per.seconds * _MICROS",
        "        over = 24 * price.per.seconds * _MICROS",
    ),
    Mutant(
        CATALOG + "test_the_nearest_currency_wins",
        "pricing/currencies.py",
        "        code = code or default or self.usual\n",
        "        code = code or self.usual or default\n",
    ),
    Mutant(
        CATALOG + "test_a_selection_expands_to_priced_records",
        "pricing/expansion.py",
        "for code, count in Counter(selection.addons).items()",
        "for code, count in Counter(selection.addons).items() if count > 1",
    ),
    Mutant(
        CATALOG + "test_a_catalog_change_touches_no_record",
        "pricing/currencies.py",
        "return price if price.currency == money else attrs.evolve(price, currency=money)",
        "return [price, object.__setattr__(price, 'currency', money)][0]",
    ),
    Mutant(
        SIZING + "test_a_unit_changes_no_size",
        "pricing/sizing.py",
        "ex.ratio(cluster_quantity(value, place), unit.size)",
        "ex.whole(int(ex.ratio(cluster_quantity(value, place), unit.size)))",
    ),
    Mutant(
        SIZING + "test_a_path_reads_back",
        "pricing/value_path.py",
        """                written += f'["{step}"]'""",
        """                written += f".{step}\"""",
    ),
    Mutant(
        QUOTE + "test_explanations_recompute",
        "pricing/quote_line.py",
        '"product", (tree, times))',
        '"sum", (tree, times))',
    ),
    Mutant(
        EXPLAINED + "test_a_rating_explains_itself",
        "pricing/explain_rating.py",
        "for step in rating.steps if step.name not in FREE or step.amount",
        "for step in rating.steps if step.name not in FREE | BOUNDS",
    ),
    Mutant(
        EXPLAINED + "test_an_explanation_is_one_value",
        "pricing/explain.py",
        "parts() if isinstance(parts, Branches) else tuple(one.told(one.label, one.about) for one in parts)",
        "parts() if isinstance(parts, Branches) else parts",
    ),
    Mutant(
        EXPLAINED + "test_every_quantity_explains_itself",
        "pricing/explain_quantity.py",
        "        value = ex.multiply(free.value, portion.value)\n",
        "        value = ex.add(free.value, portion.value)\n",
    ),
    Mutant(
        QUOTE + "test_totals_are_sums_of_rounded_lines",
        "pricing/quote.py",
        "counted = [*recurring, *used]",
        "counted = recurring",
    ),
    Mutant(
        QUOTE + "test_a_first_invoice_is_at_most_a_period",
        "pricing/quote_first.py",
        "yield _Seen(place, price, part, minor_units(exact, self.digits, self.mode))",
        "yield _Seen(place, price, part, 2 * minor_units(exact, self.digits, self.mode))",
    ),
    Mutant(
        QUOTED + "test_a_first_invoice_is_billed",
        "pricing/quote_first.py",
        "if part.start > self.start and part.end > until:",
        "if part.start > self.start:",
    ),
    Mutant(
        QUOTED + "test_a_first_invoice_is_billed",
        "pricing/quote_first.py",
        "            lefts[index] -= min(one.minor, lefts[index])\n",
        "",
    ),
    Mutant(
        QUOTE + "test_a_quote_does_not_depend_on_the_threads_context",
        "kernel/exact.py",
        "        return CONTEXT.multiply(a, b)",
        "        return a * b",
    ),
    Mutant(
        SNAPSHOT + "test_snapshots_round_trip",
        "pricing/archive.py",
        '            return {"is": _name(value), "value": value.value}',
        '            return {"is": _name(value), "value": next(iter(type(value))).value}',
    ),
    Mutant(
        SNAPSHOT + "test_hashes_tell_prices_apart",
        "pricing/archive.py",
        "for key, item, default in found if item != default}}",
        'for key, item, default in found if item != default and key != "tax_category"}}',
    ),
    Mutant(
        SNAPSHOT + "test_a_snapshot_costs_what_the_price_costs",
        "pricing/archive.py",
        '    "number": ex.parse,',
        '    "number": lambda text: ex.parse(text[:3]),',
    ),
    Mutant(
        SNAPSHOT + "test_catalogs_round_trip",
        "pricing/archive.py",
        '            return {"date": value.isoformat()}',
        '            return {"date": f"{value:%Y-%d-%m}"}',
    ),
    Mutant(
        SNAPSHOT + "test_selections_round_trip",
        "pricing/archive.py",
        '            return {"instant": rfc3339(value)}',
        '            return {"date": value.date().isoformat()}',
    ),
    Mutant(
        TAX + "test_tax_is_rounded_once_a_rate",
        "pricing/tax.py",
        "        gross = sum(amounts)",
        "        gross = sum([line[1] for line in lines])",
    ),
    Mutant(
        TAX + "test_the_lines_taxes_sum_to_the_total",
        "pricing/tax.py",
        "            spread[place] += part",
        "            spread[place] += max(part - 1, 0)",
    ),
    Mutant(
        TAX + "test_by_line_each_line_is_rounded",
        "pricing/tax.py",
        "            parts = tuple([_tax_of(rate, one, mode) for one in amounts])",
        "            parts = tuple([_tax_of(rate, one, Rounding.DOWN) for one in amounts])",
    ),
    Mutant(
        TAX + "test_net_and_tax_are_the_price",
        "pricing/tax.py",
        "    gross = ex.add(rate.percent, Decimal(_HUNDRED))",
        "    gross = Decimal(_HUNDRED)",
    ),
    Mutant(
        TAX + "test_net_and_tax_are_the_price",
        "pricing/tax.py",
        "        base = gross - amount if rate.inclusive else gross",
        "        base = gross",
    ),
    Mutant(
        TAX + "test_no_zero_is_silent",
        "pricing/tax.py",
        "        reason = None if amount else why_zero(rate, gross)",
        "        reason = None if amount else rate.reason",
    ),
    Mutant(
        BOOKS + "test_credit_notes_never_exceed_their_invoice",
        "settlement/documents.py",
        "        so_far = minor + fallen",
        "        so_far = fallen",
    ),
    Mutant(
        BOOKS + "test_taxes_are_right",
        "settlement/document.py",
        "        return sum([line.minor for line in self.lines]) - included",
        "        return sum([line.minor for line in self.lines])",
    ),
    Mutant(
        "tests/adapters/test_explanations.py::test_every_word_of_a_rating_is_in_the_table",
        "adapters/wording.py",
        "    return name in WORDS",
        "    return name not in WORDS",
    ),
    Mutant(
        "tests/cli/test_plot.py::test_points_are_on_the_curve",
        "adapters/pictures.py",
        "    amount = amount_of(model, quantity)",
        "    amount = ex.add(amount_of(model, quantity), ex.ONE)",
    ),
    Mutant(
        "tests/engine/test_phases.py::test_a_ramp_bills_what_changes_of_plan_at_its_steps_do",
        "pricing/phases.py",
        "months, days = months + phase.length.months, days + phase.length.days",
        "months, days = phase.length.months, days + phase.length.days",
    ),
    Mutant(
        "tests/pricing/test_diff.py::test_a_diff_tells_every_difference",
        "pricing/diff.py",
        "    if a == b:\n        return\n    match a, b:",
        "    if a != b:\n        return\n    match a, b:",
    ),
    Mutant(
        "tests/pricing/test_costs.py::test_a_diff_tells_the_money",
        "pricing/bounds.py",
        "    ends = sorted(set(bounds))",
        "    ends = sorted(set(bounds))[:0]",
    ),
    Mutant(
        "tests/pricing/test_explanations.py::test_events_explain_themselves",
        "pricing/explain_rating.py",
        "for step in rating.steps if step.name not in FREE or step.amount",
        "for step in rating.steps[1:] if step.name not in FREE or step.amount",
    ),
    Mutant(
        "tests/pricing/test_explanations.py::test_windows_explain_themselves",
        "pricing/explain_rating.py",
        "for step in rating.steps if step.name not in FREE or step.amount",
        "for step in rating.steps[1:] if step.name not in FREE or step.amount",
    ),
    Mutant(
        KNOBS + "test_committing_longer_is_cheaper",
        "pricing/period_discount.py",
        "            result = ex.multiply(result, step)",
        "            result = ex.multiply(result, ex.multiply(step, step))",
    ),
)
