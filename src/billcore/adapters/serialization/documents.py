"""Documents in and out: plain data to the values of the core and of the ports, and back.

Every reader raises ``InvalidDocument`` with all problems of the document, each with its place and value; every writer
answers plain data that reads back to an equal value.

>>> price_from({"code": "seat", "currency": "EUR", "model": {"type": "per_unit", "unit_amount": "7.50"}}).code
'seat'
>>> price_model_from({"type": "flat", "amount": -1, "colour": "red"})
Traceback (most recent call last):
...
billcore.kernel.errors.InvalidDocument: document has 2 problems
  colour: unknown key
  amount: must not be negative (got '-1')
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import cattrs

from billcore.adapters.serialization.loader import read_document
from billcore.adapters.serialization.paths import Resolver
from billcore.adapters.serialization.problems import brief, collect, inside, refuse, table
from billcore.adapters.serialization.references import reference_problems
from billcore.adapters.serialization.story import register_story
from billcore.adapters.serialization.strict import strict_converter
from billcore.adapters.serialization.values import read_model, register_values
from billcore.adapters.serialization.writer import register_writers
from billcore.kernel import InputError, InvalidDocument, InvalidValue
from billcore.lifecycle.erp import BillingEvent, BillingRecord
from billcore.ports.scenario import Scenario
from billcore.pricing import Catalog, Price, PriceModel, Selection

__all__ = [
    "BILLING_RECORD",
    "CATALOG",
    "SCENARIO",
    "billing_event_from",
    "billing_event_to",
    "billing_record_from",
    "billing_record_to",
    "catalog_from",
    "catalog_to",
    "converter",
    "kind_of",
    "price_from",
    "price_model_from",
    "price_model_to",
    "price_to",
    "scenario_from",
    "scenario_to",
    "selection_from",
    "selection_to",
]

T = TypeVar("T")
Plain = dict[str, Any]
BILLING_RECORD = "billcore-billing-record/1"
CATALOG = "billcore-catalog/1"
SCENARIO = "billcore-scenario/1"


@functools.cache
def _made() -> tuple[cattrs.Converter, Callable[[object], Any]]:
    made = strict_converter()
    register_values(made)
    plain_catalog = made.get_structure_hook(Catalog)
    made.register_structure_hook(Catalog, lambda value, _: _read_catalog(value, plain_catalog))
    register_story(made)
    return made, register_writers(made)


def converter() -> cattrs.Converter:
    """The one converter, made at its first use; a class costs about a millisecond when it is first met."""
    return _made()[0]


def kind_of(data: Mapping[str, object], *, name: str | None = None) -> Literal["catalog", "scenario"]:
    """Which document it is, by its ``format``. Raises ``InvalidDocument``."""
    match data.get("format"):
        case "billcore-catalog/1":
            return "catalog"
        case "billcore-scenario/1":
            return "scenario"
        case found:
            raise InvalidDocument((_wrong_format(found, f"{CATALOG} or {SCENARIO}"),), name=name)


def catalog_from(data: Mapping[str, object], *, name: str | None = None) -> Catalog:
    """The catalog of a document whose ``format`` is ``billcore-catalog/1``."""
    return _whole(name, lambda: _formatted(data, CATALOG, lambda rest, _problems: converter().structure(rest, Catalog)))


def selection_from(data: Mapping[str, object], *, name: str | None = None) -> Selection:
    """The selection of a document."""
    return _whole(name, lambda: converter().structure(data, Selection))


def price_from(data: Mapping[str, object], *, name: str | None = None) -> Price:
    """The price of a document."""
    return _whole(name, lambda: converter().structure(data, Price))


def price_model_from(data: Mapping[str, object], *, name: str | None = None) -> PriceModel:
    """The price model of a document, in a ``Wrapped`` if it names a wrapper."""
    return _whole(name, lambda: read_model(data, converter()))


def scenario_from(
    data: Mapping[str, object],
    base_dir: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    load: Callable[[Path], Mapping[str, object]] = read_document,
) -> Scenario:
    """The scenario of a document whose ``format`` is ``billcore-scenario/1``.

    With ``base_dir``, catalogs that are named by a path are read by ``load``, their problems told among the others,
    and paths of usage files are joined to it; without, paths stay as they are written. A ``publish`` may name one of
    ``catalogs`` by its version.
    """
    where = None if base_dir is None else Path(base_dir)

    def read(rest: dict[str, object], problems: list[InputError]) -> Scenario:
        def of_file(path: Path) -> Catalog:
            return catalog_from(load(path))

        def inline(entry: object) -> Catalog:
            return converter().structure(entry, Catalog)

        return converter().structure(Resolver(where, of_file, inline, problems).resolved(rest), Scenario)

    return _whole(name, lambda: _formatted(data, SCENARIO, read))


def billing_event_from(data: Mapping[str, object], *, name: str | None = None) -> BillingEvent:
    """The billing event of a document."""
    return _whole(name, lambda: converter().structure(data, BillingEvent))


def billing_record_from(data: Mapping[str, object], *, name: str | None = None) -> BillingRecord:
    """The record of an instance, of a document whose ``format`` is ``billcore-billing-record/1``."""

    def read(rest: dict[str, object], _problems: list[InputError]) -> BillingRecord:
        return converter().structure(rest, BillingRecord)

    return _whole(name, lambda: _formatted(data, BILLING_RECORD, read))


def billing_event_to(event: BillingEvent) -> Plain:
    """The document of a billing event."""
    return _written(event)


def billing_record_to(record: BillingRecord) -> Plain:
    """The document of an instance's record."""
    return {"format": BILLING_RECORD, **_written(record)}


def catalog_to(catalog: Catalog) -> Plain:
    """The document of a catalog."""
    return {"format": CATALOG, **_written(catalog)}


def selection_to(selection: Selection) -> Plain:
    """The document of a selection."""
    return _written(selection)


def price_to(price: Price) -> Plain:
    """The document of a price. Raises ``InvalidValue`` for a price model of one's own."""
    return _written(price)


def price_model_to(model: PriceModel) -> Plain:
    """The document of a price model. Raises ``InvalidValue`` for one of one's own."""
    return _written(model)


def scenario_to(scenario: Scenario) -> Plain:
    """The document of a scenario, its catalogs inline where they were read."""
    return {"format": SCENARIO, **_written(scenario)}


def _written(value: object) -> Plain:
    data: Plain = _made()[1](value)
    return data


def _whole(name: str | None, read: Callable[[], T]) -> T:
    """Whatever is wrong becomes one ``InvalidDocument``."""
    try:
        return read()
    except InputError as error:
        raise InvalidDocument(tuple(inside("", error)), name=name) from None


def _formatted(data: Mapping[str, object], wanted: str, read: Callable[[dict[str, object], list[InputError]], T]) -> T:
    """What ``read`` makes of the rest of a document, after its ``format``; it adds problems of its own."""
    problems: list[InputError] = []
    rest = dict(table(data))
    found = rest.pop("format", None)
    if found != wanted:
        problems.append(_wrong_format(found, wanted))
    value = collect(problems, "", lambda: read(rest, problems))
    refuse(problems)
    return value  # type: ignore[return-value]  # no problems: it was read


def _wrong_format(found: object, wanted: str) -> InvalidValue:
    if found is None:
        return InvalidValue("missing", place="format", hint=f"write {wanted}")
    return InvalidValue("not a format that is read here", place="format", value=brief(found), hint=f"write {wanted}")


def _read_catalog(value: object, read: Callable[[Any, Any], Catalog]) -> Catalog:
    """A catalog, inline or whole: references between its entries are told together with what is wrong in them."""
    if isinstance(value, Catalog):
        return value
    data = dict(table(value))
    problems: list[InputError] = []
    found_format = data.pop("format", CATALOG)
    if found_format != CATALOG:
        problems.append(_wrong_format(found_format, CATALOG))
    problems.extend(reference_problems(data))
    places = {problem.place for problem in problems}
    found: list[InputError] = []
    catalog = collect(found, "", functools.partial(read, data, Catalog))
    problems.extend(problem for problem in found if problem.place not in places)
    refuse(problems)
    return catalog  # type: ignore[return-value]  # no problems: it was read
