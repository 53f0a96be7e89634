"""Coupons: what a catalog offers off its prices, for how long."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Container, Iterable, Sequence
from decimal import Decimal
from typing import Protocol

import attrs

from billcore.kernel import InvalidValue, Money, NotSupportedYet, bounded, of_kind
from billcore.kernel import exact as ex
from billcore.pricing import coded, fields
from billcore.pricing.discount import Stacking
from billcore.pricing.entry import Entry
from billcore.pricing.plan import Plan

__all__ = ["Coupon", "CouponDuration", "Scoped", "coupon_minor", "coupon_scope", "refuse_strangers"]


class CouponDuration(enum.Enum):
    """For how many billing periods a coupon holds once it is applied."""

    ONCE = "once"
    REPEATING = "repeating"
    FOREVER = "forever"


@attrs.frozen(kw_only=True)
class Coupon(Entry):
    """``percent`` or ``amount`` (in major units of the customer's currency) off prices, plans and products.

    It can be applied in ``[starts, expires)``, ``limit`` times in all; ``applies_to`` names what it is for (nothing:
    all). ``repeating`` coupons hold for so many ``periods``.
    """

    code: str = attrs.field(converter=coded.code)
    percent: Decimal | None = attrs.field(default=None, converter=fields.percent_or_none)
    amount: Decimal | None = attrs.field(default=None, converter=fields.amount_or_none)
    stacking: Stacking = Stacking.SCOPE
    duration: CouponDuration = CouponDuration.ONCE
    periods: int | None = None
    applies_to: tuple[str, ...] = attrs.field(default=(), converter=coded.applies_to)
    starts: dt.datetime | None = attrs.field(default=None, converter=coded.starts)
    expires: dt.datetime | None = attrs.field(default=None, converter=coded.expires)
    limit: int | None = None

    def __attrs_post_init__(self) -> None:
        of_kind(self.stacking, Stacking, "stacking")
        of_kind(self.duration, CouponDuration, "duration")
        if (self.percent is None) == (self.amount is None):
            raise InvalidValue("a coupon has a percentage or an amount", place="percent", value=self.percent)
        if self.amount is not None and self.stacking is Stacking.ADDITIVE:
            raise InvalidValue("only percentages are summed", place="stacking", value=self.stacking.value)
        if self.amount is not None and self.stacking is Stacking.BEST:
            raise NotSupportedYet("the best of amounts", place="stacking", value=self.stacking.value)
        if (self.duration is CouponDuration.REPEATING) != (self.periods is not None):
            raise InvalidValue("a repeating coupon, and only it, says how often", place="periods", value=self.periods)
        for place, count in (("periods", self.periods), ("limit", self.limit)):
            if count is not None and (type(count) is not int or not 0 < count < 2**63):
                raise InvalidValue("a whole number above zero", place=place, value=count)
        if self.starts is not None and self.expires is not None and self.expires <= self.starts:
            raise InvalidValue("expires before it starts", place="expires", value=self.expires)

    def holds(self, at: dt.datetime) -> bool:
        """It can be applied to a period that starts at ``at``: its window is half open, and the start decides."""
        return (self.starts is None or self.starts <= at) and (self.expires is None or at < self.expires)

    @property
    def title(self) -> str:
        """What stands on a line that it lowers: ``SUMMER 10 %``, or its code alone."""
        return self.code if self.percent is None else f"{self.code} {ex.text(self.percent)} %"

    def lasts(self, used: int) -> bool:
        """It still holds after it lowered so many periods."""
        most = {CouponDuration.ONCE: 1, CouponDuration.REPEATING: self.periods, CouponDuration.FOREVER: None}
        left = most[self.duration]
        return left is None or used < left


def coupon_minor(coupon: Coupon, currency: str, place: str = "coupon") -> int:
    """The amount of a coupon in minor units of a currency. Raises ``InvalidValue`` where it is finer, or too much."""
    money = Money(coupon.amount or 0, currency)
    try:
        return bounded(money, place).minor
    except InvalidValue as error:
        raise InvalidValue(f"its amount is {error.text}", place=place, value=str(money)) from None


class Scoped(Protocol):
    """What names what it is for: a coupon, a grant."""

    @property
    def applies_to(self) -> tuple[str, ...]:
        """Codes; none: it is for all."""
        ...


class Listed(Scoped, Protocol):
    """The same in a list of a catalog, where its source may name it no more."""

    @property
    def stale(self) -> bool:
        """Nobody new has it."""
        ...


def coupon_scope(coupon: Scoped, plans: Iterable[Plan]) -> tuple[str, ...]:
    """The codes that a coupon is for, the plans of its products among them; none: it is for all."""
    owned = {plan.code for plan in plans if plan.product in coupon.applies_to}
    return tuple(sorted(owned.union(coupon.applies_to)))


def refuse_strangers(coupons: Sequence[Listed], sold: Container[str], place: str) -> None:
    """Raise ``InvalidValue`` where a coupon or grant, of the list at that place, names what is not sold.

    One that is stale may: nobody new has it, and what it was for may be sold no more.
    """
    for index, coupon in enumerate(coupons):
        for n, code in enumerate(() if coupon.stale else coupon.applies_to):
            if code not in sold:
                where = f"{place}[{index}].applies_to[{n}]"
                raise InvalidValue("nothing of this code is sold", place=where, value=code)
