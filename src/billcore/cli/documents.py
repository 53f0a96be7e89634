"""``billcore invoices``: list and show."""

from __future__ import annotations

from pathlib import Path

import click

from billcore.adapters.rendering import invoice_html, invoice_text
from billcore.adapters.results import invoice_to
from billcore.cli.opening import DATABASE, opened
from billcore.cli.output import answer, counted, json_option, table, text_argument, written
from billcore.engine import Billing
from billcore.kernel import zone
from billcore.lifecycle import Profile
from billcore.settlement import Invoice

__all__ = ["documents"]


@click.group(name="invoices")
def documents() -> None:
    """Invoices, credit notes and opening documents: list and show."""


@documents.command(name="list")
@click.argument("database", type=DATABASE)
@click.option("--customer", default=None, callback=text_argument, help="Of this customer alone.")
@json_option
def list_them(database: Path, customer: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """List documents by customer and billing date."""
    with opened(database) as billing:
        names = [customer] if customer is not None else _customers(billing)
        found = [invoice for name in names for invoice in _all(billing, name)]
        zones = {name: billing.customers.get(name).profile(billing.session.now()).timezone for name in names}
        numbers = {invoice.id: invoice.number for invoice in found}
    if as_json:
        answer([invoice_to(i, numbers.get(i.document.corrects or "")) for i in found], as_json=True)
        return
    rows = [
        (
            invoice.number or "",
            invoice.document.customer,
            f"{invoice.document.billing_date.astimezone(zone(zones[invoice.document.customer])):%Y-%m-%d}",
            str(invoice.total),
            str(invoice.due),
            invoice.status.value,
        )
        for invoice in found
    ]
    columns = ("number", "customer", "billing date", "total", "due", "status")
    table(counted(len(rows), "document"), columns, rows, right=(3, 4))


def _customers(billing: Billing) -> list[str]:
    names: list[str] = []
    cursor = None
    while True:
        page = billing.customers.list(cursor=cursor, limit=1_000)
        names += [customer.id for customer in page.items]
        cursor = page.cursor
        if cursor is None:
            return names


def _all(billing: Billing, customer: str) -> list[Invoice]:
    found: list[Invoice] = []
    cursor = None
    while True:
        page = billing.invoices.list(customer, cursor=cursor, limit=1_000)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found


@documents.command()
@click.argument("database", type=DATABASE)
@click.argument("number", callback=text_argument)
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Write HTML here.")
@json_option
def show(database: Path, number: str, page: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """Show a document as text in its customer's language, or write it as an HTML page."""
    with opened(database) as billing:
        invoice = billing.invoices.get(number)
        corrects = invoice.document.corrects
        corrected = None if corrects is None else billing.invoices.get(corrects).number
        notes = billing.invoices.notes(number)
        profile: Profile = billing.customers.get(invoice.document.customer).profile(invoice.document.billing_date)
    if page is None:
        text = invoice_text(invoice, profile, corrected, notes).rstrip()
    else:
        text = written(page, invoice_html(invoice, profile, corrected, notes))
    answer(invoice_to(invoice, corrected), as_json=as_json, text=text)
