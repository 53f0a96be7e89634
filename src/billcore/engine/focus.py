"""Billing a FOCUS export: a subscription for each sub-account and billing period, billed like any other.

Each customer's period is one rounding group: fractions of a cent per line are real here, and rounding each would lose
dollars.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

import attrs

from billcore.engine.billing import Billing
from billcore.engine.nouns.customers import Standing
from billcore.engine.rows.money import Notice
from billcore.engine.story import FixedClock
from billcore.kernel import InvalidValue
from billcore.lifecycle import UsageEvent
from billcore.ports.focus import FocusExport, FocusRow
from billcore.pricing import Catalog, Meter, PerUnit, Plan, PlanVersion, Price, PriceCadence, Selection
from billcore.settlement import Invoice, Policy

__all__ = ["FocusBill", "bill_focus"]


def _short(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:24]


def _code(row: FocusRow) -> str:
    return f"p{_short(*row.price)}"


def _plan(row: FocusRow) -> str:
    return f"{row.account}-{row.start:%Y%m%d}-{row.currency}"


@attrs.frozen
class FocusBill:
    """What an export comes to: invoices by sub-account, where each one's money stands, and the notices."""

    invoices: tuple[Invoice, ...] = ()
    standings: tuple[tuple[str, Standing], ...] = ()
    notices: tuple[Notice, ...] = ()


def bill_focus(export: FocusExport) -> FocusBill:
    """Bill an export in memory: one invoice for each sub-account and period, of 0.00 too, by sub-account.

    Raises ``InvalidValue`` for a sub-account that cannot be billed.
    """
    if not export.rows:
        return FocusBill()
    first = min(row.start for row in export.rows)
    last = max(row.end for row in export.rows)
    currencies = {row.account: row.currency for row in export.rows}
    with Billing.in_memory(clock=FixedClock(first), policy=Policy(whole_invoice=True)) as billing:
        billing.catalog.publish(_catalog(export.rows, first))
        for customer, currency in currencies.items():
            billing.customers.create(customer, currency=currency)
        for row in {_plan(row): row for row in export.rows}.values():
            _subscribe(billing, row)
        outcome = billing.usage.record(_event(row) for row in export.rows)
        if outcome.rejected:
            wrong = outcome.rejected[0]
            raise InvalidValue(wrong.error, place="Id", value=wrong.id)
        billing.using(clock=FixedClock(last)).invoices.run(until=last)
        for item in billing.exceptions.list():
            raise InvalidValue(item.why, place="SubAccountId", value=item.customer)
        accounts = sorted(currencies)
        told: list[Notice] = []
        while billing.notices.relay(told.append):
            pass
        return FocusBill(
            tuple(one for account in accounts for one in billing.invoices.list(account, limit=1_000).items),
            tuple((account, billing.customers.standing(account)) for account in accounts),
            tuple(told),
        )


def _subscribe(billing: Billing, row: FocusRow) -> None:
    selection = Selection(plan=_plan(row), anchor=row.start)
    name = _plan(row)
    billing.subscriptions.create(row.account, selection, at=row.start, id=name)
    billing.subscriptions.cancel(name, when="period_end", at=row.start)


def _catalog(rows: Iterable[FocusRow], effective: dt.datetime) -> Catalog:
    prices: dict[str, Price] = {}
    plans: dict[str, dict[str, Price]] = {}
    for row in rows:
        code = _code(row)
        if code not in prices:
            prices[code] = Price(
                code=code,
                description=f"{row.service}: {row.description} ({row.sku_price})",
                model=PerUnit(row.unit_price),
                cadence=PriceCadence.USAGE,
                currency=row.currency,
                meter=code,
                unit=row.unit,
            )
        plans.setdefault(_plan(row), {})[code] = prices[code]
    return Catalog(
        version="focus",
        effective=effective,
        meters=[Meter(code=code) for code in prices],
        plans=[
            Plan(code=name, versions=[PlanVersion(version=1, prices=list(found.values()))])
            for name, found in plans.items()
        ],
    )


def _event(row: FocusRow) -> UsageEvent:
    return UsageEvent(
        id=row.id,
        source="focus",
        customer=row.account,
        meter=_code(row),
        time=row.time,
        value=row.quantity,
        subscription=_plan(row),
    )
