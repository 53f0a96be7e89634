"""What somebody may hand to each command by mistake or by malice, and the exit code that it ends with.

The names are those of the files that ``yard`` writes: good ones, and one of each kind that is bad.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.cli.database import changed
from tests.cli.documents import CATALOG, STORY, USAGE

__all__ = ["BAD", "Row", "rows", "yard"]

Row = tuple[tuple[str, ...], int]
"""The words after ``billcore``, and the exit code."""

_JSON_BOMB = '{"a": ' * 2_000 + "1" + "}" * 2_000
_FILES: Mapping[str, bytes] = {
    "catalog.toml": CATALOG.encode(),
    "choice.toml": b'plan = "team"\n',
    "story.toml": STORY.encode(),
    "usage.csv": USAGE.encode(),
    "empty.toml": b"",
    "empty.json": b"",
    "empty.csv": b"",
    "latin.toml": b'format = "caf\xe9"',
    "latin.csv": b"caf\xe9\n",
    "mark.json": b"\xef\xbb\xbf{}",
    "zeros.toml": bytes(1_000),
    "zeros.csv": bytes(1_000),
    "cut.toml": CATALOG.encode()[:300],
    "cut.json": b'{"format": "billcore-catalog/1", "plans": [{',
    "bomb.json": _JSON_BOMB.encode(),
    "bomb.toml": b"a" + b".a" * 2_000 + b" = 1",
    "digits.json": b'{"plan": "team", "quantity": ' + b"9" * 5_000 + b"}",
    "nan.json": b'{"plan": "team", "quantity": NaN}',
    "half.json": b'{"plan": "\\ud800"}',
    "list.json": b"[[[]]]",
    "null.json": b"null",
    "wrong.toml": b'format = "billcore-catalog/1"\nplans = 3\n',
    "later.toml": b'format = "billcore-catalog/9"\n',
    "wrong-story.toml": b'format = "billcore-scenario/1"\nsteps = [{ do = "dance" }]\n',
    "wrong-choice.toml": b'plan = "team"\nquantity = "many"\n',
    "lost.toml": b'format = "billcore-scenario/1"\ncatalog = "../../../etc/passwd"\n',
    "wrong.csv": USAGE.encode() + b"3,edge\n",
    "wrong.jsonl": b'{"id": 1}\n{',
    "bills.txt": b"plan",
    "bills": b"plan",
    "not.db": b"hello",
    "empty.db": b"",
    "other.db": b"",
}


def yard(folder: Path, good: Path) -> None:
    """Write all files into a folder, and beside a good database those that are not."""
    for name, data in _FILES.items():
        (folder / name).write_bytes(data)
    (folder / "folder").mkdir()
    shutil.copy(good, folder / "bills.db")
    data = good.read_bytes()
    (folder / "cut.db").write_bytes(data[:3_000])
    (folder / "damaged.db").write_bytes(
        data.replace(b"CREATE TABLE billcore_line", b"CREATE TABLE billcore_\xff\xfe\xfde")
    )
    shutil.copy(good, folder / "newer.db")
    changed(folder / "newer.db", "UPDATE billcore_schema SET version = 99")
    changed(folder / "other.db", "CREATE TABLE app (name TEXT)")


# Databases that a command which wants ours refuses, and those that no command can open.
_NO_FILE = {"missing.db": 2, "folder": 2, "": 2}
_UNREADABLE = {"not.db": 4, "cut.db": 4, "damaged.db": 4, "catalog.toml": 4}
_NOT_OURS = {"newer.db": 4, "empty.db": 4, "other.db": 4}
_INSTANTS = (
    *("", "now", "2026-02-01", "2026-02-01T00:00:00", "2026-02-30T00:00:00Z", "1800-01-01T00:00:00Z", "1767225600"),
    *("9999-12-31T23:59:59Z", "2026-06-30T23:59:60Z", "2026-01-01T24:30:00Z", "2026-01-01T00:00:00+25:00"),
    *(
        "\uff12\uff10\uff12\uff16-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z\n",
        "2026-01-01T00:00:00Z; DROP TABLE x",
        "9" * 5_000,
    ),
)
_NAMES = (
    *(
        "nobody",
        "",
        " ",
        "acme ",
        "%",
        "*",
        "../bills.db",
        "'; DROP TABLE billcore_line; --",
        "a" * 5_000,
        "\x00",
        "\n",
    ),
    *("\N{PILE OF POO}", "\N{RIGHT-TO-LEFT OVERRIDE}acme", "{}", "null", "\x1b[31mred"),
)


def _documents(before: tuple[str, ...], after: tuple[str, ...] = (), *, but: Sequence[str] = ()) -> Iterator[Row]:
    """Each bad document in a place; ``but`` are those that are good there."""
    for name in _FILES:
        if name not in ("other.db", "empty.db", *but):
            yield (*before, name, *after), 1
    yield (*before, "missing.toml", *after), 2
    yield (*before, "folder", *after), 2
    yield (*before, "", *after), 2


def _databases(before: tuple[str, ...], after: tuple[str, ...], bad: Mapping[str, int]) -> Iterator[Row]:
    for name, code in bad.items():
        yield (*before, name, *after), code


def _use(command: tuple[str, ...], good: tuple[str, ...]) -> Iterator[Row]:
    """A command called wrongly: with an option or a word too many, or with none."""
    yield (*command, *good, "--nonsense"), 2
    yield (*command, *good, "--json=yes"), 2
    if good:
        yield command, 2
    if command not in (("check",), ("load",)):
        yield (*command, *good, "more", "words"), 2


def _run() -> Iterator[Row]:
    yield ("run", "bills.db"), 2
    yield ("run", "bills.db", "--until"), 2
    for text in _INSTANTS:
        yield ("run", "bills.db", "--until", text), 3
        yield ("run", "bills.db", "--until", "2026-01-01T00:00:00Z", "--at", text), 3


def _named(*command: str, after: tuple[str, ...] = ()) -> Iterator[Row]:
    for text in (*_NAMES, "\udcff"):
        yield (*command, text, *after), 2 if text == "\udcff" else 3


_OURS = _NO_FILE | _UNREADABLE | _NOT_OURS
_LOADS = ("catalog.toml", "story.toml", "usage.csv")
_CHECKED = (*_LOADS, "choice.toml")
_USAGE = ("empty.csv", "latin.csv", "zeros.csv", "wrong.csv", "wrong.jsonl", "list.json")  # read when they are loaded

BAD: Mapping[str, Sequence[Row]] = {
    "check": [*_use(("check",), ("catalog.toml",)), *_documents(("check",), but=_CHECKED)],
    "quote": [
        *_use(("quote",), ("catalog.toml", "choice.toml")),
        *_documents(("quote",), ("choice.toml",), but=["catalog.toml"]),
        *_documents(("quote", "catalog.toml"), but=["choice.toml"]),
        *((("quote", "catalog.toml", "choice.toml", "--at", text), 3) for text in _INSTANTS),
        *((("quote", "catalog.toml", "choice.toml", "--explain", text), 3) for text in _NAMES),
    ],
    "load": [
        *_use(("load",), ("bills.db", "catalog.toml")),
        *_documents(("load", "bills.db"), but=_CHECKED),
        *_documents(("load", "missing.db", "catalog.toml"), but=(*_CHECKED, *_USAGE)),
        (("load", "missing.db", "choice.toml"), 3),
        (("load", "bills.db"), 2),
        *_databases(("load",), ("catalog.toml",), _UNREADABLE | {"newer.db": 4, "folder": 2, "missing/bills.db": 4}),
    ],
    "run": [
        *_use(("run",), ("bills.db", "--until", "2026-01-01T00:00:00Z")),
        *_run(),
        *_databases(("run",), ("--until", "2026-01-01T00:00:00Z"), _OURS),
    ],
    "invoices list": [
        *_use(("invoices", "list"), ("bills.db",)),
        *_named("invoices", "list", "bills.db", "--customer"),
        *_databases(("invoices", "list"), (), _OURS),
    ],
    "invoices show": [
        *_use(("invoices", "show"), ("bills.db", "INV-000001")),
        *_named("invoices", "show", "bills.db"),
        *_databases(("invoices", "show"), ("INV-000001",), _OURS),
        (("invoices", "show", "bills.db", "INV-000001", "--html", "folder"), 2),
        (("invoices", "show", "bills.db", "INV-000001", "--html", "missing/page.html"), 2),
        (("invoices", "show", "bills.db", "INV-000001", "--html", "bills.txt/page.html"), 2),
        (("invoices", "show", "bills.db", "INV-000001", "--html", "p" * 5_000), 2),
        (("invoices", "show", "bills.db", "INV-000001", "--html"), 2),
    ],
    "explain": [
        *_use(("explain",), ("bills.db", "INV-000001", "1")),
        *_named("explain", "bills.db", "INV-000001"),
        *_named("explain", "bills.db", after=("1",)),
        *((("explain", "bills.db", "INV-000001", text), 3) for text in ("0", "1.0", " 1", "+1", "\u0661", "9" * 5_000)),
        (("explain", "bills.db", "INV-000001", "-1"), 2),
        *_databases(("explain",), ("INV-000001", "1"), _OURS),
    ],
    "verify": [
        *_use(("verify",), ("bills.db",)),
        *_databases(("verify",), (), _OURS),
        (("verify", "bills.db", "--fix"), 2),
    ],
    "schema": [
        *_use(("schema",), ("catalog",)),
        *((("schema", text), 2) for text in (*_NAMES, "Catalog", "catalog.toml", "urn:billcore:catalog:1", "-1")),
    ],
    "db": [
        *_use(("db", "status"), ("bills.db",)),
        *_use(("db", "upgrade"), ("bills.db",)),
        *_use(("db", "sql"), ()),
        *_databases(("db", "status"), (), _NO_FILE | _UNREADABLE),
        *_databases(("db", "upgrade"), (), _UNREADABLE | {"newer.db": 4, "folder": 2, "missing/bills.db": 4}),
        (("db",), 2),
        (("db", "downgrade", "bills.db"), 2),
    ],
    "import focus": [
        *_use(("import", "focus"), ("usage.csv",)),
        *((("import", "focus", name), 3) for name in ("empty.csv", "latin.csv", "latin.toml", "empty.toml", "cut.db")),
        *((("import", "focus", name), 2) for name in ("missing.csv", "folder", "")),
        (("import",), 2),
        (("import", "bills", "usage.csv"), 2),
    ],
    "billcore": [(("bill",), 2), (("--nonsense",), 2), ((), 2), (("invoices",), 2), (("invoices", "void"), 2)],
}  # fmt: skip


def rows() -> list[Row]:
    """All of them."""
    return [row for found in BAD.values() for row in found]
