"""The commands that need no store, and the group that holds all of them."""

from __future__ import annotations

from pathlib import Path

import click

from billcore.adapters.results import quote_to
from billcore.adapters.serialization import SCHEMAS, schema_text
from billcore.adapters.wording import committed
from billcore.cli.catalogs import catalog as catalogs
from billcore.cli.documents import documents
from billcore.cli.explaining import explain, locale_option, page_option, tell
from billcore.cli.files import holds_usage, read_any, read_catalog, read_selection
from billcore.cli.importing import importing
from billcore.cli.loading import load
from billcore.cli.modules import import_option
from billcore.cli.output import NO, Group, answer, counted, json_option, table, text_argument, written
from billcore.cli.plot import plot
from billcore.cli.store import db, run, verify
from billcore.cli.syncing import sync
from billcore.cli.taxing import seller_option, taxes_of
from billcore.kernel import InputError, InvalidDocument, instant, zone
from billcore.kernel import exact as ex
from billcore.pricing import QuoteLine, committed_as
from billcore.pricing import quote as make_quote

__all__ = ["billcore"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="billcore")
@import_option
def billcore() -> None:
    """Bill exactly: catalogs, subscriptions and usage in, explained invoices out."""


@billcore.command()
@click.argument("files", type=FILE, nargs=-1, required=True)
@json_option
def check(files: tuple[Path, ...], as_json: bool) -> None:  # noqa: FBT001 - click passes flags by position
    """Check documents (catalogs, stories, selections, usage files): all errors of each, with place and value."""
    found: list[dict[str, object]] = []
    for path in files:
        problems, name = _problems(path), click.format_filename(path)
        found += [
            {"file": name, "place": problem.place, "code": problem.code, "error": str(problem)} for problem in problems
        ]
        if not as_json:
            click.echo(f"{name}: {counted(len(problems), 'problem') if problems else 'ok'}")
            for problem in problems:
                click.echo(f"  {problem}")
    answer(found, as_json=as_json)
    if found:
        raise SystemExit(NO)


def _problems(path: Path) -> tuple[InputError, ...]:
    from billcore.adapters.serialization import read_usage

    try:
        if holds_usage(path):
            return tuple(found for found in read_usage(path) if isinstance(found, InputError))
        read_any(path)
    except InvalidDocument as error:
        return error.problems
    except InputError as error:
        return (error,)
    return ()


@billcore.command()
@click.argument("catalog", type=FILE)
@click.argument("selection", type=FILE)
@click.option("--at", default=None, help="The instant whose tax rates hold; default: when the catalog takes effect.")
@click.option(
    "--tax-id", default=None, callback=text_argument, help="The buyer's tax id; --seller says what it changes."
)
@seller_option
@click.option("--explain", "price", default=None, help="Explain the line of this price or coupon.")
@page_option
@locale_option
@json_option
def quote(
    catalog: Path,
    selection: Path,
    *,
    at: str | None,
    tax_id: str | None,
    seller: str | None,
    price: str | None,
    page: Path | None,
    locale: str | None,
    as_json: bool,
) -> None:
    """Quote a SELECTION file from a CATALOG file, line by line."""
    if tax_id is not None and seller is None:
        raise click.UsageError("--tax-id changes nothing without --seller: the catalog's rates ask nobody's id")
    book = read_catalog(catalog)
    when = book.effective if at is None else instant(at, "--at")
    made = make_quote(book, read_selection(selection), when, taxes=taxes_of(seller), tax_id=tax_id)
    if price is not None:
        tell(made.explain(price), locale or "en", made.selection.timezone, page, as_json=as_json)
        return
    if page is not None:
        raise click.UsageError("--html is a page of one explanation: name a price with --explain")
    if as_json:
        answer(quote_to(made), as_json=True)
        return
    rows = [_row(line) for line in made.lines]
    if made.discount is not None:
        percent = made.discount.coupon.percent
        off = "" if percent is None else f"{ex.text(percent)} %"
        rows.append((made.discount.code, off, "", str(made.discount.amount)))
    columns = ("price", "description", "quantity", "amount")
    assumed = [(line.price, line.assumes) for line in made.lines if line.assumes is not None]
    table(f"Quote from catalog {made.catalog}", columns, rows, right=(2, 3), prose=(1,))
    for name in ("recurring", "first_invoice", "usage", "all_in"):
        total = getattr(made, name)
        why = ", ".join(f"{tax.code}: {tax.reason}" for tax in total.taxes if tax.reason)
        off = f"discount {-total.discount}  " if total.off else ""
        click.echo(
            f"{name:>14}  {off}net {total.net}  tax {total.tax}  total {total.total}{f'  ({why})' if why else ''}"
        )
    for code, assumes in assumed:
        click.echo(f"{code}: an estimate, as if all of it were {assumes}")
    for phase in made.phases:
        total = phase.recurring
        when = phase.starts.astimezone(zone(made.selection.timezone))
        name = "" if phase.code is None else f"  ({phase.code})"
        click.echo(f"from {when:%Y-%m-%d}  net {total.net}  tax {total.tax}  total {total.total}{name}")


def _row(line: QuoteLine) -> tuple[str, str, str, str]:
    """A line of the quote; what is over money has no quantity."""
    said = committed(committed_as(line.record.price.model), line.description, "en")
    return (line.price, said, "" if line.over else str(line.quantity), str(line.amount))


@billcore.command(name="schema")
@click.argument("name", type=click.Choice(sorted(SCHEMAS)))
@click.option(
    "--output", "-o", "to", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Write it here."
)
def print_schema(name: str, to: Path | None) -> None:
    """Print the JSON Schema of a document."""
    click.echo(schema_text(name) if to is None else written(to, schema_text(name), "--output"), nl=to is not None)


catalogs.add_command(plot)
for command in (load, run, verify, explain, db, documents, importing, catalogs, sync):
    billcore.add_command(command)
