"""Facts of subscriptions and one-off items as rows.

An order's row names its prices by the hash of their snapshots; the snapshots stand once in the price table.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from billcore.kernel import (
    Anchor,
    CustomerId,
    DayAnchor,
    OrderId,
    SubscriptionId,
    compact,
    from_micros,
    micros,
    number,
)
from billcore.kernel.exact import text
from billcore.lifecycle import (
    WHOLE,
    Aspect,
    Cancelled,
    Detached,
    Fact,
    Fallback,
    OneOff,
    Order,
    OrderKind,
    Subscription,
    Unused,
)
from billcore.ports import Row
from billcore.pricing import Aggregation, OrderRecord, Price, Selection, archive, price_hash, unarchive

__all__ = [
    "fact_of",
    "fact_row",
    "one_off_of",
    "one_off_row",
    "price_of",
    "price_rows",
    "subscription_of",
]


def price_rows(records: Iterable[OrderRecord]) -> list[Row]:
    """The rows of the price table that an order's records name."""
    return [_price_row(record.price) for record in records]


@functools.lru_cache(maxsize=4_096)
def _price_row(price: Price) -> Row:
    return (price_hash(price), archive(price))


@functools.lru_cache(maxsize=4_096)
def price_of(written: str) -> Price:
    """The price of an archived text."""
    return unarchive(written, Price)


def fact_row(fact: Fact, customer: str) -> Row:
    """A row of the fact table."""
    name = str(fact.id) if isinstance(fact, Order) else f"{fact.subscription}#{fact.n}"
    kind, body = _kind_and_body(fact)
    return (
        fact.subscription,
        fact.n,
        name,
        customer,
        kind,
        micros(fact.at),
        micros(fact.recorded),
        compact(body),
    )


def _kind_and_body(fact: Fact) -> tuple[str, dict[str, object]]:
    match fact:
        case Order():
            return f"order:{fact.kind.value}", _order(fact)
        case Detached():
            return "detached", {"addon": fact.addon, "reason": fact.reason}
        case Cancelled():
            return "cancelled", {"unused": fact.unused.value, "reason": fact.reason}


def _order(order: Order) -> dict[str, object]:
    return {
        "records": [
            [
                price_hash(record.price),
                text(record.quantity),
                record.addon,
                record.meter,
                text(record.allowance),
                None if record.aggregation is None else record.aggregation.value,
                record.field,
                *([sorted(record.configuration.items())] if record.configuration else []),
            ]
            for record in order.records
        ],
        "anchor": _anchor(order.anchor),
        "reset": order.reset,
        "catalog": order.catalog,
        "selection": None if order.selection is None else archive(order.selection),
        **({} if order.names == WHOLE else {"names": sorted(aspect.value for aspect in order.names)}),
        **({"fallbacks": [_fallback(one) for one in order.fallbacks]} if order.fallbacks else {}),
    }


def _fallback(one: Fallback) -> list[object]:
    record, counts = one.record, one.record.aggregation
    ends = [None if at is None else micros(at) for at in (one.start, one.end)]
    return [price_hash(record.price), None if counts is None else counts.value, record.field, one.name, *ends]


def _fallbacks(rows: object, price: Callable[[str], Price]) -> tuple[Fallback, ...]:
    if not isinstance(rows, list):
        return ()
    return tuple(
        Fallback(
            name,
            _record(price(snapshot), "1", None, None, "0", counts, field),
            *(None if at is None else from_micros(at) for at in ends),
        )
        for snapshot, counts, field, name, *ends in rows
    )


def _anchor(anchor: Anchor) -> str | int | list[int]:
    match anchor:
        case DayAnchor():
            return [anchor.day]
        case dt.datetime():
            return micros(anchor)
        case _:
            return anchor


def _anchor_of(data: object) -> Anchor:
    match data:
        case [int(day)]:
            return DayAnchor(day)
        case int(at):
            return from_micros(at)
        case "start":
            return "start"
        case _:
            return "calendar"


@functools.lru_cache(maxsize=8_192)
def _body(written: str) -> dict[str, list[list[str]]]:
    body: dict[str, list[list[str]]] = json.loads(written)
    return body


@functools.lru_cache(maxsize=1_024)
def _selection(written: str) -> Selection:
    return unarchive(written, Selection)


def fact_of(row: Row, price: Callable[[str], Price]) -> Fact:
    """The fact of a row; ``price`` finds a snapshot by its hash."""
    subscription, n, name, _, kind, at, recorded, written = row
    body: dict[str, object] = dict(_body(str(written)))
    common = (
        SubscriptionId(str(subscription)),
        from_micros(int(at or 0)),
        from_micros(int(recorded or 0)),
        int(n or 0),
    )
    if str(kind).startswith("order:"):
        selection = body["selection"]
        return Order(
            id=OrderId(str(name)),
            subscription=common[0],
            at=common[1],
            recorded=common[2],
            n=common[3],
            kind=OrderKind(str(kind).partition(":")[2]),
            records=_records(str(written), price),
            anchor=_anchor_of(body["anchor"]),
            reset=bool(body["reset"]),
            catalog=None if body["catalog"] is None else str(body["catalog"]),
            selection=None if selection is None else _selection(str(selection)),
            names=_names(body.get("names")),
            fallbacks=_fallbacks(body.get("fallbacks"), price),
        )
    reason = None if body["reason"] is None else str(body["reason"])
    if kind == "detached":
        return Detached(
            subscription=common[0],
            at=common[1],
            recorded=common[2],
            n=common[3],
            addon=str(body["addon"]),
            reason=reason,
        )
    return Cancelled(
        subscription=common[0],
        at=common[1],
        recorded=common[2],
        n=common[3],
        unused=Unused(body["unused"]),
        reason=reason,
    )


def _names(written: object) -> frozenset[Aspect]:
    """What an order names; a row that does not say so names all."""
    return frozenset(map(Aspect, written)) if isinstance(written, list) else WHOLE


def _records(written: str, price: Callable[[str], Price]) -> tuple[OrderRecord, ...]:
    rows: object = _body(written)["records"]
    if not isinstance(rows, list):
        return ()
    return _priced(written, tuple([price(row[0]) for row in rows]))


@functools.lru_cache(maxsize=8_192)
def _priced(written: str, prices: tuple[Price, ...]) -> tuple[OrderRecord, ...]:
    """Memo: customers who ordered alike have the same records."""
    rows: list[list[Any]] = _body(written)["records"]
    found = [_record(price, *row[1:7]) for price, row in zip(prices, rows, strict=True)]
    for place, row in enumerate(rows):
        if rest := row[7:]:  # its configuration, which stands last where it has one
            found[place] = attrs.evolve(found[place], configuration=dict(rest[0]))
    return tuple(found)


@functools.lru_cache(maxsize=8_192)
def _record(
    price: Price,
    quantity: str,
    addon: str | None,
    meter: str | None,
    allowance: str,
    aggregation: str | None,
    field: str | None = None,  # rows of before it was kept have none
) -> OrderRecord:
    return OrderRecord(
        price=price,
        quantity=number(quantity),
        addon=addon,
        meter=meter,
        allowance=number(allowance),
        aggregation=None if aggregation is None else Aggregation(aggregation),
        field=field,
    )


def subscription_of(row: Row, facts: Iterable[Fact]) -> Subscription:
    """The subscription of a row and its facts."""
    return Subscription(id=SubscriptionId(str(row[0])), customer=CustomerId(str(row[1])), facts=facts)


def one_off_row(item: OneOff) -> Row:
    """A row of the one-off table."""
    return (
        item.id,
        item.customer,
        micros(item.at),
        micros(item.recorded),
        text(item.amount),
        item.description,
        item.tax_category,
    )


def one_off_of(row: Row) -> OneOff:
    """The one-off item of a row."""
    name, customer, at, recorded, amount, description, category = row
    return OneOff(
        id=str(name),
        customer=CustomerId(str(customer)),
        at=from_micros(int(at or 0)),
        recorded=from_micros(int(recorded or 0)),
        amount=number(str(amount)),
        description=str(description),
        tax_category=str(category),
    )
