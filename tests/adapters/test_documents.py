"""Documents in and out: round trips, every problem at once with its place, and bombs."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcore.adapters.serialization import (
    DEEPEST,
    LIMIT,
    SCENARIO,
    catalog_from,
    kind_of,
    load_json,
    load_toml,
    price_from,
    price_model_from,
    price_model_to,
    price_to,
    read_document,
    scenario_from,
    selection_from,
)
from billcore.kernel import (
    DayAnchor,
    Exact,
    InputError,
    Interval,
    InvalidDocument,
    InvalidInstant,
    InvalidNumber,
    InvalidValue,
    NotSupportedYet,
    UnknownCurrency,
)
from billcore.ports.scenario import Scenario
from billcore.ports.steps import Change, Publish, Subscribe, UsageStep
from billcore.pricing import Catalog, Flat, PerUnit, Price, PriceModel, Rating, Selection, Wrapped
from billcore.testing import laws
from billcore.testing import strategies as bst
from tests.adapters.stories import (
    CATALOG_TEXT,
    SCENARIO_TEXT,
    catalog_data,
    scenario_data,
    scenarios,
    step_data,
    with_key,
)

slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=50)


def problems_of(data: dict[str, Any]) -> dict[str | None, InputError]:
    """The problems of a document by place."""
    read = scenario_from if data.get("format") == SCENARIO else catalog_from
    with pytest.raises(InvalidDocument) as caught:
        read(data)
    return {problem.place: problem for problem in caught.value.problems}


class TestRoundTrips:
    """Laws: what is written reads back as the same value, through JSON text too."""

    @slow
    @given(bst.catalogs())
    def test_catalog(self, catalog: Catalog) -> None:
        """A catalog's document reads back as the catalog."""
        laws.document_reads_back(catalog)

    @slow
    @given(bst.catalogs(currency="EUR").flatmap(bst.selections))
    def test_selection(self, selection: Selection) -> None:
        """A selection's document reads back as the selection."""
        laws.document_reads_back(selection)

    @slow
    @given(bst.prices())
    def test_price(self, price: Price) -> None:
        """A price's document reads back as the price."""
        laws.document_reads_back(price)

    @slow
    @given(bst.price_models())
    def test_model(self, model: PriceModel) -> None:
        """A price model's document reads back as the model."""
        laws.document_reads_back(model)

    @slow
    @given(scenarios())
    def test_scenario(self, scenario: Scenario) -> None:
        """A scenario's document reads back as the scenario."""
        laws.document_reads_back(scenario)

    def test_wrapper_without_effect(self) -> None:
        """A wrapped model whose wrapper does nothing stays wrapped."""
        model = Wrapped(model=Flat(5))

        assert price_model_from(price_model_to(model)) == model

    def test_only_what_is_not_default(self) -> None:
        """A writer leaves out what a reader would put there anyway."""
        price = Price(code="seat", model=PerUnit("7.50"), currency="EUR")

        assert price_to(price) == {
            "code": "seat",
            "model": {"type": "per_unit", "unit_amount": "7.5"},
            "currency": "EUR",
        }

    def test_model_of_ones_own(self) -> None:
        """A price model that billcore did not define has no document."""

        class Own:
            def rate(self, quantity: Exact) -> Rating:
                return Rating(quantity, quantity)

        with pytest.raises(InvalidValue, match="of one's own"):
            price_model_to(Own())

    @given(bst.amounts(places=12))
    def test_numbers_in_three_forms(self, amount: Decimal) -> None:
        """A TOML number, a JSON number and text give the same exact amount."""
        written = format(amount, "f")
        models = [
            price_model_from(load_toml(f'type = "flat"\namount = {written}')),
            price_model_from(load_json(f'{{"type": "flat", "amount": {written}}}')),
            price_model_from({"type": "flat", "amount": written}),
        ]

        assert models == [Flat(amount)] * 3


class TestReading:
    """What documents say, and the values they become."""

    def test_catalog(self) -> None:
        """Wrappers stand flat beside the type, anchors and intervals have their forms, ``from`` is a date."""
        catalog = catalog_from(catalog_data())
        base, metered = catalog.plan("pro").versions[0].prices

        assert metered.model == Wrapped(
            model=price_model_from(
                {"type": "graduated", "tiers": [{"up_to": 10, "unit_amount": 1}, {"unit_amount": "0.5"}]}
            ),
            included=100,
            minimum=1,
        )
        assert (base.currency, metered.interval, catalog.plan("pro").anchor) == (
            "EUR",
            Interval(months=12),
            DayAnchor(31),
        )
        assert catalog.tax_rates[0].from_ is not None
        assert catalog.addon("more").price.interval == Interval(days=10)

    @pytest.mark.parametrize(
        ("written", "interval"),
        [
            ("week", Interval(days=7)),
            ("half_year", Interval(months=6)),
            ({"months": 3}, Interval(months=3)),
            ({"years": 2}, Interval(months=24)),
            ({"seconds": 90}, Interval(seconds=90)),
        ],
    )
    def test_intervals(self, written: object, interval: Interval) -> None:
        """An interval is a name, or a number of one unit."""
        data = {"code": "x", "model": {"type": "flat", "amount": 1}, "interval": written}

        assert price_from(data).interval == interval

    @pytest.mark.parametrize("inclusive", [True, False])
    def test_inclusive(self, *, inclusive: bool) -> None:
        """A tax rate says whether prices include it."""
        data = with_key(catalog_data(), ["tax_rates", 0, "inclusive"], value=inclusive)

        assert catalog_from(data).tax_rates[0].applied.inclusive is inclusive

    def test_subscription(self) -> None:
        """What is subscribed may stand in the step, in its selection, or in both, and becomes one selection."""
        first, second = scenario_from(scenario_data()).steps[:2]

        assert isinstance(first, Subscribe)
        assert first.selection == Selection(plan="pro", quantity=3, anchor=DayAnchor(15))
        assert isinstance(second, Subscribe)
        assert second.selection == Selection(service="postgres", compute_plan="small", replicas=2)

    def test_change_names_only_what_changes(self) -> None:
        """A change is laid over the selection that the subscription has."""
        change = scenario_from(scenario_data()).steps[2]
        before = Selection(service="postgres", compute_plan="small", replicas=2)

        assert isinstance(change, Change)
        assert change.selection.over(before) == Selection(service="postgres", compute_plan="small", replicas=3)

    def test_change_of_plan_leaves_the_version(self) -> None:
        """Another plan is bought in its active version, whatever the version of the old one."""
        data = step_data(do="change", subscription="s", plan="team")
        change = scenario_from(data).steps[0]

        assert isinstance(change, Change)
        assert change.selection.over(Selection(plan="pro", version=2, quantity=4)) == Selection(plan="team", quantity=4)
        assert change.selection.over(Selection(service="postgres", replicas=3)) == Selection(plan="team")

    def test_events_of_a_step(self) -> None:
        """Events of a step take its time, and the scenario as their source, unless they say otherwise."""
        step = scenario_from(scenario_data()).steps[3]

        assert isinstance(step, UsageStep)
        assert (step.events[0].source, step.events[0].time) == ("scenario", step.at)

    def test_paths(self, tmp_path: Path) -> None:
        """With a folder, catalogs named by path are read and usage files joined to it; without, paths stay."""
        (tmp_path / "portal.toml").write_text(CATALOG_TEXT)
        data = scenario_data() | {"catalog": "portal.toml"}
        data["steps"] = [
            {"at": "2026-01-01T00:00:00Z", "do": "publish", "catalog": "portal.toml"},
            {"at": "2026-01-01T00:00:00Z", "do": "usage", "file": "may.csv"},
        ]
        read = scenario_from(data, tmp_path)
        publish, usage = read.steps

        assert isinstance(publish, Publish)
        assert isinstance(usage, UsageStep)
        assert read.catalog == publish.catalog == catalog_from(catalog_data())
        assert usage.file == str(tmp_path / "may.csv")
        assert scenario_from(data).catalog == "portal.toml"

    def test_published_by_version(self) -> None:
        """A ``publish`` may name one of the scenario's further catalogs."""
        data = step_data(do="publish", catalog="2026-01") | {"catalogs": [catalog_data()]}
        read = scenario_from(data)

        assert isinstance(read.steps[0], Publish)
        assert read.steps[0].catalog == read.catalogs[0]

    def test_problems_of_a_named_catalog(self, tmp_path: Path) -> None:
        """A catalog that is named by path tells its problems among the scenario's own, once."""
        (tmp_path / "portal.toml").write_text(CATALOG_TEXT.replace("percent = 19", "percent = 190"))
        data = scenario_data() | {"catalog": "portal.toml", "catalogs": ["portal.toml", "none.toml"], "settle": 1}
        with pytest.raises(InvalidDocument) as caught:
            scenario_from(data, tmp_path)

        assert {problem.place for problem in caught.value.problems} == {
            "catalog.tax_rates[0].percent",
            f"catalogs[1].{tmp_path / 'none.toml'}",
            "settle",
        }

    @pytest.mark.parametrize("text", [CATALOG_TEXT, SCENARIO_TEXT])
    def test_kind(self, text: str) -> None:
        """A document says what it is by its format."""
        assert kind_of(load_toml(text)) == ("catalog" if text is CATALOG_TEXT else "scenario")

    def test_unknown_kind(self) -> None:
        """A document of an unknown format, or of none, is refused."""
        for data in ({}, {"format": "billcore-catalog/2"}, {"format": 1}):
            with pytest.raises(InvalidDocument, match="format"):
                kind_of(data)

    def test_all_at_once(self) -> None:
        """Problems of every kind, in every corner of a document, are told together."""
        text = CATALOG_TEXT
        for right, wrong in (
            ('currency = "EUR"', 'currency = "EURO"'),
            ("min_replicas = 2", 'min_replicas = "x", stale = 1'),
            ('cadence = "usage"\nmeter = "requests"', 'cadence = "usage"\nmeter = "rex"'),
            ('"flat", amount = 20', '"flat", amount = -2, per_window = "week", inclded = 3'),
            ("from = 2024", "too = 2024"),
            ("day = 31", "day = 32"),
            ("ram_gib = 4, price = 0.05", "ram_gib = 4, price = 1e5"),
            ("{gold = 10.00}", "{gold = -10.00, silver = 1}"),
            ("years = 1", "years = 0"),
            ("version = 1\n", "version = 1.5\n"),
        ):
            assert right in text
            text = text.replace(right, wrong)

        assert set(problems_of(load_toml(text))) == {
            "currency",
            "sla_tiers[0].stale",
            "sla_tiers[0].min_replicas",
            "services[0].sla_surcharges.gold",
            "services[0].sla_surcharges.silver",
            "services[0].compute_plans[0].price",
            "plans[0].anchor.day",
            "plans[0].versions[0].version",
            "plans[0].versions[0].prices[0].model.per_window",
            "plans[0].versions[0].prices[0].model.inclded",
            "plans[0].versions[0].prices[0].model.amount",
            "plans[0].versions[0].prices[1].meter",
            "plans[0].versions[0].prices[1].interval",
            "tax_rates[0].too",
        }

    def test_the_name_of_the_file(self) -> None:
        """The error names the document, and each problem its place and value."""
        with pytest.raises(InvalidDocument) as caught:
            selection_from({"plan": "pro", "quantity": "-1"}, name="wish.toml")

        assert str(caught.value) == "wish.toml has 1 problem\n  quantity: must not be negative (got '-1')"


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


BOMBS: list[tuple[str, str, str]] = [
    (".json", "[" * 1_000_000, "nested over 32"),
    (".toml", "a = " + "[" * 1_000_000, "nested over 32"),
    (".toml", "a = " + "{b = " * 100_000, "nested over 32"),
    (".toml", "a." * 1_000_000 + "b = 1", "nested over 32"),
    (".toml", "[" + "a." * 33 + "b]", "nested over 32"),
    (
        ".toml",
        "\n".join(["[a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q]", ".".join("abcdefghijklmnopq") + " = 1"]),
        "nested over 32",
    ),
    (".json", '"' + '\\"' * 1_000_000, "not JSON"),
    (".toml", "a = '" * 500_000, "not TOML"),
    (".toml", "a = 1" + " " * 1_000_000 + "x", "not TOML"),
    (".json", '{"a": 1, "a": 2}', "a: a key stands twice"),
    (".json", '{"a": [{"b": {"c": 1, "c": 1}}]}', "a[0].b.c: a key stands twice"),
    (".toml", "a = 1\na = 2", "not TOML"),
    (".toml", "a = " + "9" * 100_000, "more than 400 characters"),
    (".toml", "a = 0x" + "f" * 100_000, "more than 400 characters"),
    (".json", "\ufeff{}", "byte order mark"),
    (".toml", "\ufeffa = 1", "byte order mark"),
    (".json", '{"a": "\0"}', "not JSON"),
    (".toml", 'a = "\0"', "not TOML"),
    (".json", "[1]", "a document is an object"),
    (".json", "", "not JSON"),
    (".yaml", "a: 1", "neither .toml nor .json"),
]


class TestBombs:
    """Files that want to hurt are answered with a typed error before much work is done."""

    @pytest.mark.parametrize(
        ("suffix", "text", "fragment"), BOMBS, ids=[f"{n}-{row[2]}" for n, row in enumerate(BOMBS)]
    )
    def test_bomb(self, tmp_path: Path, suffix: str, text: str, fragment: str) -> None:
        """A bomb is refused, and soon."""
        path = tmp_path / f"bomb{suffix}"
        path.write_text(text, encoding="utf-8")
        began = time.perf_counter()
        with pytest.raises(InvalidDocument) as caught:
            read_document(path)

        assert fragment in str(caught.value)
        assert time.perf_counter() - began < 5

    @pytest.mark.parametrize(
        "number",
        ["1e999999999", "1e-999999999", "NaN", "Infinity", "-Infinity", "9" * 100_000, "0." + "1" * 100_000],
        ids=lambda number: number[:12],
    )
    def test_number(self, number: str) -> None:
        """A number outside the accepted form is refused at its place, however long it is."""
        data = load_json(f'{{"type": "flat", "amount": {number}}}')
        with pytest.raises(InvalidDocument) as caught:
            price_model_from(data)

        assert [(problem.place, type(problem)) for problem in caught.value.problems] == [("amount", InvalidNumber)]
        assert len(str(caught.value)) < 300

    @pytest.mark.parametrize("suffix", [".json", ".toml"])
    def test_size(self, tmp_path: Path, suffix: str) -> None:
        """A file over the limit is refused unread; a smaller limit may be set."""
        path = tmp_path / f"large{suffix}"
        with path.open("wb") as file:
            file.truncate(LIMIT + 1)
        with pytest.raises(InvalidDocument, match="larger than 16777216 bytes"):
            read_document(path)
        path.write_text("{" + " " * 200)
        with pytest.raises(InvalidDocument, match="larger than 100 bytes"):
            read_document(path, limit=100)
        with pytest.raises(InvalidDocument, match="larger than 3 bytes"):
            load_json("[[]]", limit=3)

    def test_not_utf8(self) -> None:
        """Bytes that are not UTF-8 are refused with the place of the first wrong one."""
        for load in (load_json, load_toml):
            with pytest.raises(InvalidDocument, match=r"byte 0: not UTF-8"):
                load("a = 1".encode("utf-16"))

    @pytest.mark.parametrize("path", ["absent.toml", ".toml/x.json", "a\0b.json"])
    def test_unreadable(self, path: str) -> None:
        """A file that cannot be read is a problem like any other."""
        with pytest.raises(InvalidDocument, match="cannot read the file"):
            read_document(path)

    def test_as_deep_as_allowed(self) -> None:
        """Thirty-two levels are read, in either language."""
        deep = "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)

        assert load_json(f'{{"a": {deep}}}') == load_toml(f"a = {deep}")

    def test_many_problems(self) -> None:
        """Of a document with very many problems the first thousand are told, in bounded time."""
        data = catalog_data() | {"meters": [{"cod": 1}] * 100_000} | {f"key{n}": n for n in range(100_000)}
        with pytest.raises(InvalidDocument) as caught:
            catalog_from(data)

        assert len(caught.value.problems) == 1_001
        assert caught.value.problems[-1].text == "there are more problems"

    @pytest.mark.parametrize("section", ["meters", "customers"])
    def test_many_entries(self, section: str) -> None:
        """Time grows with the number of entries, not with its square."""
        rows = [
            {"id": f"c{n}", "currency": "EUR"} if section == "customers" else {"code": f"m{n}"} for n in range(20_000)
        ]
        data = {**(scenario_data() if section == "customers" else catalog_data())}
        data[section] = [*data[section], *rows]
        began = time.perf_counter()
        read = scenario_from(data) if section == "customers" else catalog_from(data)

        assert len(getattr(read, section)) == 20_001
        assert time.perf_counter() - began < 10

    @slow
    @given(st.binary(max_size=200) | st.text(max_size=200))
    def test_any_bytes(self, source: bytes | str) -> None:
        """Whatever the bytes, a loader answers plain data or ``InvalidDocument``."""
        for load in (load_json, load_toml):
            with contextlib.suppress(InvalidDocument):
                load(source)

    @slow
    @given(
        st.sampled_from(["catalog", "scenario"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats() | st.decimals(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        ),
        st.randoms(use_true_random=False),
    )
    def test_any_value_anywhere(self, kind: str, value: object, chance: random.Random) -> None:
        """Whatever stands anywhere in a document, a reader answers a value or ``InvalidDocument`` that can be shown."""
        data = catalog_data() if kind == "catalog" else scenario_data()
        path: list[str | int] = []
        inner: Any = data
        while isinstance(inner, (dict, list)) and inner and (not path or chance.random() < 0.8):
            key = chance.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
            path.append(key)
            inner = inner[key]
        read = catalog_from if kind == "catalog" else scenario_from
        problems: tuple[InputError, ...] = ()
        try:
            read(with_key(data, path, value))
        except InvalidDocument as error:
            problems = error.problems

        assert all(type(problem) is not InputError and str(problem) for problem in problems)


def test_a_list_of_mistakes_is_read_no_further_than_they_are_told() -> None:
    """A hundred thousand wrong tiers cost a minute and half a gigabyte, to tell a thousand of them."""
    seen: list[int] = []

    class Watched(list[object]):
        def __iter__(self) -> Iterator[object]:
            for index in range(100_000):
                seen.append(index)
                yield {"up_to": -1, "unit_amount": "x"}

    with pytest.raises(InvalidDocument) as caught:
        price_model_from({"type": "graduated", "tiers": Watched()})

    assert len(caught.value.problems) == 1_001
    assert len(seen) < 1_000
