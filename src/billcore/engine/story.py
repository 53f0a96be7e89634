"""Playing a story: a scenario's customers and steps, each at its own instant, through the handle.

Each step goes under the key story name + step number, so that playing a story twice into one store adds nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

import attrs

from billcore.engine.billing import Billing
from billcore.engine.nouns.usage import Rejected
from billcore.kernel import BillcoreError, InvalidValue, Money, NotAllowed, NotSupportedYet, rfc3339
from billcore.lifecycle import UsageEvent
from billcore.ports import Operation
from billcore.ports.scenario import Scenario, ScenarioCustomer, ScenarioPolicy
from billcore.ports.steps import (
    AddItem,
    AttachAddon,
    Bill,
    Cancel,
    Change,
    CreditStep,
    DetachAddon,
    IssueVoucher,
    Publish,
    RecordPayment,
    Redeem,
    ScenarioStep,
    SettleStep,
    Subscribe,
    TopUp,
    UsageStep,
    Void,
)
from billcore.pricing import Catalog

__all__ = ["FixedClock", "StepResult", "play", "playable"]


@attrs.frozen
class FixedClock:
    """A clock that stands still."""

    instant: dt.datetime

    def now(self) -> dt.datetime:
        """Its instant."""
        return self.instant


@attrs.frozen
class StepResult:
    """What became of a step; ``error`` says why it was refused, ``number`` counts from 1 in the document's order.

    ``events`` is how many usage events it recorded, ``rejected`` are those it did not; ``expected`` says that this or
    the refusal is what the story wanted.
    """

    story: str
    number: int
    at: dt.datetime
    do: str
    error: str | None = None
    events: int = 0
    expected: bool = False
    rejected: tuple[Rejected, ...] = ()


def playable(story: Scenario) -> None:
    """Raise ``NotSupportedYet`` for what a story asks for and ``play`` does not do."""
    if attrs.evolve(story.policy, tax=None) != ScenarioPolicy():
        hint = "leave out all but tax; the story is billed by the house's policy"
        raise NotSupportedYet(place="policy", value=story.name, hint=hint)
    if story.billing == "automatic" and story.until is not None:
        hint = 'write billing = "manual", and bill by its steps or by a run'
        raise NotSupportedYet("billing by itself", place="until", value=rfc3339(story.until), hint=hint)


def play(
    billing: Billing,
    story: Scenario,
    *,
    usage: Callable[[str], Iterable[UsageEvent]],
    catalog: Callable[[str], Catalog],
) -> Iterator[StepResult]:
    """Create the story's customers, then take its steps in order of ``at``; one that is refused is told of.

    It is billed by the handle's policy, but settles at issue only where the story says so, and rounds tax as the story
    says where it does: each document keeps that. What it expects is left to the caller to compare.

    ``usage`` reads the events of a file that a step names, ``catalog`` finds a catalog that a step names. Raises
    ``NotAllowed`` where a step that must succeed is refused, or one that must fail is not; and what ``playable`` does.
    """
    playable(story)
    house = billing.session.policy
    billing = billing.using(policy=attrs.evolve(house, settle=story.settle, tax=story.policy.tax or house.tax))
    for customer in story.customers:
        _create(billing, story, customer)
    numbered = sorted(enumerate(story.steps, 1), key=lambda pair: pair[1].at)
    for number, step in numbered:
        player = _Player(_at(billing, step.at), f"{story.name or 'story'}/{number}", usage, catalog)
        error = player.take(step)
        wrong = error or (f"an event is rejected: {player.rejected[0].error}" if player.rejected else None)
        if wrong is not None and step.must_succeed:
            raise NotAllowed(f"step {number} must succeed: {wrong}", place=f"steps[{number - 1}]", value=step.do)
        if wrong is None and step.must_fail:
            raise NotAllowed(f"step {number} must fail and did not", place=f"steps[{number - 1}]", value=step.do)
        expected = wrong is not None and step.must_fail
        yield StepResult(story.name, number, step.at, step.do, error, player.events, expected, player.rejected)


def _at(billing: Billing, at: dt.datetime) -> Billing:
    return billing.using(clock=FixedClock(at))


def _create(billing: Billing, story: Scenario, customer: ScenarioCustomer) -> None:
    start = story.start or min((step.at for step in story.steps), default=None)
    handle = billing if start is None else _at(billing, start)
    handle.customers.create(
        customer.id,
        currency=customer.currency,
        timezone=customer.timezone,
        country=customer.country,
        locale=customer.locale or "en",
        tax_id=customer.tax_id,
        tax_exempt=customer.tax_exempt,
        terms=customer.terms,
        billed_until=customer.billed_until,
        opening=customer.opening,
        key=f"{story.name or 'story'}/customer/{customer.id}",
    )


@attrs.define
class _Player:
    billing: Billing
    key: str
    usage: Callable[[str], Iterable[UsageEvent]]
    catalog: Callable[[str], Catalog]
    events: int = 0
    rejected: tuple[Rejected, ...] = ()

    def take(self, step: ScenarioStep) -> str | None:
        """Take one step; the answer is why it was refused."""
        try:
            self._do(step)
        except BillcoreError as error:
            return str(error)
        return None

    def _do(self, step: ScenarioStep) -> None:
        billing, key = self.billing, self.key
        match step:
            case Subscribe():
                billing.subscriptions.create(
                    step.customer, step.selection, at=step.holds_from, id=step.subscription, key=key
                )
            case Change():
                self._change(step)
            case AttachAddon():
                billing.subscriptions.attach_addon(
                    step.subscription, step.addon, when=step.when or "now", at=step.holds_from, key=key
                )
            case DetachAddon():
                billing.subscriptions.detach_addon(
                    step.subscription, step.addon, when=step.when or "period_end", at=step.holds_from, key=key
                )
            case Cancel():
                billing.subscriptions.cancel(
                    step.subscription,
                    when=step.when or "period_end",
                    unused=step.unused or "keep",
                    at=step.holds_from,
                    key=key,
                )
            case UsageStep():
                self._usage(step)
            case Publish():
                found = step.catalog
                billing.catalog.publish(found if isinstance(found, Catalog) else self.catalog(found), key=key)
            case _:
                self._money(step)

    def _money(self, step: ScenarioStep) -> None:
        billing, key = self.billing, self.key
        match step:
            case Bill():
                self._bill(step.until or step.at)
            case RecordPayment():
                if billing.invoices.get(step.document).document.customer != step.customer:
                    raise InvalidValue("the document is another customer's", place="customer", value=step.customer)
                billing.payments.record(step.document, step.amount, step.reference or key, key=key)
            case Void():
                billing.invoices.void(step.document, rebill=step.rebill, reason=step.reason, key=key)
            case CreditStep():
                billing.invoices.credit(
                    step.document, line=step.line, amount=step.amount, reason=step.reason or "goodwill", key=key
                )
            case AddItem():
                billing.invoices.add_item(
                    step.customer,
                    step.amount,
                    step.description,
                    at=step.holds_from,
                    tax_category=step.tax_category,
                    key=key,
                )
            case _:
                self._stored_value(step)

    def _stored_value(self, step: ScenarioStep) -> None:
        billing, key = self.billing, self.key
        match step:
            case Redeem():
                billing.vouchers.redeem(step.customer, step.voucher, key=key)
            case IssueVoucher():
                currency = step.currency or billing.catalog.as_of().currency
                if currency is None:
                    raise InvalidValue("neither the step nor the catalog has one", place="currency", value=step.code)
                amount = Money(step.amount, currency)
                billing.vouchers.issue(step.code, amount, expires=step.expires, limit=step.limit or 1, key=key)
            case TopUp():
                billing.balances.top_up(step.customer, step.amount, step.reference or key, key=key)
            case SettleStep():
                billing.payments.settle(step.customer, key=key)
            case _:
                raise InvalidValue("not a step of this version", place="do", value=step.do)

    def _change(self, step: Change) -> None:
        subscriptions, keys = self.billing.subscriptions, dict(step.selection.keys)
        if set(keys) <= {"quantity"}:
            quantity = keys.get("quantity")
            subscriptions.change(
                step.subscription,
                quantity=None if quantity is None else str(quantity),
                when=step.when,
                anchor=step.anchor,
                at=step.holds_from,
                key=self.key,
            )
            return
        session = self.billing.session
        if session.store.recorded(session.scope, [f"subscriptions.change:{self.key}"]):
            return  # what it changed from has changed since
        before = subscriptions.get(step.subscription).order_at(step.holds_from).selection
        if before is None:
            raise InvalidValue("the order has no selection to change", place="subscription", value=step.subscription)
        wanted = attrs.evolve(step.selection.over(attrs.evolve(before, addons=())), starts_on=None)
        plan = wanted.plan if set(keys) <= {"plan", "version", "quantity"} else None
        quantity = keys.get("quantity")
        subscriptions.change(
            step.subscription,
            selection=wanted if plan is None else None,
            plan=plan,
            version=None if plan is None else wanted.version,
            quantity=None if plan is None or quantity is None else str(quantity),
            when=step.when,
            anchor=step.anchor,
            at=step.holds_from,
            key=self.key,
        )

    def _usage(self, step: UsageStep) -> None:
        events = step.events if step.file is None else self.usage(step.file)
        outcome = self.billing.usage.record(events, key=self.key)
        self.events, self.rejected = outcome.accepted, outcome.rejected

    def _bill(self, until: dt.datetime) -> None:
        """A run is idempotent, but not a question to ask again later: it is noted that it was asked."""
        session, name = self.billing.session, f"story.bill:{self.key}"
        if session.store.recorded(session.scope, [name]):
            return
        self.billing.invoices.run(until=until)
        session.store.transact(session.scope, Operation(name, rfc3339(until)), lambda _: "")
