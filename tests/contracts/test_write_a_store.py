"""docs/tutorial/write-a-store.md, followed to the letter: the store that it builds keeps the contract."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "write-a-store.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """The blocks of one language, in order."""
    return [text for name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if name == language]


def test_the_store_of_the_tutorial_keeps_the_contract(tmp_path: Path) -> None:
    """Type the blocks into the two files that the page names, run the command that it shows, see what it says."""
    *store, suite = [text for text in blocks("python") if not text.startswith(">>>")]
    (tmp_path / "json_store.py").write_text("\n\n".join(store), encoding="utf-8")
    (tmp_path / "test_json_store.py").write_text(suite, encoding="utf-8")
    command, shown = blocks("console")[0].splitlines()

    done = subprocess.run(  # noqa: S603 - our own page
        [sys.executable, "-m", *command.removeprefix("$ ").split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stdout.strip().splitlines()[-1]

    assert done.returncode == 0, done.stdout
    assert re.fullmatch(re.escape(shown).replace(r"\.\.\.", ".*"), last)
