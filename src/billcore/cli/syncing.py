"""``billcore sync``: a catalog from its source into a database."""

from __future__ import annotations

from pathlib import Path

import click

from billcore.adapters.differences import diff_text, diff_to, merged_to
from billcore.adapters.sources import DirectorySource, FileSource, HttpSource
from billcore.cli.opening import DATABASE, opened
from billcore.cli.output import NO, answer, counted, json_option, text_argument
from billcore.engine.checking import CatalogCheck
from billcore.engine.publishing import SyncPlan
from billcore.engine.story import FixedClock
from billcore.kernel import instant
from billcore.ports import CatalogSource
from billcore.pricing import MOST_STALE, SyncChange

__all__ = ["sync"]


@click.command()
@click.argument("database", type=DATABASE)
@click.argument("source", callback=text_argument)
@click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
@click.option("--name", default=None, callback=text_argument, help="What the entries say they come from.")
@click.option(
    "--most-stale", type=click.IntRange(0, 100), default=MOST_STALE, help="Percent that may go stale at once."
)
@click.option("--timeout", type=click.IntRange(1, 600), default=10, help="Seconds that a website may take.")
@click.option("--allow-http", is_flag=True, help="Ask a website without encryption.")
@click.option("--allow-private", is_flag=True, help="Ask a host of your own network.")
@click.option("--at", default=None, help="The sync's instant; default: now.")
@json_option
def sync(
    *,
    database: Path,
    source: str,
    dry_run: bool,
    name: str | None,
    most_stale: int,
    timeout: int,
    allow_http: bool,
    allow_private: bool,
    at: str | None,
    as_json: bool,
) -> None:
    """Bring a DATABASE's catalog to what a SOURCE sells: a URL, a file or a folder.

    A website's user and password stand in BILLCORE_SYNC_USER and BILLCORE_SYNC_PASSWORD. Where the source fails or says
    too little nothing is changed. Exit code 1 if a subscription rests on a stale entry or lacks a tier or a price.
    """
    where = _source(source, name, timeout, allow_http=allow_http, allow_private=allow_private)
    with opened(database, clock=None if at is None else FixedClock(instant(at, "--at"))) as billing:
        plan = billing.catalog.plan_sync(where, most_stale=most_stale)
        if dry_run:
            check = None
        else:
            billing.catalog.apply_sync(plan)
            check = billing.catalog.check()
    _tell(plan, check, as_json=as_json)
    if check is not None and check.unsound:
        raise SystemExit(NO)


def _source(source: str, name: str | None, timeout: int, *, allow_http: bool, allow_private: bool) -> CatalogSource:
    if "://" in source:
        return HttpSource(source, name=name, timeout=timeout, allow_http=allow_http, allow_private=allow_private)
    return DirectorySource(source, name=name) if Path(source).is_dir() else FileSource(source, name=name)


def _tell(plan: SyncPlan, check: CatalogCheck | None, *, as_json: bool) -> None:
    unsound = () if check is None else check.unsound
    data = {
        "source": plan.source,
        "catalog": plan.plan.catalog.version,
        "applied": check is not None,
        **merged_to(plan.merged),
        "diff": diff_to(plan.plan.diff),
        "warnings": list(plan.plan.warnings),
        "checked": None if check is None else check.subscriptions,
        "unsound": [
            {"subscription": u.subscription, "customer": u.customer, "place": f.place, "message": f.message}
            for u in unsound
            for f in u.findings
        ],
    }
    answer(data, as_json=as_json)
    if as_json:
        return
    counts = dict(zip((change.value for change in SyncChange), plan.merged.counts, strict=True))
    told = ", ".join(f"{count} {word}" for word, count in counts.items())
    click.echo(f"{plan.source}: {told}" + (" (dry run: nothing was changed)" if check is None else ""))
    for change in (SyncChange.CREATED, SyncChange.UPDATED, SyncChange.STALE):
        for place in plan.merged.named(change):
            click.echo(f"  {change.value}: {place}")
    if plan.merged.changed:
        click.echo(diff_text(plan.plan.diff))
    for warning in plan.plan.warnings:
        click.echo(f"warning: {warning}")
    if check is not None:
        click.echo(f"{counted(check.subscriptions, 'subscription')} checked, {len(unsound)} unsound")
        for one in unsound:
            for finding in one.findings:
                click.echo(f"  {one.customer}/{one.subscription}: {finding.place}: {finding.message}")
