"""``billing.exceptions`` and ``billing.notices``."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from billcore.engine.accounts import load, save_account
from billcore.engine.nouns.page import checked_limit
from billcore.engine.rows.money import ExceptionItem, Notice, exception_of, exception_row, notice_of, notice_row
from billcore.engine.session import Call, Session
from billcore.kernel import NotAllowed, NotFound, checked_text, of_kind
from billcore.ports import Tx
from billcore.ports.tables import EXCEPTION, NOTICE

__all__ = ["Exceptions", "Notices"]


@attrs.frozen
class Exceptions:
    """Exception items: why accounts are parked."""

    session: Session

    def list(self, *, customer: str | None = None, resolved: bool = False) -> tuple[ExceptionItem, ...]:
        """Open items (with ``resolved`` all of them), of one customer or of all, by id."""
        index, equal = (EXCEPTION.indexes[0], (customer,)) if customer is not None else (None, ())
        rows = self.session.read(lambda tx: tx.find(EXCEPTION, index, equal))
        found = [exception_of(row) for row in rows]
        return tuple(item for item in found if resolved or item.resolved is None)

    def get(self, id: str) -> ExceptionItem:
        """The item. Raises ``NotFound``."""
        of_kind(id, str, "id")
        row = self.session.read(lambda tx: tx.get(EXCEPTION, (id,)))
        if row is None:
            raise NotFound("no such exception item", place="id", value=id)
        return exception_of(row)

    def resolve(self, id: str, *, resolution: str, key: str | None = None) -> ExceptionItem:
        """Say what was done about it; the account is billed again by the next run."""
        self.session.for_house("exceptions.resolve")
        of_kind(id, str, "id")
        checked_text(resolution, "resolution")

        def work(tx: Tx, call: Call) -> str:
            row = tx.get(EXCEPTION, (id,))
            if row is None:
                raise NotFound("no such exception item", place="id", value=id)
            item = exception_of(row)
            tx.lock(item.customer)
            if item.resolved is not None:
                raise NotAllowed("it is resolved already", place="id", value=id)
            done = attrs.evolve(item, resolved=call.now, resolution=resolution)
            tx.update(EXCEPTION, [exception_row(done, int(row[-1] or 0) + 1)])
            loaded = load(tx, item.customer)
            if loaded.account.parked == id:
                free = attrs.evolve(loaded, account=attrs.evolve(loaded.account, parked=None))
                save_account(tx, free, loaded.facts)
            return id

        return self.get(self.session.write("exceptions.resolve", [id, resolution], key, work))


@attrs.frozen
class Notices:
    """Notices: what happened, to be told at least once, in order for each customer."""

    session: Session

    def relay(self, send: Callable[[Notice], None], *, limit: int = 100) -> int:
        """Send unsent notices in order and mark each one sent; the answer is how many.

        ``send`` is called outside any transaction. If it raises, its notice stays unsent and the error goes on.
        What another relay sent at the same time is sent twice, and marked once.
        """
        checked_limit(limit)
        index = NOTICE.indexes[0]
        rows = self.session.read(lambda tx: tx.find(NOTICE, index, (None,), limit=limit))
        for row in rows:
            notice = notice_of(row)
            send(notice)

            def work(tx: Tx, notice: Notice = notice) -> str:
                tx.lock(notice.customer)
                found = tx.get(NOTICE, (notice.customer, notice.seq))
                if found is not None and notice_of(found).sent is None:
                    sent = attrs.evolve(notice, sent=self.session.now())
                    tx.update(NOTICE, [notice_row(sent, int(found[-1] or 0) + 1)])
                return ""

            self.session.store.transact(self.session.scope, None, work)
        return len(rows)
