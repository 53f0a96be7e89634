"""VAT ids of the European Union, checked by their form and check digits.

The extra ``billcore[tax]`` brings python-stdnum (LGPL), loaded on first use; nothing is asked over the network. Whether
an id that is well formed belongs to a business that trades, only the register VIES says.
"""

from __future__ import annotations

from billcore.kernel import InvalidValue, checked_country, checked_text, from_extra

__all__ = ["checked_vat_id"]


def checked_vat_id(value: str, country: str | None = None) -> str:
    """The id without blanks and punctuation, in capitals: ``DE136695976``; a Greek one begins with EL, not GR.

    ``country`` (ISO 3166) is the customer's: then the id must be one of that country. Raises ``InvalidValue``, and
    ``ExtraMissing`` where the extra is not installed.
    """
    with from_extra("tax", "stdnum", what="checking a VAT id"):
        from stdnum.eu import vat
        from stdnum.exceptions import ValidationError
    written = checked_text(value, "tax_id")
    try:
        found: str = vat.validate(written)
    except ValidationError as error:
        why = type(error).__name__.removeprefix("Invalid").lower()
        hint = f"its {why} is wrong" if why in ("checksum", "component", "format", "length") else None
        raise InvalidValue("not a VAT id of the European Union", place="tax_id", value=value, hint=hint) from None
    if found.startswith("GR"):
        found = "EL" + found[2:]
    if country is not None and checked_country(country) != (home := found[:2].replace("EL", "GR")):
        raise InvalidValue(f"a VAT id of {home}, not of {country}", place="tax_id", value=value)
    return found
