"""``billing.subscriptions``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeAlias

import attrs

from billcore.engine.accounts import load_customer, load_for, load_subscription, open_for_facts
from billcore.engine.addons import addon_order
from billcore.engine.catalogs import catalog_at
from billcore.engine.changes import Asked, changed_orders, fallbacks_of, refuse_after_end, same_currency, write_facts
from billcore.engine.coupons import apply_chosen
from billcore.engine.limits import refuse_addon, refuse_too_many
from billcore.engine.lookup import insert_new
from billcore.engine.nouns.choice import choice, chosen
from billcore.engine.nouns.page import Page, checked_page
from billcore.engine.phases import phase_orders
from billcore.engine.reading import Loaded
from billcore.engine.rows.facts import fact_row
from billcore.engine.session import Call, Session
from billcore.kernel import (
    InvalidValue,
    NotAllowed,
    Number,
    OrderId,
    SubscriptionId,
    checked_id,
    instant,
    number,
    of_kind,
    text_or_none,
)
from billcore.lifecycle import (
    Cancelled,
    Detached,
    Fact,
    Order,
    Subscription,
    SubscriptionState,
    Unused,
    life,
)
from billcore.ports import ReadTx, Tx
from billcore.ports.steps import ChangeAnchor, UnusedShare, When
from billcore.ports.tables import SUBSCRIPTION
from billcore.pricing import Selection, anchor_of

__all__ = ["Subscriptions"]

Facts: TypeAlias = tuple[Fact, ...]


@attrs.frozen
class Subscriptions:
    """Subscriptions: create, change, attach and detach addons, cancel."""

    session: Session

    def create(
        self,
        customer: str,
        selection: Selection,
        *,
        at: dt.datetime | str | None = None,
        id: str | None = None,
        key: str | None = None,
    ) -> Subscription:
        """Subscribe a customer to what a selection expands to in the catalog in force at ``at``.

        ``at`` is from when it is had: default the selection's ``starts_on``, else now; its coupon is applied. Raises
        ``NotFound``, ``AlreadyExists``, ``CurrencyMismatch``, what the catalog and ``coupons.apply`` refuse.
        """
        of_kind(customer, str, "customer")
        of_kind(selection, Selection, "selection")
        when = selection.starts_on if at is None else instant(at, "at")

        def work(tx: Tx, call: Call) -> str:
            tx.lock(customer)
            loaded = load_for(tx, customer)
            open_for_facts(loaded)
            start = when or call.now
            catalog = catalog_at(tx, start)
            records = catalog.records(selection, start)
            same_currency(records, loaded)
            refuse_too_many(tx, catalog, customer, selection, start)
            name = SubscriptionId(call.id("sub") if id is None else checked_id(id))
            order = Order(
                id=OrderId(call.id("ord")),
                subscription=name,
                at=start,
                recorded=call.now,
                records=records,
                anchor=anchor_of(catalog, selection),
                catalog=catalog.version,
                selection=selection,
                fallbacks=fallbacks_of(loaded, catalog, start),
            )
            orders = (order, *phase_orders(call, loaded, catalog, order))
            insert_new(tx, SUBSCRIPTION, (name, customer, fact_row(order, customer)[5], len(orders)), "a subscription")
            write_facts(tx, loaded, Subscription(id=name, customer=loaded.facts.customer.id, facts=orders), orders)
            apply_chosen(tx, call, loaded, order)
            return name

        request = [customer, selection, when, id]
        return self.get(self.session.write("subscriptions.create", request, key, work))

    def get(self, id: str) -> Subscription:
        """The subscription with its facts. Raises ``NotFound``."""
        return self.session.read(lambda tx: load_subscription(tx, id))

    def list(self, customer: str, *, cursor: str | None = None, limit: int = 100) -> Page[Subscription]:
        """A customer's subscriptions by id, a page at a time."""
        checked_page(cursor, limit)

        def work(tx: ReadTx) -> Page[Subscription]:
            load_customer(tx, customer)
            index = SUBSCRIPTION.indexes[0]
            rows = tx.find(SUBSCRIPTION, index, (customer,), after=(cursor,) if cursor else None, limit=limit + 1)
            shown = tuple(load_subscription(tx, str(row[0])) for row in rows[:limit])
            return Page(shown, shown[-1].id if len(rows) > limit else None)

        return self.session.read(work)

    def state(self, id: str, *, at: dt.datetime | str | None = None) -> SubscriptionState:
        """The state at an instant, default now."""
        return self.get(id).state(self.session.now() if at is None else instant(at, "at"))

    def change(
        self,
        id: str,
        *,
        selection: Selection | None = None,
        plan: str | None = None,
        version: int | None = None,
        quantity: Number | None = None,
        when: When | None = None,
        anchor: ChangeAnchor | None = None,
        at: dt.datetime | str | None = None,
        key: str | None = None,
    ) -> Subscription:
        """Change plan, version, selection or quantity; addons stay. A change of quantity alone keeps the prices bought.

        So does one of configuration; the same selection again is priced anew. ``when`` defaults to now for a dearer or
        equal full period, to the period's end for a cheaper one or a fallen quantity. A change that takes effect
        earlier replaces a pending one of its kind: a plan, a quantity; a selection names both. ``anchor="reset"``
        begins a new period at the change: the default when the interval changes. Raises ``NotAllowed`` for what would
        take effect when the subscription has ended.
        """
        of_kind(selection, Selection | None, "selection")
        of_kind(plan, str | None, "plan")
        of_kind(version, int | None, "version")
        count = None if quantity is None else number(quantity, "quantity")
        if count is not None and count < 0:
            raise InvalidValue("must not be negative", place="quantity", value=str(count))
        if sum(given is not None for given in (selection, plan or version)) > 1:
            raise InvalidValue("change to a selection or to a plan, not to both", place="selection")
        asked = Asked(
            selection,
            plan,
            version,
            count,
            choice(when, "when", ("now", "period_end")),
            choice(anchor, "anchor", ("keep", "reset")),
            self.session.policy.hours_per_month,
        )

        def make(tx: Tx, call: Call, loaded: Loaded, current: Subscription, now: dt.datetime) -> Facts:
            return changed_orders(tx, call, loaded, current, now, asked)

        return self._fact("change", id, at, key, [selection, plan, version, count, when, anchor], make)

    def attach_addon(
        self,
        id: str,
        addon: str,
        *,
        quantity: int = 1,
        when: When = "now",
        at: dt.datetime | str | None = None,
        key: str | None = None,
    ) -> Subscription:
        """Attach an addon at the price and quantity of the catalog in force; a snapshot, like every order.

        It adds to what is attached; but where an end of the addon is pending for later, that end is off, and
        ``quantity`` is how many are had from ``when`` on. Raises ``NotAllowed`` where the subscription has ended by
        then.
        """
        if type(quantity) is not int or quantity < 1:
            raise InvalidValue("must be at least 1", place="quantity", value=quantity)
        chosen(when, "when", ("now", "period_end"))

        def make(tx: Tx, call: Call, loaded: Loaded, current: Subscription, now: dt.datetime) -> Facts:
            catalog = catalog_at(tx, now)
            record = catalog.addon_record(addon, quantity)
            start = _effective(current, loaded, now, when)
            refuse_after_end(current, start)
            attached = life(current, loaded.facts.customer, start).alive(start)
            codes = [item.holder for item in attached if item.holder is not None]
            refuse_addon(catalog, current.order_at(start).selection, addon, codes)
            return (addon_order(tx, call, loaded, current, now, start, record),)

        return self._fact("attach_addon", id, at, key, [addon, quantity, when], make)

    def detach_addon(
        self,
        id: str,
        addon: str,
        *,
        when: When = "period_end",
        at: dt.datetime | str | None = None,
        key: str | None = None,
    ) -> Subscription:
        """Detach an addon, all of it, by default at the period's end. Raises ``NotAllowed`` if it is not there."""
        chosen(when, "when", ("now", "period_end"))

        def make(tx: Tx, call: Call, loaded: Loaded, current: Subscription, now: dt.datetime) -> Facts:  # noqa: ARG001 - one signature for all changes
            found = life(current, loaded.facts.customer, now)
            if not any(item.holder == addon for item in found.alive(now)):
                raise NotAllowed("the addon is not attached", place="addon", value=addon)
            start = _effective(current, loaded, now, when)
            n = len(current.facts)
            return (Detached(subscription=current.id, at=start, recorded=call.now, n=n, addon=addon),)

        return self._fact("detach_addon", id, at, key, [addon, when], make)

    def cancel(
        self,
        id: str,
        *,
        when: When = "period_end",
        unused: UnusedShare = "keep",
        reason: str | None = None,
        at: dt.datetime | str | None = None,
        key: str | None = None,
    ) -> Subscription:
        """End the subscription, by default at the period's end.

        ``unused="keep"`` leaves the period in which it ends charged, ``give_back`` gives the unused share back.
        """
        chosen(when, "when", ("now", "period_end"))
        chosen(unused, "unused", ("keep", "give_back"))
        text_or_none(reason, "reason")

        def make(tx: Tx, call: Call, loaded: Loaded, current: Subscription, now: dt.datetime) -> Facts:  # noqa: ARG001 - one signature for all changes
            end = Cancelled(
                subscription=current.id,
                at=_effective(current, loaded, now, when),
                recorded=call.now,
                n=len(current.facts),
                unused=Unused(unused),
                reason=reason,
            )
            return (end,)

        return self._fact("cancel", id, at, key, [when, unused, reason], make)

    def _fact(
        self,
        verb: str,
        id: str,
        at: dt.datetime | str | None,
        key: str | None,
        request: object,
        make: Callable[[Tx, Call, Loaded, Subscription, dt.datetime], Facts],
    ) -> Subscription:
        """Append facts to a running subscription; ``at`` earlier than now makes it a backdated one."""
        when = None if at is None else instant(at, "at")

        def work(tx: Tx, call: Call) -> str:
            current = load_subscription(tx, id)
            tx.lock(current.customer)
            current = load_subscription(tx, id)
            loaded = load_for(tx, current.customer, current)
            open_for_facts(loaded)
            now = when or call.now
            if now < current.start:
                raise NotAllowed("the subscription has not started then", place="at", value=now.isoformat())
            if current.state(now) is SubscriptionState.CANCELLED:
                raise NotAllowed("the subscription has ended", place="subscription", value=id)
            facts = make(tx, call, loaded, current, now)
            for _ in facts:  # a subscription's version counts its facts
                row = tx.get(SUBSCRIPTION, (id,))
                tx.update(SUBSCRIPTION, [(*row[:-1], int(row[-1] or 0) + 1)] if row else [])
            write_facts(tx, loaded, attrs.evolve(current, facts=(*current.facts, *facts)), facts)
            return id

        return self.get(self.session.write(f"subscriptions.{verb}", [id, when, request], key, work))


def _effective(current: Subscription, loaded: Loaded, now: dt.datetime, when: str | None) -> dt.datetime:
    if when != "period_end":
        return now
    return life(current, loaded.facts.customer, now).period_end(now)
