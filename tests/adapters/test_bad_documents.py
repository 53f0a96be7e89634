"""Documents that make no sense: every problem at once, each with its place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billcore.kernel import (
    InputError,
    InvalidInstant,
    InvalidNumber,
    InvalidValue,
    NotSupportedYet,
    UnknownCurrency,
)
from tests.adapters.problems import problems_of
from tests.adapters.stories import (
    catalog_data,
    scenario_data,
    step_data,
    with_key,
)

PRICE: list[str | int] = ["plans", 0, "versions", 0, "prices", 0]
MODEL: list[str | int] = [*PRICE, "model"]
COMPONENT = {"code": "disk", "product_id": "ssd", "value_path": "spec.disk", "unit": "GiB"}
TIERS: list[str | int] = ["plans", 0, "versions", 0, "prices", 1, "model", "tiers"]
SERVICE: list[str | int] = ["services", 0]

BAD_CATALOGS: list[tuple[list[str | int], object, type[InputError], str, str]] = [
    (["format"], ..., InvalidValue, "format", "missing"),
    (["format"], "billcore-catalog/2", InvalidValue, "format", "not a format"),
    (["version"], ..., InvalidValue, "version", "missing"),
    (["version"], 1, InvalidValue, "version", "not text"),
    (["version"], "a b", InvalidValue, "version", "not an id"),
    (["effective"], "2026-01-01", InvalidInstant, "effective", "not an instant"),
    (["effective"], "2026-01-01T00:00:00", InvalidInstant, "effective", "not an instant"),
    (["effective"], 20260101, InvalidInstant, "effective", "not an instant"),
    (["currency"], "eur", UnknownCurrency, "currency", "upper case"),
    (["currency"], ..., InvalidValue, "services[0].currency", "no currency"),
    (["currency"], ..., InvalidValue, "addons[0].price.currency", "no currency"),
    (["dunning"], {}, NotSupportedYet, "dunning", "not supported yet"),
    (["grants"], [{"kind": "allowance", "amount": 5}], NotSupportedYet, "grants[0].kind", "allowance"),
    (["grants"], [{"kind": "gift", "amount": 5}], InvalidValue, "grants[0].kind", "one of promotional"),
    (
        ["grants"],
        [{"kind": "promotional", "amount": 5, "rollover_max": 1}],
        *(NotSupportedYet, "grants[0].rollover_max", ""),
    ),
    (["grants"], [{"kind": "promotional"}], InvalidValue, "grants[0].amount", "missing"),
    (
        ["grants"],
        [{"kind": "promotional", "amount": 1, "applies_to": ["b"]}],
        *(InvalidValue, "grants[0].applies_to[0]", "sold"),
    ),
    (["coupons"], [{"code": "a"}], InvalidValue, "coupons[0].percent", "a percentage or an amount"),
    (["coupons"], [{"code": "a", "percent": 101}], InvalidValue, "coupons[0].percent", ""),
    (["coupons"], [{"code": "a", "percent": 1, "applies_to": ["b"]}], InvalidValue, "coupons[0].applies_to[0]", "sold"),
    (["coupons"], [{"code": "a", "percent": 1}] * 2, InvalidValue, "coupons[1].code", "stands twice"),
    (["coupons"], [{"code": "a", "amount": 1, "stacking": "best"}], NotSupportedYet, "coupons[0].stacking", "best"),
    (["coupons"], [{"code": "a", "amount": 1, "stacking": "additive"}], InvalidValue, "coupons[0].stacking", "summed"),
    (["plans"], {}, InvalidValue, "plans", "not a list"),
    (["plans", 0], "pro", InvalidValue, "plans[0]", "not a table"),
    (["plans", 0, "code"], None, InvalidValue, "plans[0].code", "not text"),
    (["plans", 0, "product"], "vw", InvalidValue, "plans[0].product", "no such product"),
    (["plans", 0, "trial"], {"days": 7}, NotSupportedYet, "plans[0].trial", "not supported yet"),
    (["plans", 0, "anchor"], "end", InvalidValue, "plans[0].anchor", "not an anchor"),
    (["plans", 0, "anchor"], {"day": "15"}, InvalidValue, "plans[0].anchor.day", "not an integer"),
    (["plans", 0, "anchor"], {"week": 1}, InvalidValue, "plans[0].anchor.day", "missing"),
    (["plans", 0, "versions", 0, "version"], True, InvalidValue, "plans[0].versions[0].version", "not an integer"),
    (["plans", 0, "versions", 0, "version"], 0, InvalidValue, "plans[0].versions[0].version", "count from 1"),
    (["plans", 0, "versions", 0, "status"], "on", InvalidValue, "plans[0].versions[0].status", "one of draft"),
    ([*PRICE, "code"], "requests", InvalidValue, "plans[0].versions[0].prices[1].code", "stands twice"),
    ([*PRICE, "proration"], "day30", NotSupportedYet, "plans[0].versions[0].prices[0].proration", "day30"),
    ([*PRICE, "on_change"], "keep", NotSupportedYet, "plans[0].versions[0].prices[0].on_change", "keep"),
    ([*PRICE, "on_end"], "whole", NotSupportedYet, "plans[0].versions[0].prices[0].on_end", "whole"),
    ([*PRICE, "event_minimum"], 1, InvalidValue, "plans[0].versions[0].prices[0].event_minimum", "only usage has"),
    (
        [*PRICE, "minimum_duration"],
        "hour",
        InvalidValue,
        "plans[0].versions[0].prices[0].minimum_duration",
        "least time",
    ),
    ([*PRICE, "interval"], "fortnight", InvalidValue, "plans[0].versions[0].prices[0].interval", "no such interval"),
    ([*PRICE, "interval"], {"months": 1.0}, InvalidValue, "plans[0].versions[0].prices[0].interval.months", "integer"),
    ([*PRICE, "interval"], {}, InvalidValue, "plans[0].versions[0].prices[0].interval", "one of months"),
    ([*PRICE, "meter"], "requests", InvalidValue, "plans[0].versions[0].prices[0].meter", "names a meter"),
    ([*PRICE, "modle"], 1, InvalidValue, "plans[0].versions[0].prices[0].modle", "model?"),
    ([*MODEL, "type"], ..., InvalidValue, "plans[0].versions[0].prices[0].model.type", "missing"),
    ([*MODEL, "type"], "flatt", InvalidValue, "plans[0].versions[0].prices[0].model.type", "no such price model"),
    ([*MODEL, "type"], [], InvalidValue, "plans[0].versions[0].prices[0].model.type", "no such price model"),
    ([*MODEL, "per_window"], "week", InvalidValue, "plans[0].versions[0].prices[0].model.per_window", "a window is"),
    ([*MODEL, "amount"], True, InvalidNumber, "plans[0].versions[0].prices[0].model.amount", "not a plain"),
    ([*MODEL, "amount"], 0.1, InvalidNumber, "plans[0].versions[0].prices[0].model.amount", "float"),
    ([*MODEL, "amount"], "1e5", InvalidNumber, "plans[0].versions[0].prices[0].model.amount", "1e5"),
    ([*MODEL, "amount"], "\uff11", InvalidNumber, "plans[0].versions[0].prices[0].model.amount", "not a plain"),
    ([*MODEL, "amount"], 10**15, InvalidNumber, "plans[0].versions[0].prices[0].model.amount", "15 digits"),
    ([*MODEL, "amount"], 10**10_000, InvalidNumber, "plans[0].versions[0].prices[0].model.amount", "15 digits"),
    ([*MODEL, "amount"], Decimal("NaN"), InvalidNumber, "plans[0].versions[0].prices[0].model.amount", "NaN"),
    ([*MODEL, "unit_divisor"], 0, InvalidValue, "plans[0].versions[0].prices[0].model.unit_divisor", "greater"),
    ([*MODEL, "minimum"], -1, InvalidValue, "plans[0].versions[0].prices[0].model.minimum", "negative"),
    ([*TIERS, 1, "up_to"], 20, InvalidValue, "plans[0].versions[0].prices[1].model.tiers[1].up_to", "must be open"),
    (
        [*TIERS, 0, "package_size"],
        0,
        InvalidValue,
        "plans[0].versions[0].prices[1].model.tiers[0].package_size",
        "greater",
    ),
    ([*SERVICE, "components"], [{}], InvalidValue, "services[0].components[0].code", "missing"),
    ([*SERVICE, "components"], [COMPONENT | {"unit": "Gib"}], InvalidValue, "services[0].components[0].unit", "GiB"),
    (
        [*SERVICE, "components"],
        [COMPONENT | {"value_path": "a..b"}],
        InvalidValue,
        "services[0].components[0].value_path",
        "character 2",
    ),
    (
        [*SERVICE, "components"],
        [COMPONENT | {"product_id": "{size}"}],
        InvalidValue,
        "services[0].components[0].product_id",
        "one of plan",
    ),
    ([*SERVICE, "components"], [COMPONENT, COMPONENT], InvalidValue, "services[0].components[1].code", ""),
    ([*SERVICE, "listed"], "false", InvalidValue, "services[0].listed", "neither true nor false"),
    ([*SERVICE, "billing_unit"], "cpu", InvalidValue, "services[0].billing_unit", "one of ram_gib"),
    ([*SERVICE, "sla_surcharges", "silver"], 1, InvalidValue, "services[0].sla_surcharges.silver", "no such SLA tier"),
    ([*SERVICE, "sla_surcharges", "gold"], "x", InvalidNumber, "services[0].sla_surcharges.gold", "not a plain"),
    ([*SERVICE, "compute_plans", 0, "price"], ..., InvalidValue, "services[0].compute_plans[0].price", "missing"),
    ([*SERVICE, "compute_plans", 0, "cpu"], -1, InvalidValue, "services[0].compute_plans[0].cpu", "negative"),
    (
        [*SERVICE, "discount_brackets", 1, "above"],
        9,
        InvalidValue,
        "services[0].discount_brackets[1].above",
        "must be 8",
    ),
    (["meters", 0, "aggregation"], "unique", NotSupportedYet, "meters[0].aggregation", "unique"),
    (["meters", 0, "aggregation"], "mean", InvalidValue, "meters[0].aggregation", "one of sum, count"),
    (["meters", 0, "group_by"], ["region"], NotSupportedYet, "meters[0].group_by", "a list"),
    (["meters", 0, "last_synced_at"], "x", InvalidInstant, "meters[0].last_synced_at", "x"),
    (
        ["services", 0, "components"],
        [{"code": "c", "product_id": "x", "stale": True}],
        *(NotSupportedYet, "services[0].components[0].stale", ""),
    ),
    (["products", 0, "composed_of"], [{}], InvalidValue, "products[0].composed_of[0].product", "missing"),
    (["products", 0, "composed_of"], [{"product": "x"}], InvalidValue, "products[0].composed_of[0].product", "no such"),
    (["products", 0, "max_per_customer"], "0.5", InvalidValue, "products[0].max_per_customer", "must be whole"),
    (["services", 0, "supporting"], ["x"], InvalidValue, "services[0].supporting[0]", "no such service"),
    (["addons", 0, "excludes"], ["x"], InvalidValue, "addons[0].excludes[0]", "no such addon"),
    (["addons", 0, "included_with"], ["x"], InvalidValue, "addons[0].included_with[0]", "no such plan"),
    (["availability"], [{"service": "x", "compute_plan": "y"}], InvalidValue, "availability[0].service", "no such"),
    (["addons", 0, "meter"], "traffic", InvalidValue, "addons[0].meter", "no such meter"),
    (["addons", 0, "meter"], "request", InvalidValue, "addons[0].meter", "requests?"),
    (["tax_rates", 0, "country"], "Germany", InvalidValue, "tax_rates[0].country", "ISO 3166"),
    (["tax_rates", 0, "from"], "2024-02-30", InvalidValue, "tax_rates[0].from", "not a date"),
    (["tax_rates", 0, "to"], "2023-01-01", InvalidValue, "tax_rates[0].to", "ends before"),
    (["tax_rates", 0, "inclusive"], "yes", InvalidValue, "tax_rates[0].inclusive", ""),
    (["tax_rates", 0, "reason"], "because", InvalidValue, "tax_rates[0].reason", "rate of zero"),
    (["plans", 0, "name"], "a\x00b", InvalidValue, "plans[0].name", "control character"),
    (["plans", 0, "name"], "\ud800", InvalidValue, "plans[0].name", "control character"),
    (["plans", 0, "name"], "x" * 10_001, InvalidValue, "plans[0].name", "longer than"),
    (["a key"], 1, InvalidValue, "['a key']", "unknown key"),
]


@pytest.mark.parametrize(
    ("path", "value", "kind", "place", "fragment"),
    BAD_CATALOGS,
    ids=[f"{n}-{row[3]}" for n, row in enumerate(BAD_CATALOGS)],
)
def test_bad_catalog(path: list[str | int], value: object, kind: type[InputError], place: str, fragment: str) -> None:
    """Each wrong catalog is refused by one typed error that names the place and what is wrong there."""
    problem = problems_of(with_key(catalog_data() | {"format": "billcore-catalog/1"}, path, value))[place]

    assert type(problem) is kind
    assert fragment in str(problem)


BAD_STEPS: list[tuple[dict[str, object], type[InputError], str, str]] = [
    ({}, InvalidValue, "do", "missing"),
    ({"do": "sing"}, InvalidValue, "do", "no such action"),
    ({"do": 5}, InvalidValue, "do", "no such action"),
    ({"do": "pause", "subscription": "s"}, NotSupportedYet, "do", "pause"),
    ({"do": "refund"}, NotSupportedYet, "do", "refund"),
    ({"do": "subscribe", "customer": "c", "subscription": "s"}, InvalidValue, "selection", "select one"),
    ({"do": "subscribe", "subscription": "s", "plan": "p"}, InvalidValue, "customer", "missing"),
    (
        {"do": "subscribe", "customer": "c", "subscription": "s", "plan": "p", "coupon": "no id"},
        InvalidValue,
        "coupon",
        "not an id",
    ),
    (
        {"do": "subscribe", "customer": "c", "subscription": "s", "plan": "p", "version": "1"},
        InvalidValue,
        "version",
        "int",
    ),
    (
        {"do": "subscribe", "customer": "c", "subscription": "s", "plan": "p", "selection": {"plan": "q"}},
        InvalidValue,
        "plan",
        "in the step and in its selection",
    ),
    (
        {"do": "subscribe", "customer": "c", "subscription": "s", "selection": {"service": "x", "replicas": 0}},
        InvalidValue,
        "selection.replicas",
        "greater than zero",
    ),
    (
        {"do": "subscribe", "customer": "c", "subscription": "s", "selection": 5},
        InvalidValue,
        "selection",
        "not a table",
    ),
    ({"do": "change", "subscription": "s"}, InvalidValue, "selection", "nothing to change"),
    ({"do": "change", "subscription": "s", "quantity": -1}, InvalidValue, "quantity", "negative"),
    ({"do": "change", "subscription": "s", "selection": {"size": 1}}, InvalidValue, "selection.size", "sizes?"),
    ({"do": "cancel", "subscription": "s", "when": "later"}, InvalidValue, "when", "one of now, period_end"),
    ({"do": "usage"}, InvalidValue, "events", "events or a file"),
    ({"do": "usage", "events": [{"id": "1"}]}, InvalidValue, "events[0].customer", "missing"),
    (
        {"do": "usage", "events": [{"id": "1", "customer": "c", "meter": "m", "action": "set"}]},
        NotSupportedYet,
        "events[0].action",
        "set",
    ),
    (
        {"do": "usage", "events": [{"id": "1", "customer": "c", "meter": "m", "deployment": "d"}]},
        NotSupportedYet,
        "events[0].deployment",
        "",
    ),
    ({"do": "publish", "catalog": 5}, InvalidValue, "catalog", "neither a catalog nor its path"),
    ({"do": "publish", "catalog": {"version": "1"}}, InvalidValue, "catalog.effective", "missing"),
    ({"do": "top_up", "customer": "c", "amount": 0}, InvalidValue, "amount", "greater than zero"),
    ({"do": "issue_voucher", "code": "x", "amount": 1, "limit": 0}, InvalidValue, "limit", "from 1"),
    ({"do": "credit", "document": "d"}, InvalidValue, "line", "say what to credit"),
    ({"do": "credit", "document": "d", "whole": True, "line": "1"}, InvalidValue, "whole", "no line"),
    ({"do": "void", "document": "d", "must_fail": True, "must_succeed": True}, InvalidValue, "must_fail", "both"),
    ({"do": "bill", "until": "tomorrow"}, InvalidInstant, "until", "not an instant"),
]


@pytest.mark.parametrize(
    ("step", "kind", "place", "fragment"), BAD_STEPS, ids=[f"{n}-{row[2]}" for n, row in enumerate(BAD_STEPS)]
)
def test_bad_step(step: dict[str, object], kind: type[InputError], place: str, fragment: str) -> None:
    """Each wrong step is refused by one typed error that names the place and what is wrong there."""
    problem = problems_of(step_data(**step))[f"steps[0].{place}"]

    assert type(problem) is kind
    assert fragment in str(problem)


BAD_SCENARIOS: list[tuple[list[str | int], object, type[InputError], str, str]] = [
    (["until"], "2025-01-01T00:00:00Z", InvalidValue, "until", "ends before"),
    (["billing"], "auto", InvalidValue, "billing", "one of automatic, manual"),
    (["policy", "grace"], {}, NotSupportedYet, "policy.grace", "yet"),
    (["policy", "tax"], "document", InvalidValue, "policy.tax", "one of rate, line"),
    (["policy", "proration"], "full", NotSupportedYet, "policy.proration", "full"),
    (["policy", "settlement", "sources"], ["card"], NotSupportedYet, "policy.settlement.sources[0]", "card"),
    (["policy", "settlement", "sources"], ["balance"] * 2, InvalidValue, "policy.settlement.sources[1]", "twice"),
    (["policy", "rounding", "mode"], "down", InvalidValue, "policy.rounding.mode", "one of half_up"),
    (["customers", 0, "timezone"], "Mars/Base", InvalidValue, "customers[0].timezone", "unknown time zone"),
    (["customers", 0, "currency"], "XAU", UnknownCurrency, "customers[0].currency", "not money"),
    (["customers", 0, "terms"], "10", InvalidValue, "customers[0].terms", "not an integer"),
    (["customers", 0, "opening", "balance"], -1, InvalidValue, "customers[0].opening.balance", "negative"),
    (["customers"], [{"id": "a", "currency": "EUR"}] * 2, InvalidValue, "customers[1].id", "twice"),
    (["steps"], {}, InvalidValue, "steps", "not a list"),
    (["expect"], [], InvalidValue, "expect", "not a table"),
    (["catalog"], {}, InvalidValue, "catalog.version", "missing"),
]


@pytest.mark.parametrize(
    ("path", "value", "kind", "place", "fragment"),
    BAD_SCENARIOS,
    ids=[f"{n}-{row[3]}" for n, row in enumerate(BAD_SCENARIOS)],
)
def test_bad_scenario(path: list[str | int], value: object, kind: type[InputError], place: str, fragment: str) -> None:
    """Each wrong scenario is refused by one typed error that names the place and what is wrong there."""
    problem = problems_of(with_key(scenario_data(), path, value))[place]

    assert type(problem) is kind
    assert fragment in str(problem)
