"""What an entry of a catalog is in a few words, for differences and lists: its name, or what it gives or asks for."""

from __future__ import annotations

from billcore.kernel import Interval, currency_name
from billcore.kernel import exact as ex
from billcore.pricing.commitment import Commitment
from billcore.pricing.coupon import Coupon, CouponDuration
from billcore.pricing.credit_unit import CreditUnit
from billcore.pricing.entry import Entry
from billcore.pricing.grant import Grant
from billcore.pricing.own_currency import OwnCurrency
from billcore.pricing.tax_rates import TaxRate

__all__ = ["entry_words", "interval_words"]


def entry_words(entry: Entry) -> str:
    """``Team`` of a plan of that name, ``20 % off once, for team`` of a coupon; empty where the code says all."""
    match entry:
        case Coupon():
            return _coupon(entry)
        case Commitment():
            most = "" if entry.cap is None else f", at most {ex.text(entry.cap)}"
            return f"at least {ex.text(entry.amount)} {interval_words(entry.period)}{most}"
        case Grant():
            money = "" if entry.unit is None else f" {currency_name(entry.unit)}"
            gives = f"{ex.text(entry.amount)}{money} {entry.kind.value}{_for(entry.applies_to)}"
            return f"{entry.name}, {gives}" if entry.name else gives
        case CreditUnit():
            return f"worth {ex.text(entry.rate)} each"
        case OwnCurrency():
            return f"{entry.places} decimal places"
        case TaxRate():
            return f"{ex.text(entry.percent)} % {entry.category}, {entry.country}"
        case _:
            return str(getattr(entry, "name", "") or getattr(entry, "description", ""))


def interval_words(interval: Interval) -> str:
    """``a month``, ``a year``; ``a period`` of an interval without a name."""
    return f"a {interval.name or 'period'}"


def _coupon(coupon: Coupon) -> str:
    off = f"{ex.text(coupon.percent)} %" if coupon.percent is not None else ex.text(coupon.amount or ex.ZERO)
    lasts = {
        CouponDuration.ONCE: "once",
        CouponDuration.REPEATING: f"for {coupon.periods} periods",
        CouponDuration.FOREVER: "for ever",
    }
    return f"{off} off {lasts[coupon.duration]}{_for(coupon.applies_to)}"


def _for(codes: tuple[str, ...]) -> str:
    return f", for {', '.join(codes)}" if codes else ""
