"""What the formats name and a later version builds: refused at its place, never ignored.

An ignored grant misbills; so each of these keys and values is known here by name, and answered ``NotSupportedYet``
instead of "unknown key".
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from billcore.lifecycle import UsageAction, UsageEvent
from billcore.ports import scenario, steps
from billcore.pricing import (
    Aggregation,
    Catalog,
    Component,
    Grant,
    GrantKind,
    Meter,
    OnChange,
    OnEnd,
    Plan,
    PlanVersion,
    Price,
    Proration,
)

__all__ = ["LATER_KEYS", "LATER_VALUES"]

LATER_KEYS: Mapping[type[attrs.AttrsInstance], frozenset[str]] = {
    Catalog: frozenset({"dunning"}),
    Component: frozenset({"stale", "last_synced_at"}),
    Grant: frozenset({"recurrence", "rollover_min", "rollover_max", "preserve_overage"}),
    Meter: frozenset({"filters", "exclude", "group_by", "round", "recurring", "granularity"}),
    Plan: frozenset({"trial"}),
    PlanVersion: frozenset({"trial"}),
    Price: frozenset({"stale", "last_synced_at"}),
    UsageEvent: frozenset({"deployment"}),
    scenario.ScenarioPolicy: frozenset({"grace"}),
    steps.Subscribe: frozenset({"trial_end"}),
    steps.AddItem: frozenset({"subscription"}),
}
"""Keys by the class whose document they belong to."""

LATER_VALUES: Mapping[object, frozenset[str]] = {
    Proration: frozenset({"day_inclusive", "day30", "ceil", "full", "free"}),
    OnChange: frozenset({"difference", "usage", "keep"}),
    OnEnd: frozenset({"whole"}),
    GrantKind: frozenset({"purchased", "granted", "allowance"}),
    Aggregation: frozenset({"unique", "max", "min", "avg", "latest", "last_ever", "time_weighted"}),
    UsageAction: frozenset({"set"}),
    scenario.ScenarioSource: frozenset({"card"}),
}
"""Values by the enumeration or literal type that they belong to."""
