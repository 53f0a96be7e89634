"""Documents in and out: round trips, and what a reader takes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from billcore.adapters.serialization import (
    catalog_from,
    kind_of,
    load_json,
    load_toml,
    price_from,
    price_model_from,
    price_model_to,
    price_to,
    scenario_from,
    selection_from,
)
from billcore.kernel import (
    DayAnchor,
    Exact,
    Interval,
    InvalidDocument,
    InvalidValue,
)
from billcore.ports.scenario import Scenario
from billcore.ports.steps import Change, Publish, Subscribe, UsageStep
from billcore.pricing import Catalog, Flat, PerUnit, Price, PriceModel, Rating, Selection, Wrapped
from billcore.testing import laws
from billcore.testing import strategies as bst
from tests.adapters.problems import problems_of
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
