"""The account of a customer: the state that runs keep, beside facts and documents (docs/decisions/0001)."""

from __future__ import annotations

import datetime as dt
import functools
from decimal import Decimal

import attrs

from billcore.kernel import InvalidValue, Number, Rounding, checked_text, number, of_kind, places
from billcore.lifecycle import AppliedCoupon, Customer, OneOff, Subscription
from billcore.pricing import HOURS_PER_MONTH, TaxRounding
from billcore.settlement.credit import Credit
from billcore.settlement.moves import RoundingGroup
from billcore.settlement.rounding_terms import RoundingTerms
from billcore.settlement.strategy import Strategy

__all__ = ["AccountFacts", "AccountState", "Policy"]


def _hours(value: Number) -> Decimal:
    hours = number(value, "hours_per_month")
    if hours <= 0:
        raise InvalidValue("must be greater than zero", place="hours_per_month", value=str(hours))
    return hours


@attrs.frozen(kw_only=True)
class Policy:
    """How the house bills: rounding, also that of tax, the settlement strategy, whether issue settles, who issues.

    ``hours_per_month`` is what estimates count where a selection does not say.
    """

    rounding: Rounding = Rounding.HALF_UP
    whole_invoice: bool = False
    strategy: Strategy = attrs.field(factory=Strategy)
    settle: bool = True
    issuer: str = "default"
    tax: TaxRounding = TaxRounding.RATE
    hours_per_month: Decimal = attrs.field(default=HOURS_PER_MONTH, converter=_hours)

    def __attrs_post_init__(self) -> None:
        if self.rounding not in (Rounding.HALF_UP, Rounding.HALF_EVEN):
            raise InvalidValue(
                "money is rounded half up or half even",
                place="rounding",
                value=self.rounding,
                hint="Rounding.HALF_UP or Rounding.HALF_EVEN",
            )
        of_kind(self.strategy, Strategy, "strategy")
        of_kind(self.tax, TaxRounding, "tax")
        checked_text(self.issuer, "issuer")

    @functools.cached_property
    def rounding_terms(self) -> RoundingTerms:
        """How documents are rounded: what each of them keeps."""
        return RoundingTerms(self.rounding, self.whole_invoice, self.tax)

    def group(self, currency: str) -> RoundingGroup:
        """How lines in a currency are rounded."""
        return RoundingGroup(places(currency), self.rounding, self.whole_invoice)


@attrs.frozen(kw_only=True)
class AccountFacts:
    """What is written down about a customer; ``grants`` are the promotional credits that were given, as given."""

    customer: Customer
    subscriptions: tuple[Subscription, ...] = ()
    one_offs: tuple[OneOff, ...] = ()
    coupons: tuple[AppliedCoupon, ...] = ()
    grants: tuple[Credit, ...] = ()


@attrs.frozen(kw_only=True)
class AccountState:
    """What runs have done: ``last_run`` is the latest billing date processed, ``latest`` that of any document.

    ``marks`` are instants from which facts hold that no run has seen; ``reopened`` billing dates to do again, or asked
    for beside those that the facts bring; ``next_due`` the next instant at which a run has something to look at.
    """

    last_run: dt.datetime | None = None
    latest: dt.datetime | None = None
    next_due: dt.datetime | None = None
    marks: tuple[dt.datetime, ...] = ()
    reopened: tuple[dt.datetime, ...] = ()

    def marked(self, at: dt.datetime) -> AccountState:
        """With a mark at ``at``; marks that are not after the last run melt into the earliest of them."""
        marks = {*self.marks, at}
        past = {mark for mark in marks if self.last_run is not None and mark <= self.last_run}
        kept = (marks - past) | ({min(past)} if past else set())
        return attrs.evolve(self, marks=tuple(sorted(kept)))

    def reopen(self, date: dt.datetime) -> AccountState:
        """With a billing date that the next run does again."""
        return attrs.evolve(self, reopened=tuple(sorted({*self.reopened, date})))

    def is_late(self, date: dt.datetime) -> bool:
        """A run at this date bills new keys in advance only."""
        return self.last_run is not None and date <= self.last_run and date not in self.reopened

    def mark_for(self, date: dt.datetime) -> dt.datetime | None:
        """The earliest mark that a run at ``date`` reads."""
        return self.marks[0] if self.marks and self.marks[0] <= date else None

    def due(self, at: dt.datetime | None) -> AccountState:
        """With the next instant at which a run has something to look at."""
        return AccountState(
            last_run=self.last_run, latest=self.latest, next_due=at, marks=self.marks, reopened=self.reopened
        )

    def ran(self, date: dt.datetime, *, issued: bool) -> AccountState:
        """After a run at ``date``: marks that it has seen are cleared, unless it looked at the past only."""
        seen = not self.is_late(date) and (self.last_run is None or date >= self.last_run)
        return AccountState(
            last_run=date if seen else self.last_run,
            latest=_later(self.latest, date) if issued else self.latest,
            next_due=self.next_due,
            marks=tuple(mark for mark in self.marks if mark > date) if seen else self.marks,
            reopened=tuple(other for other in self.reopened if other != date),
        )


def _later(a: dt.datetime | None, b: dt.datetime) -> dt.datetime:
    return b if a is None else max(a, b)
