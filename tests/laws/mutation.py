"""Mutation testing of ``kernel`` and ``pricing``: ``nox -s mutation``, or ``python -m tests.laws.mutation --help``.

Each mutation (``mutations.py``) is made in a copy of ``src`` and the tests run against it: first those of its own
package, which find nearly all in a second or two, then those of its neighbours. A mutation is *killed* if a test
fails, the tests cannot be read, or they do not end; it *survived* if everything passes. ``--sample N`` takes N of
them, chosen by ``--seed``, so that a sample can be repeated and continued.

``survivors.toml`` names the mutations that no test can kill, each with the reason: they are counted apart. The exit
code is 1 where others survive beyond 5 %.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import attrs
import click

from tests.laws.mutations import Mutation, mutations

__all__ = ["PACKAGES", "SURVIVORS", "Survivor", "all_mutations", "sampled", "survivors"]

ROOT = Path(__file__).parents[2]
BILLCORE = ROOT / "src" / "billcore"
PACKAGES = ("kernel", "pricing")
SURVIVORS = Path(__file__).with_name("survivors.toml")
_LEAST_KILLED = 95
_SECONDS = 180
# Tables and types: nothing is decided there.
_LEFT_OUT = ("kernel/_iso4217.py",)
_NEAR = {"kernel": ("tests/kernel",), "pricing": ("tests/pricing",)}
_WIDER = {
    "kernel": ("tests/pricing", "tests/settlement", "tests/lifecycle", "tests/adapters/test_documents.py"),
    "pricing": ("tests/settlement", "tests/conformance", "tests/adapters/test_documents.py", "tests/testing"),
}


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


def _run(tests: Sequence[str], src: Path, examples: int) -> bool:
    """The tests pass against the billcore in ``src``."""
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "tests.laws.mutants", "--import-mode=importlib"]
    where = ["-c", os.devnull, "--rootdir", str(ROOT), "-W", "ignore"]
    alone = {"PYTHONPATH": str(src), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    try:
        done = subprocess.run(  # noqa: S603 - our own tests, by our own interpreter
            [sys.executable, "-m", "pytest", *options, *where, *tests],
            cwd=ROOT,
            env={**os.environ, **alone, "BILLCORE_LAW_EXAMPLES": str(examples)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _survives(mutation: Mutation, examples: int) -> bool:
    package = mutation.module.partition("/")[0]
    with tempfile.TemporaryDirectory() as folder:
        src = Path(shutil.copytree(BILLCORE.parent, Path(folder) / "src"))
        changed = src / "billcore" / mutation.module
        changed.write_text(mutation.text, encoding="utf-8")
        for compiled in changed.parent.glob(f"__pycache__/{changed.stem}.*.pyc"):
            compiled.unlink()
        return _run(_NEAR[package], src, examples) and _run(_WIDER[package], src, examples)


@click.command()
@click.argument("packages", nargs=-1)
@click.option("--sample", type=int, default=None, help="So many mutations, chosen by the seed; default: all.")
@click.option("--seed", type=int, default=0, help="Which sample.")
@click.option("--examples", type=int, default=60, help="Examples a law gets.")
@click.option("--jobs", type=int, default=1, help="Mutations tried at a time.")
def main(packages: tuple[str, ...], sample: int | None, seed: int, examples: int, jobs: int) -> None:
    """Mutate PACKAGES (kernel, pricing, or modules of them) and tell which mutations no test notices."""
    found = sampled(list(all_mutations(packages or PACKAGES)), sample, seed)
    for package in PACKAGES:
        if not _run((*_NEAR[package], *_WIDER[package]), BILLCORE.parent, examples):
            raise click.ClickException(f"the tests of {package} fail without any mutation")
    named = survivors()
    excused: list[Mutation] = []
    survived: list[Mutation] = []
    with ThreadPoolExecutor(jobs) as pool:
        for mutation, alive in zip(found, pool.map(partial(_survives, examples=examples), found), strict=True):
            if not alive:
                continue
            reason = next((one.reason for one in named if one.names(mutation)), None)
            (survived if reason is None else excused).append(mutation)
            click.echo(f"survived  {mutation}" + (f"  [{reason}]" if reason else ""))
    tried = len(found) - len(excused)
    killed = tried - len(survived)
    click.echo(f"{killed} of {tried} killed; {len(survived)} survived; {len(excused)} more survived with a reason")
    if killed * 100 < _LEAST_KILLED * tried:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
