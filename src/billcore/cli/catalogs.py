"""``billcore catalog``: lint, diff, show, publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from billcore.adapters.differences import diff_text, diff_to, listed_amount, listed_to
from billcore.cli.files import read_catalog
from billcore.cli.opening import DATABASE, opened
from billcore.cli.output import NO, answer, counted, json_option, table, text_argument
from billcore.engine.story import FixedClock
from billcore.kernel import exact as ex
from billcore.kernel import instant, rfc3339
from billcore.pricing import Catalog, catalog_prices, entries, entry_words
from billcore.pricing import lint as linted

__all__ = ["catalog"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def catalog() -> None:
    """Catalogs: lint, diff, show, plot, publish."""


@catalog.command()
@click.argument("file", type=FILE)
@json_option
def lint(file: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by position
    """Find what a catalog FILE says and seldom means; exit code 1 if there is something."""
    found = linted(read_catalog(file))
    lines = [f"{one.place}: {one.message}" for one in found]
    data = [{"place": one.place, "message": one.message} for one in found]
    answer(data, as_json=as_json, text="\n".join([*lines, counted(len(found), "finding")]))
    if found:
        raise SystemExit(NO)


@catalog.command()
@click.argument("before", type=FILE)
@click.argument("after", type=FILE)
@json_option
def diff(before: Path, after: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by position
    """Tell what differs between two catalog files, in words and in money; exit code 1 if something does."""
    from billcore.pricing import catalog_diff

    found = catalog_diff(read_catalog(before), read_catalog(after))
    answer(diff_to(found), as_json=as_json, text=diff_text(found))
    if found:
        raise SystemExit(NO)


@catalog.command()
@click.argument("place", type=FILE)
@click.option("--at", default=None, help="Of a database: the catalog in force at this instant; default: now.")
@click.option("--all", "everything", is_flag=True, help="Stale entries too.")
@json_option
def show(place: Path, at: str | None, everything: bool, as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """Show what a catalog sells: of a .toml or .json file, or in force in a DATABASE; stale entries are hidden."""
    found = _catalog(place, at)
    every = list(entries(found))
    hidden = () if everything else tuple(where for where, entry in every if entry.stale)
    rows = [
        {
            "place": where,
            "name": str(getattr(entry, "name", "")),
            "words": entry_words(entry),
            "stale": entry.stale,
            "source": entry.source,
            "last_synced_at": None if entry.last_synced_at is None else rfc3339(entry.last_synced_at),
        }
        for where, entry in every
        if everything or not entry.stale
    ]
    sold = [one for one in catalog_prices(found) if not any(f"{one.place}/".startswith(f"{gone}/") for gone in hidden)]
    head = {"version": found.version, "effective": rfc3339(found.effective)}
    answer({**head, "entries": rows, "prices": [listed_to(one) for one in sold]}, as_json=as_json)
    if not as_json:
        _show(f"Catalog {found.version} from {head['effective']}: {len(rows)} of {len(every)}", rows)
        cells = [(one.place, ex.text(one.quantity), one.unit, listed_amount(one)) for one in sold]
        table(counted(len(cells), "price"), ("price", "quantity", "of", "amount"), cells, right=(1, 3), prose=(2,))


def _show(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """The entries as a table, without the columns that nothing stands in."""
    heads = ("entry", "what", "state", "last synced")
    cells = [
        (str(r["place"]), str(r["words"]), "stale" if r["stale"] else "", str(r["last_synced_at"] or "")) for r in rows
    ]
    told = [column for column in range(len(heads)) if column == 0 or any(row[column] for row in cells)]
    shown = [[row[column] for column in told] for row in cells]
    table(title, [heads[column] for column in told], shown, prose=(1,) if told[1:2] == [1] else ())


def _catalog(place: Path, at: str | None) -> Catalog:
    if place.suffix.lower() in (".toml", ".json"):
        return read_catalog(place)
    with opened(place) as billing:
        return billing.catalog.as_of(at)


@catalog.command()
@click.argument("database", type=DATABASE)
@click.argument("file", type=FILE)
@click.option("--expect", default=None, callback=text_argument, help="The hash of the plan that was looked at.")
@click.option("--dry-run", is_flag=True, help="Tell the plan and its hash, and publish nothing.")
@click.option("--at", default=None, help="When it is published; default: now.")
@json_option
def publish(database: Path, file: Path, expect: str | None, dry_run: bool, at: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """Publish a catalog FILE; with --expect only as it was planned by --dry-run."""
    found = read_catalog(file)
    with opened(database, clock=None if at is None else FixedClock(instant(at, "--at"))) as billing:
        plan = billing.catalog.plan(found)
        already = found.version in billing.catalog.list() and billing.catalog.get(found.version) == found
        if not dry_run:
            billing.catalog.publish(found, expect=expect)
    done = "planned" if dry_run else "published"
    text = "\n".join([diff_text(plan.diff), *(f"warning: {w}" for w in plan.warnings), "", f"{done}: {plan.hash}"])
    if already:
        text = f"version {found.version} is published already: nothing was changed"
    data = {
        **diff_to(plan.diff),
        "warnings": list(plan.warnings),
        "hash": plan.hash,
        "published": not dry_run and not already,
        "already": already,
    }
    answer(data, as_json=as_json, text=text)
