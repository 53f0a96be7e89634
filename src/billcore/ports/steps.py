"""The steps of a scenario, one frozen class an action.

``ScenarioStep`` is their union and ``ACTIONS`` their names in documents; the rest of the document is in
``billcore.ports.scenario``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypeAlias

import attrs

from billcore.kernel import InvalidValue, Number, checked_id, instant, number
from billcore.ports.usage import UsageRecord
from billcore.pricing import Catalog, Selection

__all__ = [
    "ACTIONS",
    "LATER_ACTIONS",
    "AddItem",
    "AttachAddon",
    "Bill",
    "Cancel",
    "Change",
    "ChangeAnchor",
    "CreditStep",
    "DetachAddon",
    "IssueVoucher",
    "Publish",
    "RecordPayment",
    "Redeem",
    "ScenarioStep",
    "SelectionChange",
    "SettleStep",
    "Step",
    "Subscribe",
    "TopUp",
    "Unused",
    "UsageStep",
    "Void",
    "When",
]

When = Literal["now", "period_end"]
Unused = Literal["keep", "give_back"]
ChangeAnchor = Literal["keep", "reset"]


def _customer(value: str) -> str:
    return checked_id(value, "customer")


def _subscription(value: str) -> str:
    return checked_id(value, "subscription")


def _subscription_or_absent(value: str | None) -> str | None:
    return None if value is None else checked_id(value, "subscription")


def _addon(value: str) -> str:
    return checked_id(value, "addon")


def _document(value: str) -> str:
    return checked_id(value, "document")


def _at(value: dt.datetime | str) -> dt.datetime:
    return instant(value, "at")


def _effective(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "effective")


def _until(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "until")


def _expires(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else instant(value, "expires")


def _amount(value: Number) -> Decimal:
    amount = number(value, "amount")
    if amount <= 0:
        raise InvalidValue("must be greater than zero", place="amount", value=str(amount))
    return amount


def _amount_or_absent(value: Number | None) -> Decimal | None:
    return None if value is None else _amount(value)


def _keys(values: Mapping[str, object]) -> Mapping[str, object]:
    return MappingProxyType(dict(values))


def _events(values: Iterable[UsageRecord]) -> tuple[UsageRecord, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class Step:
    """What every step has: ``at``, when it is recorded, and ``effective``, from when it holds (default ``at``).

    A step that is refused is recorded as an error and the story goes on, unless ``must_succeed``; one that succeeds
    though it ``must_fail`` ends the story too.
    """

    do: ClassVar[str] = ""

    at: dt.datetime = attrs.field(converter=_at)
    effective: dt.datetime | None = attrs.field(default=None, converter=_effective)
    must_fail: bool = False
    must_succeed: bool = attrs.field(default=False)

    @must_succeed.validator
    def _not_both(self, _attribute: object, value: bool) -> None:  # noqa: FBT001 - attrs calls it so
        if self.must_fail and value:
            raise InvalidValue("a step cannot both fail and succeed", place="must_fail")

    @property
    def holds_from(self) -> dt.datetime:
        """``effective``, or ``at`` where the step does not say."""
        return self.effective or self.at


@attrs.frozen(kw_only=True)
class Subscribe(Step):
    """A customer buys a selection, whose ``anchor`` is the subscription's; the time zone is the customer's own."""

    do: ClassVar[str] = "subscribe"

    customer: str = attrs.field(converter=_customer)
    subscription: str = attrs.field(converter=_subscription)
    selection: Selection


@attrs.frozen
class SelectionChange:
    """Keys of a selection that change, by the names that ``Selection`` gives them; what is not named stays."""

    keys: Mapping[str, object] = attrs.field(default=MappingProxyType({}), converter=_keys)

    def __attrs_post_init__(self) -> None:
        for key in self.keys:
            if key not in {field.name for field in attrs.fields(Selection)}:
                raise InvalidValue("no such key of a selection", place=key)

    def over(self, selection: Selection) -> Selection:
        """The selection after the change.

        Another plan leaves the old version number behind; another kind of thing (a service instead of a plan) leaves
        everything behind but addons, quantity, configuration, time zone and country. Raises as ``Selection``.
        """
        changed: dict[str, Any] = dict(self.keys)
        named = next((kind for kind in ("service", "plan", "product") if changed.get(kind) is not None), None)
        if named is None or getattr(selection, named) is not None:
            if named == "plan" and changed["plan"] != selection.plan:
                changed.setdefault("version", None)
            return attrs.evolve(selection, **changed)
        kept = ("addons", "quantity", "configuration", "anchor", "timezone", "country")
        return Selection(**{**{key: getattr(selection, key) for key in kept}, **changed})


@attrs.frozen(kw_only=True)
class Change(Step):
    """A subscription changes plan, version, quantity or any other key of its selection."""

    do: ClassVar[str] = "change"

    subscription: str = attrs.field(converter=_subscription)
    selection: SelectionChange = attrs.field(factory=SelectionChange)
    when: When | None = None
    anchor: ChangeAnchor | None = None

    def __attrs_post_init__(self) -> None:
        if not self.selection.keys and self.anchor is None:
            raise InvalidValue("nothing to change", place="selection", hint="give plan, quantity or selection")


@attrs.frozen(kw_only=True)
class AttachAddon(Step):
    """An addon is attached to a subscription."""

    do: ClassVar[str] = "attach_addon"

    subscription: str = attrs.field(converter=_subscription)
    addon: str = attrs.field(converter=_addon)
    when: When | None = None


@attrs.frozen(kw_only=True)
class DetachAddon(Step):
    """An addon is taken off a subscription."""

    do: ClassVar[str] = "detach_addon"

    subscription: str = attrs.field(converter=_subscription)
    addon: str = attrs.field(converter=_addon)
    when: When | None = None


@attrs.frozen(kw_only=True)
class Cancel(Step):
    """A subscription ends."""

    do: ClassVar[str] = "cancel"

    subscription: str = attrs.field(converter=_subscription)
    when: When | None = None
    unused: Unused | None = None


@attrs.frozen(kw_only=True)
class UsageStep(Step):
    """Usage is recorded: ``events``, or the path of a usage ``file``."""

    do: ClassVar[str] = "usage"

    events: tuple[UsageRecord, ...] = attrs.field(default=(), converter=_events)
    file: str | None = None

    def __attrs_post_init__(self) -> None:
        if bool(self.events) == (self.file is not None):
            raise InvalidValue("give events or a file", place="events")


@attrs.frozen(kw_only=True)
class Publish(Step):
    """A catalog is published. Text is the version of one of the scenario's ``catalogs``, or a path."""

    do: ClassVar[str] = "publish"

    catalog: Catalog | str


@attrs.frozen(kw_only=True)
class Redeem(Step):
    """A customer redeems a voucher by its code."""

    do: ClassVar[str] = "redeem"

    customer: str = attrs.field(converter=_customer)
    voucher: str


@attrs.frozen(kw_only=True)
class IssueVoucher(Step):
    """A voucher comes into being: ``amount`` each time, ``limit`` redemptions at most.

    ``currency`` is that of the customer who redeems it unless it is given.
    """

    do: ClassVar[str] = "issue_voucher"

    code: str
    amount: Decimal = attrs.field(converter=_amount)
    currency: str | None = None
    expires: dt.datetime | None = attrs.field(default=None, converter=_expires)
    limit: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise InvalidValue("a limit counts from 1", place="limit", value=self.limit)


@attrs.frozen(kw_only=True)
class TopUp(Step):
    """Money received by hand goes to a customer's balance."""

    do: ClassVar[str] = "top_up"

    customer: str = attrs.field(converter=_customer)
    amount: Decimal = attrs.field(converter=_amount)
    reference: str | None = None


@attrs.frozen(kw_only=True)
class SettleStep(Step):
    """What a customer owes is paid from its balance and vouchers."""

    do: ClassVar[str] = "settle"

    customer: str = attrs.field(converter=_customer)


@attrs.frozen(kw_only=True)
class Bill(Step):
    """A billing run of all billing dates up to ``until``, with it (default: the step's ``at``)."""

    do: ClassVar[str] = "bill"

    until: dt.datetime | None = attrs.field(default=None, converter=_until)


@attrs.frozen(kw_only=True)
class RecordPayment(Step):
    """A payment that came by hand is booked on a document (its number)."""

    do: ClassVar[str] = "record_payment"

    customer: str = attrs.field(converter=_customer)
    document: str = attrs.field(converter=_document)
    amount: Decimal = attrs.field(converter=_amount)
    reference: str | None = None


@attrs.frozen(kw_only=True)
class Void(Step):
    """A document is made void; ``rebill`` reopens its billing date for the next run."""

    do: ClassVar[str] = "void"

    document: str = attrs.field(converter=_document)
    rebill: bool = True
    reason: str | None = None


@attrs.frozen(kw_only=True)
class CreditStep(Step):
    """Goodwill on a document: on one ``line`` (its id; all of it, or ``amount``), an ``amount``, or the ``whole``."""

    do: ClassVar[str] = "credit"

    document: str = attrs.field(converter=_document)
    line: str | None = None
    whole: bool = False
    amount: Decimal | None = attrs.field(default=None, converter=_amount_or_absent)
    reason: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.whole and (self.line is not None or self.amount is not None):
            raise InvalidValue("the whole document takes no line and no amount", place="whole")
        if not self.whole and self.line is None and self.amount is None:
            raise InvalidValue("say what to credit", place="line", hint="give line, amount or whole = true")


@attrs.frozen(kw_only=True)
class AddItem(Step):
    """A one-off item for the customer's next invoice (an addition of billcore's own to the actions of the formats)."""

    do: ClassVar[str] = "add_item"

    customer: str = attrs.field(converter=_customer)
    description: str
    amount: Decimal = attrs.field(converter=_amount)
    tax_category: str = "standard"
    subscription: str | None = attrs.field(default=None, converter=_subscription_or_absent)


ScenarioStep: TypeAlias = (
    Subscribe
    | Change
    | AttachAddon
    | DetachAddon
    | Cancel
    | UsageStep
    | Publish
    | Redeem
    | IssueVoucher
    | TopUp
    | SettleStep
    | Bill
    | RecordPayment
    | Void
    | CreditStep
    | AddItem
)

ACTIONS: Mapping[str, type[ScenarioStep]] = MappingProxyType(
    {
        kind.do: kind
        for kind in (
            *(Subscribe, Change, AttachAddon, DetachAddon, Cancel, UsageStep, Publish, Redeem, IssueVoucher),
            *(TopUp, SettleStep, Bill, RecordPayment, Void, CreditStep, AddItem),
        )
    }
)
LATER_ACTIONS = frozenset({"pause", "resume", "transition", "add_card", "remove_card", "default_card", "refund"})
"""Actions that the formats name and later steps build."""
