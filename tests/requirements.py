"""Which test runs which requirement: ``python -m tests.requirements`` writes ``docs/reference/requirements.md`` anew.

A test carries a requirement by naming its id in its docstring (``R4-25: ...``, ``... (H-03)``, ``5.3 item 5: ...``).
The page has a row an id: what a test says of it, and the tests. ``ASKED`` are the ids that must have one; the page
lists those of them that have none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

__all__ = ["ASKED", "PAGE", "Carried", "carried", "missing", "page"]

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "reference" / "requirements.md"
_ID = re.compile(r"\b(R[0-4]-[0-9]{2}|[XBH]-[0-9]{2}|5\.[0-9]( item [0-9])?)\b(?!\.[0-9])")
_LEADING = re.compile(rf"^(?:{_ID.pattern}(?:, | and )?)+: ")
_TRAILING = re.compile(r" ?\([^()]*\)(?=[.:]?$)")
_PLACES = ("R0", "R1", "R2", "R3", "R4", "5.", "X", "B", "H")


def _ids(prefix: str, *numbers: int | range) -> list[str]:
    flat = [n for one in numbers for n in (one if isinstance(one, range) else (one,))]
    return [f"{prefix}-{n:02}" for n in flat]


ASKED: tuple[str, ...] = (
    *_ids("R0", 1, 9, 14, 18, 21, 22, 24, 25),
    *_ids("R1", 1, 6, 7),
    *_ids("R2", 2, 9, 10, 11),
    *_ids("R3", range(9, 18), 21, 22),
    *_ids("R4", range(1, 29), range(30, 37)),
    *_ids("X", 1, 2, 3, 5, 13, 14, 19, 21, 22),
    *_ids("B", 13, 16, 26, 30),
    *_ids("H", 1, 2, 3, 8, 9, 11, 14),
)
"""The ids of pricing: each has a test that runs the row's own numbers."""


@attrs.frozen
class Carried:
    """A requirement's id in the docstring of a test."""

    id: str
    test: str
    says: str


def carried(folder: Path = TESTS) -> list[Carried]:
    """Every id in every test's docstring, by place."""
    found: list[Carried] = []
    for path in sorted(folder.rglob("test_*.py")):
        place = path.relative_to(folder.parent).as_posix()
        for name, text in _docstrings(ast.parse(path.read_text(encoding="utf-8"))):
            found += [Carried(match[1], f"{place}::{name}", _says(text)) for match in _ID.finditer(text)]
    return list(dict.fromkeys(found))


def _docstrings(tree: ast.AST, within: str = "") -> Iterator[tuple[str, str]]:
    """The tests of a module, with their docstrings."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _docstrings(node, f"{within}{node.name}::")
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield f"{within}{node.name}", ast.get_docstring(node) or ""


def _says(docstring: str) -> str:
    """The first line, without the ids and what else it is about."""
    first = docstring.partition("\n")[0].removeprefix("Law: ")
    bare = _TRAILING.sub("", _LEADING.sub("", first)) if _ID.search(first) else first
    return bare.replace("|", "\\|")


def _order(name: str) -> tuple[int, str]:
    return next(n for n, prefix in enumerate(_PLACES) if name.startswith(prefix)), name


def missing(found: Sequence[Carried]) -> list[str]:
    """The ids that are asked for and that no test carries."""
    return sorted(set(ASKED) - {one.id for one in found}, key=_order)


def page(found: Sequence[Carried]) -> str:
    """The page of the reference."""
    rows = []
    for name in sorted({one.id for one in found}, key=_order):
        tests = [one for one in found if one.id == name]
        links = "<br>".join(f"`{one.test}`" for one in tests)
        rows.append(f"| {name} | {tests[0].says} | {links} |")
    without = missing(found)
    absent = ", ".join(without) if without else "None."
    return "\n".join(
        [
            "# Requirements and their tests",
            "",
            "billcore was written for the systems of several companies; what each of them needs has an id (`R` by",
            "system, `X` where they contradict, `B` their defects, `H` what always holds, `5.3` the decomposed cloud",
            "price). A test that runs a requirement's own numbers names it in its docstring. This page is made of",
            "those docstrings by `python -m tests.requirements`; a test fails when it is stale.",
            "",
            "| id | what a test says | tests |",
            "| --- | --- | --- |",
            *rows,
            "",
            "## Asked of pricing, and without a test",
            "",
            absent,
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(carried()), encoding="utf-8")
