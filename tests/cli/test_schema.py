"""``billcore schema``: the JSON Schema of each document."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from billcore.adapters.serialization import SCHEMAS, schema
from tests.cli.desk import REFERENCE, call


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_printed(name: str) -> None:
    """Each is the schema that the package has, under its own id."""
    told = json.loads(call("schema", name).stdout)

    assert told == schema(name)
    assert told["$id"] == f"urn:billcore:{name}:1"


def test_a_schema_is_written_for_an_editor(tmp_path: Path) -> None:
    """The file is what is printed; nowhere to write it is wrong use."""
    file = tmp_path / "catalog.json"

    assert call("schema", "catalog", "-o", file).stdout == f"written to {file}\n"
    assert file.read_text(encoding="utf-8") == call("schema", "catalog").stdout
    call("schema", "catalog", "--output", tmp_path / "no" / "catalog.json", code=2)


def test_the_reference_names_them_all() -> None:
    """No schema is a secret."""
    named = re.search(r"Print the JSON Schema of a document: (.*)\.", REFERENCE)

    assert named is not None
    assert re.findall(r"`(\w+)`", named[1]) == sorted(SCHEMAS)


def test_an_unknown_document() -> None:
    """The error says which there are."""
    assert "is not one of 'catalog', 'price', 'scenario', 'selection', 'usage'" in call("schema", "bill", code=2).stderr
