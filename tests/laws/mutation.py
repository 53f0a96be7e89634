"""Mutation testing of ``kernel`` and ``pricing``: ``nox -s mutation``, or ``python -m tests.laws.mutation --help``.

Each mutation (``mutations.py``) is made for itself, and the tests that run its line are run against it (``warm.py``).
It is *killed* if a test fails, the tests cannot be read, or they do not end; it *survived* if everything passes.
``--sample N`` takes N of them, chosen by ``--seed``, so that a sample can be repeated; ``--since main`` those of the
lines that a branch has changed; ``--again FILE`` those that survived an earlier session, of which the file is the
output; ``pricing/tier.py`` those of one module.

``survivors.toml`` names the mutations that no test can kill, each with the reason: they are not tried, unless
``--excused`` asks. The exit code is 1 where more than 5 % of the others survive.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

import attrs
import click

from tests.laws.afresh import BILLCORE, ROOT
from tests.laws.mutations import Mutation, mutations
from tests.laws.warm import Warm

__all__ = ["PACKAGES", "SURVIVORS", "Survivor", "again", "all_mutations", "changed", "sampled", "survivors"]

PACKAGES = ("kernel", "pricing")
SURVIVORS = Path(__file__).with_name("survivors.toml")
EXAMPLES = "BILLCORE_LAW_EXAMPLES"
_LEAST_KILLED = 95
# Tables and types: nothing is decided there.
_LEFT_OUT = ("kernel/_iso4217.py",)
_READ = tuple(f"tests/adapters/test_{name}.py" for name in ("documents", "bad_documents", "bombs"))
_PRICED = ("tests/settlement", *_READ)
_SOLD = (
    *("tests/contracts/test_price_contract.py", "tests/contracts/test_tax_contract.py"),
    *("tests/adapters/test_explanations.py", "tests/engine/test_catalog_plans.py"),
    *("tests/engine/test_prices_before_a_sync.py", "tests/engine/test_phases.py", "tests/engine/test_bad_prices.py"),
    *("tests/engine/test_bad_taxes.py", "tests/engine/test_bad_sources.py", "tests/engine/test_given_by_a_source.py"),
    "tests/cli/test_catalog.py",
    *("tests/cli/test_explain.py", "tests/cli/test_quote.py"),
)
_LIVED = ("tests/lifecycle", *_PRICED, "tests/laws", "tests/engine")
_TESTS = {
    "kernel": ("tests/kernel", "tests/pricing", "tests/lifecycle", *_PRICED),
    "pricing": ("tests/pricing", "tests/testing", *_SOLD, *_PRICED),
    "lifecycle": _LIVED,
    "settlement": _LIVED,
}
# They start processes of their own, which no mutation reaches, or take minutes.
_NOT_FORKED = ("tests/engine/test_killed.py", "tests/engine/test_workers.py", "tests/laws/test_laws_bite.py")
_TOLD = re.compile(r"^survived  (\S+):\d+ (.*)$", re.MULTILINE)
_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")


@attrs.frozen
class Survivor:
    """A mutation that no test can kill, and why."""

    module: str
    scope: str
    change: str
    reason: str

    def names(self, mutation: Mutation) -> bool:
        """It is that mutation, wherever it stands in its function."""
        return (self.module, self.scope, self.change) == (mutation.module, mutation.scope, mutation.change)


def survivors() -> tuple[Survivor, ...]:
    """The named survivors."""
    found = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))
    return tuple(Survivor(**entry) for entry in found.get("survivor", ()))


def all_mutations(packages: Sequence[str] = PACKAGES) -> Iterator[Mutation]:
    """Every mutation of the packages (or of single modules of them), by module and place."""
    for name in packages:
        below = BILLCORE / name
        for path in sorted(below.rglob("*.py")) if below.is_dir() else [below]:
            module = path.relative_to(BILLCORE).as_posix()
            if module not in _LEFT_OUT:
                yield from mutations(path.read_text(encoding="utf-8"), module)


def sampled(found: Sequence[Mutation], count: int | None, seed: int) -> list[Mutation]:
    """So many of them, chosen by the seed; all, where no count is given. In the order of the modules."""
    if count is None or count >= len(found):
        return list(found)
    chosen = sorted(random.Random(seed).sample(range(len(found)), count))
    return [found[index] for index in chosen]


def changed(found: Sequence[Mutation], since: str) -> list[Mutation]:
    """Those of lines that differ from a commit."""
    command = ["git", "diff", "--unified=0", "--no-ext-diff", "--relative=src/billcore", since, "--", "."]
    shown = subprocess.run(command, cwd=BILLCORE, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own interpreter and words
    lines: dict[str, set[int]] = defaultdict(set)
    module = ""
    for line in shown.splitlines():
        if line.startswith("+++ "):
            module = line.removeprefix("+++ b/")
        elif hunk := _HUNK.match(line):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            lines[module].update(range(first, first + count))
    return [one for one in found if not lines[one.module].isdisjoint(one.statement)]


def again(found: Sequence[Mutation], output: str) -> list[Mutation]:
    """Those that an earlier output tells as survived, wherever their lines stand now."""
    told = {(hit[1], hit[2]) for hit in _TOLD.finditer(output)}
    return [one for one in found if (one.module, f"{one.scope}: {one.change}") in told]


@attrs.define
class _Result:
    """What came of the mutations."""

    killed: Counter[str] = attrs.field(factory=Counter)
    survived: Counter[str] = attrs.field(factory=Counter)

    def tell(self, mutation: Mutation, alive: bool) -> None:  # noqa: FBT001 - called with each outcome
        """Count an outcome, and show it if no test has noticed the mutation."""
        (self.survived if alive else self.killed)[mutation.module] += 1
        if alive:
            click.echo(f"survived  {mutation}")

    def table(self) -> None:
        """Killed of tried, by module, the weakest first, and in all."""
        tried = self.killed + self.survived
        for module in sorted(tried, key=lambda one: (self.killed[one] / tried[one], -tried[one])):
            click.echo(f"{self.killed[module]:5} of {tried[module]:4}  {module}")
        click.echo(f"{self.killed.total()} of {tried.total()} killed; {self.survived.total()} survived")

    def enough(self) -> bool:
        """So many are killed as must be."""
        killed, survived = self.killed.total(), self.survived.total()
        return killed * 100 >= _LEAST_KILLED * (killed + survived)


@click.command()
@click.argument("packages", nargs=-1)
@click.option("--sample", type=int, default=None, help="So many mutations, chosen by the seed; default: all.")
@click.option("--seed", type=int, default=0, help="Which sample.")
@click.option("--since", default=None, help="Only mutations of lines that differ from this commit.")
@click.option("--again", "output", type=click.File(), help="Only mutations that survived in this session's output.")
@click.option("--excused", is_flag=True, help="Try those, too, that survivors.toml names: none of them may be killed.")
@click.option("--examples", type=int, default=60, help="Examples a law gets.")
@click.option("--jobs", type=int, default=1, help="Mutations tried at a time.")
def main(
    packages: tuple[str, ...],
    sample: int | None,
    seed: int,
    since: str | None,
    output: TextIO | None,
    excused: bool,  # noqa: FBT001 - click calls it by name
    examples: int,
    jobs: int,
) -> None:
    """Mutate PACKAGES (kernel, pricing; or others of the core, or modules) and tell which mutations no test notices."""
    chosen = packages or PACKAGES
    found = list(all_mutations(chosen))
    named = () if excused else survivors()
    meant = again(found, output.read()) if output is not None else found
    taken = sampled(meant if since is None else changed(meant, since), sample, seed)
    tried = [mutation for mutation in taken if not any(one.names(mutation) for one in named)]
    click.echo(f"{len(tried)} mutations of {len(found)}; {len(taken) - len(tried)} more are named survivors")
    # All that runs from here on, Pythons of their own too, has this billcore, and no plugin by chance.
    path = os.pathsep.join([str(BILLCORE.parent), str(ROOT)])
    os.environ.update(PYTHONPATH=path, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_ADDOPTS="")
    os.environ[EXAMPLES] = str(examples)
    sys.path[:0] = [str(BILLCORE.parent), str(ROOT)]
    tests = dict.fromkeys(test for name in chosen for test in _TESTS[name.partition("/")[0]])
    result = _Result()
    warm = Warm(tried, result.tell, jobs)
    warm.run([*tests, *(f"--deselect={test}" for test in _NOT_FORKED)])
    if warm.baseline is None:
        raise click.ClickException("the tests fail without any mutation")
    result.table()
    if not result.enough():
        raise SystemExit(1)


if __name__ == "__main__":
    main()
