"""Documents and archives: what is written reads back."""

from __future__ import annotations

import json

from billcore.kernel import InvalidValue
from billcore.ports.scenario import Scenario
from billcore.pricing import Catalog, Price, PriceModel, Selection, archive, unarchive
from billcore.testing.laws._broken import same

__all__ = ["archive_reads_back", "document_reads_back"]


def document_reads_back(value: Catalog | Selection | Scenario | Price | PriceModel) -> None:
    """Law: the document of a catalog, selection, scenario, price or price model reads back as it, through JSON text."""
    same("a document reads back", _read_back(value), value)


def _read_back(value: object) -> object:
    from billcore.adapters import serialization as our

    match value:
        case Catalog():
            return our.catalog_from(our.load_json(json.dumps(our.catalog_to(value))))
        case Selection():
            return our.selection_from(our.load_json(json.dumps(our.selection_to(value))))
        case Scenario():
            return our.scenario_from(our.load_json(json.dumps(our.scenario_to(value))))
        case Price():
            return our.price_from(our.load_json(json.dumps(our.price_to(value))))
        case PriceModel():
            return our.price_model_from(our.load_json(json.dumps(our.price_model_to(value))))
        case _:
            raise InvalidValue("has no document", value=type(value).__name__)


def archive_reads_back(value: Catalog | Selection) -> None:
    """Law: a catalog or a selection read from its archive is equal, and archives to the same text (S10)."""
    text = archive(value)
    read: Catalog | Selection = unarchive(text, Catalog) if isinstance(value, Catalog) else unarchive(text, Selection)
    same("an archive reads back", read, value, text=text)
    same("an archive reads back", archive(read), text)
