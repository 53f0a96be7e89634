"""A mutation tried in a Python of its own: for what is decided while a module is imported.

``python -m tests.laws.afresh ORDER`` runs the tests that the file ``ORDER`` names, one a line, in that order, up to the
first that fails; ``warm.py`` says when.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest

from tests.laws.mutations import Mutation

__all__ = ["BILLCORE", "OPTIONS", "ROOT", "passes"]

ROOT = Path(__file__).parents[2]
BILLCORE = ROOT / "src" / "billcore"
OPTIONS = (
    *("-q", "-x", "-p", "no:cacheprovider", "-p", "tests.laws.mutants", "--import-mode=importlib"),
    *("-c", os.devnull, "--rootdir", str(ROOT), "-W", "ignore"),
)


def passes(mutation: Mutation, tests: Sequence[str], seconds: float) -> bool:
    """The tests pass within so many seconds against a copy of ``src`` that has the mutation."""
    with tempfile.TemporaryDirectory() as folder:
        src = Path(shutil.copytree(BILLCORE.parent, Path(folder) / "src"))
        changed = src / "billcore" / mutation.module
        changed.write_text(mutation.text, encoding="utf-8")
        for compiled in changed.parent.glob(f"__pycache__/{changed.stem}.*.pyc"):
            compiled.unlink()
        order = Path(folder) / "order"
        order.write_text("\n".join(tests), encoding="utf-8")
        path = os.pathsep.join([str(src), str(ROOT)])
        try:
            done = subprocess.run(  # noqa: S603 - our own tests, by our own interpreter
                [sys.executable, "-m", __name__, str(order)],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": path},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0


@attrs.frozen
class _Ordered:
    """A plugin of pytest that takes the named tests, in their order."""

    tests: Sequence[str]

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        place = {test: n for n, test in enumerate(self.tests)}
        items[:] = sorted((item for item in items if item.nodeid in place), key=lambda item: place[item.nodeid])


if __name__ == "__main__":
    _tests = Path(sys.argv[1]).read_text(encoding="utf-8").split("\n")
    _files = dict.fromkeys(test.partition("::")[0] for test in _tests)
    sys.exit(pytest.main([*OPTIONS, *_files], plugins=[_Ordered(_tests)]))
