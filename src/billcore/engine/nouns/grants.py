"""``billing.grants``."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

import attrs

from billcore.engine.accounts import load, load_customer, open_for_facts
from billcore.engine.catalogs import catalog_at
from billcore.engine.grants import give_grant, remaining, revoke_grant
from billcore.engine.lookup import locked
from billcore.engine.nouns.page import Page, checked_page
from billcore.engine.session import Call, Session
from billcore.kernel import InvalidValue, Money, NotFound, Number, checked_id, instant, of_kind
from billcore.ports import ReadTx, Tx
from billcore.pricing import Catalog, Grant, GrantKind, sold
from billcore.settlement import Credit

__all__ = ["Grants"]


@attrs.frozen
class Grants:
    """Promotional credit: discounts granted to a customer, used up billing date by billing date, before tax."""

    session: Session

    def give(
        self,
        customer: str,
        code: str | None = None,
        *,
        amount: Money | Number | None = None,
        name: str = "",
        priority: int = 0,
        expires: dt.datetime | str | None = None,
        applies_to: Sequence[str] = (),
        at: dt.datetime | str | None = None,
        id: str | None = None,
        key: str | None = None,
    ) -> Credit:
        """Give a customer the grant of the catalog in force that has the ``code``, or an ``amount`` of its currency.

        It lowers what is billed on billing dates from ``at`` (now) on and before it ``expires``, for the prices,
        addons, plans, products and services that ``applies_to`` names (nothing: all); what is billed already stays.
        Credits of a lower ``priority`` are used first. Raises ``NotFound``, ``StaleCatalogEntry``, ``InvalidValue``,
        ``CurrencyMismatch``, ``AlreadyExists``.
        """
        when = None if at is None else instant(at, "at")
        chosen = None if id is None else checked_id(id)
        own = self._own(customer, code, amount, name, priority, expires, applies_to)

        def work(tx: Tx, call: Call) -> str:
            loaded = locked(tx, customer)
            open_for_facts(loaded)
            start = call.now if when is None else when
            catalog = catalog_at(tx, start) if own is None or own.applies_to else None
            grant = own if own is not None or catalog is None else sold(catalog.grant(str(code)), "grant")
            if grant is None:
                raise NotFound("no such grant in the catalog", place="code", value=code)
            if grant.unit is None:
                grant = attrs.evolve(grant, unit=loaded.facts.customer.currency)
            if own is not None and catalog is not None:
                _sold(catalog, own)
            return give_grant(tx, call, loaded, grant, catalog, start, chosen, code).id

        request = [customer, code, amount, name, priority, expires, list(applies_to), when, id]
        return self.get(customer, self.session.write("grants.give", request, key, work))

    def _own(
        self,
        customer: str,
        code: str | None,
        amount: Money | Number | None,
        name: str,
        priority: int,
        expires: dt.datetime | str | None,
        applies_to: Sequence[str],
    ) -> Grant | None:
        """The grant that the call itself says, where it names none of the catalog."""
        of_kind(customer, str, "customer")
        if (code is None) == (amount is None):
            raise InvalidValue("a code of the catalog or an amount is asked for", place="amount", value=amount)
        if code is not None or amount is None:
            if name or priority or expires is not None or applies_to:
                raise InvalidValue("of a grant by its code the catalog says this", place="code", value=code)
            checked_id(str(code), "code")
            return None
        return Grant(
            kind=GrantKind.PROMOTIONAL,
            amount=amount.amount if isinstance(amount, Money) else amount,
            unit=amount.currency if isinstance(amount, Money) else None,
            name=name,
            priority=priority,
            expires=expires,
            applies_to=applies_to,
        )

    def revoke(self, customer: str, id: str, *, at: dt.datetime | str | None = None, key: str | None = None) -> Credit:
        """Let what is left of a credit lower nothing on billing dates from ``at`` (now) on; what it lowered stays.

        Without ``at`` it is never before the last billing date on which it was used; a credit that has not begun ends
        as it begins. Raises ``NotFound``, ``NotAllowed`` where it was revoked before, ``InvalidValue`` where it was
        used at ``at`` or later.
        """
        when = None if at is None else instant(at, "at")

        def work(tx: Tx, call: Call) -> str:
            loaded = locked(tx, customer)
            return revoke_grant(tx, call, _given(loaded.facts.grants, id), when).id

        return self.get(customer, self.session.write("grants.revoke", [customer, id, when], key, work))

    def get(self, customer: str, id: str) -> Credit:
        """The credit with what is left of it. Raises ``NotFound``."""

        def work(tx: ReadTx) -> Credit:
            (found,) = remaining(tx, customer, [_given(load(tx, customer).facts.grants, id)])
            return found

        return self.session.read(work)

    def list(self, customer: str, *, cursor: str | None = None, limit: int = 100) -> Page[Credit]:
        """A customer's credits by id with what is left of each, used up and revoked ones among them, by the page."""
        checked_page(cursor, limit)

        def work(tx: ReadTx) -> Page[Credit]:
            load_customer(tx, customer)
            behind = (one for one in load(tx, customer).facts.grants if cursor is None or one.id > cursor)
            shown = tuple(itertools.islice(behind, limit + 1))
            return Page(remaining(tx, customer, shown[:limit]), shown[limit - 1].id if len(shown) > limit else None)

        return self.session.read(work)


def _given(grants: Sequence[Credit], name: str) -> Credit:
    of_kind(name, str, "id")
    for one in grants:
        if one.id == name:
            return one
    raise NotFound("no such grant", place="id", value=name)


def _sold(catalog: Catalog, grant: Grant) -> None:
    codes = catalog.sold_codes()
    for n, code in enumerate(grant.applies_to):
        if code not in codes:
            raise InvalidValue("nothing of this code is sold", place=f"applies_to[{n}]", value=code)
