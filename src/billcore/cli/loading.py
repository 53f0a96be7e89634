"""``billcore load``: catalogs, usage files and stories into a database."""

from __future__ import annotations

from pathlib import Path

import attrs
import click

from billcore.cli.files import holds_usage, read_any, read_catalog, usage_records
from billcore.cli.output import NO, answer, counted, json_option
from billcore.engine import Billing
from billcore.engine.story import FixedClock, StepResult, play
from billcore.kernel import InvalidValue, NotSupportedYet, rfc3339
from billcore.ports.scenario import Scenario, ScenarioPolicy
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

    @property
    def refused(self) -> list[StepResult]:
        return [result for result in self.steps if result.error is not None and not result.expected]

    @property
    def recorded(self) -> int:
        return self.events + sum(result.events for result in self.steps)


@click.command()
@click.argument("database", type=DB)
@click.argument("files", type=FILE, nargs=-1, required=True)
@json_option
def load(database: Path, files: tuple[Path, ...], as_json: bool) -> None:  # noqa: FBT001 - click passes by position
    """Load FILES into DATABASE in the order given: catalogs, usage files, and stories step by step.

    Loading the same files again adds nothing. A step that is refused is told, and the story goes on.
    """
    documents = [(path, None if holds_usage(path) else _document(path)) for path in files]
    loaded = _Loaded()
    with Billing.open(database) as billing:
        for path, document in documents:
            match document:
                case None:
                    _load_usage(billing, path, loaded)
                case Catalog():
                    _publish(billing, document)
                case Scenario():
                    loaded.steps += _play(billing, document, path)
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
            if named.policy != ScenarioPolicy() or named.billing != "automatic":
                raise NotSupportedYet(
                    "a story that is loaded is billed by the house's policy",
                    place="policy",
                    value=named.name,
                    hint="leave it out",
                )
            return named
        case _:
            raise InvalidValue("a selection is quoted, not loaded", place=str(path))


def _load_usage(billing: Billing, path: Path, loaded: _Loaded) -> None:
    outcome = billing.usage.record(usage_records(path))
    loaded.events += outcome.accepted
    name = click.format_filename(path)
    loaded.rejected += [
        {"file": name, "source": one.source, "id": one.id, "error": one.error} for one in outcome.rejected
    ]


def _publish(billing: Billing, catalog: Catalog) -> None:
    billing.using(clock=FixedClock(catalog.effective)).catalog.publish(catalog)


def _play(billing: Billing, story: Scenario, path: Path) -> list[StepResult]:
    for catalog in (story.catalog, *story.catalogs):
        if isinstance(catalog, Catalog):
            _publish(billing, catalog)
    return list(
        play(
            billing,
            story,
            usage=lambda name: usage_records(Path(name)),
            catalog=lambda name: read_catalog(path.parent / name),
        )
    )


def _tell(loaded: _Loaded, *, as_json: bool) -> None:
    refused, rejected = loaded.refused, loaded.rejected
    if as_json:
        errors = [
            {"at": rfc3339(r.at), "do": r.do, "story": r.story, "step": r.number, "error": r.error} for r in refused
        ]
        data = {"steps": len(loaded.steps), "events": loaded.recorded, "errors": errors, "rejected": rejected}
        answer(data, as_json=True)
        return
    done = f"{counted(len(loaded.steps), 'step')} and {counted(loaded.recorded, 'usage event')} loaded"
    click.echo(f"{done}, {counted(len(refused), 'step')} refused")
    for r in refused:
        click.echo(f"  {r.story}/{r.number} {r.do}: {r.error}")
    for one in rejected:
        click.echo(f"{one['file']}: {one['source']}/{one['id']}: {one['error']}", err=True)
