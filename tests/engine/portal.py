"""The example portal as the tests use it: loaded into a database, and run."""

from pathlib import Path

from billcore import Billing, Catalog
from billcore.adapters.serialization import catalog_from, read_document, read_usage, scenario_from
from billcore.engine.story import FixedClock, StepResult, play
from billcore.kernel import InputError, instant
from billcore.lifecycle import UsageEvent

EXAMPLE = Path(__file__).parents[2] / "examples" / "portal"
STORIES = ("customers.toml", "steps-2026-01.toml", "steps-2026-02.toml", "steps-2026-03.toml")


def events(name: str) -> list[UsageEvent]:
    """The events of a usage file, which has no problems."""
    found = list(read_usage(name))
    assert not [entry for entry in found if isinstance(entry, InputError)]
    return [entry for entry in found if isinstance(entry, UsageEvent)]


def catalog(name: str) -> Catalog:
    """The catalog of a file."""
    return catalog_from(read_document(name))


def load_portal(path: Path) -> list[StepResult]:
    """Load the whole portal, as ``billcore load`` does."""
    results: list[StepResult] = []
    with Billing.open(path) as billing:
        sold = catalog(str(EXAMPLE / "catalog.toml"))
        billing.using(clock=FixedClock(sold.effective)).catalog.publish(sold)
        for name in STORIES:
            story = scenario_from(read_document(EXAMPLE / name), EXAMPLE, name=name)
            results += play(billing, story, usage=events, catalog=catalog)
    return results


def run(path: str, until: str, batch: int = 500) -> None:
    """Bill and settle up to an instant, as ``billcore run`` does."""
    at = instant(until)
    with Billing.open(path, clock=FixedClock(at)) as billing:
        billing.invoices.run(until=at, at=at, batch=batch)
