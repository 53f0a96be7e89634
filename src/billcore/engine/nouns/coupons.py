"""``billing.coupons``."""

from __future__ import annotations

import datetime as dt
import itertools

import attrs

from billcore.engine.accounts import load, load_customer, open_for_facts
from billcore.engine.coupons import apply_coupon, mark_coupon, remove_coupon
from billcore.engine.lookup import locked
from billcore.engine.nouns.page import Page, checked_page
from billcore.engine.reading import Loaded
from billcore.engine.session import Call, Session
from billcore.kernel import NotFound, checked_id, instant, of_kind
from billcore.lifecycle import AppliedCoupon, Subscription
from billcore.ports import ReadTx, Tx

__all__ = ["Coupons"]


@attrs.frozen
class Coupons:
    """Coupons of the catalog, applied to a subscription or to all that a customer owes."""

    session: Session

    def apply(
        self,
        customer: str,
        code: str,
        *,
        subscription: str | None = None,
        at: dt.datetime | str | None = None,
        key: str | None = None,
    ) -> AppliedCoupon:
        """Apply a coupon of the catalog in force, to charges whose billing period starts at ``at`` (now) or later.

        An earlier ``at`` lowers what is billed already: by a credit note of the next run. Raises ``NotFound``,
        ``StaleCatalogEntry``, ``InvalidValue`` outside the coupon's window, and ``NotAllowed`` where it was applied to
        the same before, or as often as its limit says.
        """
        when = None if at is None else instant(at, "at")

        def work(tx: Tx, call: Call) -> str:
            loaded = locked(tx, customer)
            open_for_facts(loaded)
            found = None if subscription is None else _subscription(loaded, subscription)
            start = when or (call.now if found is None else max(call.now, found.start))
            applied = apply_coupon(tx, call, loaded, checked_id(code, "code"), found.id if found else None, start)
            mark_coupon(tx, loaded, applied, start)
            return applied.id

        name = self.session.write("coupons.apply", [customer, code, subscription, when], key, work)
        return self._named(customer, name)

    def remove(
        self,
        customer: str,
        code: str,
        *,
        subscription: str | None = None,
        at: dt.datetime | str | None = None,
        key: str | None = None,
    ) -> AppliedCoupon:
        """Take a coupon off again, from the periods on that start at ``at`` (now) or later; it stays redeemed.

        Raises ``NotFound`` where it is not applied, ``NotAllowed`` where it was removed before.
        """
        when = None if at is None else instant(at, "at")

        def work(tx: Tx, call: Call) -> str:
            loaded = locked(tx, customer)
            applied = _applied(loaded.facts.coupons, code, subscription)
            end = max(call.now, applied.at) if when is None else when
            mark_coupon(tx, loaded, remove_coupon(tx, call, applied, end), end)
            return applied.id

        name = self.session.write("coupons.remove", [customer, code, subscription, when], key, work)
        return self._named(customer, name)

    def get(self, customer: str, code: str, *, subscription: str | None = None) -> AppliedCoupon:
        """The coupon as it is applied to the subscription, or to the customer. Raises ``NotFound``."""
        return _applied(self.session.read(lambda tx: load(tx, customer)).facts.coupons, code, subscription)

    def list(self, customer: str, *, cursor: str | None = None, limit: int = 100) -> Page[AppliedCoupon]:
        """A customer's coupons by id, those removed among them, a page at a time."""
        checked_page(cursor, limit)

        def work(tx: ReadTx) -> Page[AppliedCoupon]:
            load_customer(tx, customer)
            behind = (one for one in load(tx, customer).facts.coupons if cursor is None or one.id > cursor)
            shown = tuple(itertools.islice(behind, limit + 1))
            return Page(shown[:limit], shown[limit - 1].id if len(shown) > limit else None)

        return self.session.read(work)

    def _named(self, customer: str, name: str) -> AppliedCoupon:
        found = self.session.read(lambda tx: load(tx, customer)).facts.coupons
        return next(one for one in found if one.id == name)


def _subscription(loaded: Loaded, name: str) -> Subscription:
    of_kind(name, str, "subscription")
    found = next((one for one in loaded.facts.subscriptions if one.id == name), None)
    if found is None:
        raise NotFound("no such subscription", place="subscription", value=name)
    return found


def _applied(coupons: tuple[AppliedCoupon, ...], code: str, subscription: str | None) -> AppliedCoupon:
    for one in coupons:
        if (one.code, one.subscription) == (code, subscription):
            return one
    raise NotFound("the coupon is not applied to this", place="code", value=code)
