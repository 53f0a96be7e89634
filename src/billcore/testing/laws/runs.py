"""Runs: what is done again, shown ahead or published later changes nothing it should not. These write to the handle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import attrs

from billcore.engine import Billing
from billcore.kernel import instant
from billcore.lifecycle import Subscription
from billcore.ports import Row
from billcore.pricing import Catalog
from billcore.settlement import Invoice
from billcore.testing.laws._broken import broken, same
from billcore.testing.laws.reading import contents, customers, documents, every

__all__ = [
    "later_catalog_touches_no_order",
    "preview_equals_run",
    "running_again_adds_nothing",
    "settling_again_moves_nothing",
]


def preview_equals_run(billing: Billing, customer: str, *, until: dt.datetime | str | None = None) -> None:
    """Law: a preview shows line for line what a run then writes, and itself writes nothing (P9).

    The customer is billed up to ``until``, default now.
    """
    law = "a preview equals the run"
    now = billing.session.now()
    last = now if until is None else instant(until, "until")
    before, known = contents(billing), {one.id for one in documents(billing, customer)}
    shown = billing.invoices.preview(customer, until=last, at=max(last, now))
    _unchanged(law, before, contents(billing))
    billing.invoices.run(until=last, customer=customer, at=max(last, now))
    written = [one for one in documents(billing, customer) if one.id not in known]
    same(law, [one.id for one in shown], [one.id for one in written], customer=customer, until=last)
    for one, other in zip(shown, written, strict=True):
        same(law, one, _unnumbered(other), number=other.number)


def _unnumbered(one: Invoice) -> Invoice:
    return attrs.evolve(one, document=attrs.evolve(one.document, number=None))


def running_again_adds_nothing(billing: Billing, *, until: dt.datetime | str | None = None) -> None:
    """Law: a run that is done again up to the same billing date changes nothing at all (P10).

    Everybody is billed up to ``until``, default now.
    """
    law = "running again adds nothing"
    last = billing.session.now() if until is None else instant(until, "until")
    billing.invoices.run(until=last)
    before = contents(billing)
    report = billing.invoices.run(until=last)
    same(law, (report.invoices, report.credit_notes), (0, 0), until=last)
    _unchanged(law, before, contents(billing))


def settling_again_moves_nothing(billing: Billing, customer: str) -> None:
    """Law: settling twice is settling once while no new money comes: what is paid is paid once (M11)."""
    law = "settling again moves nothing"
    billing.payments.settle(customer)
    paid = [(one.number, one.settled) for one in documents(billing, customer)]
    standing = billing.customers.standing(customer)
    touched = [one.number for one in billing.payments.settle(customer)]
    same(law, touched, [], customer=customer)
    same(law, [(one.number, one.settled) for one in documents(billing, customer)], paid, customer=customer)
    same(law, billing.customers.standing(customer), standing, customer=customer)


def later_catalog_touches_no_order(billing: Billing, later: Catalog) -> None:
    """Law: publishing a catalog, whatever it sells, changes no subscription and no catalog before it (P4).

    ``later`` is published.
    """
    law = "a later catalog touches no order"
    before = _orders(billing)
    versions = {version: billing.catalog.get(version) for version in billing.catalog.list()}
    billing.catalog.publish(later)
    after = _orders(billing)
    same(law, list(after), list(before), catalog=later.version)
    for name, subscription in after.items():
        same(law, subscription, before[name], catalog=later.version, subscription=name)
    for version, catalog in versions.items():
        same(law, billing.catalog.get(version), catalog, catalog=later.version, version=version)


def _orders(billing: Billing) -> dict[str, Subscription]:
    return {
        one.id: one
        for customer in customers(billing)
        for one in every(lambda cursor, who=customer: billing.subscriptions.list(who, cursor=cursor, limit=1_000))  # type: ignore[misc]  # a default binds the loop's value
    }


def _unchanged(law: str, before: Mapping[str, Sequence[Row]], after: Mapping[str, Sequence[Row]]) -> None:
    """Raise where a table's rows are others than before; only those that differ are told."""
    for table, rows in after.items():
        if rows != before[table]:
            gone = [row for row in before[table] if row not in rows]
            raise broken(law, table=table, gone=gone, new=[row for row in rows if row not in before[table]])
