"""``billcore schema``: the JSON Schema of each document."""

from __future__ import annotations

import json
import re

import pytest

from billcore.adapters.serialization import SCHEMAS, schema
from tests.cli.desk import REFERENCE, call


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_printed(name: str) -> None:
    """Each is the schema that the package has, under its own id."""
    told = json.loads(call("schema", name).stdout)

    assert told == schema(name)
    assert told["$id"] == f"urn:billcore:{name}:1"


def test_the_reference_names_them_all() -> None:
    """No schema is a secret."""
    named = re.search(r"Print the JSON Schema of a document: (.*)\.", REFERENCE)

    assert named is not None
    assert re.findall(r"`(\w+)`", named[1]) == sorted(SCHEMAS)


def test_an_unknown_document() -> None:
    """The error says which there are."""
    assert "is not one of 'catalog', 'price', 'scenario', 'selection', 'usage'" in call("schema", "bill", code=2).stderr
