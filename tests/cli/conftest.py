"""A folder to work in, and in it the small shop: loaded once, and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.desk import call
from tests.cli.documents import SHOP

FIRST, SECOND = "2025-12-31T23:00:00Z", "2026-01-31T23:00:00Z"


@pytest.fixture(scope="session")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's files, and its database before any run, which no test changes."""
    folder = tmp_path_factory.mktemp("shop")
    for name, text in SHOP.items():
        (folder / name).write_text(text, encoding="utf-8")
    call("load", folder / "bills.db", folder / "catalog.toml", folder / "story.toml", folder / "usage.csv")
    return folder


@pytest.fixture(scope="session")
def billed_once(loaded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop after its runs of January and February and a credit, which no test changes."""
    folder = Path(shutil.copytree(loaded_once, tmp_path_factory.mktemp("billed"), dirs_exist_ok=True))
    for until in (FIRST, SECOND):
        call("run", folder / "bills.db", "--until", until)
    call("load", folder / "bills.db", folder / "credit.toml")
    return folder


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own with the shop's files, and the test is in it."""
    for name, text in SHOP.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def loaded(loaded_once: Path, shop: Path) -> Path:
    """The loaded database, of the test's own."""
    return Path(shutil.copy(loaded_once / "bills.db", shop / "bills.db"))


@pytest.fixture
def billed(billed_once: Path, shop: Path) -> Path:
    """The billed database, of the test's own."""
    return Path(shutil.copy(billed_once / "bills.db", shop / "bills.db"))
