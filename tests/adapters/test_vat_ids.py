"""VAT ids checked offline; they need the extra ``tax``."""

from __future__ import annotations

import datetime as dt

import pytest

from billcore.adapters.vat_ids import checked_vat_id
from billcore.kernel import InvalidValue
from billcore.pricing import REVERSE_CHARGE, EuVat, TaxCase, TaxRate, TaxTable

pytestmark = pytest.mark.dev_dependency


def test_a_vat_id_is_checked_to_its_last_digit() -> None:
    """Blanks go; a digit that does not fit is refused with its place and what was given."""
    pytest.importorskip("stdnum", reason="python-stdnum (extra tax) is not installed")

    assert checked_vat_id("FR 40 303 265 045", country="FR") == "FR40303265045"
    with pytest.raises(InvalidValue, match="not a VAT id") as told:
        checked_vat_id("FR40303265046")
    assert (told.value.place, told.value.value) == ("tax_id", "FR40303265046")


def test_a_greek_id_begins_with_el() -> None:
    """Greece's prefix is EL: written with GR it is accepted, and kept so that reverse charge finds it."""
    pytest.importorskip("stdnum", reason="python-stdnum (extra tax) is not installed")
    rates = (TaxRate(code="vat", country="GR", percent=24),)

    for written in ("GR094259216", "EL 094259216", "gr 094259216"):
        found = checked_vat_id(written, "GR")
        assert found == "EL094259216"
        case = TaxCase(country="GR", category="standard", on=dt.date(2026, 1, 1), tax_id=found)
        assert EuVat(seller="DE").rate(case, TaxTable(rates)) == REVERSE_CHARGE
    with pytest.raises(InvalidValue, match="a VAT id of GR, not of DE"):
        checked_vat_id("GR094259216", "DE")
