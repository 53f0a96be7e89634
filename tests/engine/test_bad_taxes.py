"""Tax providers of a host that answer nonsense: no document rests on it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import cast

import attrs
import pytest

from billcore import Selection
from billcore.kernel import BillcoreError, InvalidNumber, InvalidValue
from billcore.pricing import (
    AppliedRate,
    TaxCase,
    TaxTable,
)
from tests.shop import Shop, base, catalog, plan

JANUARY = "2026-01-01T00:00:00Z"


@attrs.frozen
class Taxman:
    """A provider of one answer."""

    answer: Callable[[], object]

    def rate(self, case: TaxCase, table: TaxTable) -> AppliedRate:  # noqa: ARG002 - it does not look
        """That answer."""
        return cast("AppliedRate", self.answer())


EIGHT = AppliedRate("eight", Decimal(8))
RATES: dict[str, tuple[Callable[[], object], type[BillcoreError]]] = {
    "NaN": (lambda: AppliedRate("x", Decimal("NaN")), InvalidValue),
    "a float": (lambda: AppliedRate("x", cast("Decimal", 8.1)), InvalidValue),
    "too long": (lambda: AppliedRate("x", Decimal("8.1234567890123456789")), InvalidNumber),
    "too small": (lambda: AppliedRate("x", Decimal("1e-999999")), InvalidNumber),
    "a flag of text": (lambda: AppliedRate("x", Decimal(8), inclusive=cast("bool", "no")), InvalidValue),
    "another sum": (lambda: AppliedRate("x", Decimal(9), parts=(EIGHT,)), InvalidValue),
    "one part twice": (lambda: AppliedRate("x", Decimal(16), parts=(EIGHT, EIGHT)), InvalidValue),
    "inclusive of parts": (lambda: AppliedRate("x", Decimal(8), inclusive=True, parts=(EIGHT,)), InvalidValue),
    "an inclusive part": (
        lambda: AppliedRate("x", Decimal(8), parts=(AppliedRate("y", Decimal(8), inclusive=True),)),
        InvalidValue,
    ),
    "parts of parts": (
        lambda: AppliedRate("x", Decimal(8), parts=(AppliedRate("y", Decimal(8), parts=(EIGHT,)),)),
        InvalidValue,
    ),
    "parts of text": (lambda: AppliedRate("x", Decimal(8), parts=cast("tuple[AppliedRate]", "eight")), InvalidValue),
    "no rate at all": (lambda: None, InvalidValue),
}


@pytest.mark.parametrize("name", RATES)
def test_a_tax_that_is_nonsense(name: str) -> None:
    """No document is issued that cannot be read again, or whose tax is not that of its rate; the account is parked."""
    answer, kind = RATES[name]
    shop = Shop.new(catalog(plan("p", base(10))), JANUARY, taxes=Taxman(answer), country="CH")
    shop.billing.subscriptions.create("acme", Selection(plan="p"), id="s")

    if name != "no rate at all":
        with pytest.raises(kind):
            answer()
    with pytest.raises(InvalidValue, match=r"^taxes"):
        shop.billing.quotes.preview(Selection(plan="p", country="CH"))
    assert shop.billing.invoices.run().parked == ("acme",)
    assert shop.documents() == ()
    assert shop.billing.verify() == ()


def test_the_longest_percentage_is_read_again() -> None:
    """Twelve places are kept."""
    longest = AppliedRate("x", Decimal("8.123456789012"))
    shop = Shop.new(catalog(plan("p", base(10))), JANUARY, taxes=Taxman(lambda: longest), country="CH")
    shop.billing.subscriptions.create("acme", Selection(plan="p"), id="s")
    shop.billing.invoices.run()

    assert [one.document.lines[0].rate for one in shop.documents()] == [longest]
