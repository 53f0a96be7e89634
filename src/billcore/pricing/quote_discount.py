"""What the coupon of a quote takes off its lines, and why so much."""

from __future__ import annotations

import functools

import attrs

from billcore.kernel import Money, Rounding, places
from billcore.kernel import exact as ex
from billcore.pricing.coupon import Coupon
from billcore.pricing.explain import Branches, Explanation, leaf
from billcore.pricing.explain_sum import summed_lines
from billcore.pricing.quote_line import QuoteLine

__all__ = ["QuoteDiscount"]


@attrs.frozen
class QuoteDiscount:
    """The coupon of a quote: ``minor`` units are what it takes off ``lines``, those of a full period that it is for.

    As ``all_in`` has it: of what recurs and what is expected to be used.
    """

    coupon: Coupon
    minor: int
    lines: tuple[QuoteLine, ...]
    currency: str
    mode: Rounding = Rounding.HALF_UP

    @property
    def code(self) -> str:
        """The coupon's code."""
        return self.coupon.code

    @property
    def description(self) -> str:
        """What people read: ``SUMMER 10 %``, or the code alone."""
        return self.coupon.title

    @property
    def amount(self) -> Money:
        """What it adds to the lines: never above zero."""
        return Money.of_minor(-self.minor, self.currency)

    @functools.cached_property
    def explanation(self) -> Explanation:
        """How what is taken off (above zero) came about: a percentage of the lines, or an amount while they last."""
        digits = places(self.currency)
        about = {"price": self.code, "currency": self.currency}
        value, tree = ex.scaled(self.minor, digits), Branches(_tree, self)
        return Explanation(self.description, value, "round", tree, None, digits, self.mode, about=about).numbered()


def _tree(off: QuoteDiscount) -> tuple[Explanation]:
    digits = places(off.currency)
    lines = summed_lines(
        tuple(leaf("covered line", ex.scaled(one.minor, digits), about={"name": one.description}) for one in off.lines)
    )
    if off.coupon.percent is None:
        most = leaf("coupon's amount", off.coupon.amount or ex.ZERO)
        least = min(most.value, lines.value)
        return (Explanation("taken off", least, "least", (most, lines)),)
    share = leaf("share taken off", ex.ratio(off.coupon.percent, 100), kind="percent")
    return (Explanation("taken off", ex.multiply(lines.value, share.value), "product", (lines, share)),)
