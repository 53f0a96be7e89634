"""The commands over a database: load, run, explain, verify, db."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from billcore.adapters.rendering import explanation_text
from billcore.adapters.results import explanation_to
from billcore.cli.files import holds_usage, read_any, read_catalog, usage_records
from billcore.cli.output import NO, answer, json_option, table
from billcore.engine import Billing
from billcore.engine.running import RunReport
from billcore.engine.story import FixedClock, StepResult, play
from billcore.kernel import InvalidValue, NotSupportedYet, instant, rfc3339
from billcore.ports.scenario import Scenario, ScenarioPolicy
from billcore.pricing import Catalog

__all__ = ["DB", "db", "explain", "load", "run", "verify"]

DB = click.Path(dir_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("database", type=DB)
@click.argument("files", type=FILE, nargs=-1, required=True)
@json_option
def load(database: Path, files: tuple[Path, ...], as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """Load FILES into DATABASE in the order given: catalogs, usage files, and stories step by step.

    Loading the same files again adds nothing. A step that is refused is told, and the story goes on.
    """
    results: list[StepResult] = []
    events = 0
    with Billing.open(database) as billing:
        for path in files:
            if holds_usage(path):
                events += _load_usage(billing, path)
                continue
            document = read_any(path)
            if isinstance(document, Catalog):
                billing.using(clock=FixedClock(document.effective)).catalog.publish(document)
            elif isinstance(document, Scenario):
                results += _play(billing, document, path)
            else:
                raise InvalidValue("a selection is quoted, not loaded", place=str(path))
    refused = [result for result in results if result.error is not None and not result.expected]
    events += sum(result.events for result in results)
    data = {
        "steps": len(results),
        "events": events,
        "errors": [
            {"at": rfc3339(r.at), "do": r.do, "story": r.story, "step": r.number, "error": r.error} for r in refused
        ],
    }
    text = f"{len(results)} steps and {events} usage events loaded, {len(refused)} steps refused"
    answer(
        data, as_json=as_json, text="\n".join([text, *(f"  {r.story}/{r.number} {r.do}: {r.error}" for r in refused)])
    )
    if refused:
        raise SystemExit(NO)


def _load_usage(billing: Billing, path: Path) -> int:
    outcome = billing.usage.record(usage_records(path))
    for rejected in outcome.rejected:
        click.echo(f"{path}: {rejected.source}/{rejected.id}: {rejected.error}", err=True)
    return outcome.accepted


def _play(billing: Billing, story: Scenario, path: Path) -> list[StepResult]:
    import attrs

    named = story if story.name else attrs.evolve(story, name=path.stem)
    if named.policy != ScenarioPolicy() or named.billing != "automatic":
        raise NotSupportedYet(
            "a story that is loaded is billed by the house's policy",
            place="policy",
            value=named.name,
            hint="leave it out",
        )
    for catalog in (named.catalog, *named.catalogs):
        if isinstance(catalog, Catalog):
            billing.using(clock=FixedClock(catalog.effective)).catalog.publish(catalog)
    return list(
        play(
            billing,
            named,
            usage=lambda name: usage_records(Path(name)),
            catalog=lambda name: read_catalog(path.parent / name),
        )
    )


@click.command()
@click.argument("database", type=EXISTING)
@click.option("--until", required=True, help="Bill everything due up to this instant, with it.")
@click.option("--at", default=None, help="The run's instant, on documents as issued_at; default: --until.")
@json_option
def run(database: Path, until: str, at: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """Bill and settle up to an instant; again, it adds nothing."""
    last = instant(until, "--until")
    when = last if at is None else instant(at, "--at")
    with Billing.open(database, clock=FixedClock(when)) as billing:
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
        rows = [(money.currency, money.digits) for money in report.money()]
        title = (
            f"{report.invoices} invoices and {report.credit_notes} credit notes on {report.billing_dates} billing dates"
        )
        table(title, ("currency", "billed"), rows, (1,))
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
@click.argument("database", type=EXISTING)
@click.argument("invoice")
@click.argument("line")
@json_option
def explain(database: Path, invoice: str, line: str, as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """Explain a LINE (its place from 1, or its id) of an INVOICE (its number): why it has its amount."""
    with Billing.open(database) as billing:
        tree = billing.invoices.explain(invoice, line)
    answer(explanation_to(tree), as_json=as_json, text=explanation_text(tree))


@click.command()
@click.argument("database", type=EXISTING)
@json_option
def verify(database: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by position
    """Check every invariant on a database, reading only; exit code 1 if one does not hold."""
    with Billing.open(database) as billing:
        found = billing.verify()
    data = [{"invariant": v.invariant, "place": v.place, "message": v.message} for v in found]
    lines = [f"{v.invariant} {v.place}: {v.message}" for v in found]
    answer(data, as_json=as_json, text="\n".join([*lines, f"{len(found)} violations"]))
    if found:
        raise SystemExit(NO)


@click.group()
def db() -> None:
    """The database's schema: status, upgrade, sql."""


@db.command()
@click.argument("database", type=EXISTING)
@json_option
def status(database: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by position
    """Show the schema's version and what an upgrade would do."""
    from billcore.adapters.sql import SQLITE, connect, migrations

    found = migrations.status(connect(database), SQLITE)
    data = {"version": found.version, "newest": found.newest, "differs": list(found.differs)}
    text = f"version {found.version} of {found.newest}" + "".join(f"\n  differs: {name}" for name in found.differs)
    answer(data, as_json=as_json, text=text)
    if found.version != found.newest or found.differs:
        raise SystemExit(NO)


@db.command()
@click.argument("database", type=DB)
def upgrade(database: Path) -> None:
    """Bring the schema to this version of billcore; each step proves that it ran."""
    from billcore.adapters.sql import SQLITE, connect, migrations

    done = migrations.upgrade(connect(database), SQLITE)
    click.echo(f"steps taken: {', '.join(map(str, done)) or 'none'}")


@db.command(name="sql")
def sql_text() -> None:
    """Print the schema's SQL, for those who migrate by their own tool."""
    from billcore.adapters.sql import SQLITE, migrations

    click.echo(migrations.sql(SQLITE))
