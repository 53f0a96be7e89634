"""The order that a change of a subscription makes, and the one way to append a fact."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

from billcore.engine.accounts import Loaded
from billcore.engine.catalogs import catalog_at
from billcore.engine.one_fact import save_fact
from billcore.engine.rows.facts import fact_row, price_rows
from billcore.engine.session import Call
from billcore.kernel import CurrencyMismatch, Exact, InvalidValue, OrderId
from billcore.kernel import exact as ex
from billcore.lifecycle import Fact, Item, Order, Subscription, life
from billcore.ports import Tx
from billcore.ports.tables import FACT, PRICE
from billcore.pricing import (
    HOURS_PER_MONTH,
    OrderRecord,
    PriceCadence,
    Selection,
    amount_of,
    period_of,
)

__all__ = ["Asked", "changed_order", "same_currency", "write_fact"]


@attrs.frozen
class Asked:
    """What a change was asked to do; what is ``None`` was not named."""

    selection: Selection | None
    plan: str | None
    version: int | None
    quantity: Decimal | None
    when: str | None
    anchor: str | None


def same_currency(records: tuple[OrderRecord, ...], loaded: Loaded) -> None:
    """Raise ``CurrencyMismatch`` unless all prices are in the customer's currency."""
    currency = loaded.facts.customer.currency
    for record in records:
        if record.price.currency != currency:
            raise CurrencyMismatch(
                "the customer pays in another currency",
                place="selection",
                value=f"{record.price.currency} and {currency}",
            )


def changed_order(tx: Tx, call: Call, loaded: Loaded, current: Subscription, now: dt.datetime, asked: Asked) -> Order:
    """The order of a change: what is had from its instant on."""
    before = current.order_at(now)
    held = life(current, loaded.facts.customer, now)
    old = tuple(_record_of(item, now) for item in held.alive(now) if item.record.addon is None)
    selection, catalog = _wanted(asked, before), before.catalog
    if selection is None:
        new = tuple(_with_quantity(record, asked.quantity) for record in old)
    else:
        if selection.addons:
            raise InvalidValue("addons stay as they are", place="selection.addons", hint="use attach_addon")
        published = catalog_at(tx, now)
        new, catalog = published.records(selection), published.version
    same_currency(new, loaded)
    resets = asked.anchor == "reset" or (
        asked.anchor is None
        and period_of(tuple(r.price for r in new)) != period_of(tuple(r.price for r in old or before.records))
    )
    when = asked.when or _default_when(old, new)
    return Order(
        id=OrderId(call.id("ord")),
        subscription=current.id,
        at=held.period_end(now) if when == "period_end" else now,
        recorded=call.now,
        n=len(current.facts),
        records=new,
        anchor=before.anchor,
        reset=resets,
        catalog=catalog,
        selection=selection or _counted(before.selection, asked.quantity),
    )


def _record_of(item: Item, at: dt.datetime) -> OrderRecord:
    """The item's record with the quantity in force."""
    held = item.quantities.at(at)
    return attrs.evolve(item.record, quantity=held) if isinstance(held, Decimal) else item.record


def _wanted(asked: Asked, before: Order) -> Selection | None:
    """The selection to price anew, or ``None`` where only the quantity changes and the prices bought stay."""
    quantity = asked.quantity
    if asked.selection is not None:
        return asked.selection if quantity is None else attrs.evolve(asked.selection, quantity=quantity)
    if asked.plan is not None or asked.version is not None:
        base = before.selection
        plan = asked.plan or (base.plan if base is not None else None)
        if plan is None:
            raise InvalidValue("a version belongs to a plan", place="version", value=asked.version)
        kept = quantity if quantity is not None else (base.quantity if base is not None else ex.ONE)
        return Selection(plan=plan, version=asked.version, quantity=kept)
    if quantity is None and asked.anchor is None:
        raise InvalidValue("nothing to change", place="selection", hint="give selection, plan, version or quantity")
    if quantity is not None and before.selection is not None and before.selection.service is not None:
        return attrs.evolve(before.selection, quantity=quantity, starts_on=None, addons=())
    return None


def _counted(selection: Selection | None, quantity: Decimal | None) -> Selection | None:
    """The selection that the next change starts from."""
    return selection if selection is None or quantity is None else attrs.evolve(selection, quantity=quantity)


def _with_quantity(record: OrderRecord, quantity: Decimal | None) -> OrderRecord:
    price = record.price
    if quantity is None or price.size is not None or not price.counted or price.cadence is PriceCadence.USAGE:
        return record
    return attrs.evolve(record, quantity=quantity)


def _default_when(old: tuple[OrderRecord, ...], new: tuple[OrderRecord, ...]) -> str:
    """Now for a dearer or equal full period; at the period's end for a cheaper one or a fallen quantity."""
    fallen = any(
        a.price == b.price and b.quantity < a.quantity
        for a in old
        for b in new
        if a.price.cadence is not PriceCadence.USAGE
    )
    cheaper = ex.compare(_full_period(new), _full_period(old)) < 0
    return "period_end" if cheaper or fallen else "now"


def _full_period(records: tuple[OrderRecord, ...]) -> Exact:
    total: Exact = ex.ZERO
    for record in records:
        if record.price.cadence is not PriceCadence.RECURRING:
            continue
        amount = amount_of(record.price.model, record.quantity)
        if record.price.per is not None:
            hours = ex.ratio(ex.multiply(HOURS_PER_MONTH, ex.whole(3600)), record.price.per.seconds)
            amount = ex.multiply(amount, hours)
        total = ex.add(total, amount)
    return total


def write_fact(tx: Tx, loaded: Loaded, subscription: Subscription, fact: Fact) -> None:
    """Append a fact to a subscription (which has it already) and mark the account."""
    if isinstance(fact, Order):
        tx.insert_absent(PRICE, price_rows(fact.records))
    tx.insert(FACT, [fact_row(fact, loaded.account.customer)])
    before = attrs.evolve(subscription, facts=subscription.facts[:-1]) if fact.n else None
    save_fact(tx, loaded, *_marks(loaded, fact), before=before, after=subscription)


def _marks(loaded: Loaded, fact: Fact) -> tuple[dt.datetime, ...]:
    """A fact is marked where it may change what a run bills before it is seen: a first order only if it is late."""
    last = loaded.state.last_run
    return () if fact.n == 0 and (last is None or fact.at > last) else (fact.at,)
