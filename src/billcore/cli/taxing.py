"""Who decides tax on the command line: the catalog alone, or with ``--seller`` the rules of the European Union."""

from __future__ import annotations

import datetime as dt

import click

from billcore.cli.output import text_argument
from billcore.engine import Billing
from billcore.engine.reversed_charge import reverse_charged
from billcore.kernel import rfc3339
from billcore.pricing import CatalogTaxes, EuVat, TaxProvider

__all__ = ["refuse_unsaid_seller", "seller_option", "taxes_of"]

seller_option = click.option(
    "--seller",
    default=None,
    callback=text_argument,
    help="The house's country, a member of the EU: its rules decide the tax.",
)


def taxes_of(seller: str | None) -> TaxProvider:
    """What decides tax. Raises ``InvalidValue`` for a seller outside the union."""
    return CatalogTaxes() if seller is None else EuVat(seller=seller)


def refuse_unsaid_seller(billing: Billing, seller: str | None, until: dt.datetime) -> None:
    """Raise ``UsageError`` where a run would tax by the catalog who was billed by reverse charge before."""
    if seller is not None:
        return
    customer = billing.session.read(lambda tx: reverse_charged(tx, until))
    if customer is not None:
        what = f"{customer!r} is due by {rfc3339(until)}, and its earlier documents were taxed by reverse charge"
        raise click.UsageError(f"{what}: say --seller")
