"""The tax providers that billcore ships keep the promises of the port; one that does not is found out."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal

import attrs
import pytest

from billcore.pricing import AppliedRate, CatalogTaxes, EuVat, TaxCase, TaxProvider, TaxTable
from billcore.testing.contracts import TaxContract


class TestCatalogTaxes(TaxContract):
    """The contract over the catalog's table."""

    def make_taxes(self) -> TaxProvider:
        """The default."""
        return CatalogTaxes()


class TestEuVat(TaxContract):
    """The contract over a seller in the European Union."""

    def make_taxes(self) -> TaxProvider:
        """A German house."""
        return EuVat(seller="DE")


Answer = Callable[[TaxCase, TaxTable], AppliedRate]
RIGHT = CatalogTaxes().rate
ASKED = itertools.count()


@attrs.frozen
class Wrong:
    """A provider that answers with a function."""

    answer: Answer

    def rate(self, case: TaxCase, table: TaxTable) -> AppliedRate:
        """What the function says."""
        return self.answer(case, table)


def moody(case: TaxCase, table: TaxTable) -> AppliedRate:
    """Another code each time."""
    return attrs.evolve(RIGHT(case, table), code=f"asked-{next(ASKED)}")


def silent(case: TaxCase, table: TaxTable) -> AppliedRate:
    """No reason for a zero."""
    return attrs.evolve(RIGHT(case, table), reason=None)


def strict(case: TaxCase, table: TaxTable) -> AppliedRate:
    """An error for a country that is not known."""
    if case.country not in {"DE", "FR"}:
        raise LookupError(case.country)
    return RIGHT(case, table)


def greedy(case: TaxCase, table: TaxTable) -> AppliedRate:
    """Everybody pays."""
    del case, table
    return AppliedRate("all", Decimal(19))


def other(case: TaxCase, table: TaxTable) -> AppliedRate:
    """Not a rate at all."""
    return RIGHT(case, table).code  # type: ignore[return-value]  # the point


@pytest.mark.parametrize(
    ("answer", "promise"),
    [
        (moody, "test_the_same_case_has_the_same_rate"),
        (silent, "test_zero_says_why"),
        (strict, "test_every_case_has_a_rate"),
        (other, "test_every_case_has_a_rate"),
        (greedy, "test_who_is_exempt_pays_none"),
        (other, "test_what_it_answers_can_be_taxed"),
        (lambda case, table: RIGHT(case, table), "test_it_goes_to_other_processes"),  # noqa: PLW0108 - does not pickle
    ],
)
def test_a_wrong_provider_is_found_out(answer: Answer, promise: str) -> None:
    """Each promise is seen to bite."""

    class Case(TaxContract):
        def make_taxes(self) -> TaxProvider:
            return Wrong(answer)

    with pytest.raises(Exception, match=r"(?s).*"):
        getattr(Case(), promise)()
