"""Which rate applies: the table of a catalog, and the port through which a host decides otherwise.

A ``TaxProvider`` answers, for a customer and a category on a day, what a line is taxed at. It is asked inside a run's
transaction and asked again where that is done again: so it is a pure function of what it is given. A service over the
network is asked before a run, and what it said is handed in as a table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

import attrs

from billcore.kernel import InvalidValue, checked_country, of_kind
from billcore.kernel import exact as ex
from billcore.pricing import fields, said
from billcore.pricing.dated import date
from billcore.pricing.entry import Entry
from billcore.pricing.tax import NO_RATE, AppliedRate

__all__ = [
    "EU_COUNTRIES",
    "REVERSE_CHARGE",
    "CatalogTaxes",
    "EuVat",
    "TaxCase",
    "TaxProvider",
    "TaxRate",
    "TaxTable",
    "find_rate",
    "rate_by",
]


def _from(value: dt.date | str | None) -> dt.date | None:
    return date(value, "from")


def _to(value: dt.date | str | None) -> dt.date | None:
    return date(value, "to")


@attrs.frozen(kw_only=True)
class TaxRate(Entry):
    """A rate of one country and category, in force on the local dates ``[from, to)``.

    With ``inclusive`` the prices of the category include it. ``reason`` is for a rate of 0 %: why nothing is taxed, as
    the invoice says it (an exemption's words, or its VATEX code).
    """

    code: str = attrs.field(validator=said.text)
    country: str = attrs.field(converter=fields.country)
    percent: Decimal = attrs.field(converter=fields.percent)
    category: str = attrs.field(default="standard", validator=said.text)
    from_: dt.date | None = attrs.field(default=None, converter=_from)
    to: dt.date | None = attrs.field(default=None, converter=_to)
    inclusive: bool = False
    reason: str | None = attrs.field(default=None, validator=said.text_or_none)
    applied: AppliedRate = attrs.field(init=False, eq=False, repr=False)
    """What a line of the category is taxed at."""

    def __attrs_post_init__(self) -> None:
        if self.from_ is not None and self.to is not None and self.to <= self.from_:
            raise InvalidValue("ends before it begins", place="to", value=self.to.isoformat())
        of_kind(self.inclusive, bool, "inclusive")
        if self.reason is not None and self.percent:
            raise InvalidValue("a reason is for a rate of zero", place="reason", value=self.reason)

    @applied.default
    def _applied(self) -> AppliedRate:
        return AppliedRate(self.code, self.percent, self.reason, self.inclusive and bool(self.percent))

    def holds(self, on: dt.date) -> bool:
        """It is in force on that local date."""
        return (self.from_ is None or self.from_ <= on) and (self.to is None or on < self.to)


def find_rate(rates: Iterable[TaxRate], country: str | None, category: str, on: dt.date) -> AppliedRate:
    """The rate of the country and category in force on a local date; ``NO_RATE`` if there is none.

    A stale one gives way to a fresh one, and is in force where there is no other.
    """
    found = NO_RATE
    for rate in rates:
        if rate.country == country and rate.category == category and rate.holds(on):
            if not rate.stale:
                return rate.applied
            if found is NO_RATE:
                found = rate.applied
    return found


@attrs.frozen(kw_only=True)
class TaxCase:
    """What a rate may depend on: the customer's ``country`` and ``tax_id``, the price's ``category``, the billing date.

    ``on`` is a local date of the customer. ``exempt`` is why the customer pays no tax, where that is written down.
    """

    country: str | None
    category: str
    on: dt.date
    tax_id: str | None = None
    exempt: str | None = None


@attrs.frozen
class TaxTable:
    """The rates of the catalog in force on a billing date."""

    rates: tuple[TaxRate, ...] = ()

    def rate(self, case: TaxCase) -> AppliedRate:
        """The rate of the case's country and category, whoever the customer is; ``NO_RATE`` if there is none."""
        return find_rate(self.rates, case.country, case.category, case.on)


class TaxProvider(Protocol):
    """The port: what a line is taxed at. ``billcore.testing.contracts.TaxContract`` checks one."""

    def rate(self, case: TaxCase, table: TaxTable) -> AppliedRate:
        """The rate of a case; ``table`` is the catalog's, to fall back on.

        A pure function, that pickles (a run's workers may be processes) and answers every case: a country that it does
        not know is a rate of zero with its reason, ``NO_RATE``, and never an error.
        """
        ...


@attrs.frozen
class CatalogTaxes:
    """The catalog's table as it stands; a customer that is exempt pays no tax, for its reason. The default."""

    def rate(self, case: TaxCase, table: TaxTable) -> AppliedRate:
        """Exempt, else the table's rate."""
        if case.exempt is not None:
            return AppliedRate("exempt", ex.ZERO, case.exempt)
        return table.rate(case)


EU_COUNTRIES = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - read as one
)
"""The member states, by ISO 3166 code, since 2021."""

REVERSE_CHARGE = AppliedRate("VATEX-EU-AE", ex.ZERO, "reverse charge")
"""The customer owes the tax (Directive 2006/112/EC, articles 44 and 196); the code is EN 16931's (BT-121)."""

_PREFIXES = {"GR": "EL"}  # what a VAT id begins with, where that is not the country's code


def _categories(values: Iterable[str] | None) -> frozenset[str] | None:
    if isinstance(values, str):
        raise InvalidValue("not a list of categories", place="categories", value=values)
    return None if values is None else frozenset(values)


@attrs.frozen(kw_only=True)
class EuVat:
    """Services sold from a member state of the European Union: consumers pay their own country's rate.

    A business in another member state, told by a VAT id of its country, owes the tax itself: reverse charge, zero, with
    that reason. Everybody else has the table's rate, and who is exempt none. Only the beginning of the id is looked at:
    check ids when they come in, by their digits (``adapters.vat_ids.checked_vat_id``) and, where the law wants it, in
    the VIES register.
    """

    seller: str = attrs.field()
    """The country of the house."""
    categories: frozenset[str] | None = attrs.field(default=None, converter=_categories)
    """The categories that reverse charge is for; default all."""

    @seller.validator
    def _in_the_union(self, _: attrs.Attribute[str], value: str) -> None:
        if checked_country(value, "seller") not in EU_COUNTRIES:
            raise InvalidValue("not a member state", place="seller", value=value)

    def rate(self, case: TaxCase, table: TaxTable) -> AppliedRate:
        """Exempt, reverse charge, or the table's rate."""
        if case.exempt is None and self._reversed(case):
            return REVERSE_CHARGE
        return CatalogTaxes().rate(case, table)

    def _reversed(self, case: TaxCase) -> bool:
        country = case.country
        if country is None or country == self.seller or country not in EU_COUNTRIES or not case.tax_id:
            return False
        if self.categories is not None and case.category not in self.categories:
            return False
        return case.tax_id.strip().upper().startswith(_PREFIXES.get(country, country))


def rate_by(provider: TaxProvider, case: TaxCase, table: TaxTable) -> AppliedRate:
    """What a provider answers, checked. Raises ``InvalidValue`` where it fails, or answers with something else."""
    if type(provider) is CatalogTaxes and case.exempt is None:
        return table.rate(case)
    try:
        found = provider.rate(case, table)
    except Exception as error:  # the host's code: whatever it raises parks one account, not the run
        what = f"{type(error).__name__}: {error}"
        raise InvalidValue("the tax provider failed", place="taxes", value=what) from error
    of_kind(found, AppliedRate, "taxes")
    return found
