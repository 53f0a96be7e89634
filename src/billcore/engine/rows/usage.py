"""Usage events as rows: what was received, and the value that its meter counts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal

from billcore.kernel import FrozenMap, InvalidNumber, fingerprint, micros, number
from billcore.kernel.exact import text
from billcore.lifecycle import UsageEvent
from billcore.ports import Row, Value
from billcore.ports.tables import USAGE

__all__ = ["properties_of", "request_of", "usage_request", "usage_row"]

_RECEIVED = ""
"""The property of a row that keeps the event's own value where its meter counts another; no event can name it."""

_PROPERTIES, _VALUE = USAGE.position("properties"), USAGE.position("value")


def _content(event: UsageEvent, properties: str) -> list[Value]:
    """What tells an event from another one with its id: all of it as it was received."""
    return [
        event.customer,
        event.subscription,
        event.resource,
        event.meter,
        micros(event.time),
        text(event.value),
        properties,
    ]


def _written(properties: Mapping[str, str]) -> str:
    return json.dumps(dict(properties), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def usage_request(event: UsageEvent) -> str:
    """The hash of an event as it was received: a repeated one has the same, whatever its meter counts by then."""
    return fingerprint(_content(event, _written(event.properties)))


def usage_row(event: UsageEvent, counted: Decimal, recorded: dt.datetime) -> Row:
    """A row of the usage table with the value that the meter counts."""
    properties = _written(event.properties)
    content = _content(event, properties)
    value, received = text(counted), content[5]
    kept = properties if value == received else _written({**event.properties, _RECEIVED: str(received)})
    return (event.source, event.id, *content[:5], value, micros(recorded), kept, fingerprint(content))


def properties_of(row: Row) -> FrozenMap[str, str]:
    """The event's properties."""
    properties = json.loads(str(row[_PROPERTIES]))
    properties.pop(_RECEIVED, None)
    return FrozenMap(properties)


def request_of(row: Row) -> str | None:
    """What the hash of a row's event should be; ``None`` where the value is none that a meter could count."""
    written, value = str(row[_PROPERTIES]), row[_VALUE]
    try:
        properties = dict(json.loads(written))
    except (ValueError, TypeError):
        properties = {}
    if _RECEIVED not in properties:
        return fingerprint([*row[2:7], value, written])
    received = properties.pop(_RECEIVED)
    countable = {"1", *map(_number, properties.values())}
    return fingerprint([*row[2:7], received, _written(properties)]) if value in countable else None


def _number(written: str) -> str | None:
    try:
        return text(number(written))
    except InvalidNumber:
        return None
