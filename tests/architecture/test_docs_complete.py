"""Whatever can be imported can be looked up."""

import re
from pathlib import Path

from tests.architecture.source import ROOT, packages

REFERENCE = ROOT / "docs" / "reference"


def unmentioned(names: set[str], pages: str) -> list[str]:
    """The names that no page has as a whole word."""
    return sorted(names - set(re.findall(r"\w+", pages)))


def reference_pages(folder: Path) -> str:
    """All pages of the reference as one text."""
    return "\n".join(page.read_text(encoding="utf-8") for page in sorted(folder.glob("*.md")))


def test_every_public_name_is_in_the_reference() -> None:
    """Each name in a package's ``__all__`` is mentioned in ``docs/reference``."""
    names = {name for package in packages() for name in package.__all__}

    assert unmentioned(names, reference_pages(REFERENCE)) == []


def test_a_name_without_a_mention_is_found() -> None:
    """The check above bites, and part of a longer word is no mention."""
    assert unmentioned({"Money", "Period"}, "`MoneyBag` and a Period") == ["Money"]
