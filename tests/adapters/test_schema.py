"""JSON Schema of the documents: valid itself, takes what the readers take, refuses what it can of the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from billcore.adapters.serialization import (
    SCHEMAS,
    catalog_to,
    price_to,
    scenario_to,
    schema,
    selection_to,
)
from billcore.kernel import InvalidValue
from billcore.ports.scenario import Scenario
from billcore.ports.steps import ACTIONS
from billcore.pricing import Catalog, Price, Selection
from billcore.testing import strategies as bst
from tests.adapters.stories import catalog_data, scenario_data, scenarios, step_data, with_key
from tests.adapters.test_documents import BAD_STEPS, MODEL, PRICE

jsonschema = pytest.importorskip("jsonschema")
pytestmark = pytest.mark.dev_dependency
slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=30)

VALIDATORS = {name: jsonschema.Draft202012Validator(schema(name)) for name in SCHEMAS}


def as_json(data: dict[str, Any]) -> object:
    """Plain data as JSON has it: instants and decimals as text."""
    return json.loads(json.dumps(data, default=str).replace("+00:00", "Z"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_metaschema(name: str) -> None:
    """Each schema is one, by the metaschema of 2020-12, and every reference in it leads somewhere."""
    made = schema(name)
    jsonschema.Draft202012Validator.check_schema(made)
    referred = {part.split('"')[0] for part in json.dumps(made).split("#/$defs/")[1:]}

    assert referred <= made["$defs"].keys()


def test_every_action_and_model() -> None:
    """A schema of scenarios has every action and every price model of this version."""
    definitions = schema("scenario")["$defs"]
    actions = {
        entry["properties"]["do"]["const"] for entry in definitions.values() if "do" in entry.get("properties", {})
    }

    assert actions == set(ACTIONS)
    assert {reference["$ref"].split("/")[-1] for reference in definitions["PriceModel"]["anyOf"]} == {
        *("Flat", "PerUnit", "Graduated", "Volume", "StairStep", "Package", "Progressive"),
        *("Percentage", "GraduatedPercentage", "Matrix", "Dynamic"),
    }


def test_unknown_name() -> None:
    """A schema that is not there is refused with those that are."""
    with pytest.raises(InvalidValue, match="one of catalog, scenario"):
        schema("quote")


def test_written_by_hand() -> None:
    """Documents as people write them are valid."""
    VALIDATORS["catalog"].validate(as_json(catalog_data()))
    VALIDATORS["scenario"].validate(as_json(scenario_data() | {"catalog": catalog_data()}))


@slow
@given(bst.catalogs())
def test_catalogs(catalog: Catalog) -> None:
    """Every catalog that is written is valid."""
    VALIDATORS["catalog"].validate(catalog_to(catalog))


@slow
@given(scenarios())
def test_scenarios(scenario: Scenario) -> None:
    """Every scenario that is written is valid."""
    VALIDATORS["scenario"].validate(scenario_to(scenario))


@slow
@given(bst.prices())
def test_prices(price: Price) -> None:
    """Every price that is written is valid."""
    VALIDATORS["price"].validate(price_to(price))


@slow
@given(bst.catalogs(currency="EUR").flatmap(bst.selections))
def test_selections(selection: Selection) -> None:
    """Every selection that is written is valid."""
    VALIDATORS["selection"].validate(selection_to(selection))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], ...),
        (["version"], ...),
        (["coupons"], []),
        (["plans", 0, "anchor"], "end"),
        (["plans", 0, "versions", 0, "version"], "1"),
        ([*PRICE, "proration"], "day30"),
        ([*PRICE, "interval"], {"months": 0}),
        ([*MODEL, "type"], "percent"),
        ([*MODEL, "amount"], "1e5"),
        ([*MODEL, "amount"], True),
        ([*MODEL, "interim"], "yes"),
        (["meters", 0, "aggregation"], "unique"),
        (["tax_rates", 0, "inclusive"], "yes"),
    ],
    ids=range(13),
)
def test_wrong_catalogs(path: list[str | int], value: object) -> None:
    """What has a wrong form, or is of a later version, is not valid."""
    assert not VALIDATORS["catalog"].is_valid(as_json(with_key(catalog_data(), path, value)))


@pytest.mark.parametrize(
    "step", [row[0] for row in BAD_STEPS if row[2] in ("do", "coupon", "when", "catalog")], ids=str
)
def test_wrong_steps(step: dict[str, object]) -> None:
    """Steps of unknown or later actions, and with later keys or unknown choices, are not valid."""
    assert not VALIDATORS["scenario"].is_valid(as_json(step_data(**step)))
