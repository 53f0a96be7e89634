"""The commands over a database: run, verify, db."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from billcore.cli.opening import DATABASE, opened
from billcore.cli.output import NO, answer, counted, json_option, table
from billcore.cli.taxing import refuse_unsaid_seller, seller_option, taxes_of
from billcore.engine import Billing
from billcore.engine.running import RunReport
from billcore.engine.story import FixedClock
from billcore.kernel import currency_name, instant

__all__ = ["db", "run", "verify"]

DB = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("database", type=DATABASE)
@click.option("--until", required=True, help="Bill everything due up to this instant, with it.")
@click.option("--at", default=None, help="The run's instant, on documents as issued_at; default: --until.")
@seller_option
@json_option
def run(database: Path, until: str, at: str | None, seller: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """Bill and settle up to an instant; again, it adds nothing.

    What is taxed at which rate the catalog says, and with --seller the rules of the European Union.
    """
    last = instant(until, "--until")
    when = last if at is None else instant(at, "--at")
    with opened(database, clock=FixedClock(when), taxes=taxes_of(seller)) as billing:
        refuse_unsaid_seller(billing, seller, last)
        report = _with_progress(billing, last, when, quiet=as_json)
    data = {
        "invoices": report.invoices,
        "credit_notes": report.credit_notes,
        "billing_dates": report.billing_dates,
        "totals": {money.currency: money.digits for money in report.money()},
        "parked": list(report.parked),
    }
    answer(data, as_json=as_json)
    if not as_json:
        rows = [(currency_name(money.currency), money.digits) for money in report.money()]
        documents = f"{counted(report.invoices, 'invoice')} and {counted(report.credit_notes, 'credit note')}"
        title = f"{documents} on {counted(report.billing_dates, 'billing date')}"
        table(title, ("currency", "billed"), rows, right=(1,))
        for customer in report.parked:
            click.echo(f"parked: {customer}", err=True)
    if report.parked:
        raise SystemExit(NO)


def _with_progress(billing: Billing, until: dt.datetime, at: dt.datetime, *, quiet: bool) -> RunReport:
    columns = (TextColumn("billing"), BarColumn(), TextColumn("{task.completed} documents"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("documents", total=None)
        return billing.invoices.run(
            until=until, at=at, progress=lambda part: progress.advance(task, part.invoices + part.credit_notes)
        )


@click.command()
@click.argument("database", type=DATABASE)
@json_option
def verify(database: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by position
    """Check every invariant on a database, reading only; exit code 1 if one does not hold."""
    with opened(database) as billing:
        found = billing.verify()
    data = [{"invariant": v.invariant, "place": v.place, "message": v.message, "value": v.value} for v in found]
    lines = [str(v) for v in found]
    answer(data, as_json=as_json, text="\n".join([*lines, counted(len(found), "violation")]))
    if found:
        raise SystemExit(NO)


@click.group()
def db() -> None:
    """The database's schema: status, upgrade, sql."""


@db.command()
@click.argument("database", type=DATABASE)
@json_option
def status(database: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by position
    """Show the schema's version and what an upgrade would do."""
    from billcore.adapters.sql import SQLITE, migrations, reading

    with reading(database) as connection:
        found = migrations.status(connection, SQLITE)
    data = {"version": found.version, "newest": found.newest, "differs": list(found.differs)}
    text = f"version {found.version} of {found.newest}" + "".join(f"\n  differs: {name}" for name in found.differs)
    answer(data, as_json=as_json, text=text)
    if found.version != found.newest or found.differs:
        raise SystemExit(NO)


@db.command()
@click.argument("database", type=DB)
@json_option
def upgrade(database: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by position
    """Bring the schema to this version of billcore; each step proves that it ran."""
    from billcore.adapters.sql import SQLITE, connect, migrations

    with contextlib.closing(connect(database)) as connection:
        done = migrations.upgrade(connection, SQLITE)
    answer({"steps": list(done)}, as_json=as_json, text=f"steps taken: {', '.join(map(str, done)) or 'none'}")


@db.command(name="sql")
def sql_text() -> None:
    """Print the schema's SQL, for those who migrate by their own tool."""
    from billcore.adapters.sql import SQLITE, migrations

    click.echo(migrations.sql(SQLITE))
