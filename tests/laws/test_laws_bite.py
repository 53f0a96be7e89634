"""Every law bites: against each recorded mutant of billcore (``mutants.py``) its test fails.

A mutant is a copy of ``src`` with one fragment replaced; the law runs against it in a process of its own. An intact
copy comes first, on which every law must pass: otherwise failing would prove nothing.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from tests.laws.mutant import Mutant
from tests.laws.mutants import EXAMPLES, MUTANTS

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
WORKERS = 2
TIMEOUT_SECONDS = 600
PASSED, FAILED = 0, 1
"""What pytest exits with; anything else means that a test could not be run."""


@attrs.frozen
class Outcome:
    """How a run of pytest ended, and what it printed."""

    code: int
    printed: str


def copy_of_src(folder: Path) -> Path:
    """A copy of ``src``, compiled files included: they spare half a second a run."""
    return Path(shutil.copytree(ROOT / "src", folder / "src"))


def run_laws(laws: list[str], src: Path, **variables: str) -> Outcome:
    """Run tests against the billcore in ``src``, without the project's configuration: no coverage, no xdist."""
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "tests.laws.mutants", "--import-mode=importlib"]
    where = ["-c", os.devnull, "--rootdir", str(ROOT), "-W", "ignore"]
    alone = {"PYTHONPATH": str(src), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    done = subprocess.run(  # noqa: S603 - our own tests, by our own interpreter
        [sys.executable, "-m", "pytest", *options, *where, *laws],
        cwd=ROOT,
        env={**os.environ, **alone, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )
    return Outcome(done.returncode, done.stdout)


def run_mutant(mutant: Mutant, folder: Path) -> Outcome:
    """Break a copy of ``src`` as the mutant says and run its law."""
    src = copy_of_src(folder)
    changed = src / "billcore" / mutant.module
    changed.write_text(changed.read_text().replace(mutant.fragment, mutant.replacement))
    for compiled in changed.parent.glob(f"__pycache__/{changed.stem}.*.pyc"):
        compiled.unlink()
    try:
        return run_laws([mutant.law], src)
    finally:
        shutil.rmtree(folder)


Bite = Callable[[Mutant], Outcome]


@pytest.fixture(scope="module")
def bite(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bite]:
    """Run the chosen mutants ahead, two at a time; under xdist, which has workers of its own, one when asked for."""
    chosen = [
        item.callspec.params.get("mutant")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    ]
    with ThreadPoolExecutor(WORKERS) as pool:

        def submit(mutant: Mutant) -> Future[Outcome]:
            return pool.submit(run_mutant, mutant, tmp_path_factory.mktemp("mutant"))

        ahead = {} if "PYTEST_XDIST_WORKER" in os.environ else {m: submit(m) for m in MUTANTS if m in chosen}
        yield lambda mutant: (ahead.get(mutant) or submit(mutant)).result()


def is_law(node: ast.AST) -> bool:
    """The node is a test whose docstring begins with "Law: "."""
    return isinstance(node, ast.FunctionDef) and (ast.get_docstring(node) or "").startswith("Law: ")


def laws() -> Iterator[str]:
    """Every law, as pytest names it."""
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in filter(is_law, ast.walk(ast.parse(path.read_text()))):
            yield f"{path.relative_to(ROOT)}::{getattr(node, 'name', '')}"


def test_every_law_has_a_mutant() -> None:
    """Each law has a recorded mutant, and each mutant names a law that exists."""
    recorded = {mutant.law for mutant in MUTANTS}

    assert sorted(set(laws()) - recorded) == []
    assert sorted(recorded - set(laws())) == []


def test_the_laws_hold_on_an_intact_copy(tmp_path: Path) -> None:
    """On a copy that was not changed every law passes, so what makes it fail on a mutant is the mutant."""
    outcome = run_laws(
        sorted({mutant.law for mutant in MUTANTS}), copy_of_src(tmp_path), **{EXAMPLES: "10", "BILLCORE_ORACLE": "500"}
    )

    assert outcome.code == PASSED, outcome.printed


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.law.partition('::')[2]}-{mutant.module}")
def test_a_mutant_is_noticed(mutant: Mutant, bite: Bite) -> None:
    """The law fails on its mutant."""
    times = (ROOT / "src" / "billcore" / mutant.module).read_text().count(mutant.fragment)
    assert times == 1, f"the fragment occurs {times} times in {mutant.module}: {mutant.fragment!r}"

    outcome = bite(mutant)

    assert outcome.code == FAILED, f"not noticed, {mutant}\n{outcome.printed}"
    assert re.search(r"^1 failed", outcome.printed, re.MULTILINE), outcome.printed
