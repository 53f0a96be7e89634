"""How a document was rounded: kept on it, so that it is judged, corrected and explained by what it was made under.

>>> RoundingTerms().text is None
True
>>> RoundingTerms(Rounding.HALF_EVEN, tax=TaxRounding.LINE).text
'half_even line'
"""

from __future__ import annotations

import functools

import attrs

from billcore.kernel import InvalidValue, Rounding
from billcore.pricing import TaxRounding

__all__ = ["RoundingTerms"]

_WHOLE = "invoice"


@attrs.frozen
class RoundingTerms:
    """What happens to an exact half, whether an invoice is one rounding group, and what of tax is rounded.

    A credit note has those of the invoice that it corrects, whatever the house's policy is by then.
    """

    mode: Rounding = Rounding.HALF_UP
    whole_invoice: bool = False
    tax: TaxRounding = TaxRounding.RATE

    @functools.cached_property
    def text(self) -> str | None:
        """What is not the default, for stores and hashes; mostly nothing."""
        words = [
            *([self.mode.value] if self.mode is not Rounding.HALF_UP else ()),
            *([_WHOLE] if self.whole_invoice else ()),
            *([self.tax.value] if self.tax is not TaxRounding.RATE else ()),
        ]
        return " ".join(words) or None

    @classmethod
    def stored(cls, written: str | None) -> RoundingTerms:
        """The terms that were stored as this text. Raises ``InvalidValue``."""
        if written is None:
            return _DEFAULT
        mode, whole, tax = Rounding.HALF_UP, False, TaxRounding.RATE
        for word in written.split(" "):
            if word == _WHOLE:
                whole = True
            elif word == TaxRounding.LINE.value:
                tax = TaxRounding.LINE
            elif word == Rounding.HALF_EVEN.value:
                mode = Rounding.HALF_EVEN
            else:
                raise InvalidValue("not a way of rounding", place="rounding", value=written)
        found = cls(mode, whole, tax)
        if found.text != written:
            raise InvalidValue("not a way of rounding", place="rounding", value=written)
        return found


_DEFAULT = RoundingTerms()
