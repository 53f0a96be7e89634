"""The contract of a tax provider: it answers every case, alike each time, and never with a silent zero."""

from __future__ import annotations

import datetime as dt
import itertools
import pickle
from collections.abc import Iterator

from billcore.pricing import AppliedRate, TaxCase, TaxProvider, TaxRate, TaxTable, rate_by, tax_over

__all__ = ["TaxContract"]

_COUNTRIES = (None, "CH", "DE", "FR", "GR", "US", "XX")
_CATEGORIES = ("standard", "reduced", "no such category")
_IDS = (None, "DE136695976", "EL094259216", "CHE-116.281.710 MWST", "not an id at all", " ", "x" * 1_000)
_DAYS = (dt.date(1970, 1, 1), dt.date(2026, 6, 30), dt.date(2026, 7, 1), dt.date(9999, 12, 31))
_EXEMPT = (None, "VATEX-EU-143-1G")


def _cases() -> Iterator[TaxCase]:
    for country, category, on, tax_id, exempt in itertools.product(_COUNTRIES, _CATEGORIES, _DAYS, _IDS, _EXEMPT):
        yield TaxCase(country=country, category=category, on=on, tax_id=tax_id, exempt=exempt)


def _tables() -> tuple[TaxTable, ...]:
    """A catalog without rates, and one whose rates change."""
    change = dt.date(2026, 7, 1)
    rates = (
        TaxRate(code="de", country="DE", percent=19, to=change),
        TaxRate(code="de", country="DE", percent=20, from_=change),
        TaxRate(code="de-reduced", country="DE", percent=7, category="reduced"),
        TaxRate(code="fr", country="FR", percent=20, inclusive=True),
        TaxRate(code="gr", country="GR", percent="5.5", category="reduced"),
    )
    return TaxTable(), TaxTable(rates)


class TaxContract:
    """Every promise of a ``TaxProvider``. Subclass it as ``Test...`` and override ``make_taxes``."""

    def make_taxes(self) -> TaxProvider:
        """A provider, as your handle gets it."""
        raise NotImplementedError

    def test_every_case_has_a_rate(self) -> None:
        """Whatever country, category, day and id: an ``AppliedRate``, never an error, which would park the account."""
        taxes = self.make_taxes()
        for table, case in itertools.product(_tables(), _cases()):
            assert isinstance(rate_by(taxes, case, table), AppliedRate)

    def test_the_same_case_has_the_same_rate(self) -> None:
        """A run may ask again: the answer depends on nothing but the case and the table."""
        taxes, again = self.make_taxes(), self.make_taxes()
        for table, case in itertools.product(_tables(), _cases()):
            first = taxes.rate(case, table)
            assert first == taxes.rate(case, table) == again.rate(case, table), case

    def test_it_goes_to_other_processes(self) -> None:
        """A run with a pool of processes sends the provider to its workers: it pickles, and answers alike there."""
        taxes = self.make_taxes()
        there = pickle.loads(pickle.dumps(taxes))  # noqa: S301 - our own bytes
        for table, case in itertools.product(_tables(), _cases()):
            assert there.rate(case, table) == taxes.rate(case, table), case

    def test_zero_says_why(self) -> None:
        """A rate of zero has a reason of its own, which stands on the invoice."""
        taxes = self.make_taxes()
        for table, case in itertools.product(_tables(), _cases()):
            rate = taxes.rate(case, table)
            for part in rate.parts or (rate,):
                assert part.percent or part.reason, case

    def test_who_is_exempt_pays_none(self) -> None:
        """An exempt customer pays nothing, and its own reason says why."""
        taxes = self.make_taxes()
        for table, case in itertools.product(_tables(), _cases()):
            if case.exempt is not None:
                rate = taxes.rate(case, table)
                assert not rate.percent, case
                assert rate.reason == case.exempt, case

    def test_what_it_answers_can_be_taxed(self) -> None:
        """Lines at its rates have taxes that add up."""
        taxes = self.make_taxes()
        for table in _tables():
            lines = [(taxes.rate(case, table), 3_333) for case in _cases()]
            found = tax_over(lines)
            assert sum(found.lines) == found.total
