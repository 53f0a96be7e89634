"""The orders that a change of a subscription makes, and the one way to append facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import attrs

from billcore.engine.catalogs import catalog_at, catalog_named
from billcore.engine.limits import refuse_change_of_plan, refuse_too_many
from billcore.engine.one_fact import save_fact
from billcore.engine.pending import configured, ground, in_order, records_held, with_quantity
from billcore.engine.phases import phase_orders
from billcore.engine.reading import Loaded
from billcore.engine.rows.facts import fact_row, price_rows
from billcore.engine.session import Call
from billcore.kernel import CurrencyMismatch, Exact, InvalidValue, NotAllowed, OrderId, rfc3339
from billcore.kernel import exact as ex
from billcore.lifecycle import WHOLE, Aspect, Fact, Fallback, Life, Order, Subscription, fallbacks, life
from billcore.ports import Tx
from billcore.ports.tables import FACT, PRICE
from billcore.pricing import (
    HOURS_PER_MONTH,
    Catalog,
    OrderRecord,
    Overage,
    PriceCadence,
    Selection,
    TrueUp,
    amount_of,
    main_of,
    period_of,
    refuse_units_of_events,
    sum_rating,
)

__all__ = ["Asked", "changed_orders", "fallbacks_of", "refuse_after_end", "same_currency", "write_facts"]

_PRICED = (
    *("service", "compute_plan", "sla_tier", "replicas", "storage_gib", "storage", "provider", "resources"),
    *("supporting", "plan", "version", "product", "sizes"),
)
"""The keys of a selection that choose prices."""


@attrs.frozen
class Asked:
    """What a change was asked to do; what is ``None`` was not named."""

    selection: Selection | None
    plan: str | None
    version: int | None
    quantity: Decimal | None
    when: str | None
    anchor: str | None
    hours: Decimal = HOURS_PER_MONTH

    @property
    def names(self) -> frozenset[Aspect]:
        """What it names: a selection all, an anchor counts where nothing else does."""
        if self.selection is not None:
            return WHOLE
        plan = () if self.plan is None and self.version is None else (Aspect.PLAN,)
        quantity = () if self.quantity is None else (Aspect.QUANTITY,)
        return frozenset((*plan, *quantity) or (Aspect.ANCHOR,))


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


def changed_orders(
    tx: Tx, call: Call, loaded: Loaded, current: Subscription, now: dt.datetime, asked: Asked
) -> tuple[Order, ...]:
    """The orders of a change: what is had from its instant on, and what that makes of other pending changes."""
    held = life(current, loaded.facts.customer, now)
    order = _order(tx, call, loaded, current, now, now, asked)
    when = asked.when or _default_when(records_held(held, now), order.records, asked.hours)
    if when == "period_end":
        at = held.period_end(now)
        refuse_after_end(current, at)
        order = _order(tx, call, loaded, current, at, now, asked)
    names = _named(asked, current.order_at(order.at))
    found = in_order(tx, call, loaded, current, order, names)
    if Aspect.PLAN not in names or order.catalog is None:
        return found
    # Phases of what is bought now begin after all that the change writes.
    last = attrs.evolve(order, n=current.facts[-1].n + len(found))
    return (*found, *phase_orders(call, loaded, catalog_named(tx, order.catalog), last))


def refuse_after_end(current: Subscription, at: dt.datetime) -> None:
    """Raise ``NotAllowed`` for what would take effect when the subscription has ended."""
    if current.end is not None and current.end <= at:
        raise NotAllowed("the subscription has ended by then", place="when", value=rfc3339(at))


def _order(
    tx: Tx, call: Call, loaded: Loaded, current: Subscription, at: dt.datetime, now: dt.datetime, asked: Asked
) -> Order:
    """The order of a change at its instant: what it names, over what is had then."""
    before = current.order_at(at)
    taken = before if before.n > 0 and before.at == at > call.now else None
    held = records_held(life(current, loaded.facts.customer, at), at)
    records, selection, catalog = _priced(tx, now, asked, before, held)
    same_currency(records, loaded)
    _refuse_rules(tx, loaded, current, at, (before, selection, catalog))
    resets = asked.anchor == "reset"
    names = _named(asked, before)
    if Aspect.PLAN in names and asked.anchor is None:
        rest = ground(current, at, call.now)
        old = records_held(life(rest, loaded.facts.customer, at), at) or before.records
        resets = period_of(tuple(r.price for r in records)) != period_of(tuple(r.price for r in old))
    if taken is not None:
        resets = resets or (taken.reset and (Aspect.PLAN not in names or Aspect.ANCHOR in taken.names))
        names |= taken.names
    again = before.fallbacks
    if catalog is not None and catalog != before.catalog:
        again = fallbacks_of(loaded, catalog_named(tx, catalog), at)
    return Order(
        id=OrderId(call.id("ord")),
        subscription=current.id,
        at=at,
        recorded=call.now,
        n=len(current.facts),
        records=records,
        anchor=before.anchor,
        reset=resets,
        catalog=catalog,
        selection=selection,
        names=names,
        fallbacks=again,
    )


def fallbacks_of(loaded: Loaded, catalog: Catalog, at: dt.datetime) -> tuple[Fallback, ...]:
    """The prices of meters outside any plan that an order from the catalog copies for the customer."""
    customer = loaded.facts.customer
    return fallbacks(catalog, customer.currency, customer.profile(at).timezone)


def _refuse_rules(
    tx: Tx,
    loaded: Loaded,
    current: Subscription,
    at: dt.datetime,
    change: tuple[Order, Selection | None, str | None],
) -> None:
    """Refuse more of a product than a customer may have, and a plan that the attached addons do not go with."""
    before, selection, version = change
    if selection is None or version is None:
        return
    catalog = catalog_named(tx, version)
    alive = life(current, loaded.facts.customer, at).alive(at)
    refuse_change_of_plan(
        catalog, before.selection, selection, [item.holder for item in alive if item.holder is not None]
    )
    refuse_too_many(tx, catalog, loaded.account.customer, selection, at, current.id)


def _priced(
    tx: Tx, now: dt.datetime, asked: Asked, before: Order, held: tuple[OrderRecord, ...]
) -> tuple[tuple[OrderRecord, ...], Selection | None, str | None]:
    """Prices and quantities, the selection that brings them, and the version of the catalog they are from."""
    selection, kept = _wanted(asked, before), before.selection
    if selection is None:
        counted = kept if kept is None or asked.quantity is None else attrs.evolve(kept, quantity=asked.quantity)
        return configured(with_quantity(tx, before, held, asked.quantity), counted), counted, before.catalog
    if selection.addons:
        raise InvalidValue("addons stay as they are", place="selection.addons", hint="use attach_addon")
    if selection.coupon is not None and (kept is None or selection.coupon != kept.coupon):
        raise InvalidValue("coupons stay as they are", place="selection.coupon", hint="use coupons.apply")
    if kept is not None and _priced_alike(selection, kept):
        quantity = None if selection.quantity == kept.quantity else selection.quantity
        return configured(with_quantity(tx, before, held, quantity), selection), selection, before.catalog
    published = catalog_at(tx, now)
    had = None if kept is None else main_of(kept)
    return published.records(selection, now, had=had), selection, published.version


def _named(asked: Asked, before: Order) -> frozenset[Aspect]:
    """What a change names, beside what was had: a selection that keeps the prices names the quantity alone."""
    wanted, kept = _wanted(asked, before), before.selection
    if asked.selection is not None and wanted is not None and kept is not None and _priced_alike(wanted, kept):
        return frozenset({Aspect.QUANTITY})
    return asked.names


def _priced_alike(wanted: Selection, kept: Selection) -> bool:
    """They differ in quantity or configuration alone; the same again asks for the prices of today."""
    if (wanted.quantity, wanted.configuration) == (kept.quantity, kept.configuration):
        return False
    return all(getattr(wanted, name) == getattr(kept, name) for name in _PRICED)


def _wanted(asked: Asked, before: Order) -> Selection | None:
    """The selection to go by, or ``None`` where only the quantity changes and the prices bought stay."""
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
    return None


def _default_when(old: tuple[OrderRecord, ...], new: tuple[OrderRecord, ...], hours: Decimal) -> str:
    """Now for a dearer or equal full period; at the period's end for a cheaper one or a fallen quantity."""
    fallen = any(
        a.price == b.price and b.quantity < a.quantity
        for a in old
        for b in new
        if a.price.cadence is not PriceCadence.USAGE
    )
    cheaper = ex.compare(_full_period(new, hours), _full_period(old, hours)) < 0
    return "period_end" if cheaper or fallen else "now"


def _full_period(records: tuple[OrderRecord, ...], hours: Decimal) -> Exact:
    """What recurs in a full period: percentages of that too, commitments not, as they ask what was used."""
    found: dict[str, Exact] = {}
    for record in sorted(records, key=lambda record: bool(record.price.sum_of)):
        price = record.price
        if price.cadence is not PriceCadence.RECURRING or isinstance(price.model, TrueUp | Overage):
            continue
        if price.sum_of:
            base = ex.total(found.get(code, ex.ZERO) for code in price.sum_of)
            amount = sum_rating(price, base, (1, 1)).amount
        else:
            amount = amount_of(price.model, record.quantity)
        if price.per is not None:
            amount = ex.multiply(amount, ex.ratio(ex.multiply(hours, ex.whole(3600)), price.per.seconds))
        found[price.code] = ex.add(found.get(price.code, ex.ZERO), amount)
    return ex.total(found.values())


def write_facts(tx: Tx, loaded: Loaded, subscription: Subscription, facts: Sequence[Fact]) -> None:
    """Append facts to a subscription (which has them already) and mark the account."""
    for fact in facts:
        if isinstance(fact, Order):
            _refuse_units(life(subscription, loaded.facts.customer), fact.at)
            tx.insert_absent(PRICE, price_rows([record for _, record in fact.opens]))
    tx.insert(FACT, [fact_row(fact, loaded.account.customer) for fact in facts])
    known = subscription.facts[: -len(facts)]
    before = attrs.evolve(subscription, facts=known) if known else None
    marks = [mark for fact in facts for mark in _marks(loaded, fact)]
    save_fact(tx, loaded, *marks, before=before, after=subscription)


def _refuse_units(had: Life, at: dt.datetime) -> None:
    """Refuse an addon's units that its meter's price could not take off, bought or outside any plan from then on."""
    records = [item.record for item in had.alive(at)]
    if any(record.allowance for record in records):
        metered = {record.price.meter for record in records}
        outside = [item.record for item in had.fallbacks if item.end is None or item.end > at]
        records += [record for record in outside if record.price.meter not in metered]
    refuse_units_of_events(records)


def _marks(loaded: Loaded, fact: Fact) -> tuple[dt.datetime, ...]:
    """A fact is marked where it may change what a run bills before it is seen: a first order only if it is late."""
    last = loaded.state.last_run
    return () if fact.n == 0 and (last is None or fact.at > last) else (fact.at,)
