"""Deciding a billing date: the pure heart of a run (docs/decisions/0001).

Facts, what was billed and the usage go in; documents without numbers, payments, credits and ledger entries come out.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from collections.abc import Container, Iterable, Sequence

import attrs

from billcore.kernel import MOST_MINOR, InvariantBroken, Rounding, zone
from billcore.lifecycle import Customer, Fact, Life, life, occurrences
from billcore.pricing import (
    AppliedRate,
    CatalogTaxes,
    PriceCadence,
    TaxCase,
    TaxProvider,
    TaxTable,
    Timing,
    rate_by,
)
from billcore.settlement.account import AccountFacts, AccountState, Policy
from billcore.settlement.billed import Billed
from billcore.settlement.coupons import Coupons
from billcore.settlement.credit import Credit
from billcore.settlement.difference import RateLookup, difference
from billcore.settlement.discounts import discount
from billcore.settlement.document import Document, Invoice
from billcore.settlement.documents import Issue, credit_notes, invoice
from billcore.settlement.interim import billed_early, not_below, nothing_yet, within_caps
from billcore.settlement.key import ChargeKey
from billcore.settlement.moves import Difference
from billcore.settlement.pay import Payout, pay
from billcore.settlement.promotion import promote
from billcore.settlement.used import UsageLookup
from billcore.settlement.wanted import Charge, Modes, charges, key_of, one_off_charge, touches

__all__ = ["Bill", "Funds", "decide", "decide_charges", "late_dates", "shared_since"]

_CATALOG = CatalogTaxes()


@attrs.frozen
class Funds:
    """What a customer could pay with, and the open documents that wait for it."""

    credits: tuple[Credit, ...] = ()
    open: tuple[Invoice, ...] = ()


@attrs.frozen(kw_only=True)
class Bill:
    """What a run at one billing date writes for one customer: documents in order of issue, and what was paid.

    ``lives`` are the subscriptions as they were seen.
    """

    documents: tuple[Document, ...]
    payout: Payout
    state: AccountState
    lives: tuple[Life, ...] = ()


def decide(
    facts: AccountFacts,
    state: AccountState,
    date: dt.datetime,
    at: dt.datetime,
    *,
    billed: Billed,
    usage: UsageLookup,
    rates: TaxTable,
    policy: Policy,
    sequence: int = 0,
    funds: Funds | None = None,
    taxes: TaxProvider = _CATALOG,
    promotional: Sequence[Credit] = (),
) -> Bill:
    """Bill one customer at one billing date; ``at`` is the run's instant, ``sequence`` the date's first free one.

    ``rates`` are the catalog's, of which ``taxes`` makes those of the customer; ``promotional`` are the promotional
    credits with what is left of each.
    """
    customer = facts.customer
    lives = tuple(life(subscription, customer, date) for subscription in facts.subscriptions)
    rate = _rates(customer, date, rates, taxes)
    moved = decide_charges(facts, state, date, lives, billed=billed, usage=usage, rate=rate, policy=policy)
    if promotional:
        promote(moved, promotional, lives, policy.group(customer.currency), date)
    issue = Issue(customer, policy.issuer, date, at)
    notes = credit_notes(issue, moved.falls, billed, sequence)
    documents = [*notes]
    if moved.rises and not nothing_yet(moved.rises):
        documents.append(invoice(issue, moved.rises, sequence + len(notes), policy))
    for document in documents:
        _bounded(document)
    held = funds or Funds()
    payout = pay(documents, billed.invoices, held.credits, held.open, policy, at, date)
    return Bill(documents=tuple(documents), payout=payout, state=state.ran(date, issued=bool(documents)), lives=lives)


def _bounded(document: Document) -> None:
    """Raise ``InvariantBroken`` where an amount is beyond what may be stored; a line may be more than its document."""
    amounts = [document.net, document.total, *[line.minor for line in document.lines]]
    most = max(*amounts, -min(amounts))
    if most > MOST_MINOR:
        raise InvariantBroken("M1: an amount beyond 10^15 minor units", place=document.customer, value=most)


def decide_charges(
    facts: AccountFacts,
    state: AccountState,
    date: dt.datetime,
    lives: Sequence[Life],
    *,
    billed: Billed,
    usage: UsageLookup,
    rate: RateLookup,
    policy: Policy,
) -> Difference:
    """The lines that add and those that fall at one billing date; ``lives`` are the subscriptions up to it.

    ``rate`` gives the tax of a category.
    """
    customer = facts.customer.known(date)
    vanished: list[ChargeKey] = []
    early: frozenset[ChargeKey] = frozenset()

    def modes(key: ChargeKey) -> Rounding:
        return billed.mode(key, policy.rounding)

    if state.is_late(date):
        wanted = [charge for charge in _late(lives, usage, date, modes) if not billed.entries.get(charge.key)]
    else:
        after = state.last_run
        mark = state.mark_for(date)
        wanted = [*charges(lives, usage, date, after, mark, modes), *_one_offs(facts, date, after, mark)]
        if billed.entries:
            wanted = [not_below(charge, billed) if charge.open else charge for charge in wanted]
            if any(charge.open for charge in wanted):
                wanted = within_caps(wanted, lives, billed, usage, date, modes)
            early = billed_early(wanted, date)
            asked = {charge.key for charge in wanted}
            vanished = [
                key for key in billed.entries if key not in asked and mark is not None and touches(key.period, mark)
            ]

    def reason(key: ChargeKey) -> str:
        return "interim" if key in early else _reason(key, lives, billed, date)

    rounding = policy.group(customer.currency)
    moved = difference(wanted, vanished, billed, rounding, rate, reason, date)
    if facts.coupons or billed.offs:
        discount(moved, wanted, vanished, Coupons.of(facts), billed, rounding, reason, date)
    return moved


def _rates(customer: Customer, date: dt.datetime, table: TaxTable, taxes: TaxProvider) -> RateLookup:
    """The rate of a category for the customer on the billing date, asked for once."""
    profile = customer.known(date).profile(date)
    day = _local_day(date, profile.timezone)
    found: dict[str, AppliedRate] = {}

    def rate(category: str) -> AppliedRate:
        if category not in found:
            case = TaxCase(
                country=profile.country, category=category, on=day, tax_id=profile.tax_id, exempt=profile.tax_exempt
            )
            found[category] = rate_by(taxes, case, table)
        return found[category]

    return rate


@functools.lru_cache(maxsize=4_096)
def _local_day(date: dt.datetime, timezone: str) -> dt.date:
    """Memo: the customers of a billing date share its day."""
    return date.astimezone(zone(timezone)).date()


def _late(lives: Iterable[Life], usage: UsageLookup, date: dt.datetime, modes: Modes) -> list[Charge]:
    """Charges in advance whose part starts exactly at a date that is past."""
    just_before = date - dt.timedelta(microseconds=1)
    return [charge for charge in charges(lives, usage, date, just_before, None, modes) if charge.advance]


def _one_offs(
    facts: AccountFacts, date: dt.datetime, after: dt.datetime | None, mark: dt.datetime | None
) -> list[Charge]:
    found = []
    for item in facts.one_offs:
        charge = one_off_charge(item)
        fresh = after is None or item.at > after
        if item.at <= date and (fresh or (mark is not None and touches(charge.key.period, mark))):
            found.append(charge)
    return found


def _reason(key: ChargeKey, lives: Iterable[Life], billed: Billed, date: dt.datetime) -> str:
    """Why a key moved: the fact written last among those that hold within its period.

    What usage moves too is late usage, unless such a fact was not yet seen when the key was billed last.
    """
    seen = [entry.document for entry in billed.entries.get(key, ())]
    for found in lives:
        if found.subscription.id != key.subscription:
            continue
        within = [fact for fact in found.subscription.facts[1:] if fact.at < key.period.end or key.period.empty]
        if _by_usage(found, key):
            within = [fact for fact in within if fact.at <= date and all(_behind(fact, one) for one in seen)]
        last = max(within, key=lambda fact: fact.n, default=None)
        if last is not None:
            return "backdated change" if last.at < last.recorded else "change"
        if _by_usage(found, key):
            return "late usage"
    return "correction"


def _by_usage(found: Life, key: ChargeKey) -> bool:
    """Usage moves the key: its price's own, or that of a price which it is over."""
    prices = (item.record.price for item in found.charged if item.order == key.item)
    return any(
        price.code == key.price and (price.cadence is PriceCadence.USAGE or bool(price.sum_of)) for price in prices
    )


def _behind(fact: Fact, document: Document) -> bool:
    """A run that issued the document did not look at the fact yet."""
    return fact.recorded > document.issued_at or fact.at > document.billing_date


def late_dates(
    lives: Iterable[Life], mark: dt.datetime, last_run: dt.datetime, billed: Container[ChargeKey]
) -> tuple[dt.datetime, ...]:
    """The billing dates not after ``last_run`` on which a key in advance is new: it keeps its own date."""
    found = set()
    for one in lives:
        for item in one.items:
            if item.record.price.due is not Timing.ADVANCE:
                continue
            for occurrence in occurrences(one, item, mark):
                if occurrence.due > last_run:
                    break
                if touches(occurrence.period, mark) and key_of(one, item, occurrence) not in billed:
                    found.add(occurrence.due)
    return tuple(sorted(found))


def shared_since(facts: AccountFacts, after: dt.datetime | None) -> dt.datetime | None:
    """From which period ends on earlier lines may share a rounding group with what is due after an instant.

    That is so where a price of one code followed another within a period that ends after ``after``; else ``None``.
    """
    if after is None:
        return None
    for subscription in facts.subscriptions:
        if len(subscription.facts) == 1:
            continue
        found = life(subscription, facts.customer)
        codes = Counter(item.record.price.code for item in found.items)
        for item in found.items:
            if codes[item.record.price.code] > 1 and next(occurrences(found, item, after), None) is not None:
                return after
    return None
