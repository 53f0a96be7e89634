"""VAT ids checked offline; they need the extra ``tax``."""

from __future__ import annotations

import pytest

from billcore.adapters.vat_ids import checked_vat_id
from billcore.kernel import InvalidValue

pytestmark = pytest.mark.dev_dependency


def test_a_vat_id_is_checked_to_its_last_digit() -> None:
    """Blanks go; a digit that does not fit is refused with its place and what was given."""
    pytest.importorskip("stdnum", reason="python-stdnum (extra tax) is not installed")

    assert checked_vat_id("FR 40 303 265 045", country="FR") == "FR40303265045"
    with pytest.raises(InvalidValue, match="not a VAT id") as told:
        checked_vat_id("FR40303265046")
    assert (told.value.place, told.value.value) == ("tax_id", "FR40303265046")
