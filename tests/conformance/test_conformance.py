"""What other billing systems' own tests expect, answered by billcore; the cases are not part of the repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import billcore

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
RUNNER = SHARED / "conformance.py"
DRIVER = Path(__file__).with_name("driver.py")
TIMEOUT_SECONDS = 300

pytestmark = pytest.mark.skipif(
    not RUNNER.is_file() or not (SHARED / "vectors").is_dir(),
    reason="the conformance cases (../shared/conformance.py, ../shared/vectors) are not beside the repository",
)


def run(family: str, limit: int, driver: Path = DRIVER) -> subprocess.CompletedProcess[str]:
    """Run a family's cases on the billcore under test, in a process of its own."""
    source = str(Path(billcore.__file__).parents[1])
    paths = os.pathsep.join([source, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(  # noqa: S603 - our own runner, on paths of this file
        [sys.executable, str(RUNNER), "--driver", str(driver), "--limit", str(limit), "--list", family],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIMEOUT_SECONDS,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1"},
    )


@pytest.mark.parametrize(
    ("family", "limit"), [("price_models", 4), ("billing_dates", 8), ("rounding_currency", 4), ("discounts_taxes", 4)]
)
def test_the_family_agrees(family: str, limit: int) -> None:
    """No case differs, and no more than the limit (in percent) is left without an answer."""
    done = run(family, limit)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{family}: " in done.stdout


def test_a_wrong_answer_is_found(tmp_path: Path) -> None:
    """The runner is seen to bite: a driver that answers nothing right fails, case by case."""
    driver = tmp_path / "driver.py"
    driver.write_text("def answer(family, case):\n    return {}\n", encoding="utf-8")

    done = run("billing_dates", 100, driver)

    assert done.returncode == 1
    assert "billing_dates: 0 agree" in done.stdout
