"""A price: a model with a currency, a cadence, a timing and a proration."""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterable
from decimal import Decimal
from types import UnionType

import attrs

from billcore.kernel import (
    HOUR,
    MINUTE,
    MONTH,
    Exact,
    Interval,
    InvalidValue,
    NotSupportedYet,
    checked_id,
    of_kind,
    several,
)
from billcore.pricing import coded, fields, said
from billcore.pricing.model.asked import rating_by
from billcore.pricing.model.each import EachEvent
from billcore.pricing.model.flat import Flat, PerUnit
from billcore.pricing.model.package import Package
from billcore.pricing.model.percentage import Dynamic, GraduatedPercentage, Percentage
from billcore.pricing.model.progressive import Progressive
from billcore.pricing.model.tiered import Graduated, StairStep, Volume
from billcore.pricing.model.wrapped import Wrapped, unwrapped
from billcore.pricing.own_currency import checked_currency
from billcore.pricing.rating import EventModel, PriceModel

__all__ = ["OnChange", "OnEnd", "Price", "PriceCadence", "Proration", "Timing", "amount_of"]


class PriceCadence(enum.Enum):
    """How often a price is due."""

    RECURRING = "recurring"
    USAGE = "usage"
    ONCE = "once"


class Timing(enum.Enum):
    """When a period's price is due: when its part starts, or at its end."""

    ADVANCE = "advance"
    ARREARS = "arrears"


class Proration(enum.Enum):
    """How a part of a period is measured (DESIGN.md, Proration)."""

    SECOND = "second"
    HOUR = "hour"
    DAY = "day"
    DAY_AFTER = "day_after"
    DAY_INCLUSIVE = "day_inclusive"
    DAY30 = "day30"
    CEIL = "ceil"
    FULL = "full"
    FREE = "free"


class OnChange(enum.Enum):
    """What a change within a period does."""

    PRORATE = "prorate"
    DIFFERENCE = "difference"
    USAGE = "usage"
    KEEP = "keep"


class OnEnd(enum.Enum):
    """What an early end leaves charged: the part served, or the whole period."""

    PART = "part"
    WHOLE = "whole"


_MEASURED = (Proration.SECOND, Proration.HOUR, Proration.DAY, Proration.DAY_AFTER)


_KINDS: dict[str, type | UnionType] = {
    "cadence": PriceCadence,
    "interval": Interval,
    "timing": Timing | None,
    "per": Interval | None,
    "proration": Proration,
    "on_change": OnChange,
    "on_end": OnEnd,
    "minimum_duration": Interval | None,
}


def _sum_of(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(checked_id(value, "sum_of") for value in several(values, str, "sum_of", "price codes"))


@attrs.frozen(kw_only=True, cache_hash=True)
class Price:
    """One price of a plan version, service, product or addon.

    ``per`` (an hour or a minute) makes a recurring price run with time: the model rates the quantity in force and that
    amount is taken times the hours it was in force. ``size`` names a size of the selection that gives the quantity.
    ``currency`` may be absent until a catalog gives its default, or be the code of one of the catalog's own currencies
    or credit units, until the catalog resolves it.

    ``event_minimum`` prices each event of usage alone, at no less. ``minimum_duration`` is how long what runs with time
    is charged at least, from when it was had, at the last quantity; what is missing is charged where it ends.

    ``sum_of`` names other prices of the subscription: what their lines of the period come to, rounded, is the quantity
    that the model rates, at the period's end (15 % of all that recurs, but at least 800).
    """

    code: str = attrs.field(converter=coded.code)
    model: PriceModel
    cadence: PriceCadence = PriceCadence.RECURRING
    currency: str | None = attrs.field(default=None, validator=said.text_or_none)
    description: str = attrs.field(default="", validator=said.text)
    interval: Interval = MONTH
    timing: Timing | None = None
    per: Interval | None = None
    meter: str | None = attrs.field(default=None, validator=said.text_or_none)
    unit: str | None = attrs.field(default=None, validator=said.text_or_none)
    size: str | None = attrs.field(default=None, validator=said.text_or_none)
    tax_category: str = attrs.field(default="standard", validator=said.text)
    proration: Proration = Proration.SECOND
    on_change: OnChange = OnChange.PRORATE
    on_end: OnEnd = OnEnd.PART
    event_minimum: Decimal | None = attrs.field(default=None, converter=fields.event_minimum)
    minimum_duration: Interval | None = None
    sum_of: tuple[str, ...] = attrs.field(default=(), converter=_sum_of)

    def __attrs_post_init__(self) -> None:
        self._typed()
        checked_currency(self.currency)
        if (self.cadence is PriceCadence.USAGE) != (self.meter is not None):
            raise InvalidValue("a usage price, and only it, names a meter", place="meter", value=self.meter)
        if self.per is not None and (self.cadence is not PriceCadence.RECURRING or self.per not in (HOUR, MINUTE)):
            raise InvalidValue("only a recurring price runs with time, by hour or minute", place="per")
        if self.sum_of:
            self._summing()
        if self.size is not None and not self.counted:
            raise InvalidValue("a flat price has no quantity for a size to give", place="size", value=self.size)
        if self.size is not None and self.cadence is PriceCadence.USAGE:
            raise InvalidValue("the quantity of usage is what was used, no size", place="size", value=self.size)
        self._metered()
        if self.timing is Timing.ADVANCE and (self.per is not None or self.cadence is PriceCadence.USAGE):
            raise InvalidValue("usage and time are known at the end only", place="timing", value="advance")
        if self.proration not in _MEASURED:
            raise NotSupportedYet(place="proration", value=self.proration.value)
        if self.on_change is not OnChange.PRORATE:
            raise NotSupportedYet(place="on_change", value=self.on_change.value)
        if self.on_end is not OnEnd.PART:
            raise NotSupportedYet(place="on_end", value=self.on_end.value)

    def _typed(self) -> None:
        # A protocol is asked of models of one's own alone: looking for methods costs more than all other checks.
        if not isinstance(self.model, _QUICK):
            of_kind(self.model, PriceModel, "model")
            _hashed(self.model)
        for place, kind in _KINDS.items():
            of_kind(getattr(self, place), kind, place)

    def _metered(self) -> None:
        """Refuse what only usage can have."""
        if self.event_minimum is not None and self.cadence is not PriceCadence.USAGE:
            raise InvalidValue("only usage has events", place="event_minimum", value=str(self.event_minimum))
        if self.cadence is not PriceCadence.USAGE and (self._events is not None or self.window is not None):
            raise InvalidValue("only usage has events and windows", place="model", value=type(self.model).__name__)
        if self.cadence is not PriceCadence.USAGE and self.interim:
            raise InvalidValue("only usage is billed before its period ends", place="model.interim", value=True)
        if self.event_minimum is not None:
            self._each(self.event_minimum)
        if self.minimum_duration is not None and (self.per is None or self.minimum_duration.months):
            hint = "hours or days of a price with per"
            raise InvalidValue("only what runs with time has a least time", place="minimum_duration", hint=hint)

    def _summing(self) -> None:
        """Refuse what a price over others cannot have: its quantity is their sum, known when their period has ended."""
        if len({self.code, *self.sum_of}) <= len(self.sum_of):
            raise InvalidValue("other prices, each once", place="sum_of", value=", ".join(self.sum_of))
        for place, wrong in (
            ("cadence", self.cadence is not PriceCadence.RECURRING),
            ("per", self.per is not None),
            ("size", self.size is not None),
            ("timing", self.timing is Timing.ADVANCE),
            ("model", isinstance(self._inner, Flat)),
        ):
            if wrong:
                hint = "a recurring price in arrears, of a quantity"
                raise InvalidValue("not of a price over others", place=place, hint=hint)

    def _each(self, least: Decimal) -> PriceModel:
        """Each event alone; the wrapper's minimum and maximum are of their sum."""
        if not isinstance(self.model, Wrapped):
            return EachEvent(self.model, least)
        own = self.model
        inner = attrs.evolve(own, minimum=None, maximum=None, credits=None)
        return Wrapped(model=EachEvent(inner, least), minimum=own.minimum, maximum=own.maximum, credits=own.credits)

    @functools.cached_property
    def rated(self) -> PriceModel:
        """The model that rates usage: each event alone where there is an ``event_minimum``."""
        return self.model if self.event_minimum is None else self._each(self.event_minimum)

    @property
    def counted(self) -> bool:
        """Its amount depends on a quantity that is had; a flat one is had once, and so is one over other prices."""
        return not (self.sum_of or isinstance(self._inner, Flat))

    @property
    def _inner(self) -> PriceModel:
        return unwrapped(self.model)

    @property
    def _events(self) -> EventModel | None:
        """The model by event that has no events; a percentage takes a sum of prices as one."""
        return None if self.sum_of and isinstance(self._inner, Percentage) else self.by_event

    @property
    def by_event(self) -> EventModel | None:
        """The model that needs the events themselves, if it is one."""
        model = unwrapped(self.rated)
        return model if isinstance(model, EventModel) else None

    @property
    def window(self) -> Interval | None:
        """The minute, hour or day that is rated alone, if one is."""
        return self.model.per_window if isinstance(self.model, Wrapped) else None

    @functools.cached_property
    def interim(self) -> bool:
        """Its usage may be billed before its period ends."""
        return isinstance(self.model, Wrapped) and self.model.interim

    @functools.cached_property
    def so_far(self) -> Price:
        """The price of what was used before the period ends: there is no minimum yet, of an amount or of units."""
        if not isinstance(self.model, Wrapped):
            return self
        return attrs.evolve(self, model=self.model.so_far)

    @functools.cached_property
    def beat(self) -> tuple[bool, Timing, Interval]:
        """What its billing periods follow from: whether it is charged once, its timing and its interval."""
        return (self.cadence is PriceCadence.ONCE, self.due, self.interval)

    @functools.cached_property
    def due(self) -> Timing:
        """The timing in force: arrears for usage, what runs with time and sums, else ``advance`` unless said."""
        if self.per is not None or self.cadence is PriceCadence.USAGE or self.sum_of:
            return Timing.ARREARS
        return self.timing or Timing.ADVANCE


def _hashed(model: PriceModel) -> None:
    """Refuse a model of one's own that can change: prices are compared and remembered by their hash."""
    try:
        hash(model)
    except TypeError as error:
        what = type(model).__name__
        raise InvalidValue("a price model is a frozen value", place="model", value=what, hint="attrs.frozen") from error


_QUICK = (Flat, PerUnit, Graduated, Volume, StairStep, Package, Progressive, GraduatedPercentage, Dynamic, Wrapped)


def amount_of(model: PriceModel, quantity: Exact) -> Exact:
    """``model.rate(quantity).amount``, without making a breakdown that nobody asked for."""
    return model.amount(quantity) if isinstance(model, _QUICK) else rating_by(model, quantity).amount
