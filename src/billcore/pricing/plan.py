"""Plans: versions of fixed lists of prices, and the phases that come before them."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable

import attrs

from billcore.kernel import (
    Anchor,
    Interval,
    InvalidValue,
    NotFound,
    checked_anchor,
    of_kind,
    rfc3339,
    several,
)
from billcore.pricing import coded, said
from billcore.pricing.entry import Entry, sold
from billcore.pricing.price import Price
from billcore.pricing.product import unique_codes

__all__ = ["Phase", "Plan", "PlanStatus", "PlanVersion", "sold_version"]


def _prices(prices: Iterable[Price]) -> tuple[Price, ...]:
    return several(prices, Price, "prices")


class PlanStatus(enum.Enum):
    """Only an active version can be newly subscribed; a plan has at most one."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


@attrs.frozen(kw_only=True)
class Phase:
    """What a plan costs for a first time: its prices for ``length``, whole months or days.

    An introductory price, or a step of a ramp.
    """

    code: str = attrs.field(converter=coded.code)
    length: Interval
    prices: tuple[Price, ...] = attrs.field(converter=_prices)

    def __attrs_post_init__(self) -> None:
        of_kind(self.length, Interval, "length")
        if self.length.seconds:
            raise InvalidValue("a phase lasts whole months or days", place="length", value=self.length.seconds)
        if not self.prices:
            raise InvalidValue("a phase has prices", place="prices", hint="a free one has a price of 0")
        unique_codes(self.prices)


def _phases(phases: Iterable[Phase]) -> tuple[Phase, ...]:
    return several(phases, Phase, "phases")


@attrs.frozen(kw_only=True)
class PlanVersion(Entry):
    """A fixed list of prices; once published it never changes. ``phases`` come before them, in order."""

    version: int
    status: PlanStatus = PlanStatus.ACTIVE
    effective: dt.datetime | None = attrs.field(default=None, converter=coded.effective)
    prices: tuple[Price, ...] = attrs.field(converter=_prices)
    phases: tuple[Phase, ...] = attrs.field(default=(), converter=_phases)

    def __attrs_post_init__(self) -> None:
        if type(self.version) is not int or self.version < 1:
            raise InvalidValue("versions count from 1", place="version", value=self.version)
        of_kind(self.status, PlanStatus, "status")
        unique_codes(self.prices)
        unique_codes(self.phases, "phases")
        if self.phases and not self.prices:
            raise InvalidValue("phases are followed by prices", place="prices")

    def phase_prices(self, phase: int) -> tuple[Price, ...]:
        """The prices of a phase, counted from 0; those of the version itself after the last."""
        return self.phases[phase].prices if phase < len(self.phases) else self.prices


def _versions(versions: Iterable[PlanVersion]) -> tuple[PlanVersion, ...]:
    return several(versions, PlanVersion, "versions")


@attrs.frozen(kw_only=True)
class Plan(Entry):
    """A plan and its versions."""

    code: str = attrs.field(converter=coded.code)
    name: str = attrs.field(default="", validator=said.text)
    product: str | None = attrs.field(default=None, validator=said.text_or_none)
    currency: str | None = attrs.field(default=None, validator=said.text_or_none)
    anchor: Anchor = attrs.field(default="calendar", converter=checked_anchor)
    versions: tuple[PlanVersion, ...] = attrs.field(converter=_versions)

    def __attrs_post_init__(self) -> None:
        numbers = [version.version for version in self.versions]
        if len(set(numbers)) != len(numbers):
            raise InvalidValue("a version stands twice", place="versions", value=numbers)
        if sum(version.status is PlanStatus.ACTIVE for version in self.versions) > 1:
            raise InvalidValue("a plan has one active version at most", place="versions")

    @property
    def active(self) -> PlanVersion | None:
        """The version that new subscribers get."""
        return next((version for version in self.versions if version.status is PlanStatus.ACTIVE), None)

    def version(self, number: int) -> PlanVersion | None:
        """The version of that number."""
        return next((version for version in self.versions if version.version == number), None)


def sold_version(plan: Plan, version: int | None = None, at: dt.datetime | None = None) -> PlanVersion:
    """The active version of a plan, or the one named: it must be active, and in effect by ``at``."""
    sold(plan, "plan")
    chosen = plan.active if version is None else plan.version(version)
    if chosen is None:
        raise NotFound(
            f"plan {plan.code} has no such version" if version is not None else "the plan has no active version",
            place="plan" if version is None else "version",
            value=plan.code if version is None else version,
        )
    if chosen.status is not PlanStatus.ACTIVE:
        raise InvalidValue(f"a {chosen.status.value} version is not sold", place="version", value=chosen.version)
    if at is not None and chosen.effective is not None and at < chosen.effective:
        since = rfc3339(chosen.effective)
        raise InvalidValue("this version is not sold yet", place="version", value=chosen.version, hint=since)
    return sold(chosen, "version")
