"""Mutants of the kernel (see ``mutants.py``)."""

from __future__ import annotations

from tests.laws.mutant import Mutant

__all__ = ["KERNEL"]

EXACT = "tests/kernel/test_exact.py::"
MONEY = "tests/kernel/test_money.py::"
ROUNDING = "tests/kernel/test_rounding.py::"
NAMES = "tests/kernel/test_names.py::"
TIME = "tests/kernel/test_time.py::"
CADENCE = "tests/kernel/test_cadence.py::"

KERNEL = (
    Mutant(
        ROUNDING + "test_up_and_down_leave_no_rest",
        "kernel/rounding.py",
        "whole += bool(rest) and mode is Rounding.UP",
        "whole += mode is Rounding.UP",
    ),
    Mutant(
        EXACT + "test_any_text_is_a_number_or_refused",
        "kernel/exact.py",
        "not _PATTERN.fullmatch(value):\n            raise InvalidNumber(place=place, value=value, hint",
        "not _PATTERN.match(value):\n            raise InvalidNumber(place=place, value=value, hint",
    ),
    Mutant(
        EXACT + "test_any_decimal_is_a_canonical_number_or_refused",
        "kernel/exact.py",
        "    if not value.is_finite():",
        "    if value.is_nan():",
    ),
    Mutant(
        EXACT + "test_any_decimal_is_a_canonical_number_or_refused",
        "kernel/exact.py",
        "    clean = _canonical(value)\n",
        "    clean = value\n",
    ),
    Mutant(
        EXACT + "test_text_and_parse_round_trip",
        "kernel/exact.py",
        "        return _settled(Fraction(written))",
        "        return Fraction(written.partition('/')[0])",
    ),
    Mutant(
        EXACT + "test_arithmetic_is_that_of_fractions",
        "kernel/exact.py",
        "    return _settled(fraction(a) * fraction(b))",
        "    return fraction(a) * fraction(b)",
    ),
    Mutant(
        EXACT + "test_arithmetic_is_that_of_fractions",
        "kernel/exact.py",
        "    places = max(twos, fives)",
        "    places = max(twos, fives) - 1",
    ),
    Mutant(
        EXACT + "test_the_threads_context_changes_nothing",
        "kernel/exact.py",
        "        return CONTEXT.add(a, b)",
        "        return a + b",
    ),
    Mutant(
        MONEY + "test_adding_is_undone_by_subtracting",
        "kernel/money.py",
        "CONTEXT.subtract(self.amount, self._other(other))",
        "CONTEXT.subtract(self._other(other), self.amount)",
    ),
    Mutant(
        MONEY + "test_two_currencies_never_mix",
        "kernel/money.py",
        "        if self.currency != other.currency:",
        "        if places(self.currency) != places(other.currency):",
    ),
    Mutant(
        MONEY + "test_minor_units_round_trip",
        "kernel/money.py",
        "        return cls(scaled(units, places(currency)), currency)",
        "        return cls(scaled(units, 2), currency)",
    ),
    Mutant(
        MONEY + "test_rounded_money_has_minor_units",
        "kernel/money.py",
        "        return cls.of_minor(minor_units(exact, places(currency), mode), currency)",
        "        return cls.of_minor(int(exact * 10 ** places(currency)), currency)",
    ),
    Mutant(
        MONEY + "test_the_threads_context_does_not_touch_money",
        "kernel/money.py",
        "CONTEXT.multiply(self.amount, number(times))",
        "self.amount * number(times)",
    ),
    Mutant(
        MONEY + "test_splitting_money_loses_nothing",
        "kernel/money.py",
        "for part in allocate(self.minor, weights))",
        "for part in (self.minor * weight // sum(weights) for weight in weights))",
    ),
    Mutant(
        ROUNDING + "test_rounding_goes_to_the_nearest_unit",
        "kernel/rounding.py",
        "divmod(abs(numerator), denominator)",
        "divmod(numerator, denominator)",
    ),
    Mutant(
        ROUNDING + "test_exact_halves_follow_the_mode",
        "kernel/rounding.py",
        "(mode is Rounding.HALF_UP or whole % 2 == 1)",
        "whole % 2 == 1",
    ),
    Mutant(
        ROUNDING + "test_the_lines_of_a_group_add_up",
        "kernel/rounding.py",
        "minor_units(self.exact, self.places, self.mode) - self.minor",
        "minor_units(exact, self.places, self.mode)",
    ),
    Mutant(
        ROUNDING + "test_a_price_cut_into_parts_adds_up_to_the_price",
        "kernel/rounding.py",
        "        amount = minor_units(self.exact, self.places, self.mode) - self.minor",
        "        amount = minor_units(self.exact, self.places) - self.minor",
    ),
    Mutant(
        ROUNDING + "test_allocation_loses_no_unit",
        "kernel/allocation.py",
        "by_remainder[:rest]",
        "by_remainder[: rest - 1]",
    ),
    Mutant(
        ROUNDING + "test_ties_go_to_the_earliest",
        "kernel/allocation.py",
        "(-(size * weight % whole), index) for",
        "(-(size * weight % whole), -index) for",
    ),
    Mutant(
        NAMES + "test_canonical_bytes_are_json",
        "kernel/canonical.py",
        "        case tuple() | list():",
        "        case list():",
    ),
    Mutant(
        NAMES + "test_compact_text_is_json",
        "kernel/canonical.py",
        "compact = json.JSONEncoder(ensure_ascii=False",
        "compact = json.JSONEncoder(ensure_ascii=True",
    ),
    Mutant(
        NAMES + "test_the_order_of_keys_does_not_matter",
        "kernel/canonical.py",
        "sort_keys=True",
        "sort_keys=False",
    ),
    Mutant(
        NAMES + "test_derived_ids_sort_by_time",
        "kernel/ids.py",
        "(micros(at) // 1000)",
        "(micros(at) % 1_000_000)",
    ),
    Mutant(
        NAMES + "test_any_text_is_an_id_or_refused",
        "kernel/ids.py",
        "not _ID.fullmatch(value)",
        "not _ID.match(value)",
    ),
    Mutant(
        NAMES + "test_fingerprints_tell_values_apart",
        "kernel/canonical.py",
        "for field in attrs.fields(kind) if field.init}",
        "for field in attrs.fields(kind)[:1] if field.init}",
    ),
    Mutant(
        TIME + "test_any_text_is_an_instant_or_refused",
        "kernel/instant.py",
        "        except ValueError:\n            raise InvalidInstant(",
        "        except KeyError:\n            raise InvalidInstant(",
    ),
    Mutant(
        TIME + "test_instants_round_trip",
        "kernel/instant.py",
        "value.astimezone(UTC).replace(tzinfo=None)",
        "value.replace(tzinfo=None)",
    ),
    Mutant(
        TIME + "test_microseconds_order_as_instants",
        "kernel/instant.py",
        "    return (value - EPOCH) // _MICRO",
        "    return (value - EPOCH).microseconds",
    ),
    Mutant(
        TIME + "test_an_overlap_is_what_both_have",
        "kernel/period.py",
        "        first = max(self.start, start)",
        "        first = min(self.start, start)",
    ),
    Mutant(
        TIME + "test_segments_tile_the_period",
        "kernel/timeline.py",
        "self.points[index + 1][0] if index + 1 < len(self.points) else None",
        "None",
    ),
    Mutant(
        TIME + "test_a_timeline_says_what_was_set_last",
        "kernel/timeline.py",
        "        where = bisect.bisect_right(self.points, at",
        "        where = bisect.bisect_left(self.points, at",
    ),
    Mutant(
        TIME + "test_a_period_holds_its_start_and_not_its_end",
        "kernel/period.py",
        "self.start <= at < self.end",
        "self.start <= at <= self.end",
    ),
    Mutant(
        CADENCE + "test_periods_tile_time",
        "kernel/cadence.py",
        "        while self.nth(n + 1) <= at:",
        "        while self.nth(n + 1) < at:",
    ),
    Mutant(
        CADENCE + "test_periods_tile_time_across_moves",
        "kernel/cadence.py",
        "    boundary = max(boundary, _nth(cadence, first - 1))\n",
        "",
    ),
    Mutant(
        CADENCE + "test_periods_tile_time_across_moves",
        "kernel/cadence.py",
        "    return min(boundary, cadence.anchor) if n < 0 else max(boundary, cadence.anchor)",
        "    return boundary",
    ),
    Mutant(
        CADENCE + "test_periods_tile_time_in_every_zone",
        "kernel/cadence.py",
        "        while self.nth(n) > at:\n            n -= 1\n",
        "",
    ),
    Mutant(
        CADENCE + "test_a_move_keeps_the_current_periods_end",
        "kernel/cadence.py",
        "        first = self.index(at) + 2",
        "        first = self.index(at) + 1",
    ),
    Mutant(
        CADENCE + "test_the_first_boundary_is_the_anchor",
        "kernel/cadence.py",
        "    if n == 0:\n        return cadence.anchor\n",
        "",
    ),
    Mutant(
        CADENCE + "test_month_ends_come_back",
        "kernel/cadence.py",
        "relativedelta(months=n * interval.months, day=cadence.day)",
        "relativedelta(months=n * interval.months)",
    ),
    Mutant(
        CADENCE + "test_a_billing_day_is_on_or_after_the_start",
        "kernel/cadence.py",
        "    return here if here.date() >= local.date() else following",
        "    return here",
    ),
    Mutant(
        CADENCE + "test_local_days_add_up",
        "kernel/cadence.py",
        "    return (end.astimezone(there).date() - start.astimezone(there).date()).days",
        "    return (end.astimezone(there) - start.astimezone(there)).days",
    ),
    Mutant(
        CADENCE + "test_a_local_hour_is_never_longer_than_one",
        "kernel/windows.py",
        "    return start if _offset(start, local) == local.utcoffset() else _last_put(start, end, local)",
        "    return start",
    ),
    Mutant(
        CADENCE + "test_a_local_hour_is_never_longer_than_one",
        "kernel/windows.py",
        "    start = end - (local.replace(tzinfo=None) - full)\n    return start if _offset(start, local)"
        " == local.utcoffset() else _last_put(start, end, local)",
        "    return full.replace(tzinfo=local.tzinfo, fold=local.fold).astimezone(UTC)",
    ),
    Mutant(
        CADENCE + "test_days_later_it_is_the_same_time",
        "kernel/cadence.py",
        "to_utc(wall + dt.timedelta(days=days), zone_name)",
        "to_utc(wall - dt.timedelta(days=days), zone_name)",
    ),
    Mutant(
        "tests/kernel/test_currency.py::test_an_own_code_says_its_places",
        "kernel/currency.py",
        "return Currency(found[0], int(found[2])",
        "return Currency(found[1], int(found[2])",
    ),
    Mutant(
        EXACT + "test_equal_numbers_have_one_text",
        "kernel/exact.py",
        "settled = _settled(value) if isinstance(value, Fraction) else _canonical(value)",
        "settled = value if isinstance(value, Fraction) else _canonical(value)",
    ),
)
