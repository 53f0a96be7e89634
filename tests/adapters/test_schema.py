"""JSON Schema of the documents: valid itself, takes what the readers take, refuses what it can of the rest."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from billcore.adapters.serialization import (
    SCHEMAS,
    catalog_to,
    price_to,
    scenario_to,
    schema,
    schema_text,
    selection_to,
)
from billcore.kernel import InvalidValue
from billcore.ports.scenario import Scenario
from billcore.ports.steps import ACTIONS
from billcore.pricing import Catalog, Price, Selection
from billcore.testing import strategies as bst
from tests.adapters.stories import catalog_data, scenario_data, scenarios, step_data, with_key
from tests.adapters.test_bad_documents import BAD_STEPS, MODEL, PRICE
from tests.schemas import SHIPPED

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
pytestmark = pytest.mark.dev_dependency
slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=30)

ROOT = Path(__file__).parents[2]
WRONG_ON_PURPOSE: set[str] = set()
VALIDATORS = {name: jsonschema.Draft202012Validator(schema(name)) for name in SCHEMAS}


def as_json(data: dict[str, Any]) -> object:
    """Plain data as JSON has it: instants and decimals as text."""
    return json.loads(json.dumps(data, default=str).replace("+00:00", "Z"))


EXAMPLES = sorted((ROOT / "examples").rglob("*.toml"))
_TOML = re.compile(r'"""\\\n(.*?)"""|```toml\n(.*?)```', re.DOTALL)
_NAMED = re.compile(r"#:schema ([\w./-]+)\n")


def in_docs() -> list[tuple[str, str]]:
    """The whole documents that pages show: where, and the text."""
    found = []
    for page in sorted((ROOT / "docs").rglob("*.md")):
        for n, block in enumerate(_TOML.finditer(page.read_text(encoding="utf-8"))):
            text = block[1] or block[2] or ""
            if re.search(r"^(format|service|plan|product) = ", text, re.MULTILINE):
                found.append((f"{page.stem}-{n}", text))
    return found


def kind_of_text(data: dict[str, object]) -> str:
    """The name of the schema that a document is for."""
    return str(data["format"]).removeprefix("billcore-").partition("/")[0] if "format" in data else "selection"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_name_the_schema_that_they_follow(path: Path) -> None:
    """Each example's first line names a shipped schema for editors, and the example is valid by that very file."""
    text = path.read_text(encoding="utf-8")
    named = _NAMED.match(text)
    data = tomllib.loads(text)

    assert named is not None
    schema_file = (path.parent / named[1]).resolve()
    assert schema_file == (SHIPPED / f"{kind_of_text(data)}.json").resolve()
    jsonschema.Draft202012Validator(json.loads(schema_file.read_text(encoding="utf-8"))).validate(as_json(data))


@pytest.mark.parametrize(("where", "text"), in_docs(), ids=[where for where, _ in in_docs()])
def test_documents_on_pages_are_valid(where: str, text: str) -> None:
    """What a page shows as a whole document is valid, unless the page shows what is wrong with it."""
    data = tomllib.loads(text)
    valid = VALIDATORS[kind_of_text(data)].is_valid(as_json(data))

    assert valid != (where in WRONG_ON_PURPOSE)


def test_pages_show_documents() -> None:
    """The pages are looked through: there are documents in them."""
    assert len(in_docs()) >= 4


@pytest.mark.parametrize("name", SCHEMAS)
def test_shipped_schemas_are_those_of_the_classes(name: str) -> None:
    """The files in the package are what the classes make: ``python -m tests.schemas`` writes them anew."""
    assert (SHIPPED / f"{name}.json").read_text(encoding="utf-8") == schema_text(name)


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
        (["dunning"], []),
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


@pytest.mark.parametrize("step", [row[0] for row in BAD_STEPS if row[2] in ("do", "when", "catalog")], ids=str)
def test_wrong_steps(step: dict[str, object]) -> None:
    """Steps of unknown or later actions, and with later keys or unknown choices, are not valid."""
    assert not VALIDATORS["scenario"].is_valid(as_json(step_data(**step)))
