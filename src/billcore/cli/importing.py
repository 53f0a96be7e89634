"""``billcore import``: bills from other systems' exports."""

from __future__ import annotations

from pathlib import Path

import click

from billcore.adapters.focus import read_focus
from billcore.adapters.results import invoice_to, notice_to, standing_to
from billcore.cli.output import NO, answer, counted, json_option, table
from billcore.engine.focus import bill_focus

__all__ = ["importing"]


@click.group(name="import")
def importing() -> None:
    """Bill what other systems export."""


@importing.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def focus(file: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by position
    """Bill a FOCUS 1.x usage export (CSV): one invoice for each sub-account; wrong rows are told by line number."""
    with file.open("rb") as stream:
        export = read_focus(stream)
    bill = bill_focus(export)
    invoices = bill.invoices
    problems = [{"line": line, "error": error} for line, error in export.problems]
    data = {
        "invoices": [invoice_to(invoice) for invoice in invoices],
        "customers": {
            name: standing_to(money.balance, money.voucher_credit, money.receivable) for name, money in bill.standings
        },
        "deployments": {},
        "notices": [notice_to(told.at, told.customer, told.kind, told.body) for told in bill.notices],
        "errors": problems,
    }
    answer(data, as_json=as_json)
    if not as_json:
        rows = [(i.number or "", i.document.customer, str(len(i.document.lines)), str(i.total)) for i in invoices]
        table(counted(len(rows), "invoice"), ("number", "sub-account", "lines", "total"), rows, right=(2, 3))
        for problem in problems:
            click.echo(f"line {problem['line']}: {problem['error']}", err=True)
    if problems:
        raise SystemExit(NO)
