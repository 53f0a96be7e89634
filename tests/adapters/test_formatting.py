"""Numbers as people read them; money and dates are in ``test_wording.py``."""

from __future__ import annotations

from decimal import Decimal

from billcore.adapters.formatting import percent, quantity
from billcore.kernel import ZERO
from billcore.kernel import exact as ex


def test_nobody_reads_minus_nothing() -> None:
    """A credit of no units is 0, not -0: a product of zero keeps its sign, and text does not."""
    nothing = ex.multiply(Decimal(-1), ZERO)

    assert str(nothing) == "-0"
    assert [quantity(nothing, locale) for locale in ("en", "de", "fr")] == ["0", "0", "0"]
    assert percent(Decimal("-0.0"), "en") == "0 %"
    assert quantity(Decimal("-1.50"), "en") == "-1.5"
    assert ex.text(nothing) == "0"
