"""``billcore load``: catalogs, usage files and stories into a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
import click

from billcore.cli.files import holds_usage, read_any, read_catalog, usage_records
from billcore.cli.output import NO, answer, counted, json_option
from billcore.cli.taxing import refuse_unsaid_seller, seller_option, taxes_of
from billcore.engine import Billing
from billcore.engine.nouns.usage import Rejected
from billcore.engine.story import FixedClock, StepResult, play, playable
from billcore.kernel import InvalidValue, rfc3339
from billcore.ports.scenario import Scenario
from billcore.ports.steps import Bill, UsageStep
from billcore.pricing import Catalog

__all__ = ["load"]

DB = click.Path(dir_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@attrs.define
class _Loaded:
    """What became of the files so far."""

    steps: list[StepResult] = attrs.field(factory=list)
    events: int = 0
    rejected: list[dict[str, str]] = attrs.field(factory=list)
    uncompared: list[str] = attrs.field(factory=list)

    def reject(self, file: str | Path, rejected: Iterable[Rejected]) -> None:
        """Keep usage events of a file that were not recorded."""
        name = click.format_filename(file)
        self.rejected += [{"file": name, "source": one.source, "id": one.id, "error": one.error} for one in rejected]

    @property
    def refused(self) -> list[StepResult]:
        return [result for result in self.steps if result.error is not None and not result.expected]

    @property
    def recorded(self) -> int:
        return self.events + sum(result.events for result in self.steps)


@click.command()
@click.argument("database", type=DB)
@click.argument("files", type=FILE, nargs=-1, required=True)
@seller_option
@json_option
def load(database: Path, files: tuple[Path, ...], seller: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """Load FILES into DATABASE in the order given: catalogs, usage files, and stories step by step.

    Loading the same files again adds nothing. A step that is refused is told, and the story goes on. What a story
    expects is not compared. Where a story bills, the catalog says what is taxed at which rate, and with --seller the
    rules of the European Union.
    """
    documents = [(path, None if holds_usage(path) else _document(path)) for path in files]
    loaded, taxes = _Loaded(), taxes_of(seller)
    with Billing.open(database, taxes=taxes) as billing:
        if bills := [at for _, story in documents if isinstance(story, Scenario) for at in _billed(story)]:
            refuse_unsaid_seller(billing, seller, max(bills))
        for path, document in documents:
            match document:
                case None:
                    _load_usage(billing, path, loaded)
                case Catalog():
                    _publish(billing, document)
                case Scenario():
                    _play(billing, document, path, loaded)
    _tell(loaded, as_json=as_json)
    if loaded.refused or loaded.rejected:
        raise SystemExit(NO)


def _document(path: Path) -> Catalog | Scenario:
    """What a file holds, if it can be loaded; nothing is loaded before all of them were read."""
    document = read_any(path)
    match document:
        case Catalog():
            return document
        case Scenario():
            named = document if document.name else attrs.evolve(document, name=path.stem)
            playable(named)
            return named
        case _:
            raise InvalidValue("a selection is quoted, not loaded", place=str(path))


def _billed(story: Scenario) -> Iterator[dt.datetime]:
    """Up to when the steps of a story bill."""
    return (step.until or step.at for step in story.steps if isinstance(step, Bill))


def _load_usage(billing: Billing, path: Path, loaded: _Loaded) -> None:
    outcome = billing.usage.record(usage_records(path))
    loaded.events += outcome.accepted
    loaded.reject(path, outcome.rejected)


def _publish(billing: Billing, catalog: Catalog) -> None:
    billing.using(clock=FixedClock(catalog.effective)).catalog.publish(catalog)


def _play(billing: Billing, story: Scenario, path: Path, loaded: _Loaded) -> None:
    for catalog in (story.catalog, *story.catalogs):
        if isinstance(catalog, Catalog):
            _publish(billing, catalog)
    for result in play(
        billing,
        story,
        usage=lambda name: usage_records(Path(name)),
        catalog=lambda name: read_catalog(path.parent / name),
    ):
        loaded.steps.append(result)
        step = story.steps[result.number - 1]
        if not result.expected:
            loaded.reject((step.file if isinstance(step, UsageStep) else None) or path, result.rejected)
    if story.expect is not None:
        loaded.uncompared.append(story.name)


def _tell(loaded: _Loaded, *, as_json: bool) -> None:
    refused, rejected = loaded.refused, loaded.rejected
    if as_json:
        errors = [
            {"at": rfc3339(r.at), "do": r.do, "story": r.story, "step": r.number, "error": r.error} for r in refused
        ]
        data = {"steps": len(loaded.steps), "events": loaded.recorded, "errors": errors, "rejected": rejected}
        answer({**data, "not_compared": loaded.uncompared}, as_json=True)
        return
    done = f"{counted(len(loaded.steps), 'step')} and {counted(loaded.recorded, 'usage event')} loaded"
    click.echo(f"{done}, {counted(len(refused), 'step')} refused")
    for r in refused:
        click.echo(f"  {r.story}/{r.number} {r.do}: {r.error}")
    for name in loaded.uncompared:
        click.echo(f"{name}: what it expects was not compared")
    for one in rejected:
        click.echo(f"{one['file']}: {one['source']}/{one['id']}: {one['error']}", err=True)
