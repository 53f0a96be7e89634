"""Currencies of a house's own, beside ISO 4217, and the check of a name that only a catalog can resolve.

>>> from billcore.kernel import Money
>>> gem = OwnCurrency(code="GEM", places=0)
>>> gem.currency
'GEM.0'
>>> str(Money("5", gem.currency))
'5 GEM'
"""

from __future__ import annotations

import attrs

from billcore.kernel import UnknownCurrency, checked_id, currency, is_listed, own_currency
from billcore.pricing.entry import Entry

__all__ = ["OwnCurrency", "checked_currency"]


@attrs.frozen(kw_only=True)
class OwnCurrency(Entry):
    """A currency of ``places`` decimal places that no state issues: points, miles, gems.

    Within the catalog it is called by its ``code``; amounts have ``currency``, the code with its places, which says all
    that an amount needs. Raises ``InvalidValue`` for a code of ISO 4217, in force or not.
    """

    code: str
    places: int = 0

    def __attrs_post_init__(self) -> None:
        own_currency(self.code, self.places)

    @property
    def currency(self) -> str:
        """The code of its amounts: ``GEM.0``."""
        return own_currency(self.code, self.places)


def checked_currency(value: str | None, place: str = "currency") -> None:
    """A currency, or a word that a catalog may give a meaning: one of its own currencies, or a credit unit.

    What a catalog has no meaning for it refuses. Raises ``UnknownCurrency``, ``InvalidValue``.
    """
    if value is None:
        return
    try:
        currency(value, place=place)
    except UnknownCurrency:
        if "." in checked_id(value, place) or is_listed(value.upper()):
            raise
