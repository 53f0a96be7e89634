"""The steps of a scenario, one frozen class an action.

``ScenarioStep`` is their union and ``ACTIONS`` their names in documents; the rest of the document is in
``billcore.ports.scenario``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal, TypeAlias

import attrs

from billcore.kernel import FrozenMap, InvalidValue, checked_id
from billcore.lifecycle import UsageEvent
from billcore.ports.money_steps import (
    AddItem,
    Bill,
    CreditStep,
    IssueVoucher,
    RecordPayment,
    Redeem,
    SettleStep,
    TopUp,
    Void,
)
from billcore.ports.step import Step
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
    "UnusedShare",
    "UsageStep",
    "Void",
    "When",
]

When = Literal["now", "period_end"]
UnusedShare = Literal["keep", "give_back"]
ChangeAnchor = Literal["keep", "reset"]


def _customer(value: str) -> str:
    return checked_id(value, "customer")


def _subscription(value: str) -> str:
    return checked_id(value, "subscription")


def _addon(value: str) -> str:
    return checked_id(value, "addon")


def _keys(values: Mapping[str, object]) -> Mapping[str, object]:
    return FrozenMap(values)


def _events(values: Iterable[UsageEvent]) -> tuple[UsageEvent, ...]:
    return tuple(values)


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

    keys: Mapping[str, object] = attrs.field(default=FrozenMap(), converter=_keys)

    def __attrs_post_init__(self) -> None:
        for key in self.keys:
            if key not in {field.name for field in attrs.fields(Selection)}:
                raise InvalidValue("no such key of a selection", place=key)

    def over(self, selection: Selection) -> Selection:
        """The selection after the change.

        Another plan leaves the old version number behind; another kind of thing (a service instead of a plan) leaves
        everything behind but addons, quantity, configuration, time zone and country. Raises as ``Selection``.
        """
        changed = dict(self.keys)
        named = next((kind for kind in ("service", "plan", "product") if changed.get(kind) is not None), None)
        if named is None or getattr(selection, named) is not None:
            if named == "plan" and changed["plan"] != selection.plan:
                changed.setdefault("version", None)
            return attrs.evolve(selection, **changed)  # type: ignore[arg-type]  # keys of Selection
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
    unused: UnusedShare | None = None


@attrs.frozen(kw_only=True)
class UsageStep(Step):
    """Usage is recorded: ``events``, or the path of a usage ``file``."""

    do: ClassVar[str] = "usage"

    events: tuple[UsageEvent, ...] = attrs.field(default=(), converter=_events)
    file: str | None = None

    def __attrs_post_init__(self) -> None:
        if bool(self.events) == (self.file is not None):
            raise InvalidValue("give events or a file", place="events")


@attrs.frozen(kw_only=True)
class Publish(Step):
    """A catalog is published. Text is the version of one of the scenario's ``catalogs``, or a path."""

    do: ClassVar[str] = "publish"

    catalog: Catalog | str


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

ACTIONS: Mapping[str, type[ScenarioStep]] = FrozenMap(
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
