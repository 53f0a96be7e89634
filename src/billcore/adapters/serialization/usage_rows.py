"""One record of a usage file as the plain table of a ``UsageEvent``: from CSV cells and from a CloudEvent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from billcore.adapters.serialization.loader import Unreadable, parse_json
from billcore.adapters.serialization.problems import brief, collect, refuse, step_into, table
from billcore.kernel import InputError, InvalidNumber, InvalidValue
from billcore.kernel.exact import text

__all__ = ["CLOUD_EVENT_PLACES", "COLUMNS", "header_problems", "row_of", "row_of_cloud_event"]

COLUMNS = (
    *("id", "source", "customer", "subscription", "deployment", "resource"),
    *("meter", "time", "value", "action", "properties"),
)
"""Columns of a CSV file; a column ``properties.region`` holds one property."""

_NEEDED = ("id", "source", "customer", "meter", "time")
_PREFIX = "properties."
_OWN_DATA = ("subscription", "deployment", "resource", "value", "action", "properties")
CLOUD_EVENT_PLACES: Mapping[str, str] = {
    "customer": "subject",
    "meter": "type",
    **{name: f"data.{name}" for name in _OWN_DATA},
}
"""Where a key of the record stands in a CloudEvent."""


def header_problems(header: Sequence[str]) -> Iterator[InputError]:
    """What is wrong with the columns of a CSV file."""
    for index, column in enumerate(header):
        if column not in COLUMNS and not (column.startswith(_PREFIX) and column != _PREFIX):
            yield InvalidValue("unknown column", place=step_into(column), hint=f"columns are {', '.join(COLUMNS)}")
        elif column in header[:index]:
            yield InvalidValue("a column stands twice", place=step_into(column))
    for column in _NEEDED:
        if column not in header:
            yield InvalidValue("missing column", place=column)


def row_of(header: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    """The table of a CSV row; an empty cell says nothing. Raises ``InputError``."""
    if len(cells) != len(header):
        raise InvalidValue(f"{len(cells)} cells under {len(header)} columns")
    row: dict[str, object] = {}
    properties: dict[str, object] = {}
    for column, cell in zip(header, cells, strict=True):
        if not cell:
            continue
        if column == "properties":
            properties.update(_json_properties(cell))
        elif column.startswith(_PREFIX):
            properties[column.removeprefix(_PREFIX)] = cell
        else:
            row[column] = cell
    if properties:
        row["properties"] = properties
    return row


def _json_properties(cell: str) -> Mapping[str, object]:
    try:
        return table(parse_json(cell))
    except InputError as error:
        raise InvalidValue("not a JSON object", place="properties", value=cell) from error


def row_of_cloud_event(event: Mapping[str, object]) -> dict[str, object]:
    """The table of a CloudEvent 1.0: ``subject`` is the customer, ``type`` the meter.

    What else ``data`` holds becomes properties. Extension attributes of the event say nothing about usage and are
    passed over, as CloudEvents has it. Raises ``InputError``.
    """
    problems: list[InputError] = []
    if event["specversion"] != "1.0":
        problems.append(InvalidValue("not CloudEvents 1.0", place="specversion", value=brief(event["specversion"])))
    if "data_base64" in event or not str(event.get("datacontenttype", "json")).split(";")[0].endswith("json"):
        problems.append(InvalidValue("data is not JSON", place="datacontenttype", value=event.get("datacontenttype")))
    data = collect(problems, "data", lambda: table(event.get("data") or {})) or {}
    row = {name: event[name] for name in ("id", "source", "time") if name in event}
    row |= {name: event[there] for name, there in (("customer", "subject"), ("meter", "type")) if there in event}
    row |= {name: data[name] for name in _OWN_DATA if data.get(name) is not None}
    extra: dict[str, object] = {}
    for key, value in data.items():
        if key not in _OWN_DATA and value is not None:
            found = collect(problems, "data", lambda key=key, value=value: _as_text(key, value))  # type: ignore[misc]  # a default binds the loop's value
            extra[key] = found
    refuse(problems)
    named = row.get("properties", {})
    if extra and isinstance(named, Mapping):
        row["properties"] = {**extra, **named}
    return row


def _as_text(key: str, value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return text(Decimal(value))
        case Unreadable():
            raise InvalidNumber(place=step_into(key), value=value.text)
        case _:
            raise InvalidValue("neither text nor number", place=step_into(key), value=brief(value))
